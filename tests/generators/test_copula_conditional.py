"""Rows of the copula given some of their columns: the law that they should have, worked out or drawn freely."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from synthgen.generators import GaussianCopulaSynthesizer
from synthgen.generators.gaussian_copula.conditional import CELLS, given, levels_of, scores_between, scores_within
from synthgen.generators.margins import empirical_margin


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(0)
    x = rng.normal(size=3000)
    frame = pd.DataFrame({
        "x": x.round(2),
        "y": (0.8 * x + 0.6 * rng.normal(size=3000)).round(2),
        "label": np.where(x + rng.normal(size=3000) > 0, "up", "down"),
        "z": np.where(rng.random(3000) < 0.3, np.nan, (x + rng.normal(size=3000)).round(2)),
        "late": rng.choice(["no", "yes"], 3000, p=[0.8, 0.2]),
    })  # fmt: skip
    return GaussianCopulaSynthesizer(random_state=0).fit(frame, target="late")


def test_two_variables_have_the_mean_and_spread_of_the_textbook():
    rng = np.random.default_rng(0)
    correlation = np.array([[1.0, 0.8], [0.8, 1.0]])
    latent = rng.standard_normal((20_000, 2)) @ np.linalg.cholesky(correlation).T
    made = given(latent, correlation, [0], np.full((20_000, 1), 1.5))
    assert (made[:, 0] == 1.5).all()
    # By hand: mean .8 · 1.5, variance 1 − .8².
    assert made[:, 1].mean() == pytest.approx(1.2, abs=0.02)
    assert made[:, 1].std() == pytest.approx(0.6, abs=0.02)


def test_a_level_is_the_one_whose_quantile_the_value_is():
    rng = np.random.default_rng(0)
    values = np.concatenate([np.repeat(0.0, 300), rng.exponential(size=700)])
    margin = empirical_margin(values, 1.0, discrete=False)
    some = margin.quantile(rng.random(500))
    for ends in levels_of(some, margin):
        assert np.allclose(margin.quantile(ends), some)
    # An atom has many levels, as wide as its share; any other value has one.
    assert np.ptp(levels_of(np.zeros(1), margin)) == pytest.approx(0.3)
    assert np.ptp(levels_of(some[some > 0], margin), axis=0).max() == 0


def test_variables_known_to_lie_in_cells_go_with_one_another():
    rng = np.random.default_rng(0)
    correlation = np.array([[1.0, 0.99], [0.99, 1.0]])
    # Both above zero, and nothing else is known: drawn each by itself they would have no correlation left.
    made = scores_between(correlation, np.zeros((4000, 2)), np.full((4000, 2), 8.0), rng)
    assert (made >= 0).all()
    assert np.corrcoef(made.T)[0, 1] > 0.95
    # Without limits it is the whole distribution; a score that is known stays.
    free = scores_between(correlation, np.full((4000, 2), -8.0), np.full((4000, 2), 8.0), rng)
    assert np.corrcoef(free.T)[0, 1] == pytest.approx(0.99, abs=0.005)
    assert free.std(axis=0) == pytest.approx([1, 1], abs=0.05)
    low, high = np.array([[1.5, -8.0]] * 4000), np.array([[1.5, 8.0]] * 4000)
    one = scores_between(correlation, low, high, rng)
    assert (one[:, 0] == 1.5).all()
    assert one[:, 1].mean() == pytest.approx(0.99 * 1.5, abs=0.02)


def test_labels_that_say_nearly_the_same_dont_tear_the_rest_apart():
    rng = np.random.default_rng(0)
    x = rng.normal(size=3000)
    level = np.clip(np.round(x), -2, 2)
    other = np.where(rng.random(3000) < 0.02, rng.permutation(level), level)
    frame = pd.DataFrame({"x": x.round(2), "a": level.astype(int).astype(str), "b": other.astype(int).astype(str)})
    fitted = GaussianCopulaSynthesizer(random_state=0).fit(frame)
    made = fitted.sample(conditions=frame[["a", "b"]], random_state=0)
    # By hand .25, a label being half a step wide to each side; .53 if each label is placed in its cell by itself.
    assert np.abs(made["x"].to_numpy() - level).mean() < 0.4


def test_scores_lie_in_the_cells_that_are_left():
    cells = np.zeros(CELLS, dtype=bool)
    cells[CELLS // 2 :] = True
    scores, share = scores_within(500, np.eye(3), {0: cells, 2: ~cells}, np.random.default_rng(0))
    assert (scores[:, 0] >= 0).all() and (scores[:, 1] <= 0).all()
    assert share == pytest.approx(0.25, abs=0.06)
    assert scores_within(5, np.eye(2), {0: np.zeros(CELLS, dtype=bool)}, np.random.default_rng(0)) is None


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"x": "> 1"}, lambda r: r["x"] > 1),
        ({"x": "< 0", "label": "up"}, lambda r: (r["x"] < 0) & (r["label"] == "up")),
        ({"z": slice(0, 9), "late": "yes"}, lambda r: (r["z"] >= 0) & (r["late"] == "yes")),
        ({"z": None}, lambda r: r["z"].isna()),
    ],
)
def test_rows_to_conditions_have_the_law_of_those_among_free_rows(model, conditions, holds):
    made = model.sample(4000, conditions=conditions, random_state=1)
    effort = model.effort_
    free = model.sample(60_000, random_state=2)
    free = free[holds(free)]
    assert len(made) == 4000 and holds(made).all()
    assert effort is None or effort["candidates"] < 1.5 * 4000
    assert ks_2samp(made["y"], free["y"]).pvalue > 0.001
    assert (made["label"] == "up").mean() == pytest.approx((free["label"] == "up").mean(), abs=0.05)
    assert (made["late"] == "yes").mean() == pytest.approx((free["late"] == "yes").mean(), abs=0.04)


def test_completed_rows_use_all_that_is_known(model):
    rng = np.random.default_rng(3)
    known = pd.DataFrame({"x": rng.normal(size=3000).round(2), "late": rng.choice(["no", "yes"], 3000)})
    made = model.sample(conditions=known, what_if=True, random_state=4)
    assert (made["x"] == known["x"]).all() and (made["late"] == known["late"]).all()
    assert np.corrcoef(made["x"], made["y"])[0, 1] == pytest.approx(0.8, abs=0.04)
    assert made["z"].isna().mean() == pytest.approx(0.3, abs=0.05)
    whole = model.sample(conditions=known, missing="none", what_if=True, random_state=4)
    assert whole["z"].notna().all()
