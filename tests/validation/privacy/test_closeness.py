"""Likeness in bits, shares of real rows, and false discovery rates: worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Schema
from synthgen.validation.privacy.closeness import closeness, false_discovery_rates, lead, shares, shares_within
from synthgen.validation.privacy.likeness import most_alike
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.search import Neighbours

EVEN = [float(i) for i in range(0, 200, 2)]
ODD = [float(i) for i in range(1, 200, 2)]

SCHEMA = Schema((Column("x", Kind.CONTINUOUS), Column("c", Kind.CATEGORICAL, categories=("common", "rare"))))
REAL = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, 10.0, 20.0, 30.0, 40.0], "c": [0.0] * 6 + [1.0, 1.0]})


def candidates(*rows):
    return [Neighbours(np.zeros((1, len(rows))), np.array([rows]))]


def test_bits_by_hand():
    query = pd.DataFrame({"x": [29.0], "c": [1.0]})
    found = most_alike(query, REAL, SCHEMA, candidates(6, 7, 5))
    assert found.rows.tolist() == [[6, 7, 5]]
    # Row 6: one of eight numbers is as near, two of eight have its label. Row 7 is 11 away, as three are.
    # Row 5 is 9 away, as two are, and has another label.
    assert (-found.distances[0]).tolist() == pytest.approx([3 + 2, np.log2(8 / 3) + 2, 2])
    assert lead(found)[0] == pytest.approx(5 - np.log2(8 / 3) - 2, abs=1e-6)


def test_a_left_out_row_doesnt_count_itself():
    found = most_alike(REAL.iloc[[6]], REAL, SCHEMA, candidates(7, 5), left_out=True)
    # Both are 10 away, as two of the seven others are; one of the seven has the label.
    assert (-found.distances[0]).tolist() == pytest.approx([np.log2(7 / 2) + np.log2(7), np.log2(7 / 2)])


def test_gaps_are_alike_and_numbers_are_not_like_gaps():
    real = REAL.assign(x=[np.nan, np.nan, *REAL["x"][2:]])
    found = most_alike(pd.DataFrame({"x": [np.nan], "c": [np.nan]}), real, SCHEMA, candidates(0, 7))
    assert (-found.distances[0]).tolist() == pytest.approx([2, 0])


def test_the_same_row_found_twice_is_one_candidate():
    twice = candidates(6, 7) * 2
    found = most_alike(pd.DataFrame({"x": [29.0], "c": [1.0]}), REAL, SCHEMA, twice)
    assert found.rows.tolist() == [[6, 7]]


def test_shares_within_classes_by_hand():
    values, classes = np.array([1.0, 1.0]), np.array([0.0, 1.0])
    usual, usual_classes = np.array([0.0, 1.0, 2.0, 5.0]), np.array([0.0, 0.0, 0.0, 1.0])
    assert shares(values, usual).tolist() == [3 / 5, 3 / 5]
    assert shares_within(values, usual, classes, usual_classes).tolist() == [3 / 4, 1 / 2]


def test_false_discovery_rates_by_hand():
    found = false_discovery_rates(np.array([0.04, 0.01, 0.9, 0.03]))
    assert found.tolist() == pytest.approx([0.04 * 4 / 3, 0.04, 0.9, 0.04 * 4 / 3])
    assert false_discovery_rates(np.array([0.01]), n=20).tolist() == [0.2]


@pytest.mark.parametrize("seed", range(3))
def test_fresh_rows_are_as_close_as_real_ones(compare, seed):
    rng = np.random.default_rng(seed)
    parts = [{name: rng.normal(size=n) for name in "abc"} for n in (500, 300, 400)]
    pool, _ = Pool.of(compare(*parts), rng)
    found = closeness(pool).p_values
    # Uniform: 10 % of 400 are 40 with a deviation of 6.
    assert abs((found <= 0.1).sum() - 40) < 4 * 6


def test_rows_between_even_steps_are_no_closer_than_real_rows(compare, rng):
    pool, _ = Pool.of(compare({"x": EVEN}, {"x": ODD}, {"x": [v + 0.5 for v in EVEN]}), rng)
    assert (closeness(pool).p_values > 0.2).all()
