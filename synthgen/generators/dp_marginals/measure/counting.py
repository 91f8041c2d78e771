"""Counts of each column alone, with noise, and what the model takes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.measurements import Levels, Marginal
from synthgen.table.column import Role

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FEW_LEVELS = 8
"""Columns of as few levels keep each."""

CLEAR = 3.0
"""Noisy counts from as many standard deviations on stand by themselves."""


def cells_of(codes: Ints, sizes: tuple[int, ...]) -> Ints:
    """Exact counts of rows, shape ``sizes``; ``codes`` has one column each."""
    place = np.zeros(len(codes), dtype=np.int64)
    for column, size in enumerate(sizes):
        place = place * size + codes[:, column]
    return np.bincount(place, minlength=int(np.prod(sizes))).astype(np.int64).reshape(sizes)


def grouped(levels: Levels, noisy: Floats, sigma: float) -> Levels:
    """Let levels that noise hides share a code: neighbouring bins, or labels with other rare ones.

    The classes of a target, and the gap, stand by themselves.
    """
    size = levels.fine
    hidden = noisy < CLEAR * sigma
    if size <= FEW_LEVELS or levels.column.role is Role.TARGET:
        hidden = np.zeros(size, dtype=bool)
    groups: list[int] = []
    count, shared = 0, -1
    for place in range(size):
        gap = levels.missing and place == size - 1
        if hidden[place] and not gap and shared >= 0:
            groups.append(shared)
            continue
        groups.append(count)
        if hidden[place] and not gap:
            shared = count
        elif levels.starts:
            shared = -1
        count += 1
    return replace(levels, groups=tuple(groups), shares=_shares(noisy, np.array(groups)))


def _shares(noisy: Floats, groups: Ints) -> tuple[float, ...]:
    positive = np.maximum(noisy, 0.0)
    totals = np.bincount(groups, weights=positive) if len(groups) else np.zeros(0)
    sizes = np.bincount(groups) if len(groups) else np.zeros(0)
    own = np.divide(positive, totals[groups], out=1.0 / sizes[groups], where=totals[groups] > 0)
    return tuple(own.tolist())


def one_way(place: int, levels: Levels, noisy: Floats, sigma: float) -> Marginal:
    """The noisy counts of a column in the model's codes; a code of several levels has more noise."""
    groups = np.array(levels.groups)
    counts = np.bincount(groups, weights=noisy, minlength=levels.size)
    mean = float(np.sqrt(np.bincount(groups, minlength=levels.size).mean())) if levels.size else 1.0
    return Marginal((place,), counts, sigma * mean)


def estimated_rows(firsts: list[tuple[Floats, float]]) -> float:
    """Number of rows, from the noisy counts of every column: their sums, each weighted by its noise."""
    weights = np.array([1.0 / (len(noisy) * sigma**2) for noisy, sigma in firsts])
    sums = np.array([noisy.sum() for noisy, _ in firsts])
    return max(1.0, float((weights * sums).sum() / weights.sum()))
