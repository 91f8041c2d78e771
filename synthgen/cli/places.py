"""Where tables come from and go to, as words of the command line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer

from synthgen.errors import UsageError

FILES = "a csv, csv.gz, tsv, parquet, arrow or feather file, - for a pipe, or the URL of a table in a database"


def read_place(word: str) -> Path | str:
    """Make a path of what is one; ``-`` for a pipe and the URL of a table in a database stay text.

    >>> read_place("cards.csv").name, read_place("-"), read_place("duckdb:///f.db?table=t")
    ('cards.csv', '-', 'duckdb:///f.db?table=t')
    """
    from synthgen.table.sources import is_file

    if not word.strip():
        # A variable of a shell that isn't set; as a path it would be the current folder.
        raise typer.BadParameter("it is empty, and names no table.")
    return Path(word) if is_file(word) else word


def read_out(word: str) -> Path | str:
    """Do the same for a place to write to, where a slash at the end, which no path keeps, asks for a folder of parts.

    >>> str(read_out("balanced.csv")), read_out("balanced/")
    ('balanced.csv', 'balanced/')
    """
    place = read_place(word)
    return word if isinstance(place, Path) and word.endswith("/") else place


def default_out(data: Path | str) -> Path | str:
    """Name the result after the input, beside it, with the same ending; what comes by a pipe goes on by one.

    >>> str(default_out(Path("in/cards.csv.gz"))), default_out("-")
    ('in/cards.synthgen.csv.gz', '-')
    """
    if isinstance(data, Path):
        stem, ending = _split_ending(data)
        if set("*?[") & set(data.name) and not data.exists():
            raise UsageError("DATA is a pattern of names: say with --out where the table is to go.")
        return data.parent / f"{stem}.synthgen{'.parquet' if data.is_dir() else ending}"
    from synthgen.table.sources import is_pipe

    if is_pipe(data):
        return "-"
    raise UsageError("DATA is in a database: say with --out where the table is to go, a file or a URL.")


def default_reports(out: Path | str) -> Path | None:
    """Name the folder of reports after the table; there is none beside a pipe.

    >>> str(default_reports(Path("balanced.csv.gz"))), str(default_reports("balanced/")), default_reports("-")
    ('balanced-reports', 'balanced-reports', None)
    >>> str(default_reports("duckdb:///f.db?table=main.balanced"))
    'balanced-reports'
    """
    from synthgen.table.sources import is_file, is_pipe, read_address

    if is_file(out):
        return Path(out).parent / f"{_split_ending(Path(out))[0]}-reports"
    if is_pipe(out):
        return None
    return Path(re.sub(r"[^\w-]+", "_", read_address(str(out)).written_to.table) + "-reports")


def check_engine(
    engine: str | None, data: Path | str, out: Path | str, key: bytes | None, *, review: bool = False
) -> str:
    """Say how the table is worked on, and refuse what can't be done that way; with a review nothing is written yet.

    >>> check_engine("stream", Path("cards.csv"), Path("balanced.csv"), b"k" * 32)
    Traceback (most recent call last):
    synthgen.errors.UsageError: Keyed tags are of tables in memory. Leave --key-file out, or take --engine memory.
    """
    from synthgen.scale.engine import engine_for

    try:
        way = engine_for(None if engine is None else str(engine), data, None if review else out)
    except UsageError:
        if not review:
            raise
        raise UsageError("--review shows rows of a table in memory. Leave it out, or take --engine memory.") from None
    if way == "stream" and key is not None:
        raise UsageError("Keyed tags are of tables in memory. Leave --key-file out, or take --engine memory.")
    return way


def with_settings(engine: str, **settings: int | None) -> str | dict[str, Any]:
    """Put an engine and what was set of it together, as :func:`synthgen.synthesize` takes it.

    >>> with_settings("stream", most_rows=None, workers=2), with_settings("memory", workers=None)
    ({'name': 'stream', 'workers': 2}, 'memory')
    """
    said = {name: value for name, value in settings.items() if value is not None}
    return {"name": engine, **said} if said else engine


def check_json(as_json: bool, table: Path | str) -> None:
    """Refuse JSON and a table on one stream.

    >>> check_json(True, "-")
    Traceback (most recent call last):
    synthgen.errors.UsageError: --json prints on standard output, where the table goes. Name a file with --out.
    """
    from synthgen.table.sources import is_pipe

    if as_json and is_pipe(table):
        raise UsageError("--json prints on standard output, where the table goes. Name a file with --out.")


def stem_of(path: Path) -> str:
    """A file's name without its ending, which may have two parts."""
    return _split_ending(path)[0]


def _split_ending(path: Path) -> tuple[str, str]:
    ending = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    return path.name.removesuffix(ending), ending
