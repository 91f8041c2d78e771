"""The engine as a whole: what is kept exactly, the rare class, orders, seeds, and saved models."""

from __future__ import annotations

import json
import os

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.generators import TreeSynthesizer
from synthgen.generators.tree import model as model_module
from synthgen.generators.tree import network as network_module

RARE = 60


@pytest.fixture(scope="module", params=["turbo", "quality"])
def ruled(request, rules_table):
    return TreeSynthesizer(preset=request.param, random_state=0).fit(rules_table)


def rare_table() -> pd.DataFrame:
    """6,000 rows, 60 of them of a class whose six numbers lie a standard deviation above the others'."""
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [6000 - RARE, RARE])
    x = rng.normal(0, 1, (6000, 6)) + rng.normal(0, 0.7, (6000, 1)) + y[:, None]
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(6)]).assign(y=y).sample(frac=1, random_state=0)


def rare_error(made, real) -> float:
    """Mean distance of the rare class's means, in its standard deviations."""
    real = real[real["y"] == 1]
    return float(((made.mean() - real.mean()) / real.std()).drop("y").abs().mean())


def test_what_holds_in_every_row_holds_in_every_new_row(ruled, rules_table):
    made = ruled.sample(3000)
    assert (made["net"] + made["tax"] == made["gross"]).all()
    pairs = set(zip(rules_table["years"], rules_table["degree"], strict=True))
    assert set(zip(made["years"], made["degree"], strict=True)) == pairs
    assert (made["card_fee"].isna() == (made["paid"] == "cash")).all()
    assert list(made.columns) == list(rules_table.columns)
    assert made.dtypes.equals(rules_table.dtypes)


def test_new_rows_have_the_shares_of_the_real_ones(ruled, rules_table):
    made = ruled.sample(3000, random_state=1)
    for name in ("paid", "degree"):
        apart = made[name].value_counts(normalize=True) - rules_table[name].value_counts(normalize=True)
        # Systematic sampling: shares are those of the model, and those the rows' own but for half a row of smoothing.
        assert apart.abs().max() < 0.01
    for name in ("net", "tax"):
        assert made[name].mean() == pytest.approx(rules_table[name].mean(), rel=0.03)


def test_the_rare_class_keeps_its_own_means_and_only_by_its_calibration(monkeypatch):
    real = rare_table()
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(real, target="y")
    made = model.sample(1500, conditions={"y": 1}, random_state=1)
    assert made["y"].tolist() == [1] * 1500
    # The model draws towards everybody's mean by 4 rows in 64: .06 of a shift of .8 standard deviations.
    assert rare_error(made, real) < 0.25
    monkeypatch.setattr(model_module, "calibrated", lambda *_: None)
    plain = TreeSynthesizer(preset="turbo", random_state=0).fit(real, target="y")
    worse = rare_error(plain.sample(1500, conditions={"y": 1}, random_state=1), real)
    assert worse > rare_error(made, real) + 0.02


@pytest.mark.parametrize("n", [1, 7, 250])
def test_exactly_so_many_rare_rows_as_asked_for(three_labels, n):
    frame = three_labels.head(1000).assign(y=np.repeat([0, 1], [991, 9]))
    made = TreeSynthesizer(preset="turbo", random_state=0).fit(frame, target="y").sample(n, conditions={"y": 1})
    assert made["y"].tolist() == [1] * n


def test_classes_come_in_proportion(plain):
    made = TreeSynthesizer(preset="turbo", random_state=0).fit(plain(600, 300, 100), target="Class").sample(1000)
    # Systematic sampling: within a row of each share.
    assert made["Class"].value_counts().sub([600, 300, 100]).abs().max() <= 1


@pytest.mark.parametrize("target", [None, "Class"])
def test_the_same_seed_gives_the_same_rows_however_many_threads(mixed, monkeypatch, target):
    def made():
        model = TreeSynthesizer(random_state=3).fit(mixed(700), target=target)
        return model.sample(9000), model.sample(50, conditions={"dose": "> 20"}), model.impute(mixed(50, seed=1))

    several = made()
    for alone in (lambda: 1, lambda: 8):
        monkeypatch.setattr(network_module, "cpu_count", alone)
        for first, second in zip(several, made(), strict=True):
            pd.testing.assert_frame_equal(first, second, check_exact=True)
    for module in (network_module, model_module):
        monkeypatch.setattr(module, "in_threads", lambda task, items: [task(item) for item in items])
    for first, second in zip(several, made(), strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_columns_are_drawn_in_the_order_that_is_given(three_labels):
    for order in (["c", "a", "b"], ("b", "c", "a")):
        assert TreeSynthesizer(preset="turbo", order=order, random_state=0).fit(three_labels).order_ == list(order)
    targeted = TreeSynthesizer(preset="turbo", order=["c", "a", "b"], random_state=0).fit(three_labels, target="b")
    assert targeted.order_ == ["b", "c", "a"]
    for preset in ("turbo", "quality"):
        found = TreeSynthesizer(preset=preset, random_state=0).fit(three_labels, target="c").order_
        assert found[0] == "c" and sorted(found) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (["a", "b"], "lacks column 'c'"),
        (["a", "b", "c", "zz"], "'zz'"),
        (["a", "b", "c", "a"], "twice"),
        ("by luck", "order"),
    ],
)
def test_an_order_that_does_not_fit_is_refused_by_name(three_labels, order, words):
    with pytest.raises(UsageError, match=words):
        TreeSynthesizer(order=order).fit(three_labels.head(200))


def test_an_order_may_name_columns_that_follow_from_others(rules_table):
    order = ["degree", "gross", "paid", "card_fee", "tax", "net", "day", "years"]
    model = TreeSynthesizer(preset="turbo", order=order, random_state=0).fit(rules_table)
    assert len(model.order_) == 6
    assert [name for name in order if name in model.order_] == model.order_


def test_what_decides_about_gaps_is_drawn_before_them(rules_table):
    order = ["card_fee", "paid", "years", "degree", "net", "tax", "gross", "day"]
    model = TreeSynthesizer(preset="turbo", order=order, random_state=0).fit(rules_table)
    made = model.sample(2000)
    assert (made["card_fee"].isna() == (made["paid"] == "cash")).all()


def test_an_unknown_preset_is_refused(three_labels):
    with pytest.raises(UsageError, match=r'"quality" or "turbo".*\'best\''):
        TreeSynthesizer(preset="best").fit(three_labels.head(100))


def test_a_loaded_model_is_the_same_and_holds_no_pickle(ruled, rules_table, tmp_path):
    ruled.save(tmp_path / "model")
    loaded = sg.load_synthesizer(tmp_path / "model")
    assert loaded.order_ == ruled.order_
    assert loaded.rules_.to_dict() == ruled.rules_.to_dict()
    for options in ({}, {"conditions": {"gross": "> 800", "paid": "card"}}):
        first, second = (m.sample(500, random_state=2, **options) for m in (ruled, loaded))
        pd.testing.assert_frame_equal(first, second, check_exact=True)
        assert first["card_fee"].to_numpy().tobytes() == second["card_fee"].to_numpy().tobytes()
    rows = rules_table.head(200)
    assert np.array_equal(ruled.log_prob(rows), loaded.log_prob(rows))
    holes = rows.assign(paid=None)
    pd.testing.assert_frame_equal(ruled.impute(holes), loaded.impute(holes), check_exact=True)
    pd.testing.assert_frame_equal(ruled.describe(), loaded.describe())
    assert {name.rpartition(".")[2] for name in os.listdir(tmp_path / "model")} == {"json", "npz"}
    json.loads((tmp_path / "model" / "model.json").read_text())
    with np.load(tmp_path / "model" / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[key].dtype != object for key in arrays.files)


def test_tables_with_next_to_nothing_in_them():
    for frame in (
        pd.DataFrame({"x": [1.5, 2.5]}),
        pd.DataFrame({"x": [1.0] * 9, "y": ["a"] * 9}),
        pd.DataFrame({"x": np.arange(30.0) / 7, "gone": np.full(30, np.nan), "c": ["u"] * 29 + ["v"]}),
    ):
        made = TreeSynthesizer(random_state=0).fit(frame).sample(40)
        assert len(made) == 40
        assert made.isna().all().tolist() == frame.isna().all().tolist()
        assert made["x"].between(frame["x"].min(), frame["x"].max()).all()
