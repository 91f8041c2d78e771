"""The nearest of all real rows to some synthetic ones, found while the real rows go by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numba import njit
from numpy.typing import NDArray

from synthgen.table.schema import Schema
from synthgen.validation.privacy.cells import RECALL
from synthgen.validation.privacy.encodings import Laid, Ranks, Single
from synthgen.validation.privacy.pool import FURTHEST
from synthgen.validation.privacy.search import Neighbours, add_label, add_ordered, nearest_laid
from synthgen.validation.privacy.threads import in_parts

Places = NDArray[np.int64]

MOST_CELLS = 256
"""Card fraud ten times over (2,848,070 rows of 31 columns), CPU seconds to find the nearest of 10,000 rows: about 20.
IVF of faiss-cpu 1.15 takes 11, but keeps the numbers of all rows in memory (400 MB here), and labels would need an
axis a level."""

ROWS_A_CELL = 20
"""Fitted rows a cell at least; with fewer there are fewer cells."""

FEWEST_AROUND = 4
"""Cells that are searched around each row at least."""

MOST_TRIED = 100_000
"""Real rows among which it is tried how many cells around a row must be searched."""

N_TRIED = 500
"""Synthetic rows for which it is tried."""

N_ASKED = 200
"""Synthetic rows that are compared with every real row, to measure how often the nearest one is found."""

FEWEST_FURTHEST, MOST_FURTHEST = 20, 200
_BLOCK = 512


@dataclass(frozen=True)
class Found:
    """Nearest real rows.

    Attributes
    ----------
    neighbours : Neighbours
        One each: of equally near rows the first in the table, whoever saw it, so that rows that repeat each other count
        once. ``rows`` are numbers of real rows times ``n_groups`` plus the group that was given with each; -1 for none.
    n_groups : int
    recall : float
        Share of the rows asked for which a row as near as the nearest was found in the cells around them.
    exact : int
        Rows that were compared with every real row: those asked, and those furthest from all.
    """

    neighbours: Neighbours
    n_groups: int
    recall: float
    exact: int


class Nearest:
    """A search for the nearest rows that is fed piece by piece.

    Space is divided into cells around some real rows. A synthetic row is compared with the rows of the cells nearest
    to it, as many as it takes to find the nearest nearly always; those that are furthest from all, which a leak would
    hurt most and cells serve worst, are compared with every row.
    """

    def __init__(
        self, real: pd.DataFrame, weights: NDArray[np.float64], probes: pd.DataFrame, schema: Schema,
        rng: np.random.Generator, n_groups: int,
    ) -> None:  # fmt: skip
        """Fit the space and the cells on some real rows, which stand for ``weights`` each."""
        self.ranks = Ranks.fit(real, schema)
        self.probes, self.n_groups = self.ranks.lay(probes), n_groups
        tried = np.sort(rng.choice(len(real), min(MOST_TRIED, len(real)), replace=False))
        rows = self.ranks.lay(real.iloc[tried])
        share = weights[tried] / weights[tried].sum()
        n_cells = int(np.clip(len(tried) // ROWS_A_CELL, 1, min(MOST_CELLS, int((share > 0).sum()))))
        self.pivots = rows.take(np.sort(rng.choice(len(tried), n_cells, replace=False, p=share)))
        order = nearest_laid(self.probes, self.pivots, n_cells).rows.astype(np.int64)
        self.asked = np.sort(rng.choice(len(probes), min(N_ASKED, len(probes)), replace=False))
        home = nearest_laid(rows, self.pivots, 1).rows[:, 0]
        some = np.sort(rng.choice(len(probes), min(N_TRIED, len(probes)), replace=False))
        cells = self._cells_needed(rows, home, order, some)
        self.exact = np.union1d(self.asked, self._furthest(rows, home, order[:, :cells]))
        self.around = order[:, :cells]
        self.best, self.rows = _nothing(len(probes))
        self.exact_best, self.exact_rows = _nothing(len(self.exact))

    def add(self, coded: pd.DataFrame, ids: Places) -> None:
        """Compare with more real rows; ``ids`` grow with their place in the table."""
        if not len(coded):
            return
        laid = self.ranks.lay(coded)
        home = nearest_laid(laid, self.pivots, 1).rows[:, 0]
        order = np.argsort(home, kind="stable")
        starts = np.searchsorted(home[order], np.arange(len(self.pivots) + 1)).astype(np.int64)
        _compare(self.probes, laid.take(order), ids[order], starts, self.around, self.best, self.rows)
        blocks = np.append(np.arange(0, len(laid), _BLOCK), len(laid)).astype(np.int64)
        everywhere = np.broadcast_to(np.arange(len(blocks) - 1), (len(self.exact), len(blocks) - 1))
        _compare(self.probes.take(self.exact), laid, ids, blocks, everywhere, self.exact_best, self.exact_rows)

    def found(self) -> Found:
        """What was found in all rows that went by."""
        place = np.searchsorted(self.exact, self.asked)
        recall = float((self.best[self.asked, 0] <= self.exact_best[place, 0]).mean()) if len(self.asked) else 1.0
        best, rows = self.best.copy(), self.rows.copy()
        best[self.exact], rows[self.exact] = self.exact_best, self.exact_rows
        return Found(Neighbours(np.sqrt(best.astype(np.float64)), rows), self.n_groups, recall, len(self.exact))

    def _cells_needed(self, rows: Laid, home: Places, order: Places, some: Places) -> int:
        """Cells around a synthetic row that hold its nearest one nearly always, among the rows tried."""
        nearest = nearest_laid(self.probes.take(some), rows, 1).rows[:, 0]
        # Where in the order of its cells each row finds its nearest.
        turn = np.argmax(order[some] == home[nearest][:, None], axis=1)
        needed = int(np.quantile(turn, RECALL, method="higher")) + 1
        return min(max(FEWEST_AROUND, needed), len(self.pivots))

    def _furthest(self, rows: Laid, home: Places, around: Places) -> Places:
        """Synthetic rows furthest from all of the rows tried."""
        best, found = _nothing(len(self.probes))
        turn = np.argsort(home, kind="stable")
        starts = np.searchsorted(home[turn], np.arange(len(self.pivots) + 1)).astype(np.int64)
        _compare(self.probes, rows.take(turn), turn.astype(np.int64), starts, around, best, found)
        n = int(np.clip(FURTHEST * len(best), FEWEST_FURTHEST, MOST_FURTHEST))
        return np.sort(np.argsort(-best[:, 0], kind="stable")[:n])


def _nothing(n: int) -> tuple[Single, Places]:
    return np.full((n, 1), np.inf, np.float32), np.full((n, 1), -1, np.int64)


def _lists(around: Places, n_cells: int) -> tuple[Places, Places]:
    """Which rows search each cell: all lists in one, and where each starts."""
    cells = around.ravel()
    turn = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[turn], np.arange(n_cells + 1)).astype(np.int64)
    return (turn // around.shape[1]).astype(np.int64), starts


def _compare(probes: Laid, real: Laid, ids: Places, starts: Places, around: Places, best: Single, rows: Places) -> None:
    """Compare rows with those in the cells around them; ``best`` and ``rows`` change."""
    columns = [np.ascontiguousarray(part.T) for part in (real.ordered, real.labels, real.weights)]

    def search(some: Places) -> tuple[Single, Places]:
        part, near, nearest = probes.take(some), best[some], rows[some]
        members, member_starts = _lists(around[some], len(starts) - 1)
        _search(
            part.ordered, part.labels, part.weights, columns[0], columns[1], columns[2], ids, starts,
            members, member_starts, near, nearest,
        )  # fmt: skip
        return near, nearest

    pairs = len(probes) * around.shape[1] * len(real) / (len(starts) - 1)
    best[:], rows[:] = in_parts(len(probes), pairs, search)


@njit(nogil=True, cache=True)
def _keep(squared: Single, ids: Places, best: Single, rows: Places) -> None:
    """Put the nearest in its place; of equally near ones that which comes first in the table, in whatever order."""
    for j in range(squared.shape[0]):
        if squared[j] < best[0] or (squared[j] == best[0] and ids[j] < rows[0]):
            best[0] = squared[j]
            rows[0] = ids[j]


@njit(nogil=True, cache=True, fastmath={"reassoc", "nsz", "nnan"})
def _smallest(squared: Single) -> np.float32:
    least = np.float32(np.inf)
    for j in range(squared.shape[0]):
        least = min(least, squared[j])
    return least


@njit(nogil=True, cache=True)
def _search(
    q_ordered: Single, q_labels: Single, q_weights: Single, ordered: Single, labels: Single, weights: Single,
    ids: Places, starts: Places, members: Places, member_starts: Places, best: Single, rows: Places,
) -> None:  # fmt: skip
    space = np.empty(np.diff(starts).max(), np.float32)
    for cell in range(len(starts) - 1):
        start, stop = starts[cell], starts[cell + 1]
        if start == stop:
            continue
        squared = space[: stop - start]
        for m in range(member_starts[cell], member_starts[cell + 1]):
            i = members[m]
            squared[:] = np.float32(0)
            for c in range(ordered.shape[0]):
                add_ordered(squared, ordered[c, start:stop], q_ordered[i, c])
            for c in range(labels.shape[0]):
                add_label(squared, labels[c, start:stop], weights[c, start:stop], q_labels[i, c], q_weights[i, c])
            if _smallest(squared) <= best[i, -1]:
                _keep(squared, ids[start:stop], best[i], rows[i])
