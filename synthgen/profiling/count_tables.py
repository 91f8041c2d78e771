"""Contingency tables of many pairs of columns at once, as blocks of one matrix of counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.few_classes import Classes, Floats
from synthgen.profiling.share_intervals import Share

FEWEST_EXPECTED = 5.0
"""Rows that a cell must expect for the chi-squared distribution to be trusted (Cochran 1954)."""


class Blocks(NamedTuple):
    """Indicators of the classes of several columns, side by side: each column is a block."""

    indicators: NDArray[np.float32]
    starts: NDArray[np.int64]
    block: NDArray[np.int64]

    @classmethod
    def of(cls, columns: Sequence[Classes]) -> Blocks:
        """Lay out columns that have at least one class each."""
        sizes = [column.size for column in columns]
        starts = np.cumsum([0, *sizes])[:-1].astype(np.int64)
        n = len(columns[0].codes) if columns else 0
        indicators = np.zeros((n, sum(sizes)), dtype=np.float32)
        for start, (codes, _) in zip(starts, columns, strict=True):
            rows = np.flatnonzero(codes >= 0)
            indicators[rows, start + codes[rows]] = 1.0
        return cls(indicators, starts, np.repeat(np.arange(len(columns)), sizes))


class Tables(NamedTuple):
    """What a table of counts says of each pair (row block, column block).

    Attributes
    ----------
    n : array
        Rows in which both have a value.
    phi : array
        Chi-squared over n.
    rows, columns : array
        Classes that occur in these rows.
    expected : array
        Fewest rows that a cell would have without dependence.
    """

    n: Floats
    phi: Floats
    rows: Floats
    columns: Floats
    expected: Floats


def summarize(counts: Floats, left: Blocks, right: Blocks) -> Tables:
    """Read chi-squared off every block."""
    in_row = np.add.reduceat(counts, right.starts, axis=1)
    in_column = np.add.reduceat(counts, left.starts, axis=0)
    n = np.add.reduceat(in_row, left.starts, axis=0)
    product = in_row[:, right.block] * in_column[left.block, :]
    share = np.divide(counts * counts, product, out=np.zeros_like(counts), where=product > 0)
    phi = np.add.reduceat(np.add.reduceat(share, right.starts, axis=1), left.starts, axis=0) - 1.0
    every = n[left.block][:, right.block]
    expected = np.divide(product, every, out=np.full_like(counts, np.inf), where=product > 0)
    least = np.minimum.reduceat(np.minimum.reduceat(expected, right.starts, axis=1), left.starts, axis=0)
    return Tables(
        n,
        np.where(n > 0, np.maximum(phi, 0.0), 0.0),
        np.add.reduceat((in_row > 0).astype(float), left.starts, axis=0),
        np.add.reduceat((in_column > 0).astype(float), right.starts, axis=1),
        least,
    )


def cramers_v(tables: Tables) -> Share:
    """Bias-corrected Cramér's V, squared.

    References
    ----------
    Bergsma (2013), https://doi.org/10.1016/j.jkss.2012.10.002
    """
    more = np.maximum(tables.n - 1, 1.0)
    rows, columns = tables.rows - 1, tables.columns - 1
    room = np.minimum(rows - rows**2 / more, columns - columns**2 / more)
    known = room > 1e-9
    unit = np.divide(1.0, room * more, out=np.zeros_like(room), where=known)
    value = np.where(known, (tables.phi * more - rows * columns) * unit, 0.0)
    return Share(value, tables.n * tables.phi, rows * columns, unit)


def chance_of_tables(share: Share, tables: Tables, counts: Floats, left: Blocks, right: Blocks) -> Floats:
    """Probability of as large a chi-squared without dependence.

    Where a cell expects fewer than five rows, chi-squared has longer tails than its distribution. There the cell that
    stands out most counts: the bound on the tail of a hypergeometric distribution, times the number of cells.

    References
    ----------
    Chvátal (1979), https://doi.org/10.1016/0012-365X(79)90084-0
    """
    sparse = tables.expected < FEWEST_EXPECTED
    p = share.chance()
    return np.where(sparse & (share.freedom > 0), cell_chance(counts, left, right), p) if sparse.any() else p


def cell_chance(counts: Floats, left: Blocks, right: Blocks) -> Floats:
    """Of each block, a bound on the probability of the cell that stands out most, corrected for the others."""
    in_row = np.add.reduceat(counts, right.starts, axis=1)
    in_column = np.add.reduceat(counts, left.starts, axis=0)
    n = np.maximum(np.add.reduceat(in_row, left.starts, axis=0), 1.0)[left.block][:, right.block]
    sides = in_row[:, right.block], in_column[left.block, :]
    drawn, share = np.minimum(*sides), np.maximum(*sides) / n
    seen = np.divide(counts, drawn, out=np.zeros_like(counts), where=drawn > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside, outside = seen * np.log(seen / share), (1 - seen) * np.log((1 - seen) / (1 - share))
    apart = np.nan_to_num(inside) + np.nan_to_num(outside)
    bound = np.exp(-drawn * np.maximum(apart, 0.0))
    least = np.minimum.reduceat(np.minimum.reduceat(bound, right.starts, axis=1), left.starts, axis=0)
    cells = np.outer(np.bincount(left.block), np.bincount(right.block))
    return np.asarray(np.minimum(1.0, 2 * cells * least))
