"""Copies and nearest rows among all real rows, held against the many that the model never saw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.randomness import stream
from synthgen.scale.comparing.grid import Floats
from synthgen.scale.comparing.real_rows import SEEN, UNSEEN, RealRows
from synthgen.scale.comparing.tally import Meetings, Tally
from synthgen.validation.metric import Estimate, Measurement, Metric, measured
from synthgen.validation.privacy.checks.copies import EXACT_COPIES, NEAR_COPIES
from synthgen.validation.privacy.checks.nearest import DCR_SHARE, FEWEST
from synthgen.validation.privacy.evidence import clopper_pearson, share_interval
from synthgen.validation.privacy.permutation import N_PERMUTATIONS

TESTS = 3
"""Figures here that are tested; their p-values are multiplied by it (Bonferroni), since each could be a false alarm."""

_AT_ONCE = 100


def privacy(real: RealRows, tally: Tally) -> list[Measurement]:
    """Copies of all synthetic rows, and whose rows are nearest to some of them."""
    return [
        _copies(EXACT_COPIES.metric, tally.exact, real, tally),
        _copies(NEAR_COPIES.metric, tally.rounded, real, tally),
        measured(DCR_SHARE.metric, nearest_share(real)),
    ]


def _copies(metric: Metric, met: Meetings, real: RealRows, tally: Tally) -> Measurement:
    n, sizes = max(1, tally.rows), real.sizes.astype(float)
    if not sizes[:, UNSEEN].sum():
        return measured(metric, Estimate(None, n=tally.rows, reason="the model saw all real rows"))
    hits, by_chance = int(met.seen.sum()), int(met.unseen.sum())
    # What meets a row that the model never saw is chance; the others are met as much more often as there are more.
    odds = np.divide(sizes[:, SEEN], sizes[:, UNSEEN], out=np.ones(len(sizes)), where=sizes[:, UNSEEN] > 0)
    usual = float(met.unseen @ odds) / n
    mean_odds = usual * n / by_chance if by_chance else float(sizes[:, SEEN].sum() / sizes[:, UNSEEN].sum())
    band = clopper_pearson(by_chance, n)
    reason = (
        f"{hits:,} of {tally.rows:,} rows meet one that the model saw, {by_chance:,} one of those that it did not; "
        f"all {real.n_rows:,} real rows were joined"
    )
    estimate = Estimate(
        hits / n, clopper_pearson(hits, n), min(1.0, usual),
        (min(1.0, band[0] * mean_odds), min(1.0, band[1] * mean_odds)),
        _p_value(met, real), tally.rows, reason=reason,
    )  # fmt: skip
    return measured(metric, estimate)


def _p_value(met: Meetings, real: RealRows) -> float:
    """Chance that as many of the real rows that are met, each counted once, are ones that the model saw."""
    rows = met.rows()
    n_classes = real.grid.n_classes
    classes, seen = (rows // 2) % n_classes, rows % 2
    drawn = np.zeros(N_PERMUTATIONS)
    rng = stream(real.seed, "copies")
    for number, chance in enumerate(_chances(real)):
        count = int((classes == number).sum())
        if count:
            drawn += rng.binomial(count, chance, N_PERMUTATIONS)
    return _adjusted(float(seen.sum()), _spread(drawn, real))


def nearest_share(real: RealRows) -> Estimate:
    """Share of synthetic rows whose nearest real row is one that the model saw, beside what chance gives."""
    if real.near is None:
        return Estimate(None, reason="no real row has the synthetic rows' classes")
    near = real.near.neighbours.rows[:, 0]
    near = near[near >= 0]
    groups = near % real.near.n_groups
    made = np.unique(groups // 2)
    few = int(real.sizes[made].sum(axis=0).min()) if len(made) else 0
    if few < FEWEST:
        reason = f"needs {FEWEST} real rows of these classes on each side and there are {few}"
        return Estimate(None, n=few, reason=reason)
    rows, often = np.unique(near, return_counts=True)
    scores, share = often.astype(float), float((groups % 2 == SEEN).mean())
    chances = _chances(real)[rows % real.near.n_groups // 2]
    null = _spread(_null_shares(scores, chances, stream(real.seed, "nearest")), real)
    interval, band = share_interval(share, len(near), null)
    reason = (
        f"among all {real.n_rows:,} real rows, {real.seen:,} of which the model saw; the nearest was found for "
        f"{real.near.recall:.1%} of the rows, and {real.near.exact:,} rows, the furthest of all among them, were "
        "compared with every real row"
    )
    return Estimate(
        share, interval, float(null.mean()), band, _adjusted(share, null), len(near), reason=reason
    )  # fmt: skip


def _chances(real: RealRows) -> Floats:
    """Chance that the model saw a real row, by class: within a class the rows it saw are any."""
    sizes = real.sizes.astype(float)
    return np.asarray(sizes[:, SEEN] / np.maximum(sizes.sum(axis=1), 1.0))


def _null_shares(scores: Floats, chances: Floats, rng: np.random.Generator) -> Floats:
    out = []
    for start in range(0, N_PERMUTATIONS, _AT_ONCE):
        size = min(_AT_ONCE, N_PERMUTATIONS - start)
        out.append((rng.random((size, len(scores)), dtype=np.float32) < chances) @ scores)
    return np.asarray(np.concatenate(out) / scores.sum())


def _spread(null: Floats, real: RealRows) -> Floats:
    """Draws that vary as much more as rows of one subject go together."""
    middle = null.mean()
    return np.asarray(middle + (null - middle) * np.sqrt(real.clustering))


def _adjusted(observed: float, null: NDArray[np.float64]) -> float:
    p_value = (1 + int((null >= observed - 1e-9).sum())) / (1 + len(null))
    return min(1.0, TESTS * p_value)
