"""Calendars of which a column takes its days: every day, some days of the week, or the same days of each month.

A calendar is only taken for one where chance doesn't explain it: if the distinct days of a column were any days, the
probability that all of them lay on it, times the number of calendars of its kind that were looked at, must be below
``CHANCE``. Five days are never month ends by chance, but 56 are needed to tell that there are no weekends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from math import comb, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

CHANCE = 1e-6
"""Probability that days without a pattern are taken for days of a calendar, at most."""

MOST_DAYS_OF_MONTH = 4
"""Days that a calendar of months may have in each."""

RARER = 4
"""Each of them must have this part of the days that it would have if all had as many: a stray day is no calendar."""

COUNTINGS = ("first", "last", "first business", "last business")
MONTH = 365.2425 / 12
WORKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class DayGrid:
    """The days that a column can have, numbered one after the other.

    Parameters
    ----------
    weekdays : tuple of int
        Days of the week, Monday being 0.
    places : tuple of int
        Days of a month, 1 being the first that ``counting`` counts; empty where all days of the week count.
    counting : str
        "first" counts from the first of a month, "last" from its last day back, "first business" and "last business" do
        so among Mondays to Fridays.
    every, phase : int
        Only months whose number since January 1970, divided by ``every``, leaves ``phase``.

    Examples
    --------
    >>> ends = DayGrid(places=(1,), counting="last")
    >>> ends.days(np.array([0, 1])).astype("M8[D]").astype(str).tolist()
    ['1970-01-31', '1970-02-28']
    >>> ends.index(ends.days(np.array([7.0]))).tolist()
    [7.0]
    """

    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    places: tuple[int, ...] = ()
    counting: str = "first"
    every: int = 1
    phase: int = 0

    @property
    def is_every_day(self) -> bool:
        """Whether no day is left out."""
        return not self.places and len(self.weekdays) == 7

    def index(self, days: Floats) -> Floats:
        """Number of the last day of the calendar that isn't after each day; NaN stays."""
        if self.is_every_day:
            return days
        whole, gone = np.where(np.isnan(days), 0, days).astype(np.int64), np.isnan(days)
        if self.places:
            number = whole.astype("M8[D]").astype("M8[M]").astype(np.int64)
            cycle = (number - self.phase) // self.every
            upto = (self._of_month(cycle) <= whole[:, None]).sum(axis=1)
        else:
            cycle = (whole + 3) // 7
            upto = np.searchsorted(self.weekdays, (whole + 3) % 7, side="right")
        return np.where(gone, np.nan, cycle * self._a_cycle + upto - 1)

    def days(self, index: Floats) -> Floats:
        """Days with these numbers; NaN stays."""
        if self.is_every_day:
            return np.asarray(index, dtype=np.float64)
        gone = np.isnan(index)
        cycle, place = np.divmod(np.where(gone, 0, np.rint(index)).astype(np.int64), self._a_cycle)
        if self.places:
            found = np.take_along_axis(self._of_month(cycle), place[:, None], axis=1)[:, 0]
        else:
            found = cycle * 7 - 3 + np.asarray(self.weekdays)[place]
        return np.where(gone, np.nan, found.astype(np.float64))

    @property
    def _a_cycle(self) -> int:
        return len(self.places) or len(self.weekdays)

    def _of_month(self, cycle: Days) -> Days:
        """Days of the months of these cycles, ascending: (n, n_places)."""
        month = cycle * self.every + self.phase
        start, end = (_month_start(month), _month_start(month + 1) - 1)
        found = np.stack([_counted(start, end, place, self.counting) for place in self.places], axis=1)
        return np.sort(found, axis=1)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DayGrid:
        """Inverse of :meth:`to_dict`."""
        return cls(**{**data, "weekdays": tuple(data["weekdays"]), "places": tuple(data["places"])})


def _month_start(month: Days) -> Days:
    return month.astype("M8[M]").astype("M8[D]").astype(np.int64)


def _counted(start: Days, end: Days, place: int, counting: str) -> Days:
    if counting == "first":
        return start + place - 1
    if counting == "last":
        return end - place + 1
    roll, edge, step = ("forward", start, place - 1) if counting == "first business" else ("backward", end, 1 - place)
    return np.asarray(np.busday_offset(edge.astype("M8[D]"), step, roll=roll).astype(np.int64))  # type: ignore[call-overload]


def find_grid(days: Floats) -> DayGrid:
    """Find the calendar that all days lie on, beyond chance: days of months, else days of the week, else every day.

    Examples
    --------
    >>> fridays = np.arange(10.0) * 7 + 1
    >>> find_grid(fridays).weekdays
    (4,)
    """
    distinct = np.unique(days[~np.isnan(days)]).astype(np.int64)
    if len(distinct) < 2:
        return DayGrid()
    return min(_of_months(distinct), key=lambda grid: len(grid.places), default=None) or _of_weeks(distinct)


def enough(days: int, share: float, tried: int) -> bool:
    """Whether so many days that all lie on a calendar with this share of the days are no chance."""
    return share < 1 and days * log(share) + log(tried) < log(CHANCE)


def _of_weeks(days: Days) -> DayGrid:
    found = np.unique((days + 3) % 7)
    if enough(len(days), len(found) / 7, 2**7):
        return DayGrid(weekdays=tuple(int(day) for day in found))
    return DayGrid()


def _of_months(days: Days) -> Iterator[DayGrid]:
    month = days.astype("M8[D]").astype("M8[M]").astype(np.int64)
    start, end = _month_start(month), _month_start(month + 1) - 1
    workday = np.is_busday(days.astype("M8[D]")).all()
    for counting in COUNTINGS:
        if counting == "first":
            places = days - start + 1
        elif counting == "last":
            places = end - days + 1
        elif not workday:
            continue
        elif counting == "first business":
            places = np.busday_count(start.astype("M8[D]"), days.astype("M8[D]")) + 1
        else:
            places = np.busday_count(days.astype("M8[D]"), (end + 1).astype("M8[D]"))
        found, counts = np.unique(places, return_counts=True)
        # Every month has a 28th, and 20 days from Monday to Friday.
        tried = comb(31, len(found)) * len(COUNTINGS)
        often = counts.min() * len(found) * RARER >= len(days)
        if often and len(found) <= MOST_DAYS_OF_MONTH and found.max() <= 20 + 8 * (counting in ("first", "last")):
            every, phase = _months_apart(np.unique(month))
            if enough(len(days), len(found) / MONTH, tried):
                yield DayGrid((0, 1, 2, 3, 4, 5, 6), tuple(map(int, found)), counting, every, phase)


def _months_apart(months: Days) -> tuple[int, int]:
    """Every how many months there is one, beyond chance, and which of them."""
    for every in (12, 6, 4, 3, 2):
        phase = np.unique(months % every)
        if len(phase) == 1 and enough(len(months), 1 / every, every * 5):
            return every, int(phase[0])
    return 1, 0
