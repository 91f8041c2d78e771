"""Shares of variance that one column explains of another, and their intervals."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.few_classes import Floats
from synthgen.profiling.multiplicity import LEVEL

GROUPS = 20
Z = 1.959964
WEAK = 50.0
"""Statistic, less its degrees of freedom, up to which a share is so close to 0 that its error depends on it."""


class Share(NamedTuple):
    """Shares of variance of many pairs, corrected for chance, with the statistic that says whether they are beyond it.

    Attributes
    ----------
    value : array
        Below 0 where there is less than chance gives on average.
    statistic, freedom : array
        Chi-squared, or what is distributed like it without dependence, and its degrees of freedom.
    unit : array
        How much share one of ``statistic`` is.
    """

    value: Floats
    statistic: Floats
    freedom: Floats
    unit: Floats

    def chance(self) -> Floats:
        """Probability of as large a statistic without dependence; 1 without degrees of freedom."""
        from scipy.special import chdtrc

        p = chdtrc(np.maximum(self.freedom, 1.0), np.maximum(self.statistic, 0.0))
        return np.asarray(np.where(self.freedom > 0, p, 1.0))


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


def share_interval(share: Share, without: Floats) -> tuple[Floats, Floats]:
    """Ends of a 95 % interval, from the values with one group left out.

    Close to 0 the error depends on the share, and rows left out say too little of it. There the interval holds that of
    a noncentral chi-squared distribution too, whose root is about normal with a standard deviation of 1.
    """
    half = bar() * standard_error(without)
    low, high = share.value - half, share.value + half
    base = (share.freedom - 1) / 2
    middle = np.sqrt(np.maximum(share.statistic - base, 0.0))
    ends = [(np.maximum(middle + side * Z, 0.0) ** 2 - base) * share.unit for side in (-1, 1)]
    weak = share.statistic - share.freedom < WEAK
    return np.where(weak, np.minimum(low, ends[0]), low), np.where(weak, np.maximum(high, ends[1]), high)


def correlation_interval(correlation: Floats, without: Floats) -> tuple[Floats, Floats]:
    """Ends of a 95 % interval for the size of a correlation, on Fisher's scale."""
    inside = 1 - 1e-9
    middle = np.arctanh(np.clip(correlation, -inside, inside))
    half = bar() * standard_error(np.arctanh(np.clip(without, -inside, inside)))
    ends = np.tanh(middle - half), np.tanh(middle + half)
    sizes = np.abs(ends[0]), np.abs(ends[1])
    return np.where(ends[0] * ends[1] <= 0, 0.0, np.minimum(*sizes)), np.maximum(*sizes)
