"""When rows are: range, seasons, regular steps and gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.profiling.column_parts import Dates
from synthgen.profiling.distributions.sample import Floats
from synthgen.profiling.distributions.seasons import DAY, HOUR, Whole, seasons_of
from synthgen.table.disclosure import FEWEST_HOLDERS

SAME_STEP = 0.9
UNITS = ((DAY, "days"), (HOUR, "hours"), (60_000_000, "minutes"), (1_000_000, "seconds"))


def dates_of(values: Floats, resolution: int | None, level: float) -> Dates | None:
    """Describe a date column (microseconds since 1970, UTC); None below a hundred rows.

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
    moments = moments[FEWEST_HOLDERS - 1 : len(moments) - FEWEST_HOLDERS + 1]
    first, last = (pd.Timestamp(int(end), unit="us").strftime("%Y-%m") for end in (moments[0], moments[-1]))
    days = np.unique(moments // DAY)
    steps: Whole = np.diff(np.unique(moments)).astype(np.int64)
    longest = float(steps.max() / DAY) if len(steps) else 0.0
    unit = next((words for size, words in UNITS if resolution and resolution % size == 0), "microseconds")
    return Dates(
        first, last, unit, tuple(seasons_of(moments, resolution, level)), level, _regular(steps),
        1 - len(days) / float(days[-1] - days[0] + 1), float(f"{longest:.2g}"),
    )  # fmt: skip


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
