"""Nearest rows by columns, against a plain search."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, DistanceSpace, Kind, Schema
from synthgen.validation.privacy.attacks.search import MISSING, linked_rows, nearest_rows, places


def plain_distances(a, b):
    """Sum over columns of the differences, none above 1: shape (n, m, columns)."""
    return np.minimum(1, np.abs(a[:, None] - b[None]))


def random_places(n, d, seed):
    rng = np.random.default_rng(seed)
    rows = rng.random((n, d))
    rows[:, ::3] = rng.integers(0, 3, rows[:, ::3].shape)
    rows[rng.random((n, d)) < 0.1] = MISSING
    return rows.astype(np.float32)


@pytest.mark.parametrize("d", [1, 4, 9, 20])
def test_as_a_plain_search(d):
    targets, made = random_places(40, d, 0), random_places(150, d, 1)
    parts = plain_distances(targets.astype(float), made.astype(float))
    distances, rows, without = nearest_rows(targets, made, k=3, leave_out=True)
    np.testing.assert_allclose(distances, np.sort(parts.sum(axis=2), axis=1)[:, :3], atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(parts.sum(axis=2), rows, 1), distances, atol=1e-5)
    for column in range(d):
        rest = parts.sum(axis=2) - parts[:, :, column]
        found = rest[np.arange(40), without[:, column]]
        np.testing.assert_allclose(found, rest.min(axis=1), atol=1e-5)


def test_a_row_itself_is_passed_over_but_not_its_double():
    rows = np.array([[0.0], [0.0], [0.5]], dtype=np.float32)
    distances, found, _ = nearest_rows(rows, rows, own=np.arange(3))
    assert found[:, 0].tolist() == [1, 0, 0]
    assert distances[:, 0].tolist() == [0.0, 0.0, 0.5]


def test_linked_by_hand():
    made = np.array([[0.1, 0.1], [0.9, 0.9]], dtype=np.float32)
    # The first lies at one row by both columns; the second at one by its first, at the other by its second.
    targets = np.array([[0.2, 0.2], [0.1, 0.9]], dtype=np.float32)
    assert linked_rows(targets, made, np.array([[True, False]]))[:, 0].tolist() == [True, False]


def test_rows_equally_near_share_the_place():
    # By the label all three are alike, and the number decides which is nearest.
    made = np.array([[1, 0.9], [1, 0.5], [1, 0.1]], dtype=np.float32)
    assert linked_rows(np.array([[1, 0.5]], dtype=np.float32), made, np.array([[True, False]])).tolist() == [[True]]


@pytest.mark.parametrize("d", [2, 5, 12])
def test_linked_as_a_plain_search(d):
    targets, made = random_places(60, d, 2), random_places(80, d, 3)
    side = np.arange(d) % 2 == 0
    parts = plain_distances(targets.astype(float), made.astype(float))
    first, other = parts[:, :, side].sum(axis=2), parts[:, :, ~side].sum(axis=2)
    both = (first <= first.min(axis=1, keepdims=True) + 1e-6) & (other <= other.min(axis=1, keepdims=True) + 1e-6)
    np.testing.assert_array_equal(linked_rows(targets, made, side[None])[:, 0], both.any(axis=1))


def test_places_by_hand():
    schema = Schema((Column("x", Kind.CONTINUOUS, nullable=True), Column("c", Kind.CATEGORICAL, categories=("p", "q"))))
    real = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "c": [0.0, 1.0, 1.0, 0.0]})
    made = pd.DataFrame({"x": [1.5, np.nan], "c": [1.0, np.nan]})
    placed = places(made, schema.columns, DistanceSpace.fit(real, schema))
    # Mid-ranks of the four real values are .125, .375, .625, .875.
    np.testing.assert_allclose(placed, [[0.25, 1], [MISSING, MISSING]])
