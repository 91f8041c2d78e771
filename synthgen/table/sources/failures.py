"""What a database says when something fails, as far as it may be repeated: its words can hold values of rows."""

from __future__ import annotations

import re

from synthgen.errors import FileError, MissingExtraError
from synthgen.table.sources.address import Address, Name, without_passwords

# Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html whose messages speak of names, rights and
# connections only. Others, such as 22 and 23, quote the value that they are about.
_OF_NAMES = ("08", "0A", "25", "28", "2B", "3D", "3F", "42", "53", "55", "57")


def failed(address: Address, doing: str, words: str = "") -> FileError:
    """Build the error of a database in one line; ``words`` are its own, if they may be repeated."""
    line = " ".join(words.split())
    for secret in address.secrets:
        line = line.replace(secret, "***")
    line = without_passwords(line)
    said = f": {line.rstrip('.! ')}." if line else "."
    return FileError(f"{address.shown} can't be {doing}{said}")


def may_be_repeated(sqlstate: str | None) -> bool:
    """Whether a message with this code says nothing of any row."""
    return sqlstate is not None and sqlstate[:2] in _OF_NAMES


def postgresql_words(text: str) -> str:
    r"""Find the sentence of PostgreSQL in the text of a driver.

    >>> postgresql_words("INVALID: Failed: ERROR:  no such thing\nLINE 1: select\n. SQLSTATE: 42703")
    'no such thing'
    """
    found = re.search(r"(?:ERROR|FATAL):\s+(.*)", text) or re.search(r"(connection to server .*)", text)
    return found[1] if found else ""


def no_table(address: Address, name: Name) -> FileError:
    """Build the error of a table that isn't there."""
    place = address.shown.partition("?")[0]
    hint = "" if name.schema is None else " A name with a dot in it stands in double quotes."
    return FileError(f"There is no table {name} in {place}. Check the name; it is taken as it stands.{hint}")


def no_schema(address: Address, schema: str) -> FileError:
    """Build the error of a schema that isn't there."""
    return FileError(
        f"There is no schema {schema!r} in {address.shown.partition('?')[0]}. Make it first. A name with a dot in it "
        "stands in double quotes."
    )


def already_there(address: Address, name: Name) -> FileError:
    """Build the error of a table that is there and may not be replaced."""
    return FileError(
        f"There is a table {name} in {address.shown.partition('?')[0]} already. Name another one, or add "
        "&if_exists=replace to have it replaced."
    )


def not_a_table(address: Address, name: Name) -> FileError:
    """Build the error of a view or the like that has the name of the table to write."""
    return FileError(
        f"{name} in {address.shown.partition('?')[0]} isn't a table that can be replaced. Name another one."
    )


def several_types(address: Address) -> FileError:
    """Build the error of a column that isn't of one type."""
    return FileError(
        f"{address.shown} can't be read: a column holds values of several types. Read it by a query that "
        "casts it to one: ?query=SELECT CAST(...)"
    )


def extra_missing(what: str) -> MissingExtraError:
    """Build the error of a library that isn't installed."""
    return MissingExtraError(f'{what}. Install it with the extra sql: pip install "synthgen-tabular[sql]".')
