"""The one seam between a word that says where a table is and what reads and writes it there."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol, cast

import pandas as pd
import pyarrow as pa

from synthgen.errors import UsageError
from synthgen.table import files
from synthgen.table.sources import arrow_types, pipe
from synthgen.table.sources.address import Address, is_url, read_address
from synthgen.table.sources.failures import extra_missing


class Database(Protocol):
    """What a module on a kind of database offers."""

    def read(self, address: Address) -> pa.Table:
        """Read a table, or the result of a query, without changing anything."""

    def read_batches(self, address: Address, rows: int) -> Iterator[pa.Table]:
        """Read the same in pieces of about so many rows, with one of no rows at least."""

    def about_rows(self, address: Address) -> int | None:
        """Say roughly how many rows a table has, without reading it; None where nothing tells."""

    def check(self, address: Address) -> None:
        """Refuse, before any work, a table that can't be written."""

    def write(self, table: pa.Table, address: Address) -> None:
        """Write a table whole or not at all."""

    def write_pieces(self, pieces: Iterable[pa.Table], schema: pa.Schema, address: Address) -> None:
        """Write a table that comes in pieces of one schema, whole or not at all."""


def read_table(place: str | Path, *, steady: bool = False) -> pd.DataFrame:
    """Read a table from a file, from standard input or from a database.

    Parameters
    ----------
    place : str or pathlib.Path
        A path (csv, csv.gz, tsv, parquet, arrow, feather, ipc); ``"-"`` for standard input; or a URL such as
        ``duckdb:///file.db?table=t``, ``sqlite:///file.db?query=SELECT ...`` or
        ``postgresql://user@host/db?table=schema.t``, with the extra ``sql``.
    steady : bool
        Whether no cell may decide the dtype of its column: cells of a CSV file stay text, and whole numbers and truth
        values get a dtype that holds gaps, whether there are any or not.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    FileError
        There is no such file, database or table, or it can't be read.
    UsageError
        The URL can't be understood.
    MissingExtraError
        A library for that database isn't installed.

    Examples
    --------
    >>> read_table("nowhere.csv")
    Traceback (most recent call last):
    synthgen.errors.FileError: There is no file 'nowhere.csv'. Check the path.
    """
    if is_file(place):
        frame = files.read_file(place, as_text=steady)
    elif is_pipe(place):
        frame = pipe.read(str(place), as_text=steady)
    else:
        address = read_address(str(place))
        frame = arrow_types.frame_of(database_of(address).read(address))
    return holding_gaps(frame) if steady else frame


def holding_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns of whole numbers and truth values pandas' nullable dtypes."""
    own = {str(dtype).lower(): dtype for dtype in files.NULLABLE.values()} | {"bool": pd.BooleanDtype()}
    kinds = {place: own.get(str(dtype)) for place, dtype in enumerate(frame.dtypes)}
    columns = [
        frame.iloc[:, place] if kind is None else frame.iloc[:, place].astype(kind) for place, kind in kinds.items()
    ]
    made = pd.concat(columns, axis=1) if columns else frame
    made.attrs = dict(frame.attrs)
    return made


def write_table(frame: pd.DataFrame, place: str | Path) -> None:
    """Write a table to a file, to standard output or to a database; but for standard output, whole or not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its index isn't written.
    place : str or pathlib.Path
        As for :func:`read_table`. ``"-"`` writes CSV, ``"-.parquet"`` and the like another format. A table that is in
        the database already is only replaced if the URL says ``if_exists=replace``.
    """
    if is_file(place):
        files.write_file(frame, place)
    elif is_pipe(place):
        pipe.write(frame, str(place))
    else:
        address = read_address(str(place))
        database_of(address).write(arrow_types.arrow_of(frame), address)


def write_pieces(pieces: Iterable[pa.Table], schema: pa.Schema, place: str) -> None:
    """Write a table that comes in pieces to a database, in one transaction, holding one piece at a time.

    Parameters
    ----------
    pieces : iterable of pyarrow.Table
        All of ``schema``.
    schema : pyarrow.Schema
    place : str
        The URL of a table, as for :func:`write_table`.
    """
    address = read_address(place)
    kept = arrow_types.held_schema(schema)
    database_of(address).write_pieces((arrow_types.held(piece, kept) for piece in pieces), kept, address)


def check_destination(place: str | Path) -> None:
    """Refuse, before any work, a place that a table can't be written to, and a table that is there already."""
    if is_file(place):
        files.check_destination(place)
    elif is_pipe(place):
        pipe.check()
    else:
        address = read_address(str(place))
        _ = address.written_to
        database_of(address).check(address)


def check_source(place: str | Path) -> None:
    """Refuse, before any work, a place whose name can't be understood; it isn't looked at, but for a folder."""
    if is_file(place) and Path(place).is_dir():
        return
    if is_file(place):
        files.suffix_of(place)
    elif not is_pipe(place):
        read_address(str(place))


def is_file(place: str | Path) -> bool:
    """Say whether a place is a file, rather than a pipe or a table of a database.

    >>> is_file("t.csv"), is_file("-"), is_file("duckdb:///f.db?table=t")
    (True, False, False)
    """
    if isinstance(place, Path):
        if re.match(r"(duckdb|sqlite|postgres(ql)?)(\+\w+)?:/", str(place)):
            raise UsageError("Give the URL of a database as text: a Path takes two slashes for one.")
        return True
    return not (is_url(place) or pipe.is_pipe(place))


def is_pipe(place: str | Path) -> bool:
    """Say whether a place is standard input or output."""
    return isinstance(place, str) and pipe.is_pipe(place)


def shown(place: str | Path) -> str:
    """Give a place as people may see it: without a password.

    >>> shown("postgresql://ann:s3cret@host/db?table=t&if_exists=replace")
    'postgresql://ann@host/db?table=t'
    """
    if is_file(place):
        return str(place)
    return "standard output" if is_pipe(place) else read_address(str(place)).shown


def same_place(one: str | Path, other: str | Path) -> bool:
    """Whether two places are one file, through links too, or one table."""
    if is_file(one) and is_file(other):
        try:
            return Path(one).samefile(other)
        except OSError:
            return Path(one).absolute() == Path(other).absolute()
    if is_url(str(one)) and is_url(str(other)):
        return read_address(str(one)).same_table(read_address(str(other)))
    return False


def database_of(address: Address) -> Database:
    """Find what reads and writes there; raise MissingExtraError where its library isn't installed."""
    name = "by_sqlalchemy"
    if address.scheme == "duckdb":
        name = "duckdb_file"
    elif address.kind == "postgresql" and "+" not in address.scheme:
        # ADBC is quicker, and keeps more types; without it SQLAlchemy may have another driver.
        name = "postgresql" if importlib.util.find_spec("adbc_driver_postgresql") else name
    needs, title = {"duckdb_file": ("duckdb", "DuckDB"), "by_sqlalchemy": ("sqlalchemy", "SQLAlchemy")}.get(
        name, ("", "")
    )
    if needs and importlib.util.find_spec(needs) is None:
        raise extra_missing(f"{address.scheme}:// needs {title}, which isn't installed")
    # Imported when needed: each brings a library of the extra.
    return cast(Database, importlib.import_module(f"synthgen.table.sources.{name}"))
