"""Dependence of columns, and the orders that follow from it."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.generators.tree.order import as_given, by_dependence, by_size, dependence, parents_of


def test_dependence_of_a_copy_is_its_entropy_and_of_chance_nearly_none():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, (2, 4000)).astype(np.uint8)
    found = dependence(np.stack([a, a, b], axis=1), rng)
    assert found[0, 1] == pytest.approx(np.log(4), abs=0.01)
    # Twice the rows times it is chi-squared with 9 degrees of freedom about 9; .1 % are above 28.
    assert found[0, 2] < (28 - 9) / 8000
    assert np.array_equal(found, found.T)
    assert (np.diag(found) == 0).all()


def test_dependence_of_two_bits_by_hand():
    # 40, 10, 10, 40 of 100: 2 (.4 ln 1.6 + .1 ln .4), less half a degree of freedom over the rows.
    a = np.repeat([0, 0, 1, 1], [40, 10, 10, 40])
    b = np.repeat([0, 1, 0, 1], [40, 10, 10, 40])
    found = dependence(np.stack([a, b], axis=1).astype(np.uint8), np.random.default_rng(0))
    assert found[0, 1] == pytest.approx(2 * (0.4 * np.log(1.6) + 0.1 * np.log(0.4)) - 0.005)


def test_many_codes_are_put_together():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 64, 5000).astype(np.uint8)
    found = dependence(np.stack([a, a], axis=1), rng)[0, 1]
    assert np.log(18) < found <= np.log(20)


INFORMATION = np.array([[0, 1, 0, 5], [1, 0, 9, 0], [0, 9, 0, 0], [5, 0, 0, 0]], dtype=float)


def test_each_next_column_has_the_most_to_do_with_those_before():
    assert by_dependence(INFORMATION, [0]) == [0, 3, 1, 2]
    # Without a first, the column with most ties: 1 has 10.
    assert by_dependence(INFORMATION, []) == [1, 2, 0, 3]
    assert by_dependence(np.zeros((0, 0)), []) == []


def test_columns_of_few_classes_first_and_as_given():
    assert by_size([5, 2, 9, 2], [2]) == [2, 1, 3, 0]
    assert as_given(4, [2]) == [2, 0, 1, 3]


def test_parents_are_the_closest_and_always_the_first():
    information = np.zeros((6, 6))
    information[5, :5] = [0, 4, 1, 3, 2]
    order = list(range(6))
    assert parents_of(5, order, information, 3).tolist() == [0, 1, 3]
    assert parents_of(5, order, information, 5).tolist() == [0, 1, 2, 3, 4]
    assert parents_of(0, order, information, 3).tolist() == []
