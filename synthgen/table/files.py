"""Tables and texts on disk: read with plain errors, written whole or not at all."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

from synthgen.errors import FileError
from synthgen.table.csv_reading import read_csv

SUFFIXES = (".csv", ".csv.gz", ".tsv", ".parquet", ".arrow", ".feather", ".ipc")

NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
"""Pandas' dtypes that hold integers and booleans with nulls."""

_TEXTS = (".csv", ".csv.gz", ".tsv")

ENDING_OF_MAGIC = {b"PAR1": ".parquet", b"ARROW1": ".arrow", b"FEA1": ".feather", b"\xff\xff\xff\xff": ".arrow"}
"""The first bytes of a format, and an ending that names it; the last is an Arrow stream."""


def suffix_of(path: str | Path) -> str:
    """Give the ending that names the format of a file; raise FileError where it names none."""
    path = Path(path)
    name = path.name.lower()
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return suffix
    raise FileError(f"{str(path)!r} has no ending that synthgen knows. Name it one of: {', '.join(SUFFIXES)}.")


def read_file(path: str | Path, *, as_text: bool = False) -> pd.DataFrame:
    """Read a table from a csv, csv.gz, tsv, parquet or Arrow (arrow, feather, ipc) file.

    Only an empty cell of a CSV file is missing; ``NA`` and the like are text, which
    :func:`~synthgen.table.inference.infer_schema` then tells from a label.

    Parameters
    ----------
    path : str or pathlib.Path
    as_text : bool
        Whether cells of a CSV file stay text, so that what one holds doesn't decide the dtype of a column.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    FileError
        The file is missing, can't be read, or isn't what its name says.
    """
    path = Path(path)
    if path.is_dir():
        raise FileError(f"{str(path)!r} is a folder. Name a file in it.")
    suffix = suffix_of(path)
    if not path.exists():
        raise FileError(f"There is no file {str(path)!r}. Check the path.")
    opened: Callable[..., Any] = gzip.open if suffix == ".csv.gz" else open
    return _read(lambda: opened(path, "rb"), suffix, repr(str(path)), as_text)


def read_stream(content: bytes, suffix: str, name: str, *, as_text: bool = False) -> pd.DataFrame:
    """Read a table from what a file of that ending would hold; ``name`` is what errors call it."""

    def opened() -> Any:
        held = io.BytesIO(content)
        return gzip.GzipFile(fileobj=held) if suffix == ".csv.gz" else held

    return _read(opened, suffix, name[:1].upper() + name[1:], as_text)


def _read(opened: Callable[[], BinaryIO], suffix: str, name: str, as_text: bool) -> pd.DataFrame:
    try:
        if suffix in _TEXTS:
            return read_csv(opened, "\t" if suffix == ".tsv" else ",", name, as_text=as_text)
        return from_arrow(_read_arrow(opened, suffix))
    except FileError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise unreadable(error, suffix, name) from error


def unreadable(error: Exception, suffix: str, name: str) -> FileError:
    """Build the error of a file that the system or Arrow couldn't read; ``name`` is what it is called."""
    if isinstance(error, OSError) and error.strerror:
        return FileError(f"{name} can't be read: {error.strerror}.")
    # Arrow raises an OSError without a reason for a damaged file.
    kind = {".parquet": "a Parquet", ".csv": "a CSV", ".tsv": "a TSV"}.get(suffix, "an Arrow")
    return FileError(f"{name} isn't {kind} file, or is damaged. Check what wrote it, or rename it to what it is.")


def _read_arrow(opened: Callable[[], BinaryIO], suffix: str) -> pa.Table:
    with opened() as file:
        if suffix == ".parquet":
            return pa.parquet.read_table(file)
        start = file.read(6)
        file.seek(0)
        if start in (b"ARROW1", b"FEA1\x00\x00") or start[:4] == b"FEA1":
            return pa.feather.read_table(file)
        with pa.ipc.open_stream(file) as stream:
            return stream.read_all()


def from_arrow(table: pa.Table) -> pd.DataFrame:
    """Take the table of a file as pandas: by pandas' own notes if it has them."""
    frame: pd.DataFrame = table.to_pandas()
    if b"pandas" not in (table.schema.metadata or {}):
        for name, column in zip(table.column_names, table.columns, strict=True):
            # Without pandas' own notes, integers with nulls would become floats.
            if column.null_count and column.type in NULLABLE and table.column_names.count(name) == 1:
                frame[name] = column.to_pandas(types_mapper=NULLABLE.get)
    return frame


def check_writable(folder: str | Path) -> None:
    """Raise FileError unless files can be written to ``folder``, which is made if it isn't there."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".synthgen-")
        os.close(handle)
        os.unlink(name)
    except OSError as error:
        raise FileError(
            f"The folder {str(folder)!r} can't be written to: {error.strerror}. Choose another one."
        ) from error


def check_file_writable(file: Path) -> None:
    """Raise FileError unless a file, there or not, can be written to as it stands."""
    check_writable(file.parent)
    if file.exists() and not os.access(file, os.W_OK):
        raise FileError(f"{str(file)!r} is read-only for you. Choose another one.")


def check_destination(path: str | Path) -> None:
    """Refuse, before any work, a table's path with an unknown ending or in a folder that can't be written."""
    suffix_of(path)
    check_writable(Path(path).parent)


def write_file(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table in the format that ``path`` is named for; the file is whole or not there.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its index isn't written.
    path : str or pathlib.Path
        Ending in csv, csv.gz, tsv, parquet, arrow, feather or ipc.
    """
    path = Path(path)
    suffix = suffix_of(path)

    def write(temporary: Path) -> None:
        if suffix in _TEXTS:
            frame.to_csv(
                temporary, index=False, sep="\t" if suffix == ".tsv" else ",",
                compression="gzip" if suffix == ".csv.gz" else None,
            )  # fmt: skip
            return
        _write_arrow(frame, temporary, suffix)

    _atomically(path, write)


def write_stream(frame: pd.DataFrame, stream: BinaryIO, suffix: str) -> None:
    """Write to an open stream what a file of that ending would hold; Arrow as a stream, which needs no going back."""
    if suffix in (".csv", ".tsv"):
        texts: Any = _Utf8(stream)
        frame.to_csv(texts, index=False, sep="\t" if suffix == ".tsv" else ",", lineterminator="\n")
        return
    held = io.BytesIO()
    if suffix == ".csv.gz":
        frame.to_csv(held, index=False, compression={"method": "gzip", "mtime": 0})
    else:
        _write_arrow(frame, held, suffix, in_order=True)
    stream.write(held.getbuffer())


class _Utf8:
    """Texts into a stream of bytes. Python's own wrapper closes the stream that it was given, which isn't ours."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode("utf-8"))


def _write_arrow(frame: pd.DataFrame, target: Any, suffix: str, *, in_order: bool = False) -> None:
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        if suffix == ".parquet":
            pa.parquet.write_table(table, target)
        elif in_order:
            with pa.ipc.new_stream(target, table.schema) as writer:
                writer.write_table(table)
        else:
            pa.feather.write_feather(table, target, compression="uncompressed")
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise FileError(
            f"The table can't be written as {suffix[1:]}: a column holds objects of several types. "
            "Write it as .csv, or convert that column to one type."
        ) from error


def write_text(text: str, path: str | Path) -> None:
    """Write a text file in UTF-8; the file is whole or not there."""
    write_bytes(text.encode("utf-8"), path)


def write_bytes(held: bytes, path: str | Path) -> None:
    """Write a file; it is whole or not there."""
    _atomically(Path(path), lambda temporary: temporary.write_bytes(held))


def _atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Have ``write`` fill a temporary file beside ``path``, then put it in its place in one step."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".synthgen-", suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise FileError(
            f"{str(path)!r} can't be written: {error.strerror}. Choose another folder, or make it first."
        ) from error
    temporary = Path(name)
    try:
        write(temporary)
        # mkstemp gives 0600; a report is meant to be read with the usual rights.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        os.replace(temporary, path)
    except (pa.ArrowException, FileError):
        raise
    except OSError as error:
        raise FileError(f"{str(path)!r} can't be written: {error.strerror or type(error).__name__}.") from error
    finally:
        temporary.unlink(missing_ok=True)
