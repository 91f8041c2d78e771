"""Tables in a DuckDB file."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from synthgen.errors import FileError
from synthgen.table.files import check_file_writable
from synthgen.table.sources import failures
from synthgen.table.sources.address import Address, Name
from synthgen.table.sources.arrow_types import labels_of
from synthgen.table.sources.identifiers import check_names, full_name, literal, passing_name, quoted
from synthgen.table.sources.new_file import check_new, removed_on_failure

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

_ROWS = "synthgen_rows"

_MEMORY = "1GB"
"""What DuckDB may hold of a table that is read in pieces; it would keep most of the machine's memory full of blocks."""


def read(address: Address) -> pa.Table:
    """Read a table, or the result of a query; the file isn't changed."""
    with _opened(address, write=False) as connection, _errors(address, "read"):
        return _found(connection, address).to_arrow_table()


def read_batches(address: Address, rows: int) -> Iterator[pa.Table]:
    """Read the same in pieces, in the same order each time; the file isn't changed."""
    bounds: dict[str, Any] = {"memory_limit": _MEMORY}
    if address.query is not None:
        # Several threads hand over a query's groups and joins in whatever order they are done.
        bounds["threads"] = 1
    with _opened(address, write=False, bounds=bounds) as connection, _errors(address, "read"):
        reader = _found(connection, address).to_arrow_reader(rows)
        yield reader.schema.empty_table()
        for batch in reader:
            yield pa.Table.from_batches([batch])


def about_rows(address: Address) -> int | None:
    """Give the rows of a table by DuckDB's own estimate; None for a query."""
    name = address.name
    if name is None:
        return None
    with _opened(address, write=False) as connection, _errors(address, "read"):
        found = connection.execute(
            "SELECT estimated_size FROM duckdb_tables() WHERE database_name = current_catalog() "
            "AND lower(table_name) = lower(?) AND lower(schema_name) = lower(coalesce(?, current_schema()))",
            [name.table, name.schema],
        ).fetchall()
    return int(found[0][0]) if found else None


def _found(connection: DuckDBPyConnection, address: Address) -> DuckDBPyRelation:
    query = address.query
    if address.name is not None:
        if _kind(connection, address.name) is None:
            raise failures.no_table(address, address.name)
        query = f"SELECT * FROM {full_name(address.name)}"
    found = connection.sql(query or "")
    if found is None:
        raise failures.failed(address, "read", "the query gives no rows; it must be a SELECT")
    return found


def check(address: Address) -> None:
    """Refuse, before any work, a table that can't be written."""
    check_file_writable(address.file)
    if not address.file.exists():
        check_new(address)
        return
    with _opened(address, write=False) as connection, _errors(address, "written"):
        _check_free(connection, address)


def write(table: pa.Table, address: Address) -> None:
    """Write a table whole or not at all; one that is there stays until the new one is."""
    check_names(table.column_names, by_case=False)
    with removed_on_failure(address), _opened(address, write=True) as connection, _errors(address, "written"):
        _write(connection, table, address)


def _write(connection: DuckDBPyConnection, table: pa.Table, address: Address) -> None:
    passing = Name(passing_name(), address.written_to.schema)
    columns = []
    for place, field in enumerate(table.schema):
        shown = quoted(field.name)
        # DuckDB would make plain text of them.
        if pa.types.is_dictionary(field.type) and labels_of(table.column(place)):
            labels = ", ".join(map(literal, labels_of(table.column(place))))
            columns.append(f"CAST({shown} AS ENUM({labels})) AS {shown}")
        else:
            columns.append(shown)
    connection.register(_ROWS, table)
    connection.execute("BEGIN")
    there = _check_free(connection, address)
    connection.execute(f"CREATE TABLE {full_name(passing)} AS SELECT {', '.join(columns)} FROM {_ROWS}")
    _put_in_place(connection, passing, address, there)


def _put_in_place(connection: DuckDBPyConnection, passing: Name, address: Address, there: bool) -> None:
    name = address.written_to
    if there:
        connection.execute(f"DROP TABLE {full_name(name)}")
    connection.execute(f"ALTER TABLE {full_name(passing)} RENAME TO {quoted(name.table)}")
    connection.execute("COMMIT")


def write_pieces(pieces: Iterable[pa.Table], schema: pa.Schema, address: Address) -> None:
    """Write a table that comes in pieces whole or not at all; one that is there stays until the new one is."""
    check_names(schema.names, by_case=False)
    labels: dict[str, dict[str, None]] = {field.name: {} for field in schema if pa.types.is_dictionary(field.type)}
    with removed_on_failure(address), _opened(address, write=True) as connection, _errors(address, "written"):
        passing = Name(passing_name(), address.written_to.schema)
        connection.execute("BEGIN")
        there = _check_free(connection, address)
        _execute(connection, f"CREATE TABLE {full_name(passing)} AS SELECT * FROM", schema.empty_table())
        for piece in pieces:
            for name, known in labels.items():
                known.update(dict.fromkeys(labels_of(piece.column(name))))
            _execute(connection, f"INSERT INTO {full_name(passing)} SELECT * FROM", piece)
        for name, known in labels.items():
            # What labels there are is known at the end only.
            if known:
                kind = f"ENUM({', '.join(map(literal, known))})"
                connection.execute(f"ALTER TABLE {full_name(passing)} ALTER COLUMN {quoted(name)} TYPE {kind}")
        _put_in_place(connection, passing, address, there)


def _execute(connection: DuckDBPyConnection, statement: str, synthgen_rows: pa.Table) -> None:
    """Carry out a statement that ends with the name of some rows.

    DuckDB finds them by the name of the variable. Tables that are registered are held until the transaction ends.
    """
    connection.execute(f"{statement} {_ROWS}")


def _check_free(connection: DuckDBPyConnection, address: Address) -> bool:
    """Say whether a table is there that will be replaced; refuse where it may not be."""
    name = address.written_to
    if (
        name.schema is not None
        and not connection.execute(
            "SELECT 1 FROM information_schema.schemata WHERE catalog_name = current_catalog() AND schema_name = ?",
            [name.schema],
        ).fetchall()
    ):
        raise failures.no_schema(address, name.schema)
    kind = _kind(connection, name)
    if kind is None:
        return False
    if not address.replace:
        raise failures.already_there(address, name)
    if kind != "BASE TABLE":
        raise failures.not_a_table(address, name)
    return True


def _kind(connection: DuckDBPyConnection, name: Name) -> str | None:
    # DuckDB's names don't tell upper from lower case.
    rows = connection.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_catalog = current_catalog() "
        "AND lower(table_name) = lower(?) AND lower(table_schema) = lower(coalesce(?, current_schema()))",
        [name.table, name.schema],
    ).fetchall()
    return str(rows[0][0]) if rows else None


def _is_database(file: Path) -> bool:
    # DuckDB would read a CSV file too, but not write it.
    try:
        with file.open("rb") as opened:
            return opened.read(12)[8:] == b"DUCK"
    except OSError as error:
        raise FileError(f"{str(file)!r} can't be read: {error.strerror}.") from error


@contextlib.contextmanager
def _opened(address: Address, *, write: bool, bounds: Mapping[str, Any] | None = None) -> Iterator[DuckDBPyConnection]:
    import duckdb

    file = address.file
    if file.is_dir():
        raise FileError(f"{str(file)!r} is a folder. Name a file in it.")
    if not write and not file.exists():
        raise FileError(f"There is no file {str(file)!r}. Check the path.")
    if file.exists() and not _is_database(file):
        raise FileError(f"{str(file)!r} isn't a DuckDB database, or is damaged. Name another file.")
    with _errors(address, "opened"):
        try:
            # Given here and not set later, they are those of this connection alone.
            connection = duckdb.connect(str(file), read_only=not write, config=dict(bounds or {}))
        except duckdb.ConnectionException:
            # This program has the file open already, for writing or in other bounds, in a notebook, say.
            connection = duckdb.connect(str(file))
    with contextlib.closing(connection):
        # Else moments would come in the time zone of the machine.
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@contextlib.contextmanager
def _errors(address: Address, doing: str) -> Iterator[None]:
    import duckdb

    # These speak of names and files only; others quote values.
    open_words = (
        duckdb.CatalogException, duckdb.ParserException, duckdb.BinderException, duckdb.IOException,
        duckdb.PermissionException,
    )  # fmt: skip
    try:
        yield
    except open_words as error:
        words = str(error).splitlines()[0]
        raise failures.failed(address, doing, words.partition("Error: ")[2] or words) from None
    except duckdb.Error as error:
        full = os.strerror(errno.ENOSPC)
        words = full if full in str(error) else f"DuckDB stopped with {type(error).__name__}"
        raise failures.failed(address, doing, words) from None
