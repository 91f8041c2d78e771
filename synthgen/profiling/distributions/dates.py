"""When rows are: range, weekdays, months and hours, and gaps."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.column_parts import Dates, Season
from synthgen.profiling.distributions.sample import Floats
from synthgen.table.disclosure import FEWEST_HOLDERS

HOUR = 3_600_000_000
DAY = 24 * HOUR
FEWEST_BLOCKS = 3
MOST_DAYS = 40_000
SAME_STEP = 0.9
UNITS = ((DAY, "days"), (HOUR, "hours"), (60_000_000, "minutes"), (1_000_000, "seconds"))
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
HOURS = tuple(f"{hour:02d} h" for hour in range(24))

Whole = NDArray[np.int64]


def dates_of(values: Floats, resolution: int | None, level: float) -> Dates | None:
    """Describe a date column (microseconds since 1970, UTC).

    Weekdays are compared within whole weeks, months within whole years, hours within whole days, by Friedman's test on
    the ranks of their counts: so that neither a trend nor one burst of rows makes a season. Three weeks, years or days
    with rows are needed at least. None below a hundred rows.

    References
    ----------
    Friedman (1937), https://doi.org/10.1080/01621459.1937.10503522.

    Examples
    --------
    >>> days = np.repeat(np.arange(0, 140), np.where(np.arange(140) % 7 == 4, 5, 1)) * float(DAY)
    >>> found = dates_of(days, DAY, 0.05)
    >>> found.first, found.last, found.seasons[0].busiest, found.seasons[0].found
    ('1970-01', '1970-05', 'Monday', True)
    """
    if len(values) < 10 * FEWEST_HOLDERS:
        return None
    moments = np.sort(values).astype(np.int64)
    # What only the outermost rows reach isn't said, nor looked at.
    moments = moments[FEWEST_HOLDERS - 1 : -FEWEST_HOLDERS + 1 or None]
    first, last = (pd.Timestamp(int(end), unit="us").strftime("%Y-%m") for end in (moments[0], moments[-1]))
    days = moments // DAY
    span = int(days[-1] - days[0]) + 1
    seasons = tuple(_seasons(moments, resolution, level)) if span <= MOST_DAYS else ()
    steps: Whole = np.diff(np.unique(moments)).astype(np.int64)
    longest = float(steps.max() / DAY) if len(steps) else 0.0
    unit = next((words for size, words in UNITS if resolution and resolution % size == 0), "microseconds")
    return Dates(
        first, last, unit, seasons, level, _regular(steps), 1 - len(np.unique(days)) / span, float(f"{longest:.2g}")
    )


def season_tests(resolution: int | None) -> int:
    """How many tests a date column may need."""
    return 2 if resolution and resolution % DAY == 0 else 3


def _seasons(moments: Whole, resolution: int | None, level: float) -> Iterable[Season]:
    days = moments // DAY
    # The first of January 1970 was a Thursday.
    weeks, weekdays = np.divmod(days + 3, 7)
    yield from _season("weekday", WEEKDAYS, weeks, weekdays, np.ones(7), level)
    months = moments.astype("M8[us]").astype("M8[M]").astype(np.int64)
    years, within = np.divmod(months, 12)
    lengths = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    yield from _season("month", MONTHS, years, within, lengths, level)
    if season_tests(resolution) == 3:
        yield from _season("hour", HOURS, days, (moments % DAY) // HOUR, np.ones(24), level)


def _season(
    part: str, names: tuple[str, ...], blocks: Whole, parts: Whole, lengths: Floats, level: float
) -> Iterable[Season]:
    from scipy.stats import friedmanchisquare

    start, stop = blocks[0] + 1, blocks[-1]  # the first and the last one may not be whole
    if stop - start < FEWEST_BLOCKS:
        return
    whole = (blocks >= start) & (blocks < stop)
    cells = (blocks[whole] - start) * len(names) + parts[whole]
    counts = np.bincount(cells, minlength=int(stop - start) * len(names)).reshape(-1, len(names))
    counts = counts[counts.any(axis=1)]
    if len(counts) < FEWEST_BLOCKS:
        return
    rates = counts / lengths
    # Of equal counts in whole blocks there is nothing to rank.
    if (counts == counts[:, :1]).all():
        yield Season(part, 1.0, False, 0.0, "none", len(counts))
        return
    found = friedmanchisquare(*(rates.T if part == "month" else counts.T))
    concordance = float(found.statistic) / (len(counts) * (len(names) - 1))
    busiest = names[int(np.argmax(rates.sum(axis=0)))]
    p_value = float(found.pvalue)
    yield Season(part, p_value, p_value < level, round(concordance, 4), busiest, len(counts))


def _regular(steps: Whole) -> str | None:
    if len(steps) < 10 * FEWEST_HOLDERS:
        return None
    sizes, counts = np.unique(steps, return_counts=True)
    common = int(sizes[np.argmax(counts)])
    if counts.max() < SAME_STEP * len(steps):
        return None
    size, words = next(((s, w) for s, w in UNITS if common % s == 0), (1, "microseconds"))
    number = common // size
    return f"every {number} {words}" if number > 1 else f"every {words.removesuffix('s')}"
