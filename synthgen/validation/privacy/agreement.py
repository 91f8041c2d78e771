"""Which real row a synthetic row agrees with in the most remarkable way, column by column."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthgen.validation.privacy.threads import in_parts

Single = NDArray[np.float32]
Places = NDArray[np.int64]

_BLOCK = 512


def best_agreement(queries: Places, real: Places, weights: Single) -> tuple[Single, Single, Places]:
    """Find the real row with which each query shares the values that fewest rows have.

    Parameters
    ----------
    queries, real : arrays of codes, shape (n, d) and (m, d)
        Equal values have equal codes; -1 agrees with nothing.
    weights : array of shape (m, d)
        How much an agreement in each value of a real row is worth.

    Returns
    -------
    best, next_best : arrays of shape (n,)
        Summed weights of the columns that agree, for the best real row and for the next.
    rows : array of positions, shape (n,)
    """
    codes, columns = queries.astype(np.float32), np.ascontiguousarray(real.T.astype(np.float32))
    worth = np.ascontiguousarray(weights.T)
    best, following, rows = in_parts(
        len(codes), len(codes) * len(real), lambda part: _search(codes[part], columns, worth)
    )
    return best, following, rows


@njit(nogil=True, cache=True, fastmath=True)
def _add(worth: Single, column: Single, weights: Single, code: np.float32) -> None:
    for j in range(worth.shape[0]):
        worth[j] += weights[j] if column[j] == code else np.float32(0)


@njit(nogil=True, cache=True, fastmath=True)
def _above(worth: Single, limit: np.float32) -> int:
    count = 0
    for j in range(worth.shape[0]):
        count += worth[j] > limit
    return count


@njit(nogil=True, cache=True)
def _search(queries: Single, real: Single, weights: Single) -> tuple[Single, Single, Places]:
    n, m = queries.shape[0], real.shape[1]
    best, following = np.full(n, -1, np.float32), np.full(n, -1, np.float32)
    rows = np.zeros(n, np.int64)
    space = np.empty(_BLOCK, np.float32)
    for start in range(0, m, _BLOCK):
        stop = min(m, start + _BLOCK)
        worth = space[: stop - start]
        for i in range(n):
            worth[:] = np.float32(0)
            for c in range(real.shape[0]):
                if queries[i, c] >= 0:
                    _add(worth, real[c, start:stop], weights[c, start:stop], queries[i, c])
            if _above(worth, following[i]) == 0:
                continue
            for j in range(stop - start):
                if worth[j] > best[i]:
                    following[i] = best[i]
                    best[i] = worth[j]
                    rows[i] = start + j
                elif worth[j] > following[i]:
                    following[i] = worth[j]
    return best, following, rows
