"""Many tests at once: how small a probability has to be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
"""Probability that a search finds anything at all where there is nothing to find."""


def holm(p: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Adjust probabilities so that all those below a level are findings at that level, together.

    Parameters
    ----------
    p : array of shape (n,)
    weights : array of shape (n,), optional
        Which part of the level each test has, above 0; alike if not given. Only their ratios count.

    Returns
    -------
    array of shape (n,)

    References
    ----------
    Holm (1979), https://www.jstor.org/stable/4615733

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    weights = np.ones(len(p)) if weights is None else weights
    order = np.argsort(p / weights, kind="stable")
    ordered = weights[order]
    left = ordered.sum() - np.concatenate([[0.0], np.cumsum(ordered)[:-1]]) if len(p) else ordered
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, p[order] / ordered * left))
    return adjusted
