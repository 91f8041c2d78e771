"""Many tests at once: how small a probability has to be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
"""Probability that a search finds anything at all where there is nothing to find."""


def holm(p: NDArray[np.float64], n_tests: int | None = None) -> NDArray[np.float64]:
    """Adjust probabilities so that all those below a level are findings at that level, together.

    Parameters
    ----------
    p : array of shape (n,)
    n_tests : int, optional
        How many tests were made, where those not given have larger probabilities.

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
    order = np.argsort(p, kind="stable")
    left = (n_tests or len(p)) - np.arange(len(p))
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * left)) if len(p) else p
    return adjusted
