"""Intervals by the bootstrap, whole subjects together; Efron (1979), https://doi.org/10.1214/aos/1176344552."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.validation.metric import Interval
from synthgen.validation.privacy.permutation import Permutations

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

REPLICATES = 400


def resampled_weights(permutations: Permutations, rows: Places, rng: np.random.Generator) -> NDArray[np.float32]:
    """How often each row is drawn if subjects are drawn anew, train and holdout apart; shape (n_replicates, n_rows).

    Parameters
    ----------
    permutations : Permutations
    rows : array of positions in the pool
    rng : numpy.random.Generator
    """
    units, which = np.unique(permutations.units[rows], return_inverse=True)
    train = np.zeros(len(units), dtype=bool)
    train[which] = permutations.labels[rows]
    drawn = np.zeros((REPLICATES, len(units)), dtype=np.float32)
    for side in (np.flatnonzero(train), np.flatnonzero(~train)):
        if len(side):
            picks = rng.integers(0, len(side), (REPLICATES, len(side)))
            flat = (np.arange(REPLICATES)[:, None] * len(side) + picks).ravel()
            counts = np.bincount(flat, minlength=REPLICATES * len(side)).reshape(REPLICATES, len(side))
            drawn[:, side] = counts
    return drawn[:, which]


def percentile_interval(values: Floats, low: float = -np.inf, high: float = np.inf) -> Interval:
    """95 % of the resampled values, cut at what is possible."""
    ends = np.quantile(values, [0.025, 0.975])
    return float(np.clip(ends[0], low, high)), float(np.clip(ends[1], low, high))
