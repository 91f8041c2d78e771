"""Gaps that follow a rule, that depend on another column, and that fall at random."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.profiling.missingness import profile_missingness
from synthgen.profiling.missingness.gap_rules import roundest
from synthgen.profiling.missingness.patterns import gap_patterns
from synthgen.table import encode, infer_schema


def found_in(frame, seed=0, **options):
    schema = infer_schema(frame, **options)
    return profile_missingness(encode(frame, schema), schema, np.random.default_rng(seed))


def orders(n=600, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "status": rng.choice(["paid", "pending", "sent"], n, p=[0.5, 0.3, 0.2]),
            "weight": rng.gamma(2, 3, n),
            "age": rng.integers(18, 80, n),
            "amount": rng.lognormal(3, 1, n).round(2),
        }
    )


# Rules


def test_missing_exactly_when_a_label_is():
    frame = orders()
    pending = frame["status"] == "pending"
    found = found_in(frame.assign(amount=frame["amount"].mask(pending)))
    (rule,) = found.rules
    assert (rule.column, rule.by, rule.sort, rule.condition) == ("amount", "status", "exactly when", "is 'pending'")
    assert (rule.support, rule.exceptions) == (pending.sum(), 0)
    assert rule.words.startswith("amount is missing exactly when status is 'pending': ")


def test_two_labels_make_one_rule():
    frame = orders()
    (rule,) = found_in(frame.assign(amount=frame["amount"].mask(frame["status"] != "paid"))).rules
    assert (rule.sort, rule.condition) == ("exactly when", "is 'pending' or 'sent'")


def test_few_exceptions_are_not_counted_out():
    frame = orders()
    gap = (frame["status"] == "pending").to_numpy(copy=True)
    gap[np.flatnonzero(~gap)[:3]] = True
    (rule,) = found_in(frame.assign(amount=frame["amount"].mask(gap))).rules
    assert (rule.sort, rule.exceptions) == ("exactly when", None)
    assert "fewer than 10 exceptions" in rule.words


def test_many_exceptions_are_no_rule():
    frame = orders()
    gap = (frame["status"] == "pending").to_numpy() ^ (np.random.default_rng(1).random(len(frame)) < 0.1)
    found = found_in(frame.assign(amount=frame["amount"].mask(gap)))
    assert found.rules == ()
    assert found.dependences[0].by == "status"


@pytest.mark.parametrize(
    ("gap", "sort", "condition"),
    [
        (lambda f: f["age"] >= 65, "exactly when", "is at least 65"),
        (lambda f: f["age"] < 30, "exactly when", "is below 30"),
        (lambda f: (f["age"] >= 65) | (f["weight"] > 12), "always when", "is at least 65"),
        (lambda f: (f["age"] >= 65) & (f["weight"] > 5), "only when", "is at least 65"),
    ],
)
def test_thresholds(gap, sort, condition):
    frame = orders(2000)
    rules = found_in(frame.assign(amount=frame["amount"].mask(gap(frame)))).rules
    assert (sort, condition) in [(rule.sort, rule.condition) for rule in rules if rule.by == "age"]


def test_a_threshold_among_dates():
    rng = np.random.default_rng(0)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 400 * 24, 800), unit="h")
    frame = pd.DataFrame({"day": day, "score": np.where(day < "2024-06-01", np.nan, rng.normal(size=800))})
    assert found_in(frame).rules[0].condition == "is below 2024-06-01"


def test_missing_together():
    frame = orders()
    gap = np.random.default_rng(1).random(len(frame)) < 0.2
    found = found_in(frame.assign(amount=frame["amount"].mask(gap), weight=frame["weight"].mask(gap)))
    assert {(rule.column, rule.by, rule.condition) for rule in found.rules} == {
        ("amount", "weight", "is missing"), ("weight", "amount", "is missing"),
    }  # fmt: skip
    assert [pattern.columns for pattern in found.patterns] == [(), ("weight", "amount")]
    assert found.patterns[1].n == gap.sum()
    assert found.patterns[1].by_chance == pytest.approx(len(frame) * gap.mean() ** 2)


def test_a_label_of_a_single_row_is_not_named():
    frame = orders()
    frame.loc[0, "status"] = "SECRET"
    found = found_in(frame.assign(amount=frame["amount"].mask(frame["status"].isin(["pending", "SECRET"]))))
    assert "SECRET" not in repr(found)
    assert found.rules[0].exceptions is None


def test_a_threshold_is_no_value_of_the_table():
    frame = orders(2000)
    gap = frame["amount"] > 40
    found = found_in(frame.assign(weight=frame["weight"].mask(gap)))
    assert found.rules[0].condition == "is at least 40"
    assert 40 not in frame["amount"].to_list()


@pytest.mark.parametrize(
    ("low", "high", "number"), [(-1.0, 0.0, 0.0), (-3.0, -1.0, -2.0), (123.4, 123.9, 123.6), (0.031, 0.047, 0.04)]
)
def test_the_roundest_number_between(low, high, number):
    assert roundest(low, high) == pytest.approx(number)


# Dependence


def test_gaps_that_depend_on_a_column_and_gaps_that_dont():
    frame = orders(2000)
    rng = np.random.default_rng(1)
    chance = np.where(frame["status"] == "pending", 0.5, 0.2)
    found = found_in(frame.assign(amount=frame["amount"].mask(rng.random(2000) < chance)))
    (one,) = found.dependences
    assert (one.column, one.by) == ("amount", "status")
    assert one.interval[0] < one.effect < one.interval[1]
    assert one.lowest == pytest.approx(0.2, abs=0.05)
    assert one.highest == pytest.approx(0.5, abs=0.05)
    assert found.tests == 3
    at_random = found_in(frame.assign(amount=frame["amount"].mask(rng.random(2000) < 0.3)))
    assert (at_random.rules, at_random.dependences) == ((), ())


def test_gaps_at_both_ends_are_seen():
    frame = orders(2000)
    far = (frame["age"] < 25) | (frame["age"] > 73)
    gap = np.random.default_rng(1).random(2000) < np.where(far, 0.5, 0.2)
    assert [d.by for d in found_in(frame.assign(amount=frame["amount"].mask(gap))).dependences] == ["age"]


# Counts


def test_small_patterns_are_merged():
    gaps = np.array([[True, False]] * 9 + [[False, True]] * 9 + [[False, False]] * 30)
    found, others = gap_patterns(gaps, ["a", "b"])
    assert [(pattern.columns, pattern.n) for pattern in found] == [((), 30)]
    assert others == (2, 18)


def test_a_pattern_of_many_rows_and_few_people_is_merged():
    gaps = np.array([[True]] * 30 + [[False]] * 30)
    found, others = gap_patterns(gaps, ["a"], np.concatenate([np.arange(30) % 3, np.arange(3, 33)]))
    assert [pattern.columns for pattern in found] == [()]
    assert others == (1, 30)


def test_rates_and_frame():
    frame = pd.DataFrame({"a": [1.5, None] * 30, "b": [2.5, None, None] * 20, "c": np.arange(60) / 7})
    found = found_in(frame)
    assert found.rates == (("b", pytest.approx(2 / 3)), ("a", 0.5))
    assert found.frame["column"].tolist() == ["b", "a"]
    assert len(found.dependence_frame) == len(found.dependences)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1.5, 2.5]}),
        pd.DataFrame({"a": [None, 2.5]}),
        pd.DataFrame({"a": pd.Series([np.nan] * 40), "b": np.arange(40.0) / 3}),
        pd.DataFrame({"a": [1.5] * 20 + [np.nan] * 20, "b": ["same"] * 40}),
    ],
)
def test_odd_tables_have_nothing_found(frame):
    found = found_in(frame)
    assert (found.rules, found.dependences) == ((), ())


def test_laboratory_values_that_were_not_measured():
    found = found_in(sg.datasets.load_thyroid())
    by_column = {rule.column: rule for rule in found.rules}
    assert by_column["TSH"].words.startswith("TSH is missing exactly when TSH_measured is 'f'")
    assert by_column["TSH"].exceptions == 0
