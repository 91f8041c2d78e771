"""Probabilities of a model that was trained on balanced rows, made right for natural ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from imblearn.pipeline import Pipeline
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import _safe_indexing, indexable
from sklearn.utils.validation import check_is_fitted

from synthgen.errors import UsageError
from synthgen.merging.calibration_rows import (
    check_classes,
    check_parts,
    check_real,
    check_unseen,
    copy_features,
    in_order,
    labels_of,
    split_rows_by,
    tags_of_inner,
    without_flag,
)
from synthgen.merging.calibrators import Curve, Line, Steps
from synthgen.merging.merge import FLAG
from synthgen.merging.weights import natural_shares

if TYPE_CHECKING:
    from typing import Self

    from sklearn.utils import Tags

Floats = NDArray[np.float64]

CALIBRATORS: Mapping[str, type[Curve | Line | Steps]] = {"isotonic": Steps, "beta": Curve, "sigmoid": Line}
METHODS = ("auto", *CALIBRATORS)
ISOTONIC_FROM = 1_000
"""Calibration rows of the rarest class from which "auto" takes isotonic regression.

Niculescu-Mizil & Caruana (2005) find it better from about 1,000 rows on, of tables with both classes in plenty. What
its steps rest on is the rarer class. Simulated on log-odds bent in four ways, at 4 % and at 50 % positives, its
log-loss is far higher than Platt's with 100 positives, mostly higher with 300, and the better or nearly so where the
bend isn't straight with 1,000.
"""


def correct_prior(probabilities: Any, trained: Any, natural: Any) -> Floats:
    """Move class probabilities from the prevalence of the training rows to the natural one.

    By Bayes' rule p'(c|x) is p(c|x) * natural(c) / trained(c), scaled to a sum of 1 [1]_ [2]_. It is exact where
    balancing changed how many rows of each class there are and nothing else (random over- and undersampling, weights),
    and only then: synthetic rows that differ from their class, and SMOTE's, change p(x|y) too.

    Parameters
    ----------
    probabilities : array of shape (n_rows, n_classes)
    trained, natural : arrays of shape (n_classes,)
        Shares of the classes, in the order of the columns.

    Returns
    -------
    array of shape (n_rows, n_classes)

    References
    ----------
    .. [1] Saerens, Latinne & Decaestecker (2002), "Adjusting the Outputs of a Classifier to New a Priori
       Probabilities", Neural Computation 14, https://doi.org/10.1162/089976602753284446
    .. [2] Elkan (2001), "The Foundations of Cost-Sensitive Learning", IJCAI.

    Examples
    --------
    >>> correct_prior([[0.5, 0.5]], trained=[0.5, 0.5], natural=[0.99, 0.01]).tolist()
    [[0.99, 0.01]]
    """
    moved = np.asarray(probabilities, dtype=float) * (
        np.asarray(natural, dtype=float) / np.asarray(trained, dtype=float)
    )
    total = moved.sum(axis=1, keepdims=True)
    # Of a row all of whose mass is on classes that nature lacks, nature's shares are all that is known.
    return np.where(total > 0, moved / np.where(total > 0, total, 1.0), np.asarray(natural, dtype=float))


class PriorCorrection(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier trained on balanced rows whose probabilities are for the natural prevalence.

    The closed formula of :func:`synthgen.merging.calibration.correct_prior`: no rows are needed to fit it. It is right
    where balancing changed the sizes of the classes only. Where synthetic rows also differ from their class, use
    :class:`CalibratedOnReal`.

    Parameters
    ----------
    estimator : classifier with predict_proba
        Without class weights, which are one more change of prevalence.
    prior : mapping of label to share or number of rows, or array of labels, optional
        The natural prevalence. Left out, it is that of the rows given to ``fit``: before ``sampler`` resamples them, or
        of those that the column ``is_synthetic`` doesn't mark.
    sampler : sampler with fit_resample, optional
        Resamples the rows given to ``fit``, which then are real ones.

    Attributes
    ----------
    estimator_ : classifier
        Fitted on the balanced rows.
    classes_ : array of shape (n_classes,)
    prior_, trained_prior_ : arrays of shape (n_classes,)
        Natural shares, and those that the classifier was trained on.

    Examples
    --------
    >>> import synthgen as sg
    >>> from sklearn.linear_model import LogisticRegression
    >>> df = sg.datasets.load_fraud()[:3000]
    >>> X, y = df[["V4", "V12", "V14"]], df["Class"]
    >>> sampler = sg.SyntheticOverSampler("gaussian_copula", random_state=0)
    >>> model = sg.PriorCorrection(LogisticRegression(), sampler=sampler).fit(X, y)
    >>> model.trained_prior_.tolist(), bool(abs(model.predict_proba(X)[:, 1].mean() - y.mean()) < 0.02)
    ([0.5, 0.5], True)
    """

    def __init__(self, estimator: Any, *, prior: Any = None, sampler: Any = None) -> None:
        self.estimator = estimator
        self.prior = prior
        self.sampler = sampler

    def fit(self, X: Any, y: Any) -> Self:
        """Fit the classifier, and note the prevalence before and after balancing.

        Parameters
        ----------
        X : array or frame of shape (n_rows, n_features)
            A column ``is_synthetic`` is no feature.
        y : array of shape (n_rows,)

        Returns
        -------
        self
        """
        check_parts(self.estimator, self.sampler)
        X, made = without_flag(X)
        labels = labels_of(y)
        if self.sampler is not None:
            check_real(made, "X", "With a sampler, give real rows only: sg.real_rows_only(df).")
        if self.prior is not None:
            natural = natural_shares(self.prior, "prior")
        elif self.sampler is not None or made is not None:
            natural = natural_shares(labels if made is None else labels[~made], "y")
        else:
            raise UsageError(
                "Nothing says what the natural prevalence is. Give prior={label: share}, a sampler that does the "
                f"balancing, or a column {FLAG!r} that marks the synthetic rows of X."
            )
        y = _named(y, labels)
        if self.sampler is not None:
            X, y = clone(self.sampler).fit_resample(X, y)
            labels = labels_of(y)
        self.estimator_ = clone(self.estimator).fit(X, y)
        self.classes_ = self.estimator_.classes_
        self.trained_prior_ = np.array([np.mean(labels == label) for label in self.classes_])
        self.prior_ = in_order(natural, self.classes_)
        copy_features(self, self.estimator_)
        return self

    def predict_proba(self, X: Any) -> Floats:
        """Probabilities at the natural prevalence, shape (n_rows, n_classes)."""
        check_is_fitted(self, "classes_")
        given = self.estimator_.predict_proba(without_flag(X)[0])
        return correct_prior(given, self.trained_prior_, self.prior_)

    def predict(self, X: Any) -> Any:
        """Most probable class of each row, at the natural prevalence."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def __sklearn_tags__(self) -> Tags:
        return tags_of_inner(super().__sklearn_tags__(), self.estimator, self.sampler)


class CalibratedOnReal(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier trained on balanced rows and calibrated on real rows that neither it nor a generator saw.

    It mends what :class:`PriorCorrection` can't: synthetic rows that differ from their class. There are two ways to fit
    it.

    ``CalibratedOnReal(model, sampler=SyntheticOverSampler()).fit(X, y)`` takes real rows and splits them itself: in
    each fold the training rows alone are resampled, and the fold's real rows get the scores of a model that never
    saw them. The calibrator learns from the scores of all folds, and the model is then fitted on all rows, resampled.

    ``CalibratedOnReal(model).fit(balanced, y, calibration=(X_real, y_real))`` takes a table that was balanced before,
    and other real rows. Such a table can't be split after the event, for its synthetic rows were made from the
    real rows on either side of any split; so the calibration rows must have been kept from the generator. With
    ``result = synthesize(...)`` these are ``train, holdout = result.for_evaluation()``, never
    ``result.data``, which holds all real rows. What calibrates can't also be the test: keep a third part for it.

    Parameters
    ----------
    estimator : classifier with predict_proba
    method : {"auto", "isotonic", "beta", "sigmoid"}
        "beta" (two classes) takes a mere change of prevalence as it is, and leaves alone what is right already
        (:class:`synthgen.merging.calibrators.Curve`). "sigmoid" is Platt's, on log-odds, with two classes or more
        (:class:`synthgen.merging.calibrators.Line`). "isotonic" takes any ascending curve
        (:class:`synthgen.merging.calibrators.Steps`); rows of one step differ by a trace only. "auto": isotonic if each
        class has 1,000 calibration rows or more [1]_, else beta with two classes and sigmoid with more.
    cv : int or splitter
        Folds, each row in one of them; not used with ``calibration``. A number leaves the rows in their order, so that
        of rows in order of time whole stretches are held out, as the future will be. Where the order means nothing,
        ``StratifiedKFold(5, shuffle=True)`` does as well.
    sampler : sampler with fit_resample, optional
        :class:`SyntheticOverSampler`, or any of imbalanced-learn's.

    Attributes
    ----------
    estimator_ : classifier
        Fitted on all rows given to ``fit``; with a sampler a pipeline of both.
    calibrator_ : Curve, Line or Steps
        From the classifier's probabilities to calibrated ones.
    method_ : str
        The method in use.
    classes_ : array of shape (n_classes,)

    References
    ----------
    .. [1] Niculescu-Mizil & Caruana (2005), "Predicting Good Probabilities with Supervised Learning", ICML,
       https://doi.org/10.1145/1102351.1102430

    Examples
    --------
    >>> import synthgen as sg
    >>> from sklearn.linear_model import LogisticRegression
    >>> df = sg.datasets.load_fraud()[:3000]
    >>> X, y = df[["V4", "V12", "V14"]], df["Class"]
    >>> sampler = sg.SyntheticOverSampler("gaussian_copula", random_state=0)
    >>> model = sg.CalibratedOnReal(LogisticRegression(), sampler=sampler).fit(X, y)
    >>> model.method_, bool(abs(model.predict_proba(X)[:, 1].mean() - y.mean()) < 0.01)
    ('beta', True)
    """

    def __init__(self, estimator: Any, *, method: str = "auto", cv: Any = 5, sampler: Any = None) -> None:
        self.estimator = estimator
        self.method = method
        self.cv = cv
        self.sampler = sampler

    def fit(self, X: Any, y: Any, *, calibration: tuple[Any, Any] | None = None) -> Self:
        """Fit the classifier and the calibrator.

        Parameters
        ----------
        X : array or frame of shape (n_rows, n_features)
            Real rows; with ``calibration`` also a balanced table. A column ``is_synthetic`` is no feature.
        y : array of shape (n_rows,)
        calibration : (X_real, y_real), optional
            Real rows that no generator and no model has seen, at natural prevalence.

        Returns
        -------
        self

        Raises
        ------
        DataError, UsageError
            Too few rows of a class, synthetic rows where real ones are needed, or calibration rows that were trained
            on.
        """
        if self.method not in METHODS:
            raise UsageError(f"method must be one of {', '.join(METHODS)}; got {self.method!r}.")
        check_parts(self.estimator, self.sampler)
        X, made = without_flag(X)
        labels = labels_of(y)
        y = _named(y, labels)
        model: Any = self.estimator
        if self.sampler is not None:
            model = Pipeline([("sampler", self.sampler), ("model", model)])
        if calibration is None:
            advice = (
                "They were made from real rows on either side of any split, so none of these can calibrate. Give "
                "calibration=(X_real, y_real) with rows that the generator never saw (result.for_evaluation()), or "
                "real rows and a sampler."
            )
            check_real(made, "X", advice)
            chance = _out_of_fold(model, X, y, labels, self.cv)
            fitted = clone(model).fit(X, y)
        else:
            if not isinstance(calibration, tuple) or len(calibration) != 2:
                raise UsageError(f"calibration must be a pair (X_real, y_real); got {type(calibration).__name__}.")
            held, held_made = without_flag(calibration[0])
            check_real(held_made, "calibration", "Calibrate on real rows only: sg.real_rows_only(df).")
            check_unseen(X, held)
            fitted = clone(model).fit(X, y)
            labels = labels_of(calibration[1])
            check_classes(labels, fitted.classes_)
            chance = _chance(fitted, held)
        fewest = int(pd.Series(labels).value_counts().min())
        self.method_ = self.method
        if self.method == "auto":
            few = "beta" if len(fitted.classes_) == 2 else "sigmoid"
            self.method_ = "isotonic" if fewest >= ISOTONIC_FROM else few
        if self.method_ == "beta" and len(fitted.classes_) != 2:
            raise UsageError(
                f'method="beta" is for two classes; y has {len(fitted.classes_)}. Use sigmoid, isotonic or auto.'
            )
        self.estimator_ = fitted
        self.classes_ = fitted.classes_
        codes = np.searchsorted(self.classes_, labels)
        self.calibrator_: Curve | Line | Steps = CALIBRATORS[self.method_]().fit(chance, codes)
        copy_features(self, fitted)
        return self

    def predict_proba(self, X: Any) -> Floats:
        """Calibrated probabilities, shape (n_rows, n_classes)."""
        check_is_fitted(self, "classes_")
        return self.calibrator_.apply(_chance(self.estimator_, without_flag(X)[0]))

    def predict(self, X: Any) -> Any:
        """Most probable class of each row."""
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def __sklearn_tags__(self) -> Tags:
        return tags_of_inner(super().__sklearn_tags__(), self.estimator, self.sampler)


def _named(y: Any, labels: NDArray[Any]) -> Any:
    """Labels as an array, but for a Series, by whose name a sampler may know them."""
    return y if isinstance(y, pd.Series) else labels


def _chance(model: Any, X: Any) -> Floats:
    return np.asarray(model.predict_proba(X), dtype=float)


def _out_of_fold(model: Any, X: Any, y: Any, labels: NDArray[Any], cv: Any) -> Floats:
    """Probabilities of each row by a model that was fitted without it.

    scikit-learn's ``cross_val_predict`` would hand a sampler numbers in place of the labels that its
    ``sampling_strategy`` may name.
    """
    X, y = indexable(X, y)
    parts, rows = [], []
    for train, test in split_rows_by(cv, X, labels):
        fitted = clone(model).fit(_safe_indexing(X, train), _safe_indexing(y, train))
        parts.append(_chance(fitted, _safe_indexing(X, test)))
        rows.append(test)
    return np.concatenate(parts)[np.argsort(np.concatenate(rows))]
