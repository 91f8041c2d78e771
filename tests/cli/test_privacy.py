"""Differentially private runs on the command line: the budget, its ledger and the preview."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen.cli.failures import ExitCode
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

PUBLIC = frozenset({"kind", "bounds", "categories", "nullable"})
SCHEMA = Schema(
    (
        Column("age", Kind.INTEGER, bounds=(0, 9), declared=PUBLIC),
        Column("sick", Kind.CATEGORICAL, role=Role.TARGET, categories=("no", "yes"), declared=PUBLIC),
    )
)
WORDS = ("--generator", "dp_marginals", "--purpose", "release", "--validation", "none", "--schema", "schema.json")


@pytest.fixture
def files(here):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.integers(0, 10, 300), "sick": rng.choice(["no", "yes"], 300)})
    frame.to_csv("people.csv", index=False)
    SCHEMA.to_json("schema.json")


@pytest.mark.usefixtures("files")
def test_a_run_spends_from_the_ledger_until_the_cap(run):
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    pytest.importorskip("filelock", reason="the extra dp isn't installed")
    ledger = ("--ledger", "ledger.json", "--dataset", "people", "--cap-epsilon", "2", "--cap-delta", "1e-9")
    first = run("synthesize", "people.csv", *WORDS, "--epsilon", "2", *ledger, "--out", "made.csv", "--json")
    assert first.code == ExitCode.OK, first.err
    assert json.loads(first.out)["provenance"]["privacy"]["ledger"]["fits"] == 1
    assert len(pd.read_csv("made.csv")) > 200
    told = run("synthesize", "people.csv", *WORDS, "--epsilon", "2", "--out", "told.csv")
    assert (told.code, "error" in told.err) == (ExitCode.OK, False), told.err
    assert not re.search(r"^real ", told.out, re.MULTILINE)
    again = run("synthesize", "people.csv", *WORDS, "--epsilon", "1", *ledger, "--out", "more.csv")
    assert again.code == ExitCode.BUDGET_SPENT == 4
    assert "above the cap of 2" in again.err
    assert not Path("more.csv").exists()


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--epsilon", "1"), "epsilon is for a differentially private generator"),
        (("--dataset", "people"), "--dataset is about a ledger; name its file with --ledger"),
        (("--validation", "none"), "validation='none' is for a generator with a formal guarantee"),
        (("--generator", "dp_marginals", "--epsilon", "0"), "epsilon must be a number above 0"),
        (("--ledger", "people.csv"), "people.csv"),
        ((*WORDS, "--review", "review.csv"), "--review compares rows with the real ones"),
    ],
)
def test_words_that_mean_nothing_are_refused(run, words, said):
    done = run("synthesize", "people.csv", *words, "--out", "made.csv")
    assert done.code in (ExitCode.USAGE, ExitCode.FAULT)
    assert said in done.err
    assert not Path("made.csv").exists()


@pytest.mark.usefixtures("files")
def test_the_summary_of_a_run_that_looked_at_nothing_tells_no_real_rows(run):
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    done = run("synthesize", "people.csv", *WORDS, "--epsilon", "2", "--out", "made.csv")
    assert done.code == ExitCode.OK, done.err
    assert "synthetic, accepted" in done.out
    assert "real" not in done.out.partition("Rows")[2].partition("delivered")[0]


CONFIG = """
[synthesize]
data = "people.csv"
generator = "dp_marginals"
purpose = "release"
validation = "none"
epsilon = 2.0

[columns.age]
kind = "integer"
bounds = [0, 9]

[columns.sick]
kind = "categorical"
"""


@pytest.mark.usefixtures("files")
def test_what_a_file_of_settings_declares_is_all_that_is_known(run):
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    made = {}
    for name in ("plain", "odd"):
        lines = Path("people.csv").read_text().splitlines()
        # A cell that isn't what is declared is no error, and decides no dtype.
        lines[1] = lines[1] if name == "plain" else "abc,yes"
        Path("people.csv").write_text("\n".join(lines) + "\n")
        Path("synthgen.toml").write_text(CONFIG)
        done = run("synthesize", "--config", "synthgen.toml", "--out", f"{name}.parquet")
        assert done.code == ExitCode.OK, done.err
        made[name] = pd.read_parquet(f"{name}.parquet").dtypes.astype(str).tolist()
    assert made["plain"] == made["odd"]
    assert made["odd"][0] == "Int64"


@pytest.mark.usefixtures("files")
def test_settings_that_leave_a_kind_open_are_refused(run):
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    Path("synthgen.toml").write_text(CONFIG.replace('kind = "integer"\n', ""))
    done = run("synthesize", "--config", "synthgen.toml", "--out", "made.csv")
    assert done.code == ExitCode.USAGE
    assert "[columns]: Column 'age' is categorical, which has no bounds" in done.err
    Path("synthgen.toml").write_text(CONFIG.partition("[columns.sick]")[0])
    done = run("synthesize", "--config", "synthgen.toml", "--out", "made.csv")
    assert "1 of 2 columns don't say of what kind they are: 'sick'" in done.err


@pytest.mark.usefixtures("files")
def test_a_preview_needs_no_table(run, monkeypatch):
    # Who runs the tests may have set it.
    monkeypatch.delenv("COLUMNS", raising=False)
    words = ("preview-dp", "schema.json", "--rows", "2000", "--epsilon", "1", "--class-share", "0.01")
    shown = run(*words)
    assert shown.code == ExitCode.OK, shown.err
    assert "With epsilon 1 on about 2,000 rows" in shown.out
    [row] = [line for line in shown.out.splitlines() if line.startswith("sick")]
    assert re.match(r"sick +2 +±\d+ +\d\.\d+  \w", row), "what is said stands to the left, beside the figures"
    undeclared = SCHEMA.with_column("sick", categories=None)
    undeclared.to_json("undeclared.json")
    lines = run("preview-dp", "undeclared.json", "--rows", "2000").out.splitlines()
    [row] = [line.rstrip() for line in lines if line.startswith("sick")]
    assert len(row) > 200 and row.endswith("would be well kept"), "in a pipe a row is one line"
    told = json.loads(run(*words, "--json").out)
    assert told["rare"]["rows"] == 20
    assert [row["cells"] for row in told["columns"]] == [10, 2]
    quiet = run(*words, "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (ExitCode.OK, "", "")


@pytest.mark.usefixtures("files")
def test_a_preview_of_what_is_none(run):
    assert run("preview-dp", "schema.json", "--rows", "0").code == ExitCode.USAGE
    assert run("preview-dp", "no-such.json", "--rows", "10").code == ExitCode.FAULT
