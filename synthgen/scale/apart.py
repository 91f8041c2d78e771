"""A result that would be written over its source, or among it, is refused: the source is read again, and never lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset
from narwhals import dependencies

from synthgen.errors import UsageError
from synthgen.scale.source_frames import told
from synthgen.scale.source_listing import is_glob, root_of
from synthgen.table.sources import is_file, same_place, shown


def check_apart(data: Any, out: str | Path) -> None:
    """Refuse to write over what is read, or among it, where the next run would read it.

    Of a LazyFrame only the files are known that its plan names.

    Raises
    ------
    UsageError
    FileError
        A LazyFrame can't be planned.

    Examples
    --------
    >>> check_apart("rows/part-00000.parquet", "made/")
    >>> check_apart("rows/part-00000.parquet", "rows/")
    Traceback (most recent call last):
    synthgen.errors.UsageError: rows/ is read by this run, or holds or lies among what is read. Name another place for \
out.
    """
    named = isinstance(data, (str, Path))
    clash = named and same_place(data, out)
    if not clash and is_file(out) and (not named or is_file(data)):
        # The name that is given, and what it leads to.
        clash = any(_clash(data, place) for place in {Path(out).absolute(), Path(out).resolve()})
    if clash:
        raise UsageError(
            f"{shown(out)} is read by this run, or holds or lies among what is read. Name another place for out."
        )


def _clash(data: Any, place: Path) -> bool:
    if dependencies.is_polars_lazyframe(data):
        ends = r"(?=[/\\\],\s]|$)"
        return re.search(re.escape(str(place)) + ends, told(data)) is not None
    if isinstance(data, pa.dataset.Dataset):
        return _holds(place, map(Path, _files(data)))
    if not isinstance(data, (str, Path)):
        return False
    if is_glob(data):
        root, pattern = Path(root_of(data)), Path(data)
        names = pattern.parts[len(root.parts) :]
        tops = (root.absolute(), root.resolve())
        return _holds(place, tops) or any(_matches(place, top.joinpath(*names)) for top in tops)
    tops = (Path(data).absolute(), Path(data).resolve())
    return _holds(place, tops) or any(top in place.parents for top in tops)


def _files(data: pa.dataset.Dataset) -> list[str]:
    """List the files of a dataset that are on this machine."""
    if isinstance(data, pa.dataset.UnionDataset):
        return [file for child in data.children for file in _files(child)]
    local = getattr(getattr(data, "filesystem", None), "type_name", "") == "local"
    return list(data.files) if local else []


def _holds(place: Path, read: Iterable[Path]) -> bool:
    """Whether what is read is a place, or in it."""
    return any(place == path or place in path.parents for one in read for path in (one.absolute(), one.resolve()))


def _matches(place: Path, pattern: Path) -> bool:
    if "**" in pattern.parts:
        return fnmatch(str(place), str(pattern))
    # A star of a pattern of names doesn't reach into folders.
    return len(place.parts) == len(pattern.parts) and all(map(fnmatch, place.parts, pattern.parts))
