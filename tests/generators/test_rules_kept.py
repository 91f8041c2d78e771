"""Rules in every generator: those found are kept, and rows that break a declared one aren't learnt from."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.constraints import (
    FixedCombinations,
    FunctionalDependency,
    Inequality,
    Monotone,
    OneHot,
    Pattern,
    Positive,
    Predicate,
    Range,
    Unique,
    When,
)
from synthgen.errors import ConstraintError
from synthgen.generators import GENERATORS, load_synthesizer
from synthgen.generators.candidates import Effort, block
from synthgen.generators.distance_columns import DistanceColumn, distance_columns, with_distances, without_distances
from synthgen.table import Column, Kind, Schema, encode
from synthgen.table.constraints.conditional import met_by
from synthgen.table.constraints.ruleset import rows_of

NAMES = ("gaussian_copula", "jitter", "smote", "tree")
DAY = pd.Timedelta(days=1)
STAY = {1: 0.6, 2: 0.3, 3: 0.1}
"""How many days lie between start and end, and how often."""


@pytest.fixture(scope="module")
def shop():
    rng = np.random.default_rng(0)
    n = 1500
    start = pd.Timestamp("2014-01-01") + pd.to_timedelta(rng.integers(0, 3650, n), "D")
    paid = rng.integers(0, 3, n)
    made = pd.DataFrame({
        "start": start, "end": start + pd.to_timedelta(rng.choice([1, 2, 3], n, p=[0.6, 0.3, 0.1]), "D"),
        "price": (rng.gamma(2, 20, n) + 1).round(2), "quantity": rng.integers(1, 9, n),
        "cash": (paid == 0).astype(int), "card": (paid == 1).astype(int), "voucher": (paid == 2).astype(int),
        "city": rng.choice(["Oslo", "Rome", "Bern"], n), "Class": (rng.random(n) < 0.3).astype(int),
    })  # fmt: skip
    return made.assign(total=(made["price"] * made["quantity"]).round(2))


@pytest.fixture(scope="module", params=NAMES)
def fitted(request, shop):
    return GENERATORS[request.param](random_state=0).fit(shop, target="Class")


def keeps_rules(made):
    days = (made["end"] - made["start"]) / DAY
    assert (days >= 0).all()
    assert (np.abs(made["total"] - made["price"] * made["quantity"]) < 0.0051).all()
    assert (made[["cash", "card", "voucher"]].sum(axis=1) == 1).all()
    return days


def test_rules_that_real_rows_have_are_found_and_kept(fitted):
    words = {rule.words for rule in fitted.constraints_.rules}
    assert words >= {"start <= end", "total = price * quantity", "exactly one of cash, card, voucher"}
    keeps_rules(fitted.sample(2000, random_state=1))


@pytest.mark.parametrize("name", ["gaussian_copula", "tree"])
def test_the_days_between_start_and_end_are_as_in_the_real_rows(shop, name):
    model = GENERATORS[name](random_state=0).fit(shop, target="Class")
    assert [distance.column for distance in model._distances] == ["end"]
    made = model.sample(4000, random_state=1)
    share = keeps_rules(made).value_counts(normalize=True)
    real = ((shop["end"] - shop["start"]) / DAY).value_counts(normalize=True)
    assert share.sub(real, fill_value=0).abs().max() < 0.04
    # The starts themselves are spread as they were.
    edges = pd.date_range("2014-01-01", "2024-01-01", periods=11)
    counts = pd.cut(made["start"], edges, right=False).value_counts(normalize=True)
    assert counts.between(0.07, 0.13).all()


@pytest.mark.parametrize(
    "conditions",
    [
        {"end": ">= 2020-01-01"}, {"end": "< 2015-01-01", "Class": 1}, {"total": ">= 200"},
        {"total": ">= 100 and < 150", "voucher": 1}, {"voucher": 1, "city": "Rome", "quantity": [1, 2]},
        {"start": ">= 2020-01-01 and < 2021-01-01"},
    ],
    ids=str,
)  # fmt: skip
def test_conditions_on_columns_of_rules_are_met_and_the_rules_kept(fitted, conditions):
    made = fitted.sample(60, conditions=conditions, random_state=1)
    assert len(made) == 60
    keeps_rules(made)
    assert met_by(conditions, rows_of(encode(made, fitted.schema_)), fitted.schema_).all()


@pytest.mark.parametrize("name", ["gaussian_copula", "tree"])
def test_a_condition_on_a_computed_column_does_not_bend_its_parts(shop, name):
    # Of real totals of 200 and more, the mean price and quantity; solving for the price would favour quantities of 1.
    model = GENERATORS[name](random_state=0).fit(shop, target="Class")
    made = model.sample(600, conditions={"total": ">= 200"}, random_state=1)
    real = shop[shop["total"] >= 200]
    assert made["quantity"].mean() == pytest.approx(real["quantity"].mean(), abs=0.4)
    assert made["price"].mean() == pytest.approx(real["price"].mean(), rel=0.15)


def test_a_total_that_has_one_value_is_made_of_prices_that_give_it(shop):
    model = GENERATORS["gaussian_copula"](random_state=0).fit(shop, target="Class")
    made = model.sample(40, conditions={"total": [29.97, 100.0]}, random_state=1, what_if=True)
    assert made["total"].isin([29.97, 100.0]).all()
    keeps_rules(made)


def test_partial_rows_are_completed_by_the_rules(fitted):
    partial = pd.DataFrame({
        "start": pd.to_datetime(["2016-05-01", None, "2019-01-01"]), "total": [None, 30.0, 12.0], "cash": [1, 0, None],
        "quantity": [2.0, 3.0, None],
    })  # fmt: skip
    made = fitted.sample(conditions=partial, random_state=1)
    keeps_rules(made)
    assert made["start"].iloc[0] == pd.Timestamp("2016-05-01") and made["total"].tolist()[1:] == [30.0, 12.0]
    assert made["quantity"].tolist()[:2] == [2, 3] and made["price"].iloc[1] == 10.0


def test_no_more_candidates_are_drawn_than_are_needed(shop):
    model = GENERATORS["gaussian_copula"](random_state=0).fit(shop, target="Class")
    model.sample(2000, random_state=1)
    assert model.effort_ is None or model.effort_["candidates"] <= 2600


def test_a_saved_model_keeps_its_rules(fitted, tmp_path):
    fitted.save(tmp_path / "model", include_real_rows=True)
    again = load_synthesizer(tmp_path / "model")
    assert [rule.words for rule in again.constraints_.rules] == [rule.words for rule in fitted.constraints_.rules]
    assert again._distances == fitted._distances and again.broken_rules_ == fitted.broken_rules_
    pd.testing.assert_frame_equal(again.sample(50, random_state=3), fitted.sample(50, random_state=3))
    text = (tmp_path / "model" / "model.json").read_text(encoding="utf-8")
    assert "Multiplies" in {rule["rule"] for rule in json.loads(text)["rules"]}


# Declared rules


DECLARED = [
    Inequality("start", "end", strict=True), Range("price", 5, 80), Positive("quantity"),
    When({"city": "Rome"}, {"quantity": "<= 4"}), FixedCombinations(["city", "Class"]), Pattern("city", "[A-Z][a-z]+"),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_break_a_declared_rule_are_counted_and_not_learnt(shop, name):
    schema = Schema.infer(shop, target="Class").with_constraints(*DECLARED)
    model = GENERATORS[name](random_state=0).fit(shop, schema=schema)
    outside = int((~shop["price"].between(5, 80)).sum())
    rome = int(((shop["city"] == "Rome") & (shop["quantity"] > 4)).sum())
    assert model.broken_rules_ == {"price >= 5 and <= 80": outside, "quantity <= 4 where city = Rome": rome}
    low, high = model.schema_["price"].bounds
    assert low >= 5 and high <= 80  # bounds are those of the rows that were learnt from
    made = model.sample(800, random_state=1)
    keeps_rules(made)
    assert made["price"].between(5, 80).all() and (made["end"] > made["start"]).all()
    assert (made.loc[made["city"] == "Rome", "quantity"] <= 4).all()


def test_rows_that_break_a_rule_leave_no_trace():
    # Half of the rows have x = 1000 and break the rule: a model that had learnt from them would show it.
    rng = np.random.default_rng(0)
    made = pd.DataFrame({"x": np.r_[rng.normal(0, 1, 400), np.full(400, 1000.0)], "y": rng.normal(size=800)})
    schema = Schema.infer(made).with_constraints(Range("x", high=50))
    for name in NAMES[:2]:
        drawn = GENERATORS[name](random_state=0).fit(made, schema=schema).sample(500, random_state=0)
        assert drawn["x"].max() < 10 and abs(drawn["x"].mean()) < 0.3


def test_no_rows_left_to_learn_from_is_an_error(shop):
    schema = Schema.infer(shop, target="Class").with_constraints(Range("price", high=0), Positive("quantity"))
    with pytest.raises(ConstraintError, match="No real row keeps 'price <= 0'"):
        GENERATORS["gaussian_copula"](random_state=0).fit(shop, schema=schema)


def test_rows_together():
    rng = np.random.default_rng(0)
    made = pd.DataFrame({
        "meter": [f"m{value}" for value in np.repeat(np.arange(8), 40)],
        "day": np.tile(pd.date_range("2024-01-01", periods=40), 8), "used": rng.gamma(2, 3, 320).round(1),
    })  # fmt: skip
    made["reading"] = made.groupby("meter")["used"].cumsum().round(1)
    rules = [Unique(["meter", "day"]), Monotone("reading", by="meter", order="day")]
    model = GENERATORS["tree"](random_state=0).fit(made, schema=Schema.infer(made).with_constraints(*rules))
    drawn = model.sample(200, random_state=0)
    assert not drawn.duplicated(["meter", "day"]).any()
    assert drawn.sort_values(["meter", "day"]).groupby("meter")["reading"].is_monotonic_increasing.all()
    with pytest.raises(ConstraintError, match=r"can't be kept: .* there may be no more values"):
        model.sample(400, random_state=0)  # 8 meters have 320 days


def test_python_rules_are_kept_repaired_and_not_saved(shop, tmp_path):
    even = Predicate(
        ["quantity"], lambda rows: rows["quantity"] % 2 == 0, repair=lambda rows: rows + rows % 2, name="even quantity"
    )
    schema = Schema.infer(shop, target="Class").with_constraints(even)
    model = GENERATORS["gaussian_copula"](random_state=0).fit(shop, schema=schema)
    assert model.broken_rules_ == {"even quantity": int((shop["quantity"] % 2).sum())}
    made = model.sample(300, random_state=0)
    assert (made["quantity"] % 2 == 0).all()
    keeps_rules(made)
    with pytest.raises(ConstraintError, match="code isn't written to files"):
        model.save(tmp_path / "model")
    assert not (tmp_path / "model").exists() and not list(tmp_path.iterdir())


def test_a_rule_that_few_candidates_keep_stops_with_its_rate(shop):
    never = Predicate(["price"], lambda rows: rows["price"] == shop["price"].iloc[0], name="one price")
    model = GENERATORS["gaussian_copula"](random_state=0).fit(
        shop, schema=Schema.infer(shop, target="Class").with_constraints(never)
    )
    model.schema_ = model.schema_.with_column("price", bounds=(0, 200))
    with pytest.raises(ConstraintError, match=r"Only \d+ of 50,000 candidates keep all rules; the rule 'one price'"):
        block(lambda n, rng: pd.DataFrame({"price": rng.uniform(1, 200, n)}), 50, model._asked(None),
              model.constraints_.about(["price"]), Schema((model.schema_["price"],)), np.random.SeedSequence(0), 0,
              Effort())  # fmt: skip


# Columns that are learnt as a distance


def columns_of(frame, **kinds):
    return Schema(tuple(Column(name, kinds.get(name, Kind.INTEGER), nullable=True) for name in frame))


def test_a_close_column_is_learnt_as_its_distance_and_a_far_one_is_not():
    rng = np.random.default_rng(0)
    start = rng.integers(0, 10_000, 400) * 1.0
    coded = pd.DataFrame(
        {"start": start, "near": start + rng.integers(0, 9, 400), "far": rng.integers(10_000, 30_000, 400)}
    )
    rules = [Inequality("start", "near"), Inequality("start", "far"), Inequality("near", "far")]
    assert distance_columns(rules, coded, columns_of(coded)) == (DistanceColumn("near", "start", 0.0, 1.0),)
    strict = distance_columns([Inequality("start", "near", strict=True)], coded, columns_of(coded))
    assert strict[0].least == 1.0


@pytest.mark.parametrize("why", ["given", "target", "gap"])
def test_a_column_that_is_something_else_already_is_not(why):
    rng = np.random.default_rng(0)
    start = rng.integers(0, 10_000, 400) * 1.0
    coded = pd.DataFrame({"start": start, "near": start + rng.integers(0, 9, 400), "k": rng.integers(0, 3, 400) * 1.0})
    schema, rules = columns_of(coded), [Inequality("start", "near")]
    if why == "given":
        rules.append(FunctionalDependency("k", "start"))
    if why == "target":
        schema = schema.with_column("near", role="target")
    if why == "gap":
        coded.loc[0, "start"] = np.nan  # without a start its end could not be told
    assert distance_columns(rules, coded, schema) == ()


def test_distances_go_there_and_back():
    coded = pd.DataFrame({"start": [1.0, 5.0, np.nan], "end": [3.0, np.nan, np.nan]})
    schema = columns_of(coded)
    distances = (DistanceColumn("end", "start", 1.0, 1.0),)
    learnt = with_distances(coded, distances)
    assert learnt["end"].tolist()[0] == 2 and learnt["end"].isna().tolist() == [False, True, True]
    pd.testing.assert_frame_equal(without_distances(learnt, distances, schema), coded)
    drawn = learnt.assign(end=[0.2, 7.4, np.nan])
    assert without_distances(drawn, distances, schema)["end"].tolist()[:2] == [2.0, 12.0]


def test_a_group_is_kept_where_it_is_declared_of_two(shop):
    made = shop.assign(other=1 - shop["cash"])
    schema = Schema.infer(made, target="Class").with_constraints(OneHot(["cash", "other"]))
    drawn = sg.generators.GENERATORS["gaussian_copula"](random_state=0).fit(made, schema=schema).sample(300)
    assert (drawn["cash"] + drawn["other"] == 1).all()
