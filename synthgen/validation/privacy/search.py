"""Exact nearest neighbours of rows laid out by columns: labels are compared, not spread over axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthgen.validation.privacy.encodings import Laid, Single
from synthgen.validation.privacy.threads import in_parts

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_BLOCK = 512
_FASTER = {"reassoc", "nsz", "contract", "arcp", "nnan"}
"""Sums may be taken in any order; no number is NaN. Infinity is one: a row is compared with it until k are found."""


@dataclass(frozen=True)
class Neighbours:
    """Nearest real rows.

    Attributes
    ----------
    distances : array of shape (n_queries, k)
        Ascending.
    rows : array of shape (n_queries, k)
        Positions in the pool. Between equally near rows chance decides, since the pool is shuffled.
    """

    distances: Floats
    rows: Places


def nearest_laid(queries: Laid, real: Laid, k: int, itself: Places | None = None) -> Neighbours:
    """Find the ``k`` nearest real rows of each query.

    A table with labels of many levels is searched several times as fast as with an axis for each level, and equal
    rows are at distance exactly 0. Of equally near rows those that come first are taken.

    Parameters
    ----------
    queries, real : Laid
    k : int
        Cut down to the number of rows there are.
    itself : array of positions, shape (n_queries,), optional
        The real row that each query is, to be left out.

    Returns
    -------
    Neighbours
    """
    k = min(k, len(real) - (itself is not None))
    if k < 1:
        raise ValueError("there are no real rows to search")
    own = np.full(len(queries), -1, dtype=np.int64) if itself is None else itself
    columns = [np.ascontiguousarray(part.T) for part in (real.ordered, real.labels, real.weights)]

    def search(rows: Places) -> tuple[Single, Places]:
        part = queries.take(rows)
        return _search(part.ordered, part.labels, part.weights, columns[0], columns[1], columns[2], own[rows], k)

    squared, rows = in_parts(len(queries), len(queries) * len(real), search)
    return Neighbours(np.sqrt(squared.astype(np.float64)), rows)


# Small loops over whole slices, so that many rows are worked on at once: ten times as fast as one loop over all.


@njit(nogil=True, cache=True, fastmath=_FASTER)
def add_ordered(squared: Single, column: Single, value: np.float32) -> None:
    """Add the squared distance in a column of numbers."""
    for j in range(squared.shape[0]):
        gap = value - column[j]
        squared[j] += gap * gap


@njit(nogil=True, cache=True, fastmath=_FASTER)
def add_label(squared: Single, column: Single, heavy: Single, code: np.float32, weight: np.float32) -> None:
    """Add the squared distance in a column of labels: both rows' weights where they differ."""
    for j in range(squared.shape[0]):
        squared[j] += (weight + heavy[j]) if column[j] != code else np.float32(0)


@njit(nogil=True, cache=True, fastmath=_FASTER)
def _below(squared: Single, limit: np.float32) -> int:
    count = 0
    for j in range(squared.shape[0]):
        count += squared[j] < limit
    return count


@njit(nogil=True, cache=True)
def keep_nearer(squared: Single, start: int, own: int, best: Single, rows: Places) -> None:
    """Put those of a run of rows that are nearer than the last kept in their place; ``best`` and ``rows`` change."""
    k = len(best)
    last = best[k - 1]
    if _below(squared, last) == 0:
        return
    for j in range(squared.shape[0]):
        if squared[j] < last and start + j != own:
            place = k - 1
            while place > 0 and best[place - 1] > squared[j]:
                best[place] = best[place - 1]
                rows[place] = rows[place - 1]
                place -= 1
            best[place] = squared[j]
            rows[place] = start + j
            last = best[k - 1]


@njit(nogil=True, cache=True)
def _search(
    q_ordered: Single, q_labels: Single, q_weights: Single, ordered: Single, labels: Single, weights: Single,
    own: Places, k: int,
) -> tuple[Single, Places]:  # fmt: skip
    n_queries, n = len(q_ordered), max(ordered.shape[1], labels.shape[1])
    best = np.full((n_queries, k), np.inf, np.float32)
    rows = np.full((n_queries, k), -1, np.int64)
    space = np.empty(_BLOCK, np.float32)
    for start in range(0, n, _BLOCK):
        stop = min(n, start + _BLOCK)
        squared = space[: stop - start]
        for i in range(n_queries):
            squared[:] = np.float32(0)
            for c in range(ordered.shape[0]):
                add_ordered(squared, ordered[c, start:stop], q_ordered[i, c])
            for c in range(labels.shape[0]):
                add_label(squared, labels[c, start:stop], weights[c, start:stop], q_labels[i, c], q_weights[i, c])
            keep_nearer(squared, start, own[i], best[i], rows[i])
    return best, rows
