"""Between SQLAlchemy's types and Arrow's, with what SQLite lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from synthgen.errors import FileError
from synthgen.table.sources.arrow_types import cannot_hold, cast

SQLITE_DIGITS = 15
"""SQLite holds decimals as float64, which is exact to so many digits."""


def arrow_type(declared: Any, dialect: str) -> pa.DataType | None:
    """Give the type that a column's values have by its declaration; None where that says too little."""
    import sqlalchemy as sa

    lite = dialect == "sqlite"
    if isinstance(declared, sa.Enum) and declared.enums and not declared.enum_class:
        return pa.dictionary(pa.int32(), pa.string())
    if isinstance(declared, sa.Float):
        single = isinstance(declared, sa.REAL) and not lite
        return pa.float32() if single else pa.float64()
    if isinstance(declared, sa.Numeric):
        if declared.precision is None or not 1 <= declared.precision <= 38:
            return None
        return pa.decimal128(declared.precision, declared.scale or 0)
    if isinstance(declared, sa.DateTime):
        return pa.timestamp("us", "UTC" if declared.timezone else None)
    if isinstance(declared, sa.Integer) and not isinstance(declared, (sa.SmallInteger, sa.BigInteger)):
        # Each whole number of SQLite has 64 bits.
        return pa.int64() if lite else pa.int32()
    known: list[tuple[Any, pa.DataType]] = [
        (sa.SmallInteger, pa.int16()), (sa.BigInteger, pa.int64()), (sa.Boolean, pa.bool_()), (sa.Date, pa.date32()),
        (sa.Interval, pa.duration("us")), (sa.String, pa.string()),
    ]  # fmt: skip
    return next((kind for test, kind in known if isinstance(declared, test)), None)


def batch_of(rows: Sequence[Any], names: Sequence[str], kinds: Sequence[pa.DataType | None]) -> pa.Table:
    """Make Arrow of some rows; a column whose values its declaration doesn't fit is taken by its values."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table(
        [_array(list(values), kind, name) for values, kind, name in zip(columns, kinds, names, strict=True)],
        names=list(names),
    )


def _array(values: list[Any], kind: pa.DataType | None, name: str) -> pa.Array:
    if any(isinstance(value, UUID) for value in values):
        values = [value and str(value) for value in values]
    for tried in (kind, None):
        try:
            if tried is not None and pa.types.is_dictionary(tried):
                return pa.array(values, pa.string()).dictionary_encode()
            return pa.array(values, tried)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            continue
    kinds = sorted({type(value).__name__ for value in values if value is not None})
    raise cannot_hold(name, " and ".join(kinds))


def declared(column: pa.ChunkedArray, name: str, dialect: str, *, whole: bool = True) -> tuple[Any, pa.ChunkedArray]:
    """Give SQLAlchemy's type for a column, and its values as what is sent.

    Where the column isn't the ``whole`` one, the type is one that holds whatever else comes.
    """
    import sqlalchemy as sa

    kind, lite = column.type, dialect == "sqlite"
    if pa.types.is_dictionary(kind):
        return sa.Text(), cast(column, pa.string(), name)
    if pa.types.is_timestamp(kind):
        sent = cast(column, pa.timestamp("us", "UTC" if kind.tz else None), name)
        if kind.tz and lite:
            # SQLite would drop the zone without a word.
            return sa.Text(), pc.strftime(sent, format="%Y-%m-%d %H:%M:%S+00:00")
        return sa.DateTime(timezone=bool(kind.tz)), sent
    if pa.types.is_uint64(kind):
        highest = pc.max(column).as_py() or 0
        if whole and highest < 2**63:
            return sa.BigInteger(), cast(column, pa.int64(), name)
        return (sa.Text(), cast(column, pa.string(), name)) if lite else (sa.Numeric(20, 0), column)
    if pa.types.is_decimal(kind):
        if lite and kind.precision > SQLITE_DIGITS:
            return sa.Text(), cast(column, pa.string(), name)
        return sa.Numeric(kind.precision, kind.scale), column
    if pa.types.is_duration(kind) and lite:
        seconds = pc.divide(cast(column, pa.duration("us"), name).cast(pa.int64()).cast(pa.float64()), 1e6)
        return sa.Double(), seconds
    known: list[tuple[Any, Any]] = [
        (pa.types.is_boolean, sa.Boolean()), (pa.types.is_int64, sa.BigInteger()),
        (pa.types.is_uint32, sa.BigInteger()), (pa.types.is_int32, sa.Integer()), (pa.types.is_uint16, sa.Integer()),
        (pa.types.is_integer, sa.SmallInteger()),
        (pa.types.is_float64, sa.Double()), (pa.types.is_floating, sa.REAL()), (pa.types.is_date, sa.Date()),
        (pa.types.is_duration, sa.Interval()), (pa.types.is_string, sa.Text()), (pa.types.is_large_string, sa.Text()),
    ]  # fmt: skip
    for test, found in known:
        if test(kind):
            return found, column
    raise FileError(f"Column {name!r} can't be written to a database: it is of type {kind}. Convert it first.")
