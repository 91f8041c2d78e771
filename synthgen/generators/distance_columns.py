"""Columns that are learnt as their distance from another one, which they are never below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthgen.table.column import Column, Kind, Schema
from synthgen.table.constraints import Constraint, Inequality
from synthgen.table.constraints.base import on_grid
from synthgen.table.grid import step_of, with_bounds

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


def distance_columns(rules: Sequence[Constraint], coded: pd.DataFrame, schema: Schema) -> tuple[DistanceColumn, ...]:
    """Columns of inequalities that are worth learning as a distance.

    Each column is taken once, its base isn't a distance itself, no other rule gives either of them, the target isn't
    one of them, and it has a value only where its base has one: without that the distance couldn't be told.
    """
    taken: set[str] = set()
    given = {rule.gives for rule in rules} | {schema.target.name if schema.target else None}
    found: list[DistanceColumn] = []
    for rule in rules:
        if not isinstance(rule, Inequality) or {rule.low, rule.high} & (taken | given):
            continue
        low, high = coded[rule.low].to_numpy(float), coded[rule.high].to_numpy(float)
        known = ~np.isnan(low) & ~np.isnan(high)
        if (np.isnan(low) & ~np.isnan(high)).any() or known.sum() < 2:
            continue
        spread, own = (_spread(values[known]) for values in (high - low, high))
        if own > 0 and spread < CLOSE * own:
            steps = step_of(schema[rule.low]), step_of(schema[rule.high])
            # Dates are learnt in whole steps of their grid.
            unit = min(steps) if schema[rule.low].kind is Kind.DATETIME else 1.0
            found.append(DistanceColumn(rule.high, rule.low, max(steps) / unit if rule.strict else 0.0, unit))
            taken |= {rule.low, rule.high}
    return tuple(found)


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
    out = {}
    for distance in distances:
        far = np.maximum(made[distance.column].to_numpy(float), distance.least) * distance.unit
        out[distance.column] = on_grid(made[distance.base].to_numpy(float) + far, schema[distance.column])
    return made.assign(**out) if out else made


def restored(
    filled: pd.DataFrame, known: pd.DataFrame, distances: Sequence[DistanceColumn], schema: Schema
) -> pd.DataFrame:
    """Filled rows as the table has them, with all that was known of them before."""
    out = without_distances(filled, distances, schema)
    for distance in distances:
        end, start = (known[name].to_numpy(float) for name in (distance.column, distance.base))
        far = np.maximum(filled[distance.column].to_numpy(float), distance.least) * distance.unit
        # An end that is known stays where it is, and its start is counted back from it.
        before = on_grid(end - far, schema[distance.base])
        out[distance.base] = np.where(np.isnan(start) & ~np.isnan(end), before, out[distance.base])
        out[distance.column] = np.where(np.isnan(end), out[distance.column], end)
    return out


def schema_of_distances(schema: Schema, distances: Sequence[DistanceColumn], learnt: pd.DataFrame) -> Schema:
    """The schema of rows as the model learns them."""
    if not distances:
        return schema
    changed = [_as_distance(schema[distance.column]) for distance in distances]
    return with_bounds(replace(schema.with_columns(changed), constraints=()), learnt)


def _as_distance(column: Column) -> Column:
    kind = Kind.INTEGER if column.kind is Kind.DATETIME else column.kind
    return replace(column, kind=kind, bounds=None, declared=column.declared - {"bounds"})
