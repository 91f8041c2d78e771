"""Rows that are copies of other rows: they tell nothing new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import Kind, Role
from synthgen.table.schema import Schema

BY_CHANCE = 0.2
"""Share of the repeated rows that may repeat with the columns shuffled too, for the repeated ones to be copies."""

Hashes = NDArray[np.uint64]


def copied_rows(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which rows are copies of an earlier one; none where rows repeat because there are few values to have.

    Rows are copies if hardly any repeat once every column is shuffled on its own. Identifiers and subjects aren't
    compared.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
    schema : Schema
    rng : numpy.random.Generator
        Shuffles the columns.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("x", Kind.CONTINUOUS), Column("y", Kind.CONTINUOUS)))
    >>> x = np.append(np.arange(50.0), 7.0)
    >>> copied_rows(pd.DataFrame({"x": x, "y": -x}), schema, np.random.default_rng(0)).nonzero()[0].tolist()
    [50]
    """
    hashes = value_hashes(coded, schema)
    repeated = repeats(hashes, len(coded))
    if repeated.any():
        by_chance = repeats([rng.permutation(column) for column in hashes], len(coded))
        if by_chance.sum() > BY_CHANCE * repeated.sum():
            return np.zeros(len(coded), dtype=bool)
    return repeated


def repeats(hashes: Sequence[Hashes], n: int) -> NDArray[np.bool_]:
    """Which of ``n`` rows repeat an earlier one."""
    total = np.sum([np.zeros(n, np.uint64), *hashes], axis=0, dtype=np.uint64)
    return np.asarray(pd.Series(total).duplicated().to_numpy() if len(hashes) else np.zeros(n, dtype=bool))


def value_hashes(coded: pd.DataFrame, schema: Schema) -> list[Hashes]:
    """A number for each value, other ones in each column, so that their sum stands for the row."""
    compared = [c for c in schema if c.kind is not Kind.IDENTIFIER and c.role not in (Role.IDENTIFIER, Role.SUBJECT)]
    found = []
    for place, column in enumerate(compared):
        values = coded[column.name].to_numpy()
        values = values if values.dtype == object else values.astype(float) + 0.0
        found.append(np.asarray(pd.util.hash_array(values), dtype=np.uint64) * _odd(place))
    return found


def _odd(place: int) -> np.uint64:
    """An odd number without a pattern (Steele et al. 2014, https://doi.org/10.1145/2660193.2660195)."""
    return np.uint64(((place + 1) * 0x9E3779B97F4A7C15 * 2 + 1) % 2**64)
