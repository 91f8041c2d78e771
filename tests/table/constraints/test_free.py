"""Regular expressions, and rules in Python."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import ConstraintError
from synthgen.table import encode, infer_schema
from synthgen.table.constraints import Pattern, Predicate
from synthgen.table.constraints.reading import constraints_of

NAN = float("nan")


def rows(**columns):
    return {name: np.array(values, dtype=float) for name, values in columns.items()}


def test_a_pattern_is_matched_from_end_to_end(schema):
    # Of Oslo, Bergen and Rome, only Rome has exactly four letters that end in e.
    assert Pattern("city", "...e").holds(rows(city=[0, 1, 2, NAN]), schema).tolist() == [False, False, True, True]
    assert not Pattern("city", "Os").holds(rows(city=[0]), schema).any()


def test_identifiers_are_matched_as_they_are(schema):
    given = {"id": np.array(["A1", "A12", None, "a1"], dtype=object)}
    assert Pattern("id", r"[A-Z]\d").holds(given, schema).tolist() == [True, False, True, False]


def test_a_label_that_does_not_match_is_exchanged(mended):
    made, kept = mended(Pattern("city", "R.*|O.*"), {"city": [1.0, 0, 0]})
    assert kept.all() and made["city"].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("rule", "words"),
    [(Pattern("city", "[a"), "isn't a regular expression"), (Pattern("city", "\\d+"), "No label"),
     (Pattern("start", "1"), "integer"), (Pattern("gone", "1"), "doesn't have")],
)  # fmt: skip
def test_patterns_that_can_not_be(schema, rule, words):
    with pytest.raises(ConstraintError, match=words):
        rule.check(schema)


@pytest.fixture
def frame():
    return pd.DataFrame({
        "low": [1, 2, 30], "high": [2, 3, 5], "day": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
        "pay": ["cash", "card", "cash"],
    })  # fmt: skip


def coded(frame):
    schema = infer_schema(frame)
    return {name: values.to_numpy(copy=True) for name, values in encode(frame, schema).items()}, schema


def test_the_function_sees_rows_as_the_table_has_them(frame):
    seen = []

    def look(given):
        seen.append(given.dtypes.astype(str).to_dict())
        return given["low"] < given["high"]

    given, schema = coded(frame)
    assert Predicate(["low", "high", "day", "pay"], look).holds(given, schema).tolist() == [True, True, False]
    assert seen[0]["low"] == "int64" and seen[0]["day"].startswith("datetime64")


@pytest.mark.parametrize("kept", [[True, None, True], pd.array([True, pd.NA, True])])
def test_what_is_not_known_is_not_kept(frame, kept):
    given, schema = coded(frame)
    assert Predicate(["low"], lambda rows: kept).holds(given, schema).tolist() == [True, False, True]


@pytest.mark.parametrize("answer", [True, [1, 2, 3], [True], "yes", None, [[True], [True], [True]]])
def test_another_answer_is_refused(frame, answer):
    given, schema = coded(frame)
    with pytest.raises(ConstraintError, match="must return True or False"):
        Predicate(["low"], lambda rows: answer).holds(given, schema)


def test_an_error_of_the_function_shows_no_value(frame):
    def fail(rows):
        raise ValueError(f"bad value {rows['low'].iloc[2]}")

    given, schema = coded(frame)
    with pytest.raises(ConstraintError, match="stopped with ValueError") as error:
        Predicate(["low"], fail).holds(given, schema)
    assert "30" not in str(error.value)


def test_a_repair_changes_free_columns_only(frame):
    given, schema = coded(frame)
    rule = Predicate(
        ["low", "high"], lambda rows: rows["low"] < rows["high"], repair=lambda rows: rows.assign(low=0, high=99)
    )
    rule.mend(given, np.array([2]), frozenset({"low"}), schema, np.random.default_rng(0))
    assert given["low"].tolist() == [1, 2, 0] and given["high"].tolist() == [2, 3, 5]


def test_without_a_repair_rows_are_left(frame):
    given, schema = coded(frame)
    rule = Predicate(["low", "high"], lambda rows: rows["low"] < rows["high"])
    rule.mend(given, np.array([2]), frozenset({"low", "high"}), schema, np.random.default_rng(0))
    assert given["low"].tolist() == [1, 2, 30]


@pytest.mark.parametrize(
    ("repair", "words"),
    [(lambda rows: None, "must return a DataFrame"), (lambda rows: rows[:0], "of 1 rows"),
     (lambda rows: rows[["low"]], "with the columns"), (lambda rows: rows.assign(pay="gold"), "another kind")],
)  # fmt: skip
def test_a_repair_that_gives_something_else_is_refused(frame, repair, words):
    given, schema = coded(frame)
    rule = Predicate(["low", "pay"], lambda rows: rows["low"] < 9, repair=repair)
    with pytest.raises(ConstraintError, match=words):
        rule.mend(given, np.array([2]), frozenset({"low", "pay"}), schema, np.random.default_rng(0))


def test_code_is_not_written_to_files_nor_read_from_them():
    rule = Predicate(["low"], lambda rows: rows["low"] > 0, name="low is fine")
    with pytest.raises(ConstraintError, match="code isn't written to files"):
        rule.to_dict()
    with pytest.raises(ConstraintError):
        constraints_of([{"rule": "Predicate", "names": ["low"], "function": "print"}])
    with pytest.raises(ConstraintError, match="takes functions"):
        Predicate(["low"], "print")
