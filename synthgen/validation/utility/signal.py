"""Do the synthetic rows of a class carry what sets it apart from the others?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from synthgen.validation.classifier import classifier, predict, train_model
from synthgen.validation.comparison import MOST_ROWS, Comparison, Floats
from synthgen.validation.metric import Direction, Estimate, Family, Metric
from synthgen.validation.report import PrecisionCurve

FEWEST = 10
MOST_CLASSES = 3
REPLICATES = 200

LEAST_AUC = 0.6
"""Below, real rows of the class have no signal that could be kept or lost."""


def class_signal(
    comparison: Comparison, rng: np.random.Generator, curves: list[PrecisionCurve] | None = None
) -> Iterator[Estimate]:
    """Signal kept for the rarest classes that have enough held-out rows to tell.

    Of each the curve that a report draws is added to ``curves``, since the same models draw it.
    """
    target = comparison.target
    if target is None:
        yield Estimate(None, reason="the target has no classes, or none was named", vacuous=True)
        return
    held = comparison.holdout[target.name].value_counts()
    real = comparison.train[target.name].value_counts()
    known = [c for c in comparison.classes if min(held.get(c, 0), real.get(c, 0)) >= FEWEST]
    if not known or len(held) < 2:
        reason = f"no class of the synthetic rows has {FEWEST} rows in train and holdout to compare with"
        yield Estimate(None, reason=reason)
        return
    # Of two classes, what tells one from the other tells the other from the one.
    shown = 1 if len(real) == 2 else MOST_CLASSES
    for code in sorted(known, key=lambda c: (real[c], c))[:shown]:
        yield _signal(comparison, code, str((target.categories or ())[int(code)]), rng, curves)


def _signal(
    comparison: Comparison, code: float, label: str, rng: np.random.Generator, curves: list[PrecisionCurve] | None
) -> Estimate:
    assert comparison.target is not None
    found, guesses = class_guesses(comparison, code, (comparison.synthetic, comparison.train), rng)
    weights = None if comparison.tilts is None else comparison.tilt_by_class(1)
    if curves is not None and weights is None:
        curves += precision_curve(label, found, *guesses)
    made, real = (area(found, guess, weights) for guess in guesses)
    n = int((comparison.synthetic[comparison.target.name] == code).sum())
    if real < LEAST_AUC:
        return Estimate(None, n=n, subject=label, reason="even real rows of this class can't be told from the others")
    shares = kept_shares(resampled_areas(found, guesses, rng, weights))[:, 0]
    low, high = np.quantile(shares, [0.025, 0.975])
    return Estimate(
        (made - 0.5) / (real - 0.5), (float(low), float(high)), 1.0, n=n, subject=label,
        reason=f"AUC {made:.3f} from synthetic rows, {real:.3f} from real ones, on {int(found.sum())} held-out rows",
    )  # fmt: skip


def class_guesses(
    comparison: Comparison, code: float, sources: Sequence[pd.DataFrame], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], list[Floats]]:
    """Train classifiers on the sources' rows of a class against the other real classes, and let them find others.

    Parameters
    ----------
    comparison : Comparison
        Its ``train`` gives the rows of the other classes and its ``holdout`` those to be found.
    code : float
        The class.
    sources : sequence of coded frames
        Where rows of the class come from; only those of the class are used.
    rng : numpy.random.Generator

    Returns
    -------
    found : array of bool, shape (n_holdout,)
        Which held-out rows are of the class.
    guesses : list of arrays of shape (n_holdout,)
        Each classifier's probability that they are.
    """
    assert comparison.target is not None
    name = comparison.target.name
    names = [column.name for column in comparison.columns if column.name != name]
    most = MOST_ROWS[comparison.effort]
    train, holdout = comparison.train, comparison.holdout
    # Real rows count as much as the synthetic ones were meant to differ from them.
    tilt = pd.Series(comparison.tilt_by_class(0), index=train.index)
    rest = _some(train[train[name] != code], most, rng)
    guesses = []
    for source in sources:
        inside = _some(source[source[name] == code], most, rng)
        counts = tilt[inside.index].to_numpy() if source is train else np.ones(len(inside))
        x = pd.concat([inside[names], rest[names]], ignore_index=True)
        is_inside = np.repeat([1, 0], [len(inside), len(rest)])
        # All models see the class at the same weight, however many rows stand for it.
        others = tilt[rest.index].to_numpy()
        weights = np.concatenate([counts * (others.sum() / max(counts.sum(), 1e-9)), others])
        model = classifier(rng)
        train_model(model, x, is_inside, comparison.schema, weights)
        guesses.append(predict(model, holdout[names]))
    return (holdout[name] == code).to_numpy(), guesses


def area(found: NDArray[np.bool_], guess: Floats, weights: Floats | None = None) -> float:
    """Area under the ROC curve, by ranks; ties count half. Rows count as much as ``weights`` say."""
    if weights is not None:
        return _right_pairs(np.unique(guess, return_inverse=True)[1], found, weights)
    n = int(found.sum())
    return float((rankdata(guess)[found].sum() - n * (n + 1) / 2) / (n * (len(found) - n)))


def precision_curve(label: str, found: NDArray[np.bool_], made: Floats, real: Floats) -> list[PrecisionCurve]:
    """Precision at steps of recall of ten rows or more each; nothing with fewer than twenty rows of the class.

    Examples
    --------
    >>> found = np.arange(40) < 20
    >>> curve, = precision_curve("1", found, made=np.ones(40), real=found.astype(float))
    >>> curve.recall, curve.real, curve.synthetic
    ((0.5, 1.0), (1.0, 1.0), (0.5, 0.5))
    """
    n = int(found.sum())
    steps = min(n // FEWEST, 10)
    if steps < 2:
        return []
    recall = tuple(step / steps for step in range(1, steps + 1))
    sides = []
    for guess in (real, made):
        inside = np.sort(guess[found])[::-1]
        least = [inside[math.ceil(share * n - 1e-9) - 1] for share in recall]
        sides.append(tuple(round(float(found[guess >= level].mean()), 2) for level in least))
    return [PrecisionCurve(label, n, float(found.mean()), recall, sides[0], sides[1])]


def resampled_areas(
    found: NDArray[np.bool_], guesses: Sequence[Floats], rng: np.random.Generator, weights: Floats | None = None
) -> Floats:
    """Areas of each guess on resampled rows, the same ones for all: shape (n_replicates, n_guesses)."""
    groups = [np.flatnonzero(found), np.flatnonzero(~found)]
    places = [np.unique(guess, return_inverse=True)[1] for guess in guesses]
    counts = np.ones(len(found)) if weights is None else weights
    areas = np.empty((REPLICATES, len(guesses)))
    for k in range(REPLICATES):
        drawn = np.concatenate([rng.choice(group, len(group)) for group in groups])
        for j, place in enumerate(places):
            areas[k, j] = _right_pairs(place[drawn], found[drawn], counts[drawn])
    return areas


def _right_pairs(place: NDArray[np.intp], found: NDArray[np.bool_], weights: Floats) -> float:
    """Share of pairs of rows, one of each side, in the right order; ties half."""
    size = int(place.max()) + 1
    inside, outside = (np.bincount(place[side], weights[side], minlength=size) for side in (found, ~found))
    right = (inside * (np.cumsum(outside) - outside / 2)).sum()
    return float(right / max(inside.sum() * outside.sum(), 1e-12))


def kept_shares(areas: Floats) -> Floats:
    """Skill over guessing that each source gives, as a share of the last one's: shape (n, n_sources - 1)."""
    return np.asarray((areas[:, :-1] - 0.5) / np.maximum(areas[:, -1:] - 0.5, 1e-6))


def _some(frame: pd.DataFrame, most: int, rng: np.random.Generator) -> pd.DataFrame:
    if len(frame) <= most:
        return frame
    return frame.iloc[np.sort(rng.choice(len(frame), most, replace=False))]


CLASS_SIGNAL = Metric(
    "class_signal", "What sets a class apart is kept", Family.UTILITY, Direction.HIGHER, (-50.0, 50.0),
    "Train on synthetic, test on real, for one class against the others; Esteban et al. (2017), "
    "https://arxiv.org/abs/1706.02633",
    "1 means that a model trained on the class's synthetic rows finds its held-out real rows as well as one trained "
    "on real rows; 0 that it can only guess.",
    class_signal,
)  # fmt: skip
