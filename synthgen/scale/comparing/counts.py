"""Sums over rows that can be taken in any order: everything that fidelity is computed from."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import combinations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthgen.scale.comparing.grid import Codes, Floats, Grid

Counted = NDArray[np.int64]
Groups = NDArray[np.intp]

MOST_PAIRS = 1_000
MOST_CELLS = 12_000_000
"""Numbers that the sums of one table may take: 96 MB."""

MOST_PATTERNS = 5_000
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_PARTS = (16, 8)


@dataclass(frozen=True)
class Plan:
    """What is counted, and in how many parts.

    Rows are dealt into ``parts`` by their number. Leaving each part out in turn tells how far a figure may be off
    (the delete-a-group jackknife; Kott (2001), Journal of Official Statistics 17(4), 521-526).

    Attributes
    ----------
    grid : Grid
    pairs : tuple of (int, int)
        Pairs of columns with labels in one or both, as positions among the axes.
    ordered : tuple of int
        Columns of numbers and dates that vary, whose ranks are correlated.
    chosen : tuple of (int, int)
        All pairs that are compared, in order.
    complete : bool
        Whether these are all pairs of columns that vary.
    parts : int
    sides : int
        Kinds of rows told apart: those that a model saw and those that it did not.
    """

    grid: Grid
    pairs: tuple[tuple[int, int], ...]
    ordered: tuple[int, ...]
    chosen: tuple[tuple[int, int], ...]
    complete: bool
    parts: int
    sides: int

    @classmethod
    def of(cls, grid: Grid, sides: int, rng: np.random.Generator) -> Plan:
        """Choose the pairs, at most as many as there is room for, at random where there are more."""
        axes = grid.axes
        every = list(combinations([i for i, axis in enumerate(axes) if axis.varies], 2))
        order = rng.permutation(len(every))[:MOST_PAIRS]
        cells = sum(axis.size for axis in axes)
        parts = _PARTS[0]
        room = MOST_CELLS / (2 * grid.n_classes)
        if parts * (cells + sum(_cells(grid, *every[i]) for i in order)) > room:
            parts = _PARTS[-1]
        taken: list[int] = []
        numbers: set[int] = set()
        for i in order:
            more = numbers | {j for j in every[i] if axes[j].ordered} if _both_ordered(grid, every[i]) else numbers
            used = cells + 4 * len(more) ** 2 + (0 if _both_ordered(grid, every[i]) else _cells(grid, *every[i]))
            if parts * used > room and taken:
                continue
            taken.append(int(i))
            numbers = more
            cells += 0 if _both_ordered(grid, every[i]) else _cells(grid, *every[i])
        chosen = tuple(every[i] for i in sorted(taken))
        tables = tuple(pair for pair in chosen if not _both_ordered(grid, pair))
        return cls(grid, tables, tuple(sorted(numbers)), chosen, len(chosen) == len(every), parts, sides)

    @property
    def n_groups(self) -> int:
        """Groups of rows that are counted apart."""
        return self.parts * self.grid.n_classes * self.sides

    @property
    def starts(self) -> Groups:
        """First fine bin of each column among those of all, and their number."""
        return np.concatenate([[0], np.cumsum([axis.size for axis in self.grid.axes])]).astype(np.intp)

    @property
    def pair_starts(self) -> Groups:
        """First cell of each table of :attr:`pairs` among those of all, and their number."""
        return np.concatenate([[0], np.cumsum([_cells(self.grid, *pair) for pair in self.pairs])]).astype(np.intp)

    def groups(self, numbers: NDArray[np.int64], classes: Groups, sides: Groups | int = 0) -> Groups:
        """Group of each row by its number in the table, its class and its side."""
        parts = (numbers.astype(np.uint64) * _SPREAD >> np.uint64(65 - self.parts.bit_length())).astype(np.intp)
        return np.asarray((parts * self.grid.n_classes + classes) * self.sides + sides)


@dataclass
class Counts:
    """The sums themselves; those of two pieces are added.

    Attributes
    ----------
    plan : Plan
    bins : array of shape (n_groups, all fine bins)
    cells : array of shape (n_groups, all cells of pairs)
    ranks : array of shape (4, n_groups, n_ordered, n_ordered)
        Of two columns where both are known: rows, sums of the first's ranks, of their squares, of products.
    patterns : dict of int to array of shape (n_groups,)
        Rows with each combination of gaps; left empty where there are too many.
    crowded : bool
        Whether there are too many.
    """

    plan: Plan
    bins: Counted
    cells: Counted
    ranks: Floats
    patterns: dict[int, Counted] = field(default_factory=dict)
    crowded: bool = False

    @classmethod
    def empty(cls, plan: Plan) -> Counts:
        """Nothing counted yet."""
        k, d = plan.n_groups, len(plan.ordered)
        shapes = (k, int(plan.starts[-1])), (k, int(plan.pair_starts[-1]))
        return cls(plan, np.zeros(shapes[0], np.int64), np.zeros(shapes[1], np.int64), np.zeros((4, k, d, d)))

    def add(self, codes: Codes, groups: Groups) -> None:
        """Count rows, given as fine bins of every column, in their groups."""
        axes = self.plan.grid.axes
        _count(codes, groups, self.plan.starts, self.bins)
        if self.plan.pairs:
            coarse = np.stack([axis.coarse[code] for axis, code in zip(axes, codes, strict=True)]).astype(np.int32)
            pairs = np.array(self.plan.pairs, dtype=np.intp)
            widths = np.array([axes[j].coarse_size for _, j in self.plan.pairs], dtype=np.intp)
            _count_pairs(coarse, groups, pairs, widths, self.plan.pair_starts, self.cells)
        if self.plan.ordered:
            self._add_ranks(codes, groups)
        self._add_patterns(codes, groups)

    def _add_ranks(self, codes: Codes, groups: Groups) -> None:
        axes = self.plan.grid.axes
        order = np.argsort(groups, kind="stable")
        there = np.stack([axes[i].ranks[codes[i][order]] for i in self.plan.ordered], axis=1)
        known = np.stack([codes[i][order] != axes[i].size - 1 for i in self.plan.ordered], axis=1)
        ends = np.searchsorted(groups[order], np.arange(self.plan.n_groups + 1))
        for k in np.unique(groups):
            part, has = there[ends[k] : ends[k + 1]], known[ends[k] : ends[k + 1]]
            self.ranks[3, k] += part.T @ part
            if has.all():
                self.ranks[0, k] += len(part)
                self.ranks[1, k] += part.sum(axis=0)[:, None]
                self.ranks[2, k] += (part**2).sum(axis=0)[:, None]
                continue
            given = has.astype(float)
            self.ranks[0, k] += given.T @ given
            self.ranks[1, k] += part.T @ given
            self.ranks[2, k] += (part**2).T @ given

    def _add_patterns(self, codes: Codes, groups: Groups) -> None:
        if self.crowded:
            return
        keys = np.zeros(codes.shape[1], dtype=np.uint64)
        for i, axis in enumerate(self.plan.grid.axes):
            gaps = codes[i] == axis.size - 1
            if gaps.any():
                # One number a column, so far apart that no two sets of columns have the same sum.
                keys[gaps] += _scattered(i)
        found, place = np.unique(keys, return_inverse=True)
        counts = np.bincount(place.ravel() * self.plan.n_groups + groups, minlength=len(found) * self.plan.n_groups)
        self._add_found(dict(zip(found.tolist(), counts.reshape(len(found), -1), strict=True)))

    def _add_found(self, patterns: dict[int, Counted]) -> None:
        for key, counts in patterns.items():
            self.patterns[key] = self.patterns[key] + counts if key in self.patterns else counts
        if len(self.patterns) > MOST_PATTERNS:
            self.crowded, self.patterns = True, {}

    def merge(self, other: Counts) -> None:
        """Add what was counted elsewhere by the same plan."""
        self.bins += other.bins
        self.cells += other.cells
        self.ranks += other.ranks
        self.crowded = self.crowded or other.crowded
        if self.crowded:
            self.patterns = {}
        else:
            self._add_found(other.patterns)

    def rows(self) -> Counted:
        """Rows of each part, class and side, shape (parts, n_classes, sides)."""
        first = self.bins[:, : self.plan.grid.axes[0].size].sum(axis=1)
        return np.asarray(first.reshape(self.shape))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Parts, classes and sides."""
        return self.plan.parts, self.plan.grid.n_classes, self.plan.sides


def _cells(grid: Grid, i: int, j: int) -> int:
    return grid.axes[i].coarse_size * grid.axes[j].coarse_size


def _both_ordered(grid: Grid, pair: tuple[int, int]) -> bool:
    return grid.axes[pair[0]].ordered and grid.axes[pair[1]].ordered


def _scattered(i: int) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(str(i).encode(), digest_size=8).digest(), "big"))


@njit(nogil=True, cache=True)
def _count(codes: Codes, groups: Groups, starts: Groups, out: Counted) -> None:
    for c in range(codes.shape[0]):
        start = starts[c]
        for i in range(codes.shape[1]):
            out[groups[i], start + codes[c, i]] += 1


@njit(nogil=True, cache=True)
def _count_pairs(codes: Codes, groups: Groups, pairs: Groups, widths: Groups, starts: Groups, out: Counted) -> None:
    for p in range(pairs.shape[0]):
        one, other, width, start = codes[pairs[p, 0]], codes[pairs[p, 1]], widths[p], starts[p]
        for i in range(len(groups)):
            out[groups[i], start + one[i] * width + other[i]] += 1
