"""What the model says of real rows: their probability, and their gaps filled."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from synthgen.generators import TreeSynthesizer


@pytest.fixture(scope="module")
def labels(three_labels):
    return TreeSynthesizer(preset="turbo", order=["a", "b", "c"], random_state=0).fit(three_labels)


@pytest.fixture(scope="module")
def ruled(rules_table):
    return TreeSynthesizer(preset="turbo", random_state=0).fit(rules_table)


def test_probabilities_of_all_cells_add_up_to_one(labels, joint):
    cells = pd.DataFrame(product("xyz", "mn", "pq"), columns=["a", "b", "c"])
    found = np.exp(labels.log_prob(cells))
    assert found.sum() == pytest.approx(1)
    # Each share is known from 6,000 rows: 4 standard errors, and as much again for the trees' shrinkage.
    assert np.abs(found - joint.ravel()).max() < 8 * np.sqrt(0.2 * 0.8 / 6000)
    # The control: independent columns are further off.
    alone = np.einsum("i,j,k", joint.sum((1, 2)), joint.sum((0, 2)), joint.sum((0, 1))).ravel()
    assert np.abs(alone - joint.ravel()).max() > 8 * np.sqrt(0.2 * 0.8 / 6000)


def test_what_no_train_row_had_has_no_probability(labels, ruled, three_labels, rules_table):
    rows = three_labels.head(3).copy()
    rows.loc[1, "b"] = "unheard of"
    assert np.isneginf(labels.log_prob(rows)).tolist() == [False, True, False]
    rows = rules_table.head(6).copy()
    cash = rows.index[rows["paid"] == "cash"]
    card = rows.index[rows["paid"] == "card"]
    assert len(cash) and len(card) > 2
    rows.loc[card[0], "gross"] += 1
    rows.loc[card[1], "degree"] = "master" if rows.loc[card[1], "years"] != 16 else "none"
    rows.loc[card[2], "card_fee"] = np.nan
    rows.loc[cash[0], "card_fee"] = 4.0
    broken = [*card[:3], cash[0]]
    assert np.isneginf(ruled.log_prob(rows)).tolist() == rows.index.isin(broken).tolist()


def test_a_gap_where_no_train_row_had_one_has_no_probability():
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=300), "c": ["u", "v"] * 150})
    rows = frame.head(3).copy()
    rows.loc[0, "x"] = np.nan
    found = TreeSynthesizer(preset="turbo", random_state=0).fit(frame).log_prob(rows)
    assert np.isneginf(found).tolist() == [True, False, False]


def test_filled_rows_keep_what_was_known_and_their_dtypes(rules_table):
    rng = np.random.default_rng(2)
    rows = rules_table.astype({"net": "Int64", "years": "Int64"})
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(rows)
    holes = rows.head(400).copy()
    for name in ("net", "years", "paid", "day"):
        holes.loc[rng.random(400) < 0.3, name] = None
    before = holes.copy()
    filled = model.impute(holes)
    pd.testing.assert_frame_equal(holes, before)
    assert filled.dtypes.equals(holes.dtypes)
    assert list(filled.index) == list(holes.index)
    assert not filled.isna().any().any()
    for name in holes:
        known = holes[name].notna()
        assert filled.loc[known, name].equals(holes.loc[known, name])
    # The rules give what they can.
    assert (filled["net"] + filled["tax"] == filled["gross"]).all()
    degrees = {9: "none", 10: "school", 13: "college", 16: "master"}
    assert (filled["years"].astype(int).map(degrees) == filled["degree"]).all()
    pd.testing.assert_frame_equal(filled, model.impute(holes))
    assert not filled.equals(model.impute(holes, random_state=1))


def test_what_follows_is_computed(ruled, rules_table):
    holes = rules_table.head(300).astype({"gross": float, "tax": float})
    holes.loc[::2, "gross"] = None
    holes.loc[1::2, "tax"] = None
    holes["degree"] = None
    filled = ruled.impute(holes)
    for name in ("gross", "tax", "degree"):
        assert filled[name].tolist() == rules_table[name].head(300).tolist()


@pytest.mark.parametrize("gap", ["a", "b", "c"])
def test_gaps_are_filled_given_all_that_is_known(labels, three_labels, joint, gap):
    rows = three_labels.assign(**{gap: None})
    filled = labels.impute(rows)
    rest = [name for name in "abc" if name != gap]
    found = pd.crosstab([filled[name] for name in rest], filled[gap], normalize="index").to_numpy()
    moved = np.moveaxis(joint, "abc".index(gap), -1)
    truth = (moved / moved.sum(axis=-1, keepdims=True)).reshape(found.shape)
    sizes = three_labels.value_counts(rest).sort_index().to_numpy()[:, None]
    # Both the model and the filled rows know a share to .5 / √n; four of them each.
    assert (np.abs(found - truth) < 8 * 0.5 / np.sqrt(sizes)).all()
    # The control: the column's own shares, whatever the rest.
    alone = moved.sum(axis=(0, 1))
    assert (np.abs(alone - truth) > 8 * 0.5 / np.sqrt(sizes)).any()


def test_independent_columns_are_filled_by_their_own_shares():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"a": rng.choice(["x", "y"], 4000, p=[0.8, 0.2]), "b": rng.choice(["m", "n"], 4000)})
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(frame)
    filled = model.impute(frame.assign(a=None))
    for _, part in filled.groupby("b"):
        assert (part["a"] == "x").mean() == pytest.approx(0.8, abs=8 * 0.4 / np.sqrt(2000))


def test_a_known_column_that_follows_speaks_for_earlier_gaps():
    rng = np.random.default_rng(4)
    k = rng.integers(0, 2, 4000)
    b = np.where(rng.random(4000) < 0.9, k, 1 - k) * 2 + rng.integers(0, 2, 4000)
    frame = pd.DataFrame(
        {"a": np.array(["s", "t"])[k], "b": np.array(list("mnop"))[b], "d": np.array(["lo", "hi"])[b // 2]}
    )
    model = TreeSynthesizer(preset="turbo", order=["a", "b"], random_state=0).fit(frame)
    assert [(rule.column, rule.by) for rule in model.rules_.determined] == [("d", "b")]
    filled = model.impute(frame.assign(a=None, b=None))
    assert (filled["b"].isin(["o", "p"]) == (frame["d"] == "hi")).all()
    # By hand: P(a = t | d = hi) = .9; a's own share would be .5.
    assert (filled.loc[frame["d"] == "hi", "a"] == "t").mean() == pytest.approx(0.9, abs=8 * 0.3 / np.sqrt(2000))


def test_a_gap_that_is_meant_is_filled_by_the_values_shares():
    rng = np.random.default_rng(5)
    paid = rng.choice(["card", "cash"], 3000)
    fee = rng.choice([1, 2, 3, 4], 3000, p=[0.85, 0.05, 0.05, 0.05])
    frame = pd.DataFrame({"paid": paid, "fee": np.where(paid == "cash", np.nan, fee)})
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(frame)
    filled = model.impute(frame).loc[frame["fee"].isna(), "fee"]
    assert filled.notna().all()
    assert (filled == 1).mean() == pytest.approx(0.85, abs=8 * 0.36 / np.sqrt(1500))


def test_a_column_without_any_value_keeps_its_gaps():
    frame = pd.DataFrame({"x": np.random.default_rng(0).normal(size=200), "nothing": np.full(200, np.nan)})
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(frame)
    filled = model.impute(frame.assign(x=frame["x"].where(np.arange(200) % 2 == 0)))
    assert filled["nothing"].isna().all()
    assert filled["x"].notna().all()
