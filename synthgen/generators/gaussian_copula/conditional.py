"""Rows of a Gaussian copula given some of their columns: known values, or ranges of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from synthgen.generators.margins import Margin

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CELLS = 4_096
"""Places along a margin at which a condition is tried."""

MOST_TRIES = 200
"""Draws of the conditioned variables for each row that is asked for, at most."""

EDGE = 1e-12


def level_of(values: Floats, margin: Margin, rng: np.random.Generator) -> Floats:
    """Level of each value in its margin: at random within an atom, which has many.

    Examples
    --------
    >>> margin = Margin(np.array([0.0, 0.5, 0.5, 1.0]), np.array([0.0, 0.0, 1.0, 3.0]))
    >>> level_of(np.array([2.0]), margin, np.random.default_rng(0)).tolist()
    [0.75]
    """
    levels, points = margin.levels, margin.values
    first, after = np.searchsorted(points, values, "left"), np.searchsorted(points, values, "right")
    last = len(points) - 1
    low, high = np.clip(first - 1, 0, last), np.clip(first, 0, last)
    step = np.where(points[high] > points[low], points[high] - points[low], 1.0)
    between = levels[low] + np.clip((values - points[low]) / step, 0.0, 1.0) * (levels[high] - levels[low])
    start, end = levels[np.clip(first, 0, last)], levels[np.clip(after - 1, 0, last)]
    return np.asarray(np.where(after > first, start + rng.random(len(values)) * (end - start), between))


def given(latent: Floats, correlation: Floats, known: Sequence[int], scores: Floats) -> Floats:
    """Move unconditional draws to what they would be had some variables these scores.

    Parameters
    ----------
    latent : array of shape (n, n_variables)
        Draws of the whole distribution.
    correlation : array of shape (n_variables, n_variables)
    known : list of int
        Variables that are known.
    scores : array of shape (n, n_known)

    Returns
    -------
    array of shape (n, n_variables)
        Exact draws of the conditional distribution (Journel and Huijbregts, 1978: conditioning by kriging).
    """
    at = list(known)
    inner = correlation[np.ix_(at, at)] + 1e-9 * np.eye(len(at))
    weights = np.linalg.solve(inner, correlation[at])
    out = latent + (scores - latent[:, at]) @ weights
    out[:, at] = scores
    return np.asarray(out)


def middles(margin: Margin) -> Floats:
    """Values in the middle of each of the ``CELLS`` of a margin."""
    return margin.quantile((np.arange(CELLS) + 0.5) / CELLS)


def scores_within(
    n: int, root: Floats, cells: Mapping[int, Bools], rng: np.random.Generator
) -> tuple[Floats, float] | None:
    """Draw the conditioned variables alone until each of ``n`` rows lies in cells that are allowed.

    Parameters
    ----------
    root : array of shape (n_variables, n_variables)
        Its product with its own transpose is the correlation.
    cells : mapping of int to boolean array of shape (CELLS,)
        Conditioned variables.

    Returns
    -------
    scores : array of shape (n, n_conditioned)
    share : float
        Share of the draws that met the conditions.
    None, where hardly any draw did.
    """
    at = list(cells)
    if len(at) == 1:
        own = np.flatnonzero(cells[at[0]])
        if not len(own):
            return None
        levels = (own[rng.integers(0, len(own), n)] + rng.random(n)) / CELLS
        return ndtri(np.clip(levels, EDGE, 1 - EDGE))[:, None], len(own) / CELLS
    # Only the conditioned variables: what else a row has is drawn once it is known that the row will do.
    inner = np.linalg.cholesky((root @ root.T)[np.ix_(at, at)] + 1e-9 * np.eye(len(at)))
    parts: list[Floats] = []
    have = drawn = 0
    while have < n and drawn < MOST_TRIES * n + 10_000:
        size = int(np.clip((n - have) * max(drawn, 1) / max(have, 1) * 1.1, 1_000, 200_000))
        scores = rng.standard_normal((size, len(at))) @ inner.T
        places = np.minimum((ndtr(scores) * CELLS).astype(np.int64), CELLS - 1)
        good = np.logical_and.reduce([cells[j][places[:, k]] for k, j in enumerate(at)])
        parts.append(scores[good])
        have, drawn = have + int(good.sum()), drawn + size
    if not have:
        return None
    found = np.concatenate(parts)
    # So rare that they must serve more than once: what else a row has is drawn anew each time.
    return found[np.arange(n) % have], have / drawn
