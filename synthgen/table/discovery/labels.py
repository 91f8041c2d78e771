"""Labels that go together in far fewer ways than unrelated ones would."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.constraints import FixedCombinations
from synthgen.table.constraints.base import Rows
from synthgen.table.discovery.proposals import Draft
from synthgen.table.rules import CHANCE, MOST_LEVELS
from synthgen.table.schema import Schema

MOST_COLUMNS = 60
FEWER = 2
"""Times as many combinations as there are would be expected of unrelated labels, at least."""

MOST_NEW = 0.005
"""Share of rows with a combination of their own, at most: about as many of new rows would have one never seen (Good,
1953, https://doi.org/10.1093/biomet/40.3-4.237)."""


def fixed_combinations(coded: pd.DataFrame, schema: Schema, related: Collection[frozenset[str]]) -> Iterator[Draft]:
    """Pairs of labels of which most combinations never occur, beyond chance.

    Parameters
    ----------
    related : collection of frozenset of str
        Pairs of which one follows from the other: that says more.
    """
    n = len(coded)
    columns = [
        column.name for column in schema
        if column.kind in LABEL_KINDS and column.role not in (Role.IDENTIFIER, Role.SUBJECT)
        and 2 < len(column.categories or ()) <= MOST_LEVELS
    ][:MOST_COLUMNS]  # fmt: skip
    codes = {name: pd.factorize(coded[name].to_numpy(float), use_na_sentinel=False)[0] for name in columns}
    bar = math.log(CHANCE / max(1, len(columns) ** 2))
    rows: Rows = {name: coded[name].to_numpy(float) for name in columns}
    for a, b in combinations(columns, 2):
        if frozenset((a, b)) in related or not n:
            continue
        table = np.zeros((codes[a].max() + 1, codes[b].max() + 1))
        np.add.at(table, (codes[a], codes[b]), 1.0)
        if min(table.shape) < 2:
            continue
        if _log_chance(table) < bar and (table == 1).sum() <= MOST_NEW * n and _far_fewer(table):
            rule = FixedCombinations((a, b))
            yield Draft("fixed combinations", rule, rule.fitted(rows, schema))


def _expected(table: np.ndarray) -> np.ndarray:
    """Rows of each combination, were the labels unrelated."""
    return np.asarray(table.sum(axis=1)[:, None] * table.sum(axis=0)[None, :] / table.sum())


def _far_fewer(table: np.ndarray) -> bool:
    expected = float((1 - np.exp(-_expected(table))).sum())
    return FEWER * int((table > 0).sum()) <= expected


def _log_chance(table: np.ndarray) -> float:
    """Log of a bound on the probability that so many combinations stay empty by chance, whichever they are."""
    empty = int((table == 0).sum())
    ways = math.lgamma(table.size + 1) - math.lgamma(empty + 1) - math.lgamma(table.size - empty + 1)
    return float(ways - _expected(table)[table == 0].sum())
