"""A table's values as bytes, the same however they are stored: what two tables are compared by."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

EXACT = 2**53
"""Above it a float64 doesn't hold every whole number."""

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def content(frame: pd.DataFrame) -> Iterator[bytes]:
    """Give the names and values of a table, in order, as bytes.

    Equal numbers give equal bytes whether they are stored as integers, floats or booleans, and so do equal texts,
    labels and moments; a missing value is like any other. A number and a text that looks like it differ. The index
    isn't part.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns with text names.

    Yields
    ------
    bytes
        Their lengths are among them, so that no two tables give the same bytes.

    Examples
    --------
    >>> one, two = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1.0, 2.0]})
    >>> b"".join(content(one)) == b"".join(content(two))
    True
    """
    yield f"{len(frame)} rows, {frame.shape[1]} columns\n".encode()
    for place, name in enumerate(frame.columns):
        label = str(name).encode("utf-8", "surrogatepass")
        yield f"{len(label)} ".encode() + label
        yield from _column(frame.iloc[:, place])


def _column(series: pd.Series[Any]) -> Iterator[bytes]:
    dtype: Any = series.dtype
    if isinstance(dtype, pd.SparseDtype):
        series = pd.Series(np.asarray(series))
    elif isinstance(dtype, pd.CategoricalDtype):
        series = series.astype(object)
    missing = series.isna().to_numpy(dtype=bool)
    dtype = series.dtype
    arrow = dtype.pyarrow_dtype if isinstance(dtype, pd.ArrowDtype) else None
    # pandas takes Arrow's dates for moments, but they have no unit and no zone.
    moments = pd.api.types.is_datetime64_any_dtype(dtype) if arrow is None else pa.types.is_timestamp(arrow)
    if moments:
        yield from _moments(series, missing, arrow)
    elif getattr(dtype, "kind", "") == "m":
        yield from _counted("duration", np.asarray(series.to_numpy(dtype="timedelta64[ns]")), missing)
    elif pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_numeric_dtype(dtype):
        yield from _numbers(series, missing)
    else:
        kind = pd.api.types.infer_dtype(series, skipna=True)
        if kind in ("integer", "floating", "mixed-integer-float", "boolean"):
            yield from _numbers(series, missing)
        else:
            yield from _texts(series, missing, "decimal" if kind == "decimal" else "text")


def _numbers(series: pd.Series[Any], missing: NDArray[np.bool_]) -> Iterator[bytes]:
    dtype: Any = series.dtype
    # Nullable and Arrow columns name the numpy dtype of their values.
    known = series[~missing].to_numpy(dtype=getattr(dtype, "numpy_dtype", dtype))
    if len(known) and isinstance(known[0], Decimal):
        yield from _texts(series, missing, "decimal")
    elif _too_long(known):
        yield from _texts(series, missing, "whole number")
    else:
        floats = np.full(len(series), np.nan)
        # Minus nought is nought.
        floats[~missing] = known.astype(np.float64) + 0.0
        yield b"number "
        yield np.ascontiguousarray(floats, dtype="<f8").tobytes()


def _too_long(known: NDArray[Any]) -> bool:
    """Whether some whole number would lose a digit as a float64."""
    if known.dtype.kind in "iu":
        return bool(len(known)) and (int(known.max()) >= EXACT or int(known.min()) <= -EXACT)
    return known.dtype == object and any(isinstance(v, (int, np.integer)) and abs(int(v)) >= EXACT for v in known)


def _moments(series: pd.Series[Any], missing: NDArray[np.bool_], arrow: Any) -> Iterator[bytes]:
    if arrow is not None:
        stored: Any = pd.DatetimeTZDtype(arrow.unit, arrow.tz) if arrow.tz else np.dtype(f"datetime64[{arrow.unit}]")
        series = pd.Series(series.astype(stored))
    zone = getattr(series.dtype, "tz", None) is not None
    values = series.dt.tz_convert("UTC").dt.tz_localize(None) if zone else series
    yield from _counted("moment in time" if zone else "date and time", values.to_numpy(), missing)


def _counted(kind: str, values: NDArray[Any], missing: NDArray[np.bool_]) -> Iterator[bytes]:
    """Whole seconds, and nanoseconds beyond them: the same in every unit."""
    steps = PER_SECOND[np.datetime_data(values.dtype)[0]]
    counts = np.where(missing, 0, values.astype(np.int64))
    seconds, rest = np.divmod(counts, steps)
    yield f"{kind} ".encode()
    for part in (seconds, rest * (10**9 // steps), missing):
        yield np.ascontiguousarray(part, dtype="<i8").tobytes()


def _texts(series: pd.Series[Any], missing: NDArray[np.bool_], kind: str) -> Iterator[bytes]:
    write = _decimal if kind == "decimal" else str
    texts = [
        b"" if gone else write(value).encode("utf-8", "surrogatepass")
        for gone, value in zip(missing, series.to_numpy(dtype=object), strict=True)
    ]
    lengths = np.array([-1 if gone else len(text) for gone, text in zip(missing, texts, strict=True)], dtype="<i8")
    yield f"{kind} ".encode()
    yield lengths.tobytes()
    yield b"".join(texts)


def _decimal(value: Decimal) -> str:
    return format(value.normalize(), "f")
