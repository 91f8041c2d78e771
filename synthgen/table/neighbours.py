"""Nearest neighbours in a distance space, exact and bounded in memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors


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
    search = NearestNeighbors(algorithm="brute").fit(np.ascontiguousarray(reference))
    found = search.kneighbors(np.ascontiguousarray(queries), min(k + skip_self, len(reference)), return_distance=False)
    if skip_self:
        own = found == np.arange(len(queries))[:, None]
        own[~own.any(axis=1), -1] = True  # hidden among more duplicates than k: any of them will do
        found = found[~own].reshape(len(queries), k)
    distances = np.empty(found.shape)
    for j in range(found.shape[1]):
        difference = queries - reference[found[:, j]]
        distances[:, j] = np.sqrt(np.einsum("ij,ij->i", difference, difference))
    order = np.argsort(distances, axis=1, kind="stable")
    return np.take_along_axis(distances, order, 1), np.take_along_axis(found, order, 1)
