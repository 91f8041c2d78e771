"""The smallest leak that would have been found: copies are put among the synthetic rows, and looked for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from synthgen.validation.metric import Direction, Estimate, Family, Metric
from synthgen.validation.privacy.checks.nearest import FEWEST, rare_classes, weights
from synthgen.validation.privacy.evidence import POWER, normal_score
from synthgen.validation.privacy.meeting import exact_met
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.search import Neighbours

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

_NORMAL_80 = 0.8416
"""What a standard normal stays below four times in five."""

DRAWS = 20
"""Times that copies of other train rows are injected; the share in which they are found is the power."""


def smallest_leak(pool: Pool, permutations: Permutations, critical: float, rng: np.random.Generator) -> list[Estimate]:
    """Inject copies of train rows, and find how many it takes to be found four times in five.

    Once as exact copies, found by the join; once as rows that only lie nearest to their train row (noisy copies, rows
    of a model that remembers), found by the share of nearest train rows.

    Parameters
    ----------
    pool : Pool
    permutations : Permutations
    critical : float
        Score from which evidence counts as a leak, all checks taken together.
    rng : numpy.random.Generator
    """
    train = np.flatnonzero(permutations.labels)
    few = min(len(train), len(pool.real) - len(train))
    if few < FEWEST or not np.isfinite(critical):
        return [Estimate(None, n=few, reason=f"needs {FEWEST} real rows on each side and there are {few}")]
    order = [rng.permutation(train) for _ in range(DRAWS)]
    n = len(pool.searched)
    rows, near = weights(pool.neighbours("quantile"))
    lying = np.zeros(len(pool.real))
    lying[rows] = near
    nearest = _fewest(lambda m: _found(lying, order, m, permutations, critical, np.ones(len(lying), bool)), len(train))
    met = np.zeros(len(pool.real))
    met[np.unique(exact_met(pool).real)] = 1
    _, group, counts = np.unique(pool.real_keys, return_inverse=True, return_counts=True)
    fresh = (counts[group] == 1) & (met == 0)
    exact = _fewest(lambda m: _found(met, order, m, permutations, critical, fresh), len(train))
    parts = [
        _of_class(subject, real, neighbours, permutations, critical) for subject, real, neighbours in rare_classes(pool)
    ]
    return [
        _estimate(nearest, n, None, "nearest to a train row that they are made of"),
        _estimate(exact, len(pool.synthetic), "exact copies", "exact copies of train rows"),
        *parts,
    ]


def _of_class(
    subject: str, real: Places, neighbours: Neighbours, permutations: Permutations, critical: float
) -> Estimate:
    """The same for the nearest share of a rare class, by the normal approximation to its spread."""
    rows, near = weights(neighbours)
    scores = np.zeros(len(permutations))
    scores[real[rows]] = near
    mean, spread = permutations.moments(scores)
    total = float(near.sum())
    share = float((critical + _NORMAL_80) * spread / max(1e-9, total - float(mean)))
    words = f"{len(real):,} real rows of this class can't show less"
    if share >= 1:
        words = f"underpowered: {len(real):,} real rows of this class can't show any leak of this kind"
    return Estimate(min(1.0, share), n=round(total), subject=subject, reason=words)


def _found(
    scores: Floats, order: list[Places], m: int, permutations: Permutations, critical: float, counts: NDArray[np.bool_]
) -> float:
    """Share of the draws in which ``m`` injected copies are found."""
    wide = np.repeat(scores[:, None], len(order), axis=1)
    for j, rows in enumerate(order):
        taken = rows[:m]
        wide[taken[counts[taken]], j] += 1
    mean, spread = permutations.moments(wide)
    observed = permutations.labels.astype(float) @ wide
    share = float(permutations.labels.mean())
    skew = (1 - 2 * share) / np.sqrt(max(1e-9, share * (1 - share))) * (wide**3).sum(axis=0)
    skew = skew / np.maximum((wide**2).sum(axis=0), 1e-9) ** 1.5
    found = [
        s > 0 and float(normal_score((o - a) / s, k)) >= critical
        for o, a, s, k in zip(observed, mean, spread, skew, strict=True)
    ]
    return float(np.mean(found))


def _fewest(power: Callable[[int], float], most: int) -> int | None:
    """Fewest injected copies that are found often enough; None if even all train rows aren't."""
    high = 4
    while power(min(high, most)) < POWER:
        if high >= most:
            return None
        high *= 2
    low, high = high // 2, min(high, most)
    while high - low > max(1, high // 20):
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= POWER else (middle, high)
    return high


def _estimate(m: int | None, n: int, subject: str | None, words: str) -> Estimate:
    if m is None:
        return Estimate(1.0, n=n, subject=subject, reason=f"no number of rows that are {words} would have been found")
    share = min(1.0, m / max(1, n))
    return Estimate(
        share, n=n, subject=subject,
        reason=f"{m:,} of {n:,} rows, {words}, would have been found four times in five",
    )  # fmt: skip


SMALLEST_LEAK = Metric(
    "smallest_leak", "Smallest leak that would have been found", Family.PRIVACY, Direction.LOWER, (0.0, 1.0),
    "Copies of train rows injected among the synthetic rows; found at the family's level with 80 % power",
    "Share of the synthetic rows that has to be copied before the checks find it four times in five. Less than that "
    "can have leaked unseen.",
)  # fmt: skip
