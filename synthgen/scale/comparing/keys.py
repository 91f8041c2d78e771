"""Which real row a synthetic row equals, among all of them: hashes on disk, sorted, looked up in place."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.validation.privacy.meeting import Rounding
from synthgen.validation.privacy.pool import Keys, hashed

ROWS_AT_ONCE = 2_000_000
"""Hashes of one part of the sorted list, which is sorted in memory."""

_SEEN = np.uint64(1)


@dataclass(frozen=True)
class Alone:
    """Hashes that one real row alone has (or few rows), sorted, in a file.

    The last bit says whether the model saw the row, or one of them.

    Attributes
    ----------
    path : Path
    n : int
    """

    path: Path
    n: int

    def find(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Position of each key in the list, -1 for none, and whether the model saw that row."""
        place, seen = np.full(len(keys), -1, dtype=np.int64), np.zeros(len(keys), dtype=bool)
        if not self.n:
            return place, seen
        listed = np.memmap(self.path, dtype=np.uint64, mode="r", shape=(self.n,))
        order = np.argsort(keys, kind="stable")
        wanted = keys[order] & ~_SEEN
        there = np.minimum(np.searchsorted(listed, wanted), self.n - 1)
        entries = np.asarray(listed[there])
        hit = (entries & ~_SEEN) == wanted
        place[order[hit]] = there[hit]
        seen[order[hit]] = (entries[hit] & _SEEN).astype(bool)
        return place, seen

    def mark(self) -> str:
        """Give a word that changes when the list does."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


class KeyFile:
    """Hashes as they come, in parts by their size, so that each part is sorted on its own."""

    def __init__(self, folder: Path, name: str, n_rows: int) -> None:
        self.path = folder / f"{name}.keys"
        parts = 1 << max(0, int(np.ceil(np.log2(max(1, n_rows) / ROWS_AT_ONCE))))
        self.shift = np.uint64(64 - (parts.bit_length() - 1)) if parts > 1 else None
        self.files = [(folder / f"{name}-{i}.part").open("wb+") for i in range(parts)]

    def __enter__(self) -> KeyFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self.files:
            file.close()
            Path(file.name).unlink(missing_ok=True)

    def add(self, keys: Keys, seen: NDArray[np.bool_]) -> None:
        """Write hashes, each with the bit that says whether the model saw the row."""
        marked = (keys & ~_SEEN) | seen.astype(np.uint64)
        if self.shift is None:
            self.files[0].write(marked.tobytes())
            return
        parts = (marked >> self.shift).astype(np.intp)
        order = np.argsort(parts, kind="stable")
        ends = np.searchsorted(parts[order], np.arange(len(self.files) + 1))
        for i, file in enumerate(self.files):
            if ends[i] < ends[i + 1]:
                file.write(marked[order[ends[i] : ends[i + 1]]].tobytes())

    def sorted(self, fewest: int = 2) -> Alone:
        """Sort all, and keep those that fewer rows have than ``fewest``: by default one row alone."""
        n = 0
        with self.path.open("wb") as out:
            for file in self.files:
                file.seek(0)
                keys = np.fromfile(file, dtype=np.uint64)
                file.truncate(0)
                keys.sort()
                whole = keys & ~_SEEN
                last = (
                    np.append(np.flatnonzero(whole[1:] != whole[:-1]), len(keys) - 1) if len(keys) else np.zeros(0, int)
                )
                # Sorted, the last of equal hashes has the bit if any has.
                alone = keys[last[np.diff(last, prepend=-1) < fewest]]
                out.write(alone.tobytes())
                n += len(alone)
        return Alone(self.path, n)


@dataclass(frozen=True)
class Met:
    """Which rows equal one real row that no other equals; positions in the list of such rows, -1 for none.

    Attributes
    ----------
    exact, rounded : arrays of shape (n_rows,)
        A row that is met to the letter isn't met once more by rounding.
    exact_seen, rounded_seen : arrays of bool
        Whether the model saw the row that is met.
    """

    exact: NDArray[np.int64]
    exact_seen: NDArray[np.bool_]
    rounded: NDArray[np.int64]
    rounded_seen: NDArray[np.bool_]

    @property
    def kept(self) -> NDArray[np.bool_]:
        """Rows that copy none that the model saw."""
        return ~(self.exact_seen | self.rounded_seen)


@dataclass(frozen=True)
class Copies:
    """All real rows, to look for copies of them; small, and safe to hand to another process.

    Attributes
    ----------
    rounding : Rounding
    listed : dict of str to int
        Labels that the schema lists, by column.
    exact, rounded : Alone
    """

    rounding: Rounding
    listed: dict[str, int]
    exact: Alone
    rounded: Alone

    def meet(self, coded: pd.DataFrame) -> Met:
        """Look every row up, to the letter and rounded."""
        exact, rounded = keys_of(coded, self.rounding, self.listed, unlisted=2)
        place, seen = self.exact.find(exact)
        near, near_seen = self.rounded.find(rounded)
        again = place >= 0
        return Met(place, seen, np.where(again, -1, near), near_seen & ~again)


def keys_of(coded: pd.DataFrame, rounding: Rounding, listed: dict[str, int], *, unlisted: int) -> tuple[Keys, Keys]:
    """Hashes of rows, to the letter and rounded.

    Labels that the schema doesn't list have other codes in every piece of a table, and the model saw none of them: on
    either side they are one code (the number of those listed and ``unlisted`` more), another one on the other side.
    """
    frame = coded[list(rounding.names)].copy()
    for name, n in listed.items():
        values = frame[name].to_numpy(float)
        if (values >= n).any():
            frame[name] = np.where(values >= n, n + unlisted, values)
    return hashed(frame), hashed(rounding.applied(frame))
