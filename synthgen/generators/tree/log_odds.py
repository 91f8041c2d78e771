"""What the trees of a node say of rows: one row, or many at a time, to the same bits."""

from __future__ import annotations

import numpy as np
from numba import njit

from synthgen.generators.tree.boosting import ALL, LEAF, SPREAD, answer

AT_ONCE = 256
"""Rows that go through a tree together."""


@njit(nogil=True, cache=True)
def log_odds_at(model, codes, i, node, x):  # type: ignore[no-untyped-def]
    """Log-odds, before the offset, that the class of row ``i`` is not below the node's cut; ``x`` is spare room."""
    total = model.base[node]
    if model.first[node] == model.last[node]:
        return total
    for f in range(len(model.parents)):
        code = codes[i, model.parents[f]]
        slot = model.slots[f]
        x[f] = code if slot < 0 else model.ranks[node, slot, code]
    for tree in range(model.first[node], model.last[node]):
        total += answer(model.trees, tree, x)
    return total


@njit(nogil=True, cache=True)
def room_for(model):  # type: ignore[no-untyped-def]
    """Room for what is known of some rows at a time: their codes, the leaves left to them, and which codes are read."""
    n = len(model.parents)
    return np.empty((n, AT_ONCE), np.uint8), np.empty(AT_ONCE, np.uint32), np.empty(n, np.bool_)


@njit(nogil=True, cache=True)
def log_odds_of(model, codes, order, start, stop, node, room, out):  # type: ignore[no-untyped-def]
    """As :func:`log_odds_at`, of the rows ``order[start:stop]`` into ``out[start:stop]``, to the same bits.

    Some rows at a time go through a tree together, split by split, which the processor does for many rows at once.
    """
    x, left, read = room
    trees, first, last = model.trees, model.first[node], model.last[node]
    out[start:stop] = model.base[node]
    if first == last:
        return
    read[:] = False
    for tree in range(first, last):
        for s in range(trees.feature.shape[1]):
            if trees.sides[tree, s, 0] != trees.sides[tree, s, 1]:
                read[trees.feature[tree, s]] = True
    for begin in range(start, stop, AT_ONCE):
        n = min(AT_ONCE, stop - begin)
        for f in range(len(model.parents)):
            if read[f]:
                parent, slot = model.parents[f], model.slots[f]
                for r in range(n):
                    x[f, r] = codes[order[begin + r], parent]
                if slot >= 0:
                    for r in range(n):
                        x[f, r] = model.ranks[node, slot, x[f, r]]
        for tree in range(first, last):
            left[:n] = ALL
            for s in range(trees.feature.shape[1]):
                low, high = trees.sides[tree, s, 0], trees.sides[tree, s, 1]
                if low != high:
                    own, threshold = x[trees.feature[tree, s]], trees.threshold[tree, s]
                    for r in range(n):
                        left[r] &= high if own[r] > threshold else low
            for r in range(n):
                out[begin + r] += trees.value[tree, LEAF[np.uint32(left[r] * SPREAD) >> np.uint32(27)]]
