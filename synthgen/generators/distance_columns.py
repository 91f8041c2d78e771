"""Columns that are learnt as their distance from another one, which they are never below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthgen.table.column import Column, Kind
from synthgen.table.constraints import Constraint, Inequality
from synthgen.table.constraints.base import on_grid
from synthgen.table.grid import step_of
from synthgen.table.schema import Schema

CLOSE = 0.5
"""A column is learnt as a distance if distances spread less than this share of what its own values spread."""


@dataclass(frozen=True)
class DistanceColumn:
    """``column`` is learnt as (``column`` − ``base``) / ``unit``, at least ``least`` units.

    An end that follows its start by days, among starts of many years: drawn by itself, it would lie before its start in
    half of the rows where both are in the same bin; as a distance it can't.
    """

    column: str
    base: str
    least: float
    unit: float


def distance_columns(
    rules: Sequence[Constraint], coded: pd.DataFrame, schema: Schema, ordinary: Mapping[str, np.ndarray] | None = None
) -> tuple[DistanceColumn, ...]:
    """Columns of inequalities that are worth learning as a distance, each after its base.

    Each column is taken once, no other rule gives either of them, the target isn't one of them, and it has a value only
    where its base has one: without that the distance couldn't be told. The base of a date may be a distance itself, or
    that of several (ordered, sent, arrived); that of a number is neither. ``ordinary`` has, of some columns, the values
    but for those that stand for none.
    """
    taken: set[str] = set()
    given = {rule.gives for rule in rules} | {schema.target.name if schema.target else None}
    found: dict[str, DistanceColumn] = {}
    for rule in rules:
        if not isinstance(rule, Inequality) or {rule.low, rule.high} & given or rule.high in found:
            continue
        dates = schema[rule.low].kind is Kind.DATETIME
        if _follows(rule.low, rule.high, found) if dates else {rule.low, rule.high} & taken:
            continue
        low, high = coded[rule.low].to_numpy(float), coded[rule.high].to_numpy(float)
        undated = (np.isnan(low) & ~np.isnan(high)).any()
        low, high = ((ordinary or {}).get(name, values) for name, values in ((rule.low, low), (rule.high, high)))
        known = ~np.isnan(low) & ~np.isnan(high)
        if undated or known.sum() < 2:
            continue
        spread, own = (_spread(values[known]) for values in (high - low, high))
        if own > 0 and spread < CLOSE * own:
            steps = step_of(schema[rule.low]), step_of(schema[rule.high])
            # Dates are learnt in whole steps of their grid.
            unit = min(steps) if dates else 1.0
            found[rule.high] = DistanceColumn(rule.high, rule.low, max(steps) / unit if rule.strict else 0.0, unit)
            taken |= {rule.low, rule.high}
    return tuple(sorted(found.values(), key=lambda distance: _depth(distance, found)))


def _follows(low: str, high: str, found: Mapping[str, DistanceColumn]) -> bool:
    """Whether ``low`` is learnt from ``high`` already, by any number of steps."""
    while low in found:
        low = found[low].base
        if low == high:
            return True
    return False


def _depth(distance: DistanceColumn, found: Mapping[str, DistanceColumn]) -> int:
    depth = 0
    while distance.base in found:
        distance, depth = found[distance.base], depth + 1
    return depth


def _spread(values: np.ndarray) -> float:
    low, high = np.quantile(values, (0.1, 0.9))
    return float(high - low)


def with_distances(coded: pd.DataFrame, distances: Sequence[DistanceColumn]) -> pd.DataFrame:
    """Coded rows as the model learns them."""
    if not distances:
        return coded
    return coded.assign(
        **{distance.column: (coded[distance.column] - coded[distance.base]) / distance.unit for distance in distances}
    )


def without_distances(made: pd.DataFrame, distances: Sequence[DistanceColumn], schema: Schema) -> pd.DataFrame:
    """Rows as the table has them, of rows as the model draws them."""
    out: dict[str, np.ndarray] = {}
    for distance in distances:
        far = np.maximum(made[distance.column].to_numpy(float), distance.least) * distance.unit
        base = out[distance.base] if distance.base in out else made[distance.base].to_numpy(float)
        out[distance.column] = on_grid(base + far, schema[distance.column])
    return made.assign(**out) if out else made


def restored(
    filled: pd.DataFrame, known: pd.DataFrame, distances: Sequence[DistanceColumn], schema: Schema
) -> pd.DataFrame:
    """Filled rows as the table has them, with all that was known of them before."""
    told = {str(name): known[name].to_numpy(float, copy=True) for name in known.columns}
    far = {
        distance.column: np.maximum(filled[distance.column].to_numpy(float), distance.least) * distance.unit
        for distance in distances
    }
    for distance in distances[::-1]:
        # An end that is known stays where it is, and its start is counted back from it.
        before = on_grid(told[distance.column] - far[distance.column], schema[distance.base])
        told[distance.base] = np.where(np.isnan(told[distance.base]), before, told[distance.base])
    out = {str(name): filled[name].to_numpy(float) for name in filled.columns}
    for distance in distances:
        for name in (distance.base, distance.column):
            if name == distance.column:
                out[name] = on_grid(out[distance.base] + far[name], schema[name])
            out[name] = np.where(np.isnan(told[name]), out[name], told[name])
    return filled.assign(**out) if distances else filled


def schema_of_distances(schema: Schema, distances: Sequence[DistanceColumn]) -> Schema:
    """Columns of rows as the model learns them; their bounds are those of the table's."""
    return schema.with_columns([_as_distance(schema[distance.column]) for distance in distances])


def _as_distance(column: Column) -> Column:
    kind = Kind.INTEGER if column.kind is Kind.DATETIME else column.kind
    return replace(column, kind=kind, bounds=None, declared=column.declared - {"bounds"})
