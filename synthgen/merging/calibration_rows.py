"""What calibration asks of rows and models: real where it must be, unseen, and of every class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import narwhals.stable.v1 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import check_cv
from sklearn.utils import get_tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from synthgen.errors import DataError, UsageError
from synthgen.merging.merge import FLAG
from synthgen.table.frames import is_frame

if TYPE_CHECKING:
    from sklearn.utils import Tags

MOSTLY_DISTINCT, MOSTLY_SEEN = 0.9, 0.5

Split = tuple[NDArray[np.int64], NDArray[np.int64]]


def check_parts(estimator: Any, sampler: Any) -> None:
    """Refuse a model without probabilities, or a sampler that is none."""
    if not hasattr(estimator, "predict_proba"):
        raise UsageError(
            f"{type(estimator).__name__} has no predict_proba, so there are no probabilities to make right. Give a "
            "classifier that has it (SVC and the like: wrap it in sklearn's CalibratedClassifierCV first)."
        )
    if sampler is not None and not hasattr(sampler, "fit_resample"):
        raise UsageError(f"sampler must have fit_resample, as SyntheticOverSampler has; got {type(sampler).__name__}.")


def without_flag(X: Any) -> tuple[Any, NDArray[np.bool_] | None]:
    """Features, and which rows are marked as synthetic (None: nothing says)."""
    if not is_frame(X) or FLAG not in (frame := nw.from_native(X)).collect_schema().names():
        return X, None
    marks = frame.select(FLAG)
    if isinstance(frame, nw.LazyFrame):
        marks = marks.collect()
    return frame.drop(FLAG).to_native(), np.asarray(marks[FLAG].to_numpy()).astype(bool)


def labels_of(y: Any) -> NDArray[Any]:
    """Labels as a plain array."""
    labels = np.asarray(column_or_1d(y, warn=True))
    missing = int(pd.isna(labels).sum())
    if missing:
        raise DataError(f"y is missing (NaN) in {missing} of {len(labels)} rows. Drop these rows.")
    check_classification_targets(labels)
    return labels


def check_real(made: NDArray[np.bool_] | None, name: str, advice: str) -> None:
    """Refuse rows that are marked as synthetic."""
    if made is not None and made.any():
        raise UsageError(f"{int(made.sum())} rows of {name} are synthetic (column {FLAG!r}). {advice}")


def check_unseen(train: Any, held: Any) -> None:
    """Refuse calibration rows most of which were trained on, where rows are told apart by their values."""
    seen, own = (
        pd.util.hash_pandas_object(pd.DataFrame(np.asarray(part, dtype=object)).astype(str), index=False)
        for part in (train, held)
    )
    if seen.nunique() < MOSTLY_DISTINCT * len(seen):
        return
    again = float(own.isin(seen).mean())
    if again > MOSTLY_SEEN:
        raise UsageError(
            f"{again:.0%} of the calibration rows are among the training rows, whose scores are too sure. Give rows "
            "that were held out: train, holdout = result.for_evaluation()."
        )


def check_classes(labels: NDArray[Any], classes: Any) -> None:
    """Refuse calibration rows that lack a class of the model, or have one more."""
    present = set(np.unique(labels).tolist())
    known = set(np.asarray(classes).tolist())
    if present != known:
        lacking, new = sorted(map(str, known - present)), sorted(map(str, present - known))
        what = (
            f"have no row of class {lacking[0]!r}"
            if lacking
            else f"have class {new[0]!r}, which no model was trained on"
        )
        raise DataError(f"The calibration rows {what}. Both need rows of every class.")


def split_rows_by(cv: Any, X: Any, labels: NDArray[Any]) -> list[Split]:
    """Folds: each row is held out once, and every fold has training rows of every class."""
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise DataError("y has one class only; there are no probabilities to learn. Give rows of two classes.")
    if isinstance(cv, (int, np.integer)) and not isinstance(cv, bool) and counts.min() < cv:
        raise DataError(
            f"Class {classes[counts.argmin()]!s} of y has {counts.min()} rows, fewer than the {cv} folds. Take fewer "
            f"folds (cv={max(2, int(counts.min()))}), or give more rows of it."
        )
    splits: list[Split] = list(check_cv(cv, labels, classifier=True).split(np.zeros((len(labels), 1)), labels))
    held = np.concatenate([test for _, test in splits])
    if not np.array_equal(np.sort(held), np.arange(len(labels))):
        raise UsageError("cv must hold out each row once, as KFold does. Use a number of folds or StratifiedKFold.")
    for place, (train, _) in enumerate(splits, start=1):
        lacking = np.setdiff1d(classes, labels[train])
        if len(lacking):
            raise DataError(
                f"Fold {place} of {len(splits)} has no training row of class {lacking[0]!s}. Use StratifiedKFold "
                "(shuffled), or a number of folds as cv."
            )
    return splits


def in_order(shares: Mapping[Any, float], classes: Any) -> NDArray[np.float64]:
    """Natural shares in the order of the model's classes."""
    labels = np.asarray(classes).tolist()
    lacking = [label for label in labels if label not in shares]
    if lacking:
        raise UsageError(f"prior has no share for class {lacking[0]!r}. Give one for every class of y.")
    extra = [label for label, share in shares.items() if share > 0 and label not in labels]
    if extra:
        raise UsageError(f"prior has a share for class {extra[0]!r}, of which y has no row. Leave it out.")
    return np.array([shares[label] for label in labels], dtype=np.float64)


def copy_features(estimator: Any, inner: Any) -> None:
    """Say what was fitted on, as far as the fitted model says it."""
    for name in ("n_features_in_", "feature_names_in_"):
        if hasattr(inner, name):
            setattr(estimator, name, getattr(inner, name))
        elif hasattr(estimator, name):
            delattr(estimator, name)


def tags_of_inner(tags: Tags, inner: Any, sampler: Any = None) -> Tags:
    """Take what a wrapped classifier can read for what its wrapper can, as far as the sampler can read it."""
    given = get_tags(inner)
    tags.input_tags = given.input_tags
    if given.classifier_tags is not None:
        tags.classifier_tags = given.classifier_tags
    if sampler is not None:
        tags.input_tags.sparse = tags.input_tags.sparse and get_tags(sampler).input_tags.sparse
    return tags
