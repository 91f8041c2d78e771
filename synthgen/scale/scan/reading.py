"""Columns of a batch as plain values: numbers, labels, or nothing that can be counted."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Measure = Literal["ordered", "labels", "opaque"]

_DAY = 86_400_000_000


def measure_of(kind: pa.DataType) -> Measure:
    """Say what can be found of values of this type.

    Examples
    --------
    >>> measure_of(pa.int8()), measure_of(pa.string()), measure_of(pa.list_(pa.int8()))
    ('ordered', 'labels', 'opaque')
    """
    if pa.types.is_dictionary(kind):
        return "labels" if measure_of(kind.value_type) in ("labels", "ordered") else "opaque"
    if pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "labels"
    ordered = (
        pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_timestamp, pa.types.is_date,
        pa.types.is_duration, pa.types.is_time,
    )  # fmt: skip
    return "ordered" if any(test(kind) for test in ordered) else "opaque"


def numbers(column: pa.Array) -> NDArray[Any]:
    """Give the values that aren't missing as numbers.

    Whole numbers stay whole; moments are in microseconds, spans of time in seconds.

    Examples
    --------
    >>> numbers(pa.array([1.5, None, float("nan")])).tolist()
    [1.5]
    """
    kind = column.type
    column = column.drop_null()
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
    elif pa.types.is_duration(kind):
        spans = column.cast(pa.duration("us"), safe=False).cast(pa.int64())
        return np.asarray(spans.to_numpy(zero_copy_only=False) / 1e6)
    elif pa.types.is_time(kind):
        column = column.cast(pa.time64("us"), safe=False).cast(pa.int64())
    elif pa.types.is_date(kind):
        days = column.cast(pa.date32(), safe=False).cast(pa.int32())
        return np.asarray(days.to_numpy(zero_copy_only=False).astype(np.int64) * _DAY)
    values: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f":
        values = values.astype(np.float64, copy=False)
        gaps = np.isnan(values)
        return values[~gaps] if gaps.any() else values
    return values


def labels(column: pa.Array) -> pa.Array:
    """Give the values that aren't missing, labels as what they stand for."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.drop_null()


def counted(values: pa.Array, most: int) -> dict[Any, int] | None:
    """Count values that aren't missing; None where more than ``most`` differ."""
    found = pc.value_counts(values)
    if len(found) > most:
        return None
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))
