"""Does augmenting help: planted tables with a known answer, what leaks, bad input, and what is handed back."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.generators import Synthesizer
from synthgen.guarantee import RowSource
from synthgen.planning.uplift.race import Clock

QUIET = {"random_state": 0, "progress": False, "n_jobs": 1}


def wide_class(seed=0, n=1_500, positives=60, columns=8):
    """A rare class spread twice as wide as the others: its rows' neighbours are of the others, unless it has many."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < positives).astype(int)
    x = rng.normal(size=(n, columns)) * np.where(y == 1, 2.0, 1.0)[:, None]
    frame = pd.DataFrame(x, columns=[f"x{j}" for j in range(columns)]).assign(y=y)
    return frame.sample(frac=1, random_state=seed, ignore_index=True)


def small(n=400, positives=40, seed=0):
    rng = np.random.default_rng(seed)
    y = (rng.permutation(n) < positives).astype(int)
    return pd.DataFrame({"a": rng.normal(2.0 * y), "b": rng.normal(size=n), "y": y})


class Stops(Synthesizer):
    """Can't make a row."""

    row_source = RowSource.MODEL

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _fit(self, coded, rng):
        raise ValueError(f"a private value: {coded.iloc[0, 0]}")

    def _sample(self, n, codes, rng):
        raise NotImplementedError

    def _state(self):
        return {}

    def _set_state(self, state):
        pass


class Noise(Stops):
    """Rows of the others under the name of the class: they can only harm."""

    def _fit(self, coded, rng):
        self._rows = coded[coded["y"] == 0]

    def _sample(self, n, codes, rng):
        return self._rows.sample(n, replace=True, random_state=rng.integers(2**31)).assign(y=1.0)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_where_rows_help_the_advice_is_to_augment(seed):
    found = sg.estimate_uplift(
        wide_class(seed), "y", KNeighborsClassifier(15), ["gaussian_copula"], ratios=[1.0], **QUIET
    )  # fmt: skip
    assert found.augment
    assert found.advice.startswith("augment with gaussian_copula at 100 % (KNeighborsClassifier): average precision +.")
    assert found.choice["generator"] == "gaussian_copula" and found.choice["sampling_strategy"] == 1.0
    assert found.gain["low"] > 0


def test_where_nothing_can_help_the_advice_is_not_to():
    frame = wide_class(positives=150)
    frame["y"] = np.random.default_rng(1).permutation(frame["y"])
    found = sg.estimate_uplift(frame, "y", LogisticRegression(), ["gaussian_copula"], folds=4, repeats=1, **QUIET)
    assert not found.augment
    assert found.advice.startswith("do not augment")
    assert found.choice["generator"] is None and found.choice["sampling_strategy"] is None
    # Chance is the share of the class.
    assert found.table["average_precision"].between(0.07, 0.2).all()


def test_where_the_real_rows_say_it_all_the_advice_is_not_to():
    found = sg.estimate_uplift(
        small(1_500, 200), "y", "logistic regression", ["gaussian_copula"], folds=4, repeats=1, **QUIET
    )
    assert not found.augment and "none + tuned threshold (logistic regression)" in found.advice
    assert found.gain["high"] < 0.05


def test_rows_that_harm_are_found_out_and_dropped_early_with_a_reason():
    frame = small(1_500, 100)
    found = sg.estimate_uplift(frame, "y", KNeighborsClassifier(15), [Noise()], ratios=[0.5], **QUIET)
    assert not found.augment
    row = found.dropped[found.dropped["arm"] == "Noise at 50 %"].iloc[0]
    assert row["after_splits"] == 5 and "clearly worse early" in row["reason"]
    assert found.table.set_index("arm").loc["Noise at 50 %", "splits"] == 5
    assert found.table.set_index("arm").loc["none", "splits"] == 10
    assert "see what was dropped" in found.advice


def test_oversampling_before_the_split_is_told_by_its_score():
    """Copies made before the split know the test rows; made after it, on train folds, they don't."""
    frame = small(600, 40)
    frame["y"] = np.random.default_rng(3).permutation(frame["y"])  # there is nothing to find
    forest = RandomForestClassifier(10, random_state=0)
    honest = sg.estimate_uplift(frame, "y", forest, [], ratios=[0.5], repeats=1, **QUIET)
    rare = frame[frame["y"] == 1]
    leaking = pd.concat([frame, *[rare] * 4], ignore_index=True)
    found = sg.estimate_uplift(leaking, "y", forest, [], ratios=[0.9], repeats=1, **QUIET)

    def after(result):
        rows = result.table[result.table["arm"].str.startswith("random oversampling")]
        return float(rows["average_precision"].iloc[0])

    assert after(honest) < 0.2  # prevalence .07
    assert after(found) > 0.9  # prevalence .26
    assert any("oversampled before" in note for note in found.notes)
    assert not any("oversampled before" in note for note in honest.notes)


def test_synthetic_rows_are_refused():
    frame = small().assign(is_synthetic=[True] * 5 + [False] * 395)
    with pytest.raises(UsageError, match="synthetic rows already"):
        sg.estimate_uplift(frame, "y", **QUIET)


def test_metrics_are_at_natural_prevalence_and_weights_harm_raw_probabilities_only():
    found = sg.estimate_uplift(small(1_500, 90), "y", "logistic regression", [], repeats=1, **QUIET)
    table = found.table.set_index("arm")
    assert table.loc["class weight", "raw_log_loss"] > 1.5 * table.loc["none", "raw_log_loss"]
    assert table.loc["class weight", "raw_calibration_error"] > 5 * table.loc["none", "raw_calibration_error"]
    assert table.loc["class weight", "log_loss"] == pytest.approx(table.loc["none", "log_loss"], abs=0.02)
    # A threshold changes decisions, not the order of rows.
    assert table.loc["tuned threshold", "average_precision"] == table.loc["none", "average_precision"]
    assert table.loc["tuned threshold", "f1"] > table.loc["none", "f1"]


def test_the_same_seed_gives_the_same_result_however_many_threads():
    given = {**QUIET, "model": "gradient boosting", "generators": ["gaussian_copula"], "folds": 2, "repeats": 1}
    one = sg.estimate_uplift(small(), "y", **given)
    two = sg.estimate_uplift(small(), "y", **{**given, "n_jobs": 3})
    other = sg.estimate_uplift(small(), "y", **{**given, "random_state": 1})
    pd.testing.assert_frame_equal(one.scores, two.scores)
    assert one.advice == two.advice
    assert not one.scores["average_precision"].equals(other.scores["average_precision"])


def test_threads_neither_show_warnings_nor_leave_the_filters_changed():
    code = (
        "import warnings, numpy as np, pandas as pd, synthgen as sg\n"
        "rng = np.random.default_rng(0)\n"
        "df = pd.DataFrame({'a': rng.integers(0, 5, 400), 'b': rng.normal(size=400), 'y': rng.permutation(400) < 40})\n"
        "sg.estimate_uplift  # its imports have filters of their own\n"
        "before = list(warnings.filters), warnings.showwarning\n"
        "sg.estimate_uplift(df, 'y', 'random forest', [], ratios=[0.5], folds=2, repeats=1, n_jobs=4)\n"
        "assert before == (list(warnings.filters), warnings.showwarning)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == ""


def test_what_is_handed_back_is_plain_and_readable():
    found = sg.estimate_uplift(small(), "y", "logistic regression", ["gaussian_copula"], folds=3, repeats=1, **QUIET)
    document = json.loads(json.dumps(found.to_dict()))
    assert document["advice"] == found.advice and len(document["table"]) == len(found.table)
    assert repr(found) == f"Uplift({found.advice})"
    html = found._repr_html_()
    assert "average precision" in html.lower() and "<script" not in html
    assert set(found.differences["metric"]) >= {"average_precision", "log_loss", "raw_brier", "recall_at_budget"}
    inside = found.differences.dropna()
    assert (inside["low"] <= inside["difference"]).all() and (inside["difference"] <= inside["high"]).all()


def test_a_generator_that_stops_is_named_without_its_words():
    found = sg.estimate_uplift(small(), "y", "logistic regression", [Stops()], folds=3, repeats=1, **QUIET)
    row = found.dropped.iloc[0]
    assert row["arm"].startswith("Stops") and row["reason"] == "the generator stopped with ValueError"
    assert "private" not in json.dumps(found.to_dict())


def test_pipelines_get_the_columns_as_they_are_and_mixed_tables_do(mixed):
    frame = mixed(300)
    seen = []

    def numbers(table):
        seen.append((list(table.columns), str(table["ward"].dtype)))
        return table[["dose"]].fillna(0.0)

    pipeline = make_pipeline(FunctionTransformer(numbers), GaussianNB())
    found = sg.estimate_uplift(
        frame, "Class", {"mine": pipeline, "boosting": "gradient boosting", "forest": "random forest"},
        ["gaussian_copula"], folds=2, repeats=1, **QUIET,
    )  # fmt: skip
    assert set(found.table["learner"]) == {"mine", "boosting", "forest"}
    names, dtype = seen[0]
    assert names == [name for name in frame.columns if name != "Class"] and dtype == str(frame["ward"].dtype)


def test_other_frames_and_other_models_work_and_the_caller_s_frame_stays(mixed):
    import polars as pl
    from lightgbm import LGBMClassifier
    from sklearn.calibration import CalibratedClassifierCV

    frame = mixed(300).drop(columns="seen").astype({"visits": "float", "smoker": "object"}).reset_index(drop=True)
    given = {"generators": ["gaussian_copula"], "ratios": [0.9], "folds": 2, "repeats": 1, **QUIET}
    models = {"lightgbm": LGBMClassifier(n_estimators=20, verbose=-1, n_jobs=1),
              "svm": CalibratedClassifierCV(LinearSVC(), cv=2)}  # fmt: skip
    before = frame.copy()
    found = sg.estimate_uplift(frame, "Class", models, **given)
    pd.testing.assert_frame_equal(frame, before)
    # Dose tells the classes apart.
    assert (found.table["average_precision"] > 0.45).all()
    same = sg.estimate_uplift(pl.from_pandas(frame), "Class", models, **given)
    assert same.table["arm"].tolist() == found.table["arm"].tolist()
    assert (same.table["average_precision"] - found.table["average_precision"]).abs().max() < 0.1


def test_a_model_without_weights_has_no_such_arm_and_says_so():
    found = sg.estimate_uplift(small(), "y", KNeighborsClassifier(5), [], folds=3, repeats=1, **QUIET)
    assert "class weight" not in set(found.table["arm"])
    assert found.dropped.iloc[0]["reason"] == "the model takes no sample weights"


def test_time_that_is_up_is_an_error_or_a_note(monkeypatch):
    with pytest.raises(UsageError, match="max_seconds"):
        sg.estimate_uplift(small(), "y", max_seconds=1e-9, **QUIET)
    asked = iter(range(1_000))
    monkeypatch.setattr(Clock, "over", lambda clock: clock.stopped or next(asked) >= 20)
    found = sg.estimate_uplift(small(), "y", GaussianNB(), [], ratios=[0.5], folds=3, max_seconds=9, **QUIET)
    # Four models a split, and one question after each round of three.
    assert found.settings["splits"] == 4
    assert "2 of 6 splits were not finished within 9 seconds" in found.notes


def test_several_classes_need_one_to_find():
    frame = small().assign(y=lambda t: np.where(t["y"] == 1, "rare", np.where(t["b"] > 0, "one", "two")))
    with pytest.raises(UsageError, match="3 classes"):
        sg.estimate_uplift(frame, "y", **QUIET)
    found = sg.estimate_uplift(
        frame, "y", "logistic regression", ["gaussian_copula"], positive="rare", folds=3, repeats=1, **QUIET
    )  # fmt: skip
    assert found.settings["positive"] == "rare" and found.settings["positives"] == 40


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"df": small(400, 6)}, DataError, "6 rows of the class"),
        ({"df": small(400, 200)}, DataError, "balanced already"),
        ({"df": small().assign(y=1)}, DataError, "one class only"),
        ({"df": small().assign(y=lambda t: t["y"].where(t.index > 3))}, DataError, "missing in 4 of 400"),
        ({"target": "a"}, DataError, "continuous"),
        ({"df": small()[["y"]].assign(id=range(400))}, DataError, "no column to predict from"),
        ({"model": LinearSVC()}, UsageError, "no probabilities"),
        ({"model": LogisticRegression}, UsageError, "not fitted yet"),
        ({"model": "svm"}, UsageError, "no model 'svm'"),
        ({"model": [LogisticRegression(), LogisticRegression(C=9)]}, UsageError, "a name of its own"),
        ({"generators": ["forest"]}, UsageError, "no generator 'forest'"),
        ({"ratios": [0.01]}, UsageError, "ratios are"),
        ({"ratios": "all"}, UsageError, "ratios must be"),
        ({"positive": 7}, UsageError, "7"),
        ({"folds": 1}, UsageError, "folds"),
        ({"repeats": 0}, UsageError, "repeats"),
        ({"review_budget": 1.5}, UsageError, "review_budget"),
        ({"margin": -1}, UsageError, "margin"),
        ({"max_seconds": 0}, UsageError, "max_seconds"),
        ({"n_jobs": 0}, UsageError, "n_jobs"),
        ({"time": "b", "subject": "a"}, UsageError, "by subject or by time"),
        ({"df": small().assign(b=lambda t: t["b"].where(t.index > 2)), "time": "b"}, DataError, "'b' is missing in 3"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_words(change, error, words):
    given = {"df": small(), "target": "y", "model": "logistic regression", "generators": [], **QUIET, **change}
    with pytest.raises(error, match=words):
        sg.estimate_uplift(**given)
