"""Do synthetic rows lie nearer to the rows a generator saw than to those it did not?"""

from __future__ import annotations

import numpy as np
from scipy.stats import binomtest

from synthgen.table.neighbours import nearest
from synthgen.validation.comparison import Comparison, Floats
from synthgen.validation.metric import Direction, Estimate, Family, Metric
from synthgen.validation.privacy.copies import NO_HOLDOUT

PERMUTATIONS = 1_999
FEWEST = 20
_CHUNK = 100


def dcr_share(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """Share of synthetic rows whose nearest real row is a train row, by permutation of the labels.

    Ties count half. The labels train and holdout are exchanged within each class of the target, which
    is how they were drawn, so the null distribution holds for any sizes of the two.
    """
    if min(len(comparison.real_train), len(comparison.real_holdout)) < FEWEST:
        n = min(len(comparison.real_train), len(comparison.real_holdout))
        reason = f"needs {FEWEST} real rows of these classes on each side and there are {n}" if n else NO_HOLDOUT
        return Estimate(None, n=n, reason=reason)
    labels = np.repeat([1.0, 0.0], [len(comparison.real_train), len(comparison.real_holdout)])
    weights = _weights(comparison)
    null = _permuted(weights, labels, _strata(comparison), rng)
    share = float(weights @ labels)
    p_value = (1 + int((null >= share - 1e-12).sum())) / (1 + PERMUTATIONS)
    n = len(comparison.searched)
    around = binomtest(round(share * n), n).proportion_ci(method="exact")
    band = np.quantile(null, [0.025, 0.975])
    return Estimate(
        share, (float(around.low), float(around.high)), float(null.mean()), (float(band[0]), float(band[1])),
        p_value, n=n, reason=_power(null),
    )  # fmt: skip


def smallest_leak(null: Floats, level: float) -> float:
    """Smallest share of copied rows that a one-sided test at ``level`` finds four times in five."""
    from scipy.stats import norm

    reach = (norm.ppf(1 - level) + norm.ppf(0.8)) * float(null.std(ddof=1))
    return float(min(1.0, reach / max(1e-9, 1 - float(null.mean()))))


def nndr(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """Fifth percentile of the ratio of the nearest to the second nearest train row's distance."""
    if not len(comparison.real_holdout):
        return Estimate(None, reason=NO_HOLDOUT)
    if len(comparison.real_train) < 2:
        return Estimate(None, reason="needs two train rows of these classes")
    train, holdout, _ = comparison.points
    most = comparison.picks(comparison.real_holdout, rng)
    made = _ratio(comparison.to_train[0])
    fresh = _ratio(nearest(holdout[most], train, 2)[0])
    if not len(made) or not len(fresh):
        return Estimate(None, reason="real rows repeat each other so much that the ratio says nothing")
    values, intervals = [], []
    for ratio in (made, fresh):
        values.append(float(np.quantile(ratio, 0.05)))
        ranks = np.sort(ratio)
        # Order statistics around the 5 % quantile, by the binomial distribution of its rank.
        low, high = binomtest(max(1, round(0.05 * len(ratio))), len(ratio)).proportion_ci(method="exact")
        last = len(ranks) - 1
        intervals.append((float(ranks[int(low * last)]), float(ranks[min(last, int(np.ceil(high * last)))])))
    return Estimate(values[0], intervals[0], values[1], intervals[1], n=len(made))


def _weights(comparison: Comparison) -> Floats:
    """How much of the synthetic rows each real row is nearest to; train rows first."""
    (d_train, i_train), (d_holdout, i_holdout) = comparison.to_train, comparison.to_holdout
    first, held = d_train[:, 0], d_holdout[:, 0]
    to_train = np.where(first < held, 1.0, np.where(first > held, 0.0, 0.5))
    n_train, n_holdout = len(comparison.real_train), len(comparison.real_holdout)
    return np.concatenate(
        [
            np.bincount(i_train[:, 0], to_train, minlength=n_train),
            np.bincount(i_holdout[:, 0], 1 - to_train, minlength=n_holdout),
        ]
    ) / len(comparison.searched)


def _strata(comparison: Comparison) -> Floats:
    parts = (comparison.real_train.coded, comparison.real_holdout.coded)
    if comparison.target is None:
        return np.zeros(sum(map(len, parts)))
    return np.concatenate([part[comparison.target.name].to_numpy(float) for part in parts])


def _permuted(weights: Floats, labels: Floats, strata: Floats, rng: np.random.Generator) -> Floats:
    null = np.zeros(PERMUTATIONS)
    for stratum in np.unique(strata):
        inside = strata == stratum
        mine, own = weights[inside], labels[inside]
        hit = mine > 0
        if not hit.any():
            continue
        for start in range(0, PERMUTATIONS, _CHUNK):
            size = min(_CHUNK, PERMUTATIONS - start)
            shuffled = rng.permuted(np.broadcast_to(own, (size, len(own))), axis=1)
            null[start : start + size] += shuffled[:, hit] @ mine[hit]
    return null


def _ratio(distances: Floats) -> Floats:
    known = distances[:, 1] > 0
    return np.asarray(distances[known, 0] / distances[known, 1])


def _power(null: Floats) -> str:
    return f"would find {smallest_leak(null, 0.02 / 3):.0%} copied rows four times in five"


DCR_SHARE = Metric(
    "dcr_share", "Nearest real row is a train row", Family.PRIVACY, Direction.NEAR_BASELINE, (0.0, 1.0),
    "Distance to closest record, train against holdout, with a permutation test; Platzer and Reutterer (2021), "
    "https://doi.org/10.3389/fdata.2021.679939",
    "If the generator memorised nothing, a synthetic row is as near to rows that it never saw; the baseline is the "
    "share to expect then.",
    dcr_share,
)  # fmt: skip

NNDR = Metric(
    "nndr", "Nearest-neighbour distance ratio", Family.PRIVACY, Direction.NEAR_BASELINE, (0.0, 1.0),
    "Fifth percentile of the ratio of the nearest to the second nearest train row; Zhao et al. (2021), "
    "https://arxiv.org/abs/2102.08369",
    "Near 0, some synthetic rows point at one real row alone; compare with what held-out real rows score.",
    nndr,
)  # fmt: skip
