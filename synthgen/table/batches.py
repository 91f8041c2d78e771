"""Coded rows as Arrow record batches whose schema follows from the columns alone, whatever the rows hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.table.column import LABEL_KINDS, Column, Kind
from synthgen.table.dtypes import dtype_from_name, holds_objects
from synthgen.table.kinds import KINDS
from synthgen.table.kinds.identifier import FEWEST_HELD, INT64_DIGITS, holds_text
from synthgen.table.schema import Schema
from synthgen.table.storing import base_dtype, label_table

MOST_DIGITS = 38
"""Digits that a decimal128 holds."""

_OBJECTS = {
    "int": pa.int64(), "timedelta": pa.duration("us"), "date": pa.date32(), "time": pa.time64("us"),
    "datetime": pa.timestamp("us"),
}  # fmt: skip


def batch_schema(schema: Schema) -> pa.Schema:
    """Give the Arrow schema of all batches of a table.

    Columns have the types that a table holds them in: labels of a category a dictionary with all of them, whole numbers
    with gaps stay whole, identifiers that are numbers have 64 bits, since new ones may be longer. Labels that are
    numbers and texts by turns are text, for Arrow has one type a column.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.table.inference import infer_schema
    >>> table = pd.DataFrame({"sick": ["f", "t", "f"], "TSH": [0.3, 1.6, None]})
    >>> batch_schema(infer_schema(table)).types
    [DataType(string), DataType(double)]
    """
    return pa.schema([pa.field(column.name, _type_of(column)) for column in schema])


def type_of_both(real: pa.DataType, column: Column) -> pa.DataType:
    """Give the type that holds real values of a column and synthetic ones: wider than the real one for new identifiers.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from synthgen.table.column import Storage
    >>> order = Column("order", Kind.IDENTIFIER, pattern="99999", storage=Storage("int32"))
    >>> type_of_both(pa.int32(), order), type_of_both(pa.int32(), replace(order, check="luhn"))
    (DataType(int64), DataType(int32))
    """
    if column.kind is not Kind.IDENTIFIER or column.check is not None:
        return real
    made = _type_of(column)
    whole = pa.types.is_integer(made) and pa.types.is_integer(real) and real.bit_width < made.bit_width
    decimal = pa.types.is_decimal(made) and pa.types.is_decimal(real) and real.precision - real.scale < FEWEST_HELD
    return made if whole or decimal else real


def record_batch(coded: pd.DataFrame, schema: Schema) -> pa.RecordBatch:
    """Give coded rows as one batch of :func:`batch_schema`.

    Parameters
    ----------
    coded : pandas.DataFrame
        As :func:`~synthgen.table.encoding.encode` gives it.
    schema : Schema
    """
    arrow = batch_schema(schema)
    arrays = [
        _array(coded[column.name].to_numpy(), column, known.type) for column, known in zip(schema, arrow, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow)


def _type_of(column: Column) -> pa.DataType:
    if column.kind is Kind.IDENTIFIER:
        return _identifier_type(column)
    if column.kind is Kind.TEXT:
        whole = column.storage.dtype == "category" or column.storage.python_type == "mixed" or holds_text(column)
        return _text_type(column) if whole else _identifier_type(column)
    if column.kind in LABEL_KINDS:
        values = _label_values(column).type
        if column.storage.dtype == "category":
            return pa.dictionary(pa.int32(), values, ordered=column.storage.ordered)
        return values
    return _value_type(column)


def _text_type(column: Column) -> pa.DataType:
    dtype = base_dtype(column.storage)
    return dtype.pyarrow_dtype if isinstance(dtype, pd.ArrowDtype) else pa.string()


def _identifier_type(column: Column) -> pa.DataType:
    storage = column.storage
    if storage.dtype == "category":
        return pa.int64() if "int" in (storage.python_type or "") else pa.string()
    if holds_text(column):
        return _text_type(column)
    dtype = base_dtype(storage)
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        if pa.types.is_decimal(kind):
            return pa.decimal128(MOST_DIGITS, kind.scale)
        return pa.int64() if pa.types.is_integer(kind) else kind
    if storage.python_type == "Decimal" or (holds_objects(dtype) and len(column.pattern or "") > INT64_DIGITS):
        return pa.decimal128(MOST_DIGITS, 0)
    wide = dtype.kind == "f" or dtype.name.lower() == "uint64"
    return pa.from_numpy_dtype(dtype.name.lower()) if wide else pa.int64()


def _value_type(column: Column) -> pa.DataType:
    """The type of numbers, durations and dates."""
    storage = column.storage
    dtype: Any = dtype_from_name(storage.dtype)
    if isinstance(dtype, pd.ArrowDtype):
        return dtype.pyarrow_dtype
    if storage.as_text or isinstance(dtype, pd.StringDtype) or storage.python_type == "str":
        return pa.string()
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pa.timestamp(dtype.unit, tz=str(dtype.tz))
    dtype = base_dtype(storage)
    if storage.python_type == "Decimal" and (column.decimals is not None or column.kind is Kind.INTEGER):
        return pa.decimal128(MOST_DIGITS, column.decimals or 0)
    if holds_objects(dtype):
        large = storage.python_type == "int" and np.abs(column.bounds or 0).max() >= 2.0**63
        return pa.decimal128(MOST_DIGITS, 0) if large else _OBJECTS.get(storage.python_type or "", pa.float64())
    if dtype.kind in "iufM":
        return pa.from_numpy_dtype(np.dtype(dtype.name.lower()))
    return pa.duration(np.datetime_data(dtype)[0]) if dtype.kind == "m" else pa.float64()


def _label_values(column: Column) -> pa.Array:
    """All labels in code order, what stands for a missing one last."""
    table = label_table(column)
    if not len(table):
        return pa.array([], type=pa.string())
    try:
        found = pa.array(table, from_pandas=True)
    except OverflowError:  # whole numbers beyond 64 bits
        return pa.array([Decimal(label) for label in table])
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([str(label) for label in table])
    found = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    # Texts of pandas' own have one type, whichever version of pandas holds them.
    own = pa.types.is_large_string(found.type) and not isinstance(base_dtype(column.storage), pd.ArrowDtype)
    return found.cast(pa.string()) if own else found


def _array(values: np.ndarray, column: Column, kind: pa.DataType) -> pa.Array:
    if column.kind in LABEL_KINDS:
        return _labels(values, column, kind)
    series = KINDS[column.kind].restore(values, column)
    if isinstance(series.dtype, (pd.SparseDtype, pd.CategoricalDtype)):
        series = pd.Series(series.to_numpy(), name=column.name)
    try:
        made = pa.array(series, type=kind, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        made = pa.array(series, from_pandas=True).cast(kind, safe=False)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def _labels(codes: np.ndarray, column: Column, kind: pa.DataType) -> pa.Array:
    listed = _label_values(column)
    top = len(column.categories or ()) - 1
    missing = np.isnan(codes) | (top < 0)
    places = np.where(missing, 0, np.clip(np.round(codes), 0, max(top, 0))).astype(np.int32)
    if column.storage.dtype != "category" and column.storage.missing_token is not None:
        places, missing = np.where(missing, np.int32(len(listed) - 1), places), np.zeros(len(codes), dtype=bool)
    at = pa.array(places, mask=missing)
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(at, listed, ordered=kind.ordered)
    return listed.take(at)
