"""Every target against every synthetic row: the nearest, the nearest without a column, and those nearest by halves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.distance import DistanceSpace
from synthgen.validation.privacy.threads import in_parts

Points = NDArray[np.float32]
Rows = NDArray[np.int64]

MISSING = -5.0
"""Place of a missing value: a whole step from all present ones, and none from other missing ones."""

_FAR = np.float32(1e9)
_ONE = np.float32(1)
_SLACK = np.float32(1e-6)
_FASTER = {"reassoc", "nsz", "contract", "arcp", "nnan"}
"""Sums may be taken in any order, so that they are made several columns at a time. No place is NaN."""


def places(coded: pd.DataFrame, columns: Sequence[Column], space: DistanceSpace) -> Points:
    """Give each value a number such that the difference of two, cut at 1, is their distance (Gower's).

    Numbers lie at their mid-rank position among real rows, labels a whole step apart.
    Gower (1971), https://doi.org/10.2307/2528823.

    Returns
    -------
    array of shape (n_rows, n_columns)
    """
    out = np.empty((len(coded), len(columns)), dtype=np.float32)
    for j, column in enumerate(columns):
        values = coded[column.name].to_numpy(dtype=np.float64)
        if column.kind in LABEL_KINDS:
            out[:, j] = values
        else:
            axis = space.axes[column.name]
            placed = np.zeros((len(values), axis.width))
            axis.fill(placed, values)
            out[:, j] = placed[:, 0]
        out[np.isnan(values), j] = MISSING
    return out


def nearest_rows(
    targets: Points, made: Points, *, k: int = 1, own: Rows | None = None, leave_out: bool = False
) -> tuple[NDArray[np.float64], Rows, Rows]:
    """Find the nearest rows of each target.

    Parameters
    ----------
    targets : array of shape (n_targets, n_columns)
    made : array of shape (n_rows, n_columns)
    k : int
    own : array of shape (n_targets,), optional
        Row of ``made`` that is the target itself and is passed over.
    leave_out : bool
        Also find the nearest row if one column is left out, for every column.

    Returns
    -------
    distances, rows : arrays of shape (n_targets, k)
        Ascending; row -1 where there are fewer.
    without : array of shape (n_targets, n_columns)
        The nearest row without each column; of no columns if not asked for.
    """
    own = np.full(len(targets), -1, dtype=np.int64) if own is None else own
    most = min(k, len(made))
    distances, rows, without = in_parts(
        len(targets),
        len(targets) * len(made),
        lambda part: tuple(_nearest(targets[part], made, own[part], most, leave_out)),
    )
    return distances.astype(np.float64), rows, without if leave_out else without[:, :0]


def linked_rows(targets: Points, made: Points, sides: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say whether one row of ``made`` is nearest to a target both by some columns and by the others.

    Parameters
    ----------
    targets, made : arrays of shape (n, n_columns)
    sides : bool array of shape (n_splits, n_columns)
        Which columns are on the first side.

    Returns
    -------
    bool array of shape (n_targets, n_splits)
        Rows that are equally near share the place.
    """
    linked = np.zeros((len(targets), len(sides)), dtype=np.bool_)
    for s, side in enumerate(sides):
        order = np.concatenate([np.flatnonzero(side), np.flatnonzero(~side)])
        parts = [np.ascontiguousarray(rows[:, order]) for rows in (targets, made)]
        linked[:, s] = _by_both_sides(parts[0], parts[1], int(side.sum()))
    return linked


def _by_both_sides(targets: Points, made: Points, size: int) -> NDArray[np.bool_]:
    (linked,) = in_parts(
        len(targets), len(targets) * len(made), lambda part: (np.asarray(_linked(targets[part], made, size)),)
    )
    return np.asarray(linked)


@njit(nogil=True, cache=True, fastmath=_FASTER)
def _distance(a: Any, b: Any, start: int, stop: int) -> Any:
    total = np.float32(0)
    for c in range(start, stop):
        total += min(_ONE, abs(a[c] - b[c]))
    return total


@njit(nogil=True, cache=True, fastmath=_FASTER)
def _nearest(targets: Any, made: Any, own: Any, k: int, leave_out: bool) -> Any:
    n, d = targets.shape
    distances, rows = np.full((n, k), _FAR, dtype=np.float32), np.full((n, k), -1, dtype=np.int64)
    without = np.full((n, d), -1, dtype=np.int64)
    best = np.empty(d, dtype=np.float32)
    half = (d + 1) // 2 if d > 7 else d
    for i in range(n):
        a = targets[i]
        best[:] = _FAR
        last, limit = _FAR, _FAR if leave_out else -_FAR
        for j in range(len(made)):
            b = made[j]
            total = _distance(a, b, 0, half)
            # No column takes more than 1 away, so a row this far after half of them can't come near any more.
            if (total >= last and total - _ONE >= limit) or j == own[i]:
                continue
            total += _distance(a, b, half, d)
            if total < last:
                at = k - 1
                while at > 0 and distances[i, at - 1] > total:
                    distances[i, at], rows[i, at] = distances[i, at - 1], rows[i, at - 1]
                    at -= 1
                distances[i, at], rows[i, at] = total, j
                last = distances[i, k - 1]
            if leave_out and total - _ONE < limit:
                limit = -_FAR
                for c in range(d):
                    rest = total - min(_ONE, abs(a[c] - b[c]))
                    if rest < best[c] - _SLACK:
                        best[c], without[i, c] = rest, j
                    limit = max(limit, best[c])
    return distances, rows, without


@njit(nogil=True, cache=True, fastmath=_FASTER)
def _linked(targets: Any, made: Any, size: int) -> Any:
    n, d = targets.shape
    linked = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        a = targets[i]
        first, its_other, other, its_first = _FAR, _FAR, _FAR, _FAR
        for j in range(len(made)):
            b = made[j]
            x, y = _distance(a, b, 0, size), _distance(a, b, size, d)
            if x < first - _SLACK or (x < first + _SLACK and y < its_other):
                first, its_other = min(x, first), y
            if y < other - _SLACK or (y < other + _SLACK and x < its_first):
                other, its_first = min(y, other), x
        # The best by the one side, and among these by the other, is the best by the other side too.
        linked[i] = its_other <= other + _SLACK
    return linked
