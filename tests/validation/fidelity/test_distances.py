"""Distances between columns and the mass of their tails, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.fidelity.distances import TAILS, WASSERSTEIN, tails, wasserstein
from synthgen.validation.metric import measure


def by_subject(estimates):
    return {estimate.subject: estimate for estimate in estimates}


def test_the_distance_by_hand(compare, rng):
    # Every value is moved by 3; the held-out rows' standard deviation is that of 1, 2, 3, 4.
    real = {"x": [1.0, 2.0, 3.0, 4.0]}
    found = by_subject(wasserstein(compare(real, real, {"x": [4.0, 5.0, 6.0, 7.0]}), rng))
    assert found["x"].value == pytest.approx(3 / np.std([1, 2, 3, 4]))
    assert found["x"].baseline == pytest.approx(0.0)
    assert found[None].value == pytest.approx(found["x"].value)


def test_sizes_and_gaps_dont_matter(compare, rng):
    nan = np.nan
    both = compare({"x": [1, 2]}, {"x": [1, 3, nan]}, {"x": [1, 1, 3, 3, nan, nan]})
    found = by_subject(wasserstein(both, rng))
    assert found["x"].value == pytest.approx(0.0)
    # Half of the mass moves from 2 to 3, over a standard deviation of 1.
    assert found["x"].baseline == pytest.approx(0.5)


def test_the_furthest_column_comes_first_and_constants_say_nothing(compare, rng):
    real = {"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0], "c": [5.0, 5.0, 5.0]}
    made = {"a": [1.5, 2.5, 3.5], "b": [3.0, 4.0, 5.0], "c": [9.0, 9.0, 9.0]}
    assert [e.subject for e in wasserstein(compare(real, real, made), rng)] == [None, "b", "a"]
    only = compare({"c": [5.0]}, {"c": [5.0, 5.0]}, {"c": [4.0]})
    (nothing,) = wasserstein(only, rng)
    assert nothing.value is None and nothing.vacuous


def test_fresh_rows_are_near_and_moved_ones_are_not(compare, rng):
    train, holdout, fresh = ({"x": list(rng.normal(size=1_500))} for _ in range(3))
    near = by_subject(wasserstein(compare(train, holdout, fresh), rng))["x"]
    moved = {"x": [value + 0.5 for value in fresh["x"]]}
    far = by_subject(wasserstein(compare(train, holdout, moved), rng))["x"]
    assert near.interval[0] <= near.baseline_interval[1]
    assert far.interval[0] > far.baseline_interval[1]
    assert far.value == pytest.approx(0.5, abs=0.15)


def test_tails_by_hand(compare, rng):
    real = {"x": [float(i) for i in range(1_000)]}
    # The 1 % and 99 % quantiles are 9 and 989: 9 and 10 of a thousand lie beyond. Five in a hundred lie above here.
    made = {"x": [50.0] * 95 + [995.0] * 5}
    found = by_subject(tails(compare(real, real, made), rng))
    assert found["x"].value == pytest.approx(abs(0 - 0.009) + abs(0.05 - 0.010))
    assert found["x"].baseline == pytest.approx(0.0)
    assert "'x'" in found[None].reason


def test_cut_tails_are_found_and_fresh_ones_pass(compare, rng):
    train, holdout, fresh = ({"x": list(rng.standard_t(3, size=4_000))} for _ in range(3))
    good = by_subject(tails(compare(train, holdout, fresh), rng))["x"]
    edges = np.quantile(holdout["x"], [0.02, 0.98])
    cut = by_subject(tails(compare(train, holdout, {"x": list(np.clip(fresh["x"], *edges))}), rng))["x"]
    assert cut.value == pytest.approx(0.02, abs=0.002)
    assert good.value < 0.01
    assert cut.interval[0] > good.interval[1]


def test_too_few_rows_or_no_numbers_are_said(compare, rng):
    part = {"x": [1.0, 2.0, 3.0]}
    (few,) = tails(compare(part, part, part), rng)
    assert few.value is None and "200 held-out rows" in few.reason and not few.vacuous
    labels = {"c": ["p", "q"]}
    words = compare({"c": list("pq")}, {"c": list("pq")}, {"c": list("pq")}, labels=labels)
    for metric in (WASSERSTEIN, TAILS):
        (found,) = measure(metric, words, rng)
        assert found.value is None and found.vacuous
    (alone,) = wasserstein(compare(part, {"x": []}, part), rng)
    assert "no held-out" in alone.reason and not alone.vacuous
