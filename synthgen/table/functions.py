"""Columns that are a function of another: each value of one goes with one value of the other, beyond chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Column

CHANCE = 1e-6
"""Were a column unrelated to what it is said to follow from, every order of its values would be equally likely: a rule
counts only if the share of orders in which it holds, times the number of rules looked at, is below this."""

CHANCE_OF_RARE = 0.01
MOST_LEVELS = 256
SCREEN_ROWS = 2_000
_FIRST_AND_ALL = (slice(0, 20_000), slice(None))
"""Most columns are refuted by the first rows."""

Floats = NDArray[np.float64]
Pairs = set[tuple[Any, Any]]


class Levels(NamedTuple):
    """A column of few distinct values: numbered as they appear, so that equal codes mean a one-to-one relation."""

    levels: Floats
    codes: NDArray[np.int16] | NDArray[np.int32]
    counts: NDArray[np.int64]


def levels_of(values: Floats) -> Levels | None:
    """The levels of a column that has few; None if it has many, or one."""
    if len(np.unique(values[:SCREEN_ROWS])) > MOST_LEVELS:
        return None
    codes, levels = pd.factorize(values, use_na_sentinel=False)
    return Levels(levels, codes.astype(np.int16), np.bincount(codes)) if 2 <= len(levels) <= MOST_LEVELS else None


def many_levels_of(column: Column, values: Floats) -> Levels | None:
    """A label with more levels than are compared pair by pair."""
    if column.kind not in LABEL_KINDS:
        return None
    codes, levels = pd.factorize(values, use_na_sentinel=False)
    return Levels(levels, codes.astype(np.int32), np.bincount(codes)) if len(levels) > MOST_LEVELS else None


def log_orders(counts: NDArray[np.int64]) -> float:
    """Log of the number of distinct orders of values that occur so often."""
    sizes, times = np.unique(counts, return_counts=True)
    same: float = sum(time * math.lgamma(size + 1) for size, time in zip(sizes.tolist(), times.tolist(), strict=True))
    return math.lgamma(int(counts.sum()) + 1) - same


def _beyond_chance(rows: NDArray[np.int64], values: NDArray[Any], bar: float) -> bool:
    """Whether levels of so many rows could hardly have these values (as codes), without contradiction, by chance.

    Given each level's first row, the others agree in one order of their values only. The less common half of the levels
    must show it too, or what the common ones do (both columns missing, or zero) would vouch for levels of one row.
    """
    rare = np.argsort(rows, kind="stable")[: len(rows) // 2 + 1]
    every, some = (log_orders(np.bincount(values[at], rows[at] - 1)) for at in (np.arange(len(rows)), rare))
    return every > -bar and (len(np.unique(values[rare])) == 1 or some > -math.log(CHANCE_OF_RARE))


def _values_at(by: Levels, column: Levels) -> NDArray[Any]:
    """Code of a column's value in the first row of every level of another."""
    return column.codes[np.unique(by.codes, return_index=True)[1]]


def mapping(by: Levels, column: Levels) -> tuple[Floats, Floats]:
    """Levels of one column in order, and the value of the other that goes with each."""
    order = np.argsort(by.levels)
    return by.levels[order], column.levels[_values_at(by, column)[order]]


def functions_of_few(bys: Mapping[Any, Levels], columns: Mapping[Any, Levels], rng: np.random.Generator) -> Pairs:
    """Pairs (by, column) in which the column is a function of ``by``, beyond chance."""
    alike: dict[bytes, list[Any]] = {}
    for key, column in columns.items():
        alike.setdefault(column.codes.tobytes(), []).append(key)
    groups, items = list(alike.values()), [columns[keys[0]] for keys in alike.values()]
    found: Pairs = set()
    if not groups:
        return found
    # Rows that differ from a column's usual value are those that refute: a few for each must be among the rows.
    rows = [rng.choice(np.flatnonzero(item.codes != item.counts.argmax()), 8) for item in items]
    chosen = np.concatenate([rng.permutation(len(items[0].codes))[:SCREEN_ROWS], *rows])
    sample = np.column_stack([item.codes[chosen] for item in items])
    bar = math.log(CHANCE / (len(bys) * len(columns) + 1))
    for key, by in bys.items():
        _, first, level = np.unique(by.codes[chosen], return_index=True, return_inverse=True)
        for place in np.flatnonzero((sample == sample[first[level]]).all(axis=0)):
            values = _values_at(by, items[place])
            if (values[by.codes] == items[place].codes).all() and _beyond_chance(by.counts, values, bar):
                found |= {(key, other) for other in groups[place] if other != key}
    return found


def functions_of_many(many: Mapping[str, Levels], few: Mapping[str, Levels]) -> Pairs:
    """Pairs (by, column) where ``by`` is a label of many levels: a product, and the group that it belongs to.

    Most levels may have one row, which can't refute anything: those of two rows and more must vouch for the rule.
    """
    found: Pairs = set()
    columns = {**few, **many}
    bar = math.log(CHANCE / (len(many) * len(columns) + 1))
    for key, by in many.items():
        first, several = np.unique(by.codes, return_index=True)[1], by.counts > 1
        for other, column in columns.items():
            if len(column.levels) >= len(by.levels) or other == key:
                continue
            values = column.codes[first]
            holds = all((values[by.codes[rows]] == column.codes[rows]).all() for rows in _FIRST_AND_ALL)
            if holds and _beyond_chance(by.counts[several], values[several], bar):
                found.add((key, other))
    return found
