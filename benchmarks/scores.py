"""What synthetic rows are worth, judged by real rows that no generator saw."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score, root_mean_squared_error

from synthgen.randomness import legacy_seed, seed_sequence, stream
from synthgen.table.column import LABEL_KINDS
from synthgen.table.distance import DistanceSpace
from synthgen.table.neighbours import nearest
from synthgen.table.schema import Schema
from synthgen.validation.classifier import classifier, predict, train_model
from synthgen.validation.comparison import Comparison
from synthgen.validation.fidelity.detection import FOLDS
from synthgen.validation.metric import measure
from synthgen.validation.validate import METRICS

Scores = dict[str, float]
Guess = Callable[[pd.DataFrame, NDArray[np.int64], pd.DataFrame, Schema], NDArray[np.float64]]


def fidelity(
    made: pd.DataFrame,
    fresh: pd.DataFrame,
    judge: pd.DataFrame,
    schema: Schema,
    names: Sequence[str],
    effort: str = "standard",
) -> Scores:
    """synthgen's own metrics against ``judge``: means over columns or pairs."""
    comparison = Comparison.of(fresh, judge, made, schema, effort=effort)
    out = {}
    for metric in METRICS:
        if metric.name in names:
            whole = next(m for m in measure(metric, comparison, stream(seed_sequence(0), metric.name)) if not m.subject)
            if whole.value is None:
                raise SystemExit(f"{metric.name} could not be had: {whole.reason}")
            out[metric.name] = whole.value
    return out


def usefulness(made: pd.DataFrame, judge: pd.DataFrame, schema: Schema) -> Scores:
    """Train on ``made``, test on ``judge``: AUC for two classes, root mean squared error for a number."""
    target = schema.target
    assert target is not None
    rng = np.random.default_rng(0)
    names = [column.name for column in schema if column != target]
    y, truth = made[target.name].to_numpy(float), judge[target.name].to_numpy(float)
    if target.kind in LABEL_KINDS:
        model = classifier(rng)
        train_model(model, made[names], y, schema)
        return {"tstr_auc": float(roc_auc_score(truth, predict(model, judge[names])))}
    from lightgbm import LGBMRegressor

    regressor = LGBMRegressor(n_estimators=300, deterministic=True, verbose=-1, n_jobs=1, random_state=legacy_seed(rng))
    train_model(regressor, made[names], y, schema)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        guess = regressor.predict(judge[names].to_numpy(float))
    return {"tstr_rmse": float(root_mean_squared_error(truth, guess))}


def guessed(learn: pd.DataFrame, y: NDArray[np.int64], score: pd.DataFrame, schema: Schema) -> NDArray[np.float64]:
    """What synthgen's detection classifier says of the rows to score."""
    model = classifier(np.random.default_rng(0))
    train_model(model, learn, y, schema)
    return predict(model, score)


def told_apart(
    first: pd.DataFrame, second: pd.DataFrame, judge: pd.DataFrame, schema: Schema, guess: Guess = guessed
) -> float:
    """AUC of a classifier that learns on rows of ``first`` and is tested on rows of ``second``.

    Each third of ``judge`` is tested once, with the classifier that learnt from the other two; rows of ``first`` and
    ``second`` are taken at other positions, so that with the same table for both it is cross-validation.
    """
    rng = np.random.default_rng(0)
    n = min(len(first), len(second), len(judge))
    names = [column.name for column in schema if column.name in judge]
    parts = {
        name: part.iloc[rng.permutation(len(part))[:n]][names]
        for name, part in (("first", first), ("second", second), ("judge", judge))
    }
    if second is first:
        parts["second"] = parts["first"]
    tested = np.arange(n) % FOLDS
    scores = []
    for fold in range(FOLDS):
        fit, score = tested != fold, tested == fold
        learn = pd.concat([parts["first"][fit], parts["judge"][fit]], ignore_index=True)
        rows = pd.concat([parts["second"][score], parts["judge"][score]], ignore_index=True)
        said = guess(learn, np.repeat([1, 0], fit.sum()), rows, schema)
        scores.append(float(roc_auc_score(np.repeat([1, 0], score.sum()), said)))
    return float(np.mean(scores))


def closeness(made: pd.DataFrame, train: pd.DataFrame, judge: pd.DataFrame, schema: Schema) -> Scores:
    """Share of rows nearer to ``train`` than to as many rows of ``judge``, ties half, and shares of exact copies."""
    n = min(len(train), len(judge))
    space = DistanceSpace.fit(pd.concat([train[:n], judge[:n]], ignore_index=True), schema)
    rows = space.transform(made)
    here, there = (nearest(rows, space.transform(part[:n]))[0][:, 0] for part in (train, judge))
    own = _keys(made)
    return {
        "dcr_share": float(np.mean((here < there) + 0.5 * (here == there))),
        "copies_of_train": float(np.isin(own, _keys(train)).mean()),
        "copies_of_judge": float(np.isin(own, _keys(judge)).mean()),
    }


def _keys(coded: pd.DataFrame) -> NDArray[np.uint64]:
    """One number a row, equal where all values are."""
    plain = coded.astype(float).round(9) + 0.0
    return pd.util.hash_pandas_object(plain, index=False).to_numpy()
