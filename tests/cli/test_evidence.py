"""The commands about evidence: report diff, report page, verify; what they write and how they end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import ExitCode
from synthgen.reporting import bias_json, fidelity_json, run_json
from synthgen.validation.verdict import Outcome
from synthgen.verification import Agreement, Check, Verification

from ..reporting.conftest import HOSTILE, profile_over, report_over
from .fakes import left

KEY = "a key of more than sixteen bytes"


@pytest.fixture
def twins(here):
    """Twins of both kinds on disk."""
    Path("a.json").write_text(fidelity_json(report_over(HOSTILE), {"version": "1"}))
    Path("b.json").write_text(fidelity_json(report_over(HOSTILE, Outcome.FAIL), {"version": "2"}))
    Path("bias.json").write_text(bias_json(profile_over(HOSTILE), {}))
    Path("run.json").write_text(run_json(report_over(("age",)), None, {}))
    return here


# Reports


@pytest.mark.usefixtures("twins")
def test_a_diff_and_a_page_are_written(run):
    done = run("report", "diff", "a.json", "b.json", "-o", "diff.html")
    assert (done.code, done.err) == (0, "")
    assert "diff.html" in done.out
    page = Path("diff.html").read_text("utf-8")
    assert page.lstrip().lower().startswith("<!doctype html")
    assert "from PASS to FAIL" in page
    assert run("report", "page", "bias.json", "--out", "bias.html", "--quiet").out == ""
    assert "Bias and data profile" in Path("bias.html").read_text("utf-8")
    assert json.loads(run("report", "diff", "a.json", "b.json", "-o", "diff.html", "--json").out) == {
        "files": ["diff.html"]
    }
    assert json.loads(run("report", "page", "a.json", "-o", "a.html", "--json").out) == {"files": ["a.html"]}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["diff", "a.json", "none.json"], 1, "There is no file 'none.json'"),
        (["diff", "a.json", "run.json"], 1, "is the record of a run"),
        (["diff", "a.json", "text.json"], 1, "isn't JSON"),
        (["diff", "a.json", "other.json"], 1, "isn't the twin"),
        (["diff", "a.json", "half.json"], 1, "cut off"),
        (["diff", "a.json", "later.json"], 1, "version 7"),
        (["diff", "a.json", "bias.json"], 2, "can't be compared"),
        (["page", "."], 1, "is a folder"),
        (["page", "run.json"], 1, "is the record of a run"),
        (["diff", "a.json"], 2, "Missing argument"),
    ],
)
def test_what_is_no_twin_is_refused_and_nothing_is_lost(run, twins, words, code, said):
    Path("text.json").write_text("hello")
    Path("other.json").write_text('{"tool": "another", "version": 1}')
    Path("half.json").write_text(Path("a.json").read_text()[:500])
    Path("later.json").write_text('{"format": "synthgen-fidelity", "version": 7}')
    Path("out.html").write_text("an older page")
    before = left(twins)
    done = run("report", *words, "-o", "out.html")
    assert done.code == code, done.err
    assert said in done.err
    assert done.out == ""
    assert left(twins) == before
    assert Path("out.html").read_text() == "an older page"


@pytest.mark.usefixtures("twins")
def test_a_page_is_not_written_over_its_twin(run):
    before = Path("a.json").read_text()
    done = run("report", "diff", "a.json", "b.json", "-o", "a.json")
    assert done.code == 2
    assert "would be overwritten" in done.err
    assert Path("a.json").read_text() == before
    assert run("report", "page", "a.json", "-o", "nowhere/a.html").code == 1


def test_help_names_the_commands(run):
    assert "diff" in run("report", "--help").out
    out = run("verify", "--help").out
    for code in ExitCode:
        if code.value in (0, 1, 2) or 10 <= code.value < 100:
            assert re.search(rf"^ +{code.value} ", out, re.MULTILINE), code


# Verify


@pytest.fixture
def fake(monkeypatch):
    """Replace sg.verify by one with a chosen outcome; gives the words that it was called with."""

    def install(outcome):
        seen = {}

        def verify(run, data, **words):
            seen.update(words, run=run, data=data)
            good = outcome is Agreement.MATCHES
            return Verification(outcome, (Check("key", True, "Right."), Check("thing", good, "Said [in] words \x1b.")))

        monkeypatch.setattr(sg, "verify", verify)
        return seen

    return install


@pytest.mark.parametrize("outcome", list(Agreement))
def test_every_outcome_has_an_exit_code_of_its_own(run, fake, outcome):
    fake(outcome)
    done = run("verify", "run.json", "data.csv")
    wanted = 0 if outcome is Agreement.MATCHES else ExitCode[outcome.name]
    assert done.code == wanted
    assert "Said [in] words" in done.out
    assert "\x1b" not in done.out + done.err
    assert len({ExitCode[item.name] for item in Agreement if item is not Agreement.MATCHES}) == len(Agreement) - 1
    if outcome is not Agreement.MATCHES:
        assert f"error: {outcome}: thing: Said" in done.err


def test_a_match_without_a_key_says_what_was_not_compared(run, fake, monkeypatch):
    seen = fake(Agreement.MATCHES)
    assert "rows themselves were not compared" in run("verify", "run.json", "data.csv").err
    Path("key").write_text(KEY + "\n")
    done = run("verify", "run.json", "data.csv", "--key-file", "key", "--table", "t.csv", "--json")
    assert done.err == ""
    assert json.loads(done.out) == {"outcome": "matches", "matches": True, "checks": [
        {"name": "key", "agrees": True, "words": "Right."},
        {"name": "thing", "agrees": True, "words": "Said [in] words \x1b."}]}  # fmt: skip
    assert (seen["key"], seen["table"], seen["run"]) == (KEY.encode(), Path("t.csv"), Path("run.json"))
    monkeypatch.setenv("SYNTHGEN_KEY", KEY)
    assert run("verify", "run.json", "data.csv", "--quiet").err == ""
    assert seen["key"] == KEY.encode()


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [(None, 1, "can't be read"), (b"", 2, "0 bytes"), (b"short\n", 2, "5 bytes")],
)
def test_keys_that_cannot_be_used(run, here, content, code, said):
    Path("data.csv").write_text("a,b\n1,2\n3,4\n")
    if content is not None:
        Path("key").write_bytes(content)
    before = left(here)
    for words in (["verify", "run.json", "data.csv"], ["synthesize", "data.csv"]):
        done = run(*words, "--key-file", "key")
        assert done.code == code
        assert said in done.err
        assert "short" not in done.err
        assert left(here) == before


def test_an_empty_variable_is_not_taken_for_no_key(run, monkeypatch):
    monkeypatch.setenv("SYNTHGEN_KEY", "")
    done = run("verify", "run.json", "data.csv")
    assert done.code == 2
    assert "0 bytes" in done.err


@pytest.mark.usefixtures("twins")
@pytest.mark.parametrize(
    ("record", "data", "said"),
    [
        ("none.json", "d.csv", "There is no file 'none.json'"),
        ("a.json", "d.csv", "isn't the record of a synthgen run"),
        ("run.json", "d.csv", "doesn't say what was asked for"),
        ("half.json", "d.csv", "cut off"),
    ],
)
def test_files_that_cannot_be_verified(run, record, data, said):
    Path("half.json").write_text(Path("run.json").read_text()[:100])
    Path("d.csv").write_text("a,b\n1,2\n3,4\n")
    done = run("verify", record, data)
    assert done.code == 1
    assert said in done.err
    assert done.out == ""


def test_for_real(run, here, monkeypatch):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"amount": np.round(rng.gamma(2, 40, 150), 2), "shop": rng.choice(["web", "till"], 150)})
    frame.to_csv("cards.csv", index=False)
    Path("key").write_text(KEY)
    words = ["--generator", "gaussian_copula", "--n-samples", "60", "--purpose", "release", "--gate", "none", "--quiet"]
    for_others = ("--audience", "shareable", "--out", "made.csv")
    done = run("synthesize", "cards.csv", *words, "--key-file", "key", *for_others)
    assert (done.code, Path("made.csv").exists()) == (2, False), "a table without its record is worse than none"
    assert "Leave --key-file out, or take --audience internal" in done.err
    with monkeypatch.context() as held:
        held.setenv("SYNTHGEN_KEY", "k" * 32)
        done = run("synthesize", "cards.csv", *words, *for_others)
    assert (done.code, Path("made.csv").exists()) == (2, False)
    assert "Leave the variable SYNTHGEN_KEY out" in done.err
    done = run("synthesize", "cards.csv", *words, "--key-file", "key", "--out", "made.csv")
    assert done.code == 0, done.err
    folder = Path("made-reports")
    assert {"card.md", "croissant.json", "fidelity.json", "bias.json", "run.json"} <= set(left(folder))
    mlcroissant = pytest.importorskip("mlcroissant")
    rows = list(mlcroissant.Dataset(jsonld=str(folder / "croissant.json")).records("rows"))
    assert len(rows) == 60
    assert rows[0]["rows/amount"] == pd.read_csv("made.csv")["amount"].iloc[0]
    done = run("verify", folder / "run.json", "cards.csv", "--key-file", "key", "--table", "made.csv")
    assert (done.code, done.err) == (0, "")
    assert "synthetic rows: The same, value for value." in done.out
    Path("key").write_text(KEY + "x")
    assert run("verify", folder / "run.json", "cards.csv", "--key-file", "key").code == 10
    Path("key").write_text(KEY)
    frame.loc[3, "amount"] += 0.01
    frame.to_csv("cards.csv", index=False)
    done = run("verify", folder / "run.json", "cards.csv", "--key-file", "key")
    assert done.code == 12
    assert "error: other source: source table: As many rows" in done.err
