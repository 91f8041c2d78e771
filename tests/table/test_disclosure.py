"""Who holds what, counted by people and by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Role, Schema
from synthgen.table.disclosure import (
    cells,
    ends,
    ends_by_class,
    holders,
    needed_at_an_end,
    rare_levels,
    subjects_of,
)

ALONE = np.arange(100)


def test_people_are_counted_not_rows():
    people = np.array([1, 1, 1, 2, 3])
    assert holders(np.array([5.0, 5.0, 6.0, 6.0, np.nan]), people).to_dict() == {5.0: 1, 6.0: 2}


def test_a_row_without_a_subject_is_someone_of_its_own():
    schema = Schema((Column("person", Kind.IDENTIFIER, Role.SUBJECT), Column("x", Kind.CONTINUOUS)))
    coded = pd.DataFrame({"person": ["a", "a", None, None, "b"], "x": 0.0})
    codes = subjects_of(coded, schema)
    assert codes[0] == codes[1]
    assert len(set(codes.tolist())) == 4


def test_rare_levels_by_hand():
    column = Column("hue", Kind.CATEGORICAL, categories=("nine", "ten", "none"))
    values = pd.Series([0.0] * 9 + [1.0] * 10)
    # A label that nobody has is nobody's secret.
    assert rare_levels(column, values, ALONE[:19], 10) == [0]
    # Eleven rows of one person are one person.
    assert rare_levels(column, pd.Series([1.0] * 11), np.zeros(11, dtype=np.int64), 10) == [1]
    declared = dataclasses.replace(column, declared=frozenset({"categories"}))
    assert rare_levels(declared, values, ALONE[:19], 10) == []


@pytest.mark.parametrize(("people", "needed"), [(1000, 10), (40, 10), (39, 9), (12, 3), (4, 3), (1, 3)])
def test_a_small_class_needs_a_quarter_at_an_end(people, needed):
    assert needed_at_an_end(people, 10) == needed


def test_ends_by_hand():
    # 0 to 99: the tenth from below is 9, from above 90; each end is one person's.
    found = ends(np.arange(100.0), ALONE, None, 10)
    assert (found.low, found.high, found.lowest, found.highest) == (9.0, 90.0, 0.0, 99.0)
    assert (found.low_holders, found.high_holders, found.needed) == (1, 1, 10)


def test_ends_count_people():
    # One person has the 50 lowest values, so nine more are needed above them.
    people = np.r_[np.zeros(50, dtype=np.int64), np.arange(1, 51)]
    assert ends(np.arange(100.0), people, None, 10).low == 58.0


def test_the_whole_table_needs_all_of_them_however_few_have_a_value():
    twenty = np.arange(20.0)
    assert ends(twenty, ALONE[:20], None, 10).needed == 10
    # The tenth from below is 9, from above 10; in a class of twenty the fifth is asked for.
    assert (ends(twenty, ALONE[:20], None, 10).low, ends(twenty, ALONE[:20], None, 10).high) == (9.0, 10.0)
    assert (ends(twenty, ALONE[:20], 1.0, 10).low, ends(twenty, ALONE[:20], 1.0, 10).high) == (4.0, 15.0)


def test_ends_of_few_people_are_their_median():
    found = ends(np.array([1.0, 2.0, 7.0]), ALONE[:3], 1.0, 10)
    assert (found.low, found.high) == (2.0, 2.0)
    assert ends(np.array([np.nan]), ALONE[:1], None, 10) is None


def test_a_shared_end_is_nobodys():
    found = ends(np.r_[np.zeros(10), np.arange(1.0, 91.0)], ALONE, None, 10)
    assert (found.low, found.low_holders) == (0.0, 10)


def test_quasi_identifiers_have_ends_in_the_whole_table_only():
    target = Column("y", Kind.CATEGORICAL, Role.TARGET, categories=("a", "b"))
    coded = pd.DataFrame({"x": np.arange(100.0), "y": np.arange(100) % 2.0})
    plain = Column("x", Kind.INTEGER)
    assert [f.label for f in ends_by_class(coded, plain, target, ALONE, 10)] == [0.0, 1.0, None]
    quasi = Column("x", Kind.INTEGER, Role.QUASI_IDENTIFIER)
    assert [f.label for f in ends_by_class(coded, quasi, target, ALONE, 10)] == [None]


def test_cells_tell_combinations_apart_and_gaps_are_values():
    coded = pd.DataFrame({"a": [1.0, 1.0, np.nan, np.nan, 0.0, -0.0], "b": [1.0, 2.0, 1.0, 1.0, 3.0, 3.0]})
    keys = cells(coded, ["a", "b"])
    assert keys[2] == keys[3]
    assert keys[4] == keys[5]
    assert len(set(keys.tolist())) == 4
