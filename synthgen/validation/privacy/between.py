"""How nearly a row lies on the line between two real rows, or in the triangle of three."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

N_CANDIDATES = 20
"""Nearest real rows among which parents are looked for: SMOTE takes one of five train neighbours, which stand among
some more rows once holdout is pooled in. As many again are taken by numbers as they are: so SMOTE often runs."""

N_TRIPLE = 14

ON_LINE = 1e-5
"""Off the line by less than this part of its length: between two rows, so that three say nothing more."""

_RIDGE = 1e-14


@dataclass(frozen=True)
class Parents:
    """The two and the three real rows that each row comes closest to lying between.

    Attributes
    ----------
    pairs, triples : arrays of positions among the candidates, shape (n, 2) and (n, 3)
        -1 where there are none.
    off_line, off_plane : arrays of shape (n,)
        Distance to the line or the plane, over the distance to the furthest parent. 0: exactly between; inf: none.
    """

    pairs: Places
    off_line: Floats
    triples: Places
    off_plane: Floats


def parents(rows: Floats, candidates: Floats) -> Parents:
    """Look for parents among each row's candidates.

    Parameters
    ----------
    rows : array of shape (n, d)
    candidates : array of shape (n, k, d)
        NaN throughout where a candidate can't be compared.

    Examples
    --------
    >>> row = np.array([[1.0, 1.0, 1.0]])
    >>> real = np.array([[[0.0, 0.0, 0.0], [4.0, 4.0, 4.0], [9.0, 0.0, 2.0]]])
    >>> found = parents(row, real)
    >>> found.pairs.tolist(), bool(found.off_line[0] < 1e-6)
    ([[0, 1]], True)
    """
    away = candidates - rows[:, None, :]
    gram = np.einsum("nkd,nld->nkl", away, away)
    return Parents(*_search(gram, min(N_TRIPLE, gram.shape[1])))


@njit(nogil=True, cache=True)
def _search(gram: Floats, n_triple: int) -> tuple[Places, Floats, Places, Floats]:
    n, k = gram.shape[0], gram.shape[1]
    pairs, triples = np.full((n, 2), -1, np.int64), np.full((n, 3), -1, np.int64)
    off_line, off_plane = np.full(n, np.inf), np.full(n, np.inf)
    for i in range(n):
        g = gram[i]
        for a in range(k):
            for b in range(a):
                # Nearest point to 0 of the line through both; between them if its weights are positive.
                wa, wb = g[b, b] - g[a, b], g[a, a] - g[a, b]
                total = wa + wb
                if not (wa > 0 and wb > 0):
                    continue
                squared = max(0.0, g[a, a] * g[b, b] - g[a, b] ** 2) / total
                off = np.sqrt(squared / max(g[a, a], g[b, b]))
                if off < off_line[i]:
                    off_line[i] = off
                    pairs[i, 0], pairs[i, 1] = b, a
        if off_line[i] < ON_LINE:
            continue  # any third row would do
        for a in range(n_triple):
            for b in range(a):
                for c in range(b):
                    off = _off_plane(g, a, b, c)
                    if off < off_plane[i]:
                        off_plane[i] = off
                        triples[i, 0], triples[i, 1], triples[i, 2] = c, b, a
    return pairs, off_line, triples, off_plane


@njit(nogil=True, cache=True)
def _off_plane(g: Floats, a: int, b: int, c: int) -> float:
    """Distance of 0 to the triangle's plane if its foot lies inside, over the furthest corner's distance."""
    x, y, z = g[a, a], g[b, b], g[c, c]
    p, q, r = g[a, b], g[a, c], g[b, c]
    # Rows of the adjugate of the 3 x 3 Gram matrix, summed: the foot's weights but for a factor.
    wa = (y * z - r * r) - (p * z - q * r) + (p * r - q * y)
    wb = -(p * z - q * r) + (x * z - q * q) - (x * r - p * q)
    wc = (p * r - q * y) - (x * r - p * q) + (x * y - p * p)
    total = wa + wb + wc
    size = max(x, y, z)
    if not (wa > 0 and wb > 0 and wc > 0 and total > _RIDGE * size * size):
        return np.inf
    determinant = x * (y * z - r * r) - p * (p * z - q * r) + q * (p * r - q * y)
    return float(np.sqrt(max(0.0, determinant) / total / size))
