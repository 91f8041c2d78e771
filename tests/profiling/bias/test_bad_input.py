"""Columns, references and predictions that can't be used as they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.profiling import audit_bias
from synthgen.table.encoding import encode


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    n = 600
    frame = pd.DataFrame({"sex": rng.choice(["F", "M"], n), "age": rng.integers(18, 90, n), "pay": rng.normal(size=n)})
    frame["loan"] = np.where(rng.random(n) < 0.3, "yes", "no")
    return frame


def audit(frame, target="loan", sensitive_features=("sex",), **options):
    schema = sg.Schema.infer(frame, target=target, sensitive_features=tuple(sensitive_features))
    return audit_bias(encode(frame, schema), schema, **options)


def test_a_sensitive_column_that_does_not_exist(table):
    with pytest.raises(UsageError, match="gender"):
        audit(table, sensitive_features=["gender"])


def test_a_number_is_cut_at_its_quartiles_and_it_is_said(table):
    result = audit(table, sensitive_features=["age"])
    assert len(result.groups) == 4
    assert any("age was cut at its quartiles" in words for words in result.notes)


def test_one_value_only(table):
    table["sex"] = "F"
    result = audit(table)
    assert [g.label for g in result.groups] == ["F"]
    assert result.disparities == result.proxies == result.evidence == ()
    assert any("one group only" in words for words in result.notes)
    assert "largest group is 'F' with 100%" in result.findings[0]


def test_hundreds_of_levels_are_grouped_and_it_is_said():
    rng = np.random.default_rng(1)
    code = np.minimum(rng.geometric(0.015, 9000), 300)
    frame = pd.DataFrame({"country": [f"c{i}" for i in code], "loan": rng.choice(["no", "yes"], 9000)})
    result = audit(frame, sensitive_features=["country"])
    assert len(result.groups) == 20
    assert result.groups[-1].pooled
    assert result.groups[-1].label.endswith("smaller groups)")
    assert sum(g.n for g in result.groups) == 9000
    assert any("shown as one group, and not compared" in words for words in result.notes)
    assert "other" not in {result.disparities[0].lowest[:5], result.disparities[0].highest[:5]}


def test_missing_for_many_rows_is_a_group_and_said(table):
    table.loc[table.index[:240], "sex"] = None
    result = audit(table)
    assert {g.label: g.n for g in result.groups}["missing"] == 240
    assert any("missing in 40% of the rows" in words for words in result.notes)


def test_one_class_per_group(table):
    table["loan"] = table["sex"].map({"F": "no", "M": "yes"})
    result = audit(table)
    (sex,) = result.disparities
    assert (sex.low, sex.high, sex.ratio) == (0.0, 1.0, 0.0)
    assert sex.ratio_interval[0] == 0.0
    assert sex.ratio_interval[1] < 0.05
    assert sex.four_fifths == "below"


def test_a_target_with_one_value(table):
    table["loan"] = "yes"
    result = audit(table)
    assert result.selected is None
    assert result.disparities == ()
    assert any("outcomes can't be compared" in words for words in result.notes)


def test_free_text_has_no_groups(table):
    table["story"] = [
        f"{i} told at some length, and never the same as that of anybody else {i * i}" for i in range(600)
    ]
    result = audit(table, sensitive_features=["sex", "story"])
    assert result.features == ("sex",)
    assert any("story holds" in words and "left out" in words for words in result.notes)


def test_groups_too_small_to_say_are_named(table):
    # At a rate of .3 a group needs 17 rows for five of them to be expected to have the outcome.
    table["loan"] = ["yes"] * 180 + ["no"] * 420
    table["sex"] = (["F", "M"] * 300)[:584] + ["X"] * 16
    result = audit(table)
    assert result.fewest == 17
    assert result.disparities[0].too_few == ("X",)
    assert "Too few rows to say: 'X'." in result.findings[0]
    table["sex"] = (["F", "M"] * 300)[:583] + ["X"] * 17
    assert audit(table).disparities[0].too_few == ()


def test_legitimate_columns(table):
    table["story"] = [
        f"{i} told at some length, and never the same as that of anybody else {i * i}" for i in range(600)
    ]
    for wrong, words in (("nothing", "no column"), ("loan", "the target"), ("sex", "sensitive"), ("story", "alike")):
        with pytest.raises(UsageError, match=words):
            audit(table, legitimate=[wrong])
    with pytest.raises(UsageError, match="must be a list"):
        audit(table, legitimate="age")
    (given,) = audit(table, legitimate=["age", "pay"]).conditional
    assert given.given == ("age", "pay")
    assert 0.9 < given.compared <= 1.0


def test_predictions_that_cannot_be_used(table):
    with pytest.raises(UsageError, match=r"one value for each of the 600 rows; got an array of shape \(3,\)"):
        audit(table, predictions=[0, 1, 0])
    with pytest.raises(UsageError, match="no column 'model'"):
        audit(table, predictions="model")
    with pytest.raises(DataError, match="labels of 'loan'"):
        audit(table, predictions=np.full(600, 3.5))
    with pytest.raises(DataError, match="missing in every row"):
        audit(table, predictions=np.full(600, np.nan))
    with pytest.raises(UsageError, match="need a target"):
        audit(table, target="pay", predictions=np.zeros(600))


def test_a_secret_prediction_is_not_in_the_error(table):
    with pytest.raises(DataError) as caught:
        audit(table, predictions=["hunter2"] * 600)
    assert "hunter2" not in str(caught.value)


def test_very_many_columns_are_bounded_and_it_is_said(table):
    rng = np.random.default_rng(2)
    wide = pd.concat([table, pd.DataFrame(rng.normal(size=(600, 230)).round(1)).add_prefix("c")], axis=1)
    result = audit(wide)
    assert len({p.column for p in result.proxies} - {None}) == 200
    assert len(result.conditional) == 40
    assert any("last 32 columns were not looked at" in words for words in result.notes)
    assert any("last 160 columns were not held constant" in words for words in result.notes)


def test_predictions_without_groups_are_said_to_be_unused(table):
    result = audit(table.drop(columns=["sex", "age"]), sensitive_features=(), predictions=np.zeros(600))
    assert result.features == ()
    assert any("weren't compared by group" in words for words in result.notes)


def test_too_few_rows_for_a_skewed_mean_are_said(table):
    table["pay"] = np.random.default_rng(3).lognormal(0, 2, 600)
    result = audit(table, target="pay")
    assert result.disparities == ()
    assert result.fewest > 600
    assert f"Two groups of {result.fewest:,} rows are needed to compare mean of pay" in result.findings[0]
