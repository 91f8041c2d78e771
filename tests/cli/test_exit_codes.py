"""Every exit code that the help and the docs name, provoked by the command line itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgen.cli import ExitCode

ROOT = Path(__file__).resolve().parents[2]
KEY = "a key of more than sixteen bytes"
NAMED_IN_DOCS = re.compile(r"^\|\s*(\d+)\s*\|", re.MULTILINE)


def test_the_docs_name_every_code_and_no_other():
    page = (ROOT / "docs" / "command_line.md").read_text("utf-8")
    assert {int(code) for code in NAMED_IN_DOCS.findall(page)} == {int(code) for code in ExitCode}


def test_success_is_0_bad_data_1_and_a_slip_2(run, cards):
    assert run("profile", cards).code == ExitCode.OK
    assert run("profile", "none.csv").code == ExitCode.FAULT
    assert run("profile", cards, "--colour").code == ExitCode.USAGE
    assert run("profile", cards, "--target", "Klass").code == ExitCode.USAGE
    Path("synthgen.toml").write_text("nonsense")
    assert run("profile").code == ExitCode.USAGE
    assert run().code == ExitCode.USAGE


def test_a_gate_that_fails_is_3(run, cards):
    real = pd.read_csv(cards)
    real[:-60:6].to_csv("train.csv", index=False)
    real[1:-60:6].to_csv("holdout.csv", index=False)
    words = ["--train", "train.csv", "--holdout", "holdout.csv", "--seed", "0", "--quiet"]
    # Train rows, offered as synthetic ones: copies all.
    assert run("validate", "train.csv", *words).code == ExitCode.GATE_FAILED


def test_a_run_that_is_not_the_one_is_10_to_15(run, here):
    """One run, and one change for each code."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"amount": np.round(rng.gamma(2, 40, 60), 2), "shop": rng.choice(["web", "till"], 60)})
    frame.to_csv("d.csv", index=False)
    frame[::-1].to_csv("other.csv", index=False)
    Path("key").write_text(KEY)
    Path("wrong").write_text(KEY + "!")
    words = ["--generator", "jitter", "--n-samples", "30", "--gate", "none", "--quiet", "--key-file", "key"]
    assert run("synthesize", "d.csv", *words, "--out", "made.csv").code == ExitCode.OK
    record = Path("made-reports/run.json")

    def verify(*also, run_file=record, data="d.csv", key="key"):
        return run("verify", run_file, data, "--key-file", key, *also).code

    assert verify() == ExitCode.OK
    assert verify(key="wrong") == ExitCode.WRONG_KEY
    assert verify(data="other.csv") == ExitCode.OTHER_SOURCE
    pd.read_csv("made.csv")[::-1].to_csv("turned.csv", index=False)
    assert verify("--table", "turned.csv") == ExitCode.OTHER_RESULT
    text = record.read_text("utf-8")
    document = json.loads(text)
    document["provenance"]["counts"]["accepted"] += 1
    Path("changed.json").write_text(json.dumps(document))
    assert verify(run_file="changed.json") == ExitCode.RECORD_CHANGED


def test_other_versions_are_13(run, here, monkeypatch):
    pd.DataFrame({"x": np.arange(60) / 7, "y": ["a", "b"] * 30}).to_csv("d.csv", index=False)
    words = ["--generator", "jitter", "--n-samples", "20", "--gate", "none", "--quiet"]
    assert run("synthesize", "d.csv", *words, "--out", "m.csv").code == 0
    document = json.loads(Path("m-reports/run.json").read_text())
    document["provenance"]["libraries"]["numpy"] = "0.0.1"
    Path("old.json").write_text(json.dumps(document))
    assert run("verify", "old.json", "d.csv").code == ExitCode.OTHER_VERSIONS


def test_a_run_that_was_given_what_no_record_holds_is_14(run, here):
    pd.DataFrame({"x": np.arange(60) / 7, "y": ["a", "b"] * 30}).to_csv("d.csv", index=False)
    assert run("profile", "d.csv", "--schema-out", "schema.json", "--quiet").code == 0
    words = ["--generator", "jitter", "--n-samples", "20", "--gate", "none", "--quiet", "--schema", "schema.json"]
    assert run("synthesize", "d.csv", *words, "--out", "m.csv").code == 0
    assert run("verify", "m-reports/run.json", "d.csv").code == ExitCode.NOT_REPEATABLE
    assert run("verify", "m-reports/run.json", "d.csv", "--schema", "schema.json").code == ExitCode.OK


WAITS = """
import sys, time
from synthgen.cli import main
from synthgen.generators import GENERATORS
def fit(*args):
    print("fitting", flush=True)
    time.sleep(60)
GENERATORS["jitter"]._fit = fit
main()
"""


def test_a_key_pressed_to_stop_is_130(here):
    """The process itself, as a shell sees it: stopped while it fits, it leaves nothing."""
    pd.DataFrame({"x": np.arange(60) / 7, "y": ["a", "b"] * 30}).to_csv("d.csv", index=False)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    words = ["synthesize", "d.csv", "--out", "m.csv", "--generator", "jitter"]
    pipe = subprocess.PIPE
    child = subprocess.Popen(
        [sys.executable, "-c", WAITS, *words], stderr=pipe, stdout=pipe, env=environment, text=True
    )
    assert child.stdout.readline() == "fitting\n"
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (ExitCode.INTERRUPTED, "", "interrupted, nothing written\n")
    assert [path.name for path in here.iterdir()] == ["d.csv"]


@pytest.mark.parametrize("command", ["--help", "synthesize --help", "verify --help"])
def test_help_names_codes_that_exist(run, command):
    out = run(*command.split()).out
    named = {int(code) for code in re.findall(r"^ +(\d+)\+? ", out, re.MULTILINE)}
    assert named <= {int(code) for code in ExitCode}
