"""Alpha-precision and beta-recall: fresh rows pass; crowded, scattered and lost ones don't."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.fidelity.coverage import _cover, _evenness, _inside, alpha_precision, beta_recall


def normal(rng, n=1_500, scale=1.0):
    return {name: list(scale * rng.normal(size=n)) for name in "abc"}


def test_evenness_by_hand():
    levels = np.linspace(0, 1, 31)
    assert _evenness(levels) == pytest.approx(1.0)
    # Nothing is ever reached: the mean gap is 1/2, the largest there can be on average.
    assert _evenness(np.zeros(31)) == pytest.approx(0.0)
    # Everything lies within the innermost ball.
    assert _evenness(np.ones(31)) == pytest.approx(0.0)


def test_rows_in_the_balls_by_hand():
    inside = _inside(np.array([0.5, 0.5, 3.0, 3.0]), np.array([1.0, 2.0, 3.0, 4.0]))
    # The ball that holds all real rows holds all; the one that holds none, of radius 1, already holds half.
    assert inside[0] == 0.5 and inside[-1] == 1.0


def test_cover_by_hand():
    made = np.array(
        [[0.0], [1.0], [10.0]]
    )  # their centre is 11/3: in order of distance the second, the first, the third
    cover = _cover(made, np.array([[1.2], [0.1], [9.0], [30.0]]), np.array([0.5, 0.5, 2.0, 5.0]))
    assert cover.tolist() == pytest.approx([1 / 3, 2 / 3, 1.0, np.inf])


def test_fresh_rows_score_as_train_rows_do(compare, rng):
    same = compare(normal(rng), normal(rng), normal(rng))
    for found in (alpha_precision(same, rng), beta_recall(same, rng)):
        assert found.value == pytest.approx(found.baseline, abs=0.05)
        assert found.interval[0] <= found.value <= found.interval[1]
    assert alpha_precision(same, rng).value > 0.95


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_crowded_and_scattered_rows_are_imprecise(compare, rng, scale):
    found = alpha_precision(compare(normal(rng), normal(rng), normal(rng, scale=scale)), rng)
    assert found.interval[1] < found.baseline - 0.2


def test_a_lost_region_isnt_recalled(compare, rng):
    def two(share):
        n = 1_500
        far = rng.random(n) < share
        return {name: list(rng.normal(size=n) + 8 * far) for name in "abc"}

    found = beta_recall(compare(two(0.4), two(0.4), two(0.0)), rng)
    assert found.interval[1] < found.baseline - 0.2


def test_few_rows_are_said(compare, rng):
    part = {"a": [1.0, 2.0]}
    for metric in (alpha_precision, beta_recall):
        found = metric(compare(part, part, part), rng)
        assert found.value is None and "needs 50 rows" in found.reason
