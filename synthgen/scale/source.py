"""Where rows come from that needn't fit in memory: one way to read them all, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import narwhals.stable.v1 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.dataset

from synthgen.errors import DataError, SynthgenError, UsageError
from synthgen.scale.source_database import DatabaseSource
from synthgen.scale.source_files import FilesSource
from synthgen.scale.source_frames import DatasetSource, LazySource, TableSource
from synthgen.scale.source_listing import listed
from synthgen.scale.source_schema import READ_AS, ROWS
from synthgen.scale.source_text import TextSource
from synthgen.table import files, frames
from synthgen.table.sources import arrow_types, is_file, is_pipe

__all__ = ["LARGE", "ROWS", "Source", "frame_of", "is_large", "open_source"]

T = TypeVar("T")

LARGE = 1_000_000
"""Rows beyond which a table is read in pieces where nobody says how."""


class Source(Protocol):
    """Rows in pieces, in the same order at every pass.

    Attributes
    ----------
    name : str
        What errors call it; without a password.
    arrow : pyarrow.Schema
        Of every batch.
    n_rows : int or None
        None where only reading tells.
    notes : tuple of str
        What is worth knowing of how it is read, in words.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def arrow(self) -> pa.Schema: ...  # noqa: D102

    @property
    def n_rows(self) -> int | None: ...  # noqa: D102

    @property
    def notes(self) -> tuple[str, ...]: ...  # noqa: D102

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows, at most :data:`ROWS` a batch, none of them empty."""

    def mark(self) -> str:
        """Give a word that changes when the source changes: of names, sizes and times, not of what is in it."""

    def about_rows(self) -> int | None:
        """Say roughly how many rows there are, without reading them; None where nothing tells."""


def open_source(data: Any) -> Source:
    """Open rows that needn't fit in memory; what is there is checked, but no row is read.

    Parameters
    ----------
    data : str, pathlib.Path, pyarrow.dataset.Dataset, polars LazyFrame or frame
        A path of a file (parquet, arrow, feather, ipc, csv, csv.gz, tsv), a folder of such files, with partitions
        named ``key=value`` or without, a glob, or the URL of a database as in
        :func:`~synthgen.table.sources.read_table`. Frames in memory are taken as well.

    Returns
    -------
    Source

    Raises
    ------
    FileError
        A file is missing, can't be read or is damaged; it is named.
    DataError
        Files don't have the same columns, or a column has types that don't go together; both are named.
    UsageError
        ``data`` is nothing that can be read in pieces.

    Examples
    --------
    >>> open_source("nowhere/*.parquet")
    Traceback (most recent call last):
    synthgen.errors.FileError: No file that can be read has a name like 'nowhere/*.parquet'. Check it; names end in \
one of: .csv, .csv.gz, .tsv, .parquet, .arrow, .feather, .ipc.
    """
    if isinstance(data, (str, Path)):
        if is_pipe(data):
            raise UsageError(
                "Standard input can be read only once, and large tables are read several times. Name a file."
            )
        if not is_file(data):
            return DatabaseSource(str(data))
        return TextSource(data) if listed(data)[0].family == "text" else FilesSource(data)
    if isinstance(data, pa.dataset.Dataset):
        return DatasetSource(data)
    if nw.dependencies.is_polars_lazyframe(data):
        return LazySource(data)
    if nw.dependencies.is_polars_dataframe(data):
        return LazySource(data.lazy(), n_rows=len(data))
    if isinstance(data, pa.Table):
        return TableSource(data, {READ_AS: b"frame"})
    if isinstance(data, pd.DataFrame):
        return TableSource(_arrow_of(data), {})
    raise UsageError(
        "A table to be read in pieces is a path, a folder, a glob, a URL, a pyarrow Dataset, a polars LazyFrame or a "
        f"frame; got {type(data).__name__}."
    )


def _arrow_of(data: pd.DataFrame) -> pa.Table:
    frame, _ = frames.to_pandas(data)
    return _converted(
        lambda names: pa.Table.from_pandas(frame[names], preserve_index=False), list(frame.columns),
        "holds objects of several types, or of one that Arrow doesn't have, so the frame can't be read in pieces",
    )  # fmt: skip


def _converted(convert: Callable[[list[str]], T], names: list[str], words: str) -> T:
    """Convert a table; name the first column that can't be. What Arrow and pandas say may quote a value."""
    try:
        return convert(names)
    except SynthgenError:
        raise
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        for name in names if len(names) > 1 else ():
            _converted(convert, [name], words)
        raise DataError(f"Column {names[0]!r} {words}. Convert it to numbers, text or datetimes, or drop it.") from None


def frame_of(batches: Sequence[pa.RecordBatch], arrow: pa.Schema, *, missing: Collection[str] = ()) -> pd.DataFrame:
    """Take batches of a source as pandas, with the dtypes that :func:`~synthgen.table.read_table` would give.

    Parameters
    ----------
    batches : sequence of pyarrow.RecordBatch
        Of all columns or some.
    arrow : pyarrow.Schema
        The source's.
    missing : collection of str
        Columns that lack a value somewhere in the source, though perhaps not in these batches.

    Examples
    --------
    >>> import pyarrow as pa
    >>> batch = pa.record_batch({"n": [1, 2]})
    >>> frame_of([batch], batch.schema).dtypes.astype(str).to_dict()
    {'n': 'int64'}
    >>> frame_of([batch], batch.schema, missing=["n"]).dtypes.astype(str).to_dict()
    {'n': 'Int64'}
    """
    names = batches[0].schema.names if batches else arrow.names
    schema = pa.schema([arrow.field(name) for name in names], metadata=arrow.metadata)
    table = _in_microseconds(pa.Table.from_batches(batches, schema))
    notes = arrow.metadata or {}
    read_as = notes.get(READ_AS)
    take = _TAKEN.get(read_as, files.from_arrow)
    frame = _converted(lambda some: take(table.select(some)), list(names), "has values that pandas can't hold")
    if read_as == b"frame":
        return frame
    by_pandas = b"pandas" in notes or read_as == b"text"
    for field in schema:
        if field.name in missing and not table.column(field.name).null_count and field.type in files.NULLABLE:
            if not by_pandas:
                frame[field.name] = frame[field.name].astype(files.NULLABLE[field.type])
            elif not pd.api.types.is_extension_array_dtype(frame[field.name].dtype):
                # Read as pandas does, gaps make floats of integers and objects of booleans.
                boolean = pa.types.is_boolean(field.type)
                frame[field.name] = frame[field.name].astype(object if boolean else "float64")
    return frame


_TAKEN: dict[bytes | None, Callable[[pa.Table], pd.DataFrame]] = {
    b"frame": frames.from_arrow,
    b"text": lambda table: table.to_pandas(),
    b"database": arrow_types.frame_of,
}
"""What takes the rows of each reader as pandas."""


def _in_microseconds(table: pa.Table) -> pa.Table:
    """Cut times of day to what Python's have; those that are written stay as they are."""
    for place, field in enumerate(table.schema):
        if field.type == pa.time64("ns"):
            kind = pa.time64("us")
            table = table.set_column(place, field.with_type(kind), table.column(place).cast(kind, safe=False))
    return table


def is_large(source: Any) -> bool:
    """Say whether a table has more than a million rows, cheaply: by what files say of themselves, or their size.

    Parameters
    ----------
    source : Source or anything that :func:`open_source` takes
        A frame in memory is never large: it fits.

    Examples
    --------
    >>> import pandas as pd
    >>> is_large(pd.DataFrame({"x": [1]}))
    False
    """
    if not hasattr(source, "about_rows"):
        lazy = isinstance(source, pa.dataset.Dataset) or nw.dependencies.is_polars_lazyframe(source)
        if not lazy and (not isinstance(source, (str, Path)) or is_pipe(source)):
            return False
        source = open_source(source)
    rows = source.about_rows()
    return rows is not None and rows > LARGE
