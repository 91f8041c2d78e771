"""Rare labels, exact extremes and rare cells, on tables written out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.table import Column, Kind, Role, Schema
from synthgen.validation import Comparison, Gate, Outcome
from synthgen.validation.privacy.disclosure import policy_flags


def listed(flags):
    return list(zip(flags["row"], flags["reason"], flags["columns"], flags["value"], flags["threshold"], strict=True))


@pytest.fixture
def cells():
    """Ages and sexes as quasi-identifiers: 12 women of 30, 3 men of 30, 12 men of 40."""
    schema = Schema(
        (
            Column("age", Kind.INTEGER, Role.QUASI_IDENTIFIER),
            Column("sex", Kind.CATEGORICAL, Role.QUASI_IDENTIFIER, categories=("f", "m")),
        )
    )
    real = pd.DataFrame({"age": [30.0] * 15 + [40.0] * 12, "sex": [0.0] * 12 + [1.0] * 15})
    made = pd.DataFrame({"age": [30.0, 30.0, 40.0, 40.0], "sex": [0.0, 1.0, 1.0, 0.0]})
    return Comparison(real[::2], real[1::2], made, schema)


def test_a_rare_cell_is_one_that_few_have(cells):
    # The women of 40 are nobody, so they are nobody's secret.
    assert listed(policy_flags(cells)) == [(1, "RARE_CELL", "age, sex", 3.0, 10.0)]
    assert policy_flags(cells, 3).empty


def test_extremes_are_those_of_the_class(compare):
    x = np.r_[np.arange(100.0), np.arange(200.0, 300.0)]
    train = {"x": x, "y": ["well"] * 100 + ["sick"] * 100}
    made = {"x": [99.0, 99.0, 299.0, 299.0, 150.0], "y": ["well", "sick", "sick", "well", "well"]}
    both = compare(train, {"x": [], "y": []}, made, labels={"y": ["well", "sick"]}, target="y")
    # 99 is the highest of the well, 299 of the sick and of all.
    rows = [(row, value) for row, reason, _, value, _ in listed(policy_flags(both)) if reason == "EXTREME_VALUE"]
    assert rows == [(0, 1.0), (2, 1.0), (3, 1.0)]


def test_rows_of_one_person_are_one(compare):
    both = compare({"x": [5.0] * 20 + [6.0] * 20}, {"x": []}, {"x": [5.0, 6.0]})
    assert policy_flags(both).empty
    people = (np.r_[np.zeros(20, dtype=np.int64), np.arange(1, 21)], np.zeros(0, dtype=np.int64))
    mine = Comparison(both.train, both.holdout, both.synthetic, both.schema, subjects=people)
    assert [(row, value) for row, _, _, value, _ in listed(policy_flags(mine))] == [(0, 1.0)]


def test_labels_found_after_the_declared_ones_are_not_public():
    train = pd.DataFrame({"ward": ["a"] * 30 + ["b"] * 2 + ["c"] * 3, "dose": np.arange(35.0) / 4})
    schema = sg.Schema.infer(train[train["ward"] != "c"]).with_column("ward", categories=("a", "b"))
    made = pd.DataFrame({"ward": ["a", "b", "c"], "dose": [2.1, 3.1, 4.1]})
    report = sg.validate(made, train=train[::2], holdout=train[1::2], schema=schema, purpose="release", random_state=0)
    rare = report.flagged_rows.query("reason == 'RARE_CATEGORY'")
    assert rare["row"].tolist() == [2]
    assert rare["value"].tolist() == [3]


@pytest.mark.parametrize("kind", ["label", "maximum"])
def test_one_label_or_maximum_of_one_person_fails_a_release(kind):
    rng = np.random.default_rng(0)
    rows = pd.DataFrame({"ward": rng.choice(["a", "b"], 900), "dose": rng.normal(size=900).round(3)})
    train, holdout, made = rows[:300].copy(), rows[300:600], rows[600:].copy()
    name, value = ("ward", "only one") if kind == "label" else ("dose", 99.5)
    train.iloc[0, train.columns.get_loc(name)] = value
    made.iloc[7, made.columns.get_loc(name)] = value
    for purpose, outcome in (("release", Outcome.FAIL), ("augment", None)):
        report = sg.validate(made, train=train, holdout=holdout, purpose=purpose, random_state=0)
        found = [f.outcome for f in report.verdict.findings if f.criterion == "disclosure"]
        assert found == ([outcome] if outcome else [])
    report = sg.validate(made, train=train, holdout=holdout, purpose="release", random_state=0)
    code = "RARE_CATEGORY" if kind == "label" else "EXTREME_VALUE"
    flags = report.flagged_rows
    assert flags.loc[flags["reason"] == code, "row"].tolist() == [7]
    assert "only one" not in report.flagged_rows.to_string() + str(report.verdict)


def test_health_data_ask_for_eleven():
    frame = pd.DataFrame({"ward": ["a"] * 50 + ["b"] * 10, "dose": np.arange(60.0) / 4})
    made = pd.DataFrame({"ward": ["b"], "dose": [7.1]})
    options = {"train": frame[::2], "holdout": frame[1::2], "purpose": "release", "random_state": 0}
    assert "RARE_CATEGORY" not in set(sg.validate(made, **options).flagged_rows["reason"])
    strict = sg.validate(made, gate=Gate.default(fewest_holders=11), **options)
    assert "RARE_CATEGORY" in set(strict.flagged_rows["reason"])
