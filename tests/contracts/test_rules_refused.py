"""Rules and conditions that can't be had: refused by every stage, and the fewest that are to blame are named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, ConstraintError
from synthgen.generators import GENERATORS
from synthgen.table import constraints as rules


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.integers(0, 9, 80), "b": rng.integers(10, 20, 80), "c": rng.integers(20, 40, 80)})
    return frame.assign(ill=np.where(frame["a"] < 6, "no", rng.choice(["yes", "no"], 80)))


def one_of_the(kind, make) -> str:
    with pytest.raises(kind) as caught:
        make()
    return str(caught.value)


@pytest.mark.parametrize(
    ("declared", "smallest", "others"),
    [
        ([("a", "b"), ("b", "c"), ("c", "a", True)], ["a <= b", "b <= c", "c < a"], []),
        ([rules.Range("a", 5, None), ("b", "c"), rules.Range("a", None, 3)], ["a >= 5", "a <= 3"], ["b <= c"]),
        (
            [rules.Positive("b"), rules.Linear("c", ["a", "b"]), ("c", "a"), rules.Range("a", 0, 9)],
            ["b > 0", "c = a + b", "c <= a"],
            [],
        ),
        ([rules.Positive("a"), rules.Range("a", None, -1), ("a", "c")], ["a > 0", "a <= -1"], ["a <= c"]),
    ],
)
def test_contradictory_rules_are_named_and_no_others(table, declared, smallest, others):
    given = [rules.Inequality(*rule) if isinstance(rule, tuple) else rule for rule in declared]
    words = one_of_the(ConstraintError, lambda: sg.Schema.infer(table).with_constraints(*given))
    assert "can't hold together" in words
    assert all(repr(rule) in words for rule in smallest)
    assert not any(repr(rule) in words for rule in others)


def test_rules_that_no_real_row_keeps_together_are_named(table):
    yes = rules.When({"a": "< 6"}, {"ill": "yes"})
    low = rules.Range("a", None, 5)
    schema = sg.Schema.infer(table).with_constraints(rules.Inequality("a", "b"), yes, low)
    words = one_of_the(ConstraintError, lambda: GENERATORS["jitter"](random_state=0).fit(table, schema=schema))
    assert words.startswith("No real row keeps both")
    assert repr(yes.words) in words
    assert repr(low.words) in words
    assert "a <= b" not in words


@pytest.mark.parametrize(
    "rule",
    [
        rules.Inequality("a", "nowhere"), rules.Range("nowhere", 1), rules.Positive("nowhere"),
        rules.Linear("nowhere", ["a", "b"]), rules.Formula("c", "a * nowhere"), rules.OneHot(["a", "nowhere"]),
        rules.FixedCombinations(["a", "nowhere"]), rules.FunctionalDependency("nowhere", "a"),
        rules.When({"nowhere": 1}, {"a": 1}), rules.Pattern("nowhere", "x"), rules.Unique(["nowhere"]),
        rules.Monotone("a", by="nowhere"), rules.Predicate(["nowhere"], len),
    ],
    ids=lambda rule: type(rule).__name__,
)  # fmt: skip
def test_a_rule_about_an_absent_column_names_it_and_what_there_is(table, rule):
    words = one_of_the(ConstraintError, lambda: sg.Schema.infer(table).with_constraints(rule))
    assert "'nowhere'" in words
    assert "a, b, c, ill" in words


@pytest.mark.parametrize("name", ["gaussian_copula", "tree"])
def test_an_impossible_condition_is_explained_by_the_fewest_that_no_row_meets(table, name):
    options = {"preset": "turbo", "order": list(table.columns)} if name == "tree" else {}
    # What is ill follows from a alone: nobody below 3 is.
    schema = sg.Schema.infer(table).with_constraints(rules.When({"a": "< 3"}, {"ill": "no"}))
    fit = GENERATORS[name](**options, random_state=0).fit(table, schema=schema)
    asked = {"ill": "yes", "b": ">= 11", "a": "< 3"}
    words = one_of_the((ConditionError, ConstraintError), lambda: fit.sample(20, conditions=asked))
    assert "'a < 3'" in words
    assert "'ill = yes'" in words
    assert "b >= 11" not in words


def test_rows_beyond_the_data_are_marked_where_they_are_asked_for(table):
    fit = GENERATORS["jitter"](random_state=0).fit(table)
    rows = fit.sample(20, conditions={"ill": "yes", "a": "< 2"}, what_if=True, random_state=0)
    assert rows["is_what_if"].all()
    assert (rows["a"] < 2).all()
    assert (rows["ill"] == "yes").all()
    known = fit.sample(20, conditions={"ill": "yes"}, what_if=True, random_state=0)
    assert not known["is_what_if"].any()


def test_more_rows_than_a_unique_rule_leaves_are_refused():
    real = pd.DataFrame({"row": list("abcde") * 4, "seat": np.repeat(list("wxyz"), 5), "x": np.arange(20) / 7})
    schema = sg.Schema.infer(real).with_constraints(rules.Unique(["row", "seat"]))
    fit = GENERATORS["jitter"](random_state=0).fit(real, schema=schema)
    assert not fit.sample(15, random_state=0).duplicated(["row", "seat"]).any()
    words = one_of_the(ConstraintError, lambda: fit.sample(25))
    assert "unique: row, seat" in words
