"""Train and holdout: rows that a generator learns from, and rows that it never sees."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.disclosure import subjects_of
from synthgen.table.schema import Schema

MOSTLY_DISTINCT = 0.9

Rows = NDArray[np.int64]


def split_rows(coded: pd.DataFrame, schema: Schema, share: float, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """Divide row positions into train and holdout.

    Stratified by the target's classes; whole subjects together where a column has that role. Where nearly
    all rows are distinct, rows that repeat each other are one event noted twice and stay together too. A
    class (or a class's only subject) that can't be divided goes to train.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
    schema : Schema
    share : float
        Share of rows held out, above 0 and below 1.
    rng : numpy.random.Generator

    Returns
    -------
    train, holdout : arrays of positions, ascending
    """
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
        raise UsageError(f"holdout must be a share of the rows above 0 and below 1; got {share!r}.")
    target = schema.target
    by_class = target is not None and target.kind in LABEL_KINDS
    strata = coded[target.name].to_numpy() if target is not None and by_class else np.zeros(len(coded))
    held = np.zeros(len(coded), dtype=bool)
    if schema.role(Role.SUBJECT):
        groups = subjects_of(coded, schema)
        # A subject belongs to the rarest class among its rows, so that no class goes to holdout whole.
        _, place, counts = np.unique(strata, return_inverse=True, return_counts=True)
        rarest = np.lexsort((counts[place], groups))
        strata = strata[rarest[np.unique(groups[rarest], return_index=True)[1]]][groups]
    else:
        distinct = pd.util.hash_pandas_object(coded, index=False).to_numpy()
        groups = np.unique(distinct, return_inverse=True)[1]
        if groups.max() + 1 < MOSTLY_DISTINCT * len(coded):
            groups = np.arange(len(coded))
    for stratum in np.unique(strata):
        inside = np.flatnonzero(strata == stratum)
        members = rng.permutation(np.unique(groups[inside]))
        take = min(round(share * len(members)), len(members) - 1)
        held[inside] = np.isin(groups[inside], members[:take])
    if not held.any():
        raise DataError(
            f"The table has {len(coded)} rows, too few to hold out {100 * share:.3g}% of any class; nothing could be "
            "checked. Give more rows or a larger holdout."
        )
    return np.flatnonzero(~held), np.flatnonzero(held)
