"""Labels, as codes into the schema's list of categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError
from synthgen.table.column import Column
from synthgen.table.dtypes import labels
from synthgen.table.storing import store_labels


def parse(series: pd.Series[Any], column: Column) -> np.ndarray:
    """Read a column as codes, NaN where missing; a label that isn't listed is an error."""
    if column.categories is None:
        raise DataError(
            f"Column {column.name!r} is {column.kind} in the schema, which doesn't list its categories. "
            f"Give them: schema.with_column({column.name!r}, categories=(...))."
        )
    codes, values = labels(series)
    table = lookup(values, column)
    unseen = int((table[:-1] == -2)[codes[codes >= 0]].sum()) if len(values) else 0
    if unseen:
        listed = len(column.categories or ())
        raise DataError(
            f"Column {column.name!r} has {unseen} value{'s' if unseen > 1 else ''} that are none of the "
            f"{listed} categories of its schema. "
            "Correct the values, or infer the schema from a table that has them."
        )
    found = table[codes]
    return np.where(found < 0, np.nan, found).astype(np.float64)


def key(label: Any, column: Column) -> Any:
    """Tell labels apart: in mixed columns True, 1 and 1.0 are three."""
    return (type(label), label) if column.storage.python_type == "mixed" else label


def lookup(values: list[Any], column: Column) -> np.ndarray:
    """Code of each value: -1 for the missing token (and at the end, for missing), -2 where not listed."""
    codes = {key(label, column): code for code, label in enumerate(column.categories or ())}
    codes.setdefault(key(column.storage.missing_token, column), -1)
    return np.array([*(codes.get(key(value, column), -2) for value in values), -1], dtype=np.intp)


def restore(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Turn codes, rounded to the nearest that exists, back into labels in the column's dtype."""
    top = len(column.categories or ()) - 1
    values = np.asarray(values, dtype=np.float64)
    codes = np.clip(np.round(values), 0, top) if top >= 0 else np.full(len(values), np.nan)
    return store_labels(codes, column)
