"""Faults that were found once, each kept from coming back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, FileError, UsageError


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"age": rng.integers(20, 60, 300), "dose": rng.normal(size=300), "y": np.repeat([0, 1], [240, 60])}
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_fresh_rows_of_a_narrow_table_are_not_near_copies(seed):
    rows = pd.DataFrame({"x": np.random.default_rng(seed).normal(size=1000)})
    report = sg.validate(rows[800:], train=rows[:600], holdout=rows[600:800], random_state=seed)
    copied = sg.validate(rows[:600] + 1e-9, train=rows[:600], holdout=rows[600:800], random_state=seed)
    assert len(report.flagged_rows) < 40
    assert report.verdict.outcome is not sg.Outcome.FAIL
    assert len(copied.flagged_rows) > 550
    assert copied.verdict.outcome is sg.Outcome.FAIL


@pytest.mark.parametrize("seed", range(6))
def test_a_subjects_rare_rows_never_leave_train_without_their_class(seed):
    rng = np.random.default_rng(0)
    visits = pd.DataFrame({"pid": np.repeat([f"p{i}" for i in range(80)], 5), "x": rng.normal(size=400), "y": 0})
    visits.loc[4, "y"] = visits.loc[9, "y"] = 1
    result = sg.synthesize(visits, target="y", subject="pid", n_samples=20, random_state=seed, progress=False)
    assert len(result.synthetic) > 0


def test_inferred_bounds_of_another_table_clip_nothing(table):
    schema = sg.Schema.infer(table, target="y")
    older = table.assign(age=table["age"] + 100)
    made = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(older, schema=schema).sample(200)
    assert made["age"].min() >= 120
    assert made["age"].nunique() > 20


def test_declared_bounds_are_kept_or_the_column_is_named(table):
    schema = sg.Schema.infer(table, target="y").with_column("age", bounds=(0, 40))
    with pytest.raises(DataError, match="'age'"):
        sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(table, schema=schema)


def test_a_column_may_say_that_another_is_missing(table):
    gaps = table.assign(income=table["dose"].where(table["age"] > 30))
    gaps["income is missing"] = gaps["income"].isna().astype(float) + gaps["dose"]
    made = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(gaps, target="y").sample(50)
    assert list(made.columns) == list(gaps.columns)


def test_saving_never_takes_the_place_of_other_files(table, tmp_path):
    model = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(table, target="y")
    (tmp_path / "model.json").write_text("{}")
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(FileError, match="isn't a synthgen model"):
        model.save(tmp_path)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError):
        model.save(tmp_path / "file")
    model.save(tmp_path / "kept")
    model.save(tmp_path / "kept")
    assert sg.load_synthesizer(tmp_path / "kept").sample(3, random_state=1).equals(model.sample(3, random_state=1))


def test_any_accepted_parameter_and_seed_can_be_saved(table, tmp_path):
    model = sg.generators.SmoteSynthesizer(k_neighbors=np.int64(3), random_state=np.random.SeedSequence([1, 2]))
    model.fit(table, target="y").save(tmp_path / "model", include_real_rows=True)
    loaded = sg.load_synthesizer(tmp_path / "model")
    assert loaded.sample(5).equals(model.sample(5))


def test_a_merged_table_is_no_source(table):
    merged = table.assign(is_synthetic=[False] * 299 + [True])
    with pytest.raises(UsageError, match="synthetic rows already"):
        sg.synthesize(merged, target="y", progress=False)


def test_a_schema_must_know_every_column(table):
    with pytest.raises(UsageError, match="'dose'"):
        sg.synthesize(table, schema=sg.Schema.infer(table.drop(columns="dose"), target="y"), progress=False)


def test_one_sensitive_column_given_as_text_is_refused(table):
    with pytest.raises(UsageError, match="list of columns"):
        sg.synthesize(table, target="y", sensitive_features="age", progress=False)


@pytest.mark.parametrize("seed", [-1, "abc", 1.5, True])
def test_a_seed_that_is_none_is_refused(table, seed):
    with pytest.raises(UsageError, match="random_state"):
        sg.synthesize(table, target="y", random_state=seed, progress=False)


def test_a_drawn_seed_is_written_down(table):
    first = sg.synthesize(table, target="y", progress=False)
    again = sg.synthesize(table, target="y", random_state=int(first.provenance.random_state), progress=False)
    pd.testing.assert_frame_equal(first._made, again._made)


def test_thousands_of_labels_are_compared_in_bounded_memory():
    import tracemalloc

    rng = np.random.default_rng(0)
    wide = pd.DataFrame({name: rng.integers(0, 3000, 6000).astype(str) for name in ("a", "b")})
    tracemalloc.start()
    sg.validate(wide[:2000], train=wide[2000:4000], holdout=wide[4000:], random_state=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400e6


def test_every_class_is_looked_at_where_rows_belong_to_subjects():
    rng = np.random.default_rng(0)
    visits = pd.DataFrame({"pid": np.repeat([f"p{i}" for i in range(120)], 5), "x": rng.normal(size=600)})
    visits["y"] = np.repeat(rng.integers(0, 2, 120), 5)
    result = sg.synthesize(visits, target="y", subject="pid", n_samples=200, random_state=0, progress=False)
    found = result.validation.measurements
    assert not (found["status"] == "failed").any()
    assert set(found.loc[found["name"] == "class_shapes", "subject"]) >= {"0", "1"}
