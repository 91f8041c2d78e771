"""What is learnt of each column of dates before a model sees it: calendar, weeks, times, dates that stand for none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import log

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2, chisquare

from synthgen.generators.dates.columns import DateColumns
from synthgen.generators.dates.parts import DateParts
from synthgen.generators.dates.special import special_moments
from synthgen.generators.distance_columns import DistanceColumn
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind
from synthgen.table.contingency import chi_squared, without_empty
from synthgen.table.day_grid import CHANCE, find_grid
from synthgen.table.local_time import DAY, days_and_times, zone_of
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]

FEWEST_WEEKS = 8
"""Weeks that a column must span for the day of the week to be a part of its own."""

WEEKLY = 1e-4
"""Probability, over all that is looked at, that a column without a weekly pattern is taken to have one."""

GROUPS = 8
"""Groups of another column that are compared by day of the week."""

ROWS, FEWEST_ROWS, CELLS = 20_000, 2_000, 1_000_000
"""Rows that are looked at: the first, or fewer where that would be more cells, but no fewer than the second."""

CLOCK = (3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)
LONG = DAY / 2
"""From this median gap on, an end has a time of day of its own; below it follows from the gap, to the unit."""


def learn_dates(coded: pd.DataFrame, schema: Schema) -> DateColumns:
    """Find the parts of every column of dates that has more than a plain day.

    Parameters
    ----------
    coded : pandas.DataFrame
        As :func:`synthgen.table.encode` gives it.
    schema : Schema

    Returns
    -------
    DateColumns
    """
    target = schema.target.name if schema.target is not None else None
    found: list[DateParts] = []
    columns = schema.of(Kind.DATETIME)
    if not columns:
        return DateColumns()
    others = Others.of(coded, schema)
    for column in columns:
        values = coded[column.name].to_numpy(float)
        if column.name == target or not (~np.isnan(values)).any():
            continue
        parts = _parts_of(values, column, others)
        if parts is not None:
            found.append(parts)
    return DateColumns(tuple(found))


def _parts_of(values: Floats, column: Column, others: Others) -> DateParts | None:
    special, lone = special_moments(values)
    ordinary = np.where(lone | np.isin(values, special), np.nan, values)
    zone = zone_of(column)
    days, times = days_and_times(ordinary, zone)
    present = times[~np.isnan(times)]
    grid = find_grid(days)
    same = bool((present == present[0]).all())
    parts = DateParts(
        column.name, grid, step=0 if same else step_of_times(present, ordinary), offset=int(present[0]) if same else 0,
        special=special, first=float(np.nanmin(ordinary)), last=float(np.nanmax(ordinary)),
    )  # fmt: skip
    weeks = not grid.places and len(grid.weekdays) > 1 and has_weeks(days, others, column.name)
    parts = replace(parts, weeks=weeks)
    plain = grid.is_every_day and same and not parts.offset and zone is None
    return None if plain and not weeks and not special and not lone.any() else parts


def step_of_times(times: Floats, moments: Floats) -> int:
    """Microseconds of the grid that all times of day lie on, beyond chance.

    Were times any of the clock's unit, n distinct moments would all lie on a grid k units wide with a probability of
    1 / k to the power of n.

    Examples
    --------
    >>> quarters = np.arange(40.0) * 900_000_000
    >>> step_of_times(quarters, quarters) == 900_000_000
    True
    """
    whole = np.unique(times).astype(np.int64)
    unit = next(unit for unit in CLOCK if not (whole % unit).any())
    step = int(np.gcd.reduce(np.append(whole, DAY)))
    moments = np.unique(moments[~np.isnan(moments)])
    return step if step > unit and len(moments) * log(unit / step) < log(CHANCE) else unit


def has_weeks(days: Floats, others: Others, name: str) -> bool:
    """Whether days of the week differ beyond chance: in how many rows they have, or in what any other column holds."""
    there = ~np.isnan(days)
    if not there.any() or np.ptp(days[there]) < 7 * FEWEST_WEEKS:
        return False
    weekday = (days + 3) % 7
    counts = np.bincount(weekday[there].astype(np.int64), minlength=7)
    level = WEEKLY / (1 + len(others.names))
    every = np.bincount(((np.arange(np.nanmin(days), np.nanmax(days) + 1) + 3) % 7).astype(np.int64), minlength=7)
    seen = counts > 0
    expected = every[seen] / every[seen].sum() * counts.sum()
    if chisquare(counts[seen], expected).pvalue < level:
        return True
    return others.differ_by(weekday[others.rows], level, but=name)


@dataclass(frozen=True)
class Others:
    """Groups of what columns hold, by their ranks: 0 is a gap.

    Parameters
    ----------
    names : list of str
    rows : array of int
        Rows that are looked at.
    groups : array of int, shape (rows, columns)
    """

    names: list[str]
    rows: NDArray[np.int64]
    groups: NDArray[np.int64]

    @classmethod
    def of(cls, coded: pd.DataFrame, schema: Schema) -> Others:
        """Group every column once, for all columns of dates; of wide tables fewer rows are looked at."""
        names = [c.name for c in schema.of(*ORDERED_KINDS, *LABEL_KINDS) if c.name in coded]
        most = max(FEWEST_ROWS, min(ROWS, CELLS // max(len(names), 1)))
        rows = np.arange(0, len(coded), -(-len(coded) // most), dtype=np.int64)
        ranks = coded[names].iloc[rows].rank(method="average", pct=True).to_numpy(float)
        return cls(names, rows, np.nan_to_num(np.ceil(ranks * GROUPS), nan=0.0).astype(np.int64))

    def differ_by(self, weekday: Floats, level: float, *, but: str) -> bool:
        """Whether the groups of any column but one differ by day of the week more than chance makes them."""
        there = ~np.isnan(weekday)
        if not there.any():
            return False  # dates that so few rows have that none of those looked at has one
        day, groups = weekday[there].astype(np.int64), self.groups[there]
        columns = groups.shape[1]
        width = GROUPS + 1
        cells = (day[:, None] * columns + np.arange(columns)) * width + groups
        tables = np.bincount(cells.ravel(), minlength=7 * columns * width).reshape(7, columns, width).swapaxes(0, 1)
        named = zip(self.names, tables, strict=True)
        return any(_chance_of(table.astype(float)) < level for name, table in named if name != but)


def _chance_of(table: Floats) -> float:
    """Probability of so different values on different days of the week, were they alike on all."""
    table = without_empty(table)
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    if freedom <= 0:
        return 1.0
    statistic, least = chi_squared(table)
    return float(chi2.sf(statistic, freedom)) if least >= 1 else 1.0


def following(
    dates: DateColumns, distances: Iterable[DistanceColumn], coded: pd.DataFrame, schema: Schema
) -> tuple[DateColumns, tuple[DistanceColumn, ...]]:
    """Learn ends of spans by the days of their calendar, or the time, since their start.

    Parameters
    ----------
    dates : DateColumns
    distances : iterable of DistanceColumn
        Which column is learnt from which; of two dates that both are plain days, and of numbers, they stay as they are.
    coded : pandas.DataFrame
    schema : Schema

    Returns
    -------
    dates : DateColumns
        Starts before their ends.
    plain : tuple of DistanceColumn
    """
    by_name = dates.by_name
    plain: list[DistanceColumn] = []
    for distance in distances:
        if schema[distance.column].kind is not Kind.DATETIME or not {distance.column, distance.base} & by_name.keys():
            plain.append(distance)
            continue
        values = coded[distance.column].to_numpy(float)
        end = by_name.get(distance.column) or DateParts(
            distance.column, first=float(np.nanmin(values)), last=float(np.nanmax(values))
        )
        start = coded[distance.base].to_numpy(float)
        start = by_name[distance.base].ordinary(start) if distance.base in by_name else start
        gaps = end.ordinary(values) - start
        gaps = gaps[~np.isnan(gaps)]
        exact = bool(end.step and len(gaps) and np.median(gaps) < LONG and distance.base in by_name)
        unit = int(step_of_times(gaps % DAY, gaps)) if exact else 0
        # What is known of an exact end tells its time of day.
        end = replace(end, weeks=False, base=distance.base, unit=unit, step=0 if exact else end.step)
        by_name[distance.column] = end
    order: list[str] = []
    waiting = list(by_name)
    while waiting:
        ready = [name for name in waiting if by_name[name].base not in waiting]
        order += ready
        waiting = [name for name in waiting if name not in ready]
    return DateColumns(tuple(by_name[name] for name in order)), tuple(plain)
