"""Which rows are flagged, why, and that the list shows no real value."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.randomness import seed_sequence
from synthgen.validation import Purpose
from synthgen.validation.privacy import find_leaks
from synthgen.validation.privacy.flags import COLUMNS
from synthgen.validation.privacy.reasons import REASON_WORDS, Reason


def flag_rows(comparison, purpose):
    return find_leaks(comparison, purpose, seed_sequence(0)).flagged


def listed(flags):
    return list(zip(flags["row"], flags["reason"], strict=True))


@pytest.fixture
def rare(compare):
    """A label that 9 real rows have, one that 10 have, and a smallest and largest value held once."""
    x = np.linspace(0.0, 99.0, 100)
    hue = ["nine"] * 9 + ["ten"] * 10 + ["many"] * 81
    part = {"x": x, "hue": np.array(hue)}
    odd = slice(1, None, 2)
    train, holdout = ({name: v[i] for name, v in part.items()} for i in (slice(0, None, 2), odd))
    made = {
        "x": [0.0, 99.0, 50.26, 0.3, 50.25, 50.24],
        "hue": ["many", "many", "nine", "ten", "many", None],
    }
    return compare(train, holdout, made, labels={"hue": ["many", "nine", "ten"]})


def test_rare_labels_and_extremes_are_refused_for_a_release(rare):
    flags = flag_rows(rare, Purpose.RELEASE)
    policy = flags[flags["reason"].isin(["RARE_CATEGORY", "EXTREME_VALUE"])]
    assert listed(policy) == [(0, "EXTREME_VALUE"), (1, "EXTREME_VALUE"), (2, "RARE_CATEGORY")]
    assert policy["columns"].tolist() == ["x", "x", "hue"]
    assert policy["value"].tolist() == [1, 1, 9]
    assert policy["threshold"].tolist() == [10, 10, 10]


def test_they_are_not_looked_for_in_augment(rare):
    assert set(flag_rows(rare, Purpose.AUGMENT)["reason"]) <= {"EXACT_COPY", "NEAR_COPY"}


def test_what_was_declared_public_is_not_refused(rare):
    schema = rare.schema.with_column("hue", categories=("many", "nine", "ten")).with_column("x", bounds=(0.0, 99.0))
    declared = type(rare)(rare.train, rare.holdout, rare.synthetic, schema)
    assert set(flag_rows(declared, Purpose.RELEASE)["reason"]) <= {"EXACT_COPY", "NEAR_COPY"}


def test_an_extreme_that_ten_share_is_nobodys(compare):
    train = {"x": [0.0] * 10 + [float(i) for i in range(1, 60)]}
    both = compare(train, {"x": [1.5, 2.5]}, {"x": [0.0, 59.0]})
    flags = flag_rows(both, Purpose.RELEASE)
    assert listed(flags[flags["reason"] == "EXTREME_VALUE"]) == [(1, "EXTREME_VALUE")]


def test_copies_and_near_copies(compare):
    even, odd = [float(i) for i in range(0, 200, 2)], [float(i) for i in range(1, 200, 2)]
    both = compare({"x": even}, {"x": odd}, {"x": [10.0, 12.2, 11.0, 11.2, 14.2, 16.2]})
    flags = flag_rows(both, Purpose.AUGMENT)
    # The rows that meet a held-out one are chance, not copying.
    assert listed(flags) == [(0, "EXACT_COPY"), (1, "NEAR_COPY"), (4, "NEAR_COPY"), (5, "NEAR_COPY")]
    assert flags["value"][0] == flags["threshold"][0] == 0
    # 12.2 is .2 of 200 positions from 12, where real rows are one position apart (knots lie 198 / 199 apart).
    assert flags["value"][1] == pytest.approx(0.2 / 200, rel=0.02)
    assert flags["threshold"][1] == pytest.approx(1 / 200, rel=0.02)
    assert set(flags["columns"]) == {"all"}
    assert flags["refused"].all()
    # All four rows that are no copies are as close, so none has to bear the others' chance.
    assert flags["p_value"][1] == pytest.approx(1 / 201)
    assert flags["q_value"][1] == pytest.approx(1 / 201)


def test_rows_as_near_to_both_sides_are_chance(compare):
    even, odd = [float(i) for i in range(0, 200, 2)], [float(i) for i in range(1, 200, 2)]
    assert listed(flag_rows(compare({"x": even}, {"x": odd}, {"x": [12.2, 11.2]}), Purpose.AUGMENT)) == []


def test_honest_duplicates_are_not_flagged(compare):
    both = compare({"x": [1, 1, 2, 7, 9]}, {"x": [3, 8]}, {"x": [1, 1, 2]})
    assert listed(flag_rows(both, Purpose.AUGMENT)) == [(2, "EXACT_COPY")]


def test_a_row_may_have_several_reasons(compare):
    train = {"x": [float(i) for i in range(40)], "hue": ["many"] * 39 + ["one"]}
    both = compare(train, {"x": [0.5], "hue": ["many"]}, {"x": [39.0], "hue": ["one"]}, labels={"hue": ["many", "one"]})
    assert listed(flag_rows(both, Purpose.RELEASE)) == [(0, "EXACT_COPY"), (0, "EXTREME_VALUE"), (0, "RARE_CATEGORY")]


def test_no_flags_is_an_empty_frame_with_its_columns(compare):
    flags = flag_rows(compare({"x": range(10)}, {"x": range(10, 20)}, {"x": [500.0]}), Purpose.RELEASE)
    assert flags.columns.tolist() == COLUMNS
    assert flags.empty


def test_every_reason_has_words():
    assert set(REASON_WORDS) == set(Reason)
    assert all(isinstance(words, str) and len(words) > 10 for words in REASON_WORDS.values())


def test_the_list_shows_no_real_value():
    rng = np.random.default_rng(0)
    train = pd.DataFrame({"ward": rng.choice(["a", "b"], 60), "dose": rng.normal(size=60).round(3)})
    train.loc[0, ["ward", "dose"]] = ["SECRET_VALUE_123", 987654.321]
    holdout = pd.DataFrame({"ward": rng.choice(["a", "b"], 60), "dose": rng.normal(size=60).round(3)})
    report = sg.validate(train[:20], train=train, holdout=holdout, purpose="release", random_state=0)
    flagged = report.flagged_rows
    assert {"EXACT_COPY", "RARE_CATEGORY", "EXTREME_VALUE"} <= set(flagged["reason"])
    text = flagged.to_string() + str(report.verdict) + report.measurements.to_string() + repr(report)
    assert "SECRET_VALUE_123" not in text
    assert "987654" not in text
    assert "SECRET_VALUE_123" not in repr(report.columns)
    assert "987654" not in repr(report.columns)
