"""Moments, quantiles, distinct values and hashes from pieces: against what all values say at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synthgen.scale.scan.distinct import DistinctSketch
from synthgen.scale.scan.hashes import mixed, number_hashes, row_keys, text_hashes
from synthgen.scale.scan.moments import Moments
from synthgen.scale.scan.sketch import QuantileSketch

SHARES = np.linspace(0, 1, 101)


def rank_error(values, found):
    held = np.sort(values)
    low = np.searchsorted(held, found, "left") / len(held)
    high = np.searchsorted(held, found, "right") / len(held)
    return float(np.maximum(np.maximum(low - SHARES, SHARES - high), 0).max())


def pieces(values, sizes=(1, 1000, 7, 333)):
    start, turn = 0, 0
    while start < len(values):
        yield values[start : start + sizes[turn % len(sizes)]]
        start += sizes[turn % len(sizes)]
        turn += 1


ORDERS = {
    "random": np.random.default_rng(0).lognormal(0, 3, 60_000),
    "sorted": np.arange(60_000.0),
    "falling": -np.arange(60_000.0),
    "waves": np.tile(np.arange(600.0), 100),
    "one value": np.ones(60_000),
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_rank_error_that_is_stated_is_never_exceeded(order):
    values = ORDERS[order]
    sketch = QuantileSketch(size=256)
    for piece in pieces(values):
        sketch.add(piece)
    assert 0 < sketch.error < 0.02
    # A rank within one row is as good as exact.
    assert rank_error(values, sketch.quantiles(SHARES)) <= sketch.error + 1 / len(values)


def test_the_bound_is_no_empty_word():
    """Quantiles that are 3 % too low are found out."""
    sketch = QuantileSketch(size=256)
    values = np.arange(60_000.0)
    for piece in pieces(values):
        sketch.add(piece)
    assert rank_error(values, sketch.quantiles(SHARES) * 0.97) > sketch.error


def test_merged_sketches_keep_their_bound():
    values = ORDERS["random"]
    together = QuantileSketch(size=256)
    for part in np.array_split(values, 7):
        one = QuantileSketch(size=256)
        for piece in pieces(part):
            one.add(piece)
        together.merge(one)
    assert together.n == len(values)
    assert rank_error(values, together.quantiles(SHARES)) <= together.error + 1 / len(values) < 0.03
    with pytest.raises(ValueError, match="don't go together"):
        together.merge(QuantileSketch(size=128))


def test_few_values_are_kept_all():
    sketch = QuantileSketch()
    sketch.add(np.array([3.0, 1.0, 2.0]))
    assert sketch.error == 0 and sketch.quantiles([0, 1 / 3, 0.5, 1]).tolist() == [1, 1, 2, 3]
    assert np.isnan(QuantileSketch().quantiles([0.5])).all()


def test_memory_grows_with_the_logarithm_of_the_rows():
    sketch = QuantileSketch(size=64)
    for _ in range(200):
        sketch.add(np.random.default_rng(1).random(1_000))
    assert sum(len(run) for run in sketch._levels if run is not None) + sketch._held < 64 * 20


def test_moments_do_not_lose_a_small_spread_beside_a_large_mean():
    values = 1e9 + np.random.default_rng(0).normal(0, 1, 50_000)
    found = Moments()
    for piece in pieces(values):
        found.add(piece)
    assert found.n == 50_000 and found.mean == pytest.approx(values.mean(), rel=1e-14)
    assert found.sd == pytest.approx(values.std(ddof=1), rel=1e-6)
    # The textbook's difference of two sums is far off.
    textbook = np.sqrt(abs((values**2).sum() - 50_000 * values.mean() ** 2) / 49_999)
    assert textbook != pytest.approx(values.std(ddof=1), rel=1e-3)


def test_moments_of_counts_and_of_nothing():
    found = Moments()
    found.add(np.array([]))
    assert found.n == 0 and found.sd is None
    found.add(np.array([2, 5]), np.array([3, 1]))
    assert (found.n, found.mean, found.low, found.high) == (4, 2.75, 2, 5)
    assert found.sd == pytest.approx(np.std([2, 2, 2, 5], ddof=1))
    large = Moments()
    large.add(np.array([2**63 - 1, 7]))
    assert large.high == 2**63 - 1


def test_distinct_values_are_estimated_within_the_error_that_is_stated():
    outside = 0
    for seed in range(20):
        sketch = DistinctSketch(size=1_024)
        values = mixed(np.arange(50_000, dtype=np.uint64) + np.uint64(seed * 10**6))
        for piece in (values[:30_000], values[10_000:], values[:100]):
            sketch.add(piece)
        outside += abs(sketch.estimate() / 50_000 - 1) > sketch.error
    # Of 20 estimates, about one is further off than two standard errors.
    assert outside <= 4
    few = DistinctSketch()
    few.add(mixed(np.array([1, 1, 2], np.uint64)))
    assert few.estimate() == 2 and few.error == 0


def test_hashes_are_those_of_values_whatever_they_come_with():
    assert number_hashes(np.array([0.0, -0.0])).tolist() == [number_hashes(np.array([0.0]))[0]] * 2
    assert number_hashes(np.array([7], np.int8)) == number_hashes(np.array([7], np.int64))
    texts = text_hashes(pa.array(["a", "ü", "a"]))
    assert texts[0] == texts[2] != texts[1]
    assert texts[1] == text_hashes(pa.array(["ü"], pa.large_string()))[0]
    # Another value here would be another sample of every table there is.
    assert mixed(np.array([0, 1], np.uint64)).tolist() == [16294208416658607535, 10451216379200822465]


@pytest.mark.parametrize("start", [0, 1, 2, 3, 4, 65_536, 10**12 + 5])
def test_the_key_of_a_row_is_the_same_in_every_batch(start):
    seed = np.random.SeedSequence(3)
    keys = row_keys(seed, start, 40)
    assert (row_keys(seed, start + 13, 5) == keys[13:18]).all()
    assert len(np.unique(np.append(keys, row_keys(seed, start + 40, 40)))) == 80
