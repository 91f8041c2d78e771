"""Formats of files that are written piece by piece: Parquet, Arrow and delimited text."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet

from synthgen.table.files import from_arrow

GROUP_ROWS = 131_072
"""Rows of one row group of a Parquet file."""

MOST_CELLS = 4_000_000
"""Cells of one piece, so that tables of many columns are held in smaller ones."""

ARROW_ROWS = 65_536
"""Rows of one batch of an Arrow file."""

TEXT_ROWS = 50_000


class Writer(Protocol):
    """What a format is written by."""

    def write(self, table: pa.Table) -> None:
        """Write some rows behind those that are there."""


def piece_rows(suffix: str, schema: pa.Schema) -> int:
    """Say how many rows a piece has in a format; it depends on the columns only, so that files do so too."""
    columns = max(len(schema.names), 1)
    if suffix == ".parquet":
        return max(min(GROUP_ROWS, MOST_CELLS // columns), 1_000)
    if suffix in (".arrow", ".feather", ".ipc"):
        return ARROW_ROWS
    return _csv_step(columns) * max(TEXT_ROWS // _csv_step(columns), 1)


@contextlib.contextmanager
def opened_writer(file: BinaryIO, suffix: str, schema: pa.Schema) -> Iterator[Writer]:
    """Open a writer of a format onto an open file; the file's end is written only if all went well."""
    if suffix == ".parquet":
        with _closed_quietly_on_failure(_parquet(file, schema)) as parquet:
            yield _Arrow(parquet, piece_rows(suffix, schema))
    elif suffix in (".arrow", ".feather", ".ipc"):
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
        with _closed_quietly_on_failure(pa.ipc.new_file(file, schema, options=options)) as arrow:
            yield _Arrow(arrow, ARROW_ROWS, _Dictionaries(schema))
    else:
        held: Any = file
        if suffix == ".csv.gz":
            # Without a name and a time, so that the same rows are the same bytes.
            held = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6)
        texts = io.TextIOWrapper(held, encoding="utf-8", newline="", write_through=False)
        yield _Delimited(texts, "\t" if suffix == ".tsv" else ",", schema)
        texts.flush()
        texts.detach()
        if held is not file:
            held.close()


@contextlib.contextmanager
def _closed_quietly_on_failure(writer: Any) -> Iterator[Any]:
    try:
        yield writer
    except BaseException:
        # Where the disk is full, the end can't be written either, and its error would hide the first one.
        with contextlib.suppress(Exception):
            writer.close()
        raise
    writer.close()


def _parquet(file: BinaryIO, schema: pa.Schema) -> Any:
    """Open a Parquet file as measured: zstd takes a fifth more time than snappy, and a sixth less space.

    Dictionaries of numbers and moments with a value of its own in nearly every row doubled the time, and took space.
    """
    alone = (pa.types.is_floating, pa.types.is_temporal, pa.types.is_decimal)
    few = [field.name for field in schema if not any(test(field.type) for test in alone)]
    return pa.parquet.ParquetWriter(file, schema, compression="zstd", use_dictionary=few)


class _Arrow:
    def __init__(self, writer: Any, rows: int, dictionaries: _Dictionaries | None = None) -> None:
        self._writer, self._rows, self._dictionaries = writer, rows, dictionaries

    def write(self, table: pa.Table) -> None:
        table = table.combine_chunks() if self._dictionaries is None else self._dictionaries.applied(table)
        self._writer.write_table(table, self._rows)


class _Dictionaries:
    """One dictionary a column for a whole file, which only grows: an Arrow file takes no other one."""

    def __init__(self, schema: pa.Schema) -> None:
        self._held: dict[int, pa.Array] = {
            place: pa.array([], field.type.value_type)
            for place, field in enumerate(schema)
            if pa.types.is_dictionary(field.type)
        }

    def applied(self, table: pa.Table) -> pa.Table:
        for place, known in self._held.items():
            column = table.column(place).unify_dictionaries().combine_chunks()
            if isinstance(column, pa.ChunkedArray):
                column = column.chunk(0)
            new = column.dictionary.filter(pc.invert(pc.is_in(column.dictionary, value_set=known)))
            known = pa.concat_arrays([known, new]) if len(new) else known
            places = pc.index_in(column.dictionary, value_set=known)
            codes = places.take(column.indices).cast(column.type.index_type)
            self._held[place] = known
            field = table.schema.field(place)
            table = table.set_column(
                place, field, pa.DictionaryArray.from_arrays(codes, known, ordered=field.type.ordered)
            )
        return table.combine_chunks()


class _Delimited:
    """Text as pandas writes it.

    Within so many rows it looks at all moments of a column before it chooses how many digits they need; pieces are
    whole multiples of these, so that the text is that of the table written at once.
    """

    def __init__(self, texts: io.TextIOWrapper, separator: str, schema: pa.Schema) -> None:
        self._texts, self._separator = texts, separator
        self._step = _csv_step(max(len(schema.names), 1))
        from_arrow(schema.empty_table()).to_csv(texts, index=False, sep=separator, lineterminator=os.linesep)

    def write(self, table: pa.Table) -> None:
        from_arrow(table).to_csv(
            self._texts, index=False, sep=self._separator, header=False, chunksize=self._step, lineterminator=os.linesep
        )


def _csv_step(columns: int) -> int:
    return (100_000 // columns) or 1
