"""The bias audit's shares, rates and intervals, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg


def audit(frame, **options):
    return sg.profile(frame, **options).bias


def groups(found):
    return {group.label: group for group in found.groups}


@pytest.fixture
def loans():
    """30 women of whom 3 get a loan, 70 men of whom 35 do."""
    sex = ["F"] * 30 + ["M"] * 70
    loan = ["yes"] * 3 + ["no"] * 27 + ["yes"] * 35 + ["no"] * 35
    return pd.DataFrame({"sex": sex, "loan": loan, "income": np.linspace(10, 99, 100).round(1)})


def test_shares_and_rates_by_hand(loans):
    found = audit(loans, target="loan", sensitive_features=["sex"])
    assert found.selected == "yes"
    women, men = groups(found)["F"], groups(found)["M"]
    assert (women.n, women.share, women.rate) == (30, 0.3, 0.1)
    assert (men.n, men.share, men.rate) == (70, 0.7, 0.5)


def test_wilson_interval_of_3_of_10():
    # (3 + z²/2 ± z √(3·7/10 + z²/4)) / (10 + z²) with z = 1.96: .1078 to .6032.
    frame = pd.DataFrame({"sex": ["F"] * 10 + ["M"] * 30, "loan": ["y"] * 3 + ["n"] * 7 + ["y"] * 10 + ["n"] * 20})
    women = groups(audit(frame, target="loan", sensitive_features=["sex"]))["F"]
    assert women.rate_interval == pytest.approx((0.10779, 0.60322), abs=1e-4)
    # 10 of 40: .1419 to .4019.
    assert women.share_interval == pytest.approx((0.14187, 0.40194), abs=1e-4)


def test_a_group_of_nine_has_no_rate():
    frame = pd.DataFrame({"sex": ["F"] * 9 + ["M"] * 60, "loan": ["y", "n"] * 34 + ["y"]})
    found = groups(audit(frame, target="loan", sensitive_features=["sex"]))
    assert found["other (1 with fewer than 10 rows each)"].rate is None
    assert found["other (1 with fewer than 10 rows each)"].rate_interval is None
    assert found["M"].rate is not None


def test_a_gap_between_groups_is_said_with_its_ratio(loans):
    (words,) = audit(loans, target="loan", sensitive_features=["sex"]).findings
    assert "10.0% of 'F'" in words
    assert "50.0% of 'M'" in words
    assert "a ratio of 0.20" in words
    assert "below four fifths" in words


def test_chance_is_not_called_bias():
    frame = pd.DataFrame({"sex": ["F"] * 20 + ["M"] * 20, "loan": ["y"] * 8 + ["n"] * 12 + ["y"] * 10 + ["n"] * 10})
    (words,) = audit(frame, target="loan", sensitive_features=["sex"]).findings
    assert "a ratio of 0.80" in words
    assert "chance may explain it" in words


def test_the_worst_column_comes_first(loans):
    loans["region"] = ["east", "west"] * 50
    found = audit(loans, target="loan", sensitive_features=["region", "sex"]).findings
    assert found[0].startswith("sex")


def test_columns_are_guessed_by_name_and_it_is_said(loans):
    found = audit(loans.rename(columns={"income": "wage_per_sextant"}), target="loan")
    assert found.features == ("sex",)
    assert found.guessed
    assert not audit(loans, target="loan", sensitive_features=["sex"]).guessed


def test_numbers_are_cut_at_their_quartiles(loans):
    found = audit(loans, target="loan", sensitive_features=["income"])
    assert [group.n for group in found.groups] == [25, 25, 25, 25]
    assert sum(group.share for group in found.groups) == pytest.approx(1.0)


def test_missing_is_a_group_of_its_own(loans):
    loans.loc[:11, "sex"] = None
    found = groups(audit(loans, target="loan", sensitive_features=["sex"]))
    assert found["missing"].n == 12
    assert sum(group.n for group in found.values()) == 100


def test_without_a_target_there_are_shares_only(loans):
    found = audit(loans, sensitive_features=["sex"])
    assert found.selected is None
    assert all(group.rate is None for group in found.groups)
    assert "'M' with 70%" in found.findings[0]


def test_the_frame_has_a_row_a_group(loans):
    frame = audit(loans, target="loan", sensitive_features=["sex"]).frame
    assert frame["label"].tolist() == ["F", "M"]
    assert frame["n"].tolist() == [30, 70]
