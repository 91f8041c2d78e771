"""Conditions: exact, of the right law, and refused where no row can meet them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import ConditionError
from synthgen.generators import TreeSynthesizer


@pytest.fixture(scope="module")
def labels(three_labels):
    return TreeSynthesizer(preset="turbo", order=["a", "b", "c"], random_state=0).fit(three_labels)


@pytest.fixture(scope="module")
def ruled(rules_table):
    return TreeSynthesizer(preset="turbo", random_state=0).fit(rules_table)


def law(rows, names):
    return rows.value_counts(names, normalize=True).sort_index().to_numpy()


def expected_apart(p, n):
    """Expected total variation between a law and the shares of ``n`` independent rows."""
    return 0.5 * np.sqrt(2 * p * (1 - p) / (np.pi * n)).sum()


def test_the_law_given_a_later_column_is_right(labels, joint):
    truth = (joint[:, :, 1] / joint[:, :, 1].sum()).ravel()
    made = labels.sample(4000, conditions={"c": "q"}, random_state=1)
    assert (made["c"] == "q").all()
    # What 6,000 train rows (with their share of c = q) and the candidates can tell, twice over.
    sizes = 6000 * joint[:, :, 1].sum(), labels.effort_["effective"]
    bound = 2 * sum(expected_apart(truth, n) for n in sizes)
    assert bound < 0.06
    assert 0.5 * np.abs(law(made, ["a", "b"]) - truth).sum() < bound
    # The control: rows that don't know of the condition.
    unaware = joint.sum(axis=2).ravel()
    assert 0.5 * np.abs(unaware - truth).sum() > bound


def test_one_row_at_a_time_has_the_same_law_as_many():
    rng = np.random.default_rng(0)
    a = rng.random(6000) < 0.02
    q = rng.random(6000) < np.where(a, 0.95, 0.05)
    frame = pd.DataFrame({"a": np.where(a, "rare", "usual"), "c": np.where(q, "q", "p")})
    model = TreeSynthesizer(preset="turbo", order=["a", "c"], random_state=0).fit(frame)
    many = (model.sample(4000, conditions={"c": "q"}, random_state=1)["a"] == "rare").mean()
    # By hand: .02 · .95 / (.02 · .95 + .98 · .05) = .28, from 408 train rows.
    assert many == pytest.approx(0.28, abs=4 * np.sqrt(0.28 * 0.72 / 408))
    one = [model.sample(1, conditions={"c": "q"}, random_state=i)["a"].item() == "rare" for i in range(800)]
    assert np.mean(one) == pytest.approx(many, abs=3 * np.sqrt(0.28 * 0.72 / 800))


def test_a_rare_condition_is_met_for_a_single_row():
    rng = np.random.default_rng(0)
    p = rng.choice(list("abcdefgh"), 3000)
    frame = pd.DataFrame({"p": p, "fee": np.where(p != "a", np.nan, rng.integers(1, 60, 3000))})
    frame["z"] = rng.choice(["u", "v"], 3000, p=[0.9, 0.1])
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(frame)
    for seed in range(60):
        made = model.sample(1, conditions={"fee": ">= 10", "z": "v"}, random_state=seed)
        assert made["p"].tolist() == ["a"]


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"paid": "cash"}, lambda r: r["paid"] == "cash"),
        ({"paid": "cash"}, lambda r: r["card_fee"].isna()),
        ({"card_fee": None}, lambda r: r["paid"] == "cash"),
        ({"card_fee": ">= 5 and < 9"}, lambda r: (r["card_fee"] >= 5) & (r["card_fee"] < 9) & (r["paid"] == "card")),
        ({"net": [40, 41, ">= 800"]}, lambda r: r["net"].isin([40, 41]) | (r["net"] >= 800)),
        ({"degree": "master"}, lambda r: (r["degree"] == "master") & (r["years"] == 16)),
        ({"degree": ["none", "college"], "years": "> 9"}, lambda r: (r["degree"] == "college") & (r["years"] == 13)),
        ({"gross": ">= 1000"}, lambda r: (r["gross"] >= 1000) & (r["net"] + r["tax"] == r["gross"])),
        ({"gross": "< 300", "paid": "card"}, lambda r: (r["gross"] < 300) & (r["paid"] == "card")),
        ({"day": ">= 2024-12-01"}, lambda r: r["day"] >= "2024-12-01"),
        ({"net": slice(90, 120), "tax": range(50, 90)}, lambda r: r[["net", "tax"]].isin(range(50, 120)).all(axis=1)),
    ],
)  # fmt: skip
def test_conditions_hold_in_every_row(ruled, conditions, holds):
    made = ruled.sample(150, conditions=conditions, random_state=0)
    assert len(made) == 150
    assert holds(made).all()
    assert ruled.effort_["n_samples"] == 150
    assert ruled.effort_["candidates"] >= 150
    assert 0 < ruled.effort_["effective"] <= ruled.effort_["candidates"]


def test_no_effort_is_reported_where_none_was_made(ruled):
    ruled.sample(20, conditions={"net": "> 500"})
    assert ruled.effort_ is not None
    ruled.sample(20)
    assert ruled.effort_ is None


def test_the_target_and_another_column(three_labels):
    rng = np.random.default_rng(0)
    frame = three_labels.assign(x=rng.normal(np.where(three_labels["a"] == "x", 3, 0), 1))
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(frame, target="a")
    made = model.sample(300, conditions={"a": ["x", "y"], "x": "> 2", "c": "p"})
    assert set(made["a"]) == {"x", "y"} and (made["x"] > 2).all() and (made["c"] == "p").all()
    # By hand: P(x > 2 | a = x) = Φ(1) = .841, else Φ(−2) = .023; with c = p, a is x or y by .22 or .09.
    truth = 0.22 * 0.841 / (0.22 * 0.841 + 0.09 * 0.023)
    assert (made["a"] == "x").mean() == pytest.approx(truth, abs=0.03)


def test_a_target_that_follows_from_another_column_can_be_asked_for():
    rng = np.random.default_rng(0)
    diagnosis = rng.choice(list("abcde"), 1000)
    ill = np.isin(diagnosis, ["a", "b"]).astype(int)
    frame = pd.DataFrame({"diagnosis": diagnosis, "x": rng.normal(size=1000), "ill": ill})
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(frame, target="ill")
    made = model.sample(50, conditions={"ill": 1})
    assert made["ill"].tolist() == [1] * 50
    assert set(made["diagnosis"]) == {"a", "b"}


@pytest.mark.parametrize(
    "conditions",
    [
        {"degree": "master", "years": 9},
        {"paid": "cash", "card_fee": "> 0"},
        {"gross": "< 100", "net": "> 500"},
        {"net": "> 5000"},
        {"paid": "cheque"},
        {"years": 11},
    ],
)
def test_what_no_row_can_meet_is_refused(ruled, conditions):
    with pytest.raises(ConditionError):
        ruled.sample(20, conditions=conditions)


def test_the_same_seed_gives_the_same_conditioned_rows(ruled):
    first, second = (ruled.sample(40, conditions={"gross": "> 800"}, random_state=3) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(ruled.sample(40, conditions={"gross": "> 800"}, random_state=4))
