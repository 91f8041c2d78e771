"""Bins of an ordered column by PrivTree: intervals with many rows are halved, at a cost that doesn't grow with depth.

References
----------
Zhang, Xiao and Xie (2016), PrivTree, https://doi.org/10.1145/2882903.2882928
"""

from __future__ import annotations

from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.measurements import Levels
from synthgen.generators.dp_marginals.mechanism import NoiseSource
from synthgen.generators.dp_marginals.public import grid_of
from synthgen.table.column import Column

FEW_POINTS = 16
"""Columns with as few values as this have a bin for each, which costs nothing."""

FINE_POINTS = 128
"""Columns with as few values are counted value by value, so that those that stand out within a bin are kept."""

HALVES = 2

MOST_BINS = 128
"""Where noise is small, halving ends once a column has as many bins, though more could be told apart."""


def tree_scale(epsilon: float, rows_per_unit: int) -> float:
    """Scale of the Laplace noise on the count of every interval."""
    return (2 * HALVES - 1) / (HALVES - 1) * rows_per_unit / epsilon


def private_bins(
    points: NDArray[np.int64], size: int, epsilon: float, rows_per_unit: int, noise: NoiseSource
) -> tuple[int, ...]:
    """Divide the grid points 0 … ``size - 1`` into bins.

    Parameters
    ----------
    points : array of int64
        Where the rows lie.
    size : int
    epsilon : float
        What it may cost, in pure differential privacy.
    rows_per_unit : int
    noise : NoiseSource

    Returns
    -------
    tuple of int
        Where each bin starts, and ``size`` at the end.
    """
    if size <= FEW_POINTS:
        return tuple(range(size + 1))
    scale = tree_scale(epsilon, rows_per_unit)
    decay = ceil(scale * log(HALVES))
    ordered = np.sort(points)
    starts: list[int] = []
    level = np.array([[0, size]], dtype=np.int64)
    depth = 0
    while len(level):
        inside = np.searchsorted(ordered, level[:, 1]) - np.searchsorted(ordered, level[:, 0])
        biased = np.maximum(inside - depth * decay, -decay).astype(np.int64)
        # An interval of one point can't be halved, which is known beforehand; its noise is drawn all the same.
        split = (noise.laplace(biased, scale) > 0) & (level[:, 1] - level[:, 0] > 1)
        if len(starts) + len(level) + split.sum() > MOST_BINS:
            split[:] = False
        starts.extend(level[~split, 0].tolist())
        middle = (level[split, 0] + level[split, 1]) // 2
        level = np.concatenate(
            [np.stack([level[split, 0], middle], axis=1), np.stack([middle, level[split, 1]], axis=1)]
        )
        depth += 1
    return (*sorted(starts), size)


def binned(column: Column, starts: tuple[int, ...]) -> Levels:
    """Levels of an ordered column: its bins, or the values in them where these are few."""
    _, size = grid_of(column)
    fine = tuple(range(size + 1)) if size <= FINE_POINTS else starts
    groups = np.searchsorted(starts, fine[:-1], side="right") - 1
    return _with_gap(column, fine, groups.tolist())


def labelled(column: Column) -> Levels:
    """Levels of a column of labels."""
    return _with_gap(column, (), list(range(len(column.categories or ()))))


def _with_gap(column: Column, starts: tuple[int, ...], groups: list[int]) -> Levels:
    if column.nullable:
        groups = [*groups, max(groups, default=-1) + 1]
    return Levels(column, starts, missing=column.nullable, groups=tuple(groups))
