"""The rows that tests look at: they must be unrelated, and of rare classes as many as there are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.row_copies import copied_rows
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.disclosure import subjects_of
from synthgen.table.schema import Schema

Rows = NDArray[np.int64]


def some_rows(n: int, most: int, rng: np.random.Generator) -> Rows:
    """Positions of all of ``n`` rows, or of ``most`` at random, in order."""
    return np.sort(rng.choice(n, most, replace=False)) if n > most else np.arange(n)


def rows_to_test(coded: pd.DataFrame, schema: Schema, most: int, rng: np.random.Generator) -> Rows:
    """Positions of at most ``most`` rows at random: one of each subject, and no copies of rows."""
    rows = _one_each(coded, schema, rng)
    rows = np.sort(rows if len(rows) <= most else rng.choice(rows, most, replace=False))
    return _without_copies(coded, rows, schema, rng)


def rows_of_classes(coded: pd.DataFrame, schema: Schema, most: int, rng: np.random.Generator) -> Rows:
    """As :func:`rows_to_test`, but all rows of rare classes of the target are kept.

    A class gets as many rows as it has, up to an equal part; what rare classes leave goes to the common ones.
    """
    target = schema.target
    rows = _one_each(coded, schema, rng)
    if len(rows) <= most or target is None or target.kind not in LABEL_KINDS:
        return rows_to_test(coded, schema, most, rng)
    codes = coded[target.name].to_numpy(float)[rows]
    groups = [rows[codes == code] for code in np.unique(codes[~np.isnan(codes)])]
    left, picked = most, [rows[:0]]
    for place, group in enumerate(sorted(groups, key=len)):
        take = min(len(group), left // (len(groups) - place))
        picked.append(rng.choice(group, take, replace=False))
        left -= take
    return _without_copies(coded, np.sort(np.concatenate(picked)), schema, rng)


def how_drawn(looked_at: int, n: int, schema: Schema) -> str:
    """Say of how many rows so many were looked at, and how they were drawn."""
    each = ", one of each subject" if schema.role(Role.SUBJECT) else ""
    return f"{looked_at:,} of {n:,} rows (at random, without repeated rows{each})"


def _one_each(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> Rows:
    rows = np.arange(len(coded))
    if schema.role(Role.SUBJECT):
        rows = rng.permutation(rows)
        rows = np.sort(rows[np.unique(subjects_of(coded, schema)[rows], return_index=True)[1]])
    return rows


def _without_copies(coded: pd.DataFrame, rows: Rows, schema: Schema, rng: np.random.Generator) -> Rows:
    return rows[~copied_rows(coded.iloc[rows], schema, rng)]
