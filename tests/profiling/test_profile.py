"""What the profile says of columns whose distribution is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import UsageError

SECRET = "SECRET_VALUE_123"


def column(values, **options):
    (found,) = sg.profile(pd.DataFrame({"x": values}), **options).columns
    return found


# Families


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("draw", "family"),
    [
        (lambda rng: rng.normal(50, 10, 4000), "normal"),
        (lambda rng: rng.lognormal(3, 1, 4000), "lognormal"),
        (lambda rng: rng.gamma(4, 2, 4000), "gamma"),
        (lambda rng: rng.standard_t(2, 4000), "Student t"),
    ],
)
def test_families_of_drawn_samples(draw, family, seed):
    assert column(draw(np.random.default_rng(seed))).family == family


def test_an_exponential_is_not_taken_for_a_gamma_of_shape_one():
    found = column(np.random.default_rng(0).exponential(5, 4000))
    assert found.family == "exponential"
    assert dict(found.parameters)["scale"] == pytest.approx(5, rel=0.1)


def test_parameters_of_a_normal():
    parameters = dict(column(np.random.default_rng(0).normal(50, 10, 4000)).parameters)
    # Fitted on half of the values: standard errors of .22 and .16.
    assert parameters["loc"] == pytest.approx(50, abs=1)
    assert parameters["scale"] == pytest.approx(10, abs=0.8)


def test_zero_inflated():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(4000) < 0.6, 0.0, rng.lognormal(3, 1, 4000))
    found = column(values)
    assert found.family == "zero-inflated lognormal"
    assert dict(found.spikes)[0.0] == pytest.approx(0.6, abs=0.03)
    assert found.note.startswith("zero in ")


def test_adults_capital_gain_is_zero_inflated():
    adult = sg.datasets.load_adult().sample(5000, random_state=0)
    found = {c.name: c for c in sg.profile(adult, target="income").columns}
    assert found["capital-gain"].family.startswith("zero-inflated")
    assert dict(found["capital-gain"].spikes)[0.0] == pytest.approx((adult["capital-gain"] == 0).mean())
    assert not str(found["age"].family).startswith("zero-inflated")


def test_the_same_table_gives_the_same_profile():
    values = np.random.default_rng(0).gamma(2, 3, 9000)
    assert column(values) == column(values)


# Figures


def test_spikes_by_hand():
    # 99 stands for "not asked" in 30 of 300 rows; 7 in 14, which is below 5 %.
    values = [99.0] * 30 + [7.0] * 14 + list(np.linspace(0, 50, 256) + 0.123)
    assert column(values).spikes == ((99.0, 0.1),)


def test_counts_by_hand():
    found = column([1.5, 2.5, None, 2.5] * 30)
    assert (found.n, found.missing, found.distinct) == (90, 0.25, 2)


def test_quantiles_by_hand():
    found = column(np.arange(101) / 2)
    assert dict(found.quantiles) == pytest.approx({0.05: 2.5, 0.25: 12.5, 0.5: 25, 0.75: 37.5, 0.95: 47.5})


def test_levels_are_the_commonest_first_with_their_shares():
    found = column(["a"] * 60 + ["b"] * 30 + ["c"] * 10)
    assert found.levels == (("a", 0.6), ("b", 0.3), ("c", 0.1))


def test_notes_by_hand():
    n = 200
    frame = pd.DataFrame({"x": np.arange(n) / 7, "y": ["a"] * 190 + ["b"] * 10, "lab": [1.5, 2.5] * 40 + [None] * 120})
    notes = " ".join(sg.profile(pd.concat([frame, frame[:3]]), target="y").notes)
    assert "'y' have fewer than 20 rows" in notes
    assert "3 rows repeat an earlier row" in notes
    assert "'lab' is missing in 59%" in notes


def test_classes_are_counted():
    assert sg.profile(pd.DataFrame({"y": ["a"] * 30 + ["b"] * 12}), target="y").classes == (("a", 30), ("b", 12))


@pytest.mark.parametrize("what", [{"target": "nowhere"}, {"sensitive_features": ["nowhere"]}])
def test_an_unknown_column_is_named(what):
    with pytest.raises(UsageError, match="'nowhere'"):
        sg.profile(pd.DataFrame({"x": [1, 2, 3]}), **what)


# Nothing of a single row


def test_no_figure_shows_a_single_row():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=300).round(3),
            "ward": rng.choice(["a", "b"], 300).astype(object),
            "code": [f"SECRET_{i:05d}" for i in range(300)],
            "rare": pd.Series([1.5] * 9 + [None] * 291),
        }
    )
    frame.loc[0, ["x", "ward"]] = [123456.789, SECRET]
    found = sg.profile(frame)
    by_name = {c.name: c for c in found.columns}
    shown = repr(found.columns) + repr(found.notes) + repr(found.bias)
    assert "SECRET" not in shown
    assert "123456" not in shown
    assert by_name["ward"].note == "1 of 3 levels is held by fewer than 10 rows"
    assert by_name["rare"].quantiles == ()
    assert by_name["rare"].spikes == ()


def test_a_class_of_a_single_row_is_not_named():
    found = sg.profile(pd.DataFrame({"y": ["a"] * 60 + ["b"] * 60 + [SECRET]}), target="y")
    assert SECRET not in repr(found.classes) + repr(found.notes) + repr(found.columns)
