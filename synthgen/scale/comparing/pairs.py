"""Do pairs of columns hang together alike, counted over all rows?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import random_table

from synthgen.randomness import stream
from synthgen.scale.comparing.grid import Floats
from synthgen.scale.comparing.totals import Totals, beside, half_width
from synthgen.validation.fidelity.trends import WORST_SHOWN
from synthgen.validation.metric import Estimate

SHUFFLED = "shuffled"


def pair_trends(totals: Totals) -> Iterator[Estimate]:
    """Mean agreement over the pairs of columns, then the pairs with the largest loss."""
    if not totals.plan.chosen:
        yield Estimate(None, reason="fewer than two columns vary", vacuous=True)
        return
    made, seen = agreement(totals, "made"), agreement(totals, "seen")
    words = f"all {totals.real.n_rows:,} real and {totals.n:,} synthetic rows were counted"
    note = words if totals.plan.complete else f"{len(totals.plan.chosen)} pairs, drawn at random; {words}"
    yield beside(made.mean(axis=0), seen.mean(axis=0), totals.n, None, note)
    for i in np.argsort(-(seen[:, 0] - made[:, 0]), kind="stable")[:WORST_SHOWN]:
        names = " × ".join(totals.grid.axes[j].column.name for j in totals.plan.chosen[i])
        yield beside(made[i], seen[i], totals.n, names)


def dependence_kept(totals: Totals) -> Iterator[Estimate]:
    """Share of the dependence between columns that the synthetic rows keep."""
    if not totals.plan.chosen:
        yield Estimate(None, reason="fewer than two columns vary", vacuous=True)
        return
    made, seen = (agreement(totals, side).mean(axis=0) for side in ("made", "seen"))
    without = agreement(totals, SHUFFLED).mean(axis=0)
    room = seen - without
    if room[0] < half_width(room) or room[0] < 1e-3:
        yield Estimate(None, reason="the columns are nearly independent in these real rows", vacuous=True)
        return
    kept = np.clip((made - without) / np.maximum(room, 1e-3), -9, 9)
    half, value = half_width(kept), float(kept[0])
    yield Estimate(value, (value - half, value + half), 1.0, n=totals.n)


def agreement(totals: Totals, side: str) -> Floats:
    """Agreement of each pair on one side with the rows that the model did not see, shape (pairs, 1 + parts).

    The side "shuffled" is that of the synthetic rows with every column permuted on its own, so that nothing hangs
    together: tables and correlations are drawn as such a permutation would give them.
    """
    plan = totals.plan
    place = {i: k for k, i in enumerate(plan.ordered)}
    rng = stream(totals.real.seed, SHUFFLED)
    reference = correlations(totals, "unseen") if plan.ordered else np.zeros((0, 0, 0))
    mine = reference
    if plan.ordered:
        mine = _uncorrelated(totals, rng) if side == SHUFFLED else correlations(totals, side)
    where = dict(zip(plan.pairs, zip(plan.pair_starts[:-1], plan.pair_starts[1:], strict=True), strict=True))
    out = []
    for i, j in plan.chosen:
        if (i, j) not in where:
            at = (slice(None), place[i], place[j])
            out.append(1.0 - np.abs(mine[at] - reference[at]) / 2)
            continue
        there = slice(int(where[i, j][0]), int(where[i, j][1]))
        counts = _independent(totals, i, there, rng) if side == SHUFFLED else totals.of("cells", side, there)
        apart = _shares(counts) - _shares(totals.of("cells", "unseen", there))
        out.append(1.0 - 0.5 * np.abs(apart).sum(axis=1))
    return np.stack(out)


def _uncorrelated(totals: Totals, rng: np.random.Generator) -> Floats:
    """Correlations of independent columns: normal with variance 1 / n, in every part of the synthetic rows."""
    rows = totals.tally.counts.rows().sum(axis=(1, 2)).astype(float)
    d = len(totals.plan.ordered)
    sums = rng.standard_normal((len(rows), d, d)) * np.sqrt(rows)[:, None, None]
    left = np.concatenate([[rows.sum()], rows.sum() - rows])
    return np.asarray(np.concatenate([sums.sum(axis=0)[None], sums.sum(axis=0) - sums]) / left[:, None, None])


def _independent(totals: Totals, i: int, there: slice, rng: np.random.Generator) -> Floats:
    """Counts of the cells of two columns of which one was permuted, in every part of the synthetic rows.

    With both columns' own counts given, such a table follows Fisher's law; Patefield (1981),
    https://doi.org/10.2307/2346669.
    """
    counts = totals.tally.counts
    parts = counts.cells[:, there].reshape(*counts.shape, -1).sum(axis=(1, 2))
    drawn = np.zeros(parts.shape)
    for k, cells in enumerate(parts):
        table = cells.reshape(totals.grid.axes[i].coarse_size, -1)
        law = random_table(table.sum(axis=1), table.sum(axis=0))
        drawn[k] = law.rvs(method="patefield", random_state=rng).ravel()
    return np.concatenate([drawn.sum(axis=0)[None], drawn.sum(axis=0) - drawn])


def correlations(totals: Totals, side: str) -> Floats:
    """Rank correlations of the columns of numbers and dates, shape (1 + parts, n_ordered, n_ordered)."""
    rows, first, squares, products = totals.ranks(side)
    middle = np.stack([_mean_rank(totals, side, i) for i in totals.plan.ordered], axis=1)
    # Sums of the first column's ranks where the second is known; the transpose is the other way about.
    m, other = middle[:, :, None], middle[:, None, :]
    cross = products - m * first.transpose(0, 2, 1) - other * first + m * other * rows
    square = squares - 2 * m * first + m**2 * rows
    scale = np.sqrt(np.maximum(square * square.transpose(0, 2, 1), 0.0))
    return np.asarray(np.divide(cross, scale, out=np.zeros_like(cross), where=scale > 1e-12))


def _mean_rank(totals: Totals, side: str, i: int) -> Floats:
    there = totals.column(i)
    counts = totals.of("bins", side, slice(there.start, there.stop - 1))
    return np.asarray(counts @ totals.grid.axes[i].ranks[:-1] / np.maximum(counts.sum(axis=1), 1e-300))


def _shares(counts: Floats) -> Floats:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300))
