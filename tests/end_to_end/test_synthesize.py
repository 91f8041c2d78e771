"""The main job: one call, a table, and the evidence that goes with it."""

from __future__ import annotations

import io
import json
import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, GateFailed, UsageError
from synthgen.generators import Synthesizer
from synthgen.guarantee import RowSource
from synthgen.validation import Outcome

pl = pytest.importorskip("polars")


def run(data, **options):
    return sg.synthesize(data, **{"target": "Class", "random_state": 0, "progress": False, **options})


@pytest.fixture(scope="module")
def fraud(fraud_table):
    """The payments in 12 of their columns."""
    names = ["Time", *(f"V{i}" for i in (1, 3, 4, 7, 10, 11, 12, 14, 17)), "Amount", "Class"]
    return fraud_table[names]


@pytest.fixture(scope="module")
def result(fraud):
    """What one call gives for the payments; tests only look at it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run(fraud, generator="smote", gate=None)


@pytest.fixture
def small(plain):
    """110 rows in two classes of which one is rare, quick to check."""
    return plain(80, 30)


class Fresh(Synthesizer):
    """A generator of a user's own: rows from the normal distribution of each column and class."""

    row_source = RowSource.MODEL

    def __init__(self, random_state=None):
        self.random_state = random_state

    def _fit(self, coded, rng):
        self._rows = coded

    def _sample(self, n, codes, rng):
        target = self.schema_.target.name
        picked = self._rows if codes is None else self._rows[self._rows[target].isin(codes)]
        out = {}
        for column in self.schema_:
            values = picked[column.name]
            out[column.name] = rng.choice(values, n)
            if column.kind == "continuous":
                drawn = rng.normal(values.mean(), values.std() or 1.0, n)
                out[column.name] = np.clip(drawn.round(column.decimals or 6), *column.bounds)
        return pd.DataFrame(out)

    def _state(self):
        return {"rows": self._rows}

    def _set_state(self, state):
        self._rows = state["rows"]


class Copier(Fresh):
    """A generator that gives its train rows out again, the first ones new."""

    def __init__(self, share=1.0, random_state=None):
        self.share = share
        self.random_state = random_state

    def _sample(self, n, codes, rng):
        out = super()._sample(n, codes, rng)
        picked = self._rows[self._rows[self.schema_.target.name].isin(codes)]
        copied = picked.iloc[rng.integers(0, len(picked), n)].reset_index(drop=True)
        first = np.arange(n) < self.share * n
        return pd.concat([copied[first], out[~first]], ignore_index=True)


# The table


def test_the_table_holds_all_real_rows_as_they_were(fraud, result):
    real = result.data[~result.data["is_synthetic"]]
    pd.testing.assert_frame_equal(real.drop(columns="is_synthetic"), fraud, check_exact=True)
    assert result.data["is_synthetic"].dtype == bool
    assert result.data.dtypes.drop("is_synthetic").to_dict() == fraud.dtypes.to_dict()
    assert result.data.index.is_unique


def test_the_classes_are_balanced(fraud, result):
    assert result.data["Class"].value_counts().to_dict() == {0: 2800, 1: 2800}
    made = result.data[result.data["is_synthetic"]]
    assert (made["Class"] == 1).all()
    pd.testing.assert_frame_equal(
        made.drop(columns="is_synthetic").reset_index(drop=True), result.synthetic.reset_index(drop=True)
    )


def test_the_callers_table_is_not_touched(fraud_table, fraud):
    before = fraud.copy(deep=True)
    run(fraud[:600], sampling_strategy={1: 100})
    pd.testing.assert_frame_equal(fraud, before, check_exact=True)


def test_counts_add_up(fraud, result):
    counts = result.provenance.counts
    assert counts["real"] == counts["train"] + counts["holdout"] == 3000
    assert abs(counts["holdout"] - 600) <= 6  # equal rows stay together
    assert counts["requested"] == 2600
    assert counts["drawn"] >= counts["requested"] + counts["refused"]
    assert counts["accepted"] == len(result.synthetic) == 2600
    assert counts["delivered"] == len(result.data) == counts["real"] + counts["accepted"]
    assert counts["refused"] == result.validation.refused_rows["row"].nunique()
    assert result.validation.counts["synthetic"] == counts["drawn"]
    assert sum(result.provenance.refused_by_reason.values()) == len(result.rejected)


def test_refused_rows_come_back_with_their_reasons(fraud, result):
    rejected = result.rejected
    assert len(rejected) > 0
    assert list(rejected.columns) == [
        *fraud.columns, "refused_reason", "refused_columns", "refused_value", "refused_threshold",
    ]  # fmt: skip
    assert set(rejected["refused_reason"]) <= {"EXACT_COPY", "NEAR_COPY"}
    near = rejected[rejected["refused_reason"] == "NEAR_COPY"]
    assert (near["refused_value"] < near["refused_threshold"]).all()
    # None of them was handed out.
    assert len(result.synthetic.merge(rejected[list(fraud.columns)])) == 0


def test_evaluation_is_on_rows_that_no_generator_saw(fraud, result):
    train, test = result.for_evaluation()
    pd.testing.assert_frame_equal(test, fraud.loc[test.index], check_exact=True)
    real = train.loc[train.index.isin(fraud.index)]
    pd.testing.assert_frame_equal(real, fraud.loc[real.index], check_exact=True)
    assert set(real.index) | set(test.index) == set(fraud.index)
    assert not set(real.index) & set(test.index)
    assert len(train) == len(real) + len(result.synthetic)
    assert "is_synthetic" not in train
    # Stratified: 200 frauds of 3,000, of which a fifth is held out.
    assert abs(test["Class"].sum() - 40) <= 3


def test_the_generator_saw_the_train_rows_only(small):
    seen = []

    class Spy(Fresh):
        def _fit(self, coded, rng):
            seen.append(coded.copy())
            super()._fit(coded, rng)

    outcome = run(small, generator=Spy(), gate=None)
    train, test = outcome.for_evaluation()
    (coded,) = seen
    assert len(coded) == outcome.provenance.counts["train"] == 110 - len(test)
    assert sorted(coded["a"]) == sorted(train.loc[train.index.isin(small.index), "a"][: len(coded)])


def test_the_verdict_and_its_words(result):
    assert result.verdict.outcome is not Outcome.FAIL
    assert result.verdict.words in repr(result)
    assert {f.criterion for f in result.verdict.findings} >= {"column_shapes", "exact_copies", "refused_rows"}


# The same again


def test_the_same_seed_gives_the_same_table(small):
    first, second = (run(small, gate=None) for _ in range(2))
    pd.testing.assert_frame_equal(first.data, second.data, check_exact=True)
    pd.testing.assert_frame_equal(first.rejected, second.rejected, check_exact=True)
    pd.testing.assert_frame_equal(first.validation.measurements, second.validation.measurements, check_exact=True)
    assert not first.data.equals(run(small, gate=None, random_state=1).data)


def test_a_seeded_generator_object_repeats(small):
    tables = [run(small, gate=None, random_state=np.random.default_rng(5)).data for _ in range(2)]
    pd.testing.assert_frame_equal(*tables)


# What to make


@pytest.mark.parametrize(
    ("strategy", "made"),
    [
        ("auto", {1: 50}),
        ("minority", {1: 50}),
        ("not majority", {1: 50}),
        (0.5, {1: 10}),
        (1.0, {1: 50}),
        ({1: 45}, {1: 15}),
        ({"1": 45}, {1: 15}),
        ({0: 90, 1: 40}, {0: 10, 1: 10}),
    ],
)
def test_sampling_strategy(small, strategy, made):
    rows = run(small, sampling_strategy=strategy, gate=None).synthetic
    assert rows["Class"].value_counts().to_dict() == made


def test_n_samples_keeps_the_real_mix(small):
    rows = run(small, n_samples=55, gate=None).synthetic
    assert rows["Class"].value_counts().to_dict() == {0: 40, 1: 15}


def test_conditions(small):
    assert set(run(small, n_samples=20, conditions={"Class": 1}, gate=None).synthetic["Class"]) == {1}
    rows = run(small, n_samples=22, conditions={"Class": [0, "1"]}, gate=None).synthetic
    assert rows["Class"].value_counts().to_dict() == {0: 16, 1: 6}


def test_conditions_on_any_column(plain):
    frame = plain(400, 200)
    outcome = run(frame, conditions={"a": ">= 1 and < 2", "hue": ["red"]}, n_samples=60, gate=None)
    rows = outcome.synthetic
    assert rows["a"].between(1, 2, inclusive="left").all()
    assert set(rows["hue"]) == {"red"}
    # The classes are in proportion to those of the real rows that meet the conditions.
    met = frame[frame["a"].between(1, 2, inclusive="left") & (frame["hue"] == "red")]["Class"].value_counts()
    assert abs(rows["Class"].value_counts()[1] - 60 * met[1] / met.sum()) < 1
    assert outcome.provenance.generator == "tree"
    assert "'a', 'hue'" in outcome.provenance.choice
    # Compared with real rows like them, searched for copies of all.
    counts = outcome.validation.counts
    assert counts["train"] + counts["holdout"] == 600
    assert counts["train_matched"] + counts["holdout_matched"] == met.sum()


def test_conditions_together_with_a_class_and_a_ratio(plain):
    rows = run(plain(400, 100), conditions={"Class": 1, "b": "> 0"}, sampling_strategy=0.5, gate=None).synthetic
    assert len(rows) == 100
    assert set(rows["Class"]) == {1}
    assert rows["b"].gt(0).all()


def test_rows_like_few_real_ones_are_not_judged(plain):
    frame = plain(300, 200)
    frame.loc[frame.sample(20, random_state=0).index, "hue"] = "green"
    outcome = run(frame, conditions={"hue": "green"}, n_samples=30, gate=None)
    assert outcome.verdict.outcome is Outcome.INCONCLUSIVE
    shapes = next(m for m in outcome.validation.results if m.name == "column_shapes")
    assert not shapes.computed
    assert "meet the conditions" in shapes.reason
    assert next(m for m in outcome.validation.results if m.name == "exact_copies").computed


def test_conditions_that_no_row_meets_are_refused_before_any_work(small, monkeypatch):
    def work(*args, **options):
        raise AssertionError("it began to work")

    monkeypatch.setattr("synthgen.memory_run.split_rows", work)
    monkeypatch.setattr("synthgen.memory_run.profile_coded", work)
    with pytest.raises(ConditionError, match="'hue'"):
        run(small, generator="gaussian_copula", conditions={"hue": "mauve"})


# Which generator


def test_auto_sees_train_rows_only(plain, monkeypatch):
    seen = []

    class Spy(sg.generators.GaussianCopulaSynthesizer):
        def _fit(self, coded, rng):
            seen.append(coded["a"].to_numpy())
            super()._fit(coded, rng)

    monkeypatch.setitem(sg.generators.GENERATORS, "tree", Spy)
    frame = plain(600, 200)
    frame["a"] = np.arange(800) + 0.5
    outcome = run(frame, gate=None)
    _, test = outcome.for_evaluation()
    inner, whole = seen
    assert len(inner) < len(whole) == outcome.provenance.counts["train"]
    assert not set(np.concatenate(seen)) & set(test["a"])


def test_the_reason_is_in_the_provenance_and_the_reports(plain, tmp_path):
    outcome = run(plain(600, 200), gate=None)
    found = outcome.provenance
    assert found.choice.startswith("auto: on an inner split with 64 positives of class '1', tree keeps ")
    assert found.choice_signal[0]["class"] == "1"
    assert found.generator in found.choice.split("taken: ")[1]
    outcome.write_reports(tmp_path)
    document = json.loads((tmp_path / "run.json").read_text())
    assert document["provenance"]["choice"] == found.choice
    assert document["provenance"]["choice_signal"][0]["positives"] == 64
    assert "on an inner split with 64 positives" in (tmp_path / "fidelity.html").read_text()
    assert run(plain(600, 200), gate=None).provenance.choice == found.choice


# No class is lost without a word


def test_each_class_gets_a_row_or_is_named(plain):
    frame = plain(200, 60, 3)
    rows = run(frame, generator="gaussian_copula", n_samples=20, gate=None).synthetic
    assert set(rows["Class"]) == {0, 1, 2}
    outcome = run(frame, generator="gaussian_copula", n_samples=2, gate=None)
    assert any("class '2'" in words for words in outcome.provenance.warnings)


def test_a_class_whose_rows_are_all_refused_is_named(plain):
    outcome = run(plain(200, 60, 3), generator=Copier(), sampling_strategy={1: 70, 2: 10}, gate=None)
    assert any("'2'" in words and "refused" in words for words in outcome.provenance.warnings)


def test_without_a_target(small):
    outcome = run(small.drop(columns="Class"), target=None, gate=None)
    assert len(outcome.synthetic) == 110
    assert outcome.provenance.target is None


def test_a_target_of_quantities(small):
    outcome = run(small, target="a", n_samples=25, gate=None)
    assert len(outcome.synthetic) == 25


# Who a row is about


def test_subjects_stay_together(plain):
    frame = plain(120, 60).assign(person=np.repeat(np.arange(60), 3))
    outcome = run(frame, subject="person", gate=None)
    train, test = outcome.for_evaluation()
    real = train.loc[train.index.isin(frame.index)].iloc[: outcome.provenance.counts["train"]]
    assert not set(test["person"]) & set(real["person"])
    assert test["person"].value_counts().eq(3).all()
    assert outcome.profile.schema["person"].role is sg.Role.SUBJECT
    assert not outcome.synthetic["person"].isin(frame["person"]).any()


def test_sensitive_features_are_audited(small):
    outcome = run(small, sensitive_features=["hue"], gate=None)
    assert outcome.profile.bias.features == ("hue",)
    assert not outcome.profile.bias.guessed


# Types


def test_polars_in_and_out(small):
    frame = pl.from_pandas(small)
    outcome = run(frame, gate=None)
    assert isinstance(outcome.data, pl.DataFrame)
    assert outcome.data.drop("is_synthetic").schema == frame.schema
    assert outcome.data[:110].drop("is_synthetic").equals(frame)
    assert all(isinstance(part, pl.DataFrame) for part in (outcome.synthetic, *outcome.for_evaluation()))


def test_arrow_in_and_out(small):
    table = pa.Table.from_pandas(small, preserve_index=False)
    outcome = run(table, gate=None)
    assert isinstance(outcome.data, pa.Table)
    assert outcome.data.drop_columns("is_synthetic").schema.equals(table.schema)
    assert outcome.data.num_rows == 160


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "arrow"])
def test_a_path_in_and_a_file_out(small, tmp_path, ending):
    small.to_csv(tmp_path / "cards.csv", index=False)
    out = tmp_path / "new" / f"table.{ending}"
    outcome = run(tmp_path / "cards.csv", out=out, gate=None)
    written = sg.table.read_file(out)
    assert len(written) == 160
    pd.testing.assert_frame_equal(written, outcome.data.reset_index(drop=True), check_dtype=False)
    pd.testing.assert_frame_equal(written[:110][list(small.columns)], small, check_dtype=False)


# The gate


def test_a_release_of_interpolated_rows_fails_and_says_what_to_try(small, tmp_path):
    out = tmp_path / "shared.csv"
    outcome = run(small, purpose="release", generator="smote", out=out)
    assert outcome.verdict.outcome is Outcome.FAIL
    for give in (lambda: outcome.data, lambda: outcome.synthetic, outcome.for_evaluation):
        with pytest.raises(GateFailed) as caught:
            give()
        text = str(caught.value)
        assert "must not be shared" in text
        assert "lies between real rows" in text
        assert "What to try" in text
        assert "generator" in text.split("What to try")[1]
        assert "gate=None" in text
    assert not out.exists()
    assert outcome.withheld
    # Reports are for those who have to understand why.
    for path in outcome.write_reports(tmp_path / "reports"):
        assert path.exists()
    assert "must not be shared" in (tmp_path / "reports" / "fidelity.html").read_text()


def test_lifting_the_gate_is_recorded_and_printed(small, tmp_path):
    outcome = run(small, purpose="release", generator="smote", gate=None, out=tmp_path / "shared.csv")
    assert outcome.verdict.outcome is Outcome.FAIL
    assert len(outcome.data) == len(outcome.synthetic) > 0
    assert "is_synthetic" not in outcome.data
    assert (tmp_path / "shared.csv").exists()
    assert outcome.provenance.gate is None
    outcome.write_reports(tmp_path)
    assert "lifted" in (tmp_path / "fidelity.html").read_text().lower()
    assert run(small, gate="default", generator="jitter").provenance.gate == "default"


def test_only_with_care_is_a_warning(small):
    strict = sg.Gate.default()
    outcome = run(small, gate=strict)
    if outcome.verdict.outcome is not Outcome.INCONCLUSIVE:
        pytest.fail("80 and 30 rows can't be enough to pass")
    with pytest.warns(sg.SynthgenWarning, match="Only with care"):
        outcome.data  # noqa: B018
    assert outcome.provenance.gate == "custom"


def test_a_release_holds_synthetic_rows_only(small):
    outcome = run(small, purpose="release", generator=Fresh(), gate=None)
    assert len(outcome.data) == outcome.provenance.counts["delivered"] == outcome.provenance.counts["accepted"]
    assert list(outcome.data.columns) == list(small.columns)
    assert len(outcome.data.merge(small)) == 0


# Generators of one's own


def test_an_instance_of_a_third_party(small):
    mine = Fresh()
    outcome = run(small, generator=mine, gate=None)
    assert not hasattr(mine, "schema_")  # fitted is a clone
    assert outcome.provenance.generator == "Fresh"
    assert outcome.provenance.choice == "given as an instance"
    assert len(outcome.synthetic) == 50
    pd.testing.assert_frame_equal(outcome.data, run(small, generator=Fresh(), gate=None).data)


def test_a_generator_that_copies_is_refused_row_by_row(small):
    outcome = run(small, generator=Copier(0.25), gate=None)
    reasons = outcome.provenance.refused_by_reason
    assert reasons["EXACT_COPY"] >= 0.2 * outcome.provenance.counts["drawn"]
    assert len(outcome.synthetic.merge(small)) == 0
    assert len(outcome.synthetic) == 50  # the reserve filled the gaps


def test_a_generator_that_only_copies_gives_a_short_result_and_fails(small):
    outcome = run(small, generator=Copier(1.0))
    counts = outcome.provenance.counts
    assert outcome.verdict.outcome is Outcome.FAIL
    assert counts["refused"] > 0.9 * counts["drawn"]
    assert counts["accepted"] < counts["requested"] == 50
    assert any(f"{50 - counts['accepted']} rows fewer" in words for words in outcome.provenance.warnings)
    with pytest.raises(GateFailed, match="Refused rows"):
        outcome.data  # noqa: B018


def test_options_of_a_generator(small):
    outcome = run(small, generator="smote", generator_options={"k_neighbors": 2}, gate=None)
    assert outcome.provenance.parameters["k_neighbors"] == 2
    with pytest.raises(UsageError, match="no option 'neighbours'"):
        run(small, generator="smote", generator_options={"neighbours": 2})


# Provenance and reports


def test_provenance_says_how_it_was_made(result):
    found = result.provenance
    assert found.random_state == "0"
    assert found.purpose == "augment"
    assert found.target == "Class"
    assert found.generator == "smote"
    assert found.choice == "named by the caller"
    assert found.guarantee == "no formal guarantee"
    assert set(found.seconds) == {"read", "profile", "choose", "fit", "sample", "validate", "merge"}
    assert {"numpy", "pandas", "scikit-learn"} <= set(found.libraries)
    json.dumps(found.to_dict())


def test_reports_are_one_file_each_without_script_or_outside_request(result, tmp_path):
    paths = result.write_reports(tmp_path / "a" / "b")
    names = ["bias.html", "bias.json", "fidelity.html", "fidelity.json", "card.md", "croissant.json", "run.json"]
    assert [path.name for path in paths] == names
    for path in paths[0], paths[2]:
        text = path.read_text()
        assert "<script" not in text
        assert "src=" not in text
        assert result.verdict.words in text or path.name == "bias.html"
    document = json.loads(paths[-1].read_text())
    assert "PASS" in json.dumps(document) or "INCONCLUSIVE" in json.dumps(document)
    assert result._repr_html_()


def test_progress_goes_to_a_terminals_stderr_and_only_if_asked_for(small, capsys, monkeypatch):
    run(small, gate=None, progress=True)
    assert capsys.readouterr() == ("", "")
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stderr", terminal)
    run(small, gate=None)
    assert terminal.getvalue() == ""
    run(small, gate=None, progress=True)
    assert "validate" in terminal.getvalue()
    assert capsys.readouterr().out == ""
