"""How values are held: dtype names, and reading any pandas column as plain numbers, times or labels.

Nothing here decides what a column *is* (that is :mod:`synthgen.table.inference`); it only knows how
numpy, nullable, Arrow, category and object columns hold their values.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.errors import DataError
from synthgen.table.column import Label

LARGEST_EXACT = 2.0**53
"""Integers from here on are not all exact as float64."""


class Family(StrEnum):
    """How the values of a column are held, whatever they mean."""

    BOOL = "bool"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    DATETIME = "datetime"
    TIMEDELTA = "timedelta"
    CATEGORY = "category"
    TEXT = "text"
    MIXED = "mixed"
    EMPTY = "empty"


_OBJECT_FAMILIES: dict[frozenset[str], tuple[Family, str]] = {
    frozenset({"bool"}): (Family.BOOL, "bool"),
    frozenset({"int"}): (Family.INTEGER, "int"),
    frozenset({"float"}): (Family.FLOAT, "float"),
    frozenset({"int", "float"}): (Family.FLOAT, "float"),
    frozenset({"Decimal"}): (Family.DECIMAL, "Decimal"),
    frozenset({"Decimal", "int"}): (Family.DECIMAL, "Decimal"),
    frozenset({"date"}): (Family.DATETIME, "date"),
    frozenset({"datetime"}): (Family.DATETIME, "datetime"),
    frozenset({"time"}): (Family.DATETIME, "time"),
    frozenset({"timedelta"}): (Family.TIMEDELTA, "timedelta"),
    frozenset({"str"}): (Family.TEXT, "str"),
}


def family(series: pd.Series[Any]) -> tuple[Family, str | None]:
    """How ``series`` holds its values, and the Python type of its objects if it holds objects."""
    dtype: Any = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        dtype = np.dtype(dtype.subtype)
    if isinstance(dtype, pd.CategoricalDtype):
        return Family.CATEGORY, dtype_name(dtype.categories.dtype)
    if isinstance(dtype, pd.ArrowDtype):
        return _arrow_family(dtype.pyarrow_dtype, series.name), None
    if isinstance(dtype, pd.StringDtype):
        return Family.TEXT, None
    if isinstance(dtype, pd.DatetimeTZDtype):
        return Family.DATETIME, None
    kinds = {"b": Family.BOOL, "i": Family.INTEGER, "u": Family.INTEGER, "f": Family.FLOAT}
    kinds |= {"M": Family.DATETIME, "m": Family.TIMEDELTA}
    if holds_objects(dtype):
        return _object_family(series)
    if dtype.kind in kinds and (isinstance(dtype, np.dtype) or dtype.name.lower() in _NULLABLE):
        return kinds[dtype.kind], None
    raise DataError(
        f"Column {str(series.name)!r} has dtype {dtype}, which synthgen can't hold. Convert it to numbers, "
        "text or datetimes first (a period with .dt.to_timestamp(), anything else with .astype(str))."
    )


_NULLABLE = frozenset(
    ["boolean", "float32", "float64"] + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)


def _arrow_family(kind: pa.DataType, name: object) -> Family:
    tests = (
        (pa.types.is_boolean, Family.BOOL),
        (pa.types.is_integer, Family.INTEGER),
        (pa.types.is_floating, Family.FLOAT),
        (pa.types.is_decimal, Family.DECIMAL),
        (pa.types.is_timestamp, Family.DATETIME),
        (pa.types.is_date, Family.DATETIME),
        (pa.types.is_time, Family.DATETIME),
        (pa.types.is_duration, Family.TIMEDELTA),
        (pa.types.is_string, Family.TEXT),
        (pa.types.is_large_string, Family.TEXT),
        (pa.types.is_string_view, Family.TEXT),
        (pa.types.is_null, Family.EMPTY),
    )
    for test, found in tests:
        if test(kind):
            return found
    raise DataError(
        f"Column {str(name)!r} has Arrow type {kind}, which synthgen can't hold. Convert it to numbers, text "
        "or datetimes, or drop it."
    )


def _type_name(value: object) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, (int, np.integer)):
        return "int"
    if isinstance(value, (float, np.floating)):
        return "float"
    if isinstance(value, dt.datetime):
        return "datetime with a time zone" if value.tzinfo is not None else "datetime"
    if isinstance(value, dt.time):
        return "time with a time zone" if value.tzinfo is not None else "time"
    for known in (str, Decimal, dt.date, dt.timedelta):
        if isinstance(value, known):
            return known.__name__
    return type(value).__name__


def _object_family(series: pd.Series[Any]) -> tuple[Family, str | None]:
    present = series[series.notna()]
    if present.empty:
        return Family.EMPTY, None
    # One value of each exact type is enough, and saves a Python call a cell.
    samples: dict[type, Any] = {}
    for value in present.to_numpy():
        samples.setdefault(type(value), value)
    names = frozenset(_type_name(value) for value in samples.values())
    if names & {"datetime", "time"}:
        names |= {name for value in present if (name := _type_name(value)).endswith("time zone")}
    if names in _OBJECT_FAMILIES:
        return _OBJECT_FAMILIES[names]
    if names <= {"str", "int", "float", "bool"}:
        return Family.MIXED, "mixed"
    odd = sorted(names - {"str", "int", "float", "bool"})
    raise DataError(
        f"Column {str(series.name)!r} holds objects of type {', '.join(odd)}"
        + (f" among {', '.join(sorted(names - set(odd)))}" if names - set(odd) else "")
        + ", which synthgen can't hold. Convert the column to one of numbers, text or datetimes "
        "(.astype(str), pd.to_datetime), or drop it."
    )


def holds_objects(dtype: Any) -> bool:
    """Whether a dtype is numpy's ``object``."""
    return isinstance(dtype, np.dtype) and dtype.kind == "O"


def _is_own_string(dtype: Any) -> bool:
    """Whether a text dtype is one that pandas names the same in all its versions."""
    return getattr(dtype, "na_value", pd.NA) is pd.NA or dtype.storage == "pyarrow_numpy"


def dtype_name(dtype: Any) -> str:
    """Name a pandas dtype so that :func:`dtype_from_name` finds the same one again."""
    if isinstance(dtype, pd.StringDtype):
        if _is_own_string(dtype):
            return f"string[{dtype.storage}]"
        return "str" if dtype == pd.StringDtype(na_value=np.nan) else f"str[{dtype.storage}]"
    if isinstance(dtype, pd.ArrowDtype) and pa.types.is_string(dtype.pyarrow_dtype):
        # pandas calls both this and StringDtype("pyarrow") string[pyarrow].
        return "utf8[pyarrow]"
    return "category" if isinstance(dtype, pd.CategoricalDtype) else str(dtype)


def dtype_from_name(name: str) -> Any:
    """Inverse of :func:`dtype_name`, but for ``category``, whose labels are the column's."""
    if name.startswith("string["):
        return pd.StringDtype(name[7:-1])
    if name.startswith("str"):
        if int(pd.__version__.split(".")[0]) < 3:
            return np.dtype(object)
        return pd.StringDtype(name[4:-1] or None, na_value=np.nan)
    if name.endswith("[pyarrow]"):
        return pd.ArrowDtype(_arrow_type(name.removesuffix("[pyarrow]")))
    return pd.api.types.pandas_dtype(name)


def _arrow_type(name: str) -> pa.DataType:
    if found := re.fullmatch(r"timestamp\[(\w+), tz=(.+)\]", name):
        return pa.timestamp(found[1], tz=found[2])
    if found := re.fullmatch(r"decimal(\d+)\((\d+), (-?\d+)\)", name):
        make = {"32": "decimal32", "64": "decimal64", "128": "decimal128", "256": "decimal256"}
        return getattr(pa, make[found[1]])(int(found[2]), int(found[3]))
    return pa.type_for_alias(name)


def arrow_values(series: pd.Series[Any]) -> pa.ChunkedArray:
    """Take the Arrow array behind an Arrow-backed column."""
    array = series.array.__arrow_array__()
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def numbers(series: pd.Series[Any]) -> np.ndarray:
    """Read a column of numbers of any dtype as float64, NaN where missing."""
    dtype: Any = series.dtype
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        out = arrow_values(series).cast(pa.float64(), safe=False).to_numpy()
        # Arrow multiplies by an inexact power of ten: rounding to the scale gives the nearest double.
        return np.round(out, kind.scale) if pa.types.is_decimal(kind) else np.array(out)
    if holds_objects(dtype):
        return np.array([np.nan if pd.isna(v) else _as_float(v) for v in series.array], dtype=np.float64)
    return np.array(series.to_numpy(dtype=np.float64, na_value=np.nan))


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # a Python integer beyond 1.8e308
        return np.inf if value > 0 else -np.inf


def seconds(series: pd.Series[Any]) -> np.ndarray:
    """Read a column of durations as seconds, NaN where missing."""
    dtype: Any = series.dtype
    if isinstance(dtype, pd.ArrowDtype):
        unit = dtype.pyarrow_dtype.unit
        counts = arrow_values(series).cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy()
        return np.asarray(counts / {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit])
    if holds_objects(dtype):
        raw = np.array([np.timedelta64("NaT") if pd.isna(v) else v for v in series.array], dtype="m8[us]")
    else:
        raw = series.to_numpy()
    scale = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[np.datetime_data(raw.dtype)[0]]
    return np.where(np.isnat(raw), np.nan, raw.astype(np.int64) / scale)


def microseconds(series: pd.Series[Any]) -> np.ndarray:
    """Read a column of dates, datetimes or times of day as microseconds since 1970 in UTC, NaN where missing.

    Times of day are those of the 1st of January 1970.
    """
    dtype: Any = series.dtype
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        zone = kind.tz if pa.types.is_timestamp(kind) else None
        whole = pa.time64("us") if pa.types.is_time(kind) else pa.timestamp("us", tz=zone)
        stamps = arrow_values(series).cast(whole, safe=False)
        return np.array(stamps.cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy())
    if holds_objects(dtype):
        raw = np.array([np.datetime64("NaT") if pd.isna(v) else _dated(v) for v in series.array], dtype="M8[us]")
    elif isinstance(dtype, pd.DatetimeTZDtype):
        raw = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="M8[us]")
    else:
        raw = series.to_numpy(dtype="M8[us]")
    return np.where(np.isnat(raw), np.nan, raw.astype(np.int64).astype(np.float64))


def _dated(value: Any) -> Any:
    return dt.datetime.combine(dt.date(1970, 1, 1), value) if isinstance(value, dt.time) else value


def labels(series: pd.Series[Any]) -> tuple[np.ndarray, list[Any]]:
    """Factorise a column: codes (-1 where missing), and its distinct values as Python objects."""
    dtype: Any = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return series.cat.codes.to_numpy().astype(np.intp), dtype.categories.tolist()
    if holds_objects(dtype) and family(series)[0] is Family.MIXED:
        # True, 1 and 1.0 are equal but are three labels.
        index: dict[tuple[type, Any], int] = {}
        codes = [-1 if pd.isna(value) else index.setdefault((type(value), value), len(index)) for value in series.array]
        return np.array(codes, dtype=np.intp), [_plain(value) for _, value in index]
    if isinstance(dtype, pd.SparseDtype):
        series = pd.Series(series.to_numpy())
    found, uniques = pd.factorize(series)
    values = [_plain(value) for value in uniques.tolist()]
    # Arrow tells NaN from null; here both are missing.
    good = np.array([value is not pd.NA and value == value for value in values], dtype=bool)
    places = np.append(np.where(good, np.cumsum(good) - 1, -1), -1)
    return places[found].astype(np.intp), [value for value, kept in zip(values, good, strict=True) if kept]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def sort_labels(values: list[Label]) -> list[Label]:
    """Labels in a stable order: numbers by value first, then text."""
    numeric = sorted((v for v in values if not isinstance(v, str)), key=lambda v: (v, type(v).__name__))
    return [*numeric, *sorted(v for v in values if isinstance(v, str))]
