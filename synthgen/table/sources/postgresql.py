"""Tables in PostgreSQL, by ADBC: rows come and go as Arrow, in PostgreSQL's own binary form."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from synthgen.errors import FileError
from synthgen.table.sources import failures
from synthgen.table.sources.address import Address, Name
from synthgen.table.sources.arrow_types import cannot_hold, cast, labels_of
from synthgen.table.sources.identifiers import check_names, full_name, passing_name, quoted

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection, Cursor

LONGEST_NAME = 63
"""PostgreSQL cuts longer names off, and says so to nobody."""

_WAIT = 20

_TEXTS = ("text", "varchar", "bpchar", "name")

_KINDS: list[tuple[Any, str, pa.DataType | None]] = [
    (pa.types.is_boolean, "boolean", None),
    (pa.types.is_int8, "smallint", pa.int16()),
    (pa.types.is_uint8, "smallint", pa.int16()),
    (pa.types.is_int16, "smallint", None),
    (pa.types.is_uint16, "integer", pa.int32()),
    (pa.types.is_int32, "integer", None),
    (pa.types.is_uint32, "bigint", pa.int64()),
    (pa.types.is_int64, "bigint", None),
    (pa.types.is_uint64, "numeric(20, 0)", pa.decimal128(20, 0)),
    (pa.types.is_float16, "real", pa.float32()),
    (pa.types.is_float32, "real", None),
    (pa.types.is_float64, "double precision", None),
    (pa.types.is_date, "date", pa.date32()),
    (pa.types.is_duration, "interval", None),
    (pa.types.is_string, "text", None),
    (pa.types.is_large_string, "text", None),
]


def read(address: Address) -> pa.Table:
    """Read a table, or the result of a query, in a transaction that can't write."""
    with _reading(address) as (cursor, query, labels):
        cursor.execute(query)
        table = cursor.fetch_arrow_table()
        return _all_known(table, labels | _labels_by_type(table.schema, labels, cursor))


def read_batches(address: Address, rows: int) -> Iterator[pa.Table]:
    """Read the same in pieces as PostgreSQL sends them; an undeclared numeric has in each the digits that it needs."""
    with _reading(address) as (cursor, query, labels):
        # So that rows come in the same order each time.
        cursor.execute("SET LOCAL synchronize_seqscans = off")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        schema = cursor.adbc_execute_schema(query)
        # Nothing can be asked once rows are on their way.
        labels |= _labels_by_type(schema, labels, cursor)
        yield _all_known(schema.empty_table(), labels)
        cursor.execute(query)
        for batch in cursor.fetch_record_batch():
            for place in range(0, batch.num_rows, rows):
                yield _all_known(pa.Table.from_batches([batch.slice(place, rows)]), labels)


def about_rows(address: Address) -> int | None:
    """Give the rows of a table by PostgreSQL's own estimate; None for a query, or before it has looked."""
    if address.name is None:
        return None
    with _opened(address) as connection, _errors(address, "read"), connection.cursor() as cursor:
        found = _all(
            cursor, "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($1)", full_name(address.name)
        )
    return int(found[0][0]) if found and found[0][0] >= 0 else None


@contextlib.contextmanager
def _reading(address: Address) -> Iterator[tuple[Cursor, str, dict[str, list[str]]]]:
    with _opened(address) as connection, _errors(address, "read"), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        if address.name is None:
            yield cursor, (address.query or "").strip(" \t\r\n;"), {}
            return
        if not _all(cursor, "SELECT to_regclass($1)::oid::bigint", full_name(address.name))[0][0]:
            raise failures.no_table(address, address.name)
        labels = _labels_of_columns(full_name(address.name), cursor)
        yield cursor, f"SELECT * FROM {full_name(address.name)}", labels


def _labels_by_type(schema: pa.Schema, known: dict[str, list[str]], cursor: Cursor) -> dict[str, list[str]]:
    """List the labels of columns that came as text and are of another type, so perhaps of an enum."""
    words = {field.name: _word(field) for field in schema if field.type == pa.string() and not known.get(field.name)}
    return {name: _labels(word, cursor) for name, word in words.items() if word not in _TEXTS}


def _all_known(table: pa.Table, labels: dict[str, list[str]]) -> pa.Table:
    for place, field in enumerate(table.schema):
        table = table.set_column(place, field.name, _known(table.column(place), field, labels.get(field.name)))
    return table


def _word(field: pa.Field) -> str:
    return str((field.metadata or {}).get(b"POSTGRESQL:type", b"").decode())


def check(address: Address) -> None:
    """Refuse, before any work, a table that can't be written."""
    with _opened(address) as connection, _errors(address, "written"), connection.cursor() as cursor:
        _check_free(cursor, address)


def write(table: pa.Table, address: Address) -> None:
    """Write a table in one transaction: whole or not at all, and one that is there stays until the new one is."""
    check_names(table.column_names, most_bytes=LONGEST_NAME)
    with _opened(address) as connection, _errors(address, "written"), connection.cursor() as cursor:
        schema, there = _check_free(cursor, address)
        new, old = Name(passing_name(), schema), Name(address.written_to.table, schema)
        declared = []
        for place, field in enumerate(table.schema):
            kind, column = _declared(table.column(place), field.name, cursor)
            table = table.set_column(place, field.name, column)
            declared.append(f"{quoted(field.name)} {kind}")
        cursor.execute(f"CREATE TABLE {full_name(new)} ({', '.join(declared)})")
        cursor.adbc_ingest(new.table, table, mode="append", db_schema_name=schema)
        _put_in_place(cursor, new, old, there)
        connection.commit()


def write_pieces(pieces: Iterable[pa.Table], schema: pa.Schema, address: Address) -> None:
    """Write a table that comes in pieces in one transaction; one that is there stays until the new one is.

    The labels of the first piece say whether there is an enum for them; without one they are text.
    """
    check_names(schema.names, most_bytes=LONGEST_NAME)
    with _opened(address) as connection, _errors(address, "written"), connection.cursor() as cursor:
        where, there = _check_free(cursor, address)
        new, old = Name(passing_name(), where), Name(address.written_to.table, where)
        steps = iter(pieces)
        piece: pa.Table | None = next(steps, schema.empty_table())
        made = False
        while piece is not None:
            kinds, columns = zip(
                *(_declared(piece.column(place), field.name, cursor) for place, field in enumerate(schema)), strict=True
            )
            if not made:
                declared = (f"{quoted(name)} {kind}" for name, kind in zip(schema.names, kinds, strict=True))
                cursor.execute(f"CREATE TABLE {full_name(new)} ({', '.join(declared)})")
                made = True
            sent = pa.table(list(columns), names=schema.names)
            cursor.adbc_ingest(new.table, sent, mode="append", db_schema_name=where)
            piece = next(steps, None)
        _put_in_place(cursor, new, old, there)
        connection.commit()


def _put_in_place(cursor: Cursor, new: Name, old: Name, there: bool) -> None:
    if there:
        cursor.execute(f"DROP TABLE {full_name(old)}")
    cursor.execute(f"ALTER TABLE {full_name(new)} RENAME TO {quoted(old.table)}")


def _check_free(cursor: Cursor, address: Address) -> tuple[str, bool]:
    """Give the schema to write to, and whether a table is there that will be replaced; refuse where it may not be."""
    name = address.written_to
    check_names([name.table], most_bytes=LONGEST_NAME)
    schema = name.schema or _all(cursor, "SELECT current_schema()::text")[0][0]
    if schema is None:
        raise failures.failed(address, "written", "no schema is chosen. Name one: ?table=SCHEMA.NAME")
    rows = _all(cursor, "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1", schema)
    if not rows:
        raise failures.no_schema(address, schema)
    if not rows[0][0]:
        raise failures.failed(address, "written", f"you have no right to make tables in the schema {schema!r}")
    kinds = _all(
        cursor,
        "SELECT c.relkind::text, pg_has_role(c.relowner, 'USAGE') FROM pg_class c JOIN pg_namespace n "
        "ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
        schema, name.table,
    )  # fmt: skip
    if not kinds:
        return schema, False
    if not address.replace:
        raise failures.already_there(address, name)
    if kinds[0][0] not in ("r", "p"):
        raise failures.not_a_table(address, name)
    if not kinds[0][1]:
        raise failures.failed(address, "written", "the table to be replaced belongs to somebody else")
    return schema, True


def _declared(column: pa.ChunkedArray, name: str, cursor: Cursor) -> tuple[str, pa.ChunkedArray]:
    """Give the type of a column in PostgreSQL, and its values as what is sent."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _enum_like(labels_of(column), cursor) or "text", cast(column, pa.string(), name)
    if pa.types.is_timestamp(kind):
        zone = " with time zone" if kind.tz else ""
        return f"timestamp{zone}", cast(column, pa.timestamp("us", "UTC" if kind.tz else None), name)
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})", column
    for test, word, sent in _KINDS:
        if test(kind):
            return word, column if sent is None or sent == kind else cast(column, sent, name)
    raise FileError(f"Column {name!r} can't be written to PostgreSQL: it is of type {kind}. Convert it first.")


def _known(column: pa.ChunkedArray, field: pa.Field, labels: list[str] | None) -> pa.ChunkedArray:
    """Read what ADBC hands over as it found it: decimals and labels of an enum are text."""
    kind: Any = field.type
    notes = field.metadata or {}
    word = _word(field)
    if word == "money":
        # ADBC gives the smallest coins, and nobody knows how many make one.
        raise cannot_hold(field.name, word)
    if isinstance(kind, pa.BaseExtensionType):
        if word != "numeric":
            return column
        texts = pa.chunked_array([chunk.storage for chunk in column.chunks], pa.string())
        return _decimals(texts, int(notes.get(b"POSTGRESQL:typmod", b"-1")), field.name)
    if kind != pa.string() or word in _TEXTS or not labels:
        return column
    codes = pc.index_in(column, value_set=pa.array(labels)).combine_chunks()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, pa.array(labels))])


def _decimals(texts: pa.ChunkedArray, modifier: int, name: str) -> pa.ChunkedArray:
    # Only NaN and the infinities have letters; NaN is missing here as in every table.
    texts = pc.if_else(pc.equal(pc.utf8_lower(texts), "nan"), None, texts)
    if modifier >= 4:
        precision, scale = (modifier - 4) >> 16, ((modifier - 4) & 2047 ^ 1024) - 1024
    else:
        found = pc.max(pc.utf8_length(pc.replace_substring_regex(texts, r"^[^.]*\.?", ""))).as_py()
        precision, scale = 38, found or 0
    try:
        return texts.cast(pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale))
    except (pa.ArrowException, ValueError):
        raise FileError(
            f"Column {name!r} holds numerics that are infinite or too long. Read it by a query that casts it to "
            "numeric(38, 10), say, or to double precision."
        ) from None


def _labels(word: str, cursor: Cursor) -> list[str]:
    """List the labels of an enum; of several enums of one name those of the one that is seen, if any is."""
    found = _enums(cursor, "t.typname = $1 AND pg_type_is_visible(t.oid)", word) or _enums(
        cursor, "t.typname = $1", word
    )
    return found[0][1] if len(found) == 1 else []


def _labels_of_columns(table: str, cursor: Cursor) -> dict[str, list[str]]:
    """List the labels of each column of a table that is of an enum."""
    rows = _all(
        cursor,
        "SELECT a.attname::text, e.enumlabel::text FROM pg_attribute a JOIN pg_enum e ON e.enumtypid = a.atttypid "
        "WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 ORDER BY a.attnum, e.enumsortorder",
        table,
    )
    return _grouped(rows)


def _enum_like(labels: list[str], cursor: Cursor) -> str | None:
    """Find a type that has just these labels: a table read from the database is written as it was."""
    for name, held in _enums(cursor, "pg_type_is_visible(t.oid)"):
        if sorted(held) == sorted(labels):
            return name
    return None


def _enums(cursor: Cursor, which: str, *given: str) -> list[tuple[str, list[str]]]:
    rows = _all(
        cursor,
        "SELECT format('%I.%I', n.nspname, t.typname), e.enumlabel::text FROM pg_enum e JOIN pg_type t "
        f"ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE {which} "
        "ORDER BY t.oid, e.enumsortorder",
        *given,
    )
    return list(_grouped(rows).items())


def _grouped(rows: list[tuple[Any, ...]]) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for name, label in rows:
        held.setdefault(name, []).append(label)
    return held


def _all(cursor: Cursor, statement: str, *given: str) -> list[tuple[Any, ...]]:
    cursor.execute(statement, given or None)
    return list(cursor.fetchall())


@contextlib.contextmanager
def _opened(address: Address) -> Iterator[Connection]:
    import adbc_driver_postgresql.dbapi as driver

    location = address.location
    if "connect_timeout=" not in location:
        location += ("&" if "?" in location else "?") + f"connect_timeout={_WAIT}"
    with _errors(address, "opened"):
        connection = driver.connect(location)
    with contextlib.closing(connection):
        yield connection


@contextlib.contextmanager
def _errors(address: Address, doing: str) -> Iterator[None]:
    import adbc_driver_manager

    try:
        yield
    except adbc_driver_manager.Error as error:
        code = error.sqlstate
        # Without a code it is the connection that failed. What libpq says of an address it can't read may quote it.
        if failures.may_be_repeated(code) or code is None:
            words = failures.postgresql_words(str(error)) or f"the driver stopped with {type(error).__name__}"
        else:
            words = f"PostgreSQL stopped with the code {code}"
        raise failures.failed(address, doing, words) from None
