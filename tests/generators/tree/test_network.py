"""All columns together: calibration along the model's own rows, rows of small groups, and threads."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.generators import TreeSynthesizer
from synthgen.generators.tree import network
from synthgen.generators.tree.network import in_threads, row_weights


def test_results_come_in_the_order_of_the_items():
    assert in_threads(lambda i: i * i, range(100)) == [i * i for i in range(100)]


def test_an_error_in_a_thread_is_raised():
    with pytest.raises(ZeroDivisionError):
        in_threads(lambda i: 1 / i, [2, 1, 0])


def test_small_groups_are_learnt_from_whole(monkeypatch):
    monkeypatch.setattr(network, "MOST_ROWS", 1000)
    groups = np.repeat([0, 1, 2], [9000, 300, 40]).astype(np.int32)
    rows = np.arange(100, len(groups))
    taken = network._some(groups, rows, np.random.default_rng(0))
    counts = np.bincount(groups[taken])
    assert counts[1:].tolist() == [300, 40]
    # 660 of the 8,900 others on average, with a standard deviation under 26.
    assert counts[0] == pytest.approx(660, abs=4 * 26)
    few = np.arange(50)
    assert network._some(groups, few, np.random.default_rng(0)) is few


def test_rows_of_rare_classes_count_for_more():
    counts = [9_000, 700, 300, 3]
    each = row_weights(np.repeat([0, 1, 2, 3], counts).astype(np.int32))
    first = each[np.cumsum([0, *counts[:-1]])]
    # 10,003 rows, 100 of prior: sqrt(10,003 / 800) is 3.536, for 7 rows of 8; sqrt(10,003 / 400) is 5.001, for 3 of 4.
    assert first[:3] == pytest.approx([1.0, 1 + 2.536 * 7 / 8, 1 + 4.001 * 3 / 4], abs=1e-3)
    # Three rows stay nearly what they are: (sqrt(10,003 / 103) - 1) * 3 / 103 is .258.
    assert first[3] == pytest.approx(1.258, abs=1e-3)
    assert [len(np.unique(part)) for part in np.split(each, np.cumsum(counts)[:-1])] == [1, 1, 1, 1]


@pytest.mark.parametrize("counts", [[500], [700, 300], [990, 10], [400, 300, 300]])
def test_where_no_class_of_several_is_rare_each_row_counts_for_one(counts):
    assert (row_weights(np.repeat(np.arange(len(counts)), counts).astype(np.int32)) == 1.0).all()


def test_each_groups_shares_are_those_of_its_rows(three_labels):
    frame = three_labels.assign(y=np.where(np.arange(6000) % 100 == 0, "rare", "usual"))
    frame.loc[frame["y"] == "rare", "c"] = np.where(np.arange(60) % 10 == 0, "p", "q")
    model = TreeSynthesizer(preset="turbo", order=["y", "a", "b", "c"], random_state=0).fit(frame, target="y")
    made = model.sample(3000, conditions={"y": "rare"})
    # 54 of 60; the model's own share counts four rows: at worst .9 · 60 / 64.
    assert 0.9 * 60 / 64 - 0.02 < (made["c"] == "q").mean() < 0.92
    usual = model.sample(3000, conditions={"y": "usual"})
    real = (frame.loc[frame["y"] == "usual", "c"] == "q").mean()
    assert (usual["c"] == "q").mean() == pytest.approx(real, abs=0.02)


def test_the_law_of_a_column_given_an_earlier_one(three_labels, joint):
    model = TreeSynthesizer(preset="turbo", order=["a", "b", "c"], random_state=0).fit(three_labels)
    made = model.sample(6000)
    shares = made.value_counts(["a", "b", "c"], normalize=True).sort_index().to_numpy()
    # Known to within 4 standard errors from the train rows, and as much again for shrinkage.
    assert np.abs(shares - joint.ravel()).max() < 8 * np.sqrt(0.2 * 0.8 / 6000)
    alone = np.einsum("i,j,k", joint.sum((1, 2)), joint.sum((0, 2)), joint.sum((0, 1)))
    assert np.abs(alone - joint).max() > 8 * np.sqrt(0.2 * 0.8 / 6000)
