"""Labels of very many levels: their order, rows between neighbours, and memory that is linear in levels."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from benchmarks.wide_tables import many_levels
from synthgen.errors import DataError
from synthgen.generators import level_orders, smote
from synthgen.generators.between_many_levels import between_many_levels
from synthgen.generators.level_orders import nested
from synthgen.generators.tree import codes
from synthgen.generators.tree.codes import MOST_BINS, LabelCodes, parent_bins
from synthgen.randomness import stream
from synthgen.table import encode
from synthgen.table.rules import Determined


def peak_of(action):
    """Bytes allocated at most while something is done."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def orders(frame):
    schema = sg.Schema.infer(frame, target="returned")
    return level_orders.level_orders(encode(frame, schema), schema, np.random.default_rng(0))


def test_the_order_is_the_same_without_a_matrix_of_levels(monkeypatch):
    frame = many_levels(300, 4_000)
    small = orders(frame)["product"]
    monkeypatch.setattr(level_orders, "MANY_LEVELS", 100)
    many = orders(frame)["product"]
    # The direction of an axis is arbitrary.
    assert abs(np.corrcoef(small, many)[0, 1]) > 0.999


def test_all_rows_place_levels_that_few_rows_have(monkeypatch):
    frame = many_levels(2_500, 6_000)
    monkeypatch.setattr(level_orders, "ROWS", 1_500)
    ranks = orders(frame)["product"][:-1]
    price = frame.groupby("product")["price"].mean().to_numpy()
    assert abs(pd.Series(ranks).corr(pd.Series(price), method="spearman")) > 0.5


def test_levels_stand_in_the_order_of_what_follows_from_them(monkeypatch):
    monkeypatch.setattr(level_orders, "MANY_LEVELS", 3)
    ranks = {"town": np.array([0, 1, 2, 3, 4]), "county": np.array([1, 0, 2])}
    rule = Determined("county", "town", np.arange(4.0), np.array([0.0, 1.0, 0.0, 1.0]))
    # County 1 comes first, so towns 1 and 3 do; a missing town, of which nothing is known, is last.
    assert nested(ranks, [rule])["town"].tolist() == [2, 0, 3, 1, 4]
    assert nested(ranks, [rule])["county"].tolist() == [1, 0, 2]
    monkeypatch.setattr(level_orders, "MANY_LEVELS", 10)
    assert nested(ranks, [rule])["town"].tolist() == [0, 1, 2, 3, 4]


def test_later_columns_see_common_levels_and_runs_of_the_others(monkeypatch):
    monkeypatch.setattr(codes, "MANY_LEVELS", 100)
    counts = np.ones(400)
    counts[[5, 100, 399]] = 50
    shown = parent_bins(LabelCodes(np.arange(400.0), 400), counts)
    assert shown.max() < MOST_BINS
    assert all((shown == shown[level]).sum() == 1 for level in (5, 100, 399))
    others = shown[shown >= MOST_BINS // 2]
    assert (np.diff(others.astype(int)) >= 0).all()
    assert len(np.unique(others)) > MOST_BINS // 4
    # Without so many levels all rare ones share one code: the control.
    monkeypatch.setattr(codes, "MANY_LEVELS", 1_000)
    assert (parent_bins(LabelCodes(np.arange(400.0), 400), counts) == MOST_BINS - 1).sum() > 300


def clusters(n=60):
    """Two places far apart, with labels of their own, of which some are missing."""
    rng = np.random.default_rng(0)
    side = np.repeat([0.0, 1.0], n)
    label = np.where(rng.random(2 * n) < 0.1, -1.0, rng.integers(0, 3, 2 * n) + 10 * side)
    return np.column_stack([rng.normal(50 * side, 1), rng.normal(size=2 * n), label]), np.array([False, False, True])


def test_rows_lie_between_neighbours_and_have_their_labels():
    matrix, is_label = clusters()
    made = between_many_levels(matrix, is_label, 500, 5, np.random.default_rng(1))
    low, high = matrix.min(axis=0), matrix.max(axis=0)
    assert ((made >= low) & (made <= high)).all()
    near = made[:, 0] > 25
    assert set(np.unique(made[:, 2])) <= set(np.unique(matrix[:, 2]))
    assert (made[near & (made[:, 2] >= 0), 2] >= 10).all()
    assert (made[~near, 2] < 10).all()
    # Nothing lies between the two.
    assert not ((made[:, 0] > 10) & (made[:, 0] < 40)).any()


def test_copies_have_neighbours_too():
    matrix, is_label = np.zeros((8, 2)), np.array([False, True])
    made = between_many_levels(matrix, is_label, 20, 3, np.random.default_rng(0))
    assert not made.any()


def test_smote_takes_the_way_that_is_linear_in_levels(monkeypatch):
    frame = many_levels(300, 1_000)
    monkeypatch.setattr(smote, "MOST_BYTES", 0)
    model = sg.generators.SmoteSynthesizer(random_state=0).fit(frame, target="returned")
    made = model.sample(300, conditions={"returned": 1}, random_state=1)
    assert (made["returned"] == 1).all()
    assert made["price"].between(frame["price"].min(), frame["price"].max()).all()
    pd.testing.assert_frame_equal(made, model.sample(300, conditions={"returned": 1}, random_state=1))
    weighted = sg.generators.SmoteSynthesizer("adasyn", random_state=0).fit(frame, target="returned")
    with pytest.raises(DataError, match=r"'product'.* too many"):
        weighted.sample(10)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gaussian_copula", "smote", "tree"])
def test_memory_is_linear_in_levels(name):
    def work(levels):
        frame = many_levels(levels, 9_000)
        return lambda: sg.generators.GENERATORS[name](random_state=0).fit(frame, target="returned").sample(200)

    work(100)()  # compiled on first use
    # Levels by levels alone would take 500 MB, and rows by levels as much.
    assert peak_of(work(8_000)) < 250e6


def test_the_stream_of_other_tables_is_left_alone():
    """Where no label has so many levels, rows are what they were: the same draws are made from the stream."""
    frame = many_levels(50, 400)
    schema = sg.Schema.infer(frame, target="returned")
    first, second = (stream(np.random.SeedSequence(1), "levels") for _ in range(2))
    level_orders.level_orders(encode(frame, schema), schema, first)
    second.choice(len(frame), len(frame), replace=False)
    assert first.random() == second.random()
