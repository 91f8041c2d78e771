"""Probabilities of labels from a model that saw other rows only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.row_samples import some_rows
from synthgen.randomness import legacy_seed
from synthgen.table.column import LABEL_KINDS
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]

MOST_ROWS = 8_000
LEAST_ROWS = 2_000
MODEL_ROWS = 24_000
FOLDS = 3
TREES = 40
MOST_LEVELS = 30


def rows_looked_at(n: int, columns: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Give all rows, or 8,000 of them at random; fewer where models of many sensitive columns are grown."""
    most = max(LEAST_ROWS, min(MOST_ROWS, MODEL_ROWS // max(columns, 1)))
    return some_rows(n, most, rng)


def features_matrix(coded: pd.DataFrame, schema: Schema, names: list[str]) -> pd.DataFrame:
    """Columns as LightGBM takes them: labels as categories, rare labels of a column with many as one."""
    out = {}
    for name in names:
        values = coded[name]
        if schema[name].kind in LABEL_KINDS:
            codes, distinct = pd.factorize(values)
            if len(distinct) > MOST_LEVELS:
                common = pd.Series(codes[codes >= 0]).value_counts().index[: MOST_LEVELS - 1].to_numpy()
                codes = np.where((codes < 0) | np.isin(codes, common), codes, len(distinct))
            out[name] = pd.Series(pd.Categorical(codes), index=values.index)
        else:
            out[name] = values.astype(float)
    return pd.DataFrame({f"c{i}": column for i, column in enumerate(out.values())})


def cross_fitted(features: pd.DataFrame, labels: NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Class probabilities of every row, from boosted trees grown on the other two thirds.

    Parameters
    ----------
    features : pandas.DataFrame, shape (n_rows, n_columns)
    labels : array of int, shape (n_rows,)
        0, 1, …; each with at least as many rows as there are folds.

    Returns
    -------
    array, shape (n_rows, n_classes)
        Rows sum to 1.
    """
    from lightgbm import LGBMClassifier
    from sklearn.model_selection import StratifiedKFold

    width = int(labels.max()) + 1
    out = np.zeros((len(labels), width))
    seed = legacy_seed(rng)
    options: dict[str, Any] = {
        "n_estimators": TREES, "learning_rate": 0.1, "num_leaves": 15, "min_child_samples": 20, "n_jobs": 1,
        "verbosity": -1, "deterministic": True, "force_row_wise": True, "random_state": seed, "max_bin": 63,
        "min_data_per_group": 20, "cat_smooth": 10,
    }  # fmt: skip
    for fit, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(features, labels):
        model = LGBMClassifier(**options).fit(features.iloc[fit], labels[fit])
        out[np.ix_(rest, model.classes_)] = model.predict_proba(features.iloc[rest])
    return out
