"""Tables in any database that SQLAlchemy knows: SQLite, and PostgreSQL where ADBC isn't installed."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pyarrow as pa

from synthgen.errors import FileError, MissingExtraError, UsageError
from synthgen.table.files import check_file_writable
from synthgen.table.sources import failures
from synthgen.table.sources.address import FILES, Address, Name
from synthgen.table.sources.arrow_types import check_distinct
from synthgen.table.sources.identifiers import check_names, passing_name
from synthgen.table.sources.new_file import check_new, removed_on_failure
from synthgen.table.sources.sqlalchemy_types import arrow_type, batch_of, declared

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_ROWS_AT_ONCE = 20_000


def read(address: Address) -> pa.Table:
    """Read a table, or the result of a query, some rows at a time."""
    try:
        return pa.concat_tables(read_batches(address, _ROWS_AT_ONCE), promote_options="permissive")
    except pa.ArrowException:
        raise failures.several_types(address) from None


def read_batches(address: Address, rows: int) -> Iterator[pa.Table]:
    """Read the same in pieces, each with the types of its own values where the database declares none."""
    import sqlalchemy as sa

    with _connected(address, write=False, doing="read") as connection:
        kinds: list[Any] = []
        if address.name is None:
            # As it stands: colons and per cents in it are no places for values.
            result = connection.exec_driver_sql(
                (address.query or "").strip(" \t\r\n;"), execution_options={"no_parameters": True}
            )
            if not result.returns_rows:
                raise failures.failed(address, "read", "the query gives no rows; it must be a SELECT")
        else:
            _refuse_missing(connection, address)
            found = sa.inspect(connection).get_columns(address.name.table, schema=address.name.schema)
            columns = [sa.column(sa.quoted_name(item["name"], True), item["type"]) for item in found]
            kinds = [arrow_type(item["type"], connection.dialect.name) for item in found]
            result = connection.execute(sa.select(*columns).select_from(_table(address.name, columns)))
        names = list(result.keys())
        check_distinct(names)
        kinds = kinds or [None] * len(names)
        yield batch_of([], names, kinds)
        for part in result.partitions(rows):
            yield batch_of(part, names, kinds)


def about_rows(address: Address) -> int | None:
    """Give the highest number of a row of a table in SQLite; None where nothing is known without counting."""
    import sqlalchemy as sa

    if address.kind != "sqlite" or address.name is None:
        return None
    with _connected(address, write=False, doing="read") as connection:
        table = _table(address.name, [])
        try:
            highest = connection.execute(sa.select(sa.func.max(sa.literal_column("_rowid_"))).select_from(table))
            return int(highest.scalar() or 0)
        except sa.exc.DBAPIError:
            # Views and tables WITHOUT ROWID have none.
            return None


def check(address: Address) -> None:
    """Refuse, before any work, a table that can't be written."""
    if address.kind == "sqlite":
        check_file_writable(address.file)
        if not address.file.exists():
            check_new(address)
            return
    with _connected(address, write=False, doing="written") as connection:
        _check_free(connection, address)


def write(table: pa.Table, address: Address) -> None:
    """Write a table in one transaction; one that is there stays until the new one is."""
    _write([table], table.schema, address, whole=True)


def write_pieces(pieces: Iterable[pa.Table], schema: pa.Schema, address: Address) -> None:
    """Write a table that comes in pieces in one transaction; one that is there stays until the new one is."""
    _write(pieces, schema, address, whole=False)


def _write(pieces: Iterable[pa.Table], schema: pa.Schema, address: Address, *, whole: bool) -> None:
    import sqlalchemy as sa

    check_names(schema.names, by_case=address.kind not in FILES)
    alone = removed_on_failure(address) if address.kind == "sqlite" else contextlib.nullcontext()
    with alone, _connected(address, write=True, doing="written") as connection:
        check_names(schema.names, most_bytes=connection.dialect.max_identifier_length)
        there = _check_free(connection, address)
        name = address.written_to
        new: Any = None
        # A piece of no rows makes the table where there is no other.
        for piece in itertools.chain(pieces, [schema.empty_table()]):
            columns, rows = _sent(piece, connection.dialect.name, whole=whole)
            if new is None:
                new = sa.Table(
                    sa.quoted_name(passing_name(), True), sa.MetaData(), *columns, schema=_quoted(name.schema)
                )
                new.create(connection)
            for batch in rows.to_batches(max_chunksize=_ROWS_AT_ONCE):
                if batch.num_rows:
                    connection.execute(sa.insert(new), batch.to_pylist())
        if there:
            sa.Table(sa.quoted_name(name.table, True), sa.MetaData(), schema=_quoted(name.schema)).drop(connection)
        connection.execute(_rename(new, name.table))


def _sent(table: pa.Table, dialect: str, *, whole: bool) -> tuple[list[Any], pa.Table]:
    """Give the columns that a table is declared with, and its rows as what is sent."""
    import sqlalchemy as sa

    columns, sent = [], []
    for place, field in enumerate(table.schema):
        kind, column = declared(table.column(place), field.name, dialect, whole=whole)
        # The key names the value in the statement; a column's own name may hold what a driver would read.
        columns.append(sa.Column(sa.quoted_name(field.name, True), kind, key=f"c{place}"))
        sent.append(column)
    return columns, pa.table(sent, names=[f"c{place}" for place in range(len(sent))])


def _rename(table: Any, name: str) -> Any:
    """Build the statement that renames a table; SQLAlchemy has none of its own."""
    from sqlalchemy import quoted_name
    from sqlalchemy.ext.compiler import compiles
    from sqlalchemy.schema import ExecutableDDLElement

    class Rename(ExecutableDDLElement):  # type: ignore[misc]
        inherit_cache = False

    def text(element: Any, compiler: Any, **_: Any) -> str:
        preparer = compiler.preparer
        return f"ALTER TABLE {preparer.format_table(table)} RENAME TO {preparer.quote(quoted_name(name, True))}"

    compiles(Rename)(text)
    return Rename()


def _check_free(connection: Connection, address: Address) -> bool:
    """Say whether a table is there that will be replaced; refuse where it may not be."""
    import sqlalchemy as sa

    name = address.written_to
    inspector = sa.inspect(connection)
    if name.schema is not None and name.schema not in inspector.get_schema_names():
        raise failures.no_schema(address, name.schema)
    if name.table in inspector.get_view_names(schema=name.schema):
        raise failures.not_a_table(address, name) if address.replace else failures.already_there(address, name)
    there = bool(inspector.has_table(name.table, schema=name.schema))
    if there and not address.replace:
        raise failures.already_there(address, name)
    return there


def _refuse_missing(connection: Connection, address: Address) -> None:
    import sqlalchemy as sa

    name = address.name
    inspector = sa.inspect(connection)
    if name is not None and name.schema is not None and name.schema not in inspector.get_schema_names():
        raise failures.no_schema(address, name.schema)
    if name is not None and not inspector.has_table(name.table, schema=name.schema):
        raise failures.no_table(address, name)


def _table(name: Name, columns: list[Any]) -> Any:
    import sqlalchemy as sa

    return sa.table(sa.quoted_name(name.table, True), *columns, schema=_quoted(name.schema))


def _quoted(schema: str | None) -> Any:
    import sqlalchemy as sa

    return None if schema is None else sa.quoted_name(schema, True)


@contextlib.contextmanager
def _connected(address: Address, *, write: bool, doing: str) -> Iterator[Connection]:
    with _errors(address, "opened", may_speak=True):
        engine = _engine(address, write=write)
    with contextlib.closing(_Disposed(engine)), warnings.catch_warnings():
        # On types that it doesn't know, and on decimals in SQLite, which are met in sqlalchemy_types.
        warnings.simplefilter("ignore")
        with _errors(address, "opened", may_speak=True):
            connection = engine.connect()
            if address.kind == "sqlite":
                # It looks at its file only when asked.
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
                connection.rollback()
        with connection, _errors(address, doing, may_speak=not write), connection.begin() as transaction:
            if not write:
                connection.execution_options(stream_results=True)
            yield connection
            if not write:
                transaction.rollback()


class _Disposed:
    """An engine that is closed like anything else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        self._engine.dispose()


def _engine(address: Address, *, write: bool) -> Engine:
    import sqlalchemy as sa

    try:
        if address.kind == "sqlite":
            return _sqlite_engine(address, write=write)
        scheme = "postgresql" if address.scheme == "postgres" else address.scheme
        url = sa.make_url(scheme + address.location[len(address.scheme) :])
        return sa.create_engine(url, hide_parameters=True, poolclass=sa.NullPool)
    except sa.exc.NoSuchModuleError:
        raise UsageError(
            f"synthgen reads no {address.scheme}:// addresses. It reads files by their path, duckdb:///, "
            "postgresql://, sqlite:/// and other databases that SQLAlchemy knows."
        ) from None
    except ModuleNotFoundError as error:
        if address.kind == "postgresql":
            raise failures.extra_missing(f"{address.scheme}:// needs ADBC's driver for PostgreSQL") from None
        raise MissingExtraError(
            f"{address.scheme}:// needs the driver {error.name!r}, which isn't installed: install it, or name another "
            f"one, as in {address.kind}+DRIVER://."
        ) from None
    except (sa.exc.ArgumentError, ValueError):
        raise UsageError(f"{address.shown} isn't an address that SQLAlchemy can read.") from None


def _sqlite_engine(address: Address, *, write: bool) -> Engine:
    import sqlalchemy as sa

    file = address.file
    if file.is_dir():
        raise FileError(f"{str(file)!r} is a folder. Name a file in it.")
    if not write and not file.exists():
        raise FileError(f"There is no file {str(file)!r}. Check the path.")
    uri = f"file:{quote(str(file.absolute()))}?mode="
    if file.with_name(f"{file.name}-journal").exists():
        # Of a write that was broken off. SQLite takes it back when the file is opened to write, and can't read before.
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(f"{uri}rw", 0, uri=True)) as opened:
            opened.execute("SELECT count(*) FROM sqlite_master")
    uri += "rwc" if write else "ro"
    engine = sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=sa.NullPool, hide_parameters=True
    )

    def left_alone(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    # Python's driver begins no transaction before CREATE TABLE, so that half a table could be left.
    sa.event.listen(engine, "connect", left_alone)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


@contextlib.contextmanager
def _errors(address: Address, doing: str, *, may_speak: bool) -> Iterator[None]:
    from synthgen.errors import SynthgenError

    try:
        yield
    except SynthgenError:
        raise
    except Exception as error:
        import sqlalchemy as sa

        if isinstance(error, sa.exc.DBAPIError):
            words = _words(error.orig) if may_speak else ""
            if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                words = "the disk is full"
            words = words or f"the driver stopped with {type(error.orig).__name__}"
        elif isinstance(error, sa.exc.SQLAlchemyError):
            words = f"SQLAlchemy stopped with {type(error).__name__}"
        elif isinstance(error, (ValueError, TypeError, OverflowError)):
            words = "a value doesn't fit the type that its column was declared with. Cast it: ?query=SELECT CAST(...)"
        else:
            raise
        raise failures.failed(address, doing, words) from None


def _words(error: Any) -> str:
    """What a driver says, where that can hold no value of a row."""
    if isinstance(error, sqlite3.Error):
        speaks_of_names = type(error) in (sqlite3.OperationalError, sqlite3.DatabaseError)
        return str(error) if speaks_of_names else ""
    first = error.args[0] if getattr(error, "args", None) else None
    held: dict[str, Any] = first if isinstance(first, dict) else {}
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or held.get("C")
    if not failures.may_be_repeated(code):
        return f"the database stopped with the code {code}" if code else ""
    return str(held.get("M") or str(error).splitlines()[0])
