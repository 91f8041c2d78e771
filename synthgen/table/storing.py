"""Give canonical values back in the dtype that the caller's column has."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.table.column import Column, Kind, Storage
from synthgen.table.date_formats import write_dates
from synthgen.table.dtypes import LARGEST_EXACT, dtype_from_name, holds_objects
from synthgen.table.large_integers import whole_numbers
from synthgen.table.text_formats import write_numbers


def base_dtype(storage: Storage) -> Any:
    """Find the dtype of a column, for a sparse one the dtype of its values."""
    dtype = dtype_from_name(storage.dtype)
    return np.dtype(dtype.subtype) if isinstance(dtype, pd.SparseDtype) else dtype


def sparse_again(series: pd.Series[Any], storage: Storage) -> pd.Series[Any]:
    """Make a column sparse if the caller's is and nothing widened it."""
    if not storage.dtype.startswith("Sparse") or series.dtype != base_dtype(storage):
        return series
    return pd.Series(series.astype(dtype_from_name(storage.dtype)))


def store_text(texts: np.ndarray, column: Column) -> pd.Series[Any]:
    """Texts, None where missing, in the column's dtype."""
    missing = np.array([value is None for value in texts], dtype=bool)
    filled = np.array(texts, dtype=object)
    token = column.storage.missing_token
    filled[missing] = np.nan if token is None else token
    dtype = dtype_from_name(column.storage.dtype)
    if isinstance(dtype, pd.ArrowDtype):
        # from_pandas reads NaN as missing.
        array = pa.array(filled, type=dtype.pyarrow_dtype, from_pandas=True)
        return pd.Series(pd.array(array, dtype=dtype), name=column.name)
    held: pd.Series[Any] = pd.Series(filled, dtype=dtype, name=column.name)
    return held


def store_numbers(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Numbers, already rounded and NaN where missing, in the column's dtype."""
    storage, name = column.storage, column.name
    missing = np.isnan(values)
    dtype = base_dtype(storage)
    if storage.as_text or isinstance(dtype, pd.StringDtype) or storage.python_type == "str":
        return store_text(write_numbers(values, storage.text_format, column.decimals), column)
    if column.kind is Kind.INTEGER and (np.abs(values[~missing]) >= LARGEST_EXACT).any():
        return _large_integers(values, missing, column)
    if isinstance(dtype, pd.ArrowDtype):
        return pd.Series(_arrow_numbers(values, missing, dtype, column.decimals), name=name)
    if holds_objects(dtype):
        return pd.Series(_objects(values, storage.python_type, column.decimals), dtype=object, name=name)
    if dtype.kind == "m":
        return pd.Series(_durations(values, column.decimals, dtype), name=name)
    if dtype.kind in "iu":
        info = np.iinfo(dtype.name.lower())
        # A float64 can't say 2**63 - 1, so clip to what it can say below it.
        top = np.nextafter(float(info.max), 0) if info.bits == 64 else float(info.max)
        values = np.clip(np.round(values), float(info.min), top)
        if isinstance(dtype, np.dtype):
            series = pd.Series(values, name=name)
            return sparse_again(series if missing.any() else series.astype(dtype), storage)
        whole = np.where(missing, 0, values).astype(dtype.numpy_dtype)
        return pd.Series(pd.arrays.IntegerArray(whole, missing), name=name)
    if dtype.kind != "f":
        # A person declared labels or booleans to be numbers: nothing narrower holds every number.
        return pd.Series(values, name=name)
    if isinstance(dtype, np.dtype):
        return sparse_again(pd.Series(values.astype(dtype), name=name), storage)
    return pd.Series(pd.arrays.FloatingArray(values.astype(dtype.numpy_dtype), missing), name=name)


def _large_integers(values: np.ndarray, missing: np.ndarray, column: Column) -> pd.Series[Any]:
    """Whole numbers beyond what a float64 holds, in the column's dtype, all their digits as Python has them."""
    dtype, name, unit = base_dtype(column.storage), column.name, column.storage.unit
    arrow = dtype.pyarrow_dtype if isinstance(dtype, pd.ArrowDtype) else None
    as_numpy = arrow.to_pandas_dtype() if arrow is not None and pa.types.is_integer(arrow) else None
    if arrow is None and not holds_objects(dtype):
        as_numpy = np.dtype(dtype.name.lower()) if dtype.kind in "iu" else None
    info = None if as_numpy is None else np.iinfo(as_numpy)
    low, high = (None, None) if info is None else (int(info.min), int(info.max))
    whole = whole_numbers(values, unit, low, high)
    if arrow is not None and pa.types.is_decimal(arrow):
        most = 10 ** (arrow.precision - arrow.scale) - 1
        cut = [None if one is None else Decimal(max(-most, min(most, one))) for one in whole]
        return pd.Series(pd.array(pa.array(cut, type=arrow), dtype=dtype), name=name)
    if arrow is not None:
        return pd.Series(pd.array(pa.array(whole, type=arrow), dtype=dtype), name=name)
    if holds_objects(dtype):
        made = Decimal if column.storage.python_type == "Decimal" else int
        return pd.Series([np.nan if one is None else made(one) for one in whole], dtype=object, name=name)
    if info is None or (missing.any() and isinstance(dtype, np.dtype)):
        return pd.Series(values, name=name)
    held = np.array([0 if one is None else one for one in whole], dtype=as_numpy)
    if isinstance(dtype, np.dtype):
        return sparse_again(pd.Series(held, name=name), column.storage)
    return pd.Series(pd.arrays.IntegerArray(held, missing), name=name)


def _arrow_numbers(values: np.ndarray, missing: np.ndarray, dtype: pd.ArrowDtype, decimals: int | None) -> Any:
    kind = dtype.pyarrow_dtype
    if pa.types.is_decimal(kind):
        array = pa.array(_objects(values, "Decimal", max(kind.scale, 0)), type=kind, from_pandas=True)
    elif pa.types.is_duration(kind):
        raw = _durations(values, decimals, np.dtype(f"m8[{kind.unit}]"))
        array = pa.array(raw.astype(np.int64), mask=missing).cast(kind)
    elif pa.types.is_integer(kind):
        info = np.iinfo(kind.to_pandas_dtype())
        whole = np.where(missing, 0, np.clip(np.round(values), float(info.min), float(info.max)))
        array = pa.array(whole, mask=missing).cast(kind, safe=False)
    else:
        array = pa.array(values, mask=missing).cast(kind, safe=False)
    return pd.array(array, dtype=dtype)


def _objects(values: np.ndarray, python_type: str | None, decimals: int | None) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    for place, value in enumerate(values.tolist()):
        if value != value:
            out[place] = np.nan
        elif python_type == "Decimal":
            out[place] = Decimal(f"{value:.{decimals or 0}f}") if decimals is not None else Decimal(repr(value))
        elif python_type == "int":
            out[place] = round(value)
        elif python_type == "timedelta":
            out[place] = dt.timedelta(microseconds=round(value * 1e6))
        else:
            out[place] = value
    return out


def _durations(values: np.ndarray, decimals: int | None, dtype: np.dtype[Any]) -> np.ndarray:
    """Seconds as durations. Whole steps first, so that long ones stay exact."""
    unit = np.datetime_data(dtype)[0]
    most = {"s": 0, "ms": 3, "us": 6, "ns": 9}[unit]
    digits = most if decimals is None else min(decimals, most)
    steps = np.where(np.isnan(values), 0, np.round(values * 10.0**digits)).astype(np.int64)
    out = (steps * 10 ** (most - digits)).astype(dtype)
    out[np.isnan(values)] = np.timedelta64("NaT")
    return np.asarray(out)


def store_datetimes(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Microseconds since 1970 in UTC, NaN where missing, in the column's dtype."""
    storage, name = column.storage, column.name
    missing = np.isnan(values)
    counts = np.where(missing, 0, np.round(values)).astype(np.int64)
    raw = counts.astype("M8[us]")
    if storage.as_text:
        texts = write_dates(raw, storage.text_format or "%Y-%m-%d %H:%M:%S")
        texts[missing] = None
        return store_text(texts, column)
    dtype = dtype_from_name(storage.dtype)
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        zone = kind.tz if pa.types.is_timestamp(kind) else None
        whole = pa.time64("us") if pa.types.is_time(kind) else pa.timestamp("us", tz=zone)
        stamps = pa.array(counts, mask=missing).cast(whole)
        return pd.Series(pd.array(stamps.cast(kind, safe=False), dtype=dtype), name=name)
    raw[missing] = np.datetime64("NaT")
    if holds_objects(dtype):
        stamps = [None if gone else value for gone, value in zip(missing, raw.tolist(), strict=True)]
        if storage.python_type == "date":
            stamps = [value and value.date() for value in stamps]
        if storage.python_type == "time":
            stamps = [value and value.time() for value in stamps]
        return pd.Series(stamps, dtype=object, name=name)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.Series(raw, name=name).dt.tz_localize("UTC").astype(dtype)
    return pd.Series(raw.astype(dtype), name=name)


def store_labels(codes: np.ndarray, column: Column) -> pd.Series[Any]:
    """Codes, NaN where missing, as the column's labels in its dtype."""
    storage = column.storage
    places = np.where(np.isnan(codes), -1, codes).astype(np.intp)
    if storage.dtype == "category":
        dtype = pd.CategoricalDtype(pd.Index(label_table(column)), ordered=storage.ordered)
        return pd.Series(pd.Categorical.from_codes(places, dtype=dtype), name=column.name)
    table = label_table(column)
    if storage.missing_token is not None:
        places = np.where(places < 0, len(table) - 1, places)
    # reindex widens a dtype that can't hold a missing value (int64 to float64, bool to object).
    series = table.reindex(places).reset_index(drop=True).rename(column.name)
    return sparse_again(series, storage)


def label_table(column: Column) -> pd.Series[Any]:
    """A column's labels in code order, in its dtype (for a category, that of its labels).

    What stands for a missing one comes last, but in a category.
    """
    storage, listed = column.storage, list(column.categories or ())
    if storage.dtype == "category":
        held: pd.Series[Any] = pd.Series(listed, dtype=dtype_from_name(storage.python_type or "object"))
        return held
    if storage.missing_token is not None:
        listed.append(storage.missing_token)
    base = base_dtype(storage)
    if storage.python_type == "Decimal" or (
        isinstance(base, pd.ArrowDtype) and pa.types.is_decimal(base.pyarrow_dtype)
    ):
        listed = [Decimal(str(label)) for label in listed]  # type: ignore[misc]
    if isinstance(base, pd.ArrowDtype):
        return pd.Series(pd.array(pa.array(listed, type=base.pyarrow_dtype), dtype=base))
    table: pd.Series[Any] = pd.Series(listed, dtype=base)
    return table
