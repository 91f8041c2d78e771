"""Parquet and Arrow files, one or many, read batch by batch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

from synthgen.errors import DataError, FileError
from synthgen.scale.source_listing import Listed, listed, mark_of
from synthgen.scale.source_partitions import partitions, with_partitions
from synthgen.scale.source_schema import ROWS, agreed, batches_of, chosen, fitted, plain, without_index
from synthgen.table.files import unreadable

_BUFFER = 1 << 20
"""Bytes read at once of each column of a Parquet file, so that a large row group isn't held whole."""


class FilesSource:
    """Parquet or Arrow files that are read as one table.

    Names of folders such as ``country=AT`` are columns, after those of the files: whole numbers if all of them are,
    else text. Which columns there are is settled from the files' own heads, before any row is read.

    Parameters
    ----------
    place : str or pathlib.Path
        A file, a folder or a glob.

    Attributes
    ----------
    name : str
    arrow : pyarrow.Schema
    n_rows : int or None
    notes : tuple of str
        What was made of columns whose type differs between files, in words.
    """

    def __init__(self, place: str | Path) -> None:
        self.name = str(place)
        every = listed(place)
        # A partition without rows may be a file of no bytes; a table needs one that has a head.
        self._files = tuple(file for file in every if file.size) or every
        heads = [(str(file.path), _head(file)) for file in self._files]
        # A stream may change a dictionary on the way.
        several = len(heads) > 1 or self._files[0].family == "Arrow"
        settled = agreed((name, plain(schema, several=several)) for name, (schema, _) in heads)
        keys = partitions(self._files, settled.arrow.names)
        self.arrow = pa.schema([*settled.arrow, *keys], metadata=settled.arrow.metadata)
        self.notes = settled.notes
        counts = [rows for _, (_, rows) in heads]
        self.n_rows: int | None = None if None in counts else sum(rows for rows in counts if rows is not None)
        self._own = settled.arrow

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows, in the order of the files' names."""
        wanted = chosen(self.arrow, columns, self.name)
        own = pa.schema([field for field in wanted if field.name in self._own.names], metadata=wanted.metadata)
        for file in self._files:
            file.check_unchanged()
            name = str(file.path)
            with _errors(file):
                for piece in _pieces(file, own.names or self._own.names[:1]):
                    table = with_partitions(fitted(piece, own, name), piece.num_rows, wanted, file)
                    yield from batches_of(table)
            file.check_unchanged()

    def mark(self) -> str:
        """Give a word that changes when a file changes."""
        return mark_of(self._files)

    def about_rows(self) -> int | None:
        """Give the rows, as far as they are known without reading."""
        return self.n_rows


def _head(file: Listed) -> tuple[pa.Schema, int | None]:
    """Read the schema of a file, and its rows if its head has them."""
    with _errors(file):
        if file.suffix == ".parquet":
            with pa.parquet.ParquetFile(file.path) as opened:
                return without_index(opened.schema_arrow), opened.metadata.num_rows
        with _arrow_file(file.path) as reader:
            if isinstance(reader, pa.Table):
                return without_index(reader.schema), reader.num_rows
            rows = None
            if isinstance(reader, pa.ipc.RecordBatchFileReader):
                rows = pa.dataset.dataset(file.path, format="ipc").count_rows()
            return without_index(reader.schema), rows


def _pieces(file: Listed, columns: Sequence[str]) -> Iterator[pa.Table]:
    if file.suffix == ".parquet":
        # Checksums are only looked at where the file has them.
        options = {"pre_buffer": False, "buffer_size": _BUFFER, "page_checksum_verification": True}
        with pa.parquet.ParquetFile(file.path, **options) as opened:
            read = 0
            for batch in opened.iter_batches(batch_size=ROWS, columns=list(columns)):
                read += batch.num_rows
                yield pa.Table.from_batches([batch])
            if read != opened.metadata.num_rows:
                raise FileError(
                    f"{str(file.path)!r} has {read:,} rows, where its head says {opened.metadata.num_rows:,}. It is "
                    "damaged: check what wrote it."
                )
        return
    with _arrow_file(file.path) as reader:
        if isinstance(reader, pa.Table):
            yield reader
        elif isinstance(reader, pa.ipc.RecordBatchFileReader):
            for place in range(reader.num_record_batches):
                yield pa.Table.from_batches([reader.get_batch(place)])
        else:
            for batch in reader:
                yield pa.Table.from_batches([batch])


@contextlib.contextmanager
def _arrow_file(path: Path) -> Iterator[Any]:
    """Open an Arrow file or stream; a Feather file of the first version can only be read whole."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(pa.memory_map(str(path)))
        start = file.read(6)
        file.seek(0)
        if start[:4] == b"FEA1":
            yield pa.feather.read_table(file)
        elif start == b"ARROW1":
            yield stack.enter_context(pa.ipc.open_file(file))
        else:
            yield stack.enter_context(pa.ipc.open_stream(file))


@contextlib.contextmanager
def _errors(file: Listed) -> Iterator[None]:
    try:
        yield
    except (FileError, DataError):
        raise
    except (pa.ArrowException, OSError) as error:
        raise unreadable(error, file.suffix, repr(str(file.path))) from None
