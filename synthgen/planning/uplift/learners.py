"""The models that are trained on every arm's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler
from sklearn.utils.validation import has_fit_parameter

from synthgen.errors import UsageError
from synthgen.planning.uplift.arms import Rows
from synthgen.planning.uplift.problem import Problem
from synthgen.table import LABEL_KINDS
from synthgen.validation.classifier import STEADY, classifier

Floats = NDArray[np.float64]

LOGISTIC, FOREST, BOOSTING = "logistic regression", "random forest", "gradient boosting"
LEARNERS = (LOGISTIC, FOREST, BOOSTING)

TREES, FEWEST_IN_A_LEAF, BINS = 40, 2, 64
"""Of the forest, which takes most of the time. It sees numbers in 64 bins of about as many rows each: a third of the
time, and no less exact (average precision on a third of the card payments .917 in bins, .911 without). 60 trees take
half as long again for .001 more; trees that draw half of the rows lose .006 without added rows and .001 with them,
which would flatter those."""

MOST_DRAWN = 50_000
"""Rows that a tree of the forest draws, so that its time stays within bounds on large tables. There it is weaker,
most of all without added rows."""

COMMON_LEVEL = 5
"""Rows that a label must have to be a column of its own."""


@dataclass(frozen=True)
class Learner:
    """A model by name, and what it is given to read.

    Attributes
    ----------
    name : str
    model : scikit-learn classifier, unfitted
    whole_frame : bool
        A pipeline reads the caller's columns as they are; anything else is given numbers.
    most_drawn : int or None
        Rows that each tree of a forest draws at most.
    """

    name: str
    model: Any
    whole_frame: bool = False
    most_drawn: int | None = None

    @property
    def takes_weights(self) -> bool:
        """Whether the last step's ``fit`` takes ``sample_weight``."""
        return bool(has_fit_parameter(_last(self.model), "sample_weight"))

    def fit(self, rows: Rows, problem: Problem, seed: int) -> Any:
        """Train a copy on the rows of an arm."""
        model = _seeded(clone(self.model), seed)
        y, options = rows.y(problem), {}
        if rows.balanced:
            weights = np.where(y == 1, len(y) / (2 * y.sum()), len(y) / (2 * (len(y) - y.sum())))
            prefix = f"{model.steps[-1][0]}__" if isinstance(model, Pipeline) else ""
            options[f"{prefix}sample_weight"] = weights
        if _is_lightgbm(self.model):
            options["categorical_feature"] = _label_positions(problem) or "auto"
        if self.most_drawn is not None and len(y) > self.most_drawn:
            model.steps[-1][1].set_params(max_samples=self.most_drawn)
        model.fit(self._table(rows, problem), y, **options)
        return model

    def predict(self, model: Any, rows: NDArray[np.int64], problem: Problem) -> Floats:
        """Probability of the class."""
        return np.asarray(model.predict_proba(self._table(Rows(rows), problem))[:, 1], dtype=float)

    def _table(self, rows: Rows, problem: Problem) -> Any:
        if self.whole_frame:
            names = [name for name in problem.frame.columns if name != problem.target.name]
            real, made = problem.frame[names], None if rows.made is None else rows.made[names]
        else:
            names = problem.features
            real, made = problem.coded[names], None if rows.made_coded is None else rows.made_coded[names]
        table = real.iloc[rows.real]
        if made is not None:
            table = pd.concat([table, made], ignore_index=True)
        return table.to_numpy(float) if _is_lightgbm(self.model) else table


def read_learners(model: Any, problem: Problem) -> list[Learner]:
    """Learners of what a caller gives: nothing (all three), a name, a classifier, several of them, or a mapping.

    Raises
    ------
    UsageError
        A name is unknown, or something is no classifier that gives probabilities.
    """
    if model is None:
        model = LEARNERS
    if isinstance(model, Mapping):
        named = [(str(name), item) for name, item in model.items()]
    else:
        given = model if isinstance(model, Sequence) and not isinstance(model, str) else [model]
        named = [(item if isinstance(item, str) else _name_of(item), item) for item in given]
    if not named or len({name for name, _ in named}) < len(named):
        raise UsageError("Each model needs a name of its own; give a mapping: model={name: classifier, ...}.")
    return [_learner(name, item, problem) for name, item in named]


def _name_of(model: Any) -> str:
    return type(_last(model)).__name__


def _last(model: Any) -> Any:
    return model.steps[-1][1] if isinstance(model, Pipeline) and model.steps else model


def _learner(name: str, item: Any, problem: Problem) -> Learner:
    if isinstance(item, str):
        makers = {LOGISTIC: _logistic, FOREST: _forest, BOOSTING: _boosting}
        if item not in makers:
            raise UsageError(f"There is no model {item!r}. Choose one of: {', '.join(LEARNERS)}, or pass a classifier.")
        return Learner(name, makers[item](problem), most_drawn=MOST_DRAWN if item == FOREST else None)
    if isinstance(item, type) or not hasattr(item, "fit") or not hasattr(item, "get_params"):
        raise UsageError(f"A model must be a scikit-learn classifier, not fitted yet; got {type(item).__name__}.")
    if not hasattr(item, "predict_proba"):
        raise UsageError(
            f"{_name_of(item)} gives no probabilities (predict_proba), which log-loss and calibration need. Wrap it: "
            "sklearn.calibration.CalibratedClassifierCV(model)."
        )
    if isinstance(item, Pipeline):
        return Learner(name, item, whole_frame=True)
    return Learner(name, item if _is_lightgbm(item) else make_pipeline(_prepared(problem, StandardScaler()), item))


def _logistic(problem: Problem) -> Any:
    return make_pipeline(_prepared(problem, StandardScaler()), LogisticRegression(max_iter=1_000))


def _forest(problem: Problem) -> Any:
    bins = KBinsDiscretizer(BINS, encode="ordinal", strategy="quantile")
    forest = RandomForestClassifier(TREES, min_samples_leaf=FEWEST_IN_A_LEAF)
    return make_pipeline(_prepared(problem, bins), forest)


def _boosting(problem: Problem) -> Any:
    """The one that validation tells rows apart with; its seed is set where it is trained."""
    return classifier(np.random.default_rng(0), l2=STEADY)


def _prepared(problem: Problem, numbers: Any) -> ColumnTransformer:
    """Labels as columns of their own, gaps filled and marked: learnt from the rows to train on, as the model is."""
    labels = [name for name in problem.features if problem.schema[name].kind in LABEL_KINDS]
    others = [name for name in problem.features if name not in labels]
    shown = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=COMMON_LEVEL, sparse_output=False)
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    return ColumnTransformer([("numbers", make_pipeline(filled, numbers), others), ("labels", shown, labels)])


def _label_positions(problem: Problem) -> list[int]:
    return [i for i, name in enumerate(problem.features) if problem.schema[name].kind in LABEL_KINDS]


def _is_lightgbm(model: Any) -> bool:
    return type(model).__module__.startswith("lightgbm.")


def _seeded(model: Any, seed: int) -> Any:
    """Give every part that draws at random the seed, the same one in all arms of a split."""
    names = [name for name in model.get_params() if name == "random_state" or name.endswith("__random_state")]
    return model.set_params(**dict.fromkeys(names, seed))
