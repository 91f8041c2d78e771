"""Which columns give a group away, singly and together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.bias.crossfit import cross_fitted, features_matrix
from synthgen.profiling.bias.grouping import Grouping, group_rows
from synthgen.profiling.bias.intervals import LEVEL, Ends
from synthgen.profiling.bias_parts import Proxy
from synthgen.table.schema import Schema

BINS = 20
FEWEST_ROWS = 50
"""Rows of a group, and of all others, from which an area under a curve is worth stating."""

MOST_ASKED = 4
WEAKEST = 0.65
"""An area from which a column is called a proxy: a row of the group then ranks above another one two times in three."""

Floats = NDArray[np.float64]
Counts = NDArray[Any]


def proxies_of(
    grouping: Grouping, coded: pd.DataFrame, schema: Schema, names: list[str], rng: np.random.Generator
) -> list[Proxy]:
    """Tell groups by each column, and by all of them together.

    Parameters
    ----------
    grouping : Grouping
        Of the rows of ``coded``.
    coded : pandas.DataFrame
    names : list of str
        The columns that may predict.

    Returns
    -------
    list of Proxy
        All columns together first, then best first. Empty where no two groups have 50 rows.
    """
    counts = grouping.counts
    large = [int(i) for i in np.argsort(-counts, kind="stable") if counts[i] >= FEWEST_ROWS and not grouping.pooled[i]]
    asked = [i for i in large[:MOST_ASKED] if len(coded) - counts[i] >= FEWEST_ROWS]
    if len(large) < 2 or not asked or not names:
        return []
    if len(large) == 2 and counts[large].sum() == len(coded):
        asked = asked[:1]  # to tell one of two is to tell the other
    half = rng.permutation(len(coded)) % 2 == 0
    single = [_single(grouping, coded[name], schema, asked, half) for name in names]
    return [_joint(grouping, features_matrix(coded, schema, names), asked, rng), *sorted(single, key=lambda p: -p.auc)]


def _single(grouping: Grouping, values: pd.Series, schema: Schema, asked: list[int], half: NDArray[np.bool_]) -> Proxy:
    from scipy.stats import chi2_contingency

    column = schema[str(values.name)]
    bins = group_rows(values, column, bins=BINS, most=BINS).codes
    width = int(bins.max()) + 1
    tables = [np.zeros((len(grouping.labels), width)) for _ in range(2)]
    for side, table in zip((half, ~half), tables, strict=True):
        np.add.at(table, (grouping.codes[side], bins[side]), 1)
    both = tables[0] + tables[1]
    both = both[both.sum(axis=1) >= FEWEST_ROWS]
    both = both[:, both.sum(axis=0) > 0]  # a bin may have rows of small groups alone
    p_value = float(chi2_contingency(both, correction=False).pvalue) if min(both.shape) > 1 else 1.0
    best: tuple[float, float, int] = (-1.0, 0.0, asked[0])
    for group in asked:
        found = [_area_of_bins(fit, rest, group) for fit, rest in (tables, tables[::-1])]
        area, variance = sum(a for a, _ in found) / 2, sum(v for _, v in found) / 4
        best = max(best, (area, variance, group))
    return Proxy(
        grouping.feature, column.name, grouping.labels[best[2]], best[0], _ends(best[0], best[1], len(asked)), p_value
    )


def _area_of_bins(fit: Floats, rest: Floats, group: int) -> tuple[float, float]:
    """Area under the curve of rows scored by their bin's share of the group among other rows, and its variance."""
    total = fit.sum(axis=0)
    prior = fit[group].sum() / max(fit.sum(), 1)
    score = (fit[group] + prior) / (total + 1)
    order = np.argsort(score, kind="stable")
    distinct = np.unique(score[order], return_inverse=True)[1]
    mine = np.bincount(distinct, weights=rest[group][order])
    others = np.bincount(distinct, weights=(rest.sum(axis=0) - rest[group])[order])
    return _delong(mine, others)


def _delong(mine: Counts, others: Counts) -> tuple[float, float]:
    """Area and variance from counts at each score, lowest first.

    DeLong, DeLong and Clarke-Pearson (1988), https://doi.org/10.2307/2531595.
    """
    n, m = mine.sum(), others.sum()
    if n < 2 or m < 2:
        return 0.5, 0.25
    above_others = (np.cumsum(others) - others / 2) / m
    below_mine = (n - np.cumsum(mine) + mine / 2) / n
    area = float(mine @ above_others / n)
    spread = mine @ (above_others - area) ** 2 / (n - 1) / n + others @ (below_mine - area) ** 2 / (m - 1) / m
    return area, float(spread)


def _joint(grouping: Grouping, features: pd.DataFrame, asked: list[int], rng: np.random.Generator) -> Proxy:
    from scipy.stats import norm

    # Small groups are one class more, so that every fold has rows of each.
    place = {group: i for i, group in enumerate(asked)}
    classes = np.array([place.get(i, len(asked)) for i in range(len(grouping.labels))])[grouping.codes]
    chances = cross_fitted(features, classes, rng)
    found = []
    for group in asked:
        _, score = np.unique(chances[:, place[group]], return_inverse=True)
        member = grouping.codes == group
        found.append((*_delong(np.bincount(score, member), np.bincount(score, ~member)), group))
    area, variance, group = max(found)
    p_values = [float(norm.sf((a - 0.5) / max(v, 1e-12) ** 0.5)) for a, v, _ in found]
    p_value = min(1.0, min(p_values) * len(found))
    return Proxy(grouping.feature, None, grouping.labels[group], area, _ends(area, variance, len(asked)), p_value)


def _ends(area: float, variance: float, groups: int) -> Ends:
    """Interval on the logit scale, so that it stays below 1."""
    from scipy.stats import norm

    z = float(norm.ppf(1 - (1 - LEVEL) / (2 * groups)))
    if not 0 < area < 1:
        return (area, area)
    centre, spread = np.log(area / (1 - area)), z * variance**0.5 / (area * (1 - area))
    low, high = 1 / (1 + np.exp(-(centre - spread))), 1 / (1 + np.exp(-(centre + spread)))
    return float(low), float(high)
