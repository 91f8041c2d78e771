"""Inequalities, ranges and signs: what holds, what mending moves, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import ConstraintError
from synthgen.table import encode, infer_schema
from synthgen.table.column import Column, Kind
from synthgen.table.constraints import Inequality, Positive, Range
from synthgen.table.schema import Schema

NAN = float("nan")


def rows(**columns):
    return {name: np.array(values, dtype=float) for name, values in columns.items()}


def test_an_inequality_holds_where_low_is_not_above_high(schema):
    given = rows(start=[1, 2, 3, NAN, 4], end=[2, 2, 1, 0, NAN])
    assert Inequality("start", "end").holds(given, schema).tolist() == [True, True, False, True, True]
    assert Inequality("start", "end", strict=True).holds(given, schema).tolist() == [True, False, False, True, True]
    assert Inequality("start", "end", strict=True).words == "start < end"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("free", [("start",), ("end",), ("start", "end")])
def test_one_of_the_two_is_moved_by_a_distance_that_others_have(mended, strict, free):
    # Every row that keeps the rule has its end 5 after its start.
    start = np.arange(40.0)
    end = np.where(start % 4 == 0, start - 3, start + 5)
    made, kept = mended(Inequality("start", "end", strict=strict), {"start": start, "end": end}, free)
    assert kept.all()
    np.testing.assert_array_equal(made["end"] - made["start"], 5)
    held = {"start", "end"} - {"end" if "end" in free else "start"}
    for name in held:
        np.testing.assert_array_equal(made[name], {"start": start, "end": end}[name])


def test_without_a_row_to_learn_a_distance_from_the_nearest_value_is_taken(mended):
    made, kept = mended(Inequality("start", "end", strict=True), {"start": [5], "end": [5]})
    assert kept.all() and made["end"].tolist() == [6]
    made, kept = mended(Inequality("price", "rate", strict=True), {"price": [5.25], "rate": [5.25]}, ("rate",))
    assert kept.all() and 5.25 < made["rate"][0] < 5.3


def test_nothing_free_changes_nothing(mended):
    made, kept = mended(Inequality("start", "end"), {"start": [5], "end": [1]}, ())
    assert not kept.any() and made["start"].tolist() == [5] and made["end"].tolist() == [1]


def test_dates_with_time_zones_are_compared_in_time():
    zoned = pd.to_datetime(["2024-03-31 01:30", "2024-03-31 03:30"]).tz_localize("Europe/Berlin")
    frame = pd.DataFrame({"start": zoned.tz_convert("UTC"), "end": zoned})
    schema = infer_schema(frame)
    coded = {name: values.to_numpy() for name, values in encode(frame, schema).items()}
    assert Inequality("start", "end").holds(coded, schema).all()
    assert not Inequality("start", "end", strict=True).holds(coded, schema).any()
    later = Range("end", low=pd.Timestamp("2024-03-31 01:00", tz="UTC"))
    assert later.holds(coded, schema).tolist() == [False, True]
    assert Range("end", low="2024-03-31 03:00").holds(coded, schema).tolist() == [False, True]  # in the column's zone


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Inequality("start", "gone"), "doesn't have"),
        (Inequality("start", "city"), "categorical"),
        (Inequality("start", "ordered"), "a date with a number"),
        (Inequality("start", "start"), "with itself"),
        (Inequality("id", "start"), "identifier"),
        (Range("start"), "no limit"),
        (Range("start", 5, 1), "can't be read or kept"),
        (Range("start", "soon"), "can't be read or kept"),
        (Range("ordered", low="yesterday"), "can't be read or kept"),
        (Range("start", 1, closed="left"), "closed must be"),
        (Range("city", 1), "categorical"),
        (Positive("ordered"), "datetime"),
    ],
    ids=lambda item: getattr(item, "words", item),
)
def test_what_a_table_cannot_have_is_refused(schema, rule, words):
    with pytest.raises(ConstraintError, match=words):
        rule.check(schema)


@pytest.mark.parametrize(
    ("closed", "kept"),
    [("both", [0, 1, 1, 1, 0, 1]), ("low", [0, 1, 1, 0, 0, 1]), ("high", [0, 0, 1, 1, 0, 1]),
     ("neither", [0, 0, 1, 0, 0, 1])],
)  # fmt: skip
def test_the_ends_of_a_range(schema, closed, kept):
    given = rows(start=[17, 18, 30, 65, 66, NAN])
    assert Range("start", 18, 65, closed=closed).holds(given, schema).tolist() == [bool(k) for k in kept]


def test_a_range_of_dates_as_text(schema):
    day = 86_400_000_000.0
    given = rows(ordered=[0, day, 2 * day])
    assert Range("ordered", "1970-01-02").holds(given, schema).tolist() == [False, True, True]
    assert Range("ordered", high="1970-01-02", closed="neither").holds(given, schema).tolist() == [True, False, False]


def test_a_range_is_mended_with_values_of_rows_that_keep_it_or_the_nearest_limit(mended):
    made, kept = mended(Range("start", 10, 20), {"start": [1, 12, 99]})
    assert kept.all() and made["start"].tolist() == [12, 12, 12]
    made, kept = mended(Range("start", 10, 20, closed="neither"), {"start": [1, 99]})
    assert kept.all() and made["start"].tolist() == [11, 19]


def test_donors_are_of_the_same_class():
    schema = Schema((
        Column("x", Kind.INTEGER), Column("y", Kind.BOOLEAN, role="target", categories=(0, 1)),
    ))  # fmt: skip
    given = rows(x=[5, 50, -1, -1], y=[0, 1, 1, 0])
    Range("x", low=0).mend(given, np.array([2, 3]), frozenset({"x"}), schema, np.random.default_rng(0))
    assert given["x"].tolist() == [5, 50, 50, 5]


def test_positive_is_above_zero_or_at_it(schema):
    given = rows(price=[-0.01, 0, 0.01, NAN])
    assert Positive("price").holds(given, schema).tolist() == [False, False, True, True]
    assert Positive("price", strict=False).holds(given, schema).tolist() == [False, True, True, True]
    assert (Positive("price").words, Positive("price", strict=False).words) == ("price > 0", "price >= 0")


def test_positive_is_mended_to_the_next_value_of_the_column(mended):
    made, kept = mended(Positive("price"), {"price": [-3.0]})
    assert kept.all() and made["price"].tolist() == [0.01]
