"""The best of several attacks, chosen on one half of the targets and scored on the other, in every shuffle anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.stats import rankdata

from synthgen.validation.metric import Interval
from synthgen.validation.privacy.attacks.resampling import percentile_interval, resampled_weights
from synthgen.validation.privacy.permutation import Permutations

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

FALSE_POSITIVES = 0.01


@dataclass(frozen=True)
class Outcome:
    """An attack's success on the half of the targets on which it was not chosen.

    Attributes
    ----------
    value : float
        Mean of the two halves, each attacked in the way that did best on the other.
    null : array of shape (n_permutations,)
    interval : (float, float)
    chosen : tuple of int
        Columns of the scores that were chosen.
    """

    value: float
    null: Floats
    interval: Interval
    chosen: tuple[int, ...]


def halves(units: Places, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Divide targets at random into two halves, whole subjects together."""
    codes, which = np.unique(units, return_inverse=True)
    return np.asarray((rng.permutation(len(codes)) % 2 == 0)[which])


def select_by_auc(
    scores: Floats, rows: Places, first: NDArray[np.bool_], permutations: Permutations, rng: np.random.Generator
) -> Outcome:
    """Area under the ROC curve of the attack that does best on the other half.

    Parameters
    ----------
    scores : array of shape (n_rows, n_attacks)
    rows : array of positions in the pool
    first : bool array of shape (n_rows,)
        Which rows are in the first half.
    permutations : Permutations
    rng : numpy.random.Generator
        For the interval.
    """
    areas = np.stack([_areas(scores[side], rows[side], permutations) for side in (first, ~first)])
    picked = areas.argmax(axis=2)
    values = _crossed(areas, picked)
    chosen = picked[:, 0]
    spread = np.mean(
        [
            _resampled_area(scores[side][:, chosen[1 - half]], permutations, rows[side], rng)
            for half, side in enumerate((first, ~first))
        ],
        axis=0,
    )
    return Outcome(values[0], values[1:], percentile_interval(spread, 0.0, 1.0), tuple(int(c) for c in chosen[::-1]))


def select_by_tpr(
    scores: Floats, rows: Places, first: NDArray[np.bool_], permutations: Permutations, rng: np.random.Generator
) -> Outcome:
    """True positives at 1 % false positives, of the attack that does best on the other half.

    Carlini et al. (2022), https://doi.org/10.1109/SP46214.2022.9833649. Parameters as in :func:`select_by_auc`.
    """
    rates, shares = [], []
    for side in (first, ~first):
        labels = np.concatenate([permutations.labels[rows[side]][None], permutations.shuffled(rows[side])])
        labels = np.ascontiguousarray(labels.astype(np.uint8))
        rates.append(np.stack([_rates(labels, score) for score in scores[side].T], axis=1))
    both = np.stack(rates)
    picked = both.argmax(axis=2)
    values = _crossed(both, picked)
    chosen = picked[:, 0]
    for half, side in enumerate((first, ~first)):
        labels = np.ascontiguousarray(permutations.labels[rows[side]].astype(np.uint8))
        weights = resampled_weights(permutations, rows[side], rng)
        shares.append(_resampled_rate(scores[side][:, chosen[1 - half]], labels, weights))
    interval = percentile_interval(np.mean(shares, axis=0), 0.0, 1.0)
    return Outcome(values[0], values[1:], interval, tuple(int(c) for c in chosen[::-1]))


def _crossed(results: Floats, picked: NDArray[np.int64]) -> Floats:
    """Mean over the halves of what each half's pick gives on the other; shape (1 + n_permutations,)."""
    every = np.arange(results.shape[1])
    return np.asarray((results[0, every, picked[1]] + results[1, every, picked[0]]) / 2)


def _areas(scores: Floats, rows: Places, permutations: Permutations) -> Floats:
    """Areas with the true labels and with every shuffle; shape (1 + n_permutations, n_attacks)."""
    n = len(rows)
    centred = (rankdata(scores, axis=0) - (n + 1) / 2) / max(n, 1)
    observed, null = permutations.totals(np.column_stack([centred, np.ones(n)]), rows)
    sums = np.vstack([observed, null])
    train = sums[:, -1:]
    pairs = train * (n - train)
    # Sums are made in single precision, so that an area may be a trace beyond 1.
    return np.clip(np.where(pairs > 0, 0.5 + sums[:, :-1] * n / np.maximum(pairs, 1), 0.5), 0.0, 1.0)


def _resampled_area(score: Floats, permutations: Permutations, rows: Places, rng: np.random.Generator) -> Floats:
    weights = resampled_weights(permutations, rows, rng).astype(np.float64)
    order = np.argsort(score, kind="stable")
    weights, label, sorted_score = weights[:, order], permutations.labels[rows][order], score[order]
    starts = np.flatnonzero(np.r_[True, np.diff(sorted_score) > 0])
    train = np.add.reduceat(weights * label, starts, axis=1)
    held = np.add.reduceat(weights * ~label, starts, axis=1)
    below = np.cumsum(held, axis=1) - held / 2
    pairs = train.sum(axis=1) * held.sum(axis=1)
    return np.where(pairs > 0, (train * below).sum(axis=1) / np.maximum(pairs, 1), 0.5)


def _rates(labels: NDArray[np.uint8], score: Floats) -> Floats:
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(-score[order]) > 0, True])
    return np.asarray(_true_positives(labels, order, ends, np.ones((1, len(score)), dtype=np.float32)))


def _resampled_rate(score: Floats, labels: NDArray[np.uint8], weights: NDArray[np.float32]) -> Floats:
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.r_[np.diff(-score[order]) > 0, True])
    return np.asarray(_true_positives(labels[None], order, ends, weights))


@njit(nogil=True, cache=True)
def _true_positives(labels: Any, order: Any, ends: Any, weights: Any) -> Any:
    """Share of train rows above the lowest score that at most 1 % of holdout rows are above; ties stay together."""
    size = max(len(labels), len(weights))
    out = np.zeros(size)
    for b in range(size):
        label, weight = labels[min(b, len(labels) - 1)], weights[min(b, len(weights) - 1)]
        train, held = 0.0, 0.0
        for i in range(len(order)):
            if label[i]:
                train += weight[i]
            else:
                held += weight[i]
        allowed = np.floor(FALSE_POSITIVES * held + 1e-9)
        hits, wrong, start = 0.0, 0.0, 0
        for end in ends:
            right, more = 0.0, 0.0
            for place in range(start, end + 1):
                row = order[place]
                if label[row]:
                    right += weight[row]
                else:
                    more += weight[row]
            if wrong + more > allowed:
                break
            hits, wrong, start = hits + right, wrong + more, end + 1
        out[b] = hits / train if train > 0 else 0.0
    return out
