"""Probabilities after balancing: exact by the formula where only sizes changed, by real rows where more did."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss
from sklearn.model_selection import GridSearchCV, KFold, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.merging.calibration import ISOTONIC_FROM, correct_prior
from synthgen.merging.calibrators import Line

pl = pytest.importorskip("polars")

COPIES = RandomOverSampler(random_state=0)
CASES = list(
    parametrize_with_checks(
        [
            sg.PriorCorrection(LogisticRegression(), sampler=COPIES),
            sg.CalibratedOnReal(LogisticRegression(), cv=3),
            sg.CalibratedOnReal(LogisticRegression(), cv=3, sampler=COPIES),
        ]
    ).args[1]
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "check"), CASES)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_that_many_checks_ran():
    assert len(CASES) >= 90


class Bayes(ClassifierMixin, BaseEstimator):
    """The right answer for x that is normal around its class, at the prevalence of the training rows."""

    def fit(self, X, y):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.share_ = counts / counts.sum()
        return self

    def predict_proba(self, X):
        x = np.asarray(X, dtype=float)[:, :1]
        likely = np.exp(-((x - 2.0 * np.arange(len(self.classes_))) ** 2) / 2) * self.share_
        return likely / likely.sum(axis=1, keepdims=True)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def rows(*sizes, seed=0):
    """x normal around 0, 2, 4 … for classes of these sizes."""
    y = np.repeat(np.arange(len(sizes)), sizes)
    order = np.random.default_rng(seed).permutation(len(y))
    x = np.random.default_rng(seed + 1).normal(2.0 * y, 1.0)
    return pd.DataFrame({"x": x[order]}), pd.Series(y[order], name="ill")


class Shifting(BaseEstimator):
    """A sampler whose new rows of class 1 lie elsewhere than the real ones: p(x|y) changes too."""

    def __init__(self, by=-1.5):
        self.by = by

    def fit_resample(self, X, y):
        few = X[y == 1]
        n = int((y == 0).sum()) - len(few)
        new = few.sample(n, replace=True, random_state=0) + self.by
        return pd.concat([X, new], ignore_index=True), pd.concat([y, pd.Series(np.ones(n, int))], ignore_index=True)


# The formula


def test_the_formula_by_hand():
    # Odds of 1:1 at equal shares are 1:9 where the second class is a tenth.
    assert correct_prior([[0.5, 0.5]], [0.5, 0.5], [0.9, 0.1])[0].tolist() == pytest.approx([0.9, 0.1])
    # 3:1 in favour, against 1:9: 3:9.
    assert correct_prior([[0.25, 0.75]], [0.5, 0.5], [0.9, 0.1])[0, 1] == pytest.approx(3 / 12)
    assert correct_prior([[0.0, 0.0, 1.0]], [1 / 3] * 3, [0.5, 0.5, 0.0])[0].tolist() == [0.5, 0.5, 0.0]


@pytest.mark.parametrize("sizes", [(900, 100), (500, 300, 20)])
def test_the_correction_is_exact_for_a_pure_change_of_prevalence(sizes):
    X, y = rows(*sizes)
    right = Bayes().fit(X, y).predict_proba(X)
    balanced = Bayes().fit(*COPIES.fit_resample(X, y)).predict_proba(X)
    assert np.abs(balanced - right).max() > 0.3
    model = sg.PriorCorrection(Bayes(), sampler=COPIES).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), right, atol=1e-12)
    assert (model.predict(X) == right.argmax(axis=1)).all()
    np.testing.assert_allclose(model.prior_, np.array(sizes) / sum(sizes))
    np.testing.assert_allclose(model.trained_prior_, 1 / len(sizes))


def test_three_ways_to_say_the_natural_prevalence():
    X, y = rows(900, 100)
    X_more, y_more = COPIES.fit_resample(X, y)
    right = Bayes().fit(X, y).predict_proba(X)
    marked = X_more.assign(is_synthetic=np.arange(len(X_more)) >= len(X))
    fitted = [
        sg.PriorCorrection(Bayes(), prior={0: 0.9, 1: 0.1}).fit(X_more, y_more),
        sg.PriorCorrection(Bayes(), prior={0: 900, 1: 100}).fit(X_more, y_more),
        sg.PriorCorrection(Bayes(), prior=y).fit(X_more, y_more),
        sg.PriorCorrection(Bayes()).fit(marked, y_more),
        sg.PriorCorrection(Bayes()).fit(pl.from_pandas(marked), y_more),
    ]
    for model in fitted:
        np.testing.assert_allclose(model.predict_proba(X), right, atol=1e-12)
    np.testing.assert_allclose(fitted[3].predict_proba(X.assign(is_synthetic=False)), right, atol=1e-12)


@pytest.mark.parametrize(
    ("prior", "words"),
    [
        (None, "natural prevalence"),
        ({0: 1.0}, "class 1"),
        ({0: 0.5, 1: 0.3, 2: 0.2}, "class 2"),
        ({0: -1, 1: 2}, "prior"),
        ({0: 0, 1: 0}, "prior"),
    ],
)
def test_a_prevalence_that_cannot_be(prior, words):
    with pytest.raises(UsageError, match=words):
        sg.PriorCorrection(Bayes(), prior=prior).fit(*rows(50, 50))


# Real rows


def losses(model, X, y):
    chance = model.predict_proba(X)[:, 1]
    return log_loss(y, chance), brier_score_loss(y, chance)


@pytest.mark.parametrize("method", ["beta", "sigmoid", "isotonic"])
def test_real_rows_mend_what_the_formula_cannot(method):
    X, y = rows(9_000, 1_000)
    X_new, y_new = rows(9_000, 1_000, seed=5)
    right = losses(Bayes().fit(X, y), X_new, y_new)
    raw = losses(LogisticRegression().fit(*Shifting().fit_resample(X, y)), X_new, y_new)
    formula = losses(sg.PriorCorrection(LogisticRegression(), sampler=Shifting()).fit(X, y), X_new, y_new)
    mended = losses(
        sg.CalibratedOnReal(LogisticRegression(), method=method, sampler=Shifting()).fit(X, y), X_new, y_new
    )
    for best, off, corrected, calibrated in zip(right, raw, formula, mended, strict=True):
        assert off > 1.5 * best
        assert corrected > 1.1 * best
        assert calibrated < 1.04 * best


def test_where_only_sizes_change_the_formula_is_as_good():
    X, y = rows(9_000, 1_000)
    X_new, y_new = rows(9_000, 1_000, seed=5)
    right = losses(Bayes().fit(X, y), X_new, y_new)
    for kind in (sg.PriorCorrection, sg.CalibratedOnReal):
        found = losses(kind(LogisticRegression(), sampler=COPIES).fit(X, y), X_new, y_new)
        assert found[0] < 1.04 * right[0]
        assert found[1] < 1.04 * right[1]


@pytest.mark.parametrize("sizes", [(9_500, 500), (6_000, 3_000, 1_000)])
def test_a_line_learns_a_change_of_prevalence(sizes):
    # What the formula multiplies by is, in logarithms, the line's offsets; its slope stays 1.
    X, y = rows(*sizes)
    line = Line().fit(Bayes().fit(*COPIES.fit_resample(X, y)).predict_proba(X), y.to_numpy())
    natural = np.array(sizes) / sum(sizes)
    assert line.slope_ == pytest.approx(1.0, abs=0.1)
    np.testing.assert_allclose(line.offset_, np.log(natural / natural[0]), atol=0.25)


def test_a_balanced_table_with_rows_kept_from_it():
    X, y = rows(9_000, 1_000)
    held = rows(4_500, 500, seed=3)
    X_new, y_new = rows(9_000, 1_000, seed=5)
    X_more, y_more = Shifting().fit_resample(X, y)
    marked = X_more.assign(is_synthetic=np.arange(len(X_more)) >= len(X))
    model = sg.CalibratedOnReal(LogisticRegression()).fit(marked, y_more, calibration=held)
    assert losses(model, X_new, y_new)[0] < 1.04 * losses(Bayes().fit(X, y), X_new, y_new)[0]
    assert list(model.feature_names_in_) == ["x"]
    # The model itself was fitted on the table as it is.
    assert model.estimator_.coef_ == pytest.approx(LogisticRegression().fit(X_more, y_more).coef_)


def test_three_classes_add_up_and_get_better():
    X, y = rows(3_000, 600, 150)
    names = y.map({0: "none", 1: "mild", 2: "severe"}).astype("category")
    X_new, y_new = rows(3_000, 600, 150, seed=5)
    model = sg.CalibratedOnReal(LogisticRegression(), sampler=COPIES).fit(X, names)
    assert model.classes_.tolist() == ["mild", "none", "severe"]
    chance = model.predict_proba(X_new)
    np.testing.assert_allclose(chance.sum(axis=1), 1)
    assert set(model.predict(X_new)) <= set(model.classes_)
    wanted = y_new.map({0: "none", 1: "mild", 2: "severe"})
    raw = LogisticRegression().fit(*COPIES.fit_resample(X, names)).predict_proba(X_new)
    right = log_loss(y_new, Bayes().fit(X, y).predict_proba(X_new))
    assert log_loss(wanted, raw) > 1.4 * right
    assert log_loss(wanted, chance) < 1.05 * right


class Probe(Bayes):
    """Notes the rows that it is fitted on and asked about."""

    asked: ClassVar[list] = []

    def fit(self, X, y):
        self.rows_ = set(X["x"])
        return super().fit(X, y)

    def predict_proba(self, X):
        Probe.asked.append((self.rows_, set(X["x"])))
        return super().predict_proba(X)


@pytest.mark.parametrize("sampler", [None, Shifting(), sg.SyntheticOverSampler("smote", random_state=0)])
def test_only_real_rows_that_the_model_never_saw_calibrate(sampler):
    X, y = rows(150, 50)
    Probe.asked = []
    sg.CalibratedOnReal(Probe(), sampler=sampler).fit(X, y)
    assert len(Probe.asked) == 5
    assert set.union(*(asked for _, asked in Probe.asked)) == set(X["x"])
    for trained_on, asked in Probe.asked:
        assert not trained_on & asked
        assert (len(trained_on) > 160) == isinstance(sampler, (Shifting, sg.SyntheticOverSampler))
    Probe.asked = []
    held = rows(40, 40, seed=9)
    sg.CalibratedOnReal(Probe(), sampler=sampler).fit(X, y, calibration=held)
    assert [asked for _, asked in Probe.asked] == [set(held[0]["x"])]


@pytest.mark.parametrize("method", ["beta", "sigmoid", "isotonic"])
def test_calibration_leaves_the_ranking(method):
    X, y = rows(2_000, 400)
    X_new, y_new = rows(2_000, 400, seed=5)
    raw = LogisticRegression().fit(*COPIES.fit_resample(X, y)).predict_proba(X_new)[:, 1]
    model = sg.CalibratedOnReal(LogisticRegression(), method=method, sampler=COPIES).fit(X, y)
    calibrated = model.predict_proba(X_new)[:, 1]
    assert average_precision_score(y_new, calibrated) == pytest.approx(average_precision_score(y_new, raw))
    assert 0 < calibrated.min() < calibrated.max() < 1


@pytest.mark.parametrize(("few", "method"), [(ISOTONIC_FROM - 1, "beta"), (ISOTONIC_FROM, "isotonic")])
def test_auto_goes_by_the_rows_of_the_rarest_class(few, method):
    assert sg.CalibratedOnReal(Bayes(), cv=2).fit(*rows(1_500, few)).method_ == method
    model = sg.CalibratedOnReal(Bayes()).fit(*rows(30, 30), calibration=rows(1_500, few, seed=4))
    assert model.method_ == method


def test_probabilities_of_0_and_1_have_log_odds():
    class Sure(Bayes):
        def predict_proba(self, X):
            return np.round(super().predict_proba(X))

    X, y = rows(300, 100)
    chance = sg.CalibratedOnReal(Sure(), sampler=COPIES).fit(X, y).predict_proba(X)
    assert np.isfinite(chance).all()
    assert chance[:, 1].mean() == pytest.approx(0.25, abs=0.01)


def test_a_sampler_may_name_labels_and_cells():
    X, y = rows(300, 60)
    X["sex"] = np.tile(["f", "m"], 180)
    y = y.map({0: "no", 1: "yes"})
    numbers = make_column_transformer(("passthrough", ["x"]))
    model = make_pipeline(numbers, LogisticRegression())
    for options in ({"sampling_strategy": {"yes": 200}}, {"cells": ("sex", "ill")}):
        sampler = sg.SyntheticOverSampler("gaussian_copula", random_state=0, **options)
        for kind in (sg.PriorCorrection, sg.CalibratedOnReal):
            assert kind(model, sampler=sampler).fit(X, y).classes_.tolist() == ["no", "yes"]


def test_they_work_in_cross_validation_and_in_a_grid_search():
    X, y = rows(300, 60)
    sampler = sg.SyntheticOverSampler("gaussian_copula", random_state=0)
    for kind in (sg.PriorCorrection, sg.CalibratedOnReal):
        model = kind(LogisticRegression(), sampler=sampler)
        assert cross_val_score(model, X, y, scoring="neg_log_loss", cv=3, error_score="raise").min() > -0.45
    grid = {"estimator__C": [0.1, 1.0], "sampler__generator": ["smote", "gaussian_copula"], "method": ["sigmoid"]}
    found = GridSearchCV(sg.CalibratedOnReal(LogisticRegression(), cv=3, sampler=sampler), grid, cv=3).fit(X, y)
    assert len(found.cv_results_["params"]) == 4


def test_balancing_a_census_spoils_probabilities_and_both_mend_them():
    df = sg.datasets.load_adult().sample(9_000, random_state=0)
    X, y = df[["age", "education-num", "hours-per-week", "capital-gain"]], (df["income"] == ">50K").astype(int)
    train, test = (X[:6_000], y[:6_000]), (X[6_000:], y[6_000:])
    sampler = sg.SyntheticOverSampler("gaussian_copula", random_state=0)
    plain = losses(LogisticRegression(max_iter=2_000).fit(*train), *test)[1]
    raw = losses(LogisticRegression(max_iter=2_000).fit(*sampler.fit_resample(*train)), *test)[1]
    weighted = LogisticRegression(max_iter=2_000).fit(*sampler.fit_resample(*train), sampler.sample_weight_)
    assert raw > 1.15 * plain
    assert losses(weighted, *test)[1] < 1.03 * plain
    for kind in (sg.PriorCorrection, sg.CalibratedOnReal):
        model = kind(LogisticRegression(max_iter=2_000), sampler=sampler).fit(*train)
        assert losses(model, *test)[1] < 1.03 * plain


def test_a_table_of_synthesize_is_calibrated_on_its_holdout(fraud_table):
    table = fraud_table[:1_500]
    result = sg.synthesize(
        table,
        target="Class",
        generator="gaussian_copula",
        sampling_strategy=0.5,
        gate=None,
        random_state=0,
        progress=False,
    )
    train, held = result.for_evaluation()
    names = ["V4", "V12", "V14"]
    model = sg.CalibratedOnReal(LogisticRegression())
    model.fit(train[names], train["Class"], calibration=(held[names], held["Class"]))
    raw = LogisticRegression().fit(train[names], train["Class"])
    natural = table["Class"].mean()
    assert raw.predict_proba(table[names])[:, 1].mean() > 1.3 * natural
    assert model.predict_proba(table[names])[:, 1].mean() == pytest.approx(natural, rel=0.15)
    # The whole table holds the holdout's rows too.
    data = result.data
    with pytest.raises(UsageError, match="are among the training rows"):
        model.fit(data.drop(columns="Class"), data["Class"], calibration=(held.drop(columns="Class"), held["Class"]))
    weight = sg.natural_weights(data["Class"], table["Class"])
    assert np.average(data["Class"], weights=weight) == pytest.approx(natural)
    corrected = sg.PriorCorrection(LogisticRegression()).fit(data[[*names, "is_synthetic"]], data["Class"])
    assert corrected.prior_[1] == pytest.approx(natural)


# What is refused


def marked(n_made=20):
    X, y = rows(80, 40)
    return X.assign(is_synthetic=np.arange(120) >= 120 - n_made), y


@pytest.mark.parametrize("kind", [sg.PriorCorrection, sg.CalibratedOnReal])
@pytest.mark.parametrize(
    ("options", "words"),
    [({"estimator": LinearSVC()}, "LinearSVC has no predict_proba"), ({"sampler": LinearSVC()}, "fit_resample")],
)
def test_parts_that_cannot_be(kind, options, words):
    with pytest.raises(UsageError, match=words):
        kind(**{"estimator": Bayes(), "sampler": COPIES, **options}).fit(*rows(50, 20))


@pytest.mark.parametrize(
    "act",
    [
        lambda: sg.CalibratedOnReal(Bayes()).fit(*marked()),
        lambda: sg.CalibratedOnReal(Bayes(), sampler=COPIES).fit(*marked()),
        lambda: sg.PriorCorrection(Bayes(), sampler=COPIES).fit(*marked()),
        lambda: sg.CalibratedOnReal(Bayes()).fit(*marked(), calibration=marked()),
    ],
)
def test_synthetic_rows_where_real_ones_are_needed(act):
    with pytest.raises(UsageError, match=r"20 rows of (X|calibration) are synthetic"):
        act()


def test_a_flag_that_marks_none_is_no_feature():
    X, y = marked(0)
    model = sg.CalibratedOnReal(LogisticRegression()).fit(X, y)
    assert model.n_features_in_ == 1


def test_calibration_rows_that_were_trained_on():
    X, y = rows(80, 40)
    with pytest.raises(UsageError, match="100% of the calibration rows are among"):
        sg.CalibratedOnReal(Bayes()).fit(X, y, calibration=(X[::2], y[::2]))
    # Rows of few different values meet again without any wrong.
    sg.CalibratedOnReal(Bayes()).fit(X.round(), y, calibration=(X[::2].round(), y[::2]))


@pytest.mark.parametrize(
    ("options", "fit", "kind", "words"),
    [
        ({}, lambda: {"y": np.repeat([0, 1], [57, 3])}, DataError, "Class 1 of y has 3 rows, fewer than the 5 folds"),
        ({}, lambda: {"y": np.zeros(60)}, DataError, "one class"),
        ({}, lambda: {"y": np.repeat([0.0, np.nan], 30)}, DataError, "missing"),
        (
            {"cv": KFold(2)},
            lambda: {"y": np.repeat([0, 1], 30)},
            DataError,
            "Fold 1 of 2 has no training row of class 0",
        ),
        ({"cv": TimeSeriesSplit(3)}, lambda: {}, UsageError, "each row once"),
        ({"method": "platt"}, lambda: {}, UsageError, "'platt'"),
        ({}, lambda: {"calibration": rows(40, 0, seed=3)}, DataError, "have no row of class '1'"),
        ({}, lambda: {"calibration": rows(40, 9, 9, seed=3)}, DataError, "class '2'"),
        ({}, lambda: {"calibration": rows(40, 9)[0]}, UsageError, "pair"),
    ],
)
def test_rows_and_options_that_cannot_be(options, fit, kind, words):
    X, y = rows(30, 30)
    with pytest.raises(kind, match=words):
        sg.CalibratedOnReal(Bayes(), **options).fit(**{"X": X, "y": y, **fit()})
