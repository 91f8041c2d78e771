"""Rows of each group and label, worked out by hand."""

import numpy as np
import pytest

from synthgen.errors import UsageError
from synthgen.planning.fairness import counts

TABLE = np.array([[90, 10], [120, 80], [7, 3]])
"""Two groups with rates .1 and .4, and 10 rows of groups that are left alone."""
BOTH = np.array([True, True])


def test_equal_shares_are_those_of_kamiran_and_calders_resampling():
    made = counts.equal_shares(TABLE, 1, BOTH, 1.0, 310)
    # 90 of 300 have the label: 30 % of each group's rows.
    assert made.tolist() == [[70, 30], [140, 60], [7, 3]]
    assert made.sum() == 310


def test_no_strength_gives_the_table_itself():
    assert counts.equal_shares(TABLE, 1, BOTH, 0.0, 310).tolist() == TABLE.tolist()
    assert counts.added_for_rates(TABLE, 1, BOTH, 0.0, None).sum() == 0


def test_half_the_strength_goes_half_the_way():
    made = counts.equal_shares(TABLE, 1, BOTH, 0.5, 310)
    assert made.tolist() == [[80, 20], [130, 70], [7, 3]]


def test_the_fewest_added_rows_bring_the_lower_group_to_the_higher_rate():
    added = counts.added_for_rates(TABLE, 1, BOTH, 1.0, None)
    # (10 + 50) / (100 + 50) = .4
    assert added.tolist() == [[0, 50], [0, 0], [0, 0]]


def test_more_added_rows_than_needed_are_like_the_merged_table():
    added = counts.added_for_rates(TABLE, 1, BOTH, 1.0, 410)
    assert added.sum() == 410
    merged = TABLE + added
    assert merged[0, 1] / merged[0].sum() == pytest.approx(0.4, abs=0.005)
    assert merged[1, 1] / merged[1].sum() == pytest.approx(0.4, abs=0.005)


def test_too_few_added_rows_are_refused_with_the_number_needed():
    with pytest.raises(UsageError, match="at least 50 added rows; n_samples asks for 49"):
        counts.added_for_rates(TABLE, 1, BOTH, 1.0, 49)


def test_a_group_that_cant_be_moved_keeps_its_rate():
    made = counts.equal_shares(TABLE, 1, np.array([True, False]), 1.0, 310)
    assert made[1].tolist() == [120, 80]


def test_added_rows_of_every_group_bring_the_merged_rate_to_the_common_one():
    rates, reached = counts.added_rates(TABLE, 1, BOTH, 1.0, 310)
    # As many rows again: .3 twice less what the real ones have.
    assert rates.round(6).tolist() == [0.5, 0.2, 0.3]
    assert reached
    assert not counts.added_rates(TABLE, 1, BOTH, 1.0, 31)[1]


def test_shares_of_a_reference():
    goal = counts.goal_of_shares(TABLE, np.array([1.0, 1.0]), 1.0)
    added = counts.added_for_shares(TABLE, goal, None)
    assert added[0].tolist() == [90, 10]
    assert added[1].tolist() == [0, 0]
    half = counts.goal_of_shares(TABLE, np.array([1.0, 1.0]), 0.5)
    assert half[:2].round(4).tolist() == [round(125 / 310, 4), round(175 / 310, 4)]


def test_weights_make_label_and_group_independent():
    groups = np.repeat([0, 0, 1, 1], [90, 10, 120, 80])
    labels = np.repeat([0.0, 1, 0, 1], [90, 10, 120, 80])
    weights = counts.kamiran_calders(groups, labels)
    # (100/300 * 90/300) / (10/300) = 3
    assert weights[90] == pytest.approx(3.0)
    assert weights.mean() == pytest.approx(1.0)
    for group in (0, 1):
        mine = groups == group
        assert np.average(labels[mine], weights=weights[mine]) == pytest.approx(0.3)
        assert weights[mine].sum() == pytest.approx(mine.sum())
    assert counts.kamiran_calders(groups, labels, 0.0).tolist() == [1.0] * 300


def test_rounded_counts_add_up():
    made = counts.rounded(np.array([[1.0, 1.0], [1.0, 0.0]]), 100)
    assert made.sum() == 100
    assert made.max() - made[made > 0].min() <= 1
    assert made[1, 1] == 0
