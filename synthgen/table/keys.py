"""Columns, alone or in pairs, that tell every row from every other."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from synthgen.table.column import OPAQUE_KINDS, Column, Kind
from synthgen.table.number_rules import ENOUGH_ROWS
from synthgen.table.rules import CHANCE
from synthgen.table.schema import Schema

SCREEN_ROWS = 5_000
MOST_COLUMNS = 40


def find_keys(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    """Find single columns without a repeated or missing value, then pairs of the others.

    Identifiers and text are keys as soon as nothing repeats. Numbers and dates could be all different by chance: one
    counts only if values spread evenly over its range, or in a pair if values of two unrelated columns, would repeat
    with a probability of all but ``CHANCE`` over the number of keys looked at.

    Parameters
    ----------
    coded : pandas.DataFrame
    schema : Schema
    rng : numpy.random.Generator
        Draws the rows in which repeats are looked for first.

    Returns
    -------
    tuple of tuple of str
        One or two columns each.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("room", Kind.INTEGER), Column("day", Kind.INTEGER)))
    >>> booked = pd.DataFrame({"room": np.repeat(np.arange(9.0), 9), "day": np.tile(np.arange(9.0), 9)})
    >>> find_keys(booked, schema, np.random.default_rng(0))
    (('room', 'day'),)
    """
    n = len(coded)
    if n < ENOUGH_ROWS:
        return ()
    some = coded.iloc[rng.permutation(n)[:SCREEN_ROWS]]
    columns = [column for column in schema if not some[column.name].isna().any()]
    tried = len(columns) + min(len(columns), MOST_COLUMNS) ** 2 // 2
    bar = -np.log(CHANCE / max(1, tried))
    found: list[tuple[str, ...]] = []
    single = set()
    for column in columns:
        if not some[column.name].is_unique or coded[column.name].isna().any() or not coded[column.name].is_unique:
            continue
        single.add(column.name)
        if _repeats_by_chance(coded[column.name], column) > bar:
            found.append((column.name,))
    rest = [column for column in columns if column.name not in single]
    codes = {c.name: pd.factorize(some[c.name])[0] for c in rest}
    rest = sorted(rest, key=lambda c: -int(codes[c.name].max()))[:MOST_COLUMNS]
    # Pairs of rows that would share both values if two columns had nothing to do with each other.
    alike = {c.name: _alike(coded[c.name]) for c in rest}
    for a, b in combinations(rest, 2):
        if n * (n - 1) / 2 * alike[a.name] * alike[b.name] <= bar:
            continue
        pair = codes[a.name].astype(np.int64) * len(some) + codes[b.name]
        if len(np.unique(pair)) == len(some) and _is_key(coded, a, b):
            found.append(tuple(name for name in schema.names if name in (a.name, b.name)))
    return tuple(found)


def _repeats_by_chance(values: pd.Series, column: Column) -> float:
    """Pairs of rows that would share a value if values spread evenly over the column's range."""
    if column.kind in OPAQUE_KINDS:
        return float("inf")
    if column.kind is Kind.CONTINUOUS and column.decimals is None:
        return 0.0
    step = 1.0 if column.kind is Kind.INTEGER else float(column.resolution or 1)
    if column.kind is Kind.CONTINUOUS:
        step = 10.0 ** -(column.decimals or 0)
    places = (float(values.max()) - float(values.min())) / step + 1
    return len(values) * (len(values) - 1) / 2 / max(1.0, places)


def _is_key(coded: pd.DataFrame, a: Column, b: Column) -> bool:
    pair = coded[[a.name, b.name]]
    return not pair.isna().any(axis=None) and not pair.duplicated().any()


def _alike(values: pd.Series) -> float:
    """Probability that two rows have the same value."""
    counts = values.value_counts(sort=False).to_numpy(float)
    return float((counts * (counts - 1)).sum()) / (len(values) * (len(values) - 1))
