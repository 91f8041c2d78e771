"""The trees: what they answer, what they learn, and when they keep quiet."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.generators.tree.boosting import ALL, LEAST_PLAIN, MOST_LEAVES, Strength, answer, boost, no_trees

STRENGTH = Strength(rounds=30, rate=0.2, leaves=7, ridge=5.0, least=2.0, patience=8, worth=1.0)


def walked(trees, tree: int, x: np.ndarray) -> np.ndarray:
    """Leaf of each row, from node to node: a leaf set is divided by the first split that tells its leaves apart."""
    out = np.full(len(x), -1)
    found = int(np.bitwise_or(trees.sides[tree, 0, 0], trees.sides[tree, 0, 1]))
    todo = [(found, np.arange(len(x)))]
    while todo:
        leaves, rows = todo.pop()
        if leaves & (leaves - 1) == 0:
            assert (out[rows] == -1).all()
            out[rows] = leaves.bit_length() - 1
            continue
        for s in range(trees.feature.shape[1]):
            first, second = (leaves & int(side) for side in trees.sides[tree, s])
            if first and second and first != second:
                break
        assert first | second == leaves and first & second == 0, "a node's leaves are on one side each"
        goes_first = x[rows, trees.feature[tree, s]] <= trees.threshold[tree, s]
        todo += [(first, rows[goes_first]), (second, rows[~goes_first])]
    return out


def answers(trees, tree: int, x: np.ndarray) -> np.ndarray:
    return np.array([answer(trees, tree, row) for row in x])


def ones(x: np.ndarray) -> np.ndarray:
    return np.ones(len(x))


def grown(seed: int, n: int = 700, weights: np.ndarray | None = None, **changes):
    """Trees on three columns of 4, 12 and 60 codes, with a signal in two of them."""
    rng = np.random.default_rng(seed)
    n_bins = np.array([4, 12, 60])
    x, x_val = (np.stack([rng.integers(0, b, n) for b in n_bins], axis=1).astype(np.uint8) for _ in range(2))
    y, y_val = (
        (rng.random(n) < 1 / (1 + np.exp(-(v[:, 1] - 6.0) * np.where(v[:, 0] == 2, 0.5, -0.2)))).astype(np.uint8)
        for v in (x, x_val)
    )
    strength = STRENGTH._replace(**changes)
    trees = no_trees(strength.rounds, strength.leaves)
    base = float(np.log(y.mean() / (1 - y.mean())))
    own = ones(x) if weights is None else weights
    kept = boost(x, y, own, x_val, y_val, ones(x_val), n_bins, base, strength, trees)
    return trees, kept, x, y, base


def learnt(x, y, learn: int, end: int, *others) -> int:
    """Trees kept by the first rows, validated on the next, each row counting for one."""
    own, next_ones = slice(learn), slice(learn, end)
    return boost(x[own], y[own], ones(x[own]), x[next_ones], y[next_ones], ones(x[next_ones]), *others)


def test_a_tree_built_by_hand_answers_as_its_drawing_says():
    # First column up to 3: second column up to 5: leaf 0 (1.0), above: leaf 1 (2.0). First column above 3: leaf 2.
    trees = no_trees(1, 7)
    trees.feature[0, :2], trees.threshold[0, :2] = [0, 1], [3, 5]
    trees.sides[0, 0] = [0b011, 0b100]
    trees.sides[0, 1] = [ALL ^ 0b010, ALL ^ 0b001]
    trees.value[0, :3] = [1.0, 2.0, 3.0]
    x = np.array([[0, 0], [3, 5], [3, 6], [0, 255], [4, 0], [4, 6], [255, 255]], np.uint8)
    assert answers(trees, 0, x).tolist() == [1, 1, 2, 2, 3, 3, 3]
    assert walked(trees, 0, x).tolist() == [0, 0, 1, 1, 2, 2, 2]


def test_each_leaf_that_is_left_gives_its_own_value():
    trees = no_trees(1, MOST_LEAVES)
    trees.value[0] = np.arange(MOST_LEAVES)
    for leaf in range(MOST_LEAVES):
        trees.sides[0, 0] = 1 << leaf
        assert answers(trees, 0, np.zeros((1, 1), np.uint8)).tolist() == [leaf]


@pytest.mark.parametrize(("seed", "leaves"), [(0, 7), (1, 7), (2, 3), (3, 2), (4, 8), (5, MOST_LEAVES)])
def test_every_row_gets_the_value_of_the_leaf_that_a_walk_leads_to(seed, leaves):
    trees, kept, x, _, _ = grown(seed, leaves=leaves)
    assert kept > 3
    anything = np.random.default_rng(seed).integers(0, 256, (200, 3)).astype(np.uint8)
    for tree in (0, kept // 2, kept - 1):
        for rows in (x[:200], anything):
            leaf = walked(trees, tree, rows)
            assert answers(trees, tree, rows) == pytest.approx(trees.value[tree, leaf])


@pytest.mark.parametrize("leaves", [2, 5, 8, MOST_LEAVES])
def test_the_sides_leave_each_row_exactly_one_leaf(leaves):
    trees, kept, *_ = grown(5, leaves=leaves)
    anything = np.random.default_rng(0).integers(0, 256, (500, 3)).astype(np.uint8)
    for tree in range(kept):
        above = anything[:, trees.feature[tree]] > trees.threshold[tree]
        left = np.bitwise_and.reduce(np.where(above, trees.sides[tree, :, 1], trees.sides[tree, :, 0]), axis=1)
        assert ((left & (left - 1)) == 0).all() and (left > 0).all()


def test_each_leaf_holds_the_shrunken_newton_step_of_its_training_rows():
    trees, kept, x, y, base = grown(6)
    logits = np.full(len(x), base)
    for tree in range(kept):
        p = 1 / (1 + np.exp(-logits))
        leaf = walked(trees, tree, x)
        g, h = np.bincount(leaf, y - p, 8), np.bincount(leaf, p * (1 - p), 8)
        used = np.unique(leaf)
        assert h[used].min() >= STRENGTH.least * (1 - 1e-4)
        assert trees.value[tree, used] == pytest.approx((0.2 * g / (h + 5))[used], rel=1e-3, abs=1e-5)
        logits += trees.value[tree, leaf]


@pytest.mark.parametrize("heavy", [1.0, 9.0])
def test_a_leaf_of_weighted_rows_holds_their_weighted_step_and_five_rows(heavy):
    # Half of the rows, or all of them, count for so many: a node may have rows of one rare class alone.
    for weights in (np.where(np.arange(700) % 2 == 0, heavy, 1.0), np.full(700, heavy)):
        trees, kept, x, y, base = grown(6, weights=weights, leaves=MOST_LEAVES)
        assert kept > 3
        logits, fewest = np.full(len(x), base), len(x)
        for tree in range(kept):
            p = 1 / (1 + np.exp(-logits))
            leaf = walked(trees, tree, x)
            g, h = (np.bincount(leaf, weights * part, MOST_LEAVES) for part in (y - p, p * (1 - p)))
            used = np.unique(leaf)
            assert trees.value[tree, used] == pytest.approx((0.2 * g / (h + 5))[used], rel=1e-3, abs=1e-5)
            assert h[used].min() >= STRENGTH.least * (1 - 1e-4)
            assert np.bincount(leaf, p * (1 - p))[used].min() >= LEAST_PLAIN * (1 - 1e-4)
            fewest = min(fewest, int(np.bincount(leaf)[used].min()))
            logits += trees.value[tree, leaf]
        assert fewest >= 5


def test_a_row_that_counts_for_two_is_two_rows():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 8, (600, 3)).astype(np.uint8)
    y = (rng.random(600) < np.where(x[:, 1] > 4, 0.7, 0.3)).astype(np.uint8)
    times = np.where(np.arange(600) % 3 == 0, 2, 1)
    weighted, twice = no_trees(30, 7), no_trees(30, 7)
    val = x[400:], y[400:], ones(x[400:])
    few = boost(x[:400], y[:400], times[:400].astype(float), *val, np.full(3, 8), 0.0, STRENGTH, weighted)
    longer = np.repeat(np.arange(400), times[:400])
    many = boost(x[longer], y[longer], ones(longer), *val, np.full(3, 8), 0.0, STRENGTH, twice)
    assert few == many > 0
    assert (weighted.feature[:few] == twice.feature[:few]).all()
    assert weighted.value[:few] == pytest.approx(twice.value[:few], rel=1e-3, abs=1e-5)


def test_the_first_split_is_the_best_of_all():
    trees, _, x, y, base = grown(7)
    p = 1 / (1 + np.exp(-base))
    g, h = y - p, np.full(len(y), p * (1 - p))
    gains = {}
    for f in range(3):
        for cut in range(int(x[:, f].max())):
            first = x[:, f] <= cut
            sides = [(g[s].sum(), h[s].sum()) for s in (first, ~first)]
            if min(side[1] for side in sides) >= STRENGTH.least:
                gains[f, cut] = sum(a * a / (b + 5) for a, b in sides)
    assert (trees.feature[0, 0], trees.threshold[0, 0]) == max(gains, key=gains.get)


def test_labels_without_cause_are_left_without_trees():
    kept = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.integers(0, 32, (600, 5)).astype(np.uint8)
        y = (rng.random(600) < 0.4).astype(np.uint8)
        room = no_trees(STRENGTH.rounds, STRENGTH.leaves)
        kept.append(learnt(x, y, 500, 600, np.full(5, 32), np.log(0.4 / 0.6), STRENGTH, room))
    # One nat is what twice a likelihood ratio passes by chance in about one case of twelve (one degree of freedom, one
    # side); 12 of 60 has a probability under .3 % then.
    assert np.count_nonzero(kept) < 12


def test_a_real_cause_is_learnt():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 8, (4000, 4)).astype(np.uint8)
    p = np.where(x[:, 0] <= 3, 0.2, 0.8)
    y = (rng.random(4000) < p).astype(np.uint8)
    room = no_trees(60, 7)
    kept = learnt(x, y, 1500, 2000, np.full(4, 8), 0.0, STRENGTH._replace(rounds=60), room)
    z = sum(answers(room, tree, x[2000:]) for tree in range(kept))
    loss = np.log1p(np.exp(np.where(y[2000:] == 1, -z, z))).mean()
    truth = -np.where(y[2000:] == 1, np.log(p[2000:]), np.log(1 - p[2000:])).mean()
    # The truth gains ln 2 − H(.2) = .193 nats a row on the base.
    assert np.log(2) - truth == pytest.approx(0.193, abs=0.03)
    assert loss - truth < 0.02
    assert np.log(2) - loss > 0.15


def test_gains_that_are_not_worth_it_are_refused():
    kept = grown(0)[1]
    assert kept > 0
    assert grown(0, worth=1e6)[1] == 0


def test_a_column_without_variation_is_never_split():
    x, y = np.zeros((400, 2), np.uint8), np.tile(np.array([0, 1], np.uint8), 200)
    assert learnt(x, y, 300, 400, np.array([1, 1]), 0.0, STRENGTH, no_trees(30, 7)) == 0
