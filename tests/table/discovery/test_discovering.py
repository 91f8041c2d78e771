"""Rules proposed from real rows: those that were put there, those that few rows break, and none by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.constraints import FunctionalDependency, Inequality, OneHot
from synthgen.errors import UsageError
from synthgen.table import Schema

ONE_COLUMN = {"positive", "unique"}
"""Families that aren't about how columns hang together."""


def shop(n=3000, seed=1):
    """A table with rules of every family."""
    rng = np.random.default_rng(seed)
    city, a, b = rng.integers(0, 30, n), rng.integers(0, 6, n), rng.integers(0, 5, n)
    paid, status = rng.integers(0, 3, n), rng.choice(["closed", "open", "waiting"], n)
    street = rng.integers(0, 12, n)
    made = pd.DataFrame({
        "order": [f"o{number:06d}" for number in rng.permutation(n)],
        "price": (rng.gamma(2, 20, n) + 0.5).round(2),
        "quantity": rng.integers(1, 9, n),
        "net": rng.integers(0, 900, n),
        "tax": rng.integers(0, 90, n),
        "start": pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 3650, n), "D"),
        "city": [f"c{value}" for value in city],
        "country": [f"k{value % 7}" for value in city],
        "a": [f"a{value}" for value in a],
        "b": [f"b{value}" for value in b],
        "c": [f"c{((x * 7 + y * 3) % 11) // 3}" for x, y in zip(a, b, strict=True)],
        "cash": (paid == 0).astype(int), "card": (paid == 1).astype(int), "voucher": (paid == 2).astype(int),
        "status": status,
        "discharge": np.where(status == "closed", rng.normal(50, 5, n), np.nan),
        "street": [f"s{value}" for value in street],
        "tour": [f"t{(value * 5 + extra) % 12}" for value, extra in zip(street, rng.integers(0, 3, n), strict=True)],
    })  # fmt: skip
    made["total"] = (made["price"] * made["quantity"]).round(2)
    made["gross"] = made["net"] + made["tax"]
    made["end"] = made["start"] + pd.to_timedelta(rng.integers(1, 4, n), "D")
    return made


def spoilt(made, rows=12):
    """The table with a few mistakes of every sort, each in other rows."""
    made, rng = made.copy(), np.random.default_rng(9)
    columns = ("total", "gross", "end", "country", "c", "voucher", "discharge", "price")
    places = rng.choice(len(made), (len(columns), rows), replace=False)
    at = dict(zip(columns, places, strict=True))
    made.loc[at["total"], "total"] += 7
    made.loc[at["gross"], "gross"] -= 100
    made.loc[at["end"], "end"] -= pd.Timedelta(days=500)
    made.loc[at["country"], "country"] = [f"k{(int(k[1:]) + 1) % 7}" for k in made.loc[at["country"], "country"]]
    made.loc[at["c"], "c"] = [f"c{(int(c[1:]) + 1) % 4}" for c in made.loc[at["c"], "c"]]
    made.loc[at["voucher"], "voucher"] = 1 - made.loc[at["voucher"], "voucher"]
    made.loc[at["discharge"], "discharge"] = 50.0
    made.loc[at["discharge"], "status"] = "open"
    made.loc[at["price"], "price"] *= -1
    return made


RULES = {
    "gross = net + tax": "sum",
    "total = price * quantity": "product",
    "exactly one of cash, card, voucher": "one-hot group",
    "start <= end": "inequality",
    "country follows from city": "functional dependency",
    "c follows from a, b": "functional dependency",
    "discharge is null where status in open, waiting": "gaps",
    "discharge is not null where status = closed": "gaps",
    "combinations of street, tour as in the real rows": "fixed combinations",
    "unique: order": "unique",
    "quantity > 0": "positive",
}


@pytest.fixture(scope="module")
def clean():
    return sg.discover_constraints(shop())


@pytest.fixture(scope="module")
def dirty():
    return sg.discover_constraints(spoilt(shop()))


def test_what_was_put_there_is_proposed(clean):
    families = {item.words: item.family for item in clean}
    assert families.items() >= RULES.items()
    for item in clean:
        assert not item.near and item.confidence == 1.0 and item.broken == 0


def test_nothing_else_is_proposed(clean):
    follows = {"net <= gross", "tax <= gross", "price <= total"}
    others = {item.words for item in clean if item.family not in ONE_COLUMN} - RULES.keys()
    assert others == follows


def test_support_is_the_rows_that_could_have_refuted(clean):
    support = {item.words: item.support for item in clean}
    closed = int((shop()["status"] == "closed").sum())
    assert support["discharge is not null where status = closed"] == closed
    assert support["discharge is null where status in open, waiting"] == 3000 - closed
    assert support["gross = net + tax"] == 3000


def test_all_can_be_declared_together(clean):
    made = shop()
    schema = Schema.infer(made).with_constraints(*clean.constraints)
    assert len(schema.constraints) == len(clean)
    assert Schema.from_json(schema.to_json()).constraints == schema.constraints
    again = sg.discover_constraints(made, schema=schema)
    assert len(again) == 0  # what is declared isn't proposed


def test_what_few_rows_break_is_proposed_and_marked(dirty):
    near = {item.words: item for item in dirty if item.near}
    expected = RULES.keys() - {
        "discharge is not null where status = closed", "combinations of street, tour as in the real rows",
        "unique: order", "quantity > 0",
    }  # fmt: skip
    assert near.keys() >= expected
    for words in ("gross = net + tax", "start <= end", "country follows from city"):
        assert near[words].broken == 12 and near[words].confidence == 1 - 12 / near[words].support
    assert near["price > 0"].broken == 12
    assert not {rule.words for rule in dirty.constraints} & near.keys()


def test_those_that_all_rows_keep_come_first(dirty):
    marks = [item.near for item in dirty]
    assert marks == sorted(marks) and any(marks) and not all(marks)


def test_with_too_many_mistakes_nothing_is_proposed():
    words = {item.words for item in sg.discover_constraints(spoilt(shop(), rows=100))}
    assert not words & {"gross = net + tax", "start <= end", "country follows from city", "total = price * quantity"}


def test_a_rule_must_hold_in_the_holdout_too():
    new = shop(1000, seed=5)
    same = {item.words: item for item in sg.discover_constraints(shop(), holdout=new)}
    assert same.keys() >= RULES.keys()
    assert same["gross = net + tax"].holdout_support == 1000 and not same["gross = net + tax"].near
    new.loc[:4, "gross"] += 1
    new.loc[:199, "total"] += 1
    found = {item.words: item for item in sg.discover_constraints(shop(), holdout=new)}
    assert "total = price * quantity" not in found
    assert found["gross = net + tax"].holdout_broken == 5 and found["gross = net + tax"].near
    with pytest.raises(UsageError, match="lacks columns of the table: gross"):
        sg.discover_constraints(shop(200), holdout=new.drop(columns="gross"))


def test_the_order_of_rows_and_the_seed_change_nothing_that_holds(clean):
    mixed = sg.discover_constraints(shop().sample(frac=1, random_state=3), random_state=8)
    assert {item.words for item in mixed} == {item.words for item in clean}
    first, again = (sg.discover_constraints(spoilt(shop(800)), random_state=4) for _ in range(2))
    assert first.items == again.items


def test_labels_of_few_rows_are_not_shown():
    rng = np.random.default_rng(0)
    status = np.r_[np.repeat(["open", "waiting"], 300), np.repeat("Ann's case", 4), np.repeat("closed", 400)]
    made = pd.DataFrame({"status": status, "paid": np.where(status == "closed", rng.normal(size=len(status)), np.nan)})
    found = sg.discover_constraints(made)
    words = [item.words for item in found if item.family == "gaps"]
    assert sorted(words) == ["paid is not null where status = closed", "paid is null where status != closed"]
    made.loc[made["status"].eq("closed").to_numpy().nonzero()[0][:60], "status"] = "settled"
    shown = sg.discover_constraints(made)
    assert [item.words for item in shown if item.family == "gaps"] == [
        "paid is not null where status in closed, settled"
    ]
    assert "Ann" not in repr(list(shown)) + str(shown) + shown._repr_html_() + shown.frame.to_csv()


def test_gaps_that_can_not_be_said_without_such_a_label_are_said_in_general():
    status = np.r_[np.repeat(["a", "b", "rare 1"], [300, 300, 5]), np.repeat(["c", "d", "rare 2"], [300, 300, 5])]
    paid = np.where(np.isin(status, ["c", "d", "rare 2"]), np.arange(len(status)) % 89 + 0.5, np.nan)
    found = sg.discover_constraints(pd.DataFrame({"status": status, "paid": paid}))
    (gap,) = [item for item in found if item.family == "gaps"]
    assert gap.words == "gaps of paid follow from status" and not gap.can_be_declared
    assert gap.constraint not in found.constraints and "rare" not in repr(list(found))


def test_columns_with_the_same_gaps():
    rng = np.random.default_rng(0)
    gone = rng.random(400) < 0.3
    made = pd.DataFrame({name: np.where(gone, np.nan, rng.normal(size=400)) for name in ("low", "high")})
    words = {item.words for item in sg.discover_constraints(made)}
    assert words == {"high is null where low is null", "high is not null where low is not null"}


def test_readings_that_never_fall_within_each_meter():
    rng = np.random.default_rng(0)
    made = pd.DataFrame({
        "meter_id": np.repeat(np.arange(60), 10), "day": np.tile(pd.date_range("2024-01-01", periods=10), 60),
        "used": rng.gamma(2, 3, 600).round(1), "heat": rng.normal(size=600),
    })  # fmt: skip
    made["reading"] = made.groupby("meter_id")["used"].cumsum().round(1)
    made["left"] = 500 - made["reading"]
    found = {item.words: item for item in sg.discover_constraints(made.sample(frac=1, random_state=0))}
    assert found.keys() >= {
        "reading never falls along day within each meter_id", "left never rises along day within each meter_id",
        "unique: meter_id, day",
    }  # fmt: skip
    assert not any("heat" in words or "used never" in words for words in found)
    subject = Schema.infer(made.rename(columns={"meter_id": "who"})).with_column("who", role="subject")
    found = sg.discover_constraints(made.rename(columns={"meter_id": "who"}), schema=subject)
    assert "reading never falls along day within each who" in {item.words for item in found}


def test_a_few_identifiers_that_repeat_are_pointed_out():
    made = pd.DataFrame({"customer_id": [f"k{number:05d}" for number in range(1000)], "x": np.arange(1000) % 7})
    made.loc[5, "customer_id"] = made.loc[6, "customer_id"]
    (found,) = [item for item in sg.discover_constraints(made) if item.family == "unique"]
    assert found.near and found.broken == 1 and found.words == "unique: customer_id"


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 20))])
def test_unrelated_columns_propose_nothing(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(150, 1500))
    columns = {}
    for number in range(4):
        columns[f"x{number}"] = rng.normal(0, 1, n).round(int(rng.integers(1, 6)))
        columns[f"few{number}"] = rng.normal(0, 1, n).round(0) * 3
        columns[f"rare{number}"] = np.where(rng.random(n) < 0.97, 0, rng.integers(-4, 5, n))
        columns[f"label{number}"] = rng.choice([f"v{j}" for j in range(int(rng.integers(3, 12)))], n)
        columns[f"skewed{number}"] = rng.choice(["yes", "no"], n, p=[0.02, 0.98])
        columns[f"flag{number}"] = (rng.random(n) < 0.3).astype(int)
        columns[f"day{number}"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 999, n), "D")
    frame = pd.DataFrame(columns)
    frame = frame.mask(rng.random(frame.shape) < rng.choice([0, 0.02, 0.3], frame.shape[1]))
    frame["who_id"] = rng.integers(0, 20, n)
    assert str(sg.discover_constraints(frame, random_state=seed)) == "No rule was found beyond chance."


@pytest.mark.parametrize("n", [1, 5, 19])
def test_few_rows_propose_nothing(n):
    found = sg.discover_constraints(shop(400).drop(columns="order").iloc[:n])
    assert len(found) == 0


def test_free_text_and_columns_without_values_are_left_aside():
    made = shop(400).assign(notes=[f"note {i}: the driver rang twice, and nobody came to the door" for i in range(400)])
    made["empty"] = np.nan
    made["same"] = 1
    assert not any({"notes", "empty", "same"} & set(item.constraint.columns) for item in sg.discover_constraints(made))


def test_a_sequence_of_proposals(clean, dirty):
    assert clean[0] in clean and len(clean[:3]) == 3 and isinstance(clean[:3], type(clean))
    frame = dirty.frame
    assert list(frame.columns) == ["rule", "family", "support", "broken", "confidence", "near"]
    assert len(frame) == len(dirty) and frame["near"].sum() == sum(item.near for item in dirty)
    assert "<table" in dirty._repr_html_() and "&lt;=" in dirty._repr_html_()
    assert "gross = net + tax: 12 of 3,000 rows break it" in str(dirty)
    assert sg.discover_constraints(shop(5)).frame.empty
    kinds = {type(rule) for rule in clean.constraints}
    assert {Inequality, OneHot, FunctionalDependency} <= kinds
