"""verify(): the same run is the same, and each thing that can be other is told apart."""

from __future__ import annotations

import copy
import json
from types import SimpleNamespace

import jsonschema
import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, FileError, UsageError
from synthgen.reporting import page_html, read_twin
from synthgen.verification import Agreement, again, before, verify

from .reporting.conftest import schema_of

KEY = b"a key of more than sixteen bytes"


@pytest.fixture(scope="module")
def real():
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [160, 60])
    return pd.DataFrame({
        "a": np.round(rng.normal(2.0 * y, 1.0), 3), "b": np.round(rng.normal(0.0, 1.0, 220), 3),
        "hue": rng.choice(["red", "blue"], 220), "Class": y,
    })  # fmt: skip


@pytest.fixture(scope="module")
def made(real, tmp_path_factory):
    """A run without a seed of its own, with its table and its record on disk."""
    folder = tmp_path_factory.mktemp("run")
    result = sg.synthesize(
        real, target="Class", generator="jitter", sampling_strategy={0: 200, 1: 120}, gate=None,
        out=folder / "t.parquet", progress=False,
    )  # fmt: skip
    paths = result.write_reports(folder / "reports", key=KEY)
    record = json.loads((folder / "reports" / "run.json").read_text())
    return SimpleNamespace(result=result, folder=folder, paths=paths, record=record)


@pytest.fixture
def no_run(monkeypatch):
    """What is found before the run is made again must not make it."""
    monkeypatch.setattr(again, "synthesize", lambda *args, **words: pytest.fail("the run was made again"))


def checks(found):
    return {check.name: check.agrees for check in found.checks}


def test_the_same_run_is_the_same(made, real):
    found = verify(made.folder / "reports" / "run.json", real, key=KEY, table=made.folder / "t.parquet", progress=False)
    assert found.outcome is Agreement.MATCHES
    assert set(checks(found).values()) == {True}
    assert {"source table", "synthetic rows", "whole table", "verdict", "versions", "row counts"} <= set(checks(found))
    assert found.checks[3].words.startswith("220 rows")


def test_without_a_key_figures_are_compared_and_rows_said_not_to_be(made, real):
    record = {name: value for name, value in made.record.items() if name != "tags"}
    found = verify(record, real, progress=False)
    assert found.matches
    assert checks(found)["source and rows"] is None
    assert "synthetic rows" not in checks(found)
    assert "not compared" in str(found)


def test_the_record_is_as_its_schema_says(made):
    validator = jsonschema.Draft202012Validator(schema_of("run"))
    assert not list(validator.iter_errors(made.record))
    assert not list(validator.iter_errors(made.result.record()))
    for name in ("tags", "provenance"):
        held = made.record[name]
        member = "key" if name == "tags" else "request"
        assert list(validator.iter_errors({**made.record, name: {**held, member: "none"}}))


@pytest.mark.usefixtures("no_run")
class TestBeforeTheRunIsMadeAgain:
    def test_a_changed_cell(self, made, real):
        other = real.copy()
        other.loc[7, "b"] += 0.001
        found = verify(made.record, other, key=KEY, progress=False)
        assert found.outcome is Agreement.OTHER_SOURCE
        assert checks(found) == {"key": True, "settings and seed": True, "record": True, "source table": False}
        assert "As many rows" in found.checks[-1].words

    @pytest.mark.parametrize("change", ["order", "rows", "names"])
    def test_other_rows_another_order_other_names(self, made, real, change):
        other = {
            "order": real.iloc[::-1], "rows": real.iloc[1:], "names": real.rename(columns={"a": "c"}),
        }[change]  # fmt: skip
        found = verify(made.record, other, key=KEY, progress=False)
        assert found.outcome is Agreement.OTHER_SOURCE
        assert ("220 rows, this table has 219" in found.checks[-1].words) is (change == "rows")

    def test_the_wrong_key(self, made, real):
        found = verify(made.record, real, key=KEY + b"x", progress=False)
        assert found.outcome is Agreement.WRONG_KEY
        assert checks(found) == {"key": False}

    def test_another_seed_in_the_record(self, made, real):
        record = copy.deepcopy(made.record)
        record["provenance"]["request"]["seed"]["entropy"] = "1"
        found = verify(record, real, key=KEY, progress=False)
        assert found.outcome is Agreement.RECORD_CHANGED
        assert checks(found)["settings and seed"] is False

    def test_another_version(self, made, real, monkeypatch):
        now = before.versions_now()
        monkeypatch.setattr(before, "versions_now", lambda: {**now, "numpy": "0.1"})
        found = verify(made.record, real, key=KEY, progress=False)
        assert found.outcome is Agreement.OTHER_VERSIONS
        assert f"numpy {now['numpy']} then, 0.1 now" in found.checks[-1].words
        # What can be compared without a run still is.
        assert checks(found)["source table"] is True

    def test_another_table_than_the_one_handed_out(self, made, real):
        other = made.result._table.copy()
        other.iloc[-1, 0] += 0.001
        found = verify(made.record, real, key=KEY, table=other, progress=False)
        assert found.outcome is Agreement.OTHER_RESULT
        assert checks(found)["table handed out"] is False

    @pytest.mark.parametrize("name", ["schema", "generator", "gate"])
    def test_what_must_be_handed_in_again(self, made, real, name):
        record = copy.deepcopy(made.record)
        del record["tags"]
        record["provenance"]["request"]["given"] = [name]
        found = verify(record, real, progress=False)
        assert found.outcome is Agreement.NOT_REPEATABLE
        assert f"hand in the {name}" in found.checks[-1].words

    def test_an_obstacle(self, made, real):
        record = copy.deepcopy(made.record)
        del record["tags"]
        record["provenance"]["request"]["obstacles"] = ["noise is drawn anew each time"]
        found = verify(record, real, progress=False)
        assert found.outcome is Agreement.NOT_REPEATABLE
        assert "noise is drawn anew" in found.checks[-1].words


def test_a_verdict_that_was_touched_up(made, real):
    record = copy.deepcopy(made.record)
    record["verdict"]["outcome"] = "PASS" if record["verdict"]["outcome"] != "PASS" else "FAIL"
    found = verify(record, real, key=KEY, progress=False)
    assert found.outcome is Agreement.RECORD_CHANGED
    assert checks(found)["settings and seed"] is True
    assert checks(found)["record"] is False
    assert checks(found)["verdict"] is False
    assert checks(found)["synthetic rows"] is True


def test_figures_are_alike_to_four_digits():
    assert again._alike({"a": [2.35183, None, "x", 1]}, {"a": [2.35184, None, "x", 1.0]})
    assert again._alike(-0.00017904, -0.00017905)
    for one, two in ((2.351, 2.352), (0.931, None), (1, "1"), (True, 1), ([1], [1, 2]), ({"a": 1}, {"b": 1})):
        assert not again._alike(one, two)


def test_without_a_key_another_seed_gives_another_result(made, real):
    record = copy.deepcopy(made.record)
    del record["tags"]
    record["provenance"]["request"]["seed"]["entropy"] = "1"
    record["provenance"]["random_state"] = "1"
    found = verify(record, real, progress=False)
    assert found.outcome is Agreement.OTHER_RESULT
    assert checks(found)["figures"] is False


def test_a_table_that_the_run_cannot_be_made_from(made, real):
    record = copy.deepcopy(made.record)
    del record["tags"]
    found = verify(record, real.drop(columns="Class"), progress=False)
    assert found.outcome is Agreement.OTHER_SOURCE
    assert "Class" in found.checks[-1].words


def test_the_source_of_a_release_is_the_table_that_was_given(real, monkeypatch):
    """A release is made of coarser rows; a cell that the coarsening hides must be seen all the same."""
    result = sg.synthesize(
        real, purpose="release", generator="gaussian_copula", n_samples=100, gate=None, random_state=0, progress=False
    )
    record = result.record(key=KEY)
    top = real["a"].idxmax()
    coarser = result._real
    assert coarser.loc[top, "a"] < real.loc[top, "a"]
    monkeypatch.setattr(again, "synthesize", lambda *args, **words: pytest.fail("the run was made again"))
    other = real.copy()
    other.loc[top, "a"] += 1
    assert verify(record, other, key=KEY, progress=False).outcome is Agreement.OTHER_SOURCE


def test_a_table_handed_out_as_text(mixed, tmp_path):
    """Dates of a CSV file are texts, those of the run aren't; it is the table all the same, with a key or without."""
    real = mixed(150)
    result = sg.synthesize(
        real, n_samples=40, generator="jitter", gate=None, random_state=0, out=tmp_path / "t.csv.gz", progress=False
    )
    record = result.record(key=KEY)
    found = verify(record, real, key=KEY, table=tmp_path / "t.csv.gz", progress=False)
    assert found.matches
    assert checks(found)["table handed out"] is True
    other = pd.read_csv(tmp_path / "t.csv.gz")
    other.loc[3, "ward"] = "east"
    other.to_csv(tmp_path / "t.tsv", sep="\t", index=False)
    bare = {name: value for name, value in record.items() if name != "tags"}
    found = verify(bare, real, table=tmp_path / "t.tsv", progress=False)
    assert found.outcome is Agreement.OTHER_RESULT
    assert [name for name, agrees in checks(found).items() if agrees is False] == ["table handed out"]


def test_what_the_record_holds(made):
    run = json.dumps(made.record)
    assert set(made.record["tags"]) == {
        "algorithm", "version", "key", "source", "synthetic", "table", "request", "record",
    }  # fmt: skip
    assert KEY.decode() not in run
    plain = made.result.record()
    assert "tags" not in plain
    # The seed that was drawn is written down, as text.
    assert int(plain["provenance"]["request"]["seed"]["entropy"]) > 2**64
    pairs = plain["provenance"]["request"]["arguments"]["sampling_strategy"]["pairs"]
    assert pairs == [[0, 200], [1, 120]]


def test_files_that_are_written(made):
    assert [path.name for path in made.paths] == [
        "bias.html", "bias.json", "fidelity.html", "fidelity.json", "card.md", "croissant.json", "run.json",
    ]  # fmt: skip
    assert sorted(path.name for path in (made.folder / "reports").iterdir()) == sorted(p.name for p in made.paths)


@pytest.mark.parametrize("kind", ["fidelity", "bias"])
def test_the_twins_of_a_run_are_as_their_schemas_say(made, kind):
    path = made.folder / "reports" / f"{kind}.json"
    jsonschema.Draft202012Validator(schema_of(kind)).validate(json.loads(path.read_text()))
    # The seed's record and what was measured to choose a generator are only in the record of the run.
    held = json.loads(path.read_text())["provenance"]
    assert not {"request", "choice_signal"} & set(held)
    assert path.with_suffix(".html").read_text().count("<h2") == page_html(read_twin(path)).count("<h2")


def test_a_short_key_is_refused_before_anything_is_written(made, tmp_path):
    with pytest.raises(UsageError, match="3 bytes"):
        made.result.write_reports(tmp_path / "new", key=b"abc")
    assert not (tmp_path / "new").exists()


def test_keys_and_tables_that_do_not_go_together(made, real):
    bare = {name: value for name, value in made.record.items() if name != "tags"}
    with pytest.raises(UsageError, match="holds no tags"):
        verify(bare, real, key=KEY)
    with pytest.raises(UsageError, match="3 bytes"):
        verify(made.record, real, key=b"abc")
    other = {**made.record, "tags": {**made.record["tags"], "algorithm": "MD5"}}
    with pytest.raises(FileError, match="another algorithm"):
        verify(other, real, key=KEY)
    with pytest.raises(UsageError, match="must be a pandas"):
        verify(made.record, 3, key=KEY)
    with pytest.raises(DataError, match="no rows"):
        verify(made.record, real.iloc[:0], key=KEY)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "isn't JSON"),
        ('{"synthgen_run": 1, "prov', "isn't JSON, or was cut off"),
        ("[]", "isn't the record of a synthgen run"),
        ('{"format": "synthgen-fidelity", "version": 1}', "isn't the record"),
        ('{"synthgen_run": 2}', "another version"),
        ('{"synthgen_run": 1}', "doesn't say what was asked for"),
        ('{"synthgen_run": 1, "provenance": {"request": 3}}', "doesn't say what was asked for"),
        ('{"synthgen_run": 1, "provenance": {"request": {"given": 3, "obstacles": []}}}', "doesn't say what was"),
    ],
)
def test_what_is_not_a_record_is_refused(tmp_path, real, content, said):
    path = tmp_path / "run.json"
    path.write_text(content)
    with pytest.raises(FileError, match=said):
        verify(path, real)


def test_a_request_of_another_synthgen(made, real):
    record = copy.deepcopy(made.record)
    del record["tags"]
    record["provenance"]["request"]["arguments"]["something_new"] = 3
    with pytest.raises(FileError, match="doesn't know"):
        verify(record, real, progress=False)


def test_missing_files(real, tmp_path):
    with pytest.raises(FileError, match="There is no file"):
        verify(tmp_path / "run.json", real)


def test_the_table_cannot_come_by_a_pipe(tmp_path):
    frame = sg.datasets.load_fraud().iloc[:250]
    result = sg.synthesize(frame, n_samples=50, generator="jitter", random_state=0, gate=None, progress=False)
    with pytest.raises(UsageError, match="can't come by a pipe"):
        sg.verify(result.record(), frame, table="-", progress=False)
