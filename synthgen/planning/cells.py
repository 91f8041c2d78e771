"""Combinations of quasi-identifiers that few people have: rounded, then moved to the most similar common one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.table.column import ORDERED_KINDS
from synthgen.table.disclosure import Subjects, cells, holders
from synthgen.table.schema import Schema

MOST_MOVED = 0.05
"""Numbers are rounded to fewer groups until at most this share of the rows are in rare cells."""

GROUPS = (64, 32, 16, 8, 4, 2)
_AT_ONCE = 1_000


def move_rare_cells(
    coded: pd.DataFrame, schema: Schema, names: Sequence[str], subjects: Subjects, fewest: int
) -> tuple[int, dict[str, int]]:
    """Change the quasi-identifiers of ``coded`` so that every combination is shared by ``fewest`` people.

    Parameters
    ----------
    coded : pandas.DataFrame
        Its columns are replaced where they change.
    schema : Schema
    names : sequence of str
        The quasi-identifiers; nothing is done with none.
    subjects : array of shape (n_rows,)
    fewest : int

    Returns
    -------
    rows : int
        Moved to another cell.
    groups : dict
        Column and number of groups, of those that were rounded.

    Raises
    ------
    DataError
        If no combination has that many people.
    """
    if not names or not _rare(coded, names, subjects, fewest).any():
        return 0, {}
    numbers = [name for name in names if schema[name].kind in ORDERED_KINDS]
    original = {name: coded[name] for name in names}
    groups: dict[str, int] = {}
    for size in GROUPS if numbers else ():
        if _rare(coded, names, subjects, fewest).mean() <= MOST_MOVED:
            break
        for name in numbers:
            coded[name] = _rounded(original[name].to_numpy(float), size)
            groups[name] = size
    rare = _rare(coded, names, subjects, fewest)
    if rare.all():
        raise DataError(
            f"No {fewest} people share a combination of the quasi-identifiers {', '.join(map(repr, names))}, so none "
            "of them can be released. Name fewer of them, or make them coarser first."
        )
    if rare.any():
        _move(coded, names, rare)
    return int(rare.sum()), groups


def _rare(coded: pd.DataFrame, names: Sequence[str], subjects: Subjects, fewest: int) -> NDArray[np.bool_]:
    """Rows whose combination fewer than ``fewest`` people have."""
    keys = cells(coded, names)
    held = holders(keys, subjects)
    return np.asarray(held.reindex(keys).to_numpy() < fewest)


def _rounded(values: NDArray[np.float64], groups: int) -> NDArray[np.float64]:
    """Each value's group among equally large ones, shown by the value in its middle."""
    known = ~np.isnan(values)
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, groups + 1)[1:-1], method="lower"))
    which = np.searchsorted(edges, values[known], side="left")
    out = values.copy()
    middle = pd.Series(values[known]).groupby(which).quantile(0.5, interpolation="lower")
    out[known] = middle.reindex(which).to_numpy()
    return out


def _move(coded: pd.DataFrame, names: Sequence[str], rare: NDArray[np.bool_]) -> None:
    """Give rows of rare cells the values of the common cell that shares most of theirs; the commonest of several."""
    table = coded[list(names)].to_numpy(float, copy=True)
    filled = np.where(np.isnan(table), np.inf, table)
    common, counts = np.unique(filled[~rare], axis=0, return_counts=True)
    common = common[np.argsort(-counts, kind="stable")]
    strange, which = np.unique(filled[rare], axis=0, return_inverse=True)
    target = np.empty(len(strange), dtype=np.intp)
    for start in range(0, len(strange), _AT_ONCE):
        alike = (strange[start : start + _AT_ONCE, None] == common[None]).sum(axis=2)
        target[start : start + _AT_ONCE] = alike.argmax(axis=1)
    moved = common[target][which.ravel()]
    table[rare] = np.where(np.isinf(moved), np.nan, moved)
    for place, name in enumerate(names):
        coded[name] = table[:, place]
