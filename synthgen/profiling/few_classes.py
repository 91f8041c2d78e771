"""Columns cut into few classes, as tests of tables need them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, Column, Role
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_CLASSES = 5


class Classes(NamedTuple):
    """A column's class of every row, -1 where it is missing, and how many classes there are."""

    codes: Codes
    size: int


def compared_columns(schema: Schema) -> list[Column]:
    """Columns whose values mean something for other rows: no identifiers, subjects or text."""
    left_out = {*OPAQUE_KINDS, Role.IDENTIFIER, Role.SUBJECT}
    return [column for column in schema if not {column.kind, column.role} & left_out]


def few_classes(values: Floats, column: Column, most: int, *, gap_is_a_class: bool = False) -> Classes:
    """Cut numbers and dates at their quantiles; of labels, keep the commonest and take the others together.

    Parameters
    ----------
    values : array of shape (n_rows,)
        Canonical values.
    column : Column
    most : int
        Classes at most, the gap not counted.
    gap_is_a_class : bool, default False
        Count missing values as the last class rather than as -1.

    Examples
    --------
    >>> from synthgen.table.column import Kind
    >>> few_classes(np.array([5.0, 1.0, np.nan, 3.0]), Column("x", Kind.INTEGER), 2).codes.tolist()
    [1, 0, -1, 0]
    """
    known = ~np.isnan(values)
    codes = np.full(len(values), -1, dtype=np.int64)
    size = 0
    if known.any():
        present = values[known]
        if column.kind in LABEL_KINDS:
            codes[known], size = _commonest(present.astype(np.int64), most)
        else:
            edges = np.unique(np.quantile(present, np.linspace(0, 1, most + 1)[1:-1], method="lower"))
            found, codes[known] = np.unique(np.searchsorted(edges, present, side="left"), return_inverse=True)
            size = len(found)
    if gap_is_a_class and not known.all():
        codes[~known] = size
        size += 1
    return Classes(codes, size)


def target_classes(values: Floats, target: Column, most: int = MOST_CLASSES) -> Classes:
    """Classes of the target: its commonest labels (the others together), or quantiles of a number or date."""
    return few_classes(values, target, most)


def _commonest(codes: Codes, most: int) -> tuple[Codes, int]:
    counts = np.bincount(codes)
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= min(FEWEST_HOLDERS, counts.max())]
    kept = order if len(order) <= most and len(order) == (counts > 0).sum() else order[: most - 1]
    place = np.full(len(counts), len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    out = place[codes]
    return out, int(out.max()) + 1
