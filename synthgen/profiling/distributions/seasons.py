"""Whether rows prefer some weekdays, months or hours, by the power of their rhythm beside that of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.column_parts import Season
from synthgen.profiling.distributions.sample import Floats

HOUR = 3_600_000_000
DAY = 24 * HOUR
FEWEST_PERIODS = 3
MOST_DAYS = 4_000
NEIGHBOURS = 12
FEWEST_NEIGHBOURS = 4
LIFT = 1.05
MONTH_DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Rhythm:
    """A period, its parts, and how many harmonics are looked at."""

    part: str
    names: tuple[str, ...]
    harmonics: int


WEEK = Rhythm(
    "weekday", ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), 3
)  # fmt: skip
YEAR = Rhythm(
    "month",
    ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"), 2,
)  # fmt: skip
ROUND_THE_CLOCK = Rhythm("hour", tuple(f"{hour:02d} h" for hour in range(24)), 4)


def season_tests(resolution: int | None) -> int:
    """How many rhythms a date column may have: days have no hours."""
    return 2 if resolution and resolution % DAY == 0 else 3


def seasons_of(moments: Whole, resolution: int | None, level: float) -> Iterable[Season]:
    """Test each rhythm of which whole periods are seen three times at least.

    Rows are counted by day, month and hour. Power at the period's first harmonics is compared with the mean of up to
    24 frequencies beside each, by the exact law of their ratio where all have the same power to be expected; the
    least p-value times the number of harmonics counts. So neither trends nor bursts of rows make a season: they have
    power at all frequencies.

    Parameters
    ----------
    moments : array
        Microseconds since 1970, in order.
    resolution : int or None
        Grid in microseconds.
    level : float

    References
    ----------
    The ratio's law: Priestley (1981), Spectral Analysis and Time Series, chapter 6.
    """
    days = moments // DAY
    days = days[days > days[-1] - MOST_DAYS]
    start = -(-(days[0] + 1) // 7) * 7 + 4  # the first Monday after the first day; 1970 began on a Thursday
    yield from _season(WEEK, _counts(days, start), level)
    months = moments.astype("M8[us]").astype("M8[M]").astype(np.int64)
    counts = _counts(months, -(-(months[0] + 1) // 12) * 12)
    yield from _season(YEAR, counts / np.resize(MONTH_DAYS, len(counts)), level)
    if season_tests(resolution) == 3:
        hours = moments[-len(days) :] // HOUR
        yield from _season(ROUND_THE_CLOCK, _counts(hours, -(-(hours[0] + 1) // 24) * 24), level)


def _counts(units: Whole, start: int) -> Floats:
    """Rows of each unit from one start, without the last unit, which may not be whole."""
    inside = units[(units >= start) & (units < units[-1])] - start
    return np.bincount(inside, minlength=max(0, int(units[-1] - start))).astype(float)


def _season(rhythm: Rhythm, counts: Floats, level: float) -> Iterable[Season]:
    length = len(rhythm.names)
    periods = len(counts) // length
    if periods < FEWEST_PERIODS:
        return
    counts = counts[: periods * length]
    if counts.sum() == 0:
        return
    by_part = counts.reshape(periods, length).mean(axis=0)
    lift = float(by_part.max() / by_part.mean())
    p_value = _p_value(counts, periods, rhythm)
    if p_value is None:
        return
    found = p_value < level and lift >= LIFT
    yield Season(rhythm.part, p_value, found, round(lift, 3), rhythm.names[int(np.argmax(by_part))], periods)


def _p_value(counts: Floats, periods: int, rhythm: Rhythm) -> float | None:
    power = np.abs(np.fft.rfft(counts - counts.mean())) ** 2
    if not power.sum() > 1e-9 * counts.sum():
        return 1.0  # as many rows in each unit
    least = None
    for harmonic in range(1, rhythm.harmonics + 1):
        at = harmonic * periods
        if 2 * at >= len(counts):
            continue
        beside = np.arange(max(1, at - NEIGHBOURS), min(at + NEIGHBOURS + 1, (len(counts) + 1) // 2))
        beside = beside[beside % periods != 0]
        if len(beside) < FEWEST_NEIGHBOURS:
            continue
        # Both are exponential: their ratio exceeds r with probability (1 + r / m)^-m.
        ratio = power[at] / max(float(power[beside].mean()), 1e-300)
        found = float((1 + ratio / len(beside)) ** -len(beside))
        least = found if least is None else min(least, found)
    return None if least is None else min(1.0, least * rhythm.harmonics)
