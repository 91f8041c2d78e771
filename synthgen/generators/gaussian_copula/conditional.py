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

EDGE, TINY = 1e-12, 1e-300
RIDGE = 1e-4
"""Added to the variance of what is known: correlations are estimated, and columns that follow from another are told
from it by rounding alone."""


def levels_of(values: Floats, margin: Margin) -> tuple[Floats, Floats]:
    """Lowest and highest level of each value in its margin: an atom has many, any other value one.

    Examples
    --------
    >>> margin = Margin(np.array([0.0, 0.5, 0.5, 1.0]), np.array([0.0, 0.0, 1.0, 3.0]))
    >>> low, high = levels_of(np.array([0.0, 2.0]), margin)
    >>> low.tolist(), high.tolist()
    ([0.0, 0.75], [0.5, 0.75])
    """
    levels, points = margin.levels, margin.values
    first, after = np.searchsorted(points, values, "left"), np.searchsorted(points, values, "right")
    last = len(points) - 1
    below, above = np.clip(first - 1, 0, last), np.clip(first, 0, last)
    step = np.where(points[above] > points[below], points[above] - points[below], 1.0)
    between = levels[below] + np.clip((values - points[below]) / step, 0.0, 1.0) * (levels[above] - levels[below])
    there = after > first
    return np.where(there, levels[above], between), np.where(there, levels[np.clip(after - 1, 0, last)], between)


def scores_between(correlation: Floats, low: Floats, high: Floats, rng: np.random.Generator) -> Floats:
    """Draw variables that are known to lie in a cell each, so that they go with one another.

    One after the other, each given those before it and cut to its cell (Genz 1992,
    https://doi.org/10.1080/10618600.1992.10477010); the narrowest cells come first. To draw each cell's variable by
    itself would put what is strongly correlated where it never is together.

    Parameters
    ----------
    correlation : array of shape (k, k)
    low, high : array of shape (n, k)
        Ends of each cell; equal where the score itself is known.

    Returns
    -------
    array of shape (n, k)
    """
    order = np.argsort((ndtr(high) - ndtr(low)).mean(axis=0), kind="stable")
    root = np.linalg.cholesky(correlation[np.ix_(order, order)] + RIDGE * np.eye(len(order)))
    noise, out = np.zeros(low.shape), np.zeros(low.shape)
    for k, j in enumerate(order):
        mean, spread = noise[:, :k] @ root[k, :k], root[k, k]
        ends = np.stack([low[:, j] - mean, high[:, j] - mean]) / spread
        # Beyond the middle the other tail is used, where levels are told apart.
        turned = ends[0] > 0
        tails = np.sort(ndtr(np.where(turned, -ends, ends)), axis=0)
        drawn = ndtri(np.clip(tails[0] + rng.random(len(low)) * (tails[1] - tails[0]), TINY, 1 - EDGE))
        noise[:, k] = np.clip(np.where(turned, -drawn, drawn), ends[0], ends[1])
        out[:, j] = np.clip(mean + spread * noise[:, k], low[:, j], high[:, j])
    return out


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
    inner = correlation[np.ix_(at, at)] + RIDGE * np.eye(len(at))
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
