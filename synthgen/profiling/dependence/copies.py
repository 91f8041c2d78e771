"""Rows and columns that are there more than once, or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from synthgen.profiling.dependence.results import HoldingRule, RepeatedRows
from synthgen.profiling.few_classes import Floats
from synthgen.profiling.row_copies import Hashes, repeats, value_hashes
from synthgen.table.column import Column
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.schema import Schema

STRENGTH = 0.95
SAME = 0.99
"""Share of the rows in which two columns must agree to be nearly the same."""

MOST_PAIRS = 100
CELLS = 10_000_000
"""Values that are sorted at most to find rows with one difference: about two seconds."""

FEWEST_COLUMNS = 3


def near_copies(
    coded: pd.DataFrame, columns: Sequence[Column], strength: Floats, rules: Sequence[HoldingRule]
) -> tuple[HoldingRule, ...]:
    """Name pairs of columns that are nearly the same: equal, or one-to-one, in 99 % of the rows.

    Parameters
    ----------
    coded : pandas.DataFrame
        Rows to look at.
    columns : sequence of Column
    strength : array of shape (n_columns, n_columns)
        Associations; the 100 strongest from .95 are looked at.
    rules : sequence of HoldingRule
        Pairs that these give as copies, or each from the other, aren't named again.
    """
    known = {frozenset(rule.columns) for rule in rules if rule.kind in ("copy", "determined")}
    pairs = [(a, b) for a, b in combinations(range(len(columns)), 2) if strength[a, b] >= STRENGTH]
    found = []
    for a, b in sorted(pairs, key=lambda pair: -strength[pair])[:MOST_PAIRS]:
        names = columns[a].name, columns[b].name
        if frozenset(names) not in known:
            found += _nearly_same(coded, *names)
    return tuple(found)


def _nearly_same(coded: pd.DataFrame, a: str, b: str) -> list[HoldingRule]:
    """Whether two columns agree, or each value of one goes with one value of the other."""
    x, y = coded[a].to_numpy(float), coded[b].to_numpy(float)
    different = int((~((x == y) | (np.isnan(x) & np.isnan(y)))).sum())
    words = f"{a} and {b} have the same value"
    if different > (1 - SAME) * len(x):
        different, words = _without_partner(x, y), f"each value of {a} goes with one value of {b}"
    if different > (1 - SAME) * len(x):
        return []
    shown = different if different == 0 or different >= FEWEST_HOLDERS else None
    few = f"fewer than {FEWEST_HOLDERS}" if shown is None else f"{shown:,}"
    return [HoldingRule("column copy", (a, b), f"{words} in all rows but {few} of {len(x):,}.", shown)]


def _without_partner(x: Floats, y: Floats) -> int:
    """Rows to leave out for two columns to be one-to-one. Where most values are single, that says nothing: all rows."""
    pairs = pd.DataFrame({"x": x, "y": y}).value_counts(sort=True, dropna=False).reset_index(name="n")
    if 2 * len(pairs) > len(x):
        return len(x)
    kept = pairs[~pairs["x"].duplicated() & ~pairs["y"].duplicated()]
    return len(x) - int(kept["n"].sum())


def repeated_rows(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> RepeatedRows:
    """Count rows that are equal to another, or in all columns but one, in this table and with its columns shuffled.

    Where columns are few and have few values, rows repeat by chance. The shuffled table says how many.

    Parameters
    ----------
    coded : pandas.DataFrame
    schema : Schema
    rng : numpy.random.Generator
        Shuffles the columns.
    """
    n, hashes = len(coded), value_hashes(coded, schema)
    if n < 2 or not hashes:
        return RepeatedRows()
    one_off = len(hashes) >= FEWEST_COLUMNS and n * len(hashes) <= CELLS
    same, but_one = _repeats(hashes, one_off=one_off)
    # A constant column is the same shuffled or not.
    by_chance, but_one_by_chance = _repeats([rng.permutation(column) for column in hashes], one_off=one_off)
    counts = [_at_least_few(count) for count in (same, by_chance, but_one, but_one_by_chance)]
    return RepeatedRows(counts[0], counts[1], counts[2], counts[3], len(hashes) if one_off else 0)


def _repeats(hashes: Sequence[Hashes], *, one_off: bool) -> tuple[int, int]:
    """Rows that repeat an earlier one, and rows that agree with another in all columns but one."""
    total = np.asarray(np.sum(hashes, axis=0, dtype=np.uint64))
    first = ~repeats(hashes, len(total))
    if not one_off:
        return int((~first).sum()), 0
    # Each row once: those that are the same throughout aren't counted as nearly the same.
    near = np.zeros(int(first.sum()), dtype=bool)
    for column in hashes:
        near |= pd.Series((total - column)[first]).duplicated(keep=False).to_numpy()
    return int((~first).sum()), int(near.sum())


def _at_least_few(count: int) -> int | None:
    return count if count == 0 or count >= FEWEST_HOLDERS else None
