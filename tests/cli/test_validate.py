"""``synthgen validate``: a gate that can be called from a pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import synthgen as sg

from .fakes import a_report, a_verdict


@pytest.mark.parametrize(
    ("outcome", "purpose", "code"),
    [
        ("PASS", "augment", 0),
        ("INCONCLUSIVE", "augment", 0),
        ("FAIL", "augment", 3),
        ("PASS", "release", 0),
        ("INCONCLUSIVE", "release", 3),
        ("FAIL", "release", 3),
    ],
)
def test_validate_exit_codes(run, monkeypatch, here, outcome, purpose, code):
    def judge(synthetic, **words):
        return a_report(outcome, words["purpose"])

    monkeypatch.setattr(sg, "validate", judge, raising=False)
    words = ["validate", "s.csv", "--train", "t.csv", "--holdout", "h.csv", "--purpose", purpose]
    done = run(*words)
    assert done.code == code
    assert done.out.splitlines()[0].endswith(a_verdict(outcome, purpose).words)
    document = json.loads(run(*words, "--json").out)
    assert document["flagged"] == {"NEAR_COPY": 2}
    assert document["measurements"][0]["value"] == 0.532


def test_to_judge_by_nothing_is_no_choice(run, here):
    """Nothing is measured only where a generator gives a guarantee, which isn't known of a table from elsewhere."""
    assert "none" not in run("validate", "--help").out
    done = run("validate", "s.csv", "--train", "t.csv", "--holdout", "h.csv", "--validation", "none")
    assert done.code == 2
    assert "'none' is not one of 'standard', 'full'" in done.err
    Path("synthgen.toml").write_text('[validate]\nsynthetic = "s.csv"\nvalidation = "none"\n')
    assert "Allowed: standard, full." in run("validate").err
