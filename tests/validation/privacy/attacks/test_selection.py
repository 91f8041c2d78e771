"""Areas and rates worked out by hand, and a level that choosing the best doesn't break."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from synthgen.validation.privacy.attacks.selection import _areas, _rates, halves, select_by_auc, select_by_tpr
from synthgen.validation.privacy.permutation import Permutations


def shuffles(labels, units=None, seed=0, n=199):
    return Permutations.of(np.asarray(labels, dtype=bool), units=units, rng=np.random.default_rng(seed), n=n)


def test_areas_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    labels = rng.random(200) < 0.3
    scores = np.column_stack([rng.random(200), rng.integers(0, 4, 200), labels + rng.random(200)])
    permutations = shuffles(labels)
    areas = _areas(scores, np.arange(200), permutations)
    assert areas[0] == pytest.approx([roc_auc_score(labels, score) for score in scores.T])
    shuffled = permutations.shuffled().astype(bool)
    assert areas[5] == pytest.approx([roc_auc_score(shuffled[4], score) for score in scores.T])


def test_rates_at_one_percent_by_hand():
    # 200 held-out rows allow two false alarms: above the third highest of them are 3 of the 10 train rows.
    held, train = np.arange(200.0), np.array([500, 199.5, 197.5, 197.25, 3, 2, 2, 1, 1, 0.5])
    labels = np.repeat([0, 1], [200, 10]).astype(np.uint8)[None]
    assert _rates(labels, np.r_[held, train]) == pytest.approx([0.4])
    # With 99 held-out rows none is allowed.
    labels = np.repeat([0, 1], [99, 10]).astype(np.uint8)[None]
    assert _rates(labels, np.r_[held[:99], train - 100.0]) == pytest.approx([0.2])


def test_rows_with_one_score_stay_together():
    labels = np.array([[1, 1, 0, 0]], dtype=np.uint8)
    assert _rates(labels, np.array([1.0, 1.0, 1.0, 0.0])) == pytest.approx([0.0])
    assert _rates(labels, np.array([2.0, 1.0, 1.0, 0.0])) == pytest.approx([0.5])


def test_halves_keep_subjects_together():
    units = np.repeat(np.arange(30), 4)
    first = halves(units, np.random.default_rng(0))
    assert all(len(set(first[units == unit].tolist())) == 1 for unit in range(30))
    assert first.sum() == 60


@pytest.mark.parametrize("select", [select_by_auc, select_by_tpr])
def test_a_sure_attack_among_useless_ones_is_chosen(select):
    rng = np.random.default_rng(1)
    labels = np.arange(400) % 2 == 0
    scores = np.column_stack([rng.random((400, 4)), labels + 0.5 * rng.random(400)])
    found = select(scores, np.arange(400), halves(np.arange(400), rng), shuffles(labels), rng)
    assert found.chosen == (4, 4)
    assert found.value == pytest.approx(1.0)
    assert found.null.max() < 0.75


@pytest.mark.parametrize("select", [select_by_auc, select_by_tpr])
def test_choosing_the_best_of_many_useless_ones_keeps_the_level(select):
    p_values = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        labels = rng.permutation(np.arange(200) < 150)
        found = select(
            rng.random((200, 6)), np.arange(200), halves(np.arange(200), rng), shuffles(labels, seed=seed), rng
        )
        p_values.append((1 + (found.null >= found.value - 1e-12).sum()) / 200)
    # Sixty uniform numbers: at most 13 below .1 and at least 15 below .5 in all but one of a thousand trials.
    assert (np.array(p_values) <= 0.1).sum() <= 13
    assert (np.array(p_values) <= 0.5).sum() >= 15 or select is select_by_tpr
