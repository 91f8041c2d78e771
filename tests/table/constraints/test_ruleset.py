"""Rules together: their order, what they leave free, and rows that break them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import ConstraintError
from synthgen.table.column import Column, Kind
from synthgen.table.constraints import (
    FixedCombinations,
    Formula,
    FunctionalDependency,
    Inequality,
    Linear,
    OneHot,
    Positive,
    Range,
    Unique,
)
from synthgen.table.constraints.ruleset import RuleSet, fit_declared, rows_of
from synthgen.table.schema import Schema

NAN = float("nan")


def rows(**columns):
    return {name: np.array(values, dtype=float) for name, values in columns.items()}


def test_what_is_read_is_given_first():
    net, gross = Formula("total", "price * quantity"), Linear("end", ["total", "start"])
    order = Inequality("start", "quantity")
    assert RuleSet.of([gross, net, order]).rules == (order, net, gross)
    assert RuleSet.of([net, net, Formula("total", "price * quantity")]).rules == (net,)


def test_rules_that_give_each_other_are_still_all_there():
    loop = [Linear("start", ["end"]), Linear("end", ["start"])]
    assert set(map(str, RuleSet.of(loop).rules)) == set(map(str, loop))


def test_a_chain_is_computed_in_one_go(schema, rng):
    rules = RuleSet.of([Linear("rate", ["total", "price"]), Formula("total", "price * quantity"), Positive("price")])
    given = rows(price=[2, -1, 3], quantity=[2, 3, 1], total=[0, 0, 0], rate=[0, 0, 0])
    assert rules.mend(given, frozenset(), schema, rng).all()
    np.testing.assert_allclose(given["total"], given["price"] * given["quantity"])
    np.testing.assert_allclose(given["rate"], given["total"] + given["price"])


def test_fixed_columns_stay_and_rows_that_can_not_be_helped_are_named(schema, rng):
    rules = RuleSet.of([Inequality("start", "end")])
    given = rows(start=[1, 5], end=[2, 3])
    assert rules.mend(given, frozenset({"start", "end"}), schema, rng).tolist() == [True, False]
    assert given["end"].tolist() == [2, 3]
    assert rules.least_kept(given, schema) == ("start <= end", 0.5)


def test_no_rules_are_kept_by_all(schema, rng):
    given = rows(start=[1, 2])
    assert RuleSet().mend(given, frozenset(), schema, rng).all() and RuleSet().holds(given, schema).all()


def test_rules_are_divided_by_what_they_are_about(schema):
    rules = RuleSet.of([Unique("start"), Inequality("start", "end"), Positive("price")])
    assert rules.whole_table == (Unique("start"),)
    assert set(rules.by_row.rules) == {Inequality("start", "end"), Positive("price")}
    assert rules.about(["start", "end"]).rules == (Unique("start"), Inequality("start", "end"))


@pytest.mark.parametrize("seed", range(6))
def test_several_rules_at_once(schema, seed):
    rng = np.random.default_rng(seed)
    n = 300
    given = {
        "start": rng.integers(0, 50, n) * 1.0, "end": rng.integers(0, 50, n) * 1.0,
        "price": rng.normal(5, 9, n).round(2),
        "quantity": rng.integers(0, 9, n) * 1.0, "total": rng.normal(0, 9, n).round(2),
        **{name: rng.integers(0, 2, n) * 1.0 for name in ("cash", "card", "voucher")},
    }  # fmt: skip
    given["end"][::7] = NAN
    rules = RuleSet.of([
        Inequality("start", "end", strict=True), Range("start", 5, 40), Range("end", high=45), Positive("price"),
        Formula("total", "price * quantity"), OneHot(["cash", "card", "voucher"]),
    ])  # fmt: skip
    kept = rules.mend(given, frozenset(), schema, rng)
    np.testing.assert_array_equal(kept, rules.holds(given, schema))
    assert kept.mean() > 0.99
    assert np.isnan(given["end"][::7]).all()


def table(**columns):
    return pd.DataFrame({name: np.array(values, dtype=float) for name, values in columns.items()})


def test_rows_that_break_rules_are_counted_rule_by_rule(schema):
    coded = table(start=[1, 2, 9, 9], end=[2, 2, 1, 1], price=[1, -1, -1, 1])
    rules, kept, broken = fit_declared([Inequality("start", "end"), Positive("price"), Range("end", 0)], coded, schema)
    assert kept.tolist() == [True, False, False, False]
    assert broken == {"start <= end": 2, "price > 0": 2}
    assert len(rules) == 3


def test_rules_learn_what_they_leave_open(schema):
    coded = table(city=[0, 1, 2], country=[0, 0, 1])
    (pairs,), kept, broken = fit_declared([FixedCombinations(["city", "country"])], coded, schema)
    assert kept.all() and not broken and len(pairs.known) == 3


def test_where_no_row_keeps_all_the_fewest_rules_are_named(schema):
    # Each is kept by some rows; the sum can't be positive where its whole isn't above its part.
    coded = table(start=[1, 5, 2], end=[5, 1, 4], quantity=[-4, 4, -2], price=[1, 1, 1])
    rules = [Positive("price"), Linear("quantity", {"start": 1, "end": -1}), Inequality("start", "end"),
             Positive("quantity")]  # fmt: skip
    with pytest.raises(ConstraintError, match="No real row keeps both 'start <= end' and 'quantity > 0'"):
        fit_declared(rules, coded, schema)


@pytest.mark.parametrize(
    ("rule", "words"),
    [("start <= end", "takes rules of synthgen.constraints"), (Inequality("start", "gone"), "'gone'"),
     (FunctionalDependency("city", "gone"), "'gone'"), (None, "takes rules")],
    ids=str,
)  # fmt: skip
def test_what_is_no_rule_of_this_table_is_refused(schema, rule, words):
    with pytest.raises(ConstraintError, match=words):
        schema.with_constraints(rule)


def test_rows_are_copies():
    coded = pd.DataFrame({"a": [1.0, 2.0]})
    rows_of(coded)["a"][0] = 9
    assert coded["a"].tolist() == [1, 2]


def test_a_schema_without_a_column_loses_its_rules():
    schema = Schema((Column("a", Kind.INTEGER), Column("b", Kind.INTEGER))).with_constraints(
        Inequality("a", "b"), Positive("a")
    )
    assert schema.without("b").constraints == (Positive("a"),)
    again = Schema.from_json(schema.to_json())
    assert again == schema
