"""synthesize() with declared rules and gaps as asked: made, checked, warned of, written down."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, ConstraintError
from synthgen.request import read_request
from synthgen.table.constraints import Formula, Inequality, Predicate, When


@pytest.fixture(scope="module")
def orders():
    rng = np.random.default_rng(0)
    n = 1200
    placed = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, n), unit="D")
    status = rng.choice(["open", "closed"], n)
    frame = pd.DataFrame({
        "placed": placed,
        "shipped": placed + pd.to_timedelta(rng.integers(0, 5, n), unit="D"),
        "price": rng.integers(100, 9999, n) / 100,
        "quantity": rng.integers(1, 9, n),
        "status": status,
        "refund": np.where(status == "closed", rng.integers(0, 50, n).astype(float), np.nan),
        "late": (rng.random(n) < 0.3).astype(int),
    })  # fmt: skip
    return frame.assign(total=(frame["price"] * frame["quantity"]).round(2))


RULES = [
    Inequality("placed", "shipped"),
    "total = price * quantity",
    {"rule": "When", "condition": {"status": "open"}, "then": {"refund": None}},
]


@pytest.fixture(scope="module", params=["tree", "gaussian_copula"])
def result(orders, request):
    return sg.synthesize(
        orders, target="late", constraints=RULES, generator=request.param, gate=None, random_state=0, progress=False
    )


def test_every_row_keeps_every_declared_rule(result):
    made = result.synthetic
    assert (made["placed"] <= made["shipped"]).all()
    assert np.allclose(made["total"], (made["price"] * made["quantity"]).round(2), atol=0.006)
    assert (made["refund"].isna() == (made["status"] == "open")).all()


def test_the_report_says_so(result):
    said = {m.subject: m.value for m in result.validation.results if m.name == "declared_rules" and m.subject}
    assert said == {
        "placed <= shipped": 1.0,
        "total = price * quantity": 1.0,
        "refund is null where status = open": 1.0,
    }
    assert "declared_rules" not in {finding.criterion for finding in result.verdict.blocking}


def test_the_record_holds_the_rules_and_asks_for_them_again(result):
    asked = read_request(result.record()["provenance"]["request"], {})
    said = asked["constraints"]
    assert [json.loads(said[0])["rule"], said[1], json.loads(said[2])["rule"]] == ["Inequality", RULES[1], "When"]
    assert asked["missing"] == "keep"


def test_rows_that_break_a_rule_are_counted_and_not_learnt_from(orders):
    wrong = orders.copy()
    wrong.loc[:9, "shipped"] = wrong.loc[:9, "placed"] - pd.Timedelta(days=400)
    result = sg.synthesize(
        wrong, target="late", constraints=[Inequality("placed", "shipped")], generator="gaussian_copula", gate=None,
        random_state=0, progress=False,
    )  # fmt: skip
    words = [warning for warning in result.provenance.warnings if "'placed <= shipped'" in warning]
    assert len(words) == 1 and "real train rows break the declared rule" in words[0]
    assert (result.synthetic["placed"] <= result.synthetic["shipped"]).all()


def test_a_table_that_breaks_a_declared_rule_fails_and_its_rows_are_flagged(orders):
    made = orders.sample(300, random_state=1).reset_index(drop=True)
    made.loc[:4, "total"] += 1
    schema = sg.Schema.infer(orders, target="late").with_constraints(Formula("total", "price * quantity"))
    report = sg.validate(made, train=orders[:600], holdout=orders[600:], schema=schema, random_state=0)
    flags = report.flagged_rows
    assert set(flags.loc[flags["reason"] == "BROKEN_RULE", "row"]) == set(range(5))
    assert "declared_rules" in {finding.criterion for finding in report.verdict.blocking}
    good = sg.validate(made[5:], train=orders[:600], holdout=orders[600:], schema=schema, random_state=0)
    assert "declared_rules" not in {finding.criterion for finding in good.verdict.blocking}


def test_no_gaps_where_none_are_asked_for(orders):
    result = sg.synthesize(
        orders, target="late", missing="none", generator="gaussian_copula", gate=None, random_state=0, progress=False
    )
    assert result.synthetic.notna().all().all()


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (["placed <= sent"], "can't be read"),
        ([Inequality("placed", "sent")], "'sent', which the table doesn't have"),
        ([Inequality("placed", "shipped", strict=True), Inequality("shipped", "placed")], "can't hold together"),
        ([When({"late": [0, 1]}, {"refund": ">= 40"}), When({"late": [0, 1]}, {"refund": "< 9"})], "No real row keeps"),
        ([7], "A rule needs 'rule'"),
    ],
)
def test_bad_rules_are_refused_in_words(orders, rules, words):
    with pytest.raises(ConstraintError, match=words):
        sg.synthesize(orders, target="late", constraints=rules, generator="jitter", progress=False)


def test_an_impossible_condition_is_explained(orders):
    with pytest.raises(ConditionError, match="No real row has 'refund >= 5' and 'status = open' together"):
        sg.synthesize(
            orders, target="late", conditions={"price": "> 0", "refund": ">= 5", "status": "open"}, progress=False
        )


def test_a_rule_in_python_is_kept_but_not_written_down(orders):
    rule = Predicate(["price", "quantity"], lambda rows: rows["price"] * rows["quantity"] < 500, name="cheap")
    result = sg.synthesize(
        orders, target="late", constraints=[rule], generator="gaussian_copula", gate=None, random_state=0,
        progress=False,
    )  # fmt: skip
    assert (result.synthetic["price"] * result.synthetic["quantity"] < 500).all()
    assert any("constraints" in words for words in result.record()["provenance"]["request"]["obstacles"])
