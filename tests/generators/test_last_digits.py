"""Numbers of every generator come back in the form they had: decimals, endings, multiples, digits, texts."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.generators import (
    GaussianCopulaSynthesizer,
    JitterSynthesizer,
    SmoteSynthesizer,
    TreeSynthesizer,
    load_synthesizer,
)

N = 1_500
MODELS = {
    "jitter": JitterSynthesizer(random_state=0),
    "smote": SmoteSynthesizer(random_state=0),
    "gaussian_copula": GaussianCopulaSynthesizer(random_state=0),
    "tree": TreeSynthesizer("turbo", random_state=0),
}


def made_table():
    rng = np.random.default_rng(5)
    size = rng.lognormal(3, 1, N)
    part = np.floor(rng.lognormal(2, 1, N) * size)
    return pd.DataFrame(
        {
            "price": np.floor(size) + rng.choice([0.99, 0.95, 0.5], N, p=[0.6, 0.2, 0.2]),
            "fives": part * 5,
            "quarters": rng.permutation(np.round(size * 4) / 4),
            "sevens": rng.permutation(part) * 10 + 7,
            "whole": np.where(rng.random(N) < 0.2, np.nan, rng.permutation(part)),
            "money": [f"${value:,.2f}" for value in rng.permutation(size) * 100],
            "wei": pd.Series([int(v * 10**6) * 10**12 + int(rng.integers(10**12)) for v in size], dtype=object),
            "smooth": rng.permutation(size),
            "y": np.where(size > 20, "a", "b"),
        }
    )


REAL = made_table()


@pytest.fixture(scope="module", params=MODELS)
def both(request):
    model = MODELS[request.param].fit(REAL, target="y")
    return model, model.sample(N, random_state=1)


def test_prices_keep_their_endings_and_sizes(both):
    _, made = both
    found = (made["price"] % 1).round(2).value_counts(normalize=True)
    assert set(found.index) == {0.99, 0.95, 0.5}
    assert found[0.99] == pytest.approx(0.6, abs=0.15)
    assert abs(made["price"].median() - REAL["price"].median()) < 0.2 * REAL["price"].median()
    assert made["price"].corr((made["y"] == "a").astype(float), method="spearman") > 0.7


@pytest.mark.parametrize(("name", "step", "offset"), [("fives", 5, 0), ("quarters", 0.25, 0), ("sevens", 10, 7)])
def test_multiples_stay_multiples(both, name, step, offset):
    assert (both[1][name] % step == offset).all()


def test_whole_numbers_stored_as_floats_stay_whole_beside_gaps(both):
    made = both[1]["whole"]
    assert made.dtype == float and made.isna().any()
    assert (made.dropna() % 1 == 0).all()


def test_money_is_written_as_it_was(both):
    made = both[1]["money"]
    assert made.str.fullmatch(r"\$\d{1,3}(,\d{3})*\.\d\d").all()
    assert made.str.contains(",").any()


def test_amounts_beyond_floats_have_all_their_digits(both):
    made = both[1]["wei"]
    assert all(type(value) is int for value in made)
    assert 0.4 < np.mean([value % 2 for value in made]) < 0.6
    assert made.min() >= REAL["wei"].min() * (1 - 1e-12) and made.max() <= REAL["wei"].max() * (1 + 1e-12)


def test_numbers_without_habits_are_given_none(both):
    model, made = both
    assert model.model_schema_["smooth"].endings is None
    assert made["smooth"].nunique() > 0.9 * N


def test_a_saved_model_draws_the_same_digits(both, tmp_path):
    model, _ = both
    model.save(tmp_path / "model", include_real_rows=model.holds_real_rows)
    again = load_synthesizer(tmp_path / "model").sample(50, random_state=3)
    pd.testing.assert_frame_equal(again, model.sample(50, random_state=3))


def test_conditions_are_met_with_the_right_endings(both):
    made = both[0].sample(60, conditions={"price": ">= 20 and < 20.97"}, random_state=2)
    assert set((made["price"] % 1).round(2)) <= {0.95, 0.5}
    assert made["price"].between(20, 20.97).all()


def test_known_amounts_stay_to_the_last_digit(both):
    made = both[0].sample(conditions=REAL[["wei"]].head(8), random_state=4)
    assert made["wei"].tolist() == REAL["wei"].head(8).tolist()


def test_endings_that_are_declared_off_are_not_learnt():
    schema = sg.Schema.infer(REAL[["fives", "y"]]).with_column("fives", endings=())
    made = GaussianCopulaSynthesizer(random_state=0).fit(REAL[["fives", "y"]], schema=schema).sample(500)
    assert (made["fives"] % 5 != 0).any()


def test_a_generator_that_says_nothing_of_last_digits_learns_none():
    assert sg.generators.SdvSynthesizer.last_digits == "none"


@pytest.mark.parametrize("name", MODELS)
def test_tiny_numbers_and_one_large_one(name):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"tiny": rng.random(300) * 1e-310, "far": rng.lognormal(3, 1, 300).round(2), "y": 0})
    frame.loc[3, "far"] = 1e18
    made = MODELS[name].fit(frame).sample(200, random_state=1)
    assert made["tiny"].between(0, 1e-310).all()
    near = made.loc[made["far"] < 1e6, "far"]
    assert len(near) > 150 and np.array_equal(near, near.round(2))


def test_numbers_too_large_to_compute_with_are_named():
    frame = pd.DataFrame({"x": [1e200, 1.5, 2.5] * 20})
    with pytest.raises(sg.errors.DataError, match=r"Column 'x' has 20 numbers beyond 1e\+150"):
        JitterSynthesizer().fit(frame)


@pytest.mark.parametrize("name", MODELS)
def test_shares_that_add_up_to_a_hundred_do_so_where_that_is_declared(name):
    parts = np.random.default_rng(4).dirichlet([2, 3, 4], 400).round(3) * 100
    frame = pd.DataFrame({"a": parts[:, 0].round(1), "b": parts[:, 1].round(1)})
    frame["c"] = (100 - frame["a"] - frame["b"]).round(1)
    rules = [sg.constraints.Linear("c", {"a": -1, "b": -1}, constant=100), sg.constraints.Range("c", 0, 100)]
    made = MODELS[name].fit(frame, schema=sg.Schema.infer(frame).with_constraints(*rules)).sample(200, random_state=1)
    assert np.allclose(made.sum(axis=1), 100)
    assert made.min().min() >= 0 and made.max().max() <= 100
