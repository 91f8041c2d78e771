"""Rules under a condition, and conditions written down."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import ConstraintError
from synthgen.table.column import Column, Kind
from synthgen.table.constraints import When
from synthgen.table.constraints.conditional import any_allowed, read, said
from synthgen.table.schema import Schema

NAN = float("nan")
DAY = 86_400_000_000


def rows(**columns):
    return {name: np.array(values, dtype=float) for name, values in columns.items()}


def test_only_rows_that_meet_the_condition_can_break_it(schema):
    rule = When({"status": "!= closed"}, {"end": None})
    assert rule.words == "end is null where status != closed"
    given = rows(status=[0, 0, 1, 2, NAN], end=[1, NAN, NAN, 5, 5])
    assert rule.holds(given, schema).tolist() == [True, True, True, False, True]


def test_several_conditions_are_all_needed(schema):
    rule = When({"status": ["open", "waiting"], "price": ">= 100"}, {"end": "not null", "quantity": "> 2"})
    given = rows(
        status=[1, 1, 1, 0, 2], price=[99, 100, 100, 500, 100], end=[NAN, NAN, 1, NAN, 1], quantity=[0, 3, 3, 0, 2]
    )
    assert rule.holds(given, schema).tolist() == [True, False, True, True, False]


def test_conditions_outside_what_the_column_has_had_are_no_mistake(schema):
    rule = When({"price": ">= 9000"}, {"quantity": 1})
    rule.check(schema)
    assert rule.holds(rows(price=[100.0], quantity=[5.0]), schema).all()


def test_a_value_is_taken_away_or_given_by_a_row_that_has_one(mended):
    rule = When({"status": "!= closed"}, {"end": None})
    made, kept = mended(rule, {"status": [1.0], "end": [5.0]})
    assert kept.all() and np.isnan(made["end"][0])
    rule = When({"status": "closed"}, {"end": "not null"})
    made, kept = mended(rule, {"status": [0.0, 0, 1], "end": [NAN, 7, 9]})
    assert kept.all() and made["end"][0] in (7, 9)


def test_where_what_follows_is_fixed_the_condition_is_made_false(mended):
    rule = When({"status": "closed"}, {"end": "not null"})
    made, kept = mended(rule, {"status": [0.0, 2], "end": [NAN, 3]}, ("status",))
    assert kept.all() and made["status"].tolist() == [2, 2]


def test_without_a_row_to_take_it_from_any_allowed_value_is_given(mended):
    rule = When({"status": "closed"}, {"quantity": "> 8"})
    made, kept = mended(rule, {"status": [0.0], "quantity": [1.0]}, ("quantity",))
    assert kept.all() and made["quantity"][0] == 9


def test_a_label_that_looks_like_a_word_of_ours_is_a_label():
    schema = Schema((
        Column("a", Kind.CATEGORICAL, categories=("null", "not null", ">50K")),
        Column("x", Kind.INTEGER, nullable=True),
    ))  # fmt: skip
    given = rows(a=[0, 1, 2, NAN], x=[NAN, 5, NAN, 5])
    assert When({"a": "null"}, {"x": "null"}).holds(given, schema).tolist() == [True, True, True, True]
    assert When({"a": "not null"}, {"x": "null"}).holds(given, schema).tolist() == [True, False, True, True]
    assert When({"a": ">50K"}, {"x": "not null"}).holds(given, schema).tolist() == [True, True, False, True]


@pytest.mark.parametrize(
    ("condition", "then"),
    [({}, {"end": None}), ({"status": "open"}, {}), ("status", {"end": None}), ({"end": 1}, {"end": 2}),
     (None, {"end": None})],
)  # fmt: skip
def test_two_mappings_of_different_columns_are_needed(condition, then):
    with pytest.raises(ConstraintError):
        When(condition, then)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (When({"status": "shut"}, {"end": None}), "can't be read or kept"),
        (When({"status": "open"}, {"ordered": "> soon"}), "can't be read or kept"),
        (When({"status": "> open"}, {"end": None}), "can't be read or kept"),
        (When({"gone": 1}, {"end": None}), "doesn't have"),
        (When({"id": "A"}, {"end": None}), "identifier"),
    ],
    ids=lambda item: getattr(item, "words", item),
)
def test_conditions_that_a_column_can_not_have(schema, rule, words):
    with pytest.raises(ConstraintError, match=words):
        rule.check(schema)


@pytest.mark.parametrize(
    ("value", "words", "plain"),
    [
        (None, "is null", None),
        ("not null", "is not null", "not null"),
        (slice(None), "is not null", "not null"),
        (slice(2, 5), ">= 2 and < 5", ">= 2 and < 5"),
        (pd.Interval(2, 5), "> 2 and <= 5", "> 2 and <= 5"),
        ([2, None], "in 2, null", [2, None]),
        ({3}, "in 3", [3]),
        (range(2, 4), "in 2, 3", [2, 3]),
        (np.array([2.0, np.nan]), "in 2.0, nan", [2.0, None]),
        (np.int64(3), "= 3", 3),
        (">= 3", ">= 3", ">= 3"),
    ],
)
def test_conditions_are_said_and_written(schema, value, words, plain):
    assert said({"start": value}) == f"start {words}"
    rule = When({"start": value}, {"end": "> 0"})
    data = json.loads(json.dumps(rule.to_dict()))
    assert data["condition"].get("start") == plain
    again = When.from_dict(data)
    given = rows(start=[1, 2, 3, 5, NAN], end=[-1, -1, -1, -1, -1])
    assert again.holds(given, schema).tolist() == rule.holds(given, schema).tolist()


@pytest.mark.parametrize("value", [pd.Timestamp("1970-01-03"), dt.date(1970, 1, 3)])
def test_dates_are_written_as_text(value):
    schema = Schema((Column("d", Kind.DATETIME, resolution=DAY), Column("x", Kind.INTEGER)))
    rule = When({"d": value}, {"x": 1})
    again = When.from_dict(json.loads(json.dumps(rule.to_dict())))
    given = rows(d=[DAY, 2 * DAY], x=[0, 0])
    assert again.holds(given, schema).tolist() == rule.holds(given, schema).tolist() == [True, False]


def test_any_allowed_value_is_on_the_grid_and_within_bounds(schema, rng):
    for condition, low, high in ((">= 2 and < 4", 2, 3), ("> 8", 9, 9), ("> 20", 21, 21), ("< -5", -6, -6)):
        allowed = read({"quantity": condition}, schema)["quantity"]
        values = any_allowed(allowed, "quantity", 50, schema, rng)
        assert allowed.accepts(values).all() and values.min() >= low and values.max() <= high
        np.testing.assert_array_equal(values, np.rint(values))
