"""Intervals of shares, of their differences and ratios, and p-values corrected for many questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.multiplicity import holm

Ends = tuple[float, float]
Counts = NDArray[Any]

LEVEL = 0.95
ALPHA = 1 - LEVEL


def wilson(k: int, n: int, level: float = LEVEL) -> Ends:
    """Interval of a share; Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953."""
    from scipy.stats import binomtest

    found = binomtest(int(k), int(n)).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def pairs_level(groups: int) -> float:
    """Level of one pair's interval so that those of all pairs of groups hold together (Bonferroni)."""
    return 1 - ALPHA / max(1, groups * (groups - 1) // 2)


def difference_interval(first: float, of_first: Ends, second: float, of_second: Ends) -> Ends:
    """Interval of ``first - second`` from an interval of each.

    Newcombe's hybrid of Wilson intervals, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.

    Examples
    --------
    His example of 56 of 70 against 48 of 80:

    >>> low, high = difference_interval(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    >>> round(low, 4), round(high, 4)
    (0.0524, 0.3339)
    """
    gap = first - second
    return (
        gap - math.hypot(first - of_first[0], of_second[1] - second),
        gap + math.hypot(of_first[1] - first, second - of_second[0]),
    )


def ratio_interval(first: float, of_first: Ends, second: float, of_second: Ends) -> Ends:
    """Interval of ``first / second``, both at least 0, from an interval of each.

    Donner and Zou (2012), https://doi.org/10.1177/0962280210383999: it holds where one of them is 0, where
    those by logarithms don't exist.

    Examples
    --------
    >>> low, high = ratio_interval(0.0, wilson(0, 50), 0.5, wilson(25, 50))
    >>> round(low, 3), round(high, 3)
    (0.0, 0.148)
    """
    product = first * second
    (l1, u1), (l2, u2) = of_first, of_second

    def root(value: float) -> float:
        return math.sqrt(max(value, 0.0))

    below, above = u2 * (2 * second - u2), l2 * (2 * second - l2)
    low = (product - root(product**2 - l1 * below * (2 * first - l1))) / below if below > 0 else l1 / max(u2, 1e-12)
    high = (product + root(product**2 - u1 * above * (2 * first - u1))) / above if above > 0 else math.inf
    return max(low, 0.0), high


def holm_by_family(p_values: Sequence[float], families: Sequence[str]) -> list[float]:
    """Correct p-values for all of them, each family having the same part of the level however many it asks.

    Holm's procedure with weights (1979, https://www.jstor.org/stable/4615733): a family of forty columns
    doesn't drown one that asks a single question.

    Examples
    --------
    Of one family it is Holm's own; of two, the lonely p-value counts for as much as the two others:

    >>> holm_by_family([0.01, 0.04, 0.03], ["a", "a", "a"])
    [0.03, 0.06, 0.06]
    >>> holm_by_family([0.01, 0.04, 0.03], ["a", "b", "b"])
    [0.02, 0.06, 0.06]
    """
    size = {family: families.count(family) for family in set(families)}
    weights = np.array([1 / (len(size) * size[family]) for family in families])
    return [round(float(p), 12) for p in holm(np.array(p_values, dtype=float), weights)]


def alike(hits: Counts, counts: Counts) -> float:
    """Give the p-value that groups have one rate: Pearson's test, Fisher's exact one for two small groups."""
    from scipy.stats import chi2_contingency, fisher_exact

    table = np.column_stack([hits, counts - hits])
    table = table[counts > 0]
    if len(table) < 2 or not (table.sum(axis=0) > 0).all():
        return 1.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    if table.shape == (2, 2) and expected.min() < 10:
        return float(fisher_exact(table.astype(int)).pvalue)
    return float(chi2_contingency(table, correction=False).pvalue)
