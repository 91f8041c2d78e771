"""How remarkably close each synthetic row is to one real row, beside how close real rows are to each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.table.neighbours import NEAR_COPY_QUANTILE
from synthgen.validation.privacy.meeting import rounded_keys
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.search import Neighbours

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Closeness:
    """Evidence on single rows.

    Attributes
    ----------
    synthetic : array of positions
        Searched rows that aren't equal to a real row when both are rounded.
    real : array of positions in the pool
        The real row that each is most like.
    distances : array of shape (n,)
        To the nearest real row, every column weighing alike.
    limit : float
        Distance that 95 % of real rows keep from the nearest other.
    p_values : array of shape (n,)
        Share of real rows of the same class, each left out in turn, that are at least as remarkably close to another.
    """

    synthetic: Places
    real: Places
    distances: Floats
    limit: float
    p_values: Floats


def closeness(pool: Pool) -> Closeness:
    """Compare synthetic rows with real rows that were left out.

    Two signs are taken together: the lead of the most similar real row over the next in bits of likeness, and the
    ratio of the distances to the nearest and to the next (numbers in their own scale). Real rows that equal another
    when rounded are no guide, since synthetic rows that do so are flagged for that.
    """
    real, made = rounded_keys(pool)
    _, group, counts = np.unique(real, return_inverse=True, return_counts=True)
    usual = counts[group[pool.left_out]] == 1
    kept = ~np.isin(made[pool.searched], real)
    signs = []
    for alike, neighbours, mask in zip(
        pool.alike, (pool.neighbours("robust"), pool.usual("robust")), (kept, usual), strict=True
    ):
        signs.append((-lead(alike)[mask], ratio(neighbours)[mask]))
    queries, reference = signs
    classes = pool.synthetic_classes[pool.searched][kept], pool.real_classes[pool.left_out][usual]
    scores = [
        sum(np.log(shares_within(item, fresh, mine, classes[1])) for item, fresh in zip(part, reference, strict=True))
        for part, mine in zip((queries, reference), classes, strict=True)
    ]
    distances = pool.neighbours("quantile").distances[kept, 0]
    apart = pool.usual("quantile").distances[usual, 0]
    limit = float(np.quantile(apart, NEAR_COPY_QUANTILE)) if len(apart) else 0.0
    p_values = shares_within(np.asarray(scores[0]), np.asarray(scores[1]), *classes)
    return Closeness(pool.searched[kept], pool.alike[0].rows[kept, 0], distances, limit, p_values)


def shares(values: Floats, usual: Floats) -> Floats:
    """Share of the usual values that are no larger, the value itself counted as one more of them.

    Examples
    --------
    >>> shares(np.array([0.0, 2.0]), np.array([1.0, 2.0, 3.0])).tolist()
    [0.25, 0.75]
    """
    return np.asarray((1 + np.searchsorted(np.sort(usual), values, side="right")) / (1 + len(usual)))


def shares_within(values: Floats, usual: Floats, classes: Floats, usual_classes: Floats) -> Floats:
    """:func:`shares` among the usual values of the same class: in a rare class rows lie further apart."""
    out = np.ones(len(values))
    for code in np.unique(classes):
        inside = classes == code
        out[inside] = shares(values[inside], usual[usual_classes == code])
    return out


def false_discovery_rates(p_values: Floats, n: int | None = None) -> Floats:
    """q-values of Benjamini and Hochberg (1995), https://doi.org/10.1111/j.2517-6161.1995.tb02031.x.

    Parameters
    ----------
    p_values : array
    n : int, optional
        Number of tests, where more were made than are given.

    Examples
    --------
    >>> false_discovery_rates(np.array([0.01, 0.5, 0.02])).tolist()
    [0.03, 0.5, 0.03]
    """
    tests = len(p_values) if n is None else n
    order = np.argsort(p_values, kind="stable")
    raw = p_values[order] * tests / (1 + np.arange(len(p_values)))
    out = np.empty(len(p_values))
    out[order] = np.minimum(1.0, np.minimum.accumulate(raw[::-1])[::-1])
    return out


def ratio(neighbours: Neighbours) -> Floats:
    """Distance to the nearest real row over that to the next; 1 if they are equally near, or there is no other."""
    if neighbours.distances.shape[1] < 2:
        return np.ones(len(neighbours.distances))
    first, second = neighbours.distances[:, 0], neighbours.distances[:, 1]
    # Distances are in single precision; rounded, equal ratios compare as equal.
    return np.asarray(np.round(np.where(second > 0, first / np.maximum(second, 1e-300), 1.0), 4))


def lead(alike: Neighbours) -> Floats:
    """Bits by which the real row that is most alike is ahead of the next."""
    if alike.distances.shape[1] < 2:
        return np.zeros(len(alike.distances))
    # Rounded, so that equal leads compare as equal whatever their sums went through.
    return np.asarray(np.round(alike.distances[:, 1] - alike.distances[:, 0], 6))
