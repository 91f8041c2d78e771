"""What the words of a command line become."""

from __future__ import annotations

import doctest
from pathlib import Path

import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import words as words_module
from synthgen.table.schema import Schema


def test_every_word_reaches_the_api(run, fake, cards):
    seen = fake()
    schema = cards.with_name("schema.json")
    sg.Schema.infer(pd.read_csv(cards)).to_json(schema)
    done = run(
        "synthesize", cards, "--target", "Class", "--out", "out.csv", "--reports", "rep",
        "--purpose", "augment", "--generator", "smote", "--option", "k_neighbors=3", "--option", "exact=true",
        "--option", "mode=a=b", "--sampling-strategy", "0=500,1=400", "--n-samples", "7",
        "--condition", "Class=1", "--condition", "shop=web", "--condition", "shop=till",
        "--schema", schema, "--sensitive", "shop", "--sensitive", "hour", "--subject", "hour",
        "--fairness", "quotas=0.5", "--constraint", "amount >= 0", "--constraint", "unique(hour, shop)",
        "--missing", "none",
        "--holdout", "0.3", "--validation", "full", "--gate", "none", "--seed", "4", "--quiet",
        "--audience", "shareable", "--epsilon", "0.5", "--delta", "1e-7",
    )  # fmt: skip
    assert done.code == 0
    assert Path("rep/fidelity.html").read_text() == "shareable"
    assert isinstance(seen.pop("schema"), Schema)
    assert seen == {
        "data": cards,
        "target": "Class",
        "out": Path("out.csv"),
        "purpose": "augment",
        "generator": "smote",
        "generator_options": {"k_neighbors": 3, "exact": True, "mode": "a=b"},
        "sampling_strategy": {"0": 500, "1": 400},
        "n_samples": 7,
        "conditions": {"Class": "1", "shop": ["web", "till"]},
        "sensitive_features": ["shop", "hour"],
        "fairness": {"kind": "quotas", "strength": 0.5},
        "subject": "hour",
        "constraints": ["amount >= 0", "unique(hour, shop)"],
        "missing": "none",
        "engine": "memory",
        "epsilon": 0.5,
        "delta": 1e-7,
        "ledger": None,
        "holdout": 0.3,
        "validation": "full",
        "gate": None,
        "random_state": 4,
        "progress": False,
    }


def test_the_fewest_holders_make_a_gate(run, fake, cards, monkeypatch):
    seen = fake()
    assert run("synthesize", cards, "--fewest-holders", "11").code == 0
    assert seen["gate"] == sg.Gate.default(fewest_holders=11)
    done = run("synthesize", cards, "--fewest-holders", "11", "--gate", "none")
    assert done.code == 2
    assert "--gate none lifts the gate" in done.err
    assert run("synthesize", cards, "--fewest-holders", "0").code == 2
    judged = {}

    def validate(synthetic, **words):
        judged.update(words)
        raise sg.errors.DataError("enough was seen")

    monkeypatch.setattr(sg, "validate", validate)
    run("validate", cards, "--train", cards, "--holdout", cards, "--fewest-holders", "11")
    assert judged["gate"] == sg.Gate.default(fewest_holders=11)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("auto", "auto"),
        ("0.25", 0.25),
        ("1=10", {"1": 10}),
        ("<=50K=90, >50K=80", {"<=50K": 90, ">50K": 80}),
        ("A,B=5,C=6", {"A,B": 5, "C": 6}),
    ],
)
def test_sampling_strategies(run, fake, cards, word, value):
    seen = fake()
    assert run("synthesize", cards, "--sampling-strategy", word).code == 0
    assert seen["sampling_strategy"] == value


def test_the_examples_in_the_docstrings_hold():
    tested = doctest.testmod(words_module)
    assert tested.attempted >= 5
    assert tested.failed == 0
