"""Sums over rows from which the association of every pair of columns follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.count_tables import Blocks, Tables, cramers_v, summarize
from synthgen.profiling.few_classes import Classes, Floats
from synthgen.profiling.share_intervals import Share


class PairShares(NamedTuple):
    """Shares of variance explained, matrices of columns × columns.

    Attributes
    ----------
    tables : Tables
    labels : Share
        Cramér's V squared, of classes.
    ratio : Share
        Correlation ratio squared, of the number in the column by the classes in the row.
    ranks : Share
        Rank correlation squared, of two numbers.
    signed : array
        Rank correlation.
    """

    tables: Tables
    labels: Share
    ratio: Share
    ranks: Share
    signed: Floats


class PairSums(NamedTuple):
    """Classes of all columns and ranks of the numbers, laid out so that one product of matrices gives all sums.

    Attributes
    ----------
    blocks : Blocks
    extra : array
        Ranks of the numbers (0 where missing), their squares, and whether they are known.
    labels : array of bool
        Which columns are labels.
    numbers : array of int
        Places of the others.
    tied : array
        The largest share of one value in each column: ranks can't tell those rows apart.
    """

    blocks: Blocks
    extra: NDArray[np.float32]
    labels: NDArray[np.bool_]
    numbers: NDArray[np.int64]
    tied: Floats

    @classmethod
    def of(cls, classes: Sequence[Classes], values: Sequence[Floats], labels: NDArray[np.bool_]) -> PairSums:
        """Lay out columns; a column without any value is one class without rows."""
        blocks = Blocks.of([Classes(c.codes, max(c.size, 1)) for c in classes])
        numbers = np.flatnonzero(~labels)
        ranks = np.array([_ranks(values[i]) for i in numbers.tolist()]).reshape(-1, len(values[0])).T
        known = ~np.isnan(ranks)
        filled = np.where(known, ranks, 0.0)
        extra = np.hstack([filled, filled**2, known]).astype(np.float32)
        return cls(blocks, extra, labels, numbers, np.array([_largest_share(v) for v in values]))

    def gram(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Sums of products over some rows."""
        both = np.hstack([self.blocks.indicators[rows], self.extra[rows]])
        return np.asarray(both.T @ both)

    def counts(self, gram: Floats) -> Floats:
        """Rows of each pair of classes."""
        classes = len(self.blocks.block)
        return gram[:classes, :classes]

    def shares(self, gram: Floats) -> PairShares:
        """Read the measures off the sums."""
        classes, size = len(self.blocks.block), len(self.labels)
        tables = summarize(self.counts(gram), self.blocks, self.blocks)
        ratio, k = np.zeros((size, size)), np.ones((size, size))
        ratio[:, self.numbers], k[:, self.numbers] = _ratios(gram[:classes, classes:], self.blocks)
        signed = np.zeros((size, size))
        signed[np.ix_(self.numbers, self.numbers)] = _correlations(gram[classes:, classes:])
        two = np.full((size, size), 2.0)
        return PairShares(
            tables, cramers_v(tables), _corrected(ratio, tables.n, k), _corrected(signed**2, tables.n, two), signed
        )


def _corrected(share: Floats, n: Floats, classes: Floats) -> Share:
    """Share of variance less what chance explains of it: epsilon squared, adjusted R squared."""
    left = np.maximum(n - classes, 1.0)
    value = np.where((n > classes) & (classes > 1), 1 - (1 - share) * (n - 1) / left, 0.0)
    more = np.maximum(n - 1, 1.0)
    return Share(value, more * share, classes - 1, 1 / more)


def _ratios(by_class: Floats, blocks: Blocks) -> tuple[Floats, Floats]:
    """Correlation ratios squared (blocks × numbers), and classes that occur."""
    sums, squares, counts = np.split(by_class, 3, axis=1)
    if not sums.shape[1]:
        return np.zeros((len(blocks.starts), 0)), np.zeros((len(blocks.starts), 0))
    between = np.divide(sums**2, counts, out=np.zeros_like(sums), where=counts > 0)
    between, total, square, n = (np.add.reduceat(x, blocks.starts, axis=0) for x in (between, sums, squares, counts))
    middle = np.divide(total**2, n, out=np.zeros_like(n), where=n > 0)
    room = square - middle
    ratio = np.divide(between - middle, room, out=np.zeros_like(n), where=room > 1e-6 * np.maximum(n, 1))
    return np.clip(ratio, 0.0, 1.0), np.add.reduceat((counts > 0).astype(float), blocks.starts, axis=0)


def _correlations(by_rank: Floats) -> Floats:
    """Pearson's correlation of ranks in rows where both are known."""
    size = len(by_rank) // 3
    cross, sums, squares = by_rank[:size, :size], by_rank[:size, 2 * size :], by_rank[size : 2 * size, 2 * size :]
    n = np.maximum(by_rank[2 * size :, 2 * size :], 1.0)
    variance = np.maximum(squares - sums**2 / n, 0.0)
    covariance = cross - sums * sums.T / n
    scale = np.sqrt(variance * variance.T)
    found = np.divide(covariance, scale, out=np.zeros_like(cross), where=scale > 1e-6 * n)
    return np.asarray(np.clip(found, -1.0, 1.0))


def _ranks(values: Floats) -> Floats:
    """Ranks of the known values, from -0.5 to 0.5, ties in the middle."""
    from scipy.stats import rankdata

    out = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    if known.any():
        out[known] = (rankdata(values[known]) - 0.5) / known.sum() - 0.5
    return out


def _largest_share(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.unique(known, return_counts=True)[1].max() / len(known)) if len(known) else 1.0
