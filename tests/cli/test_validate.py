"""``synthgen validate``: a gate that can be called from a pipeline."""

from __future__ import annotations

import json

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
