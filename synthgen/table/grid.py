"""The values a column can take: its rounding grid and its bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from synthgen.errors import DataError
from synthgen.table.column import ORDERED_KINDS, Column, Kind
from synthgen.table.endings import with_endings
from synthgen.table.schema import Schema

LARGEST = 1e150
"""Of larger numbers a float64 can't hold the square, and so no variance."""


def to_grid(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator | None = None) -> pd.DataFrame:
    """Round and clip every ordered column of a coded frame to what its column can hold, with its last digits.

    ``rng`` is for values that lie around real ones; see :func:`synthgen.table.endings.with_endings`.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.table import Column, Kind, Schema
    >>> schema = Schema((Column("price", Kind.CONTINUOUS, decimals=2, bounds=(0, 5)),))
    >>> to_grid(pd.DataFrame({"price": [1.23456, 9.0]}), schema)["price"].tolist()
    [1.23, 5.0]
    """
    out = coded.copy()
    for column in schema.of(*ORDERED_KINDS):
        if column.name in out:
            values = out[column.name].to_numpy(dtype=float)
            low, high = column.bounds or (-np.inf, np.inf)
            if column.endings:
                values = with_endings(values, column.endings, column.decimals or 0, low, high, rng)
            out[column.name] = np.clip(on_grid(values, column), low, high)
    return out


def with_bounds(schema: Schema, coded: pd.DataFrame) -> Schema:
    """Return the schema with the bounds of these rows, but for declared ones, which the rows must keep.

    Raises
    ------
    DataError
        If values lie outside declared bounds, or are too large to compute with.
    """
    changed = []
    for column in schema.of(*ORDERED_KINDS):
        values = coded[column.name].to_numpy(dtype=float)
        values = values[~np.isnan(values)]
        beyond = int((np.abs(values) > LARGEST).sum())
        if beyond:
            raise DataError(
                f"Column {column.name!r} has {beyond} numbers beyond {LARGEST:.0e}, too large to compute with. "
                "If they stand for missing or endless values, replace them with NaN; else take their logarithm."
            )
        if "bounds" not in column.declared or column.bounds is None:
            bounds = (float(values.min()), float(values.max())) if len(values) else None
            changed.append(replace(column, bounds=bounds))
            continue
        outside = int(((values < column.bounds[0]) | (values > column.bounds[1])).sum())
        if outside:
            raise DataError(
                f"Column {column.name!r} has {outside} values outside the bounds that its schema declares. "
                "Correct the values, or declare wider bounds."
            )
    return schema.with_columns(changed)


def step_of(column: Column) -> float:
    """Distance of neighbouring values of a rounded column; 0 where it isn't rounded, or has no order.

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> step_of(Column("price", Kind.CONTINUOUS, decimals=2)), step_of(Column("age", Kind.INTEGER))
    (0.01, 1.0)
    """
    if column.kind is Kind.DATETIME:
        return float(column.resolution or 1)
    if column.kind is Kind.INTEGER:
        return 1.0
    return 0.0 if column.decimals is None else 10.0**-column.decimals


def on_grid(values: np.ndarray, column: Column) -> np.ndarray:
    """Values rounded as the column holds them; not clipped."""
    if column.kind is Kind.INTEGER:
        # From here on every eighth number or more lies halfway, and rint makes all of these even.
        up = (np.abs(values) >= 2.0**49) & (values - np.floor(values) >= 0.5)
        return np.asarray(np.where(up, np.ceil(values), np.rint(values)))
    if column.kind is Kind.DATETIME:
        step = column.resolution or 1
        return np.asarray(np.rint(values / step) * step)
    if column.decimals is not None:
        return np.asarray(np.round(values, column.decimals))
    return values
