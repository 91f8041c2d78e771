"""Rows as a model and as the table has them: dates in parts, and columns as their distance from another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from synthgen.generators.dates.columns import DateColumns
from synthgen.generators.dates.learning import following, learn_dates
from synthgen.generators.distance_columns import (
    DistanceColumn,
    distance_columns,
    restored,
    schema_of_distances,
    with_distances,
    without_distances,
)
from synthgen.table.constraints import Constraint
from synthgen.table.grid import with_bounds
from synthgen.table.schema import Schema

Distances = tuple[DistanceColumn, ...]


def learn_columns(coded: pd.DataFrame, schema: Schema, rules: Sequence[Constraint]) -> tuple[DateColumns, Distances]:
    """Find which columns a model learns in another form than the table's."""
    dates = learn_dates(coded, schema)
    ordinary = {one.column: one.ordinary(coded[one.column].to_numpy(float)) for one in dates.parts}
    distances = distance_columns(rules, coded, schema, ordinary)
    return following(dates, distances, coded, schema)


def learnt_rows(
    values: pd.DataFrame, schema: Schema, distances: Distances, dates: DateColumns, rng: np.random.Generator
) -> tuple[pd.DataFrame, Schema]:
    """Rows as a model learns them, and their columns."""
    learnt = dates.filled(model_rows(values, schema, distances, dates), values, rng)
    if not distances and not dates:
        return learnt, schema
    changed = dates.schema(replace(schema_of_distances(schema, distances), constraints=()))
    return learnt, with_bounds(changed, learnt)


def model_rows(rows: pd.DataFrame, schema: Schema, distances: Distances, dates: DateColumns) -> pd.DataFrame:
    """Coded rows as a model has them; what is unknown of a date is NaN in its parts too."""
    return dates.split(rows, with_distances(rows, distances), schema)


def whole_rows(coded: pd.DataFrame, schema: Schema, distances: Distances, dates: DateColumns) -> pd.DataFrame:
    """Real rows as a model has them, all parts of their dates known: to say how likely they are."""
    return dates.filled(model_rows(coded, schema, distances, dates), coded, None)


def table_rows(made: pd.DataFrame, schema: Schema, distances: Distances, dates: DateColumns) -> pd.DataFrame:
    """Drawn rows as the table has them."""
    return dates.joined(made, without_distances(made, distances, schema), schema)


def filled_rows(
    filled: pd.DataFrame, known: pd.DataFrame, schema: Schema, distances: Distances, dates: DateColumns
) -> pd.DataFrame:
    """Filled rows as the table has them, with all that was known of them before."""
    return dates.restored(filled, restored(filled, known, distances, schema), known, schema)
