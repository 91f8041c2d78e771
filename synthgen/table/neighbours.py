"""Nearest neighbours in a distance space, exact and bounded in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

NEAR_COPY_QUANTILE = 0.05
"""A near copy is closer to a real row than 95 % of real rows are to their nearest neighbour."""

SPARE = 3


def nearest(
    queries: NDArray[np.floating], reference: NDArray[np.floating], k: int = 1, *, skip_self: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Find the ``k`` nearest reference rows of each query row (Euclidean distance).

    Parameters
    ----------
    queries : array of shape (n, d)
    reference : array of shape (m, d)
    k : int
        At most ``m`` (``m - 1`` with ``skip_self``); a larger one is cut down.
    skip_self : bool
        ``queries`` is ``reference``: leave each row itself out, but not its duplicates.

    Returns
    -------
    distances, indices : arrays of shape (n, k)
        Ascending. Distances are recomputed from the differences, so a copy is at exactly 0.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[0.0], [1.0], [5.0]])
    >>> nearest(rows, rows, skip_self=True)[1].ravel().tolist()
    [1, 0, 1]
    """
    if len(reference) < 1 + skip_self:
        raise ValueError("there are no reference rows to search")
    k = min(k, len(reference) - skip_self)
    # Searched in single precision, which is twice as fast; a few more candidates than asked for make up for
    # its rounding, and the exact distances decide among them.
    wanted = min(k + skip_self + SPARE, len(reference))
    search = NearestNeighbors(algorithm="brute").fit(np.ascontiguousarray(reference, dtype=np.float32))
    found = search.kneighbors(np.ascontiguousarray(queries, dtype=np.float32), wanted, return_distance=False)
    distances = np.empty(found.shape)
    for j in range(found.shape[1]):
        difference = queries - reference[found[:, j]]
        distances[:, j] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    if skip_self:
        distances[found == np.arange(len(queries))[:, None]] = np.inf
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(distances, order, 1), np.take_along_axis(found, order, 1)
