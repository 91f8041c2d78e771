"""Where a table that is written in pieces goes to: a file, a folder of files, or a table of a database."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from synthgen.errors import FileError, UsageError
from synthgen.scale.writing.whole import put_back
from synthgen.table import files, sources

PART = re.compile(r"part-\d{5,}\.parquet")
"""Names of the files in a folder of parts."""


@dataclass(frozen=True)
class Destination:
    """A place to write to.

    Attributes
    ----------
    kind : {"file", "folder", "database"}
    path : Path
        The file or folder; of a database its file, or a name in the working folder where it is a server.
    shown : str
        The place as people may see it: without a password.
    url : str
        The address of a database.
    """

    kind: Literal["file", "folder", "database"]
    path: Path
    shown: str
    url: str = ""

    @property
    def beside(self) -> Path:
        """A hidden folder beside the place, for what is made on the way."""
        return self.path.with_name(f".{self.path.name[:200]}.synthgen")


def destination(out: str | Path) -> Destination:
    """Say what kind of place ``out`` is, without looking at what it holds.

    A name that ends in a slash is a folder of parts, and so is one that is a folder already.

    Raises
    ------
    UsageError
        It is standard output, which can't be taken back, or a URL that can't be understood.
    FileError
        Its ending names no format.

    Examples
    --------
    >>> destination("balanced.parquet").kind, destination("balanced/").kind
    ('file', 'folder')
    >>> destination("duckdb:///cards.db?table=made").beside.name
    '.cards.db-made.synthgen'
    """
    if not sources.is_file(out):
        if sources.is_pipe(out):
            raise UsageError("A table in pieces can't be written to standard output. Name a file, a folder or a table.")
        address = sources.read_address(str(out))
        name = address.written_to
        words = [name.schema or "", name.table] if address.kind in ("duckdb", "sqlite") else [address.shown]
        tail = re.sub(r"[^\w.]+", "-", "-".join(filter(None, words))).strip("-")[:150]
        path = address.file.with_name(f"{address.file.name}-{tail}") if len(words) == 2 else Path(tail)
        return Destination("database", path, address.shown, str(out))
    path = Path(out)
    if str(out).endswith(("/", os.sep)) or path.is_dir():
        # A folder is renamed, and a link to it would be in the way of that.
        return Destination("folder", path.resolve() if path.is_symlink() else path.absolute(), str(out))
    if not path.suffix:
        raise FileError(
            f"{str(path)!r} has no ending that synthgen knows. Name it one of: {', '.join(files.SUFFIXES)}; or end it "
            "in a slash, as text, for a folder of parts."
        )
    files.suffix_of(path)
    return Destination("file", path, str(path))


def check_out(out: str | Path) -> None:
    """Refuse, before any work, a place that a table can't be written to.

    Raises
    ------
    FileError
        It can't be written to, is there and may not be replaced, or is a folder that holds other files than parts.
    UsageError
        As :func:`destination` has it.
    MissingExtraError
        A library for that database isn't installed.
    """
    place = destination(out)
    if place.kind == "database":
        sources.check_destination(out)
        return
    if place.kind == "file":
        files.check_file_writable(place.path)
        return
    files.check_writable(place.path.parent)
    put_back(place.path)
    check_parts(place)


def check_parts(place: Destination) -> None:
    """Refuse a folder that holds anything but parts, and one that can't be replaced."""
    folder = place.path
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FileError(f"{place.shown!r} is a file, not a folder. Name another one, or leave out the slash.")
    odd = sum(PART.fullmatch(name) is None for name in os.listdir(folder))
    if odd:
        raise FileError(
            f"The folder {place.shown!r} is replaced as a whole, and {odd} of its files aren't parts of a table "
            "(part-00000.parquet and so on). Name a new or empty folder, or a file in it."
        )
    if os.path.ismount(folder):
        raise FileError(f"{place.shown!r} is a disk of its own, which can't be replaced. Name a folder in it.")
    if not os.access(folder, os.W_OK):
        raise FileError(f"{place.shown!r} is read-only for you. Choose another one.")
