"""The six scores, where they can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind
from synthgen.validation.privacy.attacks.aim import Aim, Part
from synthgen.validation.privacy.attacks.membership import ATTACKS, _likelihood, membership_scores


def aim_at(real, made):
    """Every real row is a target; one number, given as places."""
    rows = np.arange(len(real))
    places = [np.asarray(values, dtype=np.float32)[:, None] for values in (real, made)]
    return Aim((Part(None, rows),), (Column("a", Kind.CONTINUOUS),), *places, np.arange(len(made)))


def test_what_a_synthetic_row_adds_to_the_rows_around_it():
    # The synthetic row lies on the first real row; its fifth neighbour, .8 away, makes the kernel .4 wide.
    real, made = [0.1, 0.5, 0.5, 0.5, 0.9], [0.1]
    aim = aim_at(real, made)
    gained = _likelihood(aim, np.arange(5), 10, np.random.default_rng(0))
    kernel = np.exp(-((np.abs(np.array(real) - 0.1) / 0.4) ** 2))
    assert gained == pytest.approx(-np.log(1 - kernel / kernel.sum()), abs=1e-3)


def test_synthetic_rows_share_what_they_say_of_equal_rows():
    aim = aim_at([0.2, 0.2, 0.9, 0.9, 0.9, 0.9], [0.2])
    gained = _likelihood(aim, np.arange(6), 10, np.random.default_rng(0))
    # Two people have the row: it says half as much of each, and little of the others.
    assert gained[0] == gained[1] == pytest.approx(np.log(2), abs=0.05)
    assert gained[2:].max() < 0.05


def test_distances_by_hand(pooled):
    numbers = np.arange(10.0)
    train = pd.DataFrame({"a": numbers[::2]})
    pool, _ = pooled(train, pd.DataFrame({"a": numbers[1::2]}), pd.DataFrame({"a": [4.0, 4.0, 8.5]}))
    scores = pd.DataFrame(membership_scores(pool), columns=list(ATTACKS), index=pool.real["a"]).sort_index()
    # Ten even ranks are .1 apart. 4 is hit, 8 and 9 are half a rank from 8.5.
    assert -scores["distance"].loc[[4.0, 8.0, 9.0, 0.0]].to_numpy() == pytest.approx([0, 0.05, 0.05, 0.4], abs=1e-6)
    assert scores["distance difference"].loc[[4.0, 8.0, 0.0]].to_numpy() == pytest.approx([0.1, 0.05, -0.3], abs=1e-6)
    for attack in ("distance", "distance difference", "density ratio", "Gen-LRA", "ensemble"):
        assert scores[attack].idxmax() == 4.0, attack
