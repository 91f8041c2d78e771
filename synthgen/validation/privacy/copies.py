"""Are there real rows among the synthetic ones, to the letter or nearly so?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from synthgen.validation.comparison import Comparison, Floats
from synthgen.validation.metric import Direction, Estimate, Family, Metric

Mask = NDArray[np.bool_]
REPLICATES = 1_999
NO_HOLDOUT = "not assessable: no held-out real rows of these classes to compare with"


@dataclass(frozen=True)
class Copies:
    """Which synthetic rows meet a real row, and on which side of the split it stands."""

    of_train: Mask
    of_holdout: Mask
    of_many: Mask
    met: NDArray[np.integer[Any]]
    """Which real row each synthetic row meets; of use only where it meets one."""


def exact_matches(comparison: Comparison) -> Copies:
    """Find synthetic rows equal to exactly one real row, in train or in holdout.

    A row that two real people share singles out neither; it counts as ``of_many``.
    """
    names = [column.name for column in comparison.columns]
    keys = [
        pd.util.hash_pandas_object(part[names], index=False).to_numpy()
        for part in (comparison.train, comparison.holdout, comparison.synthetic)
    ]
    real, counts = np.unique(np.concatenate(keys[:2]), return_counts=True)
    single, many = real[counts == 1], real[counts > 1]
    of_one = np.isin(keys[2], single)
    of_train = of_one & np.isin(keys[2], keys[0])
    return Copies(of_train, of_one & ~of_train, np.isin(keys[2], many), keys[2])


def near_matches(comparison: Comparison) -> tuple[Copies, Floats]:
    """Find synthetic rows nearer to a real row than 95 % of real rows are to each other.

    Returns
    -------
    Copies
        Exact copies and rows shared by several people left out.
    distances : array of shape (n_synthetic,)
        To the nearest train row; NaN for rows that were not searched.
    """
    n = len(comparison.synthetic)
    exact = exact_matches(comparison)
    distances = np.full(n, np.nan)
    nearest_train = comparison.to_train[0][:, 0]
    distances[comparison.searched] = nearest_train
    if len(comparison.real_holdout):
        nearest_holdout = comparison.to_holdout[0][:, 0]
    else:
        nearest_holdout = np.full(len(nearest_train), np.inf)
    near = np.minimum(nearest_train, nearest_holdout) < comparison.near_copy_limit
    own = np.zeros((2, n), dtype=bool)
    own[0, comparison.searched] = near & (nearest_train < nearest_holdout)
    own[1, comparison.searched] = near & (nearest_holdout < nearest_train)
    met = np.full(n, -1, dtype=np.int64)
    met[comparison.searched] = comparison.to_train[1][:, 0]
    if len(comparison.real_holdout):
        beyond = len(comparison.real_train) + comparison.to_holdout[1][:, 0]
        met[comparison.searched] = np.where(nearest_train < nearest_holdout, met[comparison.searched], beyond)
    other = exact.of_many | exact.of_train | exact.of_holdout
    return Copies(own[0] & ~other, own[1] & ~other, exact.of_many, met), distances


def exact_copies(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """Share of synthetic rows equal to one train row, tested against holdout."""
    return _against_holdout(exact_matches(comparison), comparison, len(comparison.synthetic), rng)


def near_copies(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """Share of synthetic rows that nearly equal a train row, tested against holdout."""
    if not len(comparison.real_train):
        return Estimate(None, reason="no train row has these classes")
    copies, _ = near_matches(comparison)
    estimate = _against_holdout(copies, comparison, len(comparison.searched), rng)
    if comparison.near_copy_limit == 0:
        return Estimate(None, n=estimate.n, reason="real rows repeat each other so much that nearness says nothing")
    return estimate


def _against_holdout(copies: Copies, comparison: Comparison, n: int, rng: np.random.Generator) -> Estimate:
    train, holdout = len(comparison.real_train), len(comparison.real_holdout)
    if not holdout:
        return Estimate(None, n=n, reason=NO_HOLDOUT)
    hits, chance = int(copies.of_train.sum()), int(copies.of_holdout.sum())
    p_value = _chance(copies, train / (train + holdout), rng)
    found = binomtest(hits, n).proportion_ci(method="exact")
    expected = binomtest(chance, n).proportion_ci(method="exact")
    scale = train / holdout
    return Estimate(
        hits / n, (float(found.low), float(found.high)), min(1.0, chance / n * scale),
        (min(1.0, float(expected.low) * scale), min(1.0, float(expected.high) * scale)), p_value, n=n,
        reason=f"{hits:,} of {n:,} rows meet a train row, {chance:,} a held-out one",
    )  # fmt: skip


def _chance(copies: Copies, share: float, rng: np.random.Generator) -> float:
    """Chance of as many hits in train if a fresh row were as likely to meet any real row.

    Each real row that is met is train with probability ``share``, together with all synthetic rows that meet
    it: rows that crowd around one real row are one piece of evidence, not many.
    """
    _, counts = np.unique(copies.met[copies.of_train | copies.of_holdout], return_counts=True)
    if not len(counts):
        return 1.0
    hits = int(copies.of_train.sum())
    null = (rng.random((REPLICATES, len(counts))) < share) @ counts
    return float((1 + int((null >= hits).sum())) / (1 + REPLICATES))


EXACT_COPIES = Metric(
    "exact_copies", "Exact copies of a train row", Family.PRIVACY, Direction.LOWER, (0.0, 1.0),
    "Hash join on all columns; hits in train against hits in holdout by a randomisation test",
    "Share of synthetic rows equal to one real row that the generator saw. The baseline is what rows that it never "
    "saw would give by chance.",
    exact_copies,
)  # fmt: skip

NEAR_COPIES = Metric(
    "near_copies", "Near copies of a train row", Family.PRIVACY, Direction.LOWER, (0.0, 1.0),
    "Nearest neighbour closer than 95 % of real rows are to theirs; train against holdout by a randomisation test",
    "Share of synthetic rows closer to one train row than real rows are to each other. The baseline is what rows "
    "that the generator never saw would give by chance.",
    near_copies,
)  # fmt: skip
