"""Rows as codes. Nothing here raises for what a cell holds: an error would say something about a row.

A cell that the schema doesn't allow (a label that isn't listed, a text that is no number) is read as a gap, and a row
with a gap in a column that has none isn't learnt from. A number outside the bounds is moved to the nearest bound.
"""

from __future__ import annotations

import os
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.public import Held, grid_of
from synthgen.table.column import Column, Kind
from synthgen.table.date_formats import read_dates
from synthgen.table.dtypes import arrow_values, dtype_name, holds_objects, labels, microseconds, numbers, seconds
from synthgen.table.kinds.categorical import key, lookup

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NOT_ALLOWED = -2
GAP = -1

FINER = re.compile(r"(?<=[.,]\d{6})\d+")
"""Digits of a second beyond microseconds."""


def letter_of(dtype: Any) -> str:
    """What kind of values a dtype holds: ``b i f M m``, and ``O`` for all others."""
    if isinstance(dtype, pd.SparseDtype):
        dtype = np.dtype(dtype.subtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return "M"
    if isinstance(dtype, (pd.StringDtype, pd.CategoricalDtype)):
        return "O"
    letter = str(getattr(dtype, "kind", "O"))
    return "i" if letter == "u" else letter if letter in "bifMm" else "O"


def held(series: pd.Series[Any]) -> Held:
    """How a column is stored: of its dtype alone."""
    dtype: Any = series.dtype
    letter = letter_of(dtype)
    gaps = not (isinstance(dtype, np.dtype) and letter in "bi")
    if isinstance(dtype, pd.CategoricalDtype):
        return Held(dtype_name(dtype), letter, ordered=bool(dtype.ordered), labels=dtype_name(dtype.categories.dtype))
    nested = isinstance(dtype, pd.ArrowDtype) and pa.types.is_nested(dtype.pyarrow_dtype)
    return Held(dtype_name(dtype), letter, gaps, nested=nested)


def label_codes(series: pd.Series[Any], column: Column) -> Ints:
    """Codes of labels; GAP where missing, NOT_ALLOWED where not listed."""
    if not holds_objects(series.dtype):
        codes, values = labels(series)
        return np.asarray(lookup(values, column)[codes], dtype=np.int64)
    as_text = column.storage.python_type == "str"
    table = {key(label, column): code for code, label in enumerate(column.categories or ())}
    table.setdefault(key(column.storage.missing_token, column), GAP)
    return np.array([_code(value, column, table, as_text) for value in series.array], dtype=np.int64)


def _code(value: Any, column: Column, table: dict[Any, int], as_text: bool) -> int:
    if _is_missing(value):
        return GAP
    try:
        return table.get(key(str(value) if as_text else value, column), NOT_ALLOWED)
    except TypeError:
        return NOT_ALLOWED


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def found_labels(series: pd.Series[Any], column: Column) -> tuple[Ints, list[Any]]:
    """Codes of all labels in a column (GAP where missing), and the labels."""
    if not holds_objects(series.dtype):
        codes, values = labels(series)
        return codes.astype(np.int64), values
    texts = [None if _is_missing(value) else str(value) for value in series.array]
    codes, uniques = pd.factorize(np.array(texts, dtype=object))
    return codes.astype(np.int64), list(uniques)


def quantities(series: pd.Series[Any], column: Column) -> Floats:
    """Numbers (of dates, microseconds since 1970; of durations, seconds); NaN where missing or not to be read."""
    letter = letter_of(series.dtype)
    if letter == "M":
        return np.asarray(microseconds(series), dtype=np.float64)
    if letter == "m":
        return np.asarray(seconds(series), dtype=np.float64)
    if letter != "O":
        return np.asarray(numbers(series), dtype=np.float64)
    if isinstance(series.dtype, pd.ArrowDtype):
        series = pd.Series(arrow_values(series).to_pandas())
    objects = series.astype(object)
    if column.kind is not Kind.DATETIME:
        objects = pd.Series([_readable(value) for value in objects.array], dtype=object)
        # Complex numbers are numbers to pandas.
        return np.asarray(pd.to_numeric(objects, errors="coerce"), dtype=np.complex128).real.copy()
    text_format = column.storage.text_format
    if text_format is not None:
        stamps = read_dates([_as_date_text(value) for value in objects], text_format)
        return np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64).astype(np.float64))
    # ISO 8601 is read cell by cell; any other guess would look at the first cells.
    texts = pd.Series([_as_date_text(value) for value in objects.array], dtype=object)
    made = pd.to_datetime(texts, errors="coerce", utc=True, format="ISO8601")
    return np.asarray(microseconds(made), dtype=np.float64)


def _readable(value: Any) -> Any:
    """Put numbers that pandas refuses as the nearest that it takes."""
    if isinstance(value, int) and value.bit_length() > 1023:
        return np.inf if value > 0 else -np.inf
    return np.nan if isinstance(value, Decimal) and value.is_snan() else value


def _as_date_text(value: Any) -> str:
    """Put a cell as a text that changes nothing in how pandas reads the others."""
    # One cell in nanoseconds, and dates before 1678 and after 2261 would be gaps; one that can't be encoded is refused.
    return FINER.sub("", str(value)).encode("utf-8", "replace").decode("utf-8")


def grid_points(values: Floats, column: Column) -> tuple[Ints, Bools]:
    """Nearest grid point of each value (GAP where missing), and which lay outside the bounds."""
    assert column.bounds is not None
    low, high = column.bounds
    step, size = grid_of(column)
    there = ~np.isnan(values)
    inside = np.clip(np.where(there, values, low), low, high)
    points = np.clip(np.rint((inside - low) / step), 0, size - 1).astype(np.int64)
    return np.where(there, points, GAP), there & ((values < low) | (values > high))


def within_limit(subjects: pd.Series[Any], most: int) -> Bools:
    """Which rows to learn from, so that no subject has more than ``most``: chosen with the system's secure randomness.

    A row without a subject is a subject of its own.
    """
    codes, _ = pd.factorize(subjects.astype(object).astype(str).where(subjects.notna(), None))
    codes = np.where(codes < 0, codes.max(initial=0) + 1 + np.arange(len(codes)), codes)
    keys = np.frombuffer(os.urandom(8 * len(codes)), dtype=np.uint64)
    order = np.lexsort((keys, codes))
    held = codes[order]
    first = np.r_[True, held[1:] != held[:-1]] if len(held) else np.zeros(0, dtype=bool)
    starts = np.maximum.accumulate(np.where(first, np.arange(len(held)), 0))
    kept = np.zeros(len(codes), dtype=bool)
    kept[order] = np.arange(len(held)) - starts < most
    return kept
