"""Dates that stand for none: far-off ones that many rows share, and lone ones far from all others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.table.disclosure import FEWEST_HOLDERS

Floats = NDArray[np.float64]

FAR = 0.5
"""A date that enough rows share is special if it is farther from the next one than this share of the others' range."""

LONE = 1.0
"""Dates of fewer rows are set aside if they lie this much farther out than the others' range is wide."""

STANDS_OUT = 20
"""Or it is special if it has so many times the rows that any other date has, and that dates have on average."""

MOST_SPECIAL = 4
TAILS = (0.01, 0.99)


def special_moments(values: Floats) -> tuple[tuple[float, ...], NDArray[np.bool_]]:
    """Find dates that stand for "none", "unknown" or "for ever".

    Parameters
    ----------
    values : array of shape (n,)
        Moments; NaN where missing.

    Returns
    -------
    special : tuple of float
        Moments, ascending, each of which ``FEWEST_HOLDERS`` rows or more share.
    lone : bool array of shape (n,)
        Rows that lie far from all others and are fewer than that: they are not learnt from.

    Examples
    --------
    >>> days = np.arange(1.0, 301.0)
    >>> special_moments(np.concatenate([days, np.repeat(100_000.0, 12), [-50_000.0]]))[0]
    (100000.0,)
    """
    left = ~np.isnan(values)
    special: list[float] = []
    lone = np.zeros(len(values), dtype=bool)
    while len(special) < MOST_SPECIAL:
        present = np.sort(values[left])
        if len(present) < 2 * FEWEST_HOLDERS:
            break
        found = _at_an_end(present)
        if found is None:
            value = _standing_out(present)
            if value is None:
                break
            special.append(value)
            left &= values != value
        elif found[0] == found[1]:
            special.append(found[0])
            left &= values != found[0]
        else:
            outside = left & (values >= found[0]) & (values <= found[1])
            lone |= outside
            left &= ~outside
    return tuple(sorted(map(float, special))), lone


def _at_an_end(present: Floats) -> tuple[float, float] | None:
    """First and last of the dates that lie far out at an end; both the same where enough rows share one."""
    for low in (True, False):
        end = present if low else -present[::-1]
        value = end[0]
        holders = int(np.searchsorted(end, value, side="right"))
        if holders >= FEWEST_HOLDERS:
            others = end[holders:]
            if len(others) >= FEWEST_HOLDERS and others[0] - value > FAR * _range(others) > 0:
                return (value, value) if low else (-value, -value)
            continue
        others = end[FEWEST_HOLDERS - 1 :]
        gaps = np.diff(end[:FEWEST_HOLDERS])
        wide = np.flatnonzero(gaps > LONE * _range(others)) if _range(others) > 0 else np.array([])
        if len(wide):
            last = end[wide[-1]]
            # A lone date is told from one that is shared by its two ends.
            first, last = (value, np.nextafter(last, np.inf))
            return (first, last) if low else (-last, -first)
    return None


def _range(others: Floats) -> float:
    low, high = np.quantile(others, TAILS)
    return float(high - low)


def _standing_out(present: Floats) -> float | None:
    """A date that far more rows share than any other, wherever it lies."""
    distinct, counts = np.unique(present, return_counts=True)
    if len(distinct) < FEWEST_HOLDERS:
        return None
    top = int(np.argmax(counts))
    next_most = float(np.partition(counts, -2)[-2])
    rest = (len(present) - counts[top]) / (len(distinct) - 1)
    needed = max(FEWEST_HOLDERS, STANDS_OUT * rest, STANDS_OUT / 4 * next_most)
    return float(distinct[top]) if counts[top] >= needed else None
