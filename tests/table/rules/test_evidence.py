"""What counts as evidence for a rule: chance must make none."""

import itertools
import math

import numpy as np
import pytest

from synthgen.table.functions import _beyond_chance
from synthgen.table.rules import CHANCE, Rules
from tests.table.rules.coded import LABEL, REAL, WHOLE, find, pairs, table


def test_evidence_by_hand():
    # Two levels of three rows: given their first rows, the other four agree in one of C(4, 2) orders.
    rows, values = np.array([3, 3]), np.array([0, 1])
    assert _beyond_chance(rows, values, math.log(1 / 5)) is False  # the rare half asks for 1 in 100
    rows = np.array([5, 5])
    assert _beyond_chance(rows, values, math.log(1 / 69)) is False
    rows = np.array([6, 6])
    assert _beyond_chance(rows, values, math.log(1 / 251))
    assert not _beyond_chance(rows, values, math.log(1 / 253))  # C(10, 5) = 252


@pytest.mark.parametrize("by", [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1, 2, 2]])
@pytest.mark.parametrize("column", [[0, 1], [0, 0, 0, 1], [0, 0, 1, 2]])
def test_orders_without_contradiction_that_count_are_as_few_as_claimed(by, column, monkeypatch):
    monkeypatch.setattr("synthgen.table.rules.CHANCE_OF_RARE", 1.0 - 1e-9)
    orders = set(itertools.permutations((column * 4)[:8]))
    for chance in (0.5, 0.2, 0.1, 0.03, 0.01):
        kept = 0
        for order in orders:
            level = dict(zip(by, order, strict=True))
            holds = len(set(zip(by, order, strict=True))) == len(level)
            kept += holds and _beyond_chance(np.bincount(by), np.array(list(level.values())), math.log(chance))
        assert kept <= chance * len(orders)


def test_two_halves_need_enough_rows():
    # Two equal columns of n / 2 zeros and ones: one of the C(n - 2, n / 2 - 1) orders of the rows beyond the first two.
    for n, found in ((26, 0), (28, 1)):
        assert (1 / math.comb(n - 2, n // 2 - 1) < CHANCE / 5) == bool(found)
        half = np.arange(n) % 2
        assert len(find(table(a=(LABEL, half), b=(LABEL, half))).determined) == found


def test_a_column_of_almost_distinct_values_determines_nothing():
    values = np.r_[np.arange(58), 57, 57]
    assert not find(table(by=(WHOLE, values), column=(LABEL, np.arange(60) // 30))).determined


@pytest.mark.parametrize("common", [[np.nan], [0], [np.nan, 0]])
def test_common_values_shared_do_not_vouch_for_levels_of_one_row(common):
    # Both columns are missing (or zero) in the same rows, and else have a value of their own in each row.
    shared = np.repeat(common, 90)
    first, second = np.r_[shared, 1 + np.arange(120.0)], np.r_[shared, 1 + np.arange(120.0)[::-1] % 40]
    found = find(table(first=(WHOLE, first), second=(WHOLE, second)))
    assert not found.determined and not found.totals
    assert pairs(found.gaps) == ([("second", "first")] if np.isnan(common[0]) else [])


def test_a_rare_value_is_evidence_where_it_coincides():
    # 12 of 400 rows: one order in C(398, 11).
    rare = (np.arange(400) < 12).astype(float)
    assert pairs(find(table(a=(LABEL, rare), b=(LABEL, 5 - rare))).determined) == [("b", "a")]


@pytest.mark.parametrize("seed", range(8))
def test_noise_makes_no_rules(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 60))
    columns = {}
    for number in range(0, 60, 5):
        columns[f"c{number}"] = LABEL, rng.integers(0, 2, n)
        columns[f"c{number + 1}"] = LABEL, rng.integers(0, n // 2, n)
        columns[f"c{number + 2}"] = WHOLE, rng.poisson(rng.choice([0.05, 0.5, 4]), n)
        columns[f"c{number + 3}"] = 1, rng.normal(0, 0.3, n).round(1)
        columns[f"c{number + 4}"] = REAL, rng.normal(0, 0.1, n)
    coded, schema = table(**columns)
    gaps = rng.random(coded.shape) < rng.choice([0, 0.03, 0.3], coded.shape[1])
    assert find((coded.mask(gaps), schema), seed) == Rules()


@pytest.mark.parametrize("n", [0, 1, 5, 19])
def test_few_rows_make_no_rules(n):
    values = np.arange(n, dtype=float)
    assert (
        find(
            table(
                a=(WHOLE, values),
                b=(WHOLE, values),
                c=(WHOLE, 2 * values),
                d=(LABEL, values % 2),
                e=(LABEL, values % 2),
            )
        )
        == Rules()
    )
