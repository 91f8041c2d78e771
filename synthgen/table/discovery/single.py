"""Rules about one column: above zero, never falling within a group, different in every row."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind, Role
from synthgen.table.constraints import Monotone, Positive, Unique
from synthgen.table.constraints.base import Rows
from synthgen.table.discovery.proposals import NEAR, Draft
from synthgen.table.keys import find_keys
from synthgen.table.number_rules import ENOUGH_ROWS, named_like_key
from synthgen.table.rules import CHANCE
from synthgen.table.schema import Schema

MIRRORED = 0.05
"""Values just below zero for each just above it, at most, where zero is a limit that a few rows go beyond."""

MOST_MONOTONE = 60


def keys(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> Iterator[Draft]:
    """Columns, or pairs of them, that are different in every row; identifiers in nearly every row too."""
    found = find_keys(coded, schema, rng)
    for names in found:
        rule = Unique(names)
        yield Draft("unique", rule, rule)
    for column in schema.of(Kind.IDENTIFIER):
        known = coded[column.name].dropna()
        repeats = int(known.duplicated().sum())
        if len(known) >= ENOUGH_ROWS and (column.name,) not in found and repeats <= (1 - NEAR) * len(known):
            rule = Unique((column.name,))
            yield Draft("unique", rule, rule)


def positive(coded: pd.DataFrame, schema: Schema) -> Iterator[Draft]:
    """Numbers that come near zero but not below it, in all rows or in all but few.

    With values from 100 to 120 nothing is proposed: zero is no limit that they meet.
    """
    for column in schema.of(Kind.CONTINUOUS, Kind.INTEGER):
        if column.role in (Role.IDENTIFIER, Role.SUBJECT):
            continue
        values = coded[column.name].dropna().to_numpy(float)
        if len(values) < ENOUGH_ROWS or (values == values[0]).all():
            continue
        below = np.sort(-values[values < 0])
        if len(below) > (1 - NEAR) * len(values):
            continue
        if len(below):
            reach = float(np.median(below))
            above = int(((values > 0) & (values <= reach)).sum())
            if (below <= reach).sum() > MIRRORED * above:
                continue
        else:
            low, high = np.quantile(values, (0.25, 0.75))
            if values.min() > max(high - low, 0.0):
                continue
        zeros = int((values == 0).sum())
        rule = Positive(column.name, strict=not zeros)
        yield Draft("positive", rule, rule)


def monotone(coded: pd.DataFrame, schema: Schema) -> Iterator[Draft]:
    """Numbers and dates that never fall (or rise) along a date, within each group or the whole table, beyond chance."""
    dates = [column.name for column in schema.of(Kind.DATETIME)]
    groups = [column.name for column in schema if _names_groups(column, coded)]
    columns = [
        column.name for column in schema.of(*ORDERED_KINDS)
        if column.role not in (Role.IDENTIFIER, Role.SUBJECT) and not named_like_key(column.name)
    ][:MOST_MONOTONE]  # fmt: skip
    tries = 2 * len(dates) * len(columns) * (len(groups) + 1)
    bar = math.log(CHANCE / max(1, tries))
    rows: Rows = {name: coded[name].to_numpy() for name in (*dates, *groups, *columns)}
    found: set[frozenset[str]] = set()
    for order in dates:
        for name in columns:
            if name == order or frozenset((order, name)) in found:
                continue
            for by in (None, *groups):
                rules = [Monotone(name, by, order, decreasing) for decreasing in (False, True)]
                kept = [rule for rule in rules if name != by and _beyond_chance(rule, rows, schema, bar)]
                if kept:
                    found.add(frozenset((order, name)))
                    yield Draft("monotone", kept[0], kept[0])
                    break


def _names_groups(column: Column, coded: pd.DataFrame) -> bool:
    """Whether a column tells whose rows these are, several of each."""
    named = column.role is Role.SUBJECT or column.kind is Kind.IDENTIFIER or column.role is Role.IDENTIFIER
    if not named and not (named_like_key(column.name) and column.kind in (*LABEL_KINDS, Kind.INTEGER)):
        return False
    known = coded[column.name].dropna()
    return column.kind is not Kind.TEXT and bool(known.duplicated().mean() > 0.5) and known.nunique() > 1


def _beyond_chance(rule: Monotone, rows: Rows, schema: Schema, bar: float) -> bool:
    """Whether values of a group would hardly come in this order by chance, with few exceptions in all."""
    values = rows[rule.column]
    known = ~np.isnan(values) & ~np.isnan(rows[rule.order or rule.column])
    if known.sum() < ENOUGH_ROWS:
        return False
    part = {name: rows[name][known] for name in rule.columns}
    kept = rule.holds(part, schema)
    if (~kept).sum() > (1 - NEAR) * len(kept):
        return False
    groups = pd.factorize(part[rule.by], use_na_sentinel=False)[0] if rule.by else np.zeros(len(kept), dtype=int)
    n_groups = int(groups.max()) + 1
    sizes, broken = np.bincount(groups), np.bincount(groups, weights=~kept, minlength=n_groups).astype(int)
    # Whichever rows are the exceptions, the others are in order; and whichever groups they are in.
    ways = np.array([_log_choose(int(n), int(k)) for n, k in zip(sizes, broken, strict=True)])
    chances = np.minimum(ways - _log_orders(groups[kept], part[rule.column][kept], n_groups), 0.0)
    return bool(chances.sum() + _log_choose(n_groups + int(broken.sum()) - 1, int(broken.sum())) < bar)


def _log_orders(groups: NDArray[np.int64], values: NDArray[np.float64], n_groups: int) -> NDArray[np.float64]:
    """For each group the log of the number of distinct orders of its values."""
    sizes = np.bincount(groups, minlength=n_groups)
    ties = pd.DataFrame({"group": groups, "value": values}).groupby(["group", "value"], sort=False).size()
    same = np.bincount(
        ties.index.get_level_values(0), weights=[math.lgamma(size + 1) for size in ties], minlength=n_groups
    )
    return np.array([math.lgamma(int(size) + 1) for size in sizes]) - same


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
