"""Which columns are missing together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.missingness.results import GapPattern
from synthgen.table.disclosure import FEWEST_HOLDERS, Subjects, holders

MOST_PATTERNS = 20


def gap_patterns(
    gaps: NDArray[np.bool_], names: Sequence[str], subjects: Subjects | None = None
) -> tuple[tuple[GapPattern, ...], tuple[int, int]]:
    """Count combinations of gaps; those of fewer than ten rows, or people, are taken together.

    Parameters
    ----------
    gaps : array of shape (n_rows, n_columns)
    names : sequence of str
        Of the columns, all of which have gaps.
    subjects : array of shape (n_rows,), optional
        Whose row each is.

    Returns
    -------
    (tuple of GapPattern, (int, int))
        The combinations, and the number of others with their rows.

    Examples
    --------
    >>> gaps = np.array([[True, True]] * 12 + [[False, False]] * 25 + [[True, False]] * 3)
    >>> found, others = gap_patterns(gaps, ["a", "b"])
    >>> [(pattern.columns, pattern.n) for pattern in found], others
    ([((), 25), (('a', 'b'), 12)], (1, 3))
    """
    n = len(gaps)
    if not n or not len(names):
        return (), (0, 0)
    packed = np.packbits(gaps, axis=1)
    # One item a row, so that rows are sorted as bytes.
    rows = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, place, counts = np.unique(rows, return_index=True, return_inverse=True, return_counts=True)
    people = counts if subjects is None else holders(place, subjects).sort_index().to_numpy()
    order = np.argsort(-counts, kind="stable")
    shown = [i for i in order if people[i] >= FEWEST_HOLDERS][:MOST_PATTERNS]
    rates = gaps.mean(axis=0)
    found = []
    for i in shown:
        gap = gaps[first[i]]
        expected = float(n * np.prod(np.where(gap, rates, 1 - rates)))
        columns = tuple(name for name, missing in zip(names, gap, strict=True) if missing)
        found.append(GapPattern(columns, int(counts[i]), float(counts[i] / n), expected))
    return tuple(found), (len(counts) - len(shown), n - sum(pattern.n for pattern in found))
