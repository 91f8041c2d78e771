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
    """Let groups of levels that noise hides share a code: neighbouring bins, or labels with other rare ones.

    The classes of a target, and the gap, stand by themselves.

    Parameters
    ----------
    levels : Levels
        With the bins as groups, or each label as a group of its own.
    noisy : array
        Noisy count of each fine level.
    sigma : float
    """
    before = np.array(levels.groups, dtype=np.int64)
    members = np.bincount(before)
    hidden = np.bincount(before, weights=noisy) < CLEAR * sigma * np.sqrt(members)
    if levels.column.role is Role.TARGET or len(members) <= FEW_LEVELS:
        hidden[:] = False
    if levels.missing:
        hidden[before[-1]] = False
    codes: list[int] = []
    count, shared = 0, -1
    for is_hidden in hidden:
        if is_hidden and shared >= 0:
            codes.append(shared)
            continue
        codes.append(count)
        if is_hidden:
            shared = count
        elif levels.starts:
            shared = -1
        count += 1
    groups = np.array(codes, dtype=np.int64)[before]
    return replace(levels, groups=tuple(groups.tolist()), shares=_shares(noisy, groups, sigma))


def _shares(noisy: Floats, groups: Ints, sigma: float) -> tuple[float, ...]:
    """Part of each level in its group: the noisy counts, drawn to their mean as far as noise explains their spread.

    James and Stein's estimator, with no part below zero.
    """
    shares = np.ones(len(groups))
    for group in range(int(groups.max(initial=-1)) + 1):
        own = np.flatnonzero(groups == group)
        mean = float(noisy[own].mean())
        spread = float(((noisy[own] - mean) ** 2).sum())
        kept = max(0.0, 1 - max(len(own) - 3, 1) * sigma**2 / spread) if spread > 0 else 0.0
        counts = np.maximum(mean + kept * (noisy[own] - mean), 0.0)
        shares[own] = counts / counts.sum() if counts.sum() > 0 else 1 / len(own)
    return tuple(shares.tolist())


def one_way(place: int, levels: Levels, noisy: Floats, sigma: float) -> Marginal:
    """The noisy counts of a column in the model's codes; a code of several levels has more noise."""
    groups = np.array(levels.groups, dtype=np.int64)
    counts = np.bincount(groups, weights=noisy, minlength=levels.size)
    mean = float(np.sqrt(np.bincount(groups, minlength=levels.size).mean())) if levels.size else 1.0
    return Marginal((place,), counts.astype(np.float64), sigma * mean)


def estimated_rows(firsts: list[tuple[Floats, float]]) -> float:
    """Number of rows, from the noisy counts of every column: their sums, each weighted by its noise."""
    weights = np.array([1.0 / (len(noisy) * sigma**2) for noisy, sigma in firsts])
    sums = np.array([noisy.sum() for noisy, _ in firsts])
    return max(1.0, float((weights * sums).sum() / weights.sum()))
