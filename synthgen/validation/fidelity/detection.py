"""Can a classifier tell synthetic rows from real ones that nobody trained on?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from synthgen.randomness import legacy_seed
from synthgen.validation.classifier import classifier, predict, train_model
from synthgen.validation.comparison import Comparison, Part
from synthgen.validation.metric import Direction, Estimate, Family, Interval, Metric

FOLDS = 3
FEWEST = 50


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


def _told_apart(other: Part, holdout: Part, comparison: Comparison, rng: np.random.Generator) -> tuple[float, int]:
    n = min(len(other), len(holdout))
    parts = [
        part.take(np.sort(rng.choice(len(part), n, replace=False))) if len(part) > n else part
        for part in (other, holdout)
    ]
    x = pd.concat([part.coded for part in parts], ignore_index=True)
    weights = np.concatenate([part.weights / part.weights.mean() for part in parts])
    y = np.repeat([1, 0], n)
    names = [column.name for column in comparison.columns]
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=legacy_seed(rng))
    scores = []
    for fit, score in folds.split(x, y):
        model = classifier(rng)
        train_model(model, x.iloc[fit][names], y[fit], comparison.schema, weights[fit])
        guess = predict(model, x.iloc[score][names])
        scores.append(float(roc_auc_score(y[score], guess, sample_weight=weights[score])))
    return float(np.mean(scores)), n


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
