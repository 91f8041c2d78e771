"""Intervals of measures of dependence, from rows left out a group at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.few_classes import Floats
from synthgen.profiling.multiplicity import LEVEL

GROUPS = 20


def groups_of_rows(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Divide so many rows into groups of about the same size, at random."""
    return np.asarray(rng.permutation(n) % GROUPS, dtype=np.int64)


def standard_error(without: Floats) -> Floats:
    """Standard error of a measure, from its values of shape (groups, ...) with one group left out.

    References
    ----------
    Shao and Wu (1989), https://doi.org/10.1214/aos/1176347263
    """
    return np.asarray(np.sqrt((GROUPS - 1) / GROUPS * ((without - without.mean(axis=0)) ** 2).sum(axis=0)))


def bar(pairs: int = 1) -> float:
    """Standard errors beyond which a measure is apart from another, in one of so many pairs."""
    from scipy.special import stdtrit

    return float(stdtrit(GROUPS - 1, 1 - LEVEL / 2 / pairs))
