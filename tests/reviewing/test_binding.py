"""A sheet knows the rows it was made of, and gives nothing of them away."""

from __future__ import annotations

import pandas as pd

from synthgen.reviewing.binding import Binding

ROWS = pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "c"]})
LINES = [(1, 2, "typical"), (2, 0, "edge of a rule")]


def test_it_knows_its_rows_however_they_are_stored():
    bound = Binding.of(ROWS, LINES)
    assert bound.is_of(ROWS)
    assert bound.is_of(ROWS.astype({"x": float, "y": "category"}).set_axis([7, 8, 9]))


def test_it_knows_other_rows_order_and_names_for_what_they_are():
    bound = Binding.of(ROWS, LINES)
    others = [ROWS[::-1], ROWS[:2], ROWS[["y", "x"]], ROWS.replace("a", "d"), ROWS.rename(columns={"x": "z"})]
    assert not any(bound.is_of(other) for other in others)


def test_it_knows_its_lines_in_any_order():
    bound = Binding.of(ROWS, LINES)
    assert bound.has(LINES[::-1])
    assert not bound.has([(1, 1, "typical"), LINES[1]])
    assert not bound.has([(1, 2, "nearest to a real row"), LINES[1]])
    assert not bound.has(LINES[:1])


def test_no_two_sheets_have_a_digest_in_common():
    one, two = (str(Binding.of(ROWS, LINES)).split(":") for _ in range(2))
    assert one[0] == two[0]
    assert not set(one[1:4]) & set(two[1:4])


def test_it_is_read_as_it_was_written_and_nothing_else_is():
    bound = Binding.of(ROWS, LINES)
    assert Binding.read(str(bound)) == bound
    for text in ("", "synthgen-review-1", str(bound)[:-1] + "x", str(bound).upper(), f"{bound}\n", f"={bound}"):
        assert Binding.read(text) is None
