"""Rows between real rows: lines and planes set by hand, and rows as SMOTE makes them."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.randomness import seed_sequence
from synthgen.validation import Purpose
from synthgen.validation.privacy import find_leaks
from synthgen.validation.privacy.between import parents
from synthgen.validation.privacy.checks.interpolation import between, interpolation
from synthgen.validation.privacy.pool import Pool


def p_values(comparison, rng):
    pool, permutations = Pool.of(comparison, rng)
    found = interpolation(pool, permutations, rng)
    return [(1 + (item.null >= item.statistic - 1e-6).sum()) / 2000 for item in found if item.null is not None]


def test_a_row_between_two_by_hand():
    found = parents(np.zeros((1, 3)), np.array([[[1.0, 2, 2], [5.0, 0, 0], [-2.0, -4, -4]]]))
    assert found.pairs.tolist() == [[0, 2]]
    assert found.off_line[0] == pytest.approx(0, abs=1e-7)


def test_how_far_off_the_line_by_hand():
    # The line from (-3, 1) to (4, 1) passes the origin at distance 1; the further parent is at distance 17 ** .5.
    found = parents(np.zeros((1, 2)), np.array([[[-3.0, 1.0], [4.0, 1.0]]]))
    assert found.off_line[0] == pytest.approx(1 / 17**0.5)
    assert np.isinf(found.off_plane[0])


def test_a_row_beside_both_has_no_parents():
    found = parents(np.zeros((1, 2)), np.array([[[1.0, 1.0], [2.0, 2.0]]]))
    assert found.pairs.tolist() == [[-1, -1]]
    assert np.isinf(found.off_line[0])


def test_a_row_among_three_by_hand(rng):
    corners = rng.normal(size=(3, 5))
    other = rng.normal(9, 1, size=(3, 5))
    row = np.array([0.2, 0.3, 0.5]) @ corners
    found = parents(row[None], np.concatenate([other, corners])[None])
    assert found.triples.tolist() == [[3, 4, 5]]
    assert found.off_plane[0] == pytest.approx(0, abs=1e-6)


def table(rng, n):
    return {name: rng.gamma(2, 1, n) for name in "abcde"}


def mixed(rng, train, n_parents, share_of_noise=0.0, decimals=None):
    """Rows between each train row and some of its five nearest."""
    rows = np.stack(list(train.values()), axis=1)
    order = np.argsort(((rows[:, None] - rows[None]) ** 2).sum(axis=2), axis=1)[:, 1:6]
    n = len(rows)
    weights = rng.dirichlet(np.ones(n_parents), n)
    made = weights[:, :1] * rows
    for j in range(1, n_parents):
        made += weights[:, j : j + 1] * rows[order[np.arange(n), (j + rng.integers(0, 2, n)) % 5]]
    made += share_of_noise * rng.normal(size=made.shape)
    return dict(zip(train, (made if decimals is None else np.round(made, decimals)).T, strict=True))


@pytest.mark.parametrize("ratio", [1, 4])
@pytest.mark.parametrize("n_parents", [2, 3])
def test_rows_between_train_rows_are_found(compare, rng, ratio, n_parents):
    train = table(rng, 400)
    both = compare(train, table(rng, 400 // ratio), mixed(rng, train, n_parents))
    assert p_values(both, rng)[n_parents - 2] <= 0.001
    pool, permutations = Pool.of(both, rng)
    found = between(pool).found
    off, rows = ((found.off_line, found.pairs), (found.off_plane, found.triples))[n_parents - 2]
    certain = off < 1e-6
    assert certain.mean() > 0.5
    assert permutations.labels[rows[certain]].all()


@pytest.mark.parametrize("options", [{"decimals": 2}, {"share_of_noise": 0.01}])
def test_rounded_and_noisy_ones_leave_a_contrast(compare, rng, options):
    train = table(rng, 400)
    assert p_values(compare(train, table(rng, 400), mixed(rng, train, 2, **options)), rng)[0] <= 0.001


@pytest.mark.parametrize("seed", range(4))
def test_fresh_rows_lie_between_both_sides_alike(compare, seed):
    rng = np.random.default_rng(seed)
    assert min(p_values(compare(table(rng, 300), table(rng, 150), table(rng, 300)), rng)) > 0.005


def test_gaps_are_no_obstacle(compare, rng):
    train, holdout = table(rng, 300), table(rng, 300)
    made = mixed(rng, train, 2)
    for part in (train, holdout, made):
        part["a"] = np.full(len(part["a"]), np.nan)
    assert p_values(compare(train, holdout, made), rng)[0] <= 0.001


def test_two_numbers_have_no_planes(compare, rng):
    parts = [{name: rng.normal(size=200) for name in "ab"} for _ in range(3)]
    pool, permutations = Pool.of(compare(*parts), rng)
    assert [item.subject for item in interpolation(pool, permutations, rng)] == [None]
    flags = find_leaks(compare(*parts), Purpose.RELEASE, seed_sequence(0)).flagged
    assert (flags["reason"] == "INTERPOLATED").sum() <= 10


def test_one_number_has_no_lines(compare, rng):
    pool, permutations = Pool.of(compare({"x": [1.0, 2, 3]}, {"x": [4.0]}, {"x": [2.5]}), rng)
    assert interpolation(pool, permutations, rng)[0].vacuous
