"""Labels drawn at other rates: what is asked for is reached, and the order within a group stays."""

import copy

import numpy as np
import pandas as pd
import pytest

from synthgen import load_synthesizer
from synthgen.errors import ConditionError, UsageError
from synthgen.generators import TreeSynthesizer
from synthgen.generators.tree.label_map import LabelMap, class_chances, learn_map, mapped, solve_shift


def table(n=3_000, seed=0):
    """Skill and sex decide about the label; the gap of one column is decided by another."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["F", "M"], n, p=[0.4, 0.6])
    skill = rng.normal(size=n).round(2)
    chance = 1 / (1 + np.exp(-(1.5 * skill - 1.8 + 1.4 * (sex == "M"))))
    level = rng.choice(["low", "high", "top"], n)
    hired = rng.random(n) < chance
    return pd.DataFrame({
        "skill": skill, "sex": sex, "level": level, "hired": np.where(hired, "yes", "no"),
        "bonus": np.where(level == "low", np.nan, rng.gamma(2.0, 3.0, n).round(1)),
    })  # fmt: skip


@pytest.fixture(scope="module")
def data():
    return table()


@pytest.fixture(scope="module")
def fitted(data):
    return TreeSynthesizer(preset="turbo", random_state=0).fit(data, target="hired")


@pytest.fixture
def model(fitted):
    return copy.deepcopy(fitted)


def rates(rows):
    return (rows["hired"] == "yes").groupby(rows["sex"]).mean()


def test_quantiles_are_moved_to_the_same_quantiles():
    own = np.linspace(0, 0.2, 5)
    common = np.linspace(0.2, 0.4, 5)
    assert mapped(own, own, common, 1.0).round(9).tolist() == common.round(9).tolist()
    assert mapped(own, own, common, 0.5).round(9).tolist() == ((own + common) / 2).round(9).tolist()
    assert mapped(own, own, common, 0.0) is own


def test_the_shift_reaches_the_rate():
    chances = np.random.default_rng(0).beta(1, 5, 1_000)
    shift = solve_shift(chances, 0.5)
    odds = chances / (1 - chances) * np.exp(shift)
    assert (odds / (1 + odds)).mean() == pytest.approx(0.5, abs=1e-4)


def test_the_map_keeps_order_within_a_group_and_reaches_the_common_rate():
    rng = np.random.default_rng(0)
    chances = np.concatenate([rng.beta(1, 9, 3_000), rng.beta(4, 6, 1_000)])
    groups = np.repeat([0, 1], [3_000, 1_000])
    found = learn_map(("sex",), 1.0, np.array([[0.0], [1.0]]), None, 1.0, lambda g: (chances, groups))
    moved = found.moved(chances, groups)
    common = chances.mean()
    for group in (0, 1):
        mine = groups == group
        order = np.argsort(chances[mine])
        assert (np.diff(moved[mine][order]) >= -1e-12).all()
        assert moved[mine].mean() == pytest.approx(common, abs=1e-4)
    # Not only the mean: any bar is passed by as many of both.
    assert (moved[:3_000] > 0.3).mean() == pytest.approx((moved[3_000:] > 0.3).mean(), abs=0.01)


def test_groups_drawn_too_rarely_are_left_as_they_are():
    chances, groups = np.full(1_000, 0.2), np.repeat([0, 1], [980, 20])
    found = learn_map(("sex",), 1.0, np.array([[0.0], [1.0]]), None, 1.0, lambda g: (chances[:0], groups[:0])
                      if g >= 0 else (chances, groups))  # fmt: skip
    assert found.groups.tolist() == [[0.0]]
    assert found.moved(np.array([0.4]), np.array([-1])).tolist() == [0.4]


def test_equal_rates_are_reached_and_no_other_column_changes(model):
    before = model.sample(4_000, random_state=1)
    after = model.equalise_labels(["sex"]).sample(4_000, random_state=1)
    assert after.drop(columns="hired").equals(before.drop(columns="hired"))
    assert rates(before).min() / rates(before).max() < 0.7
    assert rates(after).min() / rates(after).max() > 0.95
    # Skill still decides within each group.
    for _, rows in after.groupby("sex"):
        hired = rows["hired"] == "yes"
        assert rows["skill"][hired].mean() - rows["skill"][~hired].mean() > 0.6


def test_rates_that_are_asked_for_are_reached(model):
    made = model.equalise_labels(["sex"], rates={"F": 0.5, "M": 0.1}, label="yes").sample(4_000, random_state=1)
    assert rates(made)["F"] == pytest.approx(0.5, abs=0.02)
    assert rates(made)["M"] == pytest.approx(0.1, abs=0.02)


def test_no_strength_changes_nothing(model):
    before = model.sample(500, random_state=1)
    assert model.equalise_labels(["sex"], strength=0.0).sample(500, random_state=1).equals(before)


def test_chances_are_those_of_the_labels(model, data):
    coded, _ = model._coded(data)
    pairs = zip(model._network.names, model._network.codes, strict=True)
    classes = np.stack([codes.encode(coded[name].to_numpy(float)) for name, codes in pairs], axis=1)
    chances = class_chances(model._network, classes)[:, 1]
    assert np.isfinite(chances).all()
    hit = (data["hired"] == "yes").to_numpy()
    assert chances.mean() == pytest.approx(hit.mean(), abs=0.02)
    assert chances[hit].mean() - chances[~hit].mean() > 0.2


def test_tilted_real_rows_have_the_rates_asked_for(model, data):
    coded, _ = model._coded(data)
    assert model.label_tilt(coded).tolist() == [1.0] * len(data)
    tilt = model.equalise_labels(["sex"], label="yes", rates={"F": 0.4, "M": 0.4}).label_tilt(coded)
    hit = data["hired"] == "yes"
    for sex in ("F", "M"):
        mine = (data["sex"] == sex).to_numpy()
        assert np.average(hit[mine], weights=tilt[mine]) == pytest.approx(0.4, abs=0.04)


def test_a_saved_model_draws_the_same_labels(model, tmp_path):
    model.equalise_labels(["sex"])
    model.save(tmp_path / "model")
    loaded = load_synthesizer(tmp_path / "model")
    assert isinstance(loaded.label_map_, LabelMap)
    assert loaded.sample(300, random_state=3).equals(model.sample(300, random_state=3))


def test_conditions_on_other_columns_still_hold_and_labels_cant_be_one(model):
    model.equalise_labels(["sex"])
    assert set(model.sample(200, conditions={"level": "top"}, random_state=0)["level"]) == {"top"}
    for conditions in ({"hired": "yes"}, {"hired": "yes", "level": "top"}):
        with pytest.raises(ConditionError, match="can't be a condition too"):
            model.sample(10, conditions=conditions)


def test_several_classes_keep_their_proportions():
    rng = np.random.default_rng(1)
    n = 3_000
    sex = rng.choice(["F", "M"], n)
    grade = np.where(rng.random(n) < np.where(sex == "M", 0.5, 0.2), "A", rng.choice(["B", "C"], n, p=[0.75, 0.25]))
    frame = pd.DataFrame({"sex": sex, "x": rng.normal(size=n).round(2), "grade": grade})
    model = TreeSynthesizer(preset="turbo", random_state=0).fit(frame, target="grade")
    made = model.equalise_labels(["sex"], label="A").sample(4_000, random_state=0)
    share = pd.crosstab(made["sex"], made["grade"], normalize="index")
    assert share["A"]["F"] == pytest.approx(share["A"]["M"], abs=0.02)
    assert (share["B"] / (share["B"] + share["C"])).to_numpy() == pytest.approx([0.75, 0.75], abs=0.05)


def test_bad_input_is_refused_in_words(model, data):
    with pytest.raises(UsageError, match="strength must be a number from 0 to 1"):
        model.equalise_labels(["sex"], strength=2)
    with pytest.raises(UsageError, match="'skill' is continuous"):
        model.equalise_labels(["skill"])
    with pytest.raises(UsageError, match="'hired' is the target"):
        model.equalise_labels(["hired"])
    with pytest.raises(UsageError, match="got none"):
        model.equalise_labels([])
    plain = TreeSynthesizer(preset="turbo", random_state=0).fit(data.head(300))
    with pytest.raises(UsageError, match="fitted with a target with classes"):
        plain.equalise_labels(["sex"])
