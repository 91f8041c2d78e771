"""Last digits: what has one stays, what hasn't gets one, each in its share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgen.table import Column, Kind, Schema
from synthgen.table.endings import Endings, with_endings

PRICES = Endings(period=100, listed=(50, 99), shares=(0.25, 0.75))
FIVES = Endings(step=5)
SEVENS = Endings(step=10, offset=7)


def test_numbers_of_one_period_keep_their_order_and_get_each_ending_in_its_share():
    # 3.00 to 3.99 are 100 prices: the lowest 25 become 3.50, the rest 3.99.
    found = with_endings(np.arange(300, 400) / 100 + 1e-4, [PRICES], 2, 0, 9)
    assert found.tolist() == [3.5] * 25 + [3.99] * 75


def test_what_has_such_an_ending_stays():
    assert with_endings(np.array([3.5, 7.99, 0.5]), [PRICES], 2, 0, 9).tolist() == [3.5, 7.99, 0.5]


@pytest.mark.parametrize(
    ("endings", "value", "expected"),
    [(FIVES, 12.4, 10), (FIVES, 12.6, 15), (FIVES, -12.6, -15), (SEVENS, 12.4, 17), (SEVENS, 11, 7), (SEVENS, 1, 7)],
)
def test_multiples_are_the_nearest(endings, value, expected):
    assert with_endings(np.array([value]), [endings], 0, -100, 100).tolist() == [expected]


def test_sizes_have_endings_of_their_own():
    cents, tens = Endings(), Endings(low=100.0, step=1000)
    assert with_endings(np.array([12.34, 123.4, -128.0]), [cents, tens], 2, -999, 999).tolist() == [12.34, 120, -130]


def test_at_the_bounds_numbers_turn_back_by_a_period():
    # 9.70 would be 9.99, beyond the largest number.
    assert with_endings(np.array([9.7]), [PRICES], 2, 0, 9.8).tolist() == [8.99]
    assert with_endings(np.array([3.1]), [Endings(period=100, listed=(0,), shares=(1.0,))], 2, 3.05, 9).tolist() == [4]


def test_the_rest_is_shared_by_all_other_endings():
    found = Endings(period=4, listed=(1,), shares=(0.4,)).probabilities()
    assert found == pytest.approx([0.2, 0.4, 0.2, 0.2])


def test_missing_values_stay_missing_and_no_zero_is_negative():
    found = with_endings(np.array([np.nan, -0.0, -0.4]), [FIVES], 0, -9, 9)
    assert np.isnan(found[0])
    assert not np.signbit(found[1:]).any()


def test_moved_numbers_have_the_shares_though_they_lie_close_to_one_ending():
    near = np.random.default_rng(0).normal(20.99, 0.02, 4_000)
    still = with_endings(near, [PRICES], 2, 0, 99)
    moved = with_endings(near, [PRICES], 2, 0, 99, np.random.default_rng(1))
    assert abs(np.isclose(moved % 1, 0.99).mean() - 0.75) < 0.03 < abs(np.isclose(still % 1, 0.99).mean() - 0.75)


@st.composite
def endings(draw):
    period = draw(st.integers(1, 12))
    listed = draw(st.lists(st.integers(0, period - 1), max_size=period, unique=True)) if period > 1 else []
    parts = [draw(st.integers(1, 9)) for _ in listed]
    rest = draw(st.sampled_from([0, 5])) if listed else 5
    shares = tuple(part / (sum(parts) + rest) for part in parts)
    return Endings(0.0, draw(st.integers(1, 30)), draw(st.integers(0, 29)), period, tuple(sorted(listed)), shares)


@given(endings(), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.integers(0, 3))
def test_numbers_that_were_given_endings_keep_them(found, values, decimals):
    once = with_endings(np.array(values), [found], decimals, -1e9, 1e9)
    assert with_endings(once, [found], decimals, -1e9, 1e9) == pytest.approx(once, abs=1e-9)
    reach = found.step * found.period / 10.0**decimals
    assert (np.abs(once - values) <= 2 * reach + found.offset / 10.0**decimals + 1e-6).all()


def test_a_schema_file_holds_them():
    schema = Schema((Column("price", Kind.CONTINUOUS, decimals=2, endings=(PRICES, SEVENS)),))
    assert Schema.from_json(schema.to_json()) == schema
