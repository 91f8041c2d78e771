"""Dates and datetimes, as microseconds since 1970 in UTC."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError
from synthgen.table.column import Column
from synthgen.table.date_formats import find_date_format, read_dates
from synthgen.table.dtypes import Family, family, labels, microseconds
from synthgen.table.storing import store_datetimes


def parse(series: pd.Series[Any], column: Column) -> np.ndarray:
    """Read a column as microseconds since 1970 in UTC, NaN where missing."""
    found, _ = family(series)
    if found is Family.EMPTY:
        return np.full(len(series), np.nan)
    if found is Family.DATETIME:
        return microseconds(series)
    text_format = column.storage.text_format
    codes, texts = labels(series) if found is Family.TEXT else (np.array([], dtype=np.intp), [])
    if texts and not text_format:
        # The same table as a CSV file holds as text what the schema knows as datetimes.
        written = find_date_format(texts, column.name)
        text_format = written.text_format if written else None
    if texts and text_format:
        stamps = read_dates(texts, text_format)
        wrong = np.isnat(stamps) & np.array([text != column.storage.missing_token for text in texts], dtype=bool)
        if not wrong.any():
            values: np.ndarray = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))
            return np.asarray(np.append(values, np.nan)[codes])
    raise DataError(
        f"Column {column.name!r} is datetime in the schema"
        + (f" with the format {text_format!r}" if text_format else "")
        + ", but not all its values can be read so. Correct the column, convert it with pd.to_datetime, "
        "or infer the schema from this table."
    )


def restore(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Round to the column's grid and give back in its dtype, time zone or text format."""
    values = np.asarray(values, dtype=np.float64)
    if column.resolution:
        values = np.round(values / column.resolution) * column.resolution
    return store_datetimes(values, column)
