"""The columns that the files of one source have in common, settled before any row is read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from synthgen.errors import DataError, FileError

ROWS = 65_536
"""Rows of a batch, at most."""

READ_AS = b"synthgen.read_as"
"""The note in an Arrow schema that says which of synthgen's readers its rows come from."""


@dataclass(frozen=True)
class Agreed:
    """What the files of a source agree on.

    Attributes
    ----------
    arrow : pyarrow.Schema
        The first file's columns, in its order, of types that hold the values of every file.
    notes : tuple of str
        What was made of columns that aren't of one type, in words.
    """

    arrow: pa.Schema
    notes: tuple[str, ...]


def agreed(schemas: Iterable[tuple[str, pa.Schema]]) -> Agreed:
    """Find the columns that files have in common.

    Types that differ only in width are widened, and a column without a single value fits every type. Another type,
    or a column more or less, is refused: the file and the column are named.

    Parameters
    ----------
    schemas : iterable of (str, pyarrow.Schema)
        With what errors call each file.

    Examples
    --------
    >>> narrow, wide = (pa.schema([("a", kind)]) for kind in (pa.int32(), pa.int64()))
    >>> agreed([("x.parquet", narrow), ("y.parquet", wide)]).notes
    ("Column 'a' is of type int32 in 'x.parquet' and int64 in 'y.parquet': it is read as int64.",)
    """
    first_name, first = "", None
    seen: dict[str, dict[pa.DataType, str]] = {}
    for name, schema in schemas:
        if first is None:
            first_name, first = name, schema
            _refuse_twice(schema, name)
        elif schema.equals(first):
            continue
        _refuse_others(schema, name, first, first_name)
        for field in schema:
            seen.setdefault(field.name, {}).setdefault(field.type, name)
    if first is None:
        raise DataError("There is no column to read.")
    notes, fields = [], []
    for field in first:
        kinds = seen[field.name]
        kind = _common(list(kinds))
        if kind is None:
            (one, here), (other, there) = next(iter(kinds.items())), _stranger(kinds)
            raise DataError(
                f"Column {field.name!r} is of type {one} in {here!r} and {other} in {there!r}, which have no type in "
                "common. Write it as one type, or read those files apart."
            )
        if len(kinds) > 1:
            held = " and ".join(f"{kind} in {name!r}" for kind, name in kinds.items())
            notes.append(f"Column {field.name!r} is of type {held}: it is read as {kind}.")
        fields.append(pa.field(field.name, kind, metadata=field.metadata))
    return Agreed(pa.schema(fields, metadata=first.metadata), tuple(notes))


def _refuse_twice(schema: pa.Schema, name: str) -> None:
    twice = sorted({column for column in schema.names if schema.names.count(column) > 1})
    if twice:
        raise DataError(f"Column names must be distinct; {twice} occur more than once in {name!r}. Rename them.")


def _refuse_others(schema: pa.Schema, name: str, first: pa.Schema, first_name: str) -> None:
    for here, there, held, lacks in ((first, schema, first_name, name), (schema, first, name, first_name)):
        odd = [column for column in here.names if column not in there.names]
        if odd:
            more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
            raise DataError(
                f"Column {odd[0]!r}{more} is in {held!r} and not in {lacks!r}. All files need the same columns."
            )


def _stranger(kinds: dict[pa.DataType, str]) -> tuple[pa.DataType, str]:
    known: list[pa.DataType] = []
    for kind, name in kinds.items():
        known.append(kind)
        if _common(known) is None:
            return kind, name
    return list(kinds.items())[-1]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _common(kinds: Sequence[pa.DataType]) -> pa.DataType | None:
    """Give the type that holds the values of all these; None where it is none that a person would expect."""
    held = [kind for kind in dict.fromkeys(kinds) if not pa.types.is_null(kind)]
    if len(held) <= 1:
        return held[0] if held else pa.null()
    plain = [kind.value_type if pa.types.is_dictionary(kind) else kind for kind in held]
    if all(map(_is_text, plain)):
        large = any(map(pa.types.is_large_string, plain))
        return pa.large_string() if large else pa.string()
    tests = (_is_number, pa.types.is_duration, pa.types.is_time, pa.types.is_date, pa.types.is_timestamp)
    if not any(all(map(test, plain)) for test in tests) or len({getattr(kind, "tz", None) for kind in plain}) > 1:
        return None
    try:
        united = pa.unify_schemas([pa.schema([("x", kind)]) for kind in plain], promote_options="permissive")
    except pa.ArrowException:
        return None
    return united.field(0).type


def fitted(table: pa.Table, arrow: pa.Schema, name: str) -> pa.Table:
    """Cast the columns of a piece of one file to the types of the whole source."""
    columns = []
    for field in arrow:
        column = table.column(field.name)
        if column.type != field.type:
            try:
                column = column.cast(field.type)
            except (pa.ArrowException, ValueError):
                # Arrow's own words quote a value.
                raise FileError(
                    f"Column {field.name!r} of {name!r} holds values that don't fit {field.type}, the type that the "
                    "files have in common. Write it as one type in all files."
                ) from None
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=arrow)


def batches_of(table: pa.Table) -> Iterator[pa.RecordBatch]:
    """Split a table into batches of at most :data:`ROWS` rows, none of them empty."""
    for batch in table.to_batches(max_chunksize=ROWS):
        if batch.num_rows:
            yield batch


def chosen(arrow: pa.Schema, columns: Sequence[str] | None, name: str) -> pa.Schema:
    """Give the schema of these columns, in the order asked for; refuse one that isn't there."""
    if columns is None:
        return arrow
    odd = [column for column in columns if column not in arrow.names]
    if odd:
        raise DataError(f"{name} has no column {odd[0]!r}. Its columns are {', '.join(map(repr, arrow.names))}.")
    return pa.schema([arrow.field(column) for column in columns], metadata=arrow.metadata)


def plain(schema: pa.Schema, *, several: bool) -> pa.Schema:
    """Give the types that rows of a source are held as: those that everything which takes rows apart can take.

    Views of texts, as polars writes them, are texts. Where pieces may have ``several`` dictionaries of a column, its
    numbers have room for the labels of all of them.

    Examples
    --------
    >>> few = pa.dictionary(pa.int8(), pa.string_view())
    >>> plain(pa.schema([("a", pa.string_view()), ("b", few)]), several=True).types
    [DataType(string), DictionaryType(dictionary<values=string, indices=int32, ordered=0>)]
    """
    fields = [field.with_type(_plain(field.type, several)) for field in schema]
    return pa.schema(fields, metadata=schema.metadata)


def _plain(kind: pa.DataType, several: bool) -> pa.DataType:
    if pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_dictionary(kind):
        narrow = several and kind.index_type.bit_width < 32
        index = pa.int32() if narrow else kind.index_type
        return pa.dictionary(index, _plain(kind.value_type, several), ordered=kind.ordered)
    return kind


def without_index(schema: pa.Schema) -> pa.Schema:
    """Drop the columns that pandas wrote for its index, which are no part of the table that is read."""
    notes = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    index = {name for name in notes.get("index_columns", ()) if isinstance(name, str)}
    if not index:
        return schema
    notes["index_columns"] = []
    notes["columns"] = [item for item in notes.get("columns", ()) if item.get("field_name") not in index]
    metadata = {**schema.metadata, b"pandas": json.dumps(notes).encode()}
    return pa.schema([field for field in schema if field.name not in index], metadata=metadata)
