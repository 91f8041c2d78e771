"""Numbers with a fraction, and durations in seconds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError
from synthgen.table.column import Column
from synthgen.table.dtypes import Family, family, labels, numbers, seconds
from synthgen.table.storing import store_numbers
from synthgen.table.text_formats import texts_as_numbers


def parse(series: pd.Series[Any], column: Column) -> np.ndarray:
    """Read a column as float64, NaN where missing."""
    found, _ = family(series)
    if found is Family.EMPTY:
        return np.full(len(series), np.nan)
    if found is Family.TIMEDELTA:
        return seconds(series)
    if found in (Family.TEXT, Family.CATEGORY):
        values = _from_text(series, column)
    elif found in (Family.INTEGER, Family.FLOAT, Family.DECIMAL, Family.BOOL):
        values = numbers(series)
    else:
        values = None
    if values is None:
        raise DataError(
            f"Column {column.name!r} is {column.kind} in the schema, but not all its values are numbers. "
            "Correct the column, or infer the schema from this table."
        )
    return finite(values, column)


def _from_text(series: pd.Series[Any], column: Column) -> np.ndarray | None:
    codes, texts = labels(series)
    storage = column.storage
    table = texts_as_numbers([str(text) for text in texts], storage.missing_token, storage.text_format)
    return None if table is None else np.append(table, np.nan)[codes]


def finite(values: np.ndarray, column: Column) -> np.ndarray:
    """Values of which none is infinite: such are taken as missing or refused, as the column says.

    Raises
    ------
    DataError
        If there are infinite values and they aren't said to be missing.
    """
    count = int(np.isinf(values).sum())
    if not count:
        return values
    if column.infinities == "missing":
        return np.where(np.isinf(values), np.nan, values)
    raise DataError(
        f"Column {column.name!r} has {count} infinite value{'s' if count > 1 else ''}: replace them or drop the rows. "
        'Or take them as missing: Schema.infer(df, infinities="missing").'
    )


def restore(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Round to the column's decimals and give back in its dtype."""
    values = np.asarray(values, dtype=np.float64)
    if column.decimals is not None:
        values = np.round(values, column.decimals)
    return store_numbers(values + 0.0, column)
