"""Exact and near copies on rows that are set by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.privacy.checks.copies import exact_copies, near_copies
from synthgen.validation.privacy.meeting import exact_met, met_alone, rounded_met
from synthgen.validation.privacy.pool import Pool

EVEN = [float(i) for i in range(0, 200, 2)]
ODD = [float(i) for i in range(1, 200, 2)]


def met_of(comparison, rng, find=exact_met):
    pool, permutations = Pool.of(comparison, rng)
    met = find(pool)
    order = np.argsort(met.synthetic)
    return met.synthetic[order].tolist(), permutations.labels[met.real][order].tolist()


def evidence_of(comparison, rng, check=exact_copies):
    pool, permutations = Pool.of(comparison, rng)
    (found,) = check(pool, permutations, rng)
    return found


def p_value(evidence):
    return (1 + (evidence.null >= evidence.statistic - 1e-6).sum()) / (1 + len(evidence.null))


def test_exact_copies_by_hand(compare, rng):
    both = compare(
        {"x": [1, 2, 3, 4], "c": list("pqpq")},
        {"x": [5, 6, 7, 8], "c": list("pqpq")},
        {"x": [1, 2, 5, 9, 1], "c": list("pqpqq")},
        labels={"c": ["p", "q"]},
    )
    assert met_of(both, rng) == ([0, 1, 2], [True, True, False])
    found = evidence_of(both, rng)
    assert found.value == pytest.approx(2 / 5)
    assert found.baseline == pytest.approx(1 / 5)
    # Three rows are met; of 56 ways to choose three of eight, 4 have three of the four in train and 24 have two.
    assert p_value(found) == pytest.approx(28 / 56, abs=0.04)


def test_the_chance_to_meet_a_train_row_grows_with_their_share(compare, rng):
    both = compare({"x": range(30)}, {"x": range(100, 110)}, {"x": [1, 2, 3, 4]})
    # Four of 40 rows, all of them among the 30 in train.
    assert p_value(evidence_of(both, rng)) == pytest.approx(30 * 29 * 28 * 27 / (40 * 39 * 38 * 37), abs=0.04)


def test_many_copies_of_one_row_are_one_piece_of_evidence(compare, rng):
    found = evidence_of(compare({"x": EVEN}, {"x": ODD}, {"x": [4.0] * 50}), rng)
    assert found.value == 1.0
    assert p_value(found) == pytest.approx(0.5, abs=0.05)


def test_a_value_that_two_people_share_is_nobodys_copy(compare, rng):
    both = compare({"x": [1, 1, 2, 3]}, {"x": [3, 4]}, {"x": [1, 2, 3, 4]})
    assert met_of(both, rng) == ([1, 3], [True, False])


def test_gaps_are_equal_to_gaps(compare, rng):
    both = compare({"x": [1, np.nan], "z": [5, 6]}, {"x": [3], "z": [7]}, {"x": [np.nan, np.nan], "z": [6, 7]})
    assert met_of(both, rng) == ([0], [True])


def test_swapping_train_and_holdout_makes_copies_vanish(compare, rng):
    train, holdout = {"x": EVEN}, {"x": ODD}
    assert evidence_of(compare(train, holdout, train), rng).value == 1.0
    swapped = evidence_of(compare(holdout, train, train), rng)
    assert swapped.value == 0.0
    assert p_value(swapped) == pytest.approx(1.0)


def test_nothing_alone_meets_nothing():
    assert len(met_alone(np.array([3, 3]), np.array([3, 4])).synthetic) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x + 1e-9,
        lambda x: x.astype(np.float32).astype(float),
        lambda x: np.round(x, 2),
        lambda x: np.round(x, 0),
    ],
)
def test_copies_but_for_rounding_are_met(compare, rng, change):
    train, holdout = rng.normal(0, 1000, 100), rng.normal(0, 1000, 100)
    both = compare({"x": train}, {"x": holdout}, {"x": change(train)})
    rows, labels = met_of(both, rng, rounded_met)
    exact, _ = met_of(both, rng)
    assert len(rows) + len(exact) > 90
    assert all(labels)


def test_numbers_of_other_rows_are_not_met_by_rounding(compare, rng):
    parts = [{"x": rng.normal(0, 1000, 200), "z": rng.normal(size=200)} for _ in range(3)]
    assert met_of(compare(*parts), rng, rounded_met)[0] == []


def test_near_copies_are_counted_apart_from_exact_ones(compare, rng):
    made = [v + 1e-7 for v in EVEN[:60]] + EVEN[60:80] + [v + 0.3 for v in ODD[:20]]
    found = evidence_of(compare({"x": EVEN}, {"x": ODD}, {"x": made}), rng, near_copies)
    assert found.value == pytest.approx(0.6)
    assert found.baseline == 0.0
    assert p_value(found) == pytest.approx(1 / 2000)
