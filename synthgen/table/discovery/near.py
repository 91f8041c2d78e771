"""Sums, products, one-hot groups and orders that all but few rows keep."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pandas as pd
from scipy.stats import binom

from synthgen.table.column import OPAQUE_KINDS, ORDERED_KINDS, Kind, Role
from synthgen.table.constraints import Constraint, Formula, Inequality, Linear, OneHot
from synthgen.table.constraints.base import Rows
from synthgen.table.discovery.proposals import NEAR, Draft, could_refute
from synthgen.table.number_rules import ENOUGH_ROWS
from synthgen.table.one_hot import find_one_hot
from synthgen.table.products import find_products
from synthgen.table.rules import CHANCE, Total, find_rules
from synthgen.table.schema import Schema

DRAWS, ROWS_DRAWN = 8, 60
"""Of 60 rows, all keep a rule that 99 % of the table keep, with a probability of 55 %: of 8 draws one finds it."""

LEAST_UNORDERED = 0.1
"""Share of pairs that would be out of order, were two columns unrelated: with less, a few rows that are say little."""

MOST_COLUMNS = 60
SCREEN_ROWS = 2_000


def near_computed(
    coded: pd.DataFrame, schema: Schema, exact: list[Constraint], rng: np.random.Generator
) -> Iterator[Draft]:
    """Sums, products and groups that hold in all of a few rows beyond chance, and in nearly all of the table.

    After the random samples of Fischler and Bolles (1981), https://doi.org/10.1145/358669.358692.

    Parameters
    ----------
    exact : list of Constraint
        Rules of all rows: what they give or are about isn't proposed a second time.
    """
    if len(coded) < 2 * ROWS_DRAWN:
        return
    given = {rule.gives for rule in exact if rule.gives}
    rows: Rows = {name: coded[name].to_numpy() for name in coded.columns}
    seen = {frozenset(rule.columns) for rule in exact}
    grouped = {name for rule in exact if isinstance(rule, OneHot) for name in rule.names}
    for _ in range(DRAWS):
        some = coded.iloc[rng.permutation(len(coded))[:ROWS_DRAWN]].reset_index(drop=True)
        for family, rule in _computed(some, schema, rng):
            about = frozenset(rule.columns)
            if about in seen or rule.gives in given or (isinstance(rule, OneHot) and about & grouped):
                continue
            could = could_refute(rule, rows, schema)
            broken = int((~rule.holds(rows, schema) & could).sum())
            if 0 < broken <= (1 - NEAR) * could.sum():
                seen.add(about)
                given |= {rule.gives} if rule.gives else set()
                grouped |= about if isinstance(rule, OneHot) else set()
                yield Draft(family, rule, rule)


def _computed(some: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> Iterator[tuple[str, Constraint]]:
    rules = find_rules(some, schema, rng)
    for total in rules.totals:
        yield "sum", as_linear(total)
    for product in find_products(some, schema, rng, rules):
        yield "product", Formula(product.column, product.expression)
    for names in find_one_hot(some, schema, rules):
        yield "one-hot group", OneHot(names)


def as_linear(total: Total) -> Linear:
    """A found sum as it can be declared."""
    return Linear(total.column, dict(zip(total.parts, map(float, total.signs), strict=True)))


def near_orders(
    coded: pd.DataFrame, schema: Schema, exact: list[Constraint], rng: np.random.Generator
) -> Iterator[Draft]:
    """Pairs of columns of which one is above the other in few rows, far fewer than if they were unrelated."""
    left_out = {*OPAQUE_KINDS, Role.IDENTIFIER, Role.SUBJECT}
    columns = [c for c in schema if c.kind in ORDERED_KINDS and not {c.kind, c.role} & left_out][:MOST_COLUMNS]
    values = {column.name: coded[column.name].to_numpy(float) for column in columns}
    some = rng.permutation(len(coded))[:SCREEN_ROWS]
    bar = math.log(CHANCE / max(1, len(columns) ** 2))
    orders = {(rule.low, rule.high) for rule in exact if isinstance(rule, Inequality)}
    found: list[tuple[str, str]] = []
    for a, b in permutations(columns, 2):
        low, high = values[a.name], values[b.name]
        if (a.kind is Kind.DATETIME) != (b.kind is Kind.DATETIME) or (low[some] > high[some]).mean() > 2 * (1 - NEAR):
            continue
        known = ~np.isnan(low) & ~np.isnan(high)
        broken, n = int((low > high).sum()), int(known.sum())
        if n < ENOUGH_ROWS or not 0 < broken <= (1 - NEAR) * n or (low[known] < high[known]).mean() < 0.5:
            continue
        kept = _kept_if_unrelated(low[known], high[known])
        if 1 - kept >= LEAST_UNORDERED and binom.logsf(n - broken - 1, n, kept) < bar:
            found.append((a.name, b.name))
    every = {*orders, *found}
    for low_name, high_name in found:
        between = {name for name in values if {(low_name, name), (name, high_name)} <= every}
        if not between:
            rule = Inequality(low_name, high_name)
            yield Draft("inequality", rule, rule)


def _kept_if_unrelated(low: np.ndarray, high: np.ndarray) -> float:
    """Share of all pairs of values that are in order."""
    ascending = np.sort(high)
    return float(1 - np.searchsorted(ascending, low, side="left").mean() / len(ascending))
