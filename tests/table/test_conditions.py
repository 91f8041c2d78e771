"""Conditions: what each way to say one means, and that what can't be met or read is refused in words."""

from __future__ import annotations

import datetime as dt
import operator
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen.errors import ConditionError
from synthgen.table import encode, infer_schema
from synthgen.table.column import Column, Kind, Role, Storage
from synthgen.table.conditions import Allowed, Interval, allowed_values, label_code, target_codes
from synthgen.table.schema import Schema

DAY = 86_400_000_000
NAN = float("nan")

AGE = Column("age", Kind.INTEGER, bounds=(17.0, 90.0), nullable=True)
PRICE = Column("price", Kind.CONTINUOUS, decimals=2, bounds=(-5.0, 500.0))
RATE = Column("rate", Kind.CONTINUOUS)
PAY = Column("pay", Kind.CATEGORICAL, categories=("<=50K", ">50K"))
ODD = Column(
    "odd", Kind.CATEGORICAL, categories=("1", "A", "A and B", "B", "and", "!= B", " x", "A, > B"), nullable=True
)
MIXED = Column("mixed", Kind.CATEGORICAL, categories=(True, 1.0, 1, "1", "one"), storage=Storage(python_type="mixed"))
FLAG = Column("flag", Kind.BOOLEAN, categories=(False, True))
SEEN = Column("seen", Kind.DATETIME, bounds=(0.0, 2e15), storage=Storage("datetime64[us]"))


def words(item: object) -> str:
    """A name for a test's case."""
    text = "" if isinstance(item, int) and item > 1e300 else repr(item)
    return type(item).__name__ if not text or "\n" in text or " at 0x" in text else text


def allowed(column: Column, condition: object) -> Allowed:
    return allowed_values({column.name: condition}, Schema((column,)))[column.name]


def accepted(column: Column, condition: object, *values: float) -> list[float]:
    """Those of the values that meet the condition; "gap" stands for a missing one."""
    kept = allowed(column, condition).accepts(np.array(values, dtype=float))
    return ["gap" if np.isnan(v) else v for v, keep in zip(values, kept, strict=True) if keep]


def refusal(column: Column, condition: object) -> str:
    with pytest.raises(ConditionError) as caught:
        allowed(column, condition)
    assert repr(column.name) in str(caught.value)
    assert caught.type is ConditionError
    return str(caught.value)


def labels(column: Column, condition: object) -> list:
    codes = allowed(column, condition).codes
    assert codes is not None and codes.dtype == np.float64
    assert codes.tolist() == sorted(set(codes.tolist()))
    return [column.categories[int(code)] for code in codes]


# Numbers


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        (40, [40]),
        ("40", [40]),
        (" 40.0 ", [40]),
        (np.int8(40), [40]),
        (Decimal(40), [40]),
        ("== 40", [40]),
        ("=40", [40]),
        ("!= 40", [20, 39, 41, 90]),
        (">= 40", [40, 41, 90]),
        (">40", [41, 90]),
        ("<= 40", [20, 39, 40]),
        ("< 40", [20, 39]),
        (">= 39 and < 41", [39, 40]),
        (">= 39, < 41", [39, 40]),
        (">= 39 AND < 41 and != 40", [39]),
        ("> 39.5 and < 40.5", [40]),
        ([20, "90"], [20, 90]),
        ({20, 90}, [20, 90]),
        ((20,), [20]),
        (np.array([20, 90]), [20, 90]),
        (np.array(40), [40]),
        (pd.Series([20, 90]), [20, 90]),
        (["< 39", 40, "> 41"], [20, 40, 90]),
        (range(39, 41), [39, 40]),
        (range(40, 38, -1), [39, 40]),
        (range(0, 100, 20), [20, 40]),
        (slice(39, 41), [39, 40]),
        (slice(None, 40), [20, 39]),
        (slice("40", None), [40, 41, 90]),
        (slice(None), [20, 39, 40, 41, 90]),
        (pd.Interval(39, 41), [40, 41]),
        (pd.Interval(39, 41, closed="both"), [39, 40, 41]),
        (pd.Interval(39, 41, closed="neither"), [40]),
        (pd.Interval(40, np.inf, closed="left"), [40, 41, 90]),
        (pd.Interval(-np.inf, 40, closed="left"), [20, 39]),
        (None, ["gap"]),
        (NAN, ["gap"]),
        (pd.NA, ["gap"]),
        ([None, 40], [40, "gap"]),
        ([NAN], ["gap"]),
    ],
    ids=words,
)
def test_each_way_to_say_a_condition_on_numbers(condition, kept):
    assert accepted(AGE, condition, 20, 39, 40, 41, 90, NAN) == kept


def test_intervals_are_disjoint_and_ascending():
    found = allowed(AGE, ["> 60", 20, "<= 61", 61]).intervals
    assert found == (Interval(-np.inf, np.inf, False, False),)
    assert allowed(AGE, [50, ">= 70 and < 80", 20]).intervals == (
        Interval(20, 20),
        Interval(50, 50),
        Interval(70, 80, True, False),
    )
    assert allowed(AGE, ["< 40", "> 40"]).intervals == (
        Interval(-np.inf, 40, False, False),
        Interval(40, np.inf, False, False),
    )
    assert allowed(AGE, None).intervals == ()
    assert allowed(AGE, None).codes is None and allowed(AGE, None).missing


def test_equality_is_meant_on_the_grid():
    assert accepted(PRICE, 0.1 + 0.2, 0.3, 0.31) == [0.3]
    assert accepted(PRICE, "<= 0.30", 0.29, 0.3, 0.31) == [0.29, 0.3]
    assert accepted(PRICE, f"< {0.1 + 0.2!r}", 0.29, 0.3) == [0.29]
    assert accepted(RATE, 0.1 + 0.2, 0.3, 0.1 + 0.2) == [0.1 + 0.2]
    for condition in (40.5, "40.5", "== 40.5", "!= 40.5", [40, 40.5]):
        assert "whole numbers" in refusal(AGE, condition)
    assert "2 decimals" in refusal(PRICE, 0.125)
    assert "2 days" not in refusal(replace(SEEN, resolution=DAY), "2024-01-01 10:00")
    assert "1 days" in refusal(replace(SEEN, resolution=DAY), "2024-01-01 10:00")


def test_numbers_that_are_narrow_mean_what_their_cells_hold():
    frame = pd.DataFrame({"x": np.array([0.1, 0.2, 0.3, 0.7], dtype=np.float32)})
    schema = infer_schema(frame)
    assert schema["x"].decimals == 1
    cells = encode(frame, schema)["x"].to_numpy()
    for values in (cells, np.array([0.1, 0.2, 0.3, 0.7])):  # as encoded, and as rounded by a generator
        for condition, kept in [
            (0.2, [1]), ("0.2", [1]), (np.float32(0.2), [1]), ("!= 0.2", [0, 2, 3]), ("<= 0.2", [0, 1]),
            ("< 0.2", [0]), (">= 0.2", [1, 2, 3]), ("> 0.2", [2, 3]), (slice(0.2, 0.3), [1]),
        ]:  # fmt: skip
            accepts = allowed_values({"x": condition}, schema)["x"].accepts(values)
            assert np.flatnonzero(accepts).tolist() == kept, condition


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([Decimal("0.10"), Decimal("2.50"), None], dtype=object),
        pd.Series([Decimal("0.10"), Decimal("2.50"), None], dtype=pd.ArrowDtype(pa.decimal128(10, 2))),
        pd.Series(["0.10", "2.50", "?"]),
        pd.Series(pa.array([0.1, 2.5, None]), dtype=pd.ArrowDtype(pa.float64())),
        pd.Series([0.1, 2.5, None], dtype="Float64"),
        pd.to_timedelta([0.1, 2.5, None], unit="s").to_series(),
    ],
    ids=["Decimal", "Arrow decimal", "text", "Arrow", "nullable", "duration"],
)  # fmt: skip
def test_however_numbers_are_stored(cells):
    frame = pd.DataFrame({"x": cells.to_numpy() if cells.dtype.kind == "m" else cells.array})
    schema = infer_schema(frame)
    values = encode(frame, schema)["x"].to_numpy()
    for condition, kept in [
        (2.5, [1]), ("2.50", [1]), (Decimal("2.5"), [1]), ("<= 0.1", [0]), (slice(0, 1), [0]), ([None, 0.1], [0, 2]),
    ]:  # fmt: skip
        assert np.flatnonzero(allowed_values({"x": condition}, schema)["x"].accepts(values)).tolist() == kept


def test_the_text_that_stands_for_missing_means_missing():
    column = replace(PRICE, nullable=True, storage=Storage(as_text=True, missing_token="?"))
    assert accepted(column, ["?", 3], 3, 4, NAN) == [3, "gap"]
    assert "None for missing" in refusal(column, ">= ?")


def test_durations_are_seconds_or_said_as_durations():
    wait = Column("wait", Kind.CONTINUOUS, decimals=0, storage=Storage("timedelta64[ns]"))
    for condition in (7200, "7200", "2h", "0 days 02:00:00", dt.timedelta(hours=2), np.timedelta64(2, "h")):
        assert accepted(wait, condition, 7199, 7200, 7201) == [7200]
    assert accepted(wait, "> 1h and <= 2h", 3600, 3601, 7200) == [3601, 7200]
    assert "number" in refusal(wait, "1,5")
    assert "number" in refusal(AGE, dt.timedelta(hours=2))


# Labels


@pytest.mark.parametrize(
    ("column", "condition", "meant"),
    [
        (PAY, ">50K", [">50K"]),
        (PAY, "!= >50K", ["<=50K"]),
        (PAY, "== <=50K", ["<=50K"]),
        (PAY, [">50K", "<=50K"], ["<=50K", ">50K"]),
        (ODD, "and", ["and"]),
        (ODD, "== and", ["and"]),
        (ODD, 1, ["1"]),
        (ODD, "A and B", ["A and B"]),
        (ODD, "!= B", ["!= B"]),
        (ODD, "!=B", ["1", "A", "A and B", "and", "!= B", " x", "A, > B"]),
        (ODD, "!= A and B", ["1", "A", "B", "and", "!= B", " x", "A, > B"]),
        (ODD, "!= A and != B", ["1", "A and B", "and", "!= B", " x", "A, > B"]),
        (ODD, "== A, > B", ["A, > B"]),
        (ODD, " x", [" x"]),
        (ODD, "==  x", [" x"]),
        (ODD, [1, "!=A and !=1"], ["1", "A and B", "B", "and", "!= B", " x", "A, > B"]),
        (MIXED, True, [True]),
        (MIXED, np.True_, [True]),
        (MIXED, 1, [1]),
        (MIXED, 1.0, [1.0]),
        (MIXED, np.int64(1), [1]),
        (MIXED, "1", ["1"]),
        (MIXED, "True", [True]),
        (MIXED, "1.0", [1.0]),
        (FLAG, True, [True]),
        (FLAG, "False", [False]),
        (FLAG, 1, [True]),
        (FLAG, "!= True", [False]),
        (Column("k", Kind.CATEGORICAL, categories=(1, 2, 3, 5)), range(1, 4), [1, 2, 3]),
        (Column("k", Kind.CATEGORICAL, categories=(1, 2, 3, 5)), ["3", 5.0], [3, 5]),
    ],
    ids=words,
)
def test_labels(column, condition, meant):
    found = labels(column, condition)
    assert found == meant
    assert [type(label) for label in found] == [type(label) for label in meant]


def test_labels_accept_codes_and_missing():
    assert accepted(ODD, ["A", None], 0, 1, 2, NAN) == [1, "gap"]
    assert accepted(ODD, None, 0, 1, NAN) == ["gap"]
    assert accepted(ODD, "!= A", 0, 1, 2, NAN) == [0, 2]
    assert allowed(ODD, "A").intervals == ()


@pytest.mark.parametrize(
    "condition", ["> A", ">= 1 and < 2", slice("A", "B"), pd.Interval(0, 1), "== A and > B", slice(None)]
)
def test_labels_have_no_order(condition):
    assert "no order" in refusal(ODD, condition)


def test_an_ordered_category_has_no_order_here_either():
    assert "no order" in refusal(replace(PAY, storage=Storage("category", ordered=True)), "> <=50K")


@pytest.mark.parametrize(
    "condition", ["C", "!= C", 7, ["A", "C"], object(), range(3), 10**5000, {"a": 1}, dt.date.min], ids=words
)
def test_unknown_labels(condition):
    assert "no class" in refusal(ODD, condition)


def test_label_codes_tell_equal_numbers_apart_by_type():
    assert [label_code(label, MIXED) for label in (True, 1.0, 1, "1", "one")] == [0, 1, 2, 3, 4]


# Dates and times


def micros(text: str) -> float:
    return float(np.datetime64(text, "us").astype(np.int64))


@pytest.mark.parametrize(
    "moment",
    [
        "2024-01-31", "2024-01-31 00:00", "2024-01-31T00:00:00.000", "31.01.2024", dt.date(2024, 1, 31),
        dt.datetime(2024, 1, 31), pd.Timestamp("2024-01-31"), np.datetime64("2024-01-31"),
        np.datetime64("2024-01-31T00:00", "ns"), ["2024-01-31"], np.array(["2024-01-31"], dtype="M8[s]"),
    ],
    ids=words,
)  # fmt: skip
def test_each_way_to_say_a_moment(moment):
    day = micros("2024-01-31")
    assert accepted(SEEN, moment, day - 1, day, day + 1, NAN) == [day]


@pytest.mark.parametrize(
    "condition",
    [
        ">= 2024-01-31 and < 2024-02-02",
        slice("2024-01-31", dt.date(2024, 2, 2)),
        pd.Interval(pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-02"), closed="left"),
    ],
    ids=words,
)
def test_moments_have_an_order(condition):
    days = [micros(day) for day in ("2024-01-30", "2024-01-31", "2024-02-01", "2024-02-02")]
    assert accepted(SEEN, condition, *days) == days[1:3]


def test_a_condition_means_the_same_as_a_cell_in_a_time_zone():
    stamps = pd.date_range("2024-01-01", periods=4, freq="12h", tz="Europe/Berlin")
    for cells in (
        stamps.to_series(index=range(4)),
        pd.Series(stamps).astype(pd.ArrowDtype(pa.timestamp("us", tz="Europe/Berlin"))),
    ):
        frame = pd.DataFrame({"seen": cells})
        schema = infer_schema(frame)
        values = encode(frame, schema)["seen"].to_numpy()
        same_moment = ["2024-01-02", "2024-01-01T23:00Z", stamps[2], stamps[2].tz_convert("Asia/Tokyo"), "02.01.2024"]
        for condition in [*same_moment, stamps[2].to_pydatetime(), dt.date(2024, 1, 2), np.datetime64("2024-01-02")]:
            accepts = allowed_values({"seen": condition}, schema)["seen"].accepts(values)
            assert accepts.tolist() == [False, False, True, False], condition
        accepts = allowed_values({"seen": "< 2024-01-02"}, schema)["seen"].accepts(values)
        assert accepts.tolist() == [True, True, False, False]


def test_a_clock_that_shows_a_time_twice_or_never():
    column = replace(SEEN, bounds=None, storage=Storage("datetime64[us, Europe/Berlin]"))
    for condition in ("2024-10-27 02:30", ">= 2024-03-31 02:30"):
        assert "offset" in refusal(column, condition)
    assert accepted(column, "2024-10-27 02:30+02:00", micros("2024-10-27T00:30"), micros("2024-10-27T01:30")) == [
        micros("2024-10-27T00:30")
    ]


def test_a_time_zone_where_the_column_has_none():
    for condition in ("2024-01-31T00:00Z", pd.Timestamp("2024-01-31", tz="UTC")):
        assert "without a time zone" in refusal(SEEN, condition)


@pytest.mark.parametrize(
    ("text_format", "written"),
    [
        ("%d/%m/%Y", "05/03/2024"),
        ("%m/%d/%Y", "03/05/2024"),
        ("%-d.%-m.%Y", "5.3.2024"),
        ("%Y-%m-%dT%H:%M:%SZ", "2024-03-05T00:00:00Z"),
        ("%b %d, %Y", "Mar 05, 2024"),
    ],
)
def test_dates_stored_as_text_may_be_said_as_their_cells_are_or_in_iso(text_format, written):
    column = replace(SEEN, storage=Storage("object", "str", as_text=True, text_format=text_format))
    day = micros("2024-03-05")
    for text in (written, "2024-03-05", "2024-03-05 00:00", dt.date(2024, 3, 5)):
        assert accepted(column, text, day - DAY, day, day + DAY) == [day]
    assert accepted(column, f">= {written}", day - DAY, day, day + DAY) == [day, day + DAY]
    assert accepted(column, f">= {written}, != {written}", day - DAY, day, day + DAY) == [day + DAY]


@pytest.mark.parametrize("condition", ["05/03/2024", "2024", "now", "today", "2024-13-01", 5, 1.5, True, dt.time(3)])
def test_what_is_no_moment(condition):
    assert "2024-01-31" in refusal(SEEN, condition)


# What can't be met or read


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ([], "no value"),
        (set(), "no value"),
        (np.array([]), "no value"),
        (range(5, 5), "No value"),
        (slice(40, 40), "No value"),
        (slice(50, 40), "No value"),
        (pd.Interval(40, 40, closed="neither"), "No value"),
        (">= 50 and < 40", "No value"),
        (">= 40 and < 40", "No value"),
        ("== 40 and != 40", "No value"),
        ("> 40 and < 41", "No value"),
        ([40, "> 40 and < 41"], "No value"),
        (16, "below"),
        ("< 17", "below"),
        ("> 90", "above"),
        ([91, 95], "above"),
        ([16, 91], "outside"),
        ("twenty", "can't be read"),
        (">", "can't be read"),
        ("! 5", "can't be read"),
        (">= 40 and", "can't be read"),
        (">= 40 or < 20", "can't be read"),
        ("=> 40", "can't be read"),
        ("1,5", "can't be read"),
        ("", "can't be read"),
        (True, "can't be read"),
        (b"40", "can't be read"),
        ({"low": 1}, "can't be read"),
        (1j, "can't be read"),
        (np.inf, "can't be read"),
        (">= inf", "can't be read"),
        ("1e400", "can't be read"),
        (10**400, "can't be read"),
        (10**5000, "can't be read"),
        (dt.date(2024, 1, 31), "can't be read"),
        (slice(NAN, 40), "can't be read"),
        (slice(0, 40, 2), "step"),
        (range(0, 10**12, 2), "range"),
        ([[40]], "list within a list"),
        (">= nan", "None for missing"),
        ("!= None", "None for missing"),
    ],
    ids=words,
)
def test_conditions_on_numbers_that_are_refused(condition, words):
    assert words in refusal(AGE, condition)


def test_a_range_is_for_whole_numbers():
    for column in (PRICE, SEEN):
        assert "slice" in refusal(column, range(3))


def test_only_a_nullable_column_can_be_asked_for_missing_values():
    for column in (PRICE, PAY, FLAG, SEEN):
        for condition in (None, [None], pd.NaT):
            assert "missing" in refusal(column, condition)


@pytest.mark.parametrize("kind", [Kind.IDENTIFIER, Kind.TEXT])
def test_identifiers_and_text_take_no_condition(kind):
    assert str(kind) in refusal(Column("who", kind), "Anna")


def test_an_unknown_column_is_answered_with_those_there_are():
    with pytest.raises(ConditionError, match=r"'agee'.*age, pay"):
        allowed_values({"agee": 1}, Schema((AGE, PAY)))
    with pytest.raises(ConditionError, match="list"):
        allowed_values([("age", 1)], Schema((AGE,)))  # type: ignore[arg-type]
    assert allowed_values(None, Schema((AGE,))) == {} == allowed_values({}, Schema((AGE,)))


def test_bounds_are_told_only_where_a_person_declared_them():
    secret = Column("income", Kind.INTEGER, bounds=(1234.0, 98765.0), storage=Storage("int64"))
    for condition in ("> 98765", "< 1234", 1_000_000, [1, 1_000_000]):
        words = refusal(secret, condition)
        assert "1234." not in words and "98765." not in words and "1234 " not in words
    public = replace(secret, declared=frozenset({"bounds"}))
    assert "1234 to 98765" in refusal(public, 1_000_000)
    day = replace(SEEN, bounds=(0.0, float(DAY)), declared=frozenset({"bounds"}))
    assert "1970-01-01" in refusal(day, "2024-01-31")


def test_several_columns_at_once():
    found = allowed_values({"age": ">= 40", "pay": ">50K"}, Schema((PAY, AGE)))
    assert list(found) == ["age", "pay"]
    assert found["age"].codes is None and found["pay"].intervals == ()


def test_target_codes_read_the_same_words():
    schema = Schema((replace(PAY, role=Role.TARGET), AGE))
    assert target_codes({"pay": "!= >50K"}, schema).tolist() == [0.0]
    assert target_codes({"pay": [">50K", "<=50K"]}, schema).tolist() == [0.0, 1.0]
    assert target_codes({}, schema) is None is target_codes(None, schema)
    with pytest.raises(ConditionError, match="'age'"):
        target_codes({"age": 40}, schema)
    with pytest.raises(ConditionError, match="'pay'"):
        target_codes({"pay": None}, schema)
    nullable = Schema((replace(PAY, role=Role.TARGET, nullable=True),))
    with pytest.raises(ConditionError, match="never missing"):
        target_codes({"pay": [None, ">50K"]}, nullable)


# Against plain Python

SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
parts = st.tuples(st.sampled_from(sorted(SIGNS)), st.integers(-6, 6))
texts = st.lists(parts, min_size=1, max_size=4)
cents = Column("cents", Kind.CONTINUOUS, decimals=1, nullable=True)
GRID = [*np.round(np.arange(-80, 81) / 10, 1).tolist(), NAN]


def outcome(column, condition):
    try:
        return allowed(column, condition).accepts(np.array(GRID)).tolist()
    except ConditionError:
        return [False] * len(GRID)


@settings(max_examples=300, deadline=None)
@given(alternatives=st.lists(texts, min_size=1, max_size=3), joint=st.sampled_from([" and ", ", ", ","]))
def test_accepts_agrees_with_python(alternatives, joint):
    condition = [joint.join(f"{sign} {number / 5}" for sign, number in one) for one in alternatives]
    possible = [
        [all(SIGNS[sign](value, number / 5) for sign, number in one) and value == value for value in GRID]
        for one in alternatives
    ]
    # An alternative that holds nowhere is an error, which outcome() answers as nothing at all.
    expected = np.any(possible, axis=0) if all(map(any, possible)) else np.zeros(len(GRID), dtype=bool)
    assert outcome(cents, condition) == expected.tolist()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.integers(-8, 8), st.none(), st.tuples(st.integers(-8, 8), st.integers(1, 5))), min_size=1))
def test_lists_agree_with_python(items):
    condition = [slice(item[0], sum(item)) if isinstance(item, tuple) else item for item in items]

    def meets(value, item):
        if item is None or value != value:
            return item is None and value != value
        return item[0] <= value < sum(item) if isinstance(item, tuple) else value == item

    assert outcome(cents, condition) == [any(meets(value, item) for item in items) for value in GRID]


anything = st.one_of(
    st.text(), st.text("<>=!0123456789 .,and-:T", max_size=20), st.floats(), st.integers(), st.binary(), st.datetimes()
)


@settings(max_examples=300, deadline=None)
@given(condition=anything, column=st.sampled_from([AGE, PRICE, RATE, PAY, ODD, MIXED, FLAG, SEEN]))
def test_whatever_is_said_is_met_or_refused_in_words(condition, column):
    try:
        found = allowed(column, condition)
    except ConditionError:
        refusal(column, condition)
    else:
        assert found.accepts(np.array([0.0, 1.0, NAN])).dtype == bool
