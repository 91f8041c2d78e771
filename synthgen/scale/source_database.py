"""Tables and queries of databases, read in pieces."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from synthgen.errors import FileError
from synthgen.scale.source_schema import READ_AS, ROWS, batches_of, chosen
from synthgen.table.sources import database_of, read_address
from synthgen.table.sources.address import FILES
from synthgen.table.sources.failures import several_types


class DatabaseSource:
    """A table of a database, or the result of a query.

    Rows come in the order in which the database has them; a query that is to give the same rows in the same order
    each time says ORDER BY. Each pass counts them, and another number than at the first is refused.

    Parameters
    ----------
    url : str
        As :func:`~synthgen.table.sources.read_address` takes it.
    """

    notes: tuple[str, ...] = ()

    def __init__(self, url: str) -> None:
        self._address = read_address(url)
        self._database = database_of(self._address)
        self.name = self._address.shown
        self._n_rows: int | None = None

    @property
    def n_rows(self) -> int | None:
        """The rows, once they were read through."""
        return self._n_rows

    @cached_property
    def arrow(self) -> pa.Schema:
        """The columns, of types that hold the values of all rows.

        DuckDB says them beforehand. Others know a column's type only value by value, so the first use reads all rows.
        """
        schemas: list[pa.Schema] = []
        rows = 0
        for piece in self._database.read_batches(self._address, ROWS):
            rows += piece.num_rows
            if not any(piece.schema.equals(schema) for schema in schemas):
                schemas.append(piece.schema.remove_metadata())
            if self._address.scheme == "duckdb":
                break
        else:
            self._n_rows = rows
        try:
            return _united(schemas).with_metadata({READ_AS: b"database"})
        except pa.ArrowException:
            raise several_types(self._address) from None

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows as they come from the database."""
        wanted = chosen(self.arrow, columns, self.name)
        rows = 0
        for piece in self._database.read_batches(self._address, ROWS):
            rows += piece.num_rows
            yield from batches_of(self._fitted(piece, wanted))
        if self._n_rows not in (None, rows):
            raise self._changed()
        self._n_rows = rows

    def _fitted(self, piece: pa.Table, wanted: pa.Schema) -> pa.Table:
        try:
            return pa.Table.from_arrays([piece.column(field.name).cast(field.type) for field in wanted], schema=wanted)
        except (pa.ArrowException, KeyError, ValueError):
            raise self._changed() from None

    def _changed(self) -> FileError:
        return FileError(
            f"{self.name} has other rows than it had before. Let nobody write to it meanwhile, or copy it first; a "
            "query needs an ORDER BY."
        )

    def mark(self) -> str:
        """Give a word that changes when the file of the database does; of a server, when its rows are more or fewer."""
        # The query isn't in the name that people see.
        parts = [self.name, self._address.query or ""]
        if self._address.kind in FILES:
            parts += [_state(Path(f"{self._address.file}{ending}")) for ending in ("", "-wal", ".wal")]
        else:
            parts += [str(self.arrow), str(self.n_rows)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def about_rows(self) -> int | None:
        """Give the rows by the database's own estimate; None for a query."""
        return self._n_rows if self._n_rows is not None else self._database.about_rows(self._address)


def _united(schemas: list[pa.Schema]) -> pa.Schema:
    """Give the types that hold the values of all pieces, those that reading at once would find."""
    united = pa.unify_schemas(schemas, promote_options="permissive")
    for place, field in enumerate(united):
        kinds = [schema.field(place).type for schema in schemas]
        if all(kind.id == pa.decimal128(38).id and kind.precision == 38 for kind in kinds):
            # Numbers of no declared length: each piece has the digits after the point that it needs.
            widest = max(kind.scale for kind in kinds)
            united = united.set(place, field.with_type(pa.decimal128(38, widest)))
    return united


def _state(file: Path) -> str:
    try:
        found = file.stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns}"
