"""One column of dates in parts: on which day of its calendar, on which weekday, at what time, or none at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.table.column import Column, Kind
from synthgen.table.day_grid import DayGrid
from synthgen.table.local_time import days_and_times, moments_at, zone_of

Floats = NDArray[np.float64]

WEEKDAY, TIME, SPECIAL = "day of the week", "time of day", "special date"
"""What the parts of a column are called, after its name."""


@dataclass(frozen=True)
class DateParts:
    """How the moments of one column are taken apart for a model, and put together again.

    The model's own column of the same name holds the number of the day on the column's calendar, or of its week, or how
    many days of the calendar it lies after another column; the others are beside it. Whatever a model draws for them is
    a day of the calendar at a time of the grid.

    Parameters
    ----------
    column : str
    grid : DayGrid
    weeks : bool
        Weeks are numbered, and the day of the week is a part of its own.
    step : int
        Microseconds between the times of day that are told apart; 0 where all rows have the same.
    offset : int
        Time of day of all rows, in microseconds; used where ``step`` is 0.
    special : tuple of float
        Moments that stand for none.
    first, last : float
        The first and the last of all other moments.
    base : str or None
        Column that this one is never before and is learnt from.
    unit : int
        Microseconds in which the time since ``base`` is told; 0 where days of the calendar are.
    """

    column: str
    grid: DayGrid = field(default_factory=DayGrid)
    weeks: bool = False
    step: int = 0
    offset: int = 0
    special: tuple[float, ...] = ()
    first: float = 0.0
    last: float = 0.0
    base: str | None = None
    unit: int = 0

    def named(self, part: str) -> str:
        """Name of a part in the model."""
        return f"{self.column}: {part}"

    @property
    def names(self) -> list[str]:
        """The model's columns for this one, in the order in which they stand."""
        extra = [(WEEKDAY, self.weeks), (TIME, self.step > 0)]
        return [self.column, *self.special_names, *(self.named(part) for part, there in extra if there)]

    @property
    def special_names(self) -> list[str]:
        """The model's columns that say whether a date is one of the special ones."""
        return [self.named(f"{SPECIAL} {number}") for number in range(1, len(self.special) + 1)]

    def split(self, moments: Floats, column: Column, base: Floats | None = None) -> dict[str, Floats]:
        """Take moments apart; what is unknown of a part is NaN.

        Parameters
        ----------
        moments : array of shape (n,)
            In UTC, NaN where missing.
        column : Column
        base : array of shape (n,), optional
            Moments of the column that this one is learnt from.
        """
        ordinary = self.ordinary(moments)
        days, times = days_and_times(ordinary, zone_of(column))
        if base is None:
            index = np.floor((days + 3) / 7) if self.weeks else self.grid.index(days)
        elif self.unit:
            index = (ordinary - base) / self.unit
        else:
            index = self.grid.index(days) - self.grid.index(days_and_times(base, zone_of(column))[0])
        parts = {self.column: index}
        for name, value in zip(self.special_names, self.special, strict=True):
            parts[name] = np.where(np.isnan(moments), np.nan, moments == value)
        if self.weeks:
            parts[self.named(WEEKDAY)] = self._place_in_week(days)
        if self.step:
            parts[self.named(TIME)] = np.rint(times / self.step)
        return parts

    def ordinary(self, moments: Floats) -> Floats:
        """Moments but for special and lone ones, NaN in their place."""
        apart = np.isin(moments, self.special) | (moments < self.first) | (moments > self.last)
        return np.where(apart, np.nan, moments)

    def _place_in_week(self, days: Floats) -> Floats:
        return np.where(np.isnan(days), np.nan, np.searchsorted(self.grid.weekdays, (days + 3) % 7).astype(float))

    def joined(self, made: Mapping[str, Floats], column: Column, base: Floats | None = None) -> Floats:
        """Put moments together, but for special ones; missing where the model's own column is."""
        index, zone = np.rint(made[self.column]), zone_of(column)
        if base is not None and self.unit:
            return np.asarray(base + np.maximum(index, 0.0) * self.unit)
        if base is not None:
            days = self.grid.days(self.grid.index(days_and_times(base, zone)[0]) + np.maximum(index, 0.0))
        elif self.weeks:
            weekdays = np.asarray(self.grid.weekdays, dtype=float)
            days = index * 7 - 3 + weekdays[np.nan_to_num(made[self.named(WEEKDAY)]).astype(np.int64)]
        else:
            days = self.grid.days(index)
        moments = moments_at(days, self.times(made), zone)
        return moments if base is not None else self._inside(moments, days, self.times(made), column)

    def times(self, made: Mapping[str, Floats]) -> Floats:
        """Times of day, in microseconds."""
        if self.step:
            return np.nan_to_num(made[self.named(TIME)]) * self.step
        return np.full(len(made[self.column]), float(self.offset))

    def _inside(self, moments: Floats, days: Floats, times: Floats, column: Column) -> Floats:
        """Moments before the first or after the last of the column, on the next day of the calendar that isn't."""
        for _ in range(2):
            early, late = moments < self.first, moments > self.last
            if not (early.any() or late.any()):
                return moments
            if self.weeks:
                days = days + 7.0 * early - 7.0 * late
            else:
                days = self.grid.days(self.grid.index(days) + early - late)
            moments = moments_at(days, times, zone_of(column))
        return np.asarray(np.clip(moments, self.first, self.last))

    def with_special(self, moments: Floats, made: Mapping[str, Floats]) -> Floats:
        """Put special moments where the model says so."""
        out = moments
        for name, value in zip(self.special_names, self.special, strict=True):
            out = np.where((made[name] > 0.5) & ~np.isnan(moments), value, out)
        return out

    def counted_back(self, moments: Floats, made: Mapping[str, Floats], column: Column) -> Floats:
        """Moments that the base must have had, to the day where days are counted, where this column is known."""
        ordinary, far = self.ordinary(moments), np.maximum(made[self.column], 0.0)
        if self.unit:
            return np.asarray(ordinary - far * self.unit)
        days, zone = days_and_times(ordinary, zone_of(column))[0], zone_of(column)
        return moments_at(self.grid.days(self.grid.index(days) - far), np.zeros(len(days)), zone)

    def placed(self, moments: Floats, made: Mapping[str, Floats], column: Column) -> Floats:
        """Moments of these days, or of the last ones before that the calendar has, at the times that were drawn."""
        days = days_and_times(moments, zone_of(column))[0]
        return moments_at(self.grid.days(self.grid.index(days)), self.times(made), zone_of(column))

    def columns(self, column: Column) -> list[Column]:
        """The model's columns for this one."""
        whole = replace(column, kind=Kind.INTEGER, bounds=None, resolution=None, declared=column.declared - {"bounds"})
        out = [whole]
        # As numbers, which SMOTE interpolates and doesn't put to the vote: a special date that few rows have stays.
        out += [Column(name, Kind.INTEGER) for name in self.special_names]
        if self.weeks:
            days = tuple(map(str, self.grid.weekdays))
            out.append(Column(self.named(WEEKDAY), Kind.CATEGORICAL, categories=days))
        if self.step:
            out.append(Column(self.named(TIME), Kind.INTEGER))
        return out

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        ends = {"first": float(self.first), "last": float(self.last)}
        return {**asdict(self), **ends, "grid": self.grid.to_dict(), "special": list(self.special)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DateParts:
        """Inverse of :meth:`to_dict`."""
        return cls(**{**data, "grid": DayGrid.from_dict(data["grid"]), "special": tuple(data["special"])})
