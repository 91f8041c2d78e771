"""The files of one source: a file, a folder with or without partitions, or a glob."""

from __future__ import annotations

import glob
import hashlib
import itertools
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from synthgen.errors import DataError, FileError
from synthgen.table.files import SUFFIXES, suffix_of

_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"

_PATTERN = r"[*?\[]"

_FAMILIES = {".parquet": "Parquet", ".csv": "text", ".csv.gz": "text", ".tsv": "text"}


@dataclass(frozen=True)
class Listed:
    """One file, as it was when it was listed.

    Attributes
    ----------
    path : pathlib.Path
    suffix : str
    size, time : int
        Bytes, and nanoseconds of the last change.
    keys : tuple of (str, str or None)
        What the names of its folders say, as in ``country=AT/``; None for no value.
    """

    path: Path
    suffix: str
    size: int
    time: int
    keys: tuple[tuple[str, str | None], ...] = ()

    @property
    def family(self) -> str:
        """Files of one family can be read as one table."""
        return _FAMILIES.get(self.suffix, "Arrow")

    def check_unchanged(self) -> None:
        """Raise FileError if the file isn't what it was when it was listed."""
        now = listed_file(self.path)
        if (now.size, now.time) != (self.size, self.time):
            raise FileError(f"{str(self.path)!r} was changed while it was read. Let it be written to its end, first.")


def listed_file(path: Path) -> Listed:
    """Look at one file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        raise FileError(f"There is no file {str(path)!r}. Check the path.") from None
    except OSError as error:
        raise FileError(f"{str(path)!r} can't be read: {error.strerror}.") from error
    return Listed(path, suffix_of(path), found.st_size, found.st_mtime_ns)


def is_glob(place: str | Path) -> bool:
    """Whether a path has ``*``, ``?`` or ``[`` in it and is no file of that name."""
    return re.search(_PATTERN, str(place)) is not None and not Path(place).exists()


def root_of(pattern: str | Path) -> Path:
    """Give the folder that a pattern of names begins in.

    >>> root_of("rows/2024-*/*.parquet").as_posix()
    'rows'
    """
    return Path(*itertools.takewhile(lambda part: not re.search(_PATTERN, part), Path(pattern).parts))


def listed(place: str | Path) -> tuple[Listed, ...]:
    """List the files of a source in the order in which they are read, that of their names.

    In a folder, files count that have an ending synthgen knows; names that begin with a dot or an underscore don't,
    such as those that other programs leave beside their tables.

    Raises
    ------
    FileError
        There is none, or one can't be looked at.
    DataError
        They are of several formats.
    """
    path = root = Path(place)
    if is_glob(place):
        root = root_of(place)
        found = [Path(name) for name in sorted(glob.glob(str(place), recursive=True))]
        files = [listed_file(one) for one in found if one.is_file() and _counts(one)]
        if not files:
            raise FileError(
                f"No file that can be read has a name like {str(place)!r}. Check it; names end in one of: "
                f"{', '.join(SUFFIXES)}."
            )
    elif path.is_dir():
        files = [listed_file(one) for one in _within(path)]
        if not files:
            raise FileError(
                f"The folder {str(path)!r} holds no table: no file in it ends in one of {', '.join(SUFFIXES)}."
            )
    else:
        return (listed_file(path),)
    _refuse_mixed(files)
    return tuple(replace(file, keys=_keys(file.path.relative_to(root))) for file in files)


def _within(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise FileError(f"The folder {str(error.filename)!r} can't be read: {error.strerror}.") from error

    found: list[Path] = []
    seen = set()
    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        # Links may lead back to where they are.
        here = os.path.realpath(place)
        folders[:] = [name for name in folders if not name.startswith((".", "_")) and here not in seen]
        if here in seen:
            continue
        seen.add(here)
        found += [Path(place) / name for name in names if _counts(Path(name))]
    return sorted(found, key=lambda path: path.parts)


def _counts(path: Path) -> bool:
    return not path.name.startswith((".", "_")) and path.name.lower().endswith(SUFFIXES)


def _refuse_mixed(files: Sequence[Listed]) -> None:
    other = next((file for file in files if file.family != files[0].family), None)
    if other is not None:
        raise DataError(
            f"{str(files[0].path)!r} and {str(other.path)!r} are of different formats. Name files of one, by a glob "
            f"such as '*{files[0].suffix}'."
        )


def _keys(path: Path) -> tuple[tuple[str, str | None], ...]:
    pairs = [part.split("=", 1) for part in path.parent.parts if re.fullmatch(r"[^=]+=[^=]*", part)]
    return tuple((unquote(key), None if value == _NO_VALUE else unquote(value)) for key, value in pairs)


def mark_of(files: Iterable[Listed]) -> str:
    """Sum up names, sizes and times of files in one word, anew each time."""
    summed = hashlib.sha256()
    for file in files:
        now = listed_file(file.path)
        summed.update(f"{now.path}\0{now.size}\0{now.time}\0".encode())
    return summed.hexdigest()
