"""Gradient-boosted trees for one yes-or-no question, on columns of small codes: the compiled part."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]

Masks = NDArray[np.uint32]

MOST_LEAVES = 32
LEAST_PLAIN = 1.25
"""Smallest Hessian of a leaf if each row counted for one: at least five rows, so that a heavy one alone is no leaf."""

ALL = np.uint32(0xFFFFFFFF)
SPREAD = np.uint32(0x077CB531)
"""A de Bruijn sequence: shifted to the left by each of 0 to 31, its first five bits are all different."""

LEAF = np.zeros(MOST_LEAVES, np.uint8)
"""Leaf of a mask with one bit, by the first five bits of the mask times ``SPREAD``."""
LEAF[((int(SPREAD) << np.arange(MOST_LEAVES)) & 0xFFFFFFFF) >> 27] = np.arange(MOST_LEAVES)


class Strength(NamedTuple):
    """How hard the trees try.

    Parameters
    ----------
    rounds : int
        Trees, at most.
    rate : float
        Share of each tree's answer that is taken.
    leaves : int
        Leaves of a tree, from 2 to ``MOST_LEAVES``.
    ridge : float
        Penalty on a leaf's answer, in units of the Hessian (a row in doubt counts 1/4).
    least : float
        Smallest Hessian of a leaf.
    patience : int
        Trees without a better validation likelihood before it stops.
    worth : float
        Log-likelihood (nats) that the trees must gain on the validation rows to be kept at all.
    """

    rounds: int
    rate: float
    leaves: int
    ridge: float
    least: float
    patience: int
    worth: float


class Trees(NamedTuple):
    """Trees of at most ``MOST_LEAVES`` leaves, each a row of every array.

    A row of the table starts at all leaves (one bit each). Every split leaves it those on its side, and those
    that the split isn't above of; one bit is left in the end. No step waits for the one before, which makes this
    several times as fast as walking from node to node (an idea of QuickScorer, Lucchese et al., 2015,
    https://doi.org/10.1145/2766462.2767733).

    Parameters
    ----------
    feature : int16 array of shape (n_trees, n_splits)
    threshold : uint8 array of shape (n_trees, n_splits)
        Codes up to the threshold are on the first side.
    sides : uint32 array of shape (n_trees, n_splits, 2)
        Leaves that each side leaves.
    value : float32 array of shape (n_trees, n_splits + 1)
        Log-odds that each leaf adds.
    """

    feature: NDArray[np.int16]
    threshold: Codes
    sides: Masks
    value: NDArray[np.float32]


class _Leaves(NamedTuple):
    """Leaves of the tree that is growing: their rows, sums, and best split."""

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    gradient: Floats
    hessian: Floats
    plain: Floats
    gain: Floats
    feature: NDArray[np.int64]
    threshold: NDArray[np.int64]
    left_gradient: Floats
    left_hessian: Floats
    left_plain: Floats


def no_trees(size: int, leaves: int) -> Trees:
    """Room for ``size`` trees; splits that a tree doesn't need leave every leaf."""
    if not 2 <= leaves <= MOST_LEAVES:
        raise ValueError(f"a tree has 2 to {MOST_LEAVES} leaves; got {leaves}")
    return Trees(
        np.zeros((size, leaves - 1), np.int16),
        np.zeros((size, leaves - 1), np.uint8),
        np.full((size, leaves - 1, 2), ALL),
        np.zeros((size, leaves), np.float32),
    )


@njit(nogil=True, cache=True)
def _fill(histogram, x, gradient, hessian, plain, rows, start, stop):  # type: ignore[no-untyped-def]
    weighted = histogram.shape[2] > 2
    histogram[:] = 0
    for at in range(start, stop):
        i = rows[at]
        g, h = gradient[i], hessian[i]
        for f in range(x.shape[1]):
            cell = histogram[f, x[i, f]]
            cell[0] += g
            cell[1] += h
            if weighted:
                cell[2] += plain[i]


@njit(nogil=True, cache=True)
def _find_split(leaves, k, histogram, n_bins, ridge, least):  # type: ignore[no-untyped-def]
    total_g, total_h, total_plain = leaves.gradient[k], leaves.hessian[k], leaves.plain[k]
    last = histogram.shape[2] - 1
    base = total_g * total_g / (total_h + ridge)
    best = 0.0
    for f in range(len(n_bins)):
        g, h, plain = 0.0, 0.0, 0.0
        for b in range(n_bins[f] - 1):
            g += histogram[f, b, 0]
            h += histogram[f, b, 1]
            plain += histogram[f, b, last]
            if h < least or plain < LEAST_PLAIN:
                continue
            rest = total_h - h
            if rest < least or total_plain - plain < LEAST_PLAIN:
                break
            gain = g * g / (h + ridge) + (total_g - g) * (total_g - g) / (rest + ridge) - base
            if gain > best:
                best = gain
                leaves.feature[k], leaves.threshold[k] = f, b
                leaves.left_gradient[k], leaves.left_hessian[k], leaves.left_plain[k] = g, h, plain
    leaves.gain[k] = best


@njit(nogil=True, cache=True)
def _divide(rows, spare, start, stop, x, f, threshold):  # type: ignore[no-untyped-def]
    """Put the rows that go left first, both sides in their order; give where the right side starts."""
    a, b = start, 0
    for at in range(start, stop):
        i = rows[at]
        if x[i, f] <= threshold:
            rows[a] = i
            a += 1
        else:
            spare[b] = i
            b += 1
    for k in range(b):
        rows[a + k] = spare[k]
    return a


@njit(nogil=True, cache=True)
def _set_leaf(leaves, k, start, stop, gradient, hessian, plain):  # type: ignore[no-untyped-def]
    leaves.start[k], leaves.stop[k] = start, stop
    leaves.gradient[k], leaves.hessian[k], leaves.plain[k] = gradient, hessian, plain


@njit(nogil=True, cache=True)
def _note_split(sides, split, old, new, new_is_first):  # type: ignore[no-untyped-def]
    """Take down that leaf ``old`` was split, one side of it now being leaf ``new``."""
    bit, added = np.uint32(1 << old), np.uint32(1 << new)
    for s in range(split):
        for side in range(2):
            # Leaves outside a split's part of the tree are on both of its sides.
            if sides[s, side] & bit:
                sides[s, side] |= added
            else:
                sides[s, side] &= ~added
    sides[split, 0] = ~bit if new_is_first else ~added
    sides[split, 1] = ~added if new_is_first else ~bit


@njit(nogil=True, cache=True)
def _grow(x, gradient, hessian, plain, n_bins, strength, trees, tree, leaves, histograms, rows, spare):  # type: ignore[no-untyped-def]
    """Grow one tree, best leaf first; give the number of its leaves."""
    n = len(x)
    weighted = len(plain) > 0
    total_g, total_h, total_plain = 0.0, 0.0, 0.0
    for i in range(n):
        rows[i] = i
        total_g += gradient[i]
        total_h += hessian[i]
        total_plain += plain[i] if weighted else hessian[i]
    _fill(histograms[0], x, gradient, hessian, plain, rows, 0, n)
    _set_leaf(leaves, 0, 0, n, total_g, total_h, total_plain)
    _find_split(leaves, 0, histograms[0], n_bins, strength.ridge, strength.least)
    trees.sides[tree] = ALL
    count = 1
    while count < strength.leaves:
        k = np.argmax(leaves.gain[:count])
        if leaves.gain[k] <= 0:
            break
        f, threshold, start, stop = leaves.feature[k], leaves.threshold[k], leaves.start[k], leaves.stop[k]
        middle = _divide(rows, spare, start, stop, x, f, threshold)
        g, h, own = leaves.left_gradient[k], leaves.left_hessian[k], leaves.left_plain[k]
        rest_g, rest_h, rest = leaves.gradient[k] - g, leaves.hessian[k] - h, leaves.plain[k] - own
        trees.feature[tree, count - 1], trees.threshold[tree, count - 1] = f, threshold
        # The smaller side's histogram is counted, the other's is what is left of the parent's.
        first_is_new = middle - start <= stop - middle
        if first_is_new:
            _fill(histograms[count], x, gradient, hessian, plain, rows, start, middle)
            _set_leaf(leaves, count, start, middle, g, h, own)
            _set_leaf(leaves, k, middle, stop, rest_g, rest_h, rest)
        else:
            _fill(histograms[count], x, gradient, hessian, plain, rows, middle, stop)
            _set_leaf(leaves, count, middle, stop, rest_g, rest_h, rest)
            _set_leaf(leaves, k, start, middle, g, h, own)
        _note_split(trees.sides[tree], count - 1, k, count, first_is_new)
        for f in range(len(n_bins)):
            for b in range(n_bins[f]):
                histograms[k, f, b, 0] -= histograms[count, f, b, 0]
                histograms[k, f, b, 1] -= histograms[count, f, b, 1]
                if weighted:
                    histograms[k, f, b, 2] -= histograms[count, f, b, 2]
        for side in (k, count):
            _find_split(leaves, side, histograms[side], n_bins, strength.ridge, strength.least)
        count += 1
    # The first split, which every row meets, also takes away the leaves that there aren't.
    for side in range(2):
        trees.sides[tree, 0, side] &= np.uint32((1 << count) - 1)
    return count


@njit(nogil=True, cache=True, inline="always")
def answer(trees, tree, x):  # type: ignore[no-untyped-def]
    """What a tree adds to the log-odds of a row with the codes ``x``."""
    left = ALL
    for s in range(trees.feature.shape[1]):
        left &= trees.sides[tree, s, np.uint8(x[trees.feature[tree, s]] > trees.threshold[tree, s])]
    return trees.value[tree, LEAF[np.uint32(left * SPREAD) >> np.uint32(27)]]


@njit(nogil=True, cache=True)
def _loss(logits, y, weights):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(len(y)):
        z = -logits[i] if y[i] else logits[i]
        total += weights[i] * (np.log1p(np.exp(z)) if z < 30 else z)
    return total


@njit(nogil=True, cache=True)
def boost(x, y, weights, x_val, y_val, weights_val, n_bins, base, strength, trees):  # type: ignore[no-untyped-def]
    """Fit trees one after the other to what is left, and keep as many as the validation rows call for.

    Parameters
    ----------
    x, x_val : uint8 arrays of shape (n, n_features), (n_val, n_features)
    y, y_val : uint8 arrays of 0 and 1
    weights, weights_val : arrays of shape (n,), (n_val,)
        How many rows each counts for, at least one.
    n_bins : int array of shape (n_features,)
    base : float
        Log-odds to start from.
    strength : Strength
    trees : Trees
        Filled from the first on; has room for ``strength.rounds``.

    Returns
    -------
    int
        Trees that are kept.
    """
    n, n_features = x.shape
    most = strength.leaves
    logits, logits_val = np.full(n, base), np.full(len(y_val), base)
    gradient, hessian = np.empty(n, np.float32), np.empty(n, np.float32)
    # Hessian of the rows themselves, which tells how many a leaf has; where each counts for one, it is the same.
    weighted = weights.max() > 1.0
    plain = np.empty(n if weighted else 0, np.float32)
    rows, spare = np.empty(n, np.int32), np.empty(n, np.int32)
    histograms = np.zeros((most, n_features, n_bins.max(), 3 if weighted else 2), np.float32)
    leaves = _Leaves(
        np.zeros(most, np.int64), np.zeros(most, np.int64), np.zeros(most), np.zeros(most), np.zeros(most),
        np.zeros(most), np.zeros(most, np.int64), np.zeros(most, np.int64), np.zeros(most), np.zeros(most),
        np.zeros(most),
    )  # fmt: skip
    first = best = _loss(logits_val, y_val, weights_val)
    kept = 0
    for turn in range(strength.rounds):
        for i in range(n):
            p = 1.0 / (1.0 + np.exp(-logits[i]))
            gradient[i] = weights[i] * (y[i] - p)
            hessian[i] = weights[i] * p * (1.0 - p)
            if weighted:
                plain[i] = p * (1.0 - p)
        count = _grow(x, gradient, hessian, plain, n_bins, strength, trees, turn, leaves, histograms, rows, spare)
        if count == 1:
            break
        for k in range(count):
            step = strength.rate * leaves.gradient[k] / (leaves.hessian[k] + strength.ridge)
            trees.value[turn, k] = step
            for at in range(leaves.start[k], leaves.stop[k]):
                logits[rows[at]] += step
        for i in range(len(y_val)):
            logits_val[i] += answer(trees, turn, x_val[i])
        loss = _loss(logits_val, y_val, weights_val)
        if loss < best - 1e-9:
            best, kept = loss, turn + 1
        elif turn + 1 - kept >= strength.patience:
            break
    return 0 if first - best < strength.worth else kept
