"""Do the synthetic rows of a class carry what sets it apart from the others?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from synthgen.validation.classifier import classifier, predict, train_model
from synthgen.validation.comparison import MOST_ROWS, Comparison
from synthgen.validation.metric import Direction, Estimate, Family, Metric

FEWEST = 10
MOST_CLASSES = 3
REPLICATES = 200


def class_signal(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Signal kept for the rarest classes that have enough held-out rows to tell."""
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
        yield _signal(comparison, code, str((target.categories or ())[int(code)]), rng)


def _signal(comparison: Comparison, code: float, label: str, rng: np.random.Generator) -> Estimate:
    assert comparison.target is not None
    name = comparison.target.name
    names = [column.name for column in comparison.columns if column.name != name]
    most = MOST_ROWS[comparison.effort]
    train, holdout = comparison.train, comparison.holdout
    rest = _some(train[train[name] != code], most, rng)
    y = (holdout[name] == code).to_numpy()
    guesses = []
    for source in (comparison.synthetic, train):
        inside = _some(source[source[name] == code], most, rng)
        x = pd.concat([inside[names], rest[names]], ignore_index=True)
        is_inside = np.repeat([1, 0], [len(inside), len(rest)])
        # Both models see the class at the same weight, however many rows stand for it.
        weights = np.where(is_inside == 1, len(rest) / max(len(inside), 1), 1.0)
        model = classifier(rng)
        train_model(model, x, is_inside, comparison.schema, weights)
        guesses.append(predict(model, holdout[names]))
    made, real = (float(roc_auc_score(y, guess)) for guess in guesses)
    n = int((comparison.synthetic[name] == code).sum())
    if real < 0.6:
        return Estimate(None, n=n, subject=label, reason="even real rows of this class can't be told from the others")
    ratios = []
    groups = [np.flatnonzero(y), np.flatnonzero(~y)]
    for _ in range(REPLICATES):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
        a, b = (roc_auc_score(y[rows], guess[rows]) for guess in guesses)
        ratios.append((a - 0.5) / max(b - 0.5, 1e-6))
    low, high = np.quantile(ratios, [0.025, 0.975])
    return Estimate(
        (made - 0.5) / (real - 0.5), (float(low), float(high)), 1.0, n=n, subject=label,
        reason=f"AUC {made:.3f} from synthetic rows, {real:.3f} from real ones, on {len(groups[0])} held-out rows",
    )  # fmt: skip


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
