"""Was this person's row among those that the generator learnt from? Six ways to guess that don't see the answer."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from synthgen.randomness import legacy_seed, stream
from synthgen.table.column import LABEL_KINDS
from synthgen.validation.privacy.attacks.aim import Aim
from synthgen.validation.privacy.attacks.search import Rows, nearest_rows
from synthgen.validation.privacy.pool import Pool

Floats = NDArray[np.float64]

ATTACKS = ("distance", "distance difference", "density ratio", "Gen-LRA", "classifier", "ensemble")
_REFERENCE = {"standard": 20_000, "full": 100_000}
_LEARNT = {"standard": 10_000, "full": 20_000}
_NEIGHBOURS = 5
_LEAST = 1e-3
_MADE = {"standard": 5_000, "full": 20_000}


def membership_scores(pool: Pool) -> Floats:
    """Score every target: the higher, the likelier a train row. Shape (n_targets, 6), in the order of ``ATTACKS``.

    - distance: nearness of the nearest synthetic row; Chen et al. (2020), https://doi.org/10.1145/3372297.3417238
    - distance difference: the same against the nearest other real row
    - density ratio: of synthetic rows against other real ones, from distances to neighbours; DOMIAS, van Breugel et al.
      (2023), https://proceedings.mlr.press/v206/breugel23a.html
    - Gen-LRA: how much likelier the synthetic rows nearby become if the target is one of the real ones; Ward et al.
      (2025), https://arxiv.org/abs/2508.21146
    - classifier: how synthetic a target looks to boosted trees that learnt synthetic rows from other real ones;
      density ratio by classification, as in Hayes et al. (2019), https://doi.org/10.2478/popets-2019-0008
    - ensemble: mean rank of the others
    """
    return pool.once("membership", lambda: _scored(pool))


def _scored(pool: Pool) -> Floats:
    aim, rng = Aim.at(pool), stream(np.random.SeedSequence(pool.seed), "membership")
    near, _, _ = aim.found
    real = _around(aim, _REFERENCE[pool.effort], rng)
    around = _to_other_real_rows(aim, real)
    scores = [
        -near[:, 0],
        around[:, 0] - near[:, 0],
        np.log((around[:, -1] + _LEAST) / (near[:, 0] + _LEAST)),
        _likelihood(aim, real, _MADE[pool.effort], rng),
        _classified(aim, _LEARNT[pool.effort], rng),
    ]
    ranks = sum(rankdata(score) for score in scores)
    return np.stack([*scores, ranks], axis=1)


def _to_other_real_rows(aim: Aim, around: Rows) -> Floats:
    """Distances of each target to its five nearest other real rows, of a sample where there are very many."""
    own = np.searchsorted(around, aim.targets)
    return nearest_rows(aim.real[aim.targets], aim.real[around], k=_NEIGHBOURS, own=own)[0]


def _around(aim: Aim, most: int, rng: np.random.Generator) -> Rows:
    """The targets, and as many other real rows as may be looked at."""
    others = np.setdiff1d(np.arange(len(aim.real)), aim.targets)
    if len(others) > most:
        others = rng.choice(others, most, replace=False)
    return np.union1d(aim.targets, others)


def _likelihood(aim: Aim, around: Rows, most: int, rng: np.random.Generator) -> Floats:
    """Log likelihood that the synthetic rows around a target gain by it, each over the real rows around it.

    A synthetic row's density under the real rows is a sum of kernels, as wide as the distance to its fifth
    neighbour; a target with the share w of that sum adds -log(1 - w).
    """
    # Rows that are nearest to some target come first: around the others no target gains much.
    nearest = np.unique(np.asarray(aim.found[1])[:, 0])
    others = np.setdiff1d(np.arange(len(aim.made)), nearest)
    chosen = np.concatenate([rng.permutation(nearest), rng.permutation(others)])[:most]
    distances, rows, _ = nearest_rows(aim.made[chosen], aim.real[around], k=_NEIGHBOURS)
    width = distances[:, -1:] / 2 + 1e-6
    kernel = np.exp(-((distances / width) ** 2))
    share = np.minimum(kernel / kernel.sum(axis=1, keepdims=True), 1 - 1e-6)
    gained = np.bincount(around[rows].ravel(), -np.log1p(-share).ravel(), minlength=len(aim.real))
    return np.asarray(gained[aim.targets])


def _classified(aim: Aim, most: int, rng: np.random.Generator) -> Floats:
    """Chance that a target is synthetic, by a model that learnt from the other half of the real rows."""
    from lightgbm import LGBMClassifier

    labels: Any = [j for j, column in enumerate(aim.columns) if column.kind in LABEL_KINDS] or "auto"
    half = rng.permutation(len(aim.real)) % 2
    made = aim.made[rng.permutation(len(aim.made))[:most]]
    guess = np.zeros(len(aim.targets))
    for side in (0, 1):
        asked = half[aim.targets] == side
        real = aim.real[rng.permutation(np.flatnonzero(half != side))[:most]]
        model = LGBMClassifier(
            n_estimators=50, num_leaves=31, learning_rate=0.1, min_child_samples=5, max_bin=255, verbose=-1,
            deterministic=True, force_row_wise=True, random_state=legacy_seed(rng), n_jobs=1,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = np.repeat([0, 1], [len(real), len(made)])
            model.fit(np.concatenate([real, made]), told, categorical_feature=labels)
            if asked.any():
                guess[asked] = np.asarray(model.predict_proba(aim.real[aim.targets[asked]]))[:, 1]
    return guess
