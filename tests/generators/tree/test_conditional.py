"""One column given others: its distribution, draws from it, and their calibration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import chi2

from synthgen.generators.tree.boosting import Strength
from synthgen.generators.tree.conditional import (
    add_log_probability,
    calibrate,
    count_sides,
    draw,
    fit_conditional,
    probabilities,
)

STRENGTH = Strength(rounds=40, rate=0.2, leaves=7, ridge=5.0, least=2.0, patience=8, worth=1.0)
NONE = np.zeros(0, np.int32)


def learnt(
    classes, codes=None, n_classes=None, lowest=0, missing_first=False, n_groups=1, bags=2, label=False, weights=None
):
    classes = np.asarray(classes, np.int32)
    codes = np.zeros((len(classes), 0), np.uint8) if codes is None else codes
    d = codes.shape[1]
    bins = np.array([int(c.max()) + 1 for c in codes.T], dtype=np.int64)
    return fit_conditional(
        classes, n_classes or int(classes.max()) + 1, lowest, missing_first, codes, bins, np.full(d, label),
        np.arange(d, dtype=np.int32), np.arange(len(classes)) % 10, bags, STRENGTH, n_groups,
        np.ones(len(classes)) if weights is None else weights,
    )  # fmt: skip


@pytest.fixture(scope="module")
def five():
    """Five classes that move with two parents, and 1,500 rows of the parents: model, codes."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 6, (1500, 2)).astype(np.uint8)
    classes = np.clip(codes[:, 0] * 0.8 + rng.normal(0, 1, 1500), 0, 4).round()
    model = learnt(classes, codes)
    assert len(model.trees.value) > 10
    return model, codes


def one_group(n):
    return np.zeros(n, np.int32)


def shares(model, codes, n_classes, groups=None):
    groups = one_group(len(codes)) if groups is None else groups
    return probabilities(model, codes, groups, np.arange(len(codes)), n_classes)


def drawn(model, codes, rng, groups=None):
    out, order = np.full(len(codes), -1, np.int32), rng.permutation(len(codes)).astype(np.int32)
    draw(model, codes, one_group(len(codes)) if groups is None else groups, order, out, rng.random(len(model.cut)))
    return out, order


def spans(model, lowest, n_classes):
    """Classes (low, cut, high) of each node."""
    out, todo = {}, [(0, lowest, n_classes)]
    while todo:
        node, low, high = todo.pop()
        cut = int(model.cut[node])
        out[node] = (low, cut, high)
        todo += [(c, a, b) for c, a, b in ((model.below[node], low, cut), (model.above[node], cut, high)) if c >= 0]
    return out


def test_without_parents_shares_are_those_of_the_rows():
    model = learnt(np.repeat([0, 1, 2], [30, 10, 60]))
    # The halving nearest the middle: {0, 1} against {2}, each side with half a row more; then {0} against {1}.
    assert model.cut.tolist() == [2, 1]
    high = 60.5 / 101
    by_hand = [(1 - high) * 30.5 / 41, (1 - high) * 10.5 / 41, high]
    assert shares(model, np.zeros((1, 0), np.uint8), 3)[0] == pytest.approx(by_hand)


def test_probabilities_add_up_and_their_logs_are_the_log_probabilities(five):
    model, codes = five
    found = shares(model, codes, 5)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(codes)))
    assert (found > 0).all()
    for k in range(5):
        out = np.zeros(len(codes))
        add_log_probability(model, codes, one_group(len(codes)), np.arange(len(codes)), np.full(len(codes), k), out)
        assert out == pytest.approx(np.log(found[:, k]))


def test_the_parents_move_the_shares_as_in_the_rows(five):
    model, codes = five
    mean = shares(model, codes, 5) @ np.arange(5)
    rng = np.random.default_rng(1)
    for code in range(6):
        truth = np.clip(code * 0.8 + rng.normal(0, 1, 100_000), 0, 4).round().mean()
        # 250 rows with a spread of about 1 give a standard error of .06; three of them.
        assert mean[codes[:, 0] == code].mean() == pytest.approx(truth, abs=0.19)


def test_together_draws_miss_their_shares_by_less_than_a_row_at_each_halving(five):
    model, codes = five
    found = shares(model, codes, 5)
    out, order = drawn(model, codes, np.random.default_rng(2))
    for node, (low, cut, high) in spans(model, 0, 5).items():
        rows = (out >= low) & (out < high)
        above = found[rows, cut:high].sum(axis=1) / found[rows, low:high].sum(axis=1)
        assert abs((out[rows] >= cut).sum() - above.sum()) < 1, node
    assert sorted(order.tolist()) == list(range(len(codes)))
    assert (np.diff(out[order]) >= 0).all()
    # The control: independent draws with the same shares stray by tens of rows at the first halving.
    alone = (np.random.default_rng(0).random((50, len(codes))) < found[:, 2:].sum(axis=1)).sum(axis=1)
    assert np.abs(alone - found[:, 2:].sum()).max() > 5


def test_each_row_has_its_own_distribution_over_many_draws(five):
    model, codes = five
    codes = codes[:40]
    found, rng, times = shares(model, codes, 5), np.random.default_rng(3), 3000
    counts = np.zeros((40, 5))
    for _ in range(times):
        counts[np.arange(40), drawn(model, codes, rng)[0]] += 1

    def worst(expected):
        return (np.square(counts - times * expected) / (times * expected)).sum(axis=1).max()

    # Bonferroni over 40 rows at 1 in 1,000.
    bound = chi2.isf(1e-3 / 40, 4)
    assert worst(found) < bound
    assert worst(found[::-1]) > bound


def test_labels_of_a_parent_need_no_order():
    rng = np.random.default_rng(4)
    codes = rng.integers(0, 12, (3000, 1)).astype(np.uint8)
    p = np.where(np.isin(codes[:, 0], [1, 4, 7, 8, 11]), 0.9, 0.1)
    model = learnt((rng.random(3000) < p).astype(int), codes, label=True)
    each = shares(model, np.arange(12, dtype=np.uint8)[:, None], 2)[:, 1]
    # 250 rows a level: a standard error of .02, and some shrinkage.
    assert each == pytest.approx(np.where(np.isin(np.arange(12), [1, 4, 7, 8, 11]), 0.9, 0.1), abs=0.08)


def test_what_holds_in_a_rare_class_alone_is_fitted_better_where_its_rows_count_for_more():
    # In 60 rows of 3,060 the class goes with the second parent, else weakly against it; a third one says nothing.
    rng = np.random.default_rng(0)
    rare = np.arange(3060) >= 3000
    codes = np.stack([rare, rng.integers(0, 2, 3060), rng.integers(0, 40, 3060)], axis=1).astype(np.uint8)
    yes = np.where(rare, np.where(codes[:, 1] == 1, 0.9, 0.1), np.where(codes[:, 1] == 1, 0.4, 0.6))
    classes = (rng.random(3060) < yes).astype(int)

    def moved(weight):
        found = learnt(classes, codes, weights=np.where(rare, weight, 1.0))
        low, high = shares(found, np.array([[1, 0, 20], [1, 1, 20]], np.uint8), 2)[:, 1]
        return high - low

    in_the_rows = np.subtract(*(classes[rare & (codes[:, 1] == code)].mean() for code in (1, 0)))
    assert moved(1.0) + 0.1 < moved(3.0) < in_the_rows


def test_columns_of_one_class_ask_nothing():
    assert len(learnt(np.zeros(80), n_classes=1).cut) == 0
    assert len(learnt(np.ones(80), n_classes=2, lowest=1).cut) == 0


def test_a_gap_is_told_from_all_values_first():
    classes = np.repeat([0, 1, 2, 3], [5, 40, 40, 40])
    assert learnt(classes, missing_first=True).cut[0] == 1
    assert learnt(classes).cut[0] == 2


def test_classes_below_the_lowest_are_never_drawn():
    model = learnt(np.repeat([1, 2, 3], [50, 20, 30]), n_classes=4, lowest=1)
    nothing = np.zeros((500, 0), np.uint8)
    found = shares(model, nothing, 4)
    assert (found[:, 0] == 0).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(500))
    assert set(drawn(model, nothing, np.random.default_rng(0))[0]) == {1, 2, 3}


def test_nodes_come_after_their_parents(five):
    model = learnt(np.random.default_rng(0).integers(0, 40, 600))
    for m in (model, five[0]):
        at = np.arange(len(m.cut))
        for child in (m.below, m.above):
            assert ((child == -1) | (child > at)).all()
        assert sorted(m.cut.tolist()) == list(range(1, len(m.cut) + 1))


def test_sides_are_counted_by_group():
    model = learnt(np.repeat([0, 1, 2], [30, 10, 60]), n_groups=2)
    counts = count_sides(model, np.array([0, 1, 2, 2, 0], np.int32), np.array([0, 0, 0, 1, 1], np.int32))
    assert counts.tolist() == [[[2, 1], [1, 1]], [[1, 1], [1, 0]]]


def calibrated(counts, prior=4.0, n=900):
    """A share of .4 for two classes, calibrated on ``counts`` (below, above) of three groups."""
    model = learnt(np.repeat([0, 1], [600, 400]), n_groups=3)
    groups = np.repeat(np.arange(3, dtype=np.int32), n // 3)
    order, out = np.random.default_rng(0).permutation(n).astype(np.int32), np.zeros(n, np.int32)
    nothing, real = np.zeros((n, 0), np.uint8), np.array([counts], dtype=float)
    calibrate(model, nothing, groups, order, out, np.array([0.5]), real, prior)
    return shares(model, nothing, 2, groups)[:: n // 3, 1], np.array([out[groups == g].mean() for g in range(3)])


def test_calibration_gives_each_group_its_own_shares():
    found, made = calibrated([(100, 900), (990, 10), (0, 0)])
    # Above in the rows, and the model's own .4 for four rows.
    by_hand = [(900 + 1.6) / 1004, (10 + 1.6) / 1004, 0.4]
    assert found == pytest.approx(by_hand, abs=2e-3)
    assert made == pytest.approx(by_hand, abs=0.05)


def test_a_small_group_moves_only_as_far_as_its_rows_carry_it():
    found, _ = calibrated([(0, 1), (0, 4), (0, 400)])
    assert found == pytest.approx([(1 + 1.6) / 5, (4 + 1.6) / 8, (400 + 1.6) / 404], abs=2e-3)


def test_calibration_keeps_what_the_parents_say_within_a_group(five):
    model, codes = five
    model = model._replace(offset=np.zeros_like(model.offset))
    before = shares(model, codes, 5)
    order, out = np.arange(len(codes), dtype=np.int32), np.zeros(len(codes), np.int32)
    real = np.tile([[100.0, 300.0]], (len(model.cut), 1, 1))
    calibrate(model, codes, one_group(len(codes)), order, out, np.full(len(model.cut), 0.5), real, 0.0)
    after = shares(model, codes, 5)
    cut = int(model.cut[0])
    assert after[:, cut:].sum(axis=1).mean() == pytest.approx(0.75, abs=2e-3)
    assert (out >= cut).mean() == pytest.approx(0.75, abs=3e-3)
    moved = [logit(found[:, cut:].sum(axis=1)) for found in (before, after)]
    assert np.ptp(moved[1] - moved[0]) < 1e-9
