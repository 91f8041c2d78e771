"""Copies and distances on points that are set by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.privacy.copies import exact_copies, exact_matches, near_copies, near_matches
from synthgen.validation.privacy.distances import dcr_share, nndr, smallest_leak

EVEN = [float(i) for i in range(0, 200, 2)]
ODD = [float(i) for i in range(1, 200, 2)]


# Exact copies


def test_exact_copies_by_hand(compare, rng):
    both = compare(
        {"x": [1, 2, 3, 4], "c": list("pqpq")},
        {"x": [5, 6, 7, 8], "c": list("pqpq")},
        {"x": [1, 2, 5, 9, 1], "c": list("pqpqq")},
        labels={"c": ["p", "q"]},
    )
    found = exact_matches(both)
    assert found.of_train.tolist() == [True, True, False, False, False]
    assert found.of_holdout.tolist() == [False, False, True, False, False]
    estimate = exact_copies(both, rng)
    assert estimate.value == pytest.approx(2 / 5)
    assert estimate.baseline == pytest.approx(1 / 5)
    # Three rows meet a real one; with as many train as holdout rows, two or three in train have the chance 4/8.
    assert estimate.p_value == pytest.approx(0.5, abs=0.04)


def test_the_chance_to_meet_a_train_row_grows_with_their_share(compare, rng):
    both = compare({"x": range(30)}, {"x": range(100, 110)}, {"x": [1, 2, 3, 4]})
    # Four hits in train, each with chance 30/40 by luck.
    assert exact_copies(both, rng).p_value == pytest.approx(0.75**4, abs=0.04)


def test_a_value_that_two_people_share_is_nobodys_copy(compare):
    both = compare({"x": [1, 1, 2, 3]}, {"x": [3, 4]}, {"x": [1, 2, 3, 4]})
    found = exact_matches(both)
    assert found.of_many.tolist() == [True, False, True, False]
    assert found.of_train.tolist() == [False, True, False, False]
    assert found.of_holdout.tolist() == [False, False, False, True]


def test_gaps_are_equal_to_gaps(compare):
    both = compare({"x": [1, np.nan], "z": [5, 6]}, {"x": [3], "z": [7]}, {"x": [np.nan, np.nan], "z": [6, 7]})
    assert exact_matches(both).of_train.tolist() == [True, False]


def test_swapping_train_and_holdout_makes_copies_vanish(compare, rng):
    train, holdout = {"x": EVEN}, {"x": ODD}
    assert exact_copies(compare(train, holdout, train), rng).value == 1.0
    swapped = exact_copies(compare(holdout, train, train), rng)
    assert swapped.value == 0.0
    assert swapped.p_value == pytest.approx(1.0)


# Near copies


def test_the_limit_by_hand(compare):
    # 200 equally likely positions, of which every other one is a train row: their distance is 2/200.
    both = compare({"x": EVEN}, {"x": ODD}, {"x": [0.0]})
    assert both.near_copy_limit == pytest.approx(2 / 200)


def test_equal_rows_don_t_pull_the_limit_down(compare):
    both = compare({"x": EVEN + [0.0] * 50}, {"x": ODD}, {"x": [5.0]})
    assert both.near_copy_limit > 0.005


def test_near_copies_belong_to_the_side_they_are_nearer_to(compare, rng):
    # 10.2 is nearest to the train row 10, 11.2 to the held-out 11, 10 is an exact copy and counted as such.
    both = compare({"x": EVEN}, {"x": ODD}, {"x": [10.2, 11.2, 10.0, 57.9]})
    found, distances = near_matches(both)
    assert found.of_train.tolist() == [True, False, False, True]
    assert found.of_holdout.tolist() == [False, True, False, False]
    assert distances.tolist() == pytest.approx([0.2 / 200, 0.8 / 200, 0.0, 0.1 / 200])
    estimate = near_copies(both, rng)
    assert estimate.value == pytest.approx(2 / 4)
    assert estimate.baseline == pytest.approx(1 / 4)


def test_a_row_beyond_the_limit_is_no_near_copy(compare):
    # Train rows 20 apart, nothing else: 9.0 is nine positions of ten from the nearest.
    grid = [float(i) for i in range(0, 2000, 20)]
    both = compare({"x": grid}, {"x": [i + 10 for i in grid]}, {"x": [100.5, 109.0, 104.9]})
    found, _ = near_matches(both)
    # The limit is 2/200 of the range, so all of them are within; halve it and the middle is out.
    assert both.near_copy_limit == pytest.approx(0.01)
    assert found.of_train.tolist() == [True, False, True]
    assert found.of_holdout.tolist() == [False, True, False]


def test_repeated_real_rows_say_nothing_on_nearness(compare, rng):
    part = {"x": [1.0, 2.0] * 30}
    found = near_copies(compare(part, part, part), rng)
    assert found.value is None
    assert "repeat" in found.reason


# Distance to the closest record


@pytest.mark.parametrize(
    ("made", "share"),
    [
        ([v + 0.1 for v in EVEN], 1.0),
        ([v - 0.1 for v in ODD], 0.0),
        ([v + 0.1 for v in EVEN[:75]] + [v + 0.1 for v in ODD[:25]], 0.75),
    ],
)
def test_dcr_share_by_hand(compare, rng, made, share):
    found = dcr_share(compare({"x": EVEN}, {"x": ODD}, {"x": made}), rng)
    assert found.value == pytest.approx(share)
    assert found.baseline == pytest.approx(0.5, abs=0.01)


def test_a_tie_counts_half(compare, rng):
    found = dcr_share(compare({"x": EVEN}, {"x": EVEN}, {"x": [v + 0.5 for v in EVEN[:-1]]}), rng)
    assert found.value == pytest.approx(0.5)


@pytest.mark.parametrize(("train", "holdout"), [(100, 100), (100, 25), (30, 90)])
def test_the_null_share_is_the_train_rows_share(compare, rng, train, holdout):
    parts = [{"x": rng.normal(size=n), "z": rng.normal(size=n)} for n in (train, holdout, 300)]
    found = dcr_share(compare(*parts), rng)
    assert found.baseline == pytest.approx(train / (train + holdout), abs=0.01)
    assert found.baseline_interval[0] < found.value < found.baseline_interval[1]
    assert found.p_value > 0.01


def test_the_null_share_holds_within_each_class(compare, rng):
    # Train has 90 % of the sick and 10 % of the well; half of the synthetic rows are sick.
    def part(sick, well):
        return {"x": np.r_[rng.normal(9, 1, sick), rng.normal(0, 1, well)], "y": ["sick"] * sick + ["well"] * well}

    both = compare(part(90, 10), part(10, 90), part(100, 100), labels={"y": ["well", "sick"]}, target="y")
    found = dcr_share(both, rng)
    assert found.baseline == pytest.approx(0.5 * 0.9 + 0.5 * 0.1, abs=0.02)
    assert found.p_value > 0.01


def test_copies_have_the_smallest_p_value_there_is(compare, rng):
    found = dcr_share(compare({"x": EVEN}, {"x": ODD}, {"x": EVEN}), rng)
    assert found.value == 1.0
    assert found.p_value == pytest.approx(1 / 2000)


def test_dcr_needs_twenty_rows_a_side(compare, rng):
    found = dcr_share(compare({"x": EVEN}, {"x": ODD[:19]}, {"x": EVEN}), rng)
    assert found.value is None
    assert "19" in found.reason
    assert not found.vacuous


def test_the_smallest_leak_by_hand():
    # Standard deviation .01 around .5: (2.4747 + .8416) * .01 / .5 of the rows, at a level of 1/150.
    null = 0.5 + 0.01 * np.array([-1.0, 1.0] * 500) * np.sqrt(999 / 1000)
    assert smallest_leak(null, 0.02 / 3) == pytest.approx((2.4747 + 0.8416) * 0.01 / 0.5, rel=1e-3)


# Ratio of distances


def test_nndr_by_hand(compare, rng):
    # Train rows at 0, 10, 20 …, held-out ones half-way. 2.5 is 2.5 from 0 and 7.5 from 10: a third.
    train = [10.0 * i for i in range(40)]
    holdout = [v + 5 for v in train[:-1]]
    found = nndr(compare({"x": train}, {"x": holdout}, {"x": [v + 2.5 for v in train[5:-5]]}), rng)
    assert found.value == pytest.approx(1 / 3)
    assert found.baseline == pytest.approx(1.0)


def test_nndr_of_copies_is_zero(compare, rng):
    train = [10.0 * i for i in range(40)]
    assert nndr(compare({"x": train}, {"x": [v + 5 for v in train]}, {"x": train}), rng).value == 0.0


@pytest.mark.filterwarnings("error")
def test_nndr_takes_repeated_train_rows_without_a_warning(compare, rng):
    both = compare({"x": [1.0, 1.0, 5.0, 9.0]}, {"x": [2.0, 6.0]}, {"x": [1.0, 3.0]})
    # The copy of the repeated row has no second distance, so 3.0 alone is left. In sixths of the range it lies
    # a third of the way from 2 (at 2.5) to 5 (at 3.5): 2/3 from 5 and 11/6 from 1 (at 1), a ratio of 4/11.
    assert nndr(both, rng).value == pytest.approx(4 / 11)


@pytest.mark.parametrize("metric", [exact_copies, near_copies, dcr_share, nndr])
def test_without_holdout_nothing_is_assessable(metric, compare, rng):
    found = metric(compare({"x": EVEN}, {"x": []}, {"x": EVEN}), rng)
    assert found.value is None
    assert "held-out" in found.reason
    assert not found.vacuous
