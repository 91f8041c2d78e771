"""Bins of an ordered column: PrivTree, which halves intervals where many rows lie, at a cost that doesn't grow with
depth.

References
----------
Zhang, Xiao and Xie (2016), PrivTree, https://doi.org/10.1145/2882903.2882928
"""

from __future__ import annotations

from math import ceil, log

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.mechanism import NoiseSource

FEW_POINTS = 16
"""Columns with as few values as this have a bin for each, which costs nothing."""

HALVES = 2


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
        starts.extend(level[~split, 0].tolist())
        middle = (level[split, 0] + level[split, 1]) // 2
        level = np.concatenate(
            [np.stack([level[split, 0], middle], axis=1), np.stack([middle, level[split, 1]], axis=1)]
        )
        depth += 1
    return (*sorted(starts), size)
