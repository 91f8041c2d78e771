"""A line on log-odds and steps, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.merging.calibrators import Line, Steps


def test_a_line_stays_finite_where_the_classes_are_apart():
    chance = np.repeat([[0.9, 0.1], [0.1, 0.9]], 20, axis=0)
    line = Line().fit(chance, np.repeat([0, 1], 20))
    # Platt's targets: 21 of 22, and 1 of 22.
    np.testing.assert_allclose(line.apply(chance[[0, -1]]), [[21 / 22, 1 / 22], [1 / 22, 21 / 22]], atol=1e-3)


def test_steps_by_hand():
    chance = np.array([0.1, 0.2, 0.3, 0.4])
    # 0, 1, 0, 1: the middle two are one step of a half.
    steps = Steps().fit(np.column_stack([1 - chance, chance]), np.array([0, 1, 0, 1]))
    at = np.array([0.0, 0.25, 0.9])
    assert steps.apply(np.column_stack([1 - at, at]))[:, 1].tolist() == pytest.approx([0, 0.5, 1], abs=1e-3)
    # Three classes: where every curve says 0, the shares.
    three = Steps().fit(np.eye(3), np.arange(3))
    assert three.apply(np.zeros((1, 3)))[0].tolist() == pytest.approx([1 / 3] * 3)
