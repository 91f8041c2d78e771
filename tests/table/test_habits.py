"""Last digits are found where they are more than chance, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Schema
from synthgen.table.endings import Endings
from synthgen.table.habits import beside, learn_endings

N = 1_500


def learnt(values, decimals, **options):
    column = Column("x", Kind.CONTINUOUS, decimals=decimals) if decimals else Column("x", Kind.INTEGER)
    found = learn_endings(pd.DataFrame({"x": values}), Schema((column,)), **options)["x"].endings
    return () if found is None else found


def sizes(rng, n=N):
    return rng.lognormal(3, 1, n)


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def test_price_endings_are_found_with_their_shares(rng):
    prices = np.floor(sizes(rng)) + rng.choice([0.99, 0.95, 0.5], N, p=[0.6, 0.3, 0.1])
    (found,) = learnt(prices, 2)
    assert (found.period, found.listed) == (100, (50, 95, 99))
    assert found.shares == pytest.approx((0.1, 0.3, 0.6), abs=0.04)


def test_round_numbers_among_others_keep_a_share_for_the_others(rng):
    (found,) = learnt(np.where(rng.random(N) < 0.6, np.floor(sizes(rng)) + 0.99, sizes(rng).round(2)), 2)
    assert dict(zip(found.listed, found.shares, strict=True))[99] == pytest.approx(0.6, abs=0.05)
    assert sum(found.shares) < 0.9


@pytest.mark.parametrize(("step", "offset"), [(5, 0), (100, 0), (12, 0), (10, 7), (7, 3)])
def test_multiples_are_found_exactly(rng, step, offset):
    (found,) = learnt(np.floor(sizes(rng)) * step + offset, 0)
    assert (found.step, found.offset, found.period) == (step, offset, 1)


@pytest.mark.parametrize(("part", "units"), [(0.25, 25), (0.05, 5)])
def test_parts_are_counted_in_the_last_decimal(rng, part, units):
    (found,) = learnt(np.round(sizes(rng) / part) * part, 2)
    assert (found.step, found.offset) == (units, 0)


def test_grids_that_differ_by_size(rng):
    values = rng.lognormal(4.5, 1.8, 4 * N)
    values = np.where(values < 100, values.round(2), np.where(values < 1_000, values.round(), values.round(-1)))
    found = learnt(values, 2)
    steps = {item.low: item.step for item in found}
    assert (steps[0.0], steps[100.0], steps[1_000.0]) == (1, 100, 1_000)


LAWS = {
    "lognormal": (lambda rng, n: sizes(rng, n).round(2), 2),
    "exponential": (lambda rng, n: rng.exponential(40, n).round(), 0),
    "normal": (lambda rng, n: rng.normal(50, 15, n).round(1), 1),
    "uniform": (lambda rng, n: rng.uniform(0, 100, n).round(1), 1),
    "arcsine": (lambda rng, n: 100 * rng.beta(0.5, 0.5, n).round(3), 1),
    "counts": (lambda rng, n: rng.poisson(30, n).astype(float), 0),
    "half zeros": (lambda rng, n: np.where(rng.random(n) < 0.5, 0, sizes(rng, n).round(2)), 2),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("n", [60, 1_000, 20_000])
@pytest.mark.parametrize("options", [{}, {"spike": 10}], ids=["all", "beside spikes"])
def test_values_without_habits_get_none(rng, law, n, options):
    make, decimals = LAWS[law]
    assert learnt(make(rng, n), decimals, **options) == ()


def test_a_few_exceptions_are_not_repeated_and_many_are(rng):
    values = np.floor(sizes(rng)) * 5
    values[:9] += np.array([1, 2, 3, 4, 1, 2, 3, 4, 1])
    (few,) = learnt(values, 0)
    chances = few.probabilities()
    assert few.listed == tuple(np.flatnonzero(chances)) and all(ending * few.step % 5 == 0 for ending in few.listed)
    values[:60] = np.floor(values[:60] / 5) * 5 + rng.integers(1, 5, 60)
    (many,) = learnt(values, 0)
    assert 0.02 < sum(share for ending, share in enumerate(many.probabilities()) if ending % 5) < 0.06


def test_frequent_values_lend_their_endings_to_no_others(rng):
    # Half of the rows are one of five prices in .00; the other half end in .49.
    rare = np.floor(rng.uniform(0, 900, N)) + 0.49
    prices = np.where(rng.random(N) < 0.5, rng.choice([10.0, 20, 30, 40, 50], N), rare)
    (found,) = learnt(prices, 2, spike=10)
    assert dict(zip(found.listed, found.shares, strict=True)) == {0: 0.0, 49: 1.0}


def test_a_habit_that_would_change_the_distribution_is_left_alone(rng):
    hours = np.where(rng.random(4_000) < 0.5, 40, 5 * rng.integers(2, 13, 4_000)) + (rng.random(4_000) < 0.2)
    assert learnt(hours.astype(float), 0) == ()
    assert any(item.period > 1 for item in learnt(5.0 * rng.integers(2, 4_000, 4_000) + (rng.random(4_000) < 0.2), 0))


def test_columns_that_rules_give_are_left_alone_and_so_are_declared_ones(rng):
    values = np.floor(sizes(rng)) * 5
    assert learnt(values, 0, given=["x"]) == ()
    off = Schema((Column("x", Kind.INTEGER),)).with_column("x", endings=())
    assert learn_endings(pd.DataFrame({"x": values}), off)["x"].endings == ()


@pytest.mark.parametrize("values", [[], [np.nan] * 40, [5.0] * 40, [5.0, 10.0] * 40])
def test_columns_that_say_nothing(values):
    assert learnt(np.array(values, dtype=float), 0) == ()


def test_rows_that_keep_their_value_leave_the_rest_of_the_endings_to_the_others():
    column = Column("x", Kind.INTEGER, endings=(Endings(period=10, listed=(0, 5, 9), shares=(0.6, 0.3, 0.1)),))
    # Two rows of five keep a multiple of ten: the others need 0.2, 0.3 and 0.1 of all rows.
    (left,) = beside(column, np.array([40.0, 20.0]), 5).endings
    assert left.shares == pytest.approx((1 / 3, 1 / 2, 1 / 6))
    (many,) = beside(column, np.array([40.0, 20.0, 10.0]), 5).endings
    assert many.period == 1
