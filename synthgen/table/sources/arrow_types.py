"""Between Arrow, which databases speak, and the frames that synthgen works on: no type is lost on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from synthgen.errors import DataError, FileError
from synthgen.table.files import NULLABLE

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""1 January of the year 1 and 31 December 9999, in days from 1970: what Python's dates hold."""


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Take a table of a database as pandas.

    Decimals and dates stay Arrow's, so that precision and kind come back; integers and booleans with nulls become
    pandas' nullable ones, labels of an enum a category.

    Parameters
    ----------
    table : pyarrow.Table

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    DataError
        A column has a type that synthgen can't hold, or two have one name; it is named.
    """
    check_distinct(table.column_names)
    columns = {place: _series(table.column(place), name) for place, name in enumerate(table.column_names)}
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index(table.column_names)
    return frame


def arrow_of(frame: pd.DataFrame) -> pa.Table:
    """Take a frame as Arrow, without its index; a column of nothing but gaps becomes text.

    Raises
    ------
    FileError
        A column holds objects of several types.
    """
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # Arrow's own words quote a value.
        raise FileError(
            "The table can't be written to a database: a column holds objects of several types. Convert that column "
            "to one type, or write a .csv file."
        ) from None
    return held(table, held_schema(table.schema))


def held_schema(schema: pa.Schema) -> pa.Schema:
    """Give the columns of a table as databases hold them: nothing but gaps is text, and only texts are labels."""
    return pa.schema([field.with_type(_held_type(field.type)) for field in schema])


def held(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Give a table as databases hold it, by its :func:`held_schema`."""
    for place, field in enumerate(schema):
        column = table.column(place)
        column = column.unify_dictionaries() if pa.types.is_dictionary(field.type) else column.cast(field.type)
        table = table.set_column(place, field, column)
    return table.replace_schema_metadata(None)


def _held_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        text = pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type)
        return kind if text else kind.value_type
    return kind


def check_distinct(names: Sequence[str]) -> None:
    """Refuse the result of a query with two columns of one name."""
    twice = next((name for name in names if list(names).count(name) > 1), None)
    if twice is not None:
        raise DataError(f"The column name {twice!r} occurs more than once. Name one of them otherwise: ... AS other.")


def labels_of(column: pa.ChunkedArray) -> list[str]:
    """Give the labels of a column of labels, in their order, whether a row has them or not."""
    return list(column.chunk(0).dictionary.to_pylist()) if column.num_chunks else []


def cast(column: pa.ChunkedArray, kind: pa.DataType, name: str) -> pa.ChunkedArray:
    """Cast a column to what a database holds; digits beyond its precision of time are cut off."""
    try:
        return column.cast(kind, safe=not pa.types.is_timestamp(kind))
    except pa.ArrowException:
        raise FileError(f"Column {name!r} can't be written: a value doesn't fit the type {kind}.") from None


def _series(column: pa.ChunkedArray, name: str) -> pd.Series[Any]:
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = _plain(column, name)
        kind = column.type
    if pa.types.is_dictionary(kind):
        series: pd.Series[Any] = column.unify_dictionaries().combine_chunks().to_pandas()
        return series
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        _refuse_far(column, name)
    if pa.types.is_decimal(kind) or pa.types.is_date(kind):
        return pd.Series(pd.array(column, dtype=pd.ArrowDtype(kind)))
    if pa.types.is_interval(kind):
        column = _durations(column, name)
    elif pa.types.is_nested(kind) or pa.types.is_time(kind) or "binary" in str(kind):
        raise cannot_hold(name, str(kind))
    if column.null_count and kind in NULLABLE:
        series = column.to_pandas(types_mapper=NULLABLE.get)
        return series
    series = column.to_pandas()
    return series


def _refuse_far(column: pa.ChunkedArray, name: str) -> None:
    """Refuse moments that Python has no date for, among them the infinite ones that databases know."""
    kind = column.type
    a_day = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000}.get(getattr(kind, "unit", ""), 1)
    if kind in (pa.date64(), pa.timestamp("ns", getattr(kind, "tz", None))):
        # Days in milliseconds; and nanoseconds, which end in the year 2262.
        a_day = 86_400_000 if kind == pa.date64() else 86_400_000_000_000
    ends = pc.min_max(column.cast(pa.int32() if kind == pa.date32() else pa.int64()))
    low, high = ends["min"].as_py(), ends["max"].as_py()
    if low is not None and (low < _FIRST_DAY * a_day or high >= (_LAST_DAY + 1) * a_day):
        raise DataError(
            f"Column {name!r} has dates that are infinite or not of the years 1 to 9999. Read it by a query that "
            "replaces them, by NULL, say: ?query=SELECT NULLIF(...)"
        )


def _plain(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    kind: Any = column.type
    if kind.extension_name == "arrow.uuid":
        return pa.chunked_array([pa.array([value and str(value) for value in column.to_pylist()], pa.string())])
    if pa.types.is_string(kind.storage_type) or pa.types.is_large_string(kind.storage_type):
        return pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
    raise cannot_hold(name, getattr(kind, "type_name", kind.extension_name))


def _durations(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    values = column.to_pylist()
    if any(value is not None and value.months for value in values):
        raise cannot_hold(name, "an interval with months")
    spans = [value and dt.timedelta(days=value.days, microseconds=value.nanoseconds // 1000) for value in values]
    return pa.chunked_array([pa.array(spans, pa.duration("us"))])


def cannot_hold(name: str, kind: str) -> DataError:
    """Build the error of a column whose type has no place in a table here."""
    return DataError(
        f"Column {name!r} is of type {kind}, which synthgen can't hold. Read the table by a query that leaves it out "
        "or casts it to text, numbers or dates: ?query=SELECT ..."
    )
