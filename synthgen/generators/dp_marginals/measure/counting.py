"""Counts of each column alone, with noise, and what the model takes of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.measurements import Levels, Marginal
from synthgen.table.column import Role

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FEW_LEVELS = 8
"""So many codes a column may have, however few rows they have."""

CLEAR = 3.0
"""Standard deviations from which a noisy count is taken for more than noise."""

BIN_NOISE, LABEL_NOISE = 40.0, 10.0
"""Rows that a bin, or a label, should have to stand by itself: as many standard deviations of a round's noise."""


def cells_of(codes: Ints, sizes: tuple[int, ...]) -> Ints:
    """Exact counts of rows, shape ``sizes``; ``codes`` has one column each."""
    place = np.zeros(len(codes), dtype=np.int64)
    for column, size in enumerate(sizes):
        place = place * size + codes[:, column]
    return np.bincount(place, minlength=int(np.prod(sizes))).astype(np.int64).reshape(sizes)


def grouped(levels: Levels, noisy: Floats, sigma: float, fewest: float) -> Levels:
    """Let groups of few rows share a code: neighbouring bins, or labels with other rare ones.

    The classes of a target, and the gap, stand by themselves.

    Parameters
    ----------
    levels : Levels
        With the bins as groups, or each label as a group of its own.
    noisy : array
        Noisy count of each fine level.
    sigma : float
    fewest : float
        Rows that a group should have, so that counts of several columns aren't lost in noise.
    """
    before = np.array(levels.groups, dtype=np.int64)
    counts = np.bincount(before, weights=noisy).tolist()
    if levels.column.role is Role.TARGET:
        codes = list(range(len(counts)))
    elif levels.starts:
        gap = [counts.pop()] if levels.missing else []
        codes = _joined(counts, fewest)
        codes += [codes[-1] + 1 for _ in gap]
    else:
        codes = _pooled(counts, levels.missing, fewest)
    groups = np.array(codes, dtype=np.int64)[before]
    return replace(levels, groups=tuple(groups.tolist()), shares=_shares(noisy, groups, sigma))


def _joined(counts: list[float], fewest: float) -> list[int]:
    """Join neighbouring bins, smallest first, until each has ``fewest`` rows or few are left; the code of each."""
    parts = [[place] for place in range(len(counts))]
    while len(parts) > FEW_LEVELS and min(counts) < fewest:
        sums = [a + b for a, b in pairwise(counts)]
        least = int(np.argmin(counts))
        left = least if least == 0 else least - 1 if least == len(sums) or sums[least - 1] <= sums[least] else least
        counts[left : left + 2] = [sums[left]]
        parts[left : left + 2] = [parts[left] + parts[left + 1]]
    return [code for code, part in enumerate(parts) for _ in part]


def _pooled(counts: list[float], missing: bool, fewest: float) -> list[int]:
    """Let labels that few rows have share a code, all together; the code of each label, and of the gap."""
    last = len(counts) - 1
    order = [place for place in np.argsort(counts).tolist() if not (missing and place == last)]
    rare = [place for place in order[: len(counts) - FEW_LEVELS] if counts[place] < fewest]
    codes, known = [], -1
    shared: int | None = None
    for place in range(len(counts)):
        if place in rare and shared is not None:
            codes.append(shared)
            continue
        known += 1
        codes.append(known)
        shared = known if place in rare else shared
    return codes


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


def rare_labels(levels: Levels, noisy: Floats, sigma: float) -> int:
    """How many declared labels have noisy counts that aren't above the noise."""
    declared = "categories" in levels.column.declared and not levels.starts
    return int((noisy[: len(levels.column.categories or ())] <= CLEAR * sigma).sum()) if declared else 0


def estimated_rows(firsts: list[tuple[Floats, float]]) -> float:
    """Number of rows, from the noisy counts of every column: their sums, each weighted by its noise."""
    weights = np.array([1.0 / (len(noisy) * sigma**2) for noisy, sigma in firsts])
    sums = np.array([noisy.sum() for noisy, _ in firsts])
    return max(1.0, float((weights * sums).sum() / weights.sum()))
