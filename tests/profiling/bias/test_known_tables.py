"""Tables whose figures others have published, or that can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.profiling import audit_bias
from synthgen.table.encoding import encode

SHARED = Path(__file__).parents[4] / "shared" / "data"

# Men who applied and were admitted, women who applied and were admitted to the six largest departments of Berkeley
# in 1973: Bickel, Hammel and O'Connell (1975), https://doi.org/10.1126/science.187.4175.398, as in Freedman, Pisani
# and Purves, Statistics, chapter 2, and R's UCBAdmissions.
BERKELEY = {
    "A": (825, 512, 108, 89), "B": (560, 353, 25, 17), "C": (325, 120, 593, 202),
    "D": (417, 138, 375, 131), "E": (191, 53, 393, 94), "F": (373, 22, 341, 24),
}  # fmt: skip


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared table {name} isn't here")
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def audit(frame, target=None, sensitive_features=(), **options):
    schema = sg.Schema.infer(frame, target=target, sensitive_features=tuple(sensitive_features))
    return audit_bias(encode(frame, schema), schema, **options)


@pytest.fixture(scope="module")
def berkeley():
    rows = []
    for department, (men, men_in, women, women_in) in BERKELEY.items():
        for sex, applied, admitted in (("M", men, men_in), ("F", women, women_in)):
            rows += [(department, sex, "yes")] * admitted + [(department, sex, "no")] * (applied - admitted)
    return pd.DataFrame(rows, columns=["department", "sex", "admitted"])


def test_adult_women_have_a_high_income_a_third_as_often_as_men():
    # transparentai's documentation gives .359655 and -.194516 for sex in Adult.
    found = audit(sg.datasets.load_adult(), target="income", sensitive_features=["sex", "race"])
    sex = found.disparities[[d.feature for d in found.disparities].index("sex")]
    assert (sex.lowest, sex.highest) == ("Female", "Male")
    assert (sex.low, sex.high) == pytest.approx((0.109, 0.304), abs=5e-4)
    assert sex.ratio == pytest.approx(0.3597, abs=5e-4)
    assert sex.difference == pytest.approx(0.1945, abs=5e-4)
    assert sex.four_fifths == "below"
    assert {item.question for item in found.evidence if item.found and "sex" in item.feature} >= {"selection", "proxy"}
    # "Husband" and "Wife" give sex away.
    assert next(p for p in found.proxies if p.feature == "sex" and p.column).column == "relationship"
    crossed = {g.label: g for g in found.intersections}
    table = sg.datasets.load_adult()
    assert crossed["Black × Female"].n == ((table["race"] == "Black") & (table["sex"] == "Female")).sum()
    assert crossed["Black × Female"].rate < crossed["Black × Male"].rate < crossed["White × Male"].rate


def test_german_credit_women_by_the_figures_of_aif360():
    # AIF360's demo_json_explainers: 201 of 310 women and 499 of 690 men are good risks, a difference of
    # -.07480130902290782 and a ratio of .8965673282047968.
    table = shared("german_credit.csv.gz")
    table["sex"] = np.where(table.pop("personal_status_sex") == "A92", "female", "male")
    table["credit_risk"] = table["credit_risk"].map({1: "good", 2: "bad"})
    found = audit(table, target="credit_risk", sensitive_features=["sex"])
    (sex,) = found.disparities
    assert sex.outcome == "credit_risk = bad"
    assert sex.difference == pytest.approx(0.07480130902290782)
    assert sex.other_ratio == pytest.approx(0.8965673282047968)
    assert sex.p_value < 0.05
    assert "among so many comparisons chance may explain it" in " ".join(found.findings)


def test_law_school_bar_passage_by_race():
    # 16,114 of 17,491 White and 2,391 of 3,307 other students passed the bar: the table of Le Quy et al. (2022),
    # https://doi.org/10.1002/widm.1452, counted by hand.
    table = shared("law_school.csv.gz")
    (race, *_) = audit(table, target="pass_bar", sensitive_features=["race"]).disparities
    passed = {"White": 16_114 / 17_491, "Non-White": 2_391 / 3_307}
    assert (race.lowest, race.highest) == ("White", "Non-White")
    assert (1 - race.low, 1 - race.high) == pytest.approx((passed["White"], passed["Non-White"]))
    assert race.other_ratio == pytest.approx(0.7848, abs=1e-4)
    assert race.four_fifths == "below"


def test_berkeley_departments_account_for_the_difference(berkeley):
    found = audit(berkeley, target="admitted", sensitive_features=["sex"])
    (sex,) = found.disparities
    assert (sex.low, sex.high) == pytest.approx((557 / 1835, 1198 / 2691))
    assert sex.four_fifths == "below"
    (given,) = found.conditional
    assert given.given == ("department",)
    assert given.raw == pytest.approx(0.1416, abs=1e-4)
    # Weights 95.49, 23.93, 209.94, 197.44, 128.53 and 178.14; differences -.203, -.050, .029, -.018, .038, -.011.
    assert given.difference == pytest.approx(-0.0184, abs=1e-4)
    assert given.change == "turned round, perhaps by chance"
    assert any("Simpson's paradox" in words and "department accounts" in words for words in found.findings)
    assert {s.label: s.n_low for s in given.strata} == {name: counts[2] for name, counts in BERKELEY.items()}


def test_berkeley_by_the_test_of_cochran_mantel_and_haenszel(berkeley):
    # R's mantelhaen.test(UCBAdmissions, correct = FALSE): X-squared = 1.5246, p = .2169.
    found = audit(berkeley, target="admitted", sensitive_features=["sex"], legitimate=["department"])
    (given,) = found.conditional
    assert given.named
    assert given.p_value == pytest.approx(0.2169, abs=1e-4)
    assert not any(item.found for item in found.evidence if item.question == "conditional")
