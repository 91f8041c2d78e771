"""Rules about rows together: no two alike, and values that never fall."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.errors import ConstraintError
from synthgen.table.constraints import Monotone, Unique

NAN = float("nan")


def rows(**columns):
    return {name: np.array(values, dtype=float) for name, values in columns.items()}


def test_the_first_of_two_alike_keeps_the_rule(schema):
    given = rows(start=[1, 1, 1, NAN, NAN], end=[1, 2, 1, 5, 5])
    assert Unique(["start", "end"]).holds(given, schema).tolist() == [True, True, False, True, True]
    assert Unique("end").holds(given, schema).tolist() == [True, True, False, True, False]


def test_identifiers_may_be_unique(schema):
    given = {"id": np.array(["a", "b", "a", None, None], dtype=object)}
    Unique("id").check(schema)
    assert Unique("id").holds(given, schema).tolist() == [True, True, False, True, True]


def test_values_never_fall_within_a_group_along_a_date(schema):
    # Group 0 in the order of its dates: 1, 3, 2; group 1: 5, 5.
    given = rows(city=[0, 0, 0, 1, 1], ordered=[2, 0, 1, 0, 1], price=[2, 1, 3, 5, 5])
    rule = Monotone("price", by="city", order="ordered")
    assert rule.words == "price never falls along ordered within each city"
    assert rule.holds(given, schema).tolist() == [False, True, True, True, True]
    down = Monotone("price", by="city", order="ordered", decreasing=True)
    assert down.holds(given, schema).tolist() == [False, True, False, True, True]


def test_one_high_value_breaks_all_that_follow_below_it(schema):
    given = rows(price=[1, 9, 2, 3, 9, 10])
    assert Monotone("price").holds(given, schema).tolist() == [True, True, False, False, True, True]


def test_a_gap_breaks_nothing(schema):
    assert Monotone("price").holds(rows(price=[1, NAN, 2, NAN, 1]), schema).tolist() == [True, True, True, True, False]


def test_rows_without_a_group_are_one_group(schema):
    given = rows(city=[NAN, 0, NAN], price=[5, 1, 4])
    assert Monotone("price", by="city").holds(given, schema).tolist() == [True, True, False]


@pytest.mark.parametrize("decreasing", [False, True])
def test_each_group_is_put_in_order_and_keeps_its_values_and_gaps(mended, decreasing):
    given = {"city": [0.0, 1, 0, 1, 0], "ordered": [3.0, 1, 1, 2, 2], "price": [1.0, 8, 5, 7, NAN]}
    made, kept = mended(Monotone("price", "city", "ordered", decreasing), given, ("price",))
    assert kept.all() and np.isnan(made["price"][4])
    assert made["price"][[2, 0]].tolist() == ([5, 1] if decreasing else [1, 5])
    assert made["price"][[1, 3]].tolist() == ([8, 7] if decreasing else [7, 8])


def test_a_fixed_column_is_left(mended):
    made, kept = mended(Monotone("price"), {"price": [2.0, 1.0]}, ())
    assert not kept.all() and made["price"].tolist() == [2, 1]


def test_no_rows_are_no_trouble(schema):
    assert len(Monotone("price", "city", "ordered").holds(rows(price=[], city=[], ordered=[]), schema)) == 0
    assert len(Unique("price").holds(rows(price=[]), schema)) == 0


@pytest.mark.parametrize(
    ("rule", "words"),
    [(Monotone("city"), "needs an order"), (Monotone("price", order="city"), "needs an order"),
     (Monotone("price", by="price"), "different columns"), (Monotone("gone"), "doesn't have"),
     (Monotone("id"), "needs an order")],
)  # fmt: skip
def test_what_has_no_order_is_refused(schema, rule, words):
    with pytest.raises(ConstraintError, match=words):
        rule.check(schema)
