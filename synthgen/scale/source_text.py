"""CSV and TSV files, one or many, read in pieces; a column's type is that of all its rows."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.errors import DataError, FileError
from synthgen.scale.source_listing import Listed, listed, mark_of
from synthgen.scale.source_partitions import partitions, with_partitions
from synthgen.scale.source_schema import READ_AS, ROWS, agreed, batches_of, chosen
from synthgen.table.csv_reading import lacks_last_cells, read_pieces, refuse_short_rows

_SAMPLED_BYTES = 1 << 20
"""Bytes that the length of a line is taken from."""

_KINDS: dict[str, tuple[Any, pa.DataType]] = {
    "none": ("float64", pa.float64()),
    "bool": ("bool", pa.bool_()),
    "bool with gaps": ("boolean", pa.bool_()),
    "int": ("int64", pa.int64()),
    "large": ("uint64", pa.uint64()),
    "float": ("float64", pa.float64()),
    "text": (str, pa.string()),
}
"""The dtype that pandas reads a column with, and Arrow's type of it."""


class TextSource:
    """CSV or TSV files that are read as one table.

    Which type a column has only its last row tells, so the files are read through once before anything else is done
    with them. The types are those that :func:`~synthgen.table.read_table` gives.

    Parameters
    ----------
    place : str or pathlib.Path
        A file, a folder or a glob.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, place: str | Path) -> None:
        self.name = str(place)
        every = listed(place)
        # A partition without rows may be a file of no bytes.
        self._files = tuple(file for file in every if file.size) or every
        self._n_rows: int | None = None
        headers = [(str(file.path), _header(file)) for file in self._files]
        if not any(header for _, header in headers):
            raise DataError(f"There is no column in {self.name}: it is empty. It needs a line of column names.")
        agreed((name, pa.schema([(column, pa.string()) for column in header])) for name, header in headers if header)
        partitions(self._files, ())
        self._columns = next((header for _, header in headers if header), [])

    @property
    def n_rows(self) -> int | None:
        """The rows, once the files were read through."""
        return self._n_rows

    @cached_property
    def arrow(self) -> pa.Schema:
        """The columns, of the types that all their rows have; the first use reads the files through."""
        kinds: dict[str, set[str]] = {name: set() for name in self._columns}
        rows = 0
        for file in self._files:
            short = False
            for piece in self._pieces(file, None):
                rows += len(piece)
                short = short or lacks_last_cells(piece)
                for name in kinds if len(piece) else ():
                    kinds[name].add(_kind(piece[name]))
            if short:
                refuse_short_rows(lambda file=file: _opened(file), _separator(file), len(self._columns), _said(file))  # type: ignore[misc]
        self._n_rows = rows
        self._kinds = {name: _joined(found) for name, found in kinds.items()}
        fields = [pa.field(name, _KINDS[kind][1]) for name, kind in self._kinds.items()]
        fields += partitions(self._files, self._columns)
        return pa.schema(fields, metadata={READ_AS: b"text"})

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows, in the order of the files' names."""
        wanted = chosen(self.arrow, columns, self.name)
        own = pa.schema([field for field in wanted if field.name in self._kinds], metadata=wanted.metadata)
        dtypes = {name: _KINDS[kind][0] for name, kind in self._kinds.items()}
        for file in self._files:
            file.check_unchanged()
            for piece in self._pieces(file, dtypes):
                table = pa.Table.from_pandas(piece[own.names], schema=own, preserve_index=False)
                yield from batches_of(with_partitions(table, len(piece), wanted, file))
            file.check_unchanged()

    def mark(self) -> str:
        """Give a word that changes when a file changes."""
        return mark_of(self._files)

    def about_rows(self) -> int | None:
        """Estimate the rows by the files' sizes and the length of their first lines."""
        return self._n_rows if self._n_rows is not None else sum(map(_about_rows, self._files))

    def _pieces(self, file: Listed, dtypes: dict[str, Any] | None) -> Iterator[pd.DataFrame]:
        try:
            yield from read_pieces(lambda: _opened(file), _separator(file), _said(file), ROWS, dtypes)
        except FileError:
            raise
        except OSError as error:
            raise FileError(f"{_said(file)} can't be read: {error.strerror or type(error).__name__}.") from None
        except (ValueError, TypeError, OverflowError):
            # What pandas says quotes a cell.
            raise FileError(f"{_said(file)} was changed while it was read: a column has another type now.") from None


def _said(file: Listed) -> str:
    return repr(str(file.path))


def _separator(file: Listed) -> str:
    return "\t" if file.suffix == ".tsv" else ","


def _opened(file: Listed) -> BinaryIO:
    opened: Callable[..., Any] = gzip.open if file.suffix == ".csv.gz" else open
    return cast(BinaryIO, opened(file.path, "rb"))


def _header(file: Listed) -> list[str]:
    """Read the names of the columns as pandas has them; none of a file without a byte."""
    if not file.size:
        return []
    for piece in read_pieces(lambda: _first_lines(file), _separator(file), _said(file), 1):
        return list(piece.columns)
    return []


def _first_lines(file: Listed) -> BinaryIO:
    try:
        with _opened(file) as opened, io.TextIOWrapper(opened, encoding="utf-8-sig", newline="") as text:
            row = next((row for row in csv.reader(text, delimiter=_separator(file)) if row), [])
    except OSError as error:
        if error.strerror is None:
            raise
        raise FileError(f"{_said(file)} can't be read: {error.strerror}.") from None
    line = io.StringIO()
    csv.writer(line, delimiter=_separator(file)).writerow(row)
    return io.BytesIO(line.getvalue().encode())


def _kind(column: pd.Series[Any]) -> str:
    """Tell what a piece of a column holds, by the type that pandas found for it."""
    kind = getattr(column.dtype, "kind", "O")
    if kind == "b":
        return "bool"
    if kind == "i":
        return "negative" if (column < 0).any() else "int"
    if kind == "u":
        return "large"
    if kind == "f":
        gaps = column.isna()
        if gaps.all():
            return "none"
        held = column[~gaps]
        return "int with gaps" if gaps.any() and bool((held == np.floor(held)).all()) else "float"
    if column.isna().all():
        return "none"
    return "bool with gaps" if pd.api.types.infer_dtype(column, skipna=True) == "boolean" else "text"


def _joined(found: set[str]) -> str:
    """Give the kind of a whole column by those of its pieces, as pandas would have told it from all its rows."""
    held = found - {"none"}
    gaps = "none" in found
    if not held:
        return "none"
    if held <= {"bool", "bool with gaps"}:
        return "bool with gaps" if gaps or "bool with gaps" in held else "bool"
    if held & {"text", "bool", "bool with gaps"}:
        return "text"
    if "float" in held:
        return "float"
    gaps = gaps or "int with gaps" in held
    if "large" in held:
        return "text" if gaps or "negative" in held else "large"
    return "float" if gaps else "int"


def _about_rows(file: Listed) -> int:
    with open(file.path, "rb") as raw:
        text = raw.read(_SAMPLED_BYTES)
    stored = len(text)
    if file.suffix == ".csv.gz":
        reader = zlib.decompressobj(wbits=31)
        try:
            text = reader.decompress(text, 16 * _SAMPLED_BYTES)
        except zlib.error:
            # What is wrong with it is said when it is read.
            return 0
        stored -= len(reader.unconsumed_tail) + len(reader.unused_data)
    return round(file.size * text.count(b"\n") / max(1, stored))
