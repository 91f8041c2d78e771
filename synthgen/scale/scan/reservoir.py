"""A bounded sample of rows that depends on the rows and the seed alone, not on how they came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.scale.scan.hashes import Keys

_SLACK = 65_536
"""Rows that may wait before the reservoir is thinned out."""

_TOP = np.uint64(2**64 - 1)


def quotas(counts: Sequence[int], most: int) -> list[int]:
    """Share out ``most`` rows over classes: each gets the same, and what one can't fill goes to the others.

    Examples
    --------
    >>> quotas([1_000_000, 500, 20], 1_000)
    [490, 490, 20]
    """
    left, shares = most, list(counts)
    waiting = sorted(range(len(counts)), key=lambda place: counts[place])
    for done, place in enumerate(waiting):
        even = left // (len(waiting) - done)
        if counts[place] > even:
            for other in waiting[done:]:
                shares[other] = min(counts[other], even)
            break
        left -= counts[place]
    return shares


class Reservoir:
    """The rows of each class with the smallest keys, as many as the class has room for.

    Room is shared out by :func:`quotas` over the rows seen so far. It only ever shrinks, so that no row is dropped
    that would have stayed: the rows at the end are those that one look at all rows would have chosen, in whatever
    batches they came (bottom-k sampling, Cohen and Kaplan 2007, https://doi.org/10.1145/1281100.1281133).

    Parameters
    ----------
    most_rows : int
    whole : bool, default False
        Rows of equal keys come in together or not at all, as the rows of one person.
    """

    def __init__(self, most_rows: int, *, whole: bool = False) -> None:
        self.most_rows = most_rows
        self.counts: list[int] = []
        self.dropped = False
        self._whole = whole
        self._limits: Keys = np.empty(0, np.uint64)
        self._batches: list[pa.RecordBatch] = []
        self._keys: list[Keys] = []
        self._classes: list[NDArray[np.int64]] = []
        self._rows: list[NDArray[np.int64]] = []
        self._waiting = 0

    def add(self, batch: pa.RecordBatch, rows: NDArray[np.int64], keys: Keys, classes: NDArray[np.int64]) -> None:
        """Take rows in, with their places in the source, their keys and the numbers of their classes."""
        new = max(len(self.counts), int(classes.max(initial=-1)) + 1) - len(self.counts)
        self.counts += [0] * new
        self._limits = np.append(self._limits, np.full(new, _TOP))
        self.counts = (np.array(self.counts) + np.bincount(classes, minlength=len(self.counts))).tolist()
        limits = self._limits[classes]
        # A limit is the first key that didn't fit; where people come in whole, all rows with that key stay out.
        stay = np.flatnonzero(keys < limits if self._whole else keys <= limits)
        if len(stay) < len(keys):
            self.dropped = True
            if not len(stay):
                return
            batch = batch.take(pa.array(stay))
        self._batches.append(batch)
        self._keys.append(keys[stay])
        self._classes.append(classes[stay])
        self._rows.append(rows[stay])
        self._waiting += len(stay)
        if self._waiting > self.most_rows + max(_SLACK, self.most_rows // 2):
            self._thin()

    def in_one_class(self) -> None:
        """Forget the classes; only a reservoir that has dropped no row yet can."""
        if self.dropped:
            raise ValueError("rows were dropped by class")
        self.counts, self._limits = [sum(self.counts)], np.array([_TOP])
        self._classes = [np.zeros(len(classes), np.int64) for classes in self._classes]

    def taken(self) -> tuple[pa.Table | None, NDArray[np.int64], NDArray[np.int64], Keys]:
        """Give the rows chosen, in the order of the source: with their places, their classes and their keys."""
        self._thin()
        if not self._batches:
            empty = np.empty(0, np.int64)
            return None, empty, empty, np.empty(0, np.uint64)
        rows = self._rows[0]
        order = np.argsort(rows)
        table = pa.Table.from_batches(self._batches).unify_dictionaries().take(pa.array(order))
        return table, rows[order], self._classes[0][order], self._keys[0][order]

    def limits(self) -> Keys:
        """Give for each class the key from which on rows didn't fit."""
        self._thin()
        return self._limits

    def _thin(self) -> None:
        if not self._batches:
            return
        keys, classes = np.concatenate(self._keys), np.concatenate(self._classes)
        rows = np.concatenate(self._rows)
        order = np.lexsort((rows, keys, classes))
        starts = np.searchsorted(classes[order], np.arange(len(self.counts) + 1))
        kept = []
        for label, room in enumerate(quotas(self.counts, self.most_rows)):
            mine = order[starts[label] : starts[label + 1]]
            if len(mine) > room:
                self.dropped = True
                self._limits[label] = keys[mine[room]]
                room = int(np.searchsorted(keys[mine], self._limits[label])) if self._whole else room
            kept.append(mine[:room])
        stay = np.concatenate(kept)
        stay.sort()
        table = pa.Table.from_batches(self._batches).unify_dictionaries()
        if len(stay) < len(keys):
            table = table.take(pa.array(stay))
        # Copied together, so that what was dropped is freed.
        self._batches = table.combine_chunks().to_batches()
        self._keys, self._classes, self._rows = [keys[stay]], [classes[stay]], [rows[stay]]
        self._waiting = len(stay)
