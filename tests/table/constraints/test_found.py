"""Rules found in real rows, as rules that new rows keep."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from synthgen.table.column import Column, Kind
from synthgen.table.constraints import Inequality, OneHot
from synthgen.table.constraints.found import FOUND, AddsUp, Follows, Gapped, Multiplies, found_rules
from synthgen.table.constraints.reading import constraints_of
from synthgen.table.products import Product
from synthgen.table.rules import Determined, Gap, Total
from synthgen.table.schema import Schema

NAN = float("nan")


def rows(**columns):
    return {name: np.array(values, dtype=float) for name, values in columns.items()}


def table(n, seed=0):
    """Rows with one rule of each sort."""
    rng = np.random.default_rng(seed)
    price, quantity = rng.gamma(2, 20, n).round(2), rng.integers(1, 9, n)
    net, tax, start, paid = (rng.integers(0, most, n) for most in (900, 90, 300, 3))
    city = rng.integers(0, 9, n)
    coded = pd.DataFrame({
        "price": price, "quantity": quantity, "total": (price * quantity).round(2), "net": net, "tax": tax,
        "gross": net + tax, "start": start, "end": start + rng.integers(0, 9, n), "city": city, "country": city // 3,
        "cash": paid == 0, "card": paid == 1, "voucher": paid == 2,
        "fee": np.where(city < 4, rng.integers(1, 99, n), NAN),
    }).astype(float)  # fmt: skip
    whole = ("quantity", "net", "tax", "gross", "start", "end")
    columns = [Column(name, Kind.CONTINUOUS, decimals=2) for name in ("price", "total")]
    columns += [Column(name, Kind.INTEGER) for name in whole] + [Column("fee", Kind.INTEGER, nullable=True)]
    columns += [Column("city", Kind.CATEGORICAL, categories=tuple("abcdefghi"))]
    columns += [Column("country", Kind.CATEGORICAL, categories=tuple("xyz"))]
    columns += [Column(name, Kind.BOOLEAN, categories=(0, 1)) for name in ("cash", "card", "voucher")]
    by_name = {column.name: column for column in columns}
    return coded, Schema(tuple(by_name[name] for name in coded.columns))


def test_one_of_each_sort_is_found():
    coded, schema = table(600)
    found = found_rules(coded, schema, np.random.default_rng(0))
    assert {type(rule) for rule in found} == {Follows, AddsUp, Multiplies, Gapped, OneHot, Inequality}
    words = {rule.words for rule in found}
    assert words >= {
        "total = price * quantity", "gross = net + tax", "start <= end", "country follows from city",
        "exactly one of cash, card, voucher", "gaps of fee follow from city",
    }  # fmt: skip
    new, _ = table(400, seed=1)
    for rule in found:
        given = {name: new[name].to_numpy() for name in new.columns}
        assert rule.holds(given, schema).all()


def test_each_is_written_and_read_back():
    coded, schema = table(600)
    found = found_rules(coded, schema, np.random.default_rng(0))
    again = constraints_of(json.loads(json.dumps([rule.to_dict() for rule in found])), FOUND)
    rng = np.random.default_rng(2)
    mixed = {name: rng.permutation(coded[name].to_numpy()) for name in coded.columns}
    for rule, other in zip(found, again, strict=True):
        assert type(rule) is type(other) and rule.words == other.words
        np.testing.assert_array_equal(rule.holds(mixed, schema), other.holds(mixed, schema))
        assert not rule.holds(mixed, schema).all()


def test_each_is_mended():
    coded, schema = table(600)
    for rule in found_rules(coded, schema, np.random.default_rng(0)):
        for free in [{rule.columns[-1]}, set(rule.columns)]:
            rng = np.random.default_rng(3)
            made = {name: rng.permutation(coded[name].to_numpy()) for name in coded.columns}
            rule.mend(made, np.flatnonzero(~rule.holds(made, schema)), frozenset(free), schema, rng)
            if not (isinstance(rule, OneHot) and len(free) == 1):  # of three, two may be fixed wrongly
                assert rule.holds(made, schema).all(), rule.words


def test_what_a_value_that_no_row_had_gives():
    schema = Schema((Column("a", Kind.INTEGER), Column("b", Kind.INTEGER)))
    rule = Follows(Determined("b", "a", np.array([1.0, 9.0]), np.array([10.0, 90.0])))
    given = rows(a=[1, 2, 8], b=[10, 0, 0])
    assert rule.holds(given, schema).all()  # nothing is known of 2 and 8
    rule.mend(given, np.arange(3), frozenset({"b"}), schema, np.random.default_rng(0))
    assert given["b"].tolist() == [10, 10, 90]  # the nearest that is known


def test_a_determined_column_that_is_fixed_asks_for_another_value_of_the_first():
    schema = Schema((Column("a", Kind.INTEGER), Column("b", Kind.INTEGER)))
    rule = Follows(Determined("b", "a", np.array([1.0, 2.0, 9.0]), np.array([5.0, 5.0, 7.0])))
    given = rows(a=[9, 1, 9], b=[5, 7, 6])
    rule.mend(given, np.arange(3), frozenset({"a"}), schema, np.random.default_rng(0))
    assert given["a"][0] in (1, 2) and given["a"][1] == 9 and given["a"][2] == 9  # 6 is given by nothing


@pytest.mark.parametrize(
    ("rule", "total"),
    [(AddsUp(Total("c", ("a", "b"), (1, 1), 0)), [3, 5, NAN, 1, NAN]),
     (Multiplies(Product("c", "a", "b", False, 0)), [2, 5, NAN, 1, NAN])],
    ids=["sum", "product"],
)  # fmt: skip
def test_a_sum_and_a_product_lack_a_value_with_a_part_and_only_then(rule, total):
    schema = Schema(tuple(Column(name, Kind.INTEGER, nullable=True) for name in "abc"))
    given = rows(a=[1, 1, NAN, NAN, 1], b=[2, 2, 1, 1, 1], c=total)
    assert rule.holds(given, schema).tolist() == [True, False, True, False, False]
    rule.mend(given, np.array([1, 3, 4]), frozenset({"c"}), schema, np.random.default_rng(0))
    assert rule.holds(given, schema).all()


def test_a_ratio_has_no_value_above_a_zero():
    schema = Schema(tuple(Column(name, Kind.CONTINUOUS, decimals=2, nullable=True) for name in "abc"))
    rule = Multiplies(Product("c", "a", "b", True, 2))
    given = rows(a=[1, 1, 0, 1], b=[3, 0, 0, 0], c=[0.33, NAN, NAN, 5])
    assert rule.holds(given, schema).tolist() == [True, True, True, False]
    rule.mend(given, np.array([3]), frozenset({"c"}), schema, np.random.default_rng(0))
    assert rule.holds(given, schema).all()


def test_gaps_are_made_and_filled_where_they_should_be():
    schema = Schema((Column("k", Kind.CATEGORICAL, categories=("a", "b")), Column("x", Kind.INTEGER, nullable=True)))
    rule = Gapped(Gap("x", "k", False, np.array([0.0, 1.0]), np.array([True, False])))
    given = rows(k=[0, 1, 1, 0], x=[5, NAN, 7, NAN])
    assert rule.holds(given, schema).tolist() == [False, False, True, True]
    rule.mend(given, np.array([0, 1]), frozenset({"x"}), schema, np.random.default_rng(0))
    assert np.isnan(given["x"][0]) and given["x"][1] == 7
    given = rows(k=[0, 1, 1, 0], x=[5, NAN, 7, NAN])
    rule.mend(given, np.array([0, 1]), frozenset({"k"}), schema, np.random.default_rng(0))
    assert given["k"].tolist() == [1, 0, 1, 0]
