from __future__ import annotations

import numpy as np
import pytest

from synthgen.errors import DataError
from synthgen.validation import reliability
from synthgen.validation.utility.signal import precision_curve


def test_no_group_has_fewer_than_ten_rows_and_ties_stay_together():
    chance = np.array([0.2] * 37 + [0.8] * 12 + [0.9])
    found = reliability(chance > 0.5, chance, name="m")
    assert found.rows == (37, 13)
    assert found.observed == (0.0, 1.0)
    assert found.predicted == (0.2, 0.808)


def test_right_probabilities_lie_on_the_diagonal():
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    found = reliability(rng.random(20_000) < chance, chance, name="m")
    assert len(found.rows) == 10
    assert np.allclose(found.predicted, found.observed, atol=0.04)


@pytest.mark.parametrize(("truth", "chance"), [([True] * 12, [0.5] * 11), ([True] * 12, [1.2] * 12), ([True], [0.5])])
def test_what_cannot_be_grouped_is_said(truth, chance):
    with pytest.raises(DataError):
        reliability(truth, chance, name="m")


def test_a_curve_needs_twenty_rows_of_the_class():
    found = np.arange(100) < 19
    assert precision_curve("1", found, found.astype(float), found.astype(float)) == []


def test_precision_of_guessing_is_the_prevalence():
    found = np.arange(1_000) % 4 == 0
    (curve,) = precision_curve("1", found, np.zeros(1_000), found.astype(float))
    assert set(curve.synthetic) == {0.25} == {curve.prevalence}
    assert set(curve.real) == {1.0}
    assert len(curve.recall) == 10
