"""In which order the columns are modelled, and which earlier ones each looks at."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROWS = 5_000
MOST_CODES = 20


def dependence(codes: NDArray[np.uint8], rng: np.random.Generator) -> Floats:
    """Mutual information (nats) of each pair of columns, less what chance gives: (n_columns, n_columns).

    Parameters
    ----------
    codes : uint8 array of shape (n, n_columns)
    rng : numpy.random.Generator
        Picks the rows that are looked at.
    """
    seen = codes if len(codes) <= ROWS else codes[np.sort(rng.choice(len(codes), ROWS, replace=False))]
    coarse = np.stack([_coarse(column) for column in seen.T], axis=1) if seen.shape[1] else seen
    return np.asarray(_information(np.ascontiguousarray(coarse)))


def _coarse(column: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """At most ``MOST_CODES`` codes, neighbours put together."""
    counts = np.bincount(column)
    if np.count_nonzero(counts) <= MOST_CODES:
        return np.unique(column, return_inverse=True)[1].astype(np.uint8)
    middle = np.cumsum(counts) - counts / 2
    return np.minimum(middle / len(column) * MOST_CODES, MOST_CODES - 1).astype(np.uint8)[column]


@njit(nogil=True, cache=True)
def _information(codes):  # type: ignore[no-untyped-def]
    n, d = codes.shape
    width = MOST_CODES
    out = np.zeros((d, d))
    table = np.zeros((width, width))
    for a in range(d):
        for b in range(a):
            table[:] = 0
            for i in range(n):
                table[codes[i, a], codes[i, b]] += 1
            rows, columns = table.sum(axis=1), table.sum(axis=0)
            total = 0.0
            for j in range(width):
                for k in range(width):
                    if table[j, k] > 0:
                        total += table[j, k] * np.log(table[j, k] * n / (rows[j] * columns[k]))
            # Half the degrees of freedom is what independent columns give (Miller and Madow).
            chance = ((rows > 0).sum() - 1) * ((columns > 0).sum() - 1) / 2
            out[a, b] = out[b, a] = max(0.0, (total - chance) / n)
    return out


def by_dependence(information: Floats, first: list[int]) -> list[int]:
    """Order in which each next column has the most to do with those before it; ``first`` stay first."""
    d = len(information)
    order = list(first) or ([int(np.argmax(information.sum(axis=1)))] if d else [])
    tied = information[:, order].sum(axis=1)
    left = [i for i in range(d) if i not in order]
    while left:
        best = max(left, key=lambda i: (tied[i], -i))
        order.append(best)
        left.remove(best)
        tied = tied + information[:, best]
    return order


def by_size(n_classes: list[int], first: list[int]) -> list[int]:
    """Columns of few classes before those of many."""
    return [*first, *sorted((i for i in range(len(n_classes)) if i not in first), key=lambda i: n_classes[i])]


def as_given(d: int, first: list[int]) -> list[int]:
    """Order of the table, in which people tend to put what explains before what is explained."""
    return [*first, *(i for i in range(d) if i not in first)]


def after_deciders(order: list[int], decided_by: Mapping[int, int]) -> list[int]:
    """The same order, but for columns whose gaps another one decides: that one comes before."""
    out: list[int] = []
    for i in order:
        chain = [i]
        while chain[-1] in decided_by:
            chain.append(decided_by[chain[-1]])
        out += [j for j in reversed(chain) if j not in out]
    return out


def parents_of(position: int, order: list[int], information: Floats, most: int) -> NDArray[np.int32]:
    """Positions of the earlier columns to look at: the ``most`` that the column has most to do with.

    The first column is always among them: it is the target, where there is one.
    """
    earlier = np.arange(position)
    if position > most:
        ties = information[order[position], order[:position]].copy()
        ties[0] = np.inf
        earlier = np.sort(np.argsort(-ties, kind="stable")[:most])
    return earlier.astype(np.int32)
