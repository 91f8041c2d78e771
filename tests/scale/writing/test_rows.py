"""Rows of fitted models, written: those that sample gives, whatever they are made by and written to."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from synthgen.errors import UsageError
from synthgen.generators import GaussianCopulaSynthesizer, JitterSynthesizer, load_synthesizer
from synthgen.generators.storage import fingerprint
from synthgen.scale.writing import Journal, Part, make_blocks, write_rows
from synthgen.table import read_table
from synthgen.table.constraints import Unique
from synthgen.table.schema import Schema

N = 30_000


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "account": [f"A{i:05d}" for i in rng.permutation(400)], "amount": np.round(rng.gamma(2, 10, 400), 2),
            "visits": pd.array(np.where(rng.random(400) < 0.1, None, rng.poisson(3, 400)), "Int64"),
            "kind": pd.Categorical(rng.choice(["a", "b,c"], 400)), "fraud": (rng.random(400) < 0.2).astype(int),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def model(table):
    return GaussianCopulaSynthesizer(random_state=0).fit(table, target="fraud")


@pytest.mark.parametrize("workers", [1, 2])
def test_rows_are_those_of_sample(tmp_path, model, workers):
    assert write_rows(model, N, tmp_path / "t.parquet", random_state=3, workers=workers) == N
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.parquet"), model.sample(N, random_state=3))
    assert os.listdir(tmp_path) == ["t.parquet"]


def test_text_is_that_of_the_frame(tmp_path, model):
    write_rows(model, 2_000, tmp_path / "t.csv", random_state=3)
    model.sample(2_000, random_state=3).to_csv(tmp_path / "once.csv", index=False)
    assert (tmp_path / "t.csv").read_bytes() == (tmp_path / "once.csv").read_bytes()


def test_conditions_and_gaps(tmp_path, model):
    write_rows(model, N, f"{tmp_path}/parts/", random_state=3, conditions={"fraud": 1}, missing="none")
    found = pa.parquet.read_table(tmp_path / "parts").to_pandas()
    assert len(found) == N and (found["fraud"] == 1).all() and found["visits"].notna().all()


def test_a_saved_model_goes_on_with_the_journal_of_the_first(tmp_path, model, monkeypatch):
    model.save(tmp_path / "model")
    loaded = load_synthesizer(tmp_path / "model")
    assert fingerprint(loaded) == fingerprint(model)
    with monkeypatch.context() as patched:

        def failing(*_, **__):
            raise KeyboardInterrupt

        patched.setattr("synthgen.scale.writing.rows.write_batches", failing)
        with pytest.raises(KeyboardInterrupt):
            write_rows(model, N, tmp_path / "t.parquet", random_state=3)
    asked = []
    monkeypatch.setattr(type(model), "generate_batches", lambda *_, **given: asked.append(given["block"]) or iter(()))
    write_rows(loaded, N, tmp_path / "t.parquet", random_state=3)
    monkeypatch.undo()
    assert asked == []
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.parquet"), model.sample(N, random_state=3))


def test_a_model_of_other_rows_has_another_fingerprint(table, model):
    for other in (
        GaussianCopulaSynthesizer(random_state=0).fit(table.assign(amount=table["amount"] + 0.01), target="fraud"),
        JitterSynthesizer(random_state=0).fit(table, target="fraud"),
    ):
        assert fingerprint(other) != fingerprint(model)


def test_parts_have_no_identifier_in_common(tmp_path, model):
    parts = [Part("fraud", N, {"fraud": 1}, 5), Part("none", 0, None, 5), Part("rest", N, {"fraud": 0}, 6)]
    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        make_blocks(model, parts, journal, workers=2)
        found = pa.Table.from_batches([*journal.batches("fraud"), *journal.batches("rest")]).to_pandas()
    assert len(found) == 2 * N and found["account"].is_unique


def test_rules_about_all_rows_together_hold_over_blocks(tmp_path, table):
    plain = table.drop(columns="account").assign(price=np.arange(400) * 1.37)
    schema = Schema.infer(plain, target="fraud").with_constraints(Unique(["amount", "price"]))
    model = GaussianCopulaSynthesizer(random_state=0).fit(plain, schema=schema)
    wanted = model.sample(N, random_state=3)
    with Journal.open(tmp_path / "t.parquet", {}) as journal:
        part = Part("all", N, None, 3)
        make_blocks(model, [part], journal, workers=2)
        journal._drop("all", 1)
        make_blocks(model, [part], journal)
        found = pa.Table.from_batches(list(journal.batches("all"))).to_pandas()
    assert not found.duplicated(["amount", "price"]).any()
    assert found["price"].to_numpy().tolist() == wanted["price"].to_numpy().tolist()


def test_no_rows_are_refused(tmp_path, model):
    for n in (0, 1.5, None):
        with pytest.raises(UsageError, match="n_samples must be a whole number"):
            write_rows(model, n, tmp_path / "t.parquet")
    assert os.listdir(tmp_path) == []
