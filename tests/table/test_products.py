"""Products and ratios that hold, that one row refutes, and chance that must make none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table.column import Column, Kind, Role
from synthgen.table.products import Product, find_products
from synthgen.table.rules import Determined, Rules, Total
from synthgen.table.schema import Schema

NAN = float("nan")


def find(frame, decimals=None, rules=None, seed=0, target=None):
    """Products of a frame, as text; columns of floats are rounded to 2 decimals unless said otherwise."""
    columns = []
    for name in frame:
        whole = name not in (decimals or {}) and (frame[name].dropna() % 1 == 0).all()
        places = None if whole else (decimals or {}).get(name, 2)
        kind = Kind.INTEGER if whole else Kind.CONTINUOUS
        columns.append(Column(name, kind, decimals=places, role=Role.TARGET if name == target else Role.FEATURE))
    found = find_products(frame.astype(float), Schema(tuple(columns)), np.random.default_rng(seed), rules)
    return [f"{rule.column} = {rule.expression}" for rule in found]


@pytest.fixture
def sold():
    rng = np.random.default_rng(1)
    made = pd.DataFrame({"price": rng.gamma(2, 20, 300).round(2), "quantity": rng.integers(1, 9, 300)})
    return made.assign(total=(made["price"] * made["quantity"]).round(2))


def test_the_later_column_is_the_product(sold):
    assert find(sold) == ["total = price * quantity"]
    assert find(sold[["total", "quantity", "price"]]) == ["total = quantity * price"]
    assert find(sold.sample(frac=1, random_state=0)) == ["total = price * quantity"]


def test_one_row_refutes(sold):
    sold.loc[7, "total"] += 5
    assert find(sold) == []


def test_a_ratio_that_rounding_keeps_from_being_a_product(sold):
    made = pd.DataFrame({"total": sold["total"], "people": sold["quantity"] + 2})
    made["each"] = (made["total"] / made["people"]).round(2)
    assert find(made) == ["each = total / people"]


def test_values_that_are_not_rounded():
    rng = np.random.default_rng(0)
    made = pd.DataFrame({"width": rng.normal(size=200), "height": rng.gamma(3, 1, 200)})
    made["area"] = made["width"] * made["height"]
    assert find(made, {"width": None, "height": None, "area": None}) == ["area = width * height"]
    made["area"] *= 1 + 1e-6
    assert find(made, {"width": None, "height": None, "area": None}) == []


def test_a_square_is_a_product():
    side = np.random.default_rng(0).normal(size=200).round(3)
    made = pd.DataFrame({"side": side, "other": np.random.default_rng(1).normal(size=200).round(3)})
    assert find(made.assign(area=side * side), {"side": 3, "other": 3, "area": None}) == ["area = side * side"]


def test_gaps_must_be_where_a_part_is_missing(sold):
    sold.loc[::5, "price"] = sold.loc[::5, "total"] = NAN
    assert find(sold) == ["total = price * quantity"]
    sold.loc[1, "total"] = NAN
    assert find(sold) == []


def test_above_a_zero_a_ratio_is_missing():
    rng = np.random.default_rng(0)
    made = pd.DataFrame({"clicks": rng.integers(0, 90, 400), "views": rng.integers(0, 9, 400)})
    with np.errstate(all="ignore"):
        made["rate"] = (made["clicks"] / made["views"]).where(made["views"] > 0).round(3)
    assert find(made, {"rate": 3}) == ["rate = clicks / views"]


def test_zeros_and_ones_tell_nothing():
    # 0 = 0 * anything, and x = x * 1: the third column could be any other.
    rng = np.random.default_rng(0)
    zero, one = np.r_[np.zeros(295), [3, 1, 2, 5, 4]], np.r_[np.ones(299), [2]]
    x = rng.integers(1, 99, 300)
    made = pd.DataFrame({"x": x, "zero": zero, "also zero": np.r_[np.zeros(299), [4 * x[-1]]], "one": one})
    assert find(made.assign(same=x * one)) == []


def test_what_a_rule_gives_already_is_not_given_again_nor_computed_from_itself(sold):
    # The total is given, by price and quantity: none of the three can be computed from the others.
    twice = Total("total", ("price", "quantity"), (1, 1), 2)
    assert find(sold, rules=Rules(totals=(twice,))) == []
    # By the quantity alone: the price can.
    levels = np.array([1.0, 2.0])
    given = Determined("total", "quantity", levels, levels)
    assert find(sold, rules=Rules(determined=(given,))) == ["price = total / quantity"]
    unrelated = Total("sum", ("total", "fee"), (1, 1), 2)
    assert find(sold, rules=Rules(totals=(unrelated,))) == ["total = price * quantity"]


def test_products_of_products(sold):
    rng = np.random.default_rng(4)
    made = sold.assign(rate=rng.integers(2, 30, 300))
    made = made.assign(interest=(made["total"] * made["rate"]).round(2))
    assert find(made) == ["total = price * quantity", "interest = total * rate"]


def test_a_target_is_computed_only_if_nothing_else_can_be(sold):
    # The price follows from the total as well, to the cent.
    assert find(sold, target="total") == ["total = price * quantity"]
    whole = pd.DataFrame({"a": np.arange(1, 41) % 7 + 1, "b": np.arange(1, 41) % 5 + 2})
    assert find(whole.assign(c=whole["a"] * whole["b"])[["c", "a", "b"]], target="c") == ["c = a * b"]


@pytest.mark.parametrize("name", ["unit price", "class", "min", "1st", "größe"])
def test_names_are_quoted_where_a_formula_needs_it(sold, name):
    (found,) = find(sold.rename(columns={"price": name}))
    assert found == f"total = {name if name == 'größe' else f'`{name}`'} * quantity"


def test_a_name_that_can_not_be_quoted_is_left_out(sold):
    assert find(sold.rename(columns={"price": "a`b"})) == []


@pytest.mark.parametrize("n", [0, 1, 19])
def test_few_rows_say_nothing(sold, n):
    assert find(sold.iloc[:n]) == []


def test_dates_and_identifiers_take_no_part(sold):
    columns = [Column("price", Kind.CONTINUOUS, decimals=2), Column("total", Kind.CONTINUOUS, decimals=2)]
    for column in (Column("quantity", Kind.DATETIME), Column("quantity", Kind.INTEGER, role=Role.SUBJECT)):
        assert find_products(sold.astype(float), Schema((*columns, column)), np.random.default_rng(0)) == ()


@pytest.mark.parametrize("seed", range(8))
def test_noise_makes_no_products(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 200))
    columns = {}
    for number in range(0, 60, 5):
        columns[f"c{number}"] = rng.integers(0, 3, n)
        columns[f"c{number + 1}"] = rng.poisson(rng.choice([0.02, 0.5, 4]), n)
        columns[f"c{number + 2}"] = rng.integers(1, 4, n)
        columns[f"c{number + 3}"] = rng.normal(0, 0.3, n).round(1)
        columns[f"c{number + 4}"] = np.where(rng.random(n) < 0.9, 0, rng.integers(1, 5, n))
    frame = pd.DataFrame(columns)
    frame = frame.mask(rng.random(frame.shape) < rng.choice([0, 0.05], frame.shape[1]))
    assert find(frame, seed=seed) == []


def test_a_product_holds_where_it_can_not_be_told():
    rule = Product("c", "a", "b", True, None)
    one = np.array([1.0, 1.0, NAN])
    assert rule.holds(np.array([NAN, 0.5, NAN]), one, np.array([0.0, 2.0, 1.0])).all()
