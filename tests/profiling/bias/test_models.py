"""A model's figures by group: by hand, and by fairlearn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import (
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
)

import synthgen as sg
from synthgen.profiling import audit_bias
from synthgen.table.encoding import encode


@pytest.fixture(scope="module")
def loans():
    """Of 200 women and 200 men half repay; the model sees 60 of 100 women who do, and 90 of 100 men."""
    rows = []
    for sex, hits, false in (("F", 60, 10), ("M", 90, 30)):
        rows += [(sex, "yes", "yes")] * hits + [(sex, "yes", "no")] * (100 - hits)
        rows += [(sex, "no", "yes")] * false + [(sex, "no", "no")] * (100 - false)
    return pd.DataFrame(rows, columns=["sex", "repaid", "said"])


def audit(frame, predictions):
    schema = sg.Schema.infer(frame, target="repaid", sensitive_features=("sex",))
    return audit_bias(encode(frame, schema), schema, predictions=predictions)


def apart(result):
    return {item.measure: item for item in result.model_disparities}


def test_rates_by_hand(loans):
    result = audit(loans, loans["said"])
    selected = result.selected
    women = next(g for g in result.model_groups if g.label == "F")
    right = (60 / 100, 10 / 100, 60 / 70) if selected == "yes" else (90 / 100, 40 / 100, 90 / 130)
    assert (women.true_positive_rate, women.false_positive_rate, women.precision) == pytest.approx(right)
    assert women.true_positive_rate_interval[0] < women.true_positive_rate < women.true_positive_rate_interval[1]
    assert {"true_positive_rate", "false_positive_rate"} <= {
        item.measure for item in result.model_disparities if item.p_value < 0.01
    }


def test_differences_are_fairlearns(loans):
    result = audit(loans, "said")
    truth, said = loans["repaid"] == result.selected, loans["said"] == result.selected
    found = apart(result)
    options = {"y_true": truth, "y_pred": said, "sensitive_features": loans["sex"]}
    assert found["selection_rate"].difference == pytest.approx(demographic_parity_difference(**options))
    assert found["selection_rate"].ratio == pytest.approx(demographic_parity_ratio(**options))
    odds = max(found["true_positive_rate"].difference, found["false_positive_rate"].difference)
    assert odds == pytest.approx(equalized_odds_difference(**options))
    assert any("true positive rate" in words for words in result.findings)


def test_a_column_of_predictions_is_no_proxy_and_no_stratum(loans):
    result = audit(loans.assign(job=["u", "v"] * 200), "said")
    assert {p.column for p in result.proxies} == {None, "job"}
    assert {c.given for c in result.conditional} == {("job",)}


def test_labels_numbers_and_flags_mean_the_same(loans):
    as_numbers = loans.assign(repaid=(loans["repaid"] == "yes").astype(int))
    said = (loans["said"] == "yes").to_numpy()
    results = [audit(as_numbers, given) for given in (said, said.astype(float), said.astype(str))]
    assert all(result.model_groups == results[0].model_groups for result in results)
    assert all(group.calibration_gap is None for group in results[0].model_groups)


def test_scores_too_high_for_one_group_are_badly_calibrated():
    rng = np.random.default_rng(0)
    n = 4000
    sex, chance = rng.choice(["F", "M"], n), rng.uniform(0.05, 0.6, n)
    frame = pd.DataFrame({"sex": sex, "x": rng.normal(size=n), "repaid": np.where(rng.random(n) < chance, "yes", "no")})
    right = audit(frame, chance)
    wrong = audit(frame, np.clip(chance + 0.15 * (sex == "F"), 0, 1))
    assert right.selected == "yes"
    assert apart(right)["calibration_gap"].p_value > 0.01
    gap = apart(wrong)["calibration_gap"]
    assert (gap.lowest, gap.highest) == ("F", "M")
    assert gap.low == pytest.approx(-0.15, abs=0.04)
    assert any("is off differently by group" in words for words in wrong.findings)
    assert not any(item.found for item in right.evidence if item.question == "model")


def test_rows_without_prediction_or_label_are_left_out(loans):
    said = loans["said"].where(loans.index % 2 == 0)
    assert sum(group.n for group in audit(loans, said).model_groups) == 200


def test_a_group_with_one_label_only(loans):
    frame = loans[(loans["sex"] == "M") | (loans["repaid"] == "yes")]
    women = next(g for g in audit(frame, "said").model_groups if g.label == "F")
    rates = (women.true_positive_rate, women.false_positive_rate)
    assert rates.count(None) == 1
