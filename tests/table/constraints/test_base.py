"""What every rule does: say itself in words, be written and read back, and refuse what isn't there."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import ConstraintError
from synthgen.table.constraints import (
    CONSTRAINTS,
    FixedCombinations,
    Formula,
    FunctionalDependency,
    Inequality,
    Linear,
    Monotone,
    OneHot,
    Pattern,
    Positive,
    Predicate,
    Range,
    Unique,
    When,
)
from synthgen.table.constraints.base import donors, on_grid, slack, step_of
from synthgen.table.constraints.reading import constraints_of

N = 12
ROWS = {
    "start": np.arange(N) % 5.0, "end": 6 - np.arange(N) % 7.0, "price": np.linspace(-1, 9, N).round(2),
    "quantity": np.arange(N) % 3.0, "total": np.linspace(0, 40, N).round(2), "city": np.arange(N) % 3.0,
    "country": np.arange(N) % 2.0, "status": np.arange(N) % 3.0, "cash": np.arange(N) % 2.0, "card": np.ones(N),
    "ordered": np.arange(N) * 86_400_000_000.0,
}  # fmt: skip
REAL = {"city": np.array([0.0, 1, 2, np.nan]), "country": np.array([0.0, 0, 1, np.nan])}

EXAMPLES = [
    Inequality("start", "end", strict=True), Range("start", 1, pd.Timestamp("2024-01-01").day + 2, closed="low"),
    Range("ordered", pd.Timestamp("1970-01-03"), np.datetime64("1970-01-09")),
    Range("price", Decimal("0.5"), np.float64(8)), Positive("price"),
    Linear("total", {"price": 2, "quantity": -1}, constant=0.5), Formula("total", "price * quantity"),
    FixedCombinations(["city", "country"]), FunctionalDependency("city", "country"), OneHot(["cash", "card"]),
    When({"status": "!= closed"}, {"end": None}), Pattern("city", "R.*"), Unique(["start", "end"]),
    Monotone("price", by="city", order="ordered", decreasing=True),
]  # fmt: skip
BY_WORDS = {rule.words: rule for rule in EXAMPLES}


def test_every_sort_has_an_example():
    assert {type(rule) for rule in EXAMPLES} | {Predicate} == set(CONSTRAINTS.values())


@pytest.mark.parametrize("fitted", [False, True], ids=["declared", "fitted"])
@pytest.mark.parametrize("rule", EXAMPLES, ids=BY_WORDS)
def test_a_rule_is_written_and_read_back(schema, rule, fitted):
    rule.check(schema)
    rule = rule.fitted(REAL, schema) if fitted else rule
    (again,) = constraints_of(json.loads(json.dumps([rule.to_dict()])))
    assert again.words == rule.words and again.columns == rule.columns and again.gives == rule.gives
    np.testing.assert_array_equal(again.holds(ROWS, schema), rule.holds(ROWS, schema))
    assert again.to_dict() == rule.to_dict()


@pytest.mark.parametrize("rule", EXAMPLES, ids=BY_WORDS)
def test_mending_changes_broken_rows_and_free_columns_only(schema, rule):
    rule = rule.fitted(REAL, schema)
    given = {name: values.copy() for name, values in ROWS.items()}
    good = rule.holds(given, schema)
    for free in ({rule.columns[-1]}, set(rule.columns)):
        made = {name: values.copy() for name, values in given.items()}
        rule.mend(made, np.flatnonzero(~good), frozenset(free), schema, np.random.default_rng(0))
        for name, values in made.items():
            if name not in free:
                np.testing.assert_array_equal(values, given[name])
            elif not rule.whole_table:
                np.testing.assert_array_equal(values[good], given[name][good])
        assert (rule.holds(made, schema) >= good).all()


@pytest.mark.parametrize("rule", EXAMPLES, ids=BY_WORDS)
def test_no_rows_are_no_trouble(schema, rule):
    empty = {name: values[:0] for name, values in ROWS.items()}
    assert rule.fitted(REAL, schema).holds(empty, schema).shape == (0,)


@pytest.mark.parametrize("rule", EXAMPLES, ids=BY_WORDS)
def test_a_table_without_the_columns_is_refused(schema, rule):
    with pytest.raises(ConstraintError, match="doesn't have"):
        rule.check(schema.without(rule.columns[0]))


@pytest.mark.parametrize("rule", EXAMPLES, ids=BY_WORDS)
def test_unknown_and_lacking_fields_are_refused(rule):
    data = rule.to_dict()
    with pytest.raises(ConstraintError, match="no field 'code'"):
        type(rule).from_dict({**data, "code": "print()"})
    with pytest.raises(ConstraintError, match="needs"):
        type(rule).from_dict({"rule": data["rule"]})


def test_steps_and_rounding_are_those_of_the_column(schema):
    assert [step_of(schema[name]) for name in ("start", "price", "rate", "ordered")] == [1, 0.01, 0, 86_400_000_000]
    assert on_grid(np.array([1.234, np.nan, -0.001]), schema["price"]).tolist()[0] == 1.23
    assert on_grid(np.array([2.5, 3.4]), schema["start"]).tolist() == [2, 3]
    assert on_grid(np.array([1.3 * 86_400_000_000]), schema["ordered"]).tolist() == [86_400_000_000]
    assert slack(schema["start"], np.array([0.0]))[0] == 0


def test_lenders_are_rows_to_choose_from(schema, rng):
    where = np.array([0, 1])
    assert donors(ROWS, where, np.zeros(N, dtype=bool), schema, rng).tolist() == [-1, -1]
    good = np.arange(N) == 7
    assert donors(ROWS, where, good, schema, rng).tolist() == [7, 7]
