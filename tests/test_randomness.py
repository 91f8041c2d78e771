"""One seed, many streams: named, independent of order, and repeatable."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.randomness import child, legacy_seed, seed_sequence, stream


def numbers(rng):
    return rng.integers(0, 2**63, 4).tolist()


def test_the_same_names_give_the_same_stream_in_any_order():
    seed = seed_sequence(7)
    first = numbers(stream(seed, "split"))
    numbers(stream(seed, "other"))
    stream(seed, "split").random(1000)
    assert numbers(stream(seed, "split")) == first


def test_streams_differ_by_every_name_and_by_the_seed():
    names = [("a",), ("b",), ("a", "b"), ("b", "a"), ("ab",), ("a", 0), ("a", 1), (0,), (0, 0), ()]
    drawn = [tuple(numbers(stream(seed_sequence(seed), *name))) for seed in (7, 8) for name in names]
    assert len(set(drawn)) == len(drawn)


def test_a_child_of_a_child_is_the_child_by_both_names():
    seed = seed_sequence(7)
    assert numbers(stream(child(seed, "a"), "b")) == numbers(stream(seed, "a", "b"))


def test_spawning_elsewhere_changes_nothing():
    seed = seed_sequence(7)
    first = numbers(stream(seed, "a"))
    seed.spawn(3)
    assert numbers(stream(seed, "a")) == first


def test_streams_of_neighbouring_names_are_uncorrelated():
    seed = seed_sequence(0)
    table = np.array([stream(seed, "block", i).random(4000) for i in range(20)])
    correlations = np.corrcoef(table)[~np.eye(20, dtype=bool)]
    # 190 correlations of 4,000 numbers, each with a standard deviation of .0158.
    assert np.abs(correlations).max() < 0.08


@pytest.mark.parametrize("value", [3, np.int64(3), np.random.SeedSequence(3)])
def test_whole_numbers_and_sequences_mean_the_same(value):
    assert numbers(stream(seed_sequence(value), "a")) == numbers(stream(seed_sequence(3), "a"))


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_generators_are_drawn_from_once(make):
    first, second = make(1), make(1)
    assert seed_sequence(first).entropy == seed_sequence(second).entropy
    assert seed_sequence(first).entropy != seed_sequence(make(1)).entropy


def test_none_takes_fresh_entropy():
    assert seed_sequence(None).entropy != seed_sequence(None).entropy


def test_the_stream_of_a_seed_never_changes():
    # A same seed that gives other rows is a "Changed output" line in CHANGELOG.md.
    assert stream(seed_sequence(7), "split").integers(0, 10**6, 3).tolist() == [123525, 446157, 345015]


def test_a_seed_for_other_libraries_fits_in_31_bits():
    drawn = [legacy_seed(np.random.default_rng(i)) for i in range(200)]
    assert all(isinstance(seed, int) and 0 <= seed < 2**31 for seed in drawn)
    assert len(set(drawn)) == 200
