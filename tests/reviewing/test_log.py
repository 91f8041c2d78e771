"""The log of a review: what it holds, what it warns of, and that it is read back whole or not at all."""

from __future__ import annotations

import json

import pytest

from synthgen.errors import FileError
from synthgen.reviewing import read_decisions, read_log

from .sheets import filled, review_of, table

MADE = table()


def a_log(*words):
    return read_decisions(filled(review_of(MADE), *words), MADE, "Ada")


def test_it_comes_back_from_json_as_it_was():
    log = a_log("accept", "refuse", "accept")
    assert read_log(json.loads(json.dumps(log.to_dict())), len(MADE)) == log


def test_it_holds_no_cell_and_no_comment():
    review = review_of(MADE)
    written = json.dumps(read_decisions(filled(review, "accept").assign(comment="secret"), MADE, "Ada").to_dict())
    assert "secret" not in written
    assert not [value for value in MADE["shop"] if len(value) > 3 and value in written]


def test_a_log_that_was_tampered_with_is_refused():
    whole = a_log("refuse").to_dict()
    wrong = [
        None, [], {}, {**whole, "refused_rows": [99]}, {**whole, "refused_rows": [0, 0, 1, 2]},
        {**whole, "refused_rows": ["0"] * 4}, {**whole, "refused": 3}, {**whole, "groups": 1},
        {**whole, "refused_rows": 4},
        {key: value for key, value in whole.items() if key != "sheet"},
    ]  # fmt: skip
    for value in wrong:
        with pytest.raises(FileError):
            read_log(value, len(MADE))


def test_rows_drawn_at_random_speak_for_those_that_nobody_saw():
    # One of two: Clopper and Pearson's 95 % interval is 1.3 % to 98.7 %.
    assert "1 of 2 rows that were drawn at random, so from 1.3% to 99%" in a_log("refuse", "accept").warning
    assert a_log("accept", "accept", "refuse").warning == ""
    assert a_log("accept", "accept", "refuse").words.endswith("2 refused and left out")
    assert a_log("accept").words.endswith("none refused")
