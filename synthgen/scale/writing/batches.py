"""A table written batch by batch: held in memory a piece at a time, and whole in its place or not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from synthgen.progress import bar
from synthgen.scale.writing.destination import Destination, check_out, check_parts, destination
from synthgen.scale.writing.formats import opened_writer, piece_rows
from synthgen.scale.writing.pieces import BatchesFailed, pieces
from synthgen.scale.writing.whole import disk_errors, whole_file, whole_folder
from synthgen.table import files, sources

PART_ROWS = 8
"""Pieces of one file of a folder of parts: about a million rows."""

DATABASE_ROWS = 65_536


def write_batches(
    out: str | Path,
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    *,
    total: int | None = None,
    progress: bool = False,
) -> int:
    """Write a table that comes in batches; what was there before stays until the new table is whole.

    The file depends on the rows and on the schema only, not on how the rows are divided into batches. A run that is
    killed leaves the old table as it was, and its temporary files are cleared by the next run to the same place.

    Parameters
    ----------
    out : str or pathlib.Path
        A file (parquet, arrow, feather, ipc, csv, csv.gz, tsv); a folder, if it is one or ends in a slash, which gets
        ``part-00000.parquet`` and so on; or the URL of a table in a database, as for
        :func:`synthgen.table.write_table`, which is written in one transaction.
    batches : iterable of pyarrow.RecordBatch
        Taken one at a time.
    schema : pyarrow.Schema
        The columns of the table; batches whose types differ are cast.
    total : int, optional
        How many rows there will be, for the progress bar.
    progress : bool
        Show the rows written and the time left.

    Returns
    -------
    int
        The rows written.

    Raises
    ------
    FileError
        The place can't be written to; the message says why.
    DataError
        A batch has other columns, or values that its column can't hold.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> batch = pa.record_batch({"a": [1, 2, 3]})
    >>> write_batches(folder.name + "/t.csv", [batch, batch.slice(1)], batch.schema)
    5
    >>> Path(folder.name + "/t.csv").read_text().split()
    ['a', '1', '2', '3', '2', '3']
    >>> folder.cleanup()
    """
    check_out(out)
    place = destination(out)
    write = {"file": _file, "folder": _folder, "database": _database}[place.kind]
    shown = bar(progress=progress, total=total, unit=" rows", unit_scale=True, desc="write")
    try:
        return write(place, batches, schema, shown.update)
    except BatchesFailed as failed:
        raise failed.error from None
    finally:
        shown.close()


def _file(
    place: Destination, batches: Iterable[pa.RecordBatch], schema: pa.Schema, done: Callable[[int], object]
) -> int:
    suffix = files.suffix_of(place.path)
    n = 0
    with whole_file(place.path) as file, opened_writer(file, suffix, schema) as writer:
        for piece in pieces(batches, schema, piece_rows(suffix, schema)):
            writer.write(piece)
            n += piece.num_rows
            done(piece.num_rows)
    return n


def _folder(
    place: Destination, batches: Iterable[pa.RecordBatch], schema: pa.Schema, done: Callable[[int], object]
) -> int:
    n, number = 0, 0
    found = pieces(batches, schema, piece_rows(".parquet", schema))
    with whole_folder(place.path) as folder:
        piece = next(found, None)
        while piece is not None or number == 0:
            path = folder / f"part-{number:05d}.parquet"
            with whole_file(path) as file, opened_writer(file, ".parquet", schema) as writer:
                for _ in range(PART_ROWS):
                    if piece is None:
                        break
                    writer.write(piece)
                    n += piece.num_rows
                    done(piece.num_rows)
                    piece = next(found, None)
            number += 1
        with disk_errors(place.shown):
            check_parts(place)
    return n


def _database(
    place: Destination, batches: Iterable[pa.RecordBatch], schema: pa.Schema, done: Callable[[int], object]
) -> int:
    n = 0

    def counted() -> Iterator[pa.Table]:
        nonlocal n
        for piece in pieces(batches, schema, DATABASE_ROWS):
            yield piece
            n += piece.num_rows
            done(piece.num_rows)

    sources.write_pieces(counted(), schema, place.url)
    return n
