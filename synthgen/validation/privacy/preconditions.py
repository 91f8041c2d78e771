"""May train and holdout be compared at all? If not, no leak check says anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from synthgen.table.column import LABEL_KINDS, Column
from synthgen.validation.metric import Direction, Estimate, Family, Interval, Measurement, Metric, measured
from synthgen.validation.privacy.checks.nearest import FEWEST, weights
from synthgen.validation.privacy.evidence import clopper_pearson, normal_scores
from synthgen.validation.privacy.meeting import exact_met, fine_keys
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Keys, Pool

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

SPLIT_LEVEL = 0.001
"""Chance of calling a sound split of train and holdout unsound."""

MOST_ROWS = 20_000
MOST_REPEATED = 5_000
MOST_LEVELS = 10
_SMALL = 1e-9


@dataclass(frozen=True)
class Preconditions:
    """What was found about the split itself.

    Attributes
    ----------
    measurements : tuple of Measurement
    drifted : bool
        Train and holdout don't follow the same law.
    contaminated : bool
        Rows stand on both sides, or the synthetic rows were made from holdout.
    """

    measurements: tuple[Measurement, ...]
    drifted: bool = False
    contaminated: bool = False


def preconditions(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> Preconditions:
    """Test that holdout is no copy of train, that synthetic rows are no copy of holdout, and that both are alike."""
    overlap = holdout_overlap(fine_keys(pool), permutations, rng)
    seen = holdout_seen(pool, permutations)
    drift = exchangeability(pool, permutations, rng)
    figures = ((HOLDOUT_OVERLAP, overlap), (HOLDOUT_SEEN, seen), (EXCHANGEABILITY, drift))
    return Preconditions(
        tuple(measured(metric, estimate) for metric, estimate in figures),
        _rejected(drift), _rejected(overlap) or _rejected(seen),
    )  # fmt: skip


def holdout_overlap(keys: Keys, permutations: Permutations, rng: np.random.Generator) -> Estimate:
    """Share of holdout rows that stand in train too, against what the table's own repeated rows give."""
    _, group, size = np.unique(keys, return_inverse=True, return_counts=True)
    n = int((~permutations.labels).sum())
    several = np.unique(group[size[group] > 1])
    if not n or not len(several):
        return Estimate(0.0, clopper_pearson(0, n), 0.0, (0.0, 0.0), 1.0, n, reason="no row occurs twice")
    repeated = int(size[several].sum())
    if repeated > MOST_REPEATED:
        several = rng.choice(several, max(1, int(len(several) * MOST_REPEATED / repeated)), replace=False)
    rows = np.flatnonzero(np.isin(group, several))
    rows = rows[np.argsort(group[rows], kind="stable")]
    scale = repeated / len(rows)
    start = np.flatnonzero(np.diff(group[rows], prepend=-1))
    sizes = np.diff(np.append(start, len(rows)))[:, None]
    labels = np.concatenate([permutations.labels[rows][:, None], permutations.shuffled(rows).T], axis=1)
    train = np.add.reduceat(labels.astype(np.int32), start, axis=0)
    # Pairs of equal rows on different sides, large groups no more than others.
    apart = (train * (sizes - train) / sizes).sum(axis=0)
    p_value = float((apart >= apart[0] - _SMALL).sum()) / len(apart)
    twins = scale * np.where(train > 0, sizes - train, 0).sum(axis=0)
    hits = min(n, round(float(twins[0])))
    return Estimate(
        hits / n, clopper_pearson(hits, n), min(1.0, float(twins[1:].mean()) / n),
        _capped(np.quantile(twins[1:] / n, [0.025, 0.975])), p_value, n,
        reason=f"{hits:,} of {n:,} held-out rows stand in train too, or do but for traces",
    )  # fmt: skip


def holdout_seen(pool: Pool, permutations: Permutations) -> Estimate:
    """Whether synthetic rows copy holdout rows, or lie nearer to them than chance gives: then it isn't held out."""
    met = exact_met(pool)
    scores = (np.bincount(met.real, minlength=len(pool.real)) > 0).astype(float)
    observed, null = permutations.totals(scores)
    tails = [_lower_tail(float(observed), null)]
    few = min(int(permutations.labels.sum()), int((~permutations.labels).sum()))
    if few >= FEWEST:
        rows, near = weights(pool.neighbours("quantile"))
        sums = permutations.totals(near, rows)
        tails.append(_lower_tail(float(sums[0]), sums[1]))
    n, hits = len(pool.synthetic), int((~permutations.labels[met.real]).sum())
    often = np.bincount(met.real, minlength=len(pool.real)).astype(float)
    by_chance = (len(met.real) - permutations.totals(often)[1]) / max(1, n)
    words = f"{hits:,} of {n:,} rows equal a held-out one"
    return Estimate(
        hits / max(1, n), clopper_pearson(hits, n), float(by_chance.mean()),
        _capped(np.quantile(by_chance, [0.025, 0.975])), min(1.0, len(tails) * min(tails)), n, reason=words,
    )  # fmt: skip


def exchangeability(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> Estimate:
    """Largest difference between train and holdout in any column: place, spread, gaps, shares of labels."""
    rows = np.arange(len(pool.real))
    if len(rows) > MOST_ROWS:
        rows = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
    part = permutations.only(rows)
    few = min(int(part.labels.sum()), int((~part.labels).sum()))
    if few < FEWEST:
        return Estimate(None, n=few, reason=f"needs {FEWEST} real rows on each side and there are {few}")
    columns = [column for column in pool.columns if column is not pool.target]
    features = [(column.name, feature) for column in columns for feature in _features(pool, column, rows)]
    if not features:
        return Estimate(None, n=len(rows), reason="no column but the target", vacuous=True)
    observed, null = part.totals(np.stack([feature for _, feature in features], axis=1))
    both = np.concatenate([observed[None], null])
    spread = both.std(axis=0)
    # Nothing but rounding varies in a column that is all one value.
    moving = spread > 1e-6 * np.maximum(1.0, np.abs(both).max(axis=0))
    normal = np.abs(both - both.mean(axis=0)) / np.where(moving, spread, np.inf)
    highest = normal.max(axis=1)
    p_value = float((highest >= highest[0] - _SMALL).sum()) / len(highest)
    worst = features[int(normal[0].argmax())][0]
    band = np.quantile(highest[1:], [0.025, 0.975])
    words = f"largest in column {worst}; a difference of {band[1]:.1f} is usual"
    return Estimate(
        float(highest[0]), None, float(highest[1:].mean()), (float(band[0]), float(band[1])), p_value, len(rows),
        reason=words,
    )  # fmt: skip


def _features(pool: Pool, column: Column, rows: Places) -> list[Floats]:
    values = pool.real[column.name].to_numpy(float)[rows]
    missing = np.isnan(values)
    out = [missing.astype(float)] if missing.any() and not missing.all() else []
    if column.kind in LABEL_KINDS:
        codes, counts = np.unique(values[~missing], return_counts=True)
        return out + [
            (values == code).astype(float) for code in codes[np.argsort(-counts, kind="stable")][:MOST_LEVELS]
        ]
    rank = np.full(len(values), 0.5)
    rank[~missing] = (rankdata(values[~missing]) - 0.5) / max(1, int((~missing).sum()))
    return [*out, rank, np.abs(rank - 0.5)]


def _rejected(estimate: Estimate) -> bool:
    return estimate.p_value is not None and estimate.p_value <= SPLIT_LEVEL


def _lower_tail(observed: float, null: Floats) -> float:
    """Chance of a value this small, from the normal scale: permutations alone can't show one under 1/2000."""
    from scipy.stats import norm

    return float(norm.sf(normal_scores(-observed, -null)[0])) if null.std() > _SMALL else 1.0


def _capped(band: Sequence[float] | Floats) -> Interval:
    return min(1.0, float(band[0])), min(1.0, float(band[1]))


HOLDOUT_OVERLAP = Metric(
    "holdout_overlap", "Held-out rows that stand in train too", Family.PRIVACY, Direction.NEAR_BASELINE, (0.0, 1.0),
    "Rows on both sides of the split that are equal but for 1/100,000 of the interquartile range, against label "
    "permutation",
    "Rows on both sides make leaks invisible. The baseline is what the table's own repeated rows give.",
)  # fmt: skip

HOLDOUT_SEEN = Metric(
    "holdout_seen", "Exact copies of a held-out row", Family.PRIVACY, Direction.NEAR_BASELINE, (0.0, 1.0),
    "Holdout rows met or nearest more often than label permutation gives",
    "If the synthetic rows copy held-out rows, the generator saw them, and nothing can be held against them.",
)  # fmt: skip

EXCHANGEABILITY = Metric(
    "exchangeability", "Difference between train and held-out rows", Family.PRIVACY, Direction.LOWER, (0.0, 50.0),
    "Largest standardised difference of any column's ranks, spread, gaps or label shares; max-T, label permutation",
    "In standard deviations. Where train and holdout differ, as over time, rows like train aren't a leak.",
)  # fmt: skip
