"""``synthgen profile`` with what the audit of groups takes."""

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
def people(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"sex": ["F", "M"] * 100, "job": rng.choice(["a", "b"], 200), "pay": ["low", "high"] * 100})
    frame["guess"] = frame["pay"].where(rng.random(200) < 0.9, "low")
    frame.to_csv(tmp_path / "people.csv", index=False)
    frame[["sex"]][:50].replace("M", "F").assign(sex=lambda f: f["sex"].where(f.index < 40, "M")).to_csv(
        tmp_path / "all.csv", index=False
    )
    return tmp_path


def run(*args):
    return subprocess.run(
        [sys.executable, "-m", "synthgen.cli", "profile", *map(str, args)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


def test_reference_legitimate_and_predictions_are_passed_on(people):
    done = run(
        people / "people.csv", "--target", "pay", "--sensitive", "sex", "--reference", people / "all.csv",
        "--legitimate", "job", "--predictions", "guess", "--json", "--out", people / "bias.html",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout)["bias"]["findings"]
    assert any("80.0% of the reference population" in words for words in findings)
    assert any("among rows alike in job" in words for words in findings)
    assert any("the model predicts the outcome" in words for words in findings)
    assert "The model's predictions" in (people / "bias.html").read_text(encoding="utf-8").replace("&#39;", "'")


def test_a_column_that_is_not_there_ends_with_usage(people):
    done = run(people / "people.csv", "--target", "pay", "--sensitive", "sex", "--predictions", "model")
    assert done.returncode == 2
    assert "no column 'model'" in done.stderr
