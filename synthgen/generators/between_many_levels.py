"""Rows between neighbours where labels have too many levels to lay each of them out as a column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.table.distance import HALF, MOST_LEVELS
from synthgen.table.neighbours import nearest

Floats = NDArray[np.float64]

AT_ONCE = 5_000


def between_many_levels(
    matrix: Floats, is_label: NDArray[np.bool_], n: int, k: int, rng: np.random.Generator
) -> Floats:
    """Draw rows on the lines between rows and their neighbours, as SMOTE-NC does, in memory linear in rows.

    Two labels that differ are as far apart as the numbers spread (the median of their standard deviations). Labels
    beyond the 49 commonest of a column count as one where neighbours are looked for, as in
    :class:`synthgen.table.distance.DistanceSpace`. A new row has the label that most of the neighbours have; of labels
    that as many have, any.

    Parameters
    ----------
    matrix : array of shape (n_rows, n_columns)
        Scaled numbers, and labels as codes.
    is_label : boolean array of shape (n_columns,)
    n : int
        Rows to draw.
    k : int
        Neighbours of each row.
    rng : numpy.random.Generator

    Returns
    -------
    array of shape (n, n_columns)

    References
    ----------
    Chawla et al. (2002), https://doi.org/10.1613/jair.953, section 6.1
    """
    points = _points(matrix, is_label)
    sources = rng.integers(0, len(matrix), n)
    distinct, place = np.unique(sources, return_inverse=True)
    near = np.concatenate(
        [_neighbours(distinct[start : start + AT_ONCE], points, k) for start in range(0, len(distinct), AT_ONCE)]
    )[place]
    chosen = near[np.arange(n), rng.integers(0, near.shape[1], n)]
    out = matrix[sources]
    out[:, ~is_label] += rng.random((n, 1)) * (matrix[chosen] - matrix[sources])[:, ~is_label]
    for j in np.flatnonzero(is_label):
        out[:, j] = commonest(matrix[near, j], rng)
    return out


def _points(matrix: Floats, is_label: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Where rows lie: numbers, and an axis for each common label."""
    numbers = matrix[:, ~is_label]
    apart = HALF * (float(np.median(numbers.std(axis=0))) or 1.0 if numbers.shape[1] else 1.0)
    parts = [numbers.astype(np.float32)]
    for column in matrix[:, is_label].T:
        levels, codes, counts = np.unique(column, return_inverse=True, return_counts=True)
        axis = np.full(len(levels), MOST_LEVELS - 1)
        common = np.argsort(-counts, kind="stable")[: MOST_LEVELS - 1]
        axis[common] = np.arange(len(common))
        shown = np.zeros((len(column), int(axis.max()) + 1), dtype=np.float32)
        shown[np.arange(len(column)), axis[codes]] = apart
        parts.append(shown)
    return np.hstack(parts)


def _neighbours(rows: NDArray[np.intp], points: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """The ``k`` nearest other rows of each."""
    found = nearest(points[rows], points, k + 1)[1]
    others = found != rows[:, None]
    # Among copies a row need not be its own first neighbour; then the last one found is left out.
    others[others.all(axis=1), -1] = False
    return np.asarray(found[others].reshape(len(rows), -1))


def commonest(values: Floats, rng: np.random.Generator) -> Floats:
    """The value that each row has most often; of equals, any.

    Examples
    --------
    >>> commonest(np.array([[7.0, 2.0, 7.0], [1.0, 1.0, 1.0]]), np.random.default_rng(0)).tolist()
    [7.0, 1.0]
    """
    votes = (values[:, :, None] == values[:, None, :]).sum(axis=2) + rng.random(values.shape)
    return np.asarray(values[np.arange(len(values)), votes.argmax(axis=1)])
