"""Can a classifier tell synthetic rows from real ones that nobody trained on?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from synthgen.randomness import legacy_seed
from synthgen.validation.classifier import classifier, predict, train_model
from synthgen.validation.comparison import Comparison, Floats, Part
from synthgen.validation.metric import Direction, Estimate, Family, Interval, Metric

FOLDS = 3
FEWEST = 50
MOST_ROWS = 1_000
WORST_SHOWN = 10


def detection_auc(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """Cross-validated AUC of synthetic against holdout; train against holdout is the baseline."""
    holdout, made, train = comparison.real_holdout, comparison.made, comparison.real_train
    if min(len(holdout), len(made), len(train)) < FEWEST:
        n = min(len(holdout), len(made), len(train))
        return Estimate(None, n=n, reason=f"needs {FEWEST} rows on each side and there are {n}")
    holdout = holdout.take(comparison.picks(holdout, rng))
    value, n = _told_apart(made, holdout, comparison, rng)
    baseline, m = _told_apart(train, holdout, comparison, rng)
    return Estimate(value, auc_interval(value, n, n), baseline, auc_interval(baseline, m, m), n=n)


def detection_columns(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """AUC that the classifier loses when a column is shuffled: which columns give the rows away, the worst first."""
    holdout, made, train = comparison.real_holdout, comparison.made, comparison.real_train
    n = min(len(holdout), len(made), len(train))
    if n < FEWEST:
        yield Estimate(None, n=n, reason=f"needs {FEWEST} rows on each side and there are {n}")
        return
    names = [column.name for column in comparison.columns]
    n = min(n, MOST_ROWS)
    lost = {}
    for who, other in (("made", made), ("train", train)):
        parts = [part.take(np.sort(rng.choice(len(part), n, replace=False))) for part in (other, holdout)]
        x, y, weights = _stacked(parts, comparison)
        fit, score = next(iter(StratifiedKFold(2, shuffle=True, random_state=legacy_seed(rng)).split(x, y)))
        model = classifier(rng)
        train_model(model, x.iloc[fit], y[fit], comparison.schema, weights[fit])
        lost[who] = _lost_without(model, x.iloc[score], y[score], weights[score], rng)
    # What shuffling a column does by chance is seen where there is nothing to find.
    half = 1.959964 * float(np.std(list(lost["train"].values()), ddof=1)) if len(names) > 1 else 0.0
    worst = sorted(names, key=lambda name: -lost["made"][name])[:WORST_SHOWN]
    most = max(lost["train"].values())
    for subject, name in [(None, worst[0]), *zip(worst, worst, strict=True)]:
        value, baseline = lost["made"][name], lost["train"][name] if subject else most
        reason = "" if subject else f"the most telling is {name!r}"
        yield Estimate(
            value, (max(-1.0, value - half), min(1.0, value + half)), baseline, n=n, subject=subject, reason=reason
        )


def _lost_without(
    model: Any, x: pd.DataFrame, y: NDArray[np.int64], weights: Floats, rng: np.random.Generator
) -> dict[str, float]:
    whole = float(roc_auc_score(y, predict(model, x), sample_weight=weights))
    lost = {}
    for name in x.columns:
        without = x.assign(**{name: x[name].to_numpy()[rng.permutation(len(x))]})
        lost[str(name)] = whole - float(roc_auc_score(y, predict(model, without), sample_weight=weights))
    return lost


def _told_apart(other: Part, holdout: Part, comparison: Comparison, rng: np.random.Generator) -> tuple[float, int]:
    n = min(len(other), len(holdout))
    parts = [
        part.take(np.sort(rng.choice(len(part), n, replace=False))) if len(part) > n else part
        for part in (other, holdout)
    ]
    x, y, weights = _stacked(parts, comparison)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=legacy_seed(rng))
    scores = []
    for fit, score in folds.split(x, y):
        model = classifier(rng)
        train_model(model, x.iloc[fit], y[fit], comparison.schema, weights[fit])
        guess = predict(model, x.iloc[score])
        scores.append(float(roc_auc_score(y[score], guess, sample_weight=weights[score])))
    return float(np.mean(scores)), n


def _stacked(parts: list[Part], comparison: Comparison) -> tuple[pd.DataFrame, NDArray[np.int64], Floats]:
    """Rows to be told apart, which of the two parts each is from (1: the first), and weights of 1 on average."""
    x = pd.concat([part.coded for part in parts], ignore_index=True)
    y = np.repeat([1, 0], [len(part) for part in parts])
    weights = np.concatenate([part.weights / part.weights.mean() for part in parts])
    return x[[column.name for column in comparison.columns]], y, weights


def auc_interval(auc: float, positives: float, negatives: float) -> Interval:
    """95 % interval of an AUC by Hanley and McNeil (1982), https://doi.org/10.1148/radiology.143.1.7063747."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = (auc * (1 - auc) + (positives - 1) * (q1 - auc**2) + (negatives - 1) * (q2 - auc**2)) / (
        positives * negatives
    )
    half = 1.959964 * float(np.sqrt(max(variance, 0.25 / (positives * negatives))))
    return max(0.0, auc - half), min(1.0, auc + half)


DETECTION_AUC = Metric(
    "detection_auc", "A classifier tells synthetic from real", Family.FIDELITY, Direction.NEAR_BASELINE,
    (0.0, 1.0), "Classifier two-sample test, Lopez-Paz and Oquab (2017), https://arxiv.org/abs/1610.06545",
    "Area under the ROC curve: .5 means that it can only guess, 1 that it always knows.",
    detection_auc,
)  # fmt: skip

DETECTION_COLUMNS = Metric(
    "detection_columns", "Columns that give synthetic rows away", Family.FIDELITY, Direction.LOWER, (-1.0, 1.0),
    "Permutation importance in the classifier two-sample test; Breiman (2001), https://doi.org/10.1023/A:1010933404324",
    "Area under the ROC curve that the classifier loses when the column is shuffled: 0 means that it didn't need it.",
    detection_columns,
)  # fmt: skip
