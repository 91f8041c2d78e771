"""A line on log-odds, a curve, and steps, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.merging.calibrators import Curve, Line, Steps, least_of


def test_a_line_stays_finite_where_the_classes_are_apart():
    chance = np.repeat([[0.9, 0.1], [0.1, 0.9]], 20, axis=0)
    line = Line().fit(chance, np.repeat([0, 1], 20))
    # Platt's targets: 21 of 22, and 1 of 22.
    np.testing.assert_allclose(line.apply(chance[[0, -1]]), [[21 / 22, 1 / 22], [1 / 22, 21 / 22]], atol=1e-3)


def both(p):
    return np.column_stack([1 - np.asarray(p), p])


def test_a_curve_leaves_alone_what_is_right_and_mends_what_is_bent():
    rng = np.random.default_rng(0)
    said = rng.uniform(0.001, 0.999, 20_000)
    y = (rng.random(20_000) < said).astype(int)
    curve = Curve().fit(both(said), y)
    np.testing.assert_allclose([*curve.slopes_, curve.offset_], [1, 1, 0], atol=0.1)
    # Too sure of the one side, and not sure enough of the other: no line on log-odds straightens that.
    right = 1 / (1 + said**-2.5 * (1 - said) ** 0.4)
    y = (rng.random(20_000) < right).astype(int)
    curve, line = Curve().fit(both(said), y), Line().fit(both(said), y)
    off = [np.abs(found.apply(both(said))[:, 1] - right).max() for found in (curve, line)]
    assert off[0] < 0.05 < 0.1 < off[1]


def test_a_curve_of_few_rows_stays_near_the_model_and_never_turns_it_round():
    few = both(np.array([0.2, 0.4, 0.6, 0.8]))
    for y in ([0, 0, 1, 1], [1, 1, 0, 0]):
        assert np.abs(Curve().fit(few, np.array(y)).slopes_ - 1).max() < 0.25
    against = Curve().fit(both(np.tile([0.2, 0.8], 5_000)), np.tile([1, 0], 5_000))
    assert (against.slopes_ >= 0).all() and against.slopes_.max() < 0.01


def test_a_plain_zero_counts_as_less_than_the_least():
    # A forest's zeros are right nine times of ten here. As a millionth they would have to be pulled up by 11 log-odds.
    p = np.repeat([0.0, 0.1, 0.5], [900, 60, 40])
    y = np.concatenate([np.arange(900) % 90 == 0, np.arange(60) % 10 == 0, np.arange(40) % 2 == 0]).astype(int)
    assert least_of(both(p)).tolist() == [0.25, 0.05]
    for calibrator in (Curve(), Line()):
        found = calibrator.fit(both(p), y).apply(both(p))[:, 1]
        for value, share in ((0.0, 1 / 90), (0.1, 0.1), (0.5, 0.5)):
            assert found[p == value][0] == pytest.approx(share, abs=0.06)
        assert calibrator.apply(both(np.array([0.0])))[0, 1] > 0


def test_steps_by_hand():
    chance = np.array([0.1, 0.2, 0.3, 0.4])
    # 0, 1, 0, 1: the middle two are one step of a half.
    steps = Steps().fit(np.column_stack([1 - chance, chance]), np.array([0, 1, 0, 1]))
    at = np.array([0.0, 0.25, 0.9])
    assert steps.apply(np.column_stack([1 - at, at]))[:, 1].tolist() == pytest.approx([0, 0.5, 1], abs=1e-3)
    # Three classes: where every curve says 0, the shares.
    three = Steps().fit(np.eye(3), np.arange(3))
    assert three.apply(np.zeros((1, 3)))[0].tolist() == pytest.approx([1 / 3] * 3)
