"""Nearest rows among very many, nearly always right: only the cells around a query are searched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthgen.validation.privacy.encodings import Laid, Single
from synthgen.validation.privacy.search import Neighbours, add_label, add_ordered, keep_nearer, nearest_laid
from synthgen.validation.privacy.threads import in_parts

Places = NDArray[np.int64]

RECALL = 0.98
"""Share of queries for which the nearest row has to be found; as many cells are searched as it takes."""

CELLS = 2.0
"""Cells over the root of the number of rows. Card fraud, 284,807 rows, numbers with noise: recall of five neighbours at
CPU seconds for 1,000 queries .964 at .057 (1), .983 at .062 (2), .992 at .093 (4). IVF of faiss-cpu 1.15 on the numbers
alone, since labels would need an axis a level: .976 at .04, .993 at .07, where this took .07 for .974 (1)."""

FIRST_PROBES = 16
N_ASKED = 1_000
"""Queries that are searched in full to measure it."""


@dataclass(frozen=True)
class Cells:
    """Real rows, each in the cell of the nearest of some of them.

    Attributes
    ----------
    real, pivots : Laid
        Rows in the order of their cells; the rows that cells are made around.
    order : array of shape (n_real,)
        Position of each of these rows before they were ordered.
    starts : array of shape (n_cells + 1,)
    """

    real: Laid
    pivots: Laid
    order: Places
    starts: Places

    @classmethod
    def of(cls, real: Laid, rng: np.random.Generator) -> Cells:
        """Divide rows into cells around random ones of them."""
        n = min(len(real), round(CELLS * len(real) ** 0.5))
        pivots = real.take(np.sort(rng.choice(len(real), n, replace=False)))
        home = nearest_laid(real, pivots, 1).rows[:, 0]
        order = np.argsort(home, kind="stable").astype(np.int64)
        return cls(real.take(order), pivots, order, np.searchsorted(home[order], np.arange(n + 1)).astype(np.int64))

    def nearest(self, queries: Laid, k: int, probes: int) -> Neighbours:
        """Find the ``k`` nearest rows of each query in the ``probes`` cells that are nearest to it."""
        around = nearest_laid(queries, self.pivots, probes).rows
        # Queries of one cell follow each other, so that it stays at hand.
        turn = np.argsort(around[:, 0], kind="stable")
        real = [np.ascontiguousarray(part.T) for part in (self.real.ordered, self.real.labels, self.real.weights)]

        def search(rows: Places) -> tuple[Single, Places]:
            part = queries.take(turn[rows])
            return _search(
                part.ordered, part.labels, part.weights, real[0], real[1], real[2], around[turn[rows]], self.starts, k
            )

        compared = len(queries) * probes * len(self.order) / len(self.pivots)
        squared, found = in_parts(len(queries), compared, search)
        back = np.argsort(turn, kind="stable")
        rows = np.where(found < 0, -1, self.order[found])[back]
        return Neighbours(np.sqrt(squared.astype(np.float64))[back], rows)


def nearest_nearly(
    queries: Laid, real: Laid, k: int, rng: np.random.Generator, furthest: int
) -> tuple[Neighbours, float]:
    """Search the cells around each query, and everywhere for the queries that are furthest from what was found.

    Parameters
    ----------
    queries, real : Laid
    k : int
    rng : numpy.random.Generator
    furthest : int
        Queries far from all real rows, which a leak would hurt most and cells serve worst; these are searched in full.

    Returns
    -------
    neighbours : Neighbours
    recall : float
        Share of ``N_ASKED`` random queries for which a row as near as the nearest was found, before that.
    """
    cells = Cells.of(real, rng)
    asked = np.sort(rng.choice(len(queries), min(N_ASKED, len(queries)), replace=False))
    true = nearest_laid(queries.take(asked), real, k).distances[:, 0]
    probes = min(FIRST_PROBES, len(cells.pivots))
    while True:
        found = cells.nearest(queries.take(asked), k, probes)
        recall = float((found.distances[:, 0] <= true).mean())
        if recall >= RECALL or probes >= len(cells.pivots):
            break
        probes = min(2 * probes, len(cells.pivots))
    found = cells.nearest(queries, k, probes)
    last = found.distances[:, -1]
    tail = np.union1d(np.argsort(-last, kind="stable")[:furthest], np.flatnonzero(np.isinf(last)))
    exact = nearest_laid(queries.take(tail), real, k)
    found.distances[tail], found.rows[tail] = exact.distances, exact.rows
    return found, recall


@njit(nogil=True, cache=True)
def _search(
    q_ordered: Single, q_labels: Single, q_weights: Single, ordered: Single, labels: Single, weights: Single,
    around: Places, starts: Places, k: int,
) -> tuple[Single, Places]:  # fmt: skip
    n_queries = len(q_ordered)
    best = np.full((n_queries, k), np.inf, np.float32)
    rows = np.full((n_queries, k), -1, np.int64)
    space = np.empty(np.diff(starts).max(), np.float32)
    for i in range(n_queries):
        for cell in around[i]:
            start, stop = starts[cell], starts[cell + 1]
            squared = space[: stop - start]
            squared[:] = np.float32(0)
            for c in range(ordered.shape[0]):
                add_ordered(squared, ordered[c, start:stop], q_ordered[i, c])
            for c in range(labels.shape[0]):
                add_label(squared, labels[c, start:stop], weights[c, start:stop], q_labels[i, c], q_weights[i, c])
            keep_nearer(squared, start, -1, best[i], rows[i])
    return best, rows
