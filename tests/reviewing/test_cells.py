"""Cells are harmless, readable, and recognised when a program has saved them its own way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from synthgen.reviewing.cells import harmless, one_line, text_of, unchanged

VALUES = [
    (1, "1"), (1.0, "1"), (-0.0, "0"), (0.1 + 0.2, "0.3"), (1.359807133672, "1.35980713"), (1e300, "1e+300"),
    (float("nan"), ""), (float("inf"), "inf"), (None, ""), (pd.NA, ""), (pd.NaT, ""), (True, "True"),
    (np.bool_(False), "False"), (np.int64(7), "7"), (np.float32(0.5), "0.5"), (Decimal("1.50"), "1.5"),
    (pd.Timestamp("2024-03-05"), "2024-03-05"), (pd.Timestamp("2024-03-05 13:45"), "2024-03-05 13:45:00"),
    (dt.date(2024, 3, 5), "2024-03-05"), ("a\nb\tc", "a b c"), ("  x ", "x"), ("a\x00b", "a\ufffdb"),
    ("\ud800", "\ufffd"), (2**60, str(2**60)),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), VALUES, ids=range(len(VALUES)))
def test_a_value_is_one_line_of_text(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize("start", list("=+-@\uff1d\uff0b\uff0d\uff20"))
def test_no_cell_can_be_taken_for_a_formula(start):
    for text in (f"{start}1+1", f"  {start}cmd|' /C calc'!A0", f"\t{start}x", f"\n{start}SUM(A1)", f"{start} 2+3"):
        assert harmless(one_line(text)).startswith("'")
    # Where the program splits at another mark, what follows it starts a cell too.
    for mark in ";,|":
        assert f"{mark}'{start}" in harmless(f"ham{mark}{start}1+1")


def test_numbers_and_plain_texts_are_left_as_they_are():
    for text in ("-5", "+5", "-1.5e-7", "-", "a-b", "x@y.org", "1=1", "", "'quoted"):
        assert harmless(text) == text


@pytest.mark.parametrize("value", ["=1+1", "'=1+1", "''", "-", "a; =b", "a; '=b", "O'Hara", "- 5", "@", "=", "'-x"])
def test_a_disarmed_cell_is_recognised_with_and_without_its_apostrophe(value):
    written = text_of(value)
    assert unchanged(harmless(written), written)
    assert unchanged(written, written)


SAME = [
    ("1.0", "1"), ("1,5", "1.5"), (1, "1"), (1.0, "1"), ("1.50", "1.5"), ("TRUE", "True"), (True, "True"),
    ("7", "007"), ("1.3598", "1.35980713"), ("1.23457E+11", "123456789012"),
    ("05/03/2024 13:45", "2024-03-05 13:45:10"),
    ("3/5/2024", "2024-03-05"), ("05.03.2024", "2024-03-05"), (None, ""), (float("nan"), ""), (float("nan"), "NA"),
    (dt.datetime(2024, 3, 5), "2024-03-05"), ("2024-03-05 13:45:10", "2024-03-05 13:45:10"),
]  # fmt: skip


@pytest.mark.parametrize(("returned", "written"), SAME, ids=range(len(SAME)))
def test_what_a_program_does_when_it_saves_is_no_change(returned, written):
    assert unchanged(returned, written)


CHANGED = [
    ("2", "1"), ("1.51", "1.5"), ("1234568", "1234567"), ("1234570", "1234567"), ("1.36", "1.35980713"), ("", "1"),
    ("1", ""), ("x", "y"), ("x", "X"), ("False", "True"), ("06/03/2024", "2024-03-05"), ("2024-03-05", "2024-03-06"),
    ("2024-03-05 13:46", "2024-03-05 13:45:10"), ("2024-03-05", "2024-03-05 13:45:10"), ("", "NA"), ("NA", ""),
    ("nan", "NA"), ("1.3598", "1.35991111"), ("=1+2", "=1+1"), ("-1", "1"), (1.0, "True"), ("", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("returned", "written"), CHANGED, ids=range(len(CHANGED)))
def test_another_value_is_a_change(returned, written):
    assert not unchanged(returned, written)
