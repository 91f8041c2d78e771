"""Dates that stand for none are told from dates, and lone ones from both."""

import numpy as np
import pytest

from synthgen.generators.dates.special import special_moments

RNG = np.random.default_rng(0)
ORDINARY = RNG.integers(10_000, 11_500, 1_000).astype(float)
FOREVER, NEVER = 2_932_896.0, -25_567.0  # 9999-12-31 and 1900-01-01, in days


def test_far_dates_that_ten_rows_share_are_special():
    found, lone = special_moments(np.concatenate([ORDINARY, np.repeat(FOREVER, 10), np.repeat(NEVER, 12), [np.nan]]))
    assert found == (NEVER, FOREVER) and not lone.any()


@pytest.mark.parametrize("holders", [1, 3, 9])
def test_fewer_rows_are_set_aside_and_their_date_is_kept_nowhere(holders):
    found, lone = special_moments(np.concatenate([ORDINARY, np.repeat(FOREVER, holders)]))
    assert found == () and lone.sum() == holders and lone[-holders:].all()


def test_a_date_in_the_middle_that_very_many_rows_share_is_special():
    values = np.concatenate([np.unique(ORDINARY), np.repeat(10_700.5, 100)])
    assert special_moments(values)[0] == (10_700.5,)


@pytest.mark.parametrize(
    "values",
    [
        ORDINARY,
        np.repeat(np.arange(24.0) * 30, 40),  # months
        np.repeat([0.0, 365.0, 730.0], 100),
        np.repeat([0.0, 365.0], 100),
        np.sort(ORDINARY) ** 1.5,
        RNG.exponential(100, 2_000).round(),
        np.full(50, np.nan),
        np.full(50, 3.0),
    ],
)
def test_ordinary_dates_are_not(values):
    found, lone = special_moments(np.asarray(values))
    assert set(found) <= {0.0} and not lone.any()
