"""Groups of which exactly one is set: found, refuted, and not made by chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table.column import Column, Kind, Role
from synthgen.table.one_hot import find_one_hot
from synthgen.table.rules import Determined, Rules
from synthgen.table.schema import Schema


def find(columns, kind=Kind.BOOLEAN, rules=None):
    frame = pd.DataFrame(columns).astype(float)
    return find_one_hot(frame, Schema(tuple(Column(name, kind) for name in frame)), rules)


def dummies(n, names, seed=0, shares=None):
    taken = np.random.default_rng(seed).choice(len(names), n, p=shares)
    return {name: taken == number for number, name in enumerate(names)}


def test_the_group_is_found_among_others():
    rng = np.random.default_rng(5)
    noise = {f"n{j}": rng.random(200) < 0.3 for j in range(10)}
    assert find({"n": noise["n0"], **dummies(200, "abc"), **noise}) == (("a", "b", "c"),)
    assert find(dummies(200, "abc"), Kind.INTEGER) == (("a", "b", "c"),)


def test_two_groups():
    assert find({**dummies(200, "abc"), **dummies(200, "wxyz", 1)}) == (("a", "b", "c"), ("w", "x", "y", "z"))


@pytest.mark.parametrize("change", ["none", "two"])
def test_one_row_refutes(change):
    columns = dummies(200, "abc")
    row = int(np.flatnonzero(columns["a"])[0])
    columns["a" if change == "none" else "b"][row] ^= True
    assert find(columns) == ()


def test_a_gap_refutes():
    columns = {name: values.astype(float) for name, values in dummies(200, "abc").items()}
    columns["a"][3] = np.nan
    assert find(columns) == ()


def test_two_columns_are_left_to_follow_from_each_other():
    assert find(dummies(200, "ab")) == ()


def test_a_column_set_once_needs_a_hundred_rows():
    # It falls on the one row that the others leave open once in n times.
    for n, found in ((99, ()), (101, (("a", "b", "c", "d"),))):
        columns = dummies(n, "abcd", shares=[0.4, 0.3, 0.3, 0])
        for name in "abc":
            columns[name][0] = False
        columns["d"][0] = True
        assert find(columns) == found


def test_few_rows_say_nothing():
    assert find(dummies(19, "abc")) == () and find(dummies(0, "abc")) == ()
    assert find({name: values[:12] for name, values in dummies(200, "abc").items()}) == ()


def test_columns_that_follow_from_another_take_no_part():
    levels = np.array([0.0, 1.0])
    rules = Rules(determined=(Determined("a", "way", levels, levels),))
    assert find(dummies(200, "abc"), rules=rules) == ()


def test_subjects_and_labels_take_no_part():
    frame = pd.DataFrame(dummies(200, "abc")).astype(float)
    for last in (Column("c", Kind.CATEGORICAL, categories=(0, 1)), Column("c", Kind.BOOLEAN, role=Role.SUBJECT)):
        assert find_one_hot(frame, Schema((Column("a", Kind.BOOLEAN), Column("b", Kind.BOOLEAN), last))) == ()


@pytest.mark.parametrize("seed", range(10))
def test_noise_makes_no_groups(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 120))
    columns = {f"c{j}": rng.random(n) < rng.choice([0.02, 0.1, 0.33, 0.5]) for j in range(60)}
    assert find(columns) == ()


def test_many_columns_are_searched_in_bounded_time():
    rng = np.random.default_rng(0)
    columns = {f"c{j}": rng.random(3000) < 0.01 for j in range(150)}
    assert find({**columns, **dummies(3000, "abcdefgh")}) == (tuple("abcdefgh"),)
