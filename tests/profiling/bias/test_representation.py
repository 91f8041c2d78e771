"""Shares against a reference population, and references that don't fit."""

from __future__ import annotations

import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import UsageError


@pytest.fixture
def table():
    """300 women and 700 men."""
    return pd.DataFrame({"sex": ["F"] * 300 + ["M"] * 700, "age": [20, 30, 40, 50, 60] * 200, "x": range(1000)})


def audit(table, reference, features=("sex",)):
    return sg.profile(table, sensitive_features=list(features), reference_population=reference).bias


def test_a_group_that_falls_short_by_hand(table):
    result = audit(table, {"sex": {"F": 0.5, "M": 0.5}})
    (sex,) = result.representation
    assert (sex.label, sex.share, sex.reference, sex.ratio) == ("F", 0.3, 0.5, 0.6)
    assert sex.share_interval[0] < 0.3 < sex.share_interval[1] < 0.5
    # (300 - 500)² / 500 twice is 160 on one degree of freedom.
    assert sex.p_value == pytest.approx(1.16e-36, rel=0.01)
    assert [g.reference for g in result.groups] == [0.5, 0.5]
    assert any("'F' has 30.0% of the rows" in words and "50.0% of the reference" in words for words in result.findings)


def test_the_same_shares_are_no_finding(table):
    result = audit(table, {"sex": {"F": 0.31, "M": 0.69}})
    assert not any(item.found for item in result.evidence if item.question == "representation")
    assert any("chance may explain it" in words for words in result.findings)


def test_counts_and_people_give_what_shares_give(table):
    people = pd.DataFrame({"sex": ["F"] * 50 + ["M"] * 50})
    of_counts, of_people = audit(table, {"sex": {"F": 5000, "M": 5000}}), audit(table, people)
    assert (
        of_counts.representation
        == of_people.representation
        == audit(table, {"sex": {"F": 0.5, "M": 0.5}}).representation
    )


def test_numbers_are_compared_by_a_table_of_people(table):
    result = audit(table, pd.DataFrame({"age": [20] * 10 + [60] * 10}), features=["age"])
    assert {g.label: g.reference for g in result.groups} == {
        "up to 30": 0.5, "30 to 40": 0.0, "40 to 50": 0.0, "above 50": 0.5,
    }  # fmt: skip
    with pytest.raises(UsageError, match="compared in ranges"):
        audit(table, {"age": {20: 0.5, 60: 0.5}}, features=["age"])


def test_a_group_that_the_table_lacks_altogether(table):
    (sex,) = audit(table, {"sex": {"F": 0.3, "M": 0.6, "X": 0.1}}).representation
    assert (sex.label, sex.share) == ("X", 0.0)
    assert sex.p_value < 1e-6


def test_a_group_that_the_reference_lacks_is_left_out_and_said(table):
    result = audit(table.assign(sex=table["sex"].where(table.index < 950, "X")), {"sex": {"F": 0.5, "M": 0.5}})
    (sex,) = result.representation
    assert sex.share == pytest.approx(300 / 950)
    assert sex.unlisted == ("X",)
    assert any("doesn't list 'X'" in words for words in result.notes)


def test_missing_values_are_nobody(table):
    (sex,) = audit(
        table.assign(sex=table["sex"].where(table.index < 900)), {"sex": {"F": 0.5, "M": 0.5}}
    ).representation
    assert sex.share == pytest.approx(300 / 900)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ({"gender": {"F": 0.5, "M": 0.5}}, "isn't an audited column"),
        ({"sex": {"F": 0.5, "M": 0.2}}, r"sum to 0\.7; they must sum to 1"),
        ({"sex": {"F": 0.5, "M": 0.7}}, "they must sum to 1"),
        ({"sex": {"F": -0.5, "M": 1.5}}, "0 or more"),
        ({"sex": {"F": "half", "M": 0.5}}, "0 or more"),
        ({"sex": {}}, "must give a share a label"),
        ({"sex": 0.5}, "must give a share a label"),
        (pd.DataFrame({"gender": ["F", "M"]}), "none of the audited columns"),
    ],
)
def test_references_that_cannot_be_used(table, reference, words):
    with pytest.raises(UsageError, match=words):
        audit(table, reference)


def test_rounded_shares_are_taken(table):
    (sex,) = audit(table, {"sex": {"F": 0.503, "M": 0.503}}).representation
    assert sex.reference == pytest.approx(0.5)


def test_labels_are_found_however_they_are_written(table):
    table["sex"] = table["sex"] == "F"
    wanted = [{True: 0.5, False: 0.5}, {"True": 0.5, "False": 0.5}, {1: 0.5, 0: 0.5}]
    assert [audit(table, {"sex": shares}).representation[0].ratio for shares in wanted] == [0.6] * 3
