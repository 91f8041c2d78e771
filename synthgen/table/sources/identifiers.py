"""Names in SQL: quoted always, so that none of them is ever read as SQL."""

from __future__ import annotations

from uuid import uuid4

from synthgen.errors import FileError
from synthgen.table.sources.address import Name


def quoted(name: str) -> str:
    """Quote a name as standard SQL does.

    >>> quoted('a"; drop table b')
    '"a""; drop table b"'
    """
    if not name or "\x00" in name:
        raise FileError(f"{name!r} can't be a name in a database. Rename that column or table.")
    return '"' + name.replace('"', '""') + '"'


def full_name(name: Name) -> str:
    """Quote the name of a table, with its schema."""
    return quoted(name.table) if name.schema is None else f"{quoted(name.schema)}.{quoted(name.table)}"


def literal(text: str) -> str:
    """Quote a text as standard SQL does.

    >>> literal("it's")
    "'it''s'"
    """
    if "\x00" in text:
        raise FileError("A label holds the character NUL, which no database takes. Rename it.")
    return "'" + text.replace("'", "''") + "'"


def passing_name() -> str:
    """Name a table that is there only until it takes the place of another."""
    return f"synthgen_{uuid4().hex}"


def check_names(names: list[str], *, most_bytes: int | None = None, by_case: bool = True) -> None:
    """Refuse names that a database would cut off, wouldn't take or, without ``by_case``, wouldn't tell apart."""
    if not by_case:
        known: dict[str, str] = {}
        for name in names:
            other = known.setdefault(name.lower(), name)
            if other != name:
                raise FileError(
                    f"The columns {other!r} and {name!r} differ in upper and lower case only, which this database "
                    "doesn't tell apart. Rename one."
                )
    for name in names:
        if most_bytes is not None and len(name.encode("utf-8")) > most_bytes:
            raise FileError(f"The name {name!r} has more than {most_bytes} bytes. Shorten it.")
        quoted(name)
