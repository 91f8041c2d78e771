"""The text of a file as what its columns are declared to be, cell by cell: what one holds changes no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError
from synthgen.generators.dp_marginals.measure.reading import quantities
from synthgen.table.column import LABEL_KINDS, Column, Kind, Role
from synthgen.table.schema import Schema

LARGEST = 2.0**63 - 1024
"""The largest whole number that both float64 and int64 hold."""

TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def refuse_untyped(names: Sequence[str], schema: Schema | None, text: Any) -> None:
    """Refuse columns of a text file whose kind nobody declared: only their cells could tell it.

    Raises
    ------
    DataError
    """
    columns = [Column(name, Kind.CATEGORICAL) for name in names] if schema is None else list(schema)
    dropped = {name for name, way in text.items() if way == "drop"} if isinstance(text, Mapping) else set()
    lacking = [
        column.name
        for column in columns
        if "kind" not in column.declared and column.role is not Role.SUBJECT and column.name not in dropped
    ]
    if lacking:
        raise DataError(
            f"{len(lacking)} of {len(columns)} columns don't say of what kind they are: "
            f"{', '.join(map(repr, lacking))}. A text file says it only by its cells, where one row may decide it. "
            "Declare each kind in a schema; bounds and labels may be found with noise. In Python: "
            f'schema.with_column({lacking[0]!r}, kind=...); in a schema file: "declared": ["kind"]. Or give a Parquet '
            "file or a frame, which has dtypes."
        )


def typed(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Give columns of text the dtypes that go with what is declared of them.

    Examples
    --------
    >>> texts = pd.DataFrame({"age": ["31", "x", "4.0"], "ward": ["07", "7", "7"]})
    >>> made = typed(texts, Schema((Column("age", Kind.INTEGER), Column("ward", Kind.CATEGORICAL))))
    >>> made["age"].tolist(), made["ward"].tolist()
    ([31, <NA>, 4], ['07', '7', '7'])
    """
    made = frame.copy(deep=False)
    for column in schema:
        if column.name in frame:
            made[column.name] = _column(frame[column.name], column)
    return made


def _column(texts: pd.Series[Any], column: Column) -> pd.Series[Any]:
    if column.kind is Kind.CONTINUOUS:
        return pd.Series(quantities(texts, column), index=texts.index)
    if column.kind is Kind.INTEGER:
        return _whole(quantities(texts, column), texts)
    if column.kind in LABEL_KINDS and column.categories:
        return _labels(texts, column)
    return texts


def _whole(values: np.ndarray, texts: pd.Series[Any]) -> pd.Series[Any]:
    there = ~np.isnan(values)
    whole = np.clip(np.rint(np.where(there, values, 0.0)), -LARGEST, LARGEST).astype(np.int64)
    return pd.Series(pd.arrays.IntegerArray(whole, ~there), index=texts.index)


def _labels(texts: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Read labels that are declared as numbers or truth values; a text that is none stays one that isn't listed."""
    labels = column.categories or ()
    gaps = (texts.isna() | (texts == column.storage.missing_token)).to_numpy(dtype=bool)
    if all(isinstance(label, bool) for label in labels):
        read = [TRUTHS.get(text) for text in texts.array]
        return pd.Series(pd.array(read, dtype=pd.BooleanDtype()), index=texts.index)
    if not all(isinstance(label, (int, float)) and not isinstance(label, bool) for label in labels):
        return texts
    values = quantities(texts, column)
    listed = np.isin(values, np.array(labels, dtype=np.float64))
    values = np.where(gaps, np.nan, np.where(listed, values, float(max(labels)) + 1.0))
    if all(isinstance(label, int) for label in labels):
        return _whole(values, texts)
    return pd.Series(values, index=texts.index)
