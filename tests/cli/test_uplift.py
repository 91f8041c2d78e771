"""The command ``synthgen uplift``: what it passes on, what it prints, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cards(tmp_path):
    rng = np.random.default_rng(0)
    y = (rng.permutation(300) < 40).astype(int)
    frame = pd.DataFrame({"amount": rng.normal(2.0 * y), "hour": rng.integers(0, 24, 300), "Class": y})
    frame.to_csv(tmp_path / "cards.csv", index=False)
    return tmp_path / "cards.csv"


def run(*args):
    return subprocess.run(
        [sys.executable, "-m", "synthgen.cli", "uplift", *map(str, args)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


QUICK = ("--model", "logistic regression", "--generator", "gaussian_copula", "--ratio", "0.5", "--folds", "2",
         "--repeats", "1", "--seed", "0")  # fmt: skip


def test_the_advice_and_its_figures_are_printed(cards):
    done = run(cards, "--target", "Class", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "augment" in done.stdout.splitlines()[0]
    assert "gaussian_copula at 50 %" in done.stdout and "tuned threshold" in done.stdout
    assert "%|" not in done.stderr  # no bar in a log file


def test_json_is_the_same_as_from_the_api(cards):
    import synthgen as sg

    done = run(cards, "--target", "Class", "--json", *QUICK)
    found = sg.estimate_uplift(
        cards, "Class", ["logistic regression"], ["gaussian_copula"], ratios=[0.5], folds=2, repeats=1, random_state=0,
        progress=False,
    )  # fmt: skip
    assert json.loads(done.stdout) == json.loads(json.dumps(found.to_dict()))


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("--target", "Class", "--model", "svm"), 2, "no model 'svm'"),
        (("--target", "Fraud"), 2, "Fraud"),
        ((), 2, "--target"),
        (("--target", "amount"), 1, "continuous"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(cards, args, code, words):
    done = run(cards, *args)
    assert done.returncode == code and words in done.stderr and "Traceback" not in done.stderr


def test_help_names_the_options():
    done = run("--help")
    assert done.returncode == 0
    assert all(word in done.stdout for word in ("--learning-curve", "--max-seconds", "--time", "--review-budget"))
