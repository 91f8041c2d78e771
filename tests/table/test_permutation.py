"""Numbers in a hidden order: each of them once."""

import numpy as np
import pytest
from scipy.stats import chisquare

from synthgen.table.permutation import MOST_ROOM, permuted


def order(room, seed=0):
    return permuted(np.arange(room, dtype=np.uint64), room, np.random.SeedSequence(seed))


@pytest.mark.parametrize("room", [1, 2, 3, 5, 16, 17, 100, 257, 10_000, 65_537])
def test_each_number_goes_to_a_place_of_its_own(room):
    assert sorted(order(room).tolist()) == list(range(room))


def test_a_part_of_the_order_is_told_by_itself():
    some = np.array([999, 3, 512], dtype=np.uint64)
    assert permuted(some, 1000, np.random.SeedSequence(0)).tolist() == order(1000)[[999, 3, 512]].tolist()


def test_another_seed_gives_another_order():
    assert (order(1000, 0) == order(1000, 1)).sum() < 10


@pytest.mark.parametrize("room", [1000, 10**9 + 7, MOST_ROOM])
def test_first_numbers_are_spread_over_all_places(room):
    made = permuted(np.arange(min(room, 20_000), dtype=np.uint64)[:500], room, np.random.SeedSequence(3))
    assert made.max() < room
    assert chisquare(np.histogram(made.astype(float) / room, 10, (0, 1))[0]).pvalue > 1e-4
    # What comes next isn't near: neighbours are as far apart as any two.
    assert np.median(np.abs(np.diff(made.astype(float)))) > 0.15 * room
