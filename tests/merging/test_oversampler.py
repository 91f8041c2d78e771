"""The sampler in a pipeline: imbalanced-learn's rules, the caller's types, and no row where it may not be."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from imblearn.utils.estimator_checks import parametrize_with_checks as sampler_checks
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks as estimator_checks

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.generators import GENERATORS
from synthgen.merging.by_rule import FEWEST_FOR_TREES, choose_by_rule

pl = pytest.importorskip("polars")

CHECKED = [sg.SyntheticOverSampler(name, random_state=0) for name in ("gaussian_copula", "tree")]
SAMPLER_CASES = list(sampler_checks(CHECKED).args[1])
ESTIMATOR_CASES = list(estimator_checks(CHECKED[:1]).args[1])


def sampler(generator="gaussian_copula", **options):
    return sg.SyntheticOverSampler(generator, **{"random_state": 0, **options})


def parted(frame):
    return frame.drop(columns="Class"), frame["Class"]


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_exact=True)


# What others ask of a sampler


@pytest.mark.parametrize(("estimator", "check"), SAMPLER_CASES)
def test_imbalanced_learns_checks(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("estimator", "check"), ESTIMATOR_CASES)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_that_many_checks_ran():
    assert len(SAMPLER_CASES) >= 30
    assert len(ESTIMATOR_CASES) >= 30


@pytest.mark.parametrize("strategy", ["auto", "minority", "not majority", "not minority", "all", {2: 40}])
def test_sizes_are_imbalanced_learns(plain, strategy):
    X, y = parted(plain(60, 25, 12))
    ours = sampler(sampling_strategy=strategy)
    _, expected = RandomOverSampler(sampling_strategy=strategy, random_state=0).fit_resample(X, y)
    _, got = ours.fit_resample(X, y)
    assert got.value_counts().to_dict() == expected.value_counts().to_dict()
    lacking = (expected.value_counts() - y.value_counts()).to_dict()
    assert ours.sampling_strategy_ == {label: n for label, n in lacking.items() if n}


def test_a_ratio_and_a_callable(plain):
    X, y = parted(plain(80, 20))
    assert sampler(sampling_strategy=0.5).fit_resample(X, y)[1].sum() == 40
    assert sampler(sampling_strategy=lambda y: {1: 3 * int(y.sum())}).fit_resample(X, y)[1].sum() == 60


def test_what_is_balanced_is_left_alone(plain):
    X, y = parted(plain(30, 30))
    ours = sampler()
    X_out, y_out = ours.fit_resample(X, y)
    same(X_out, X)
    assert y_out.equals(y)
    assert ours.sampling_strategy_ == {}
    assert ours.generator_ is None
    assert (ours.sample_weight_ == 1).all()


# The caller's types


@pytest.mark.parametrize("generator", ["gaussian_copula", "smote", "jitter", "tree"])
def test_dtypes_come_back_and_real_rows_are_untouched(dtypes, generator):
    frame = dtypes.set_index(pd.Index(np.arange(60) * 3 + 1, name="row"))
    X, y = parted(frame.drop(index=frame.index[1::4]))
    before = X.copy(deep=True)
    ours = sampler(generator)
    X_out, y_out = ours.fit_resample(X, y)
    same(X, before)
    same(X_out[: len(X)], X)
    assert list(X_out.dtypes) == list(X.dtypes)
    assert len(X_out) == len(y_out) == 60
    assert X_out.index.equals(y_out.index)
    assert X_out.index.is_unique
    assert ours.is_synthetic_.tolist() == [False] * 45 + [True] * 15
    assert y_out[ours.is_synthetic_].nunique() == 1


def test_gaps_are_kept_and_made(mixed):
    X, y = parted(mixed(300))
    X_out, _ = sampler().fit_resample(X, y)
    made = X_out[len(X) :]
    assert X_out.dtypes.equals(X.dtypes)
    assert 0.3 < made["dose"].isna().mean() < 0.7  # half of this class: every sixth row, of every third
    assert not made["visits"].isna().any()  # none of this class
    assert set(made["ward"].dropna()) <= {"north", "south", "west"}


LABELS = np.repeat(["no", "yes"], [60, 20])


@pytest.mark.parametrize(
    "y",
    [
        LABELS,
        LABELS.astype(object),
        LABELS == "yes",
        pd.Series(LABELS, dtype="string"),
        pd.Series(LABELS, dtype="category"),
        pd.Series(LABELS == "yes", dtype="boolean"),
        pd.Series((LABELS == "yes") + 1, dtype="Int64"),
        pd.Series((LABELS == "yes") + 1, dtype="int32[pyarrow]"),
        pl.Series("y", LABELS.tolist()),
        pa.array(LABELS),
    ],
    ids=lambda y: f"{type(y).__name__}-{getattr(y, 'dtype', getattr(y, 'type', ''))}",
)
def test_labels_come_back_in_their_type(plain, y):
    X, _ = parted(plain(60, 20))
    _, out = sampler().fit_resample(X, y)
    assert type(out) is type(y)
    assert getattr(out, "dtype", None) == getattr(y, "dtype", None)
    values = out.to_pylist() if isinstance(out, pa.Array) else list(out)
    given = y.to_pylist() if isinstance(y, pa.Array) else list(y)
    assert values[:80] == given
    assert values[80:] == [given[-1]] * 40


def test_polars_and_arrow_frames_come_back(mixed):
    X, y = parted(mixed(90))
    frame = pl.from_pandas(X)
    out, _ = sampler().fit_resample(frame, y.to_numpy())
    assert out.schema == frame.schema
    assert out[:90].equals(frame)
    table = frame.to_arrow()
    out, _ = sampler().fit_resample(table, y.to_numpy())
    assert out.schema.types == table.schema.types
    assert out.slice(0, 90).equals(table)


def test_a_target_with_the_name_of_a_feature(plain):
    X, y = parted(plain(40, 20))
    X_out, y_out = sampler().fit_resample(X, y.rename("a"))
    assert list(X_out.columns) == list(X.columns)
    assert y_out.name == "a"


def test_a_schema_of_the_features_is_kept_to(plain):
    X, y = parted(plain(60, 20))
    X["zip"] = np.random.default_rng(0).choice([11, 12, 13, 97], 80)
    schema = sg.Schema.infer(X).with_column("zip", kind="categorical", categories=(11, 12, 13, 97))
    X_out, _ = sampler(schema=schema).fit_resample(X, y)
    assert set(X_out["zip"]) <= {11, 12, 13, 97}
    with pytest.raises(UsageError, match="'zip'"):
        sampler(schema=schema.without("zip")).fit_resample(X, y)
    with pytest.raises(UsageError, match="'zip'"):
        sampler(schema=schema).fit_resample(X.drop(columns="zip"), y)


# Randomness


@pytest.mark.parametrize("generator", ["gaussian_copula", "smote", GENERATORS["jitter"]()])
def test_the_same_seed_gives_the_same_rows(plain, generator):
    X, y = parted(plain(60, 20))
    first, again, other = (sampler(generator, random_state=seed).fit_resample(X, y)[0] for seed in (1, 1, 2))
    same(first, again)
    assert not first.equals(other)


def test_without_a_seed_two_calls_differ(plain):
    X, y = parted(plain(60, 20))
    ours = sampler(random_state=None)
    assert not ours.fit_resample(X, y)[0].equals(ours.fit_resample(X, y)[0])


def test_a_given_generator_is_not_changed(plain):
    X, y = parted(plain(60, 20))
    given = GENERATORS["smote"](k_neighbors=3)
    ours = sampler(given)
    ours.fit_resample(X, y)
    assert given.random_state is None
    assert not hasattr(given, "schema_")
    assert ours.generator_.k_neighbors == 3
    assert clone(ours).get_params()["generator__k_neighbors"] == 3


# In a pipeline


def test_it_works_in_a_pipeline_in_cross_validation_and_in_a_grid_search(mixed):
    X, y = parted(mixed(240))
    numbers = make_column_transformer((SimpleImputer(), ["dose", "visits"]))
    model = Pipeline([("sampler", sampler()), ("numbers", numbers), ("model", LogisticRegression(max_iter=500))])
    scores = cross_val_score(model, X, y, scoring="average_precision", cv=3)
    assert len(scores) == 3
    assert scores.min() > y.mean()
    grid = {"sampler__generator": ["smote", "gaussian_copula"], "sampler__sampling_strategy": [0.8, "auto"]}
    found = GridSearchCV(model, grid, scoring="roc_auc", cv=3, error_score="raise").fit(X, y)
    assert len(found.cv_results_["params"]) == 4
    assert found.predict(X).shape == (240,)
    without = GridSearchCV(model, {"sampler": ["passthrough", sampler("smote")]}, cv=3, error_score="raise").fit(X, y)
    assert len(without.cv_results_["params"]) == 2


class Probe(ClassifierMixin, BaseEstimator):
    """A classifier that notes the rows it is given."""

    seen: ClassVar[list] = []

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.rows_ = X
        return self

    def predict(self, X):
        Probe.seen.append((self.rows_, X))
        return np.repeat(self.classes_[0], len(X))


class Leaky(sg.SyntheticOverSampler):
    """Learns from all rows, those of the validation fold too."""

    whole = ()

    def fit_resample(self, X, y):
        X_more, y_more = super().fit_resample(*self.whole)
        new = self.is_synthetic_
        return pd.concat([X, X_more[new]]), pd.concat([y, y_more[new]])


def folds_table():
    """Rows in four folds, each with a label that no other fold has."""
    rng = np.random.default_rng(0)
    y = pd.Series(np.tile([0, 0, 0, 1], 50), name="Class")
    return pd.DataFrame({"a": rng.normal(y, 1.0), "fold": np.repeat(["w", "x", "y", "z"], 50)}), y


def leaks(step, X, y):
    """Training rows with the label of the validation fold, and validation rows that aren't real."""
    Probe.seen = []
    model = make_pipeline(*([step] if step else []), Probe())
    cross_val_predict(model, X, y, cv=KFold(4))
    real = set(folds_table()[0]["a"])
    assert len(Probe.seen) == 4
    return (
        sum(int(train["fold"].isin(set(held["fold"])).sum()) for train, held in Probe.seen),
        sum(int((~held["a"].isin(real)).sum()) for _, held in Probe.seen),
    )


@pytest.mark.parametrize("generator", ["gaussian_copula", "smote", "jitter"])
def test_no_synthetic_row_and_nothing_learnt_crosses_a_fold(generator):
    X, y = folds_table()
    assert leaks(sampler(generator), X, y) == (0, 0)
    assert min(len(train) for train, _ in Probe.seen) > 150


def test_a_sampler_that_leaks_would_be_caught():
    X, y = folds_table()
    Leaky.whole = (X, y)
    trained_on, _ = leaks(Leaky("gaussian_copula", random_state=0), X, y)
    assert trained_on > 0
    # The classic mistake: balanced first, split then.
    _, tested_on = leaks(None, *sampler().fit_resample(X, y))
    assert tested_on > 0


# Which generator, and what is refused


def test_auto_goes_by_the_rows_of_the_classes_to_fill():
    few, enough = FEWEST_FOR_TREES - 1, FEWEST_FOR_TREES
    assert choose_by_rule({0.0: 9_000, 1.0: few}, {1.0: 9})[0] == "gaussian_copula"
    assert choose_by_rule({0.0: 9_000, 1.0: enough}, {1.0: 9})[0] == "tree"
    assert choose_by_rule({0.0: 9_000, 1.0: enough, 2.0: 5}, {1.0: 20, 2.0: 10})[0] == "tree"
    assert choose_by_rule({0.0: 9_000, 1.0: enough, 2.0: 5}, {1.0: 10, 2.0: 20})[0] == "gaussian_copula"


def test_auto_takes_what_the_rule_says(plain):
    X, y = parted(plain(90, 30))
    ours = sampler("auto")
    ours.fit_resample(X, y)
    assert type(ours.generator_) is GENERATORS["gaussian_copula"]
    assert f"{FEWEST_FOR_TREES:,}" in ours.reason_
    X, y = parted(plain(FEWEST_FOR_TREES + 40, FEWEST_FOR_TREES))
    ours.fit_resample(X, y)
    assert type(ours.generator_) is GENERATORS["tree"]
    assert ours.generator_.preset == "turbo"


@pytest.mark.parametrize("generator", ["auto", "gaussian_copula", "jitter"])
def test_a_class_of_one_row(plain, generator):
    X, y = parted(plain(40, 1))
    assert sampler(generator).fit_resample(X, y)[1].sum() == 40


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (lambda X, y: (X, y * 0), DataError, "one class"),
        (lambda X, y: (X, y[:-1]), DataError, "equally long"),
        (lambda X, y: (X, y.where(y == 1)), DataError, "missing in 40"),
        (lambda X, y: (X, None), UsageError, "requires y"),
        (lambda X, y: (X, np.linspace(0, 1, len(X))), ValueError, "Unknown label type"),
        (lambda X, y: (X.assign(a=np.inf), y), DataError, "'a'"),
        (lambda X, y: (X.assign(is_synthetic=True), y), UsageError, "real_rows_only"),
        (lambda X, y: (csr_matrix(X[["a", "b"]]), y), UsageError, "sparse"),
    ],
)
def test_rows_that_cannot_be_used(plain, change, kind, words):
    X, y = parted(plain(40, 20))
    for act in (sampler().fit_resample, sampler().fit):
        with pytest.raises(kind, match=words):
            act(*change(X, y))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"generator": "smoote"}, "'smoote'"),
        ({"generator": 3}, "generator 3"),
        ({"generator": "smote", "generator_options": {"k": 1}}, "'k'"),
        ({"generator": "auto", "generator_options": {"k": 1}}, "by name"),
        ({"generator": GENERATORS["smote"](), "generator_options": {"k": 1}}, "instance"),
        ({"sampling_strategy": "most"}, "'most'"),
        ({"sampling_strategy": 0.1}, "0.5"),
        ({"sampling_strategy": {7: 100}}, "'Class'"),
        ({"random_state": -1}, "random_state"),
    ],
)
def test_options_that_cannot_be(plain, options, words):
    with pytest.raises(UsageError, match=words):
        sampler(**options).fit_resample(*parted(plain(40, 20)))


@pytest.mark.parametrize("generator", ["auto", "gaussian_copula"])
def test_free_text_goes_as_it_is_told(plain, generator):
    X, y = parted(plain(60, 30))
    X = X.assign(note=[f"row {n} was seen on day {n % 7} and left" for n in range(90)])
    options = {"generator": generator, "sampling_strategy": "auto"}
    made = sampler(**options, generator_options={"text": "mask"}).fit_resample(X, y)[0]
    assert list(made.columns) == list(X.columns)
    assert set(made["note"][90:]) == {"[text]"}
    pd.testing.assert_series_equal(made["note"][:90], X["note"].reset_index(drop=True), check_index_type=False)
    with pytest.raises(UsageError, match="'note' is left out"):
        sampler(**options, generator_options={"text": "drop"}).fit_resample(X, y)
    with pytest.raises(DataError, match="'note' holds free text"):
        sampler(**options).fit_resample(X, y)
