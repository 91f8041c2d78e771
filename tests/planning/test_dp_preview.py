"""What a preview foretells is what fits then do."""

from __future__ import annotations

import json
from math import pi, sqrt

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.generators.dp_marginals import DPMarginalsSynthesizer, as_public
from synthgen.planning.dp_preview.setting import setting_of
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

LETTERS = tuple("abcdefghijkl")


def declared(n_columns=3, labels=LETTERS):
    columns = [Column(f"c{place}", Kind.CATEGORICAL, categories=labels) for place in range(n_columns)]
    target = Column("sick", Kind.CATEGORICAL, role=Role.TARGET, categories=("no", "yes"))
    return as_public(Schema((*columns, target)))


def row(frame, column):
    return frame.set_index("column").loc[column]


# By hand


def test_the_error_of_a_column_is_that_of_the_noise_that_is_left():
    preview = sg.preview_dp(declared(), 20_000, 1.0)
    c0, sick = (row(preview.columns, name) for name in ("c0", "sick"))
    assert (c0["cells"], sick["cells"]) == (12, 2)
    assert c0["error"] == pytest.approx(12 * c0["sigma"] * sqrt(2 / pi) / (2 * 20_000))
    # Each of four columns is in 10 of 20 pairs; a third of c0's are with two classes, the others with twelve labels.
    noise = setting_of(declared(), 20_000, None, {"epsilon": 1.0})
    of_c0 = (1 / 2 + 1 / 12 + 1 / 12) / 3
    assert c0["sigma"] == pytest.approx((1 / noise.one_way**2 + 10 * of_c0 / noise.together**2) ** -0.5)
    assert sick["sigma"] == pytest.approx((1 / noise.one_way**2 + 10 / 12 / noise.together**2) ** -0.5)


def test_one_column_alone_has_the_noise_of_its_own_counts():
    schema = as_public(Schema((Column("c0", Kind.CATEGORICAL, categories=LETTERS),)))
    sigma = sg.preview_dp(schema, 20_000, 1.0).columns["sigma"][0]
    assert sigma == pytest.approx(setting_of(schema, 20_000, None, {"epsilon": 1.0}).one_way)


def test_ten_times_the_rows_are_a_tenth_of_the_error_and_half_the_epsilon_about_twice():
    one, ten = (sg.preview_dp(declared(), n, 1.0).columns["error"] for n in (10_000, 100_000))
    assert np.allclose(one, 10 * ten)
    half = sg.preview_dp(declared(), 10_000, 0.5).columns["error"]
    assert np.all((half > 1.8 * one) & (half < 2.2 * one))


def test_pairs_with_the_target_come_first():
    pairs = sg.preview_dp(declared(), 20_000, 1.0).pairs
    assert list(pairs["column"][:3]) == ["sick"] * 3
    assert list(pairs["cells"][:4]) == [24, 24, 24, 144]


def test_a_class_is_learnt_from_as_many_rows_as_are_said_to_be_needed():
    needed = sg.preview_dp(declared(), 50_000, 1.0, class_share=0.01).rare["rows_needed"]
    for share, learnt in ((needed / 50_000, True), ((needed - 1) / 50_000, False)):
        rare = sg.preview_dp(declared(), 50_000, 1.0, class_share=share).rare
        assert rare["learnt"] is learnt
    assert 300 < sg.preview_dp(declared(14), 50_000, 1.0, class_share=0.01).rare["rows_needed"] < 1000


def test_a_tiny_class_isnt_promised_at_any_epsilon():
    preview = sg.preview_dp(declared(14), 2000, 1.0, class_share=0.002)
    assert not preview.rare["learnt"]
    assert any("Don't expect a class of 4 rows" in words for words in preview.recommendations)


def test_more_epsilon_is_recommended_where_it_would_do():
    preview = sg.preview_dp(declared(10), 2000, 0.3)
    words = next(words for words in preview.recommendations if words.startswith("Take epsilon"))
    enough = float(words.split()[2].rstrip(":"))
    assert preview.columns["error"].median() > 0.05
    assert sg.preview_dp(declared(10), 2000, enough).columns["error"].median() <= 0.05


def test_labels_that_arent_declared_have_no_figure_and_say_why_and_bounds_have_one_at_worst():
    schema = declared()
    open_schema = schema.with_columns(
        [Column("c0", Kind.CATEGORICAL, declared=frozenset({"kind"})), Column("c1", Kind.INTEGER)]
    )
    preview = sg.preview_dp(open_schema, 20_000, 1.0)
    assert preview.columns["error"].isna().tolist() == [True, False, False, False]
    c0, c1 = row(preview.columns, "c0"), row(preview.columns, "c1")
    # A tenth of the budget is for both.
    assert "no figure, as the number of labels isn't known: they are found with noise, for 5.0% of" in c0["says"]
    kept = int(0.05 * 2 * 20_000 / (c0["sigma"] * sqrt(2 / pi)))
    assert f"up to {kept} that are left would be well kept" in c0["says"]
    assert "at worst: bounds are found with noise, for 5.0% of the budget, as powers of two" in c1["says"]
    assert c1["error"] == pytest.approx(c1["cells"] * c1["sigma"] * sqrt(2 / pi) / (2 * 20_000))
    assert preview.recommendations[0].startswith("Declare the categories of 'c0', the bounds of 'c1'")
    assert "of 3 columns that have a figure" in preview.advice
    nothing = sg.preview_dp(schema.of_columns([Column("c0", Kind.CATEGORICAL)]), 20_000, 1.0)
    assert "nothing can be said of any column before" in nothing.advice
    assert preview.to_dict()["columns"][0]["error"] is None


def test_wide_columns_are_named():
    schema = declared().with_columns([Column("c2", Kind.CATEGORICAL, categories=tuple(range(400)))])
    preview = sg.preview_dp(as_public(schema), 20_000, 1.0)
    assert any("'c2' (400)" in words for words in preview.recommendations)


def test_a_subject_with_several_rows_costs_as_many_times_the_noise():
    schema = declared()
    who = Column("who", Kind.IDENTIFIER, role=Role.SUBJECT)
    by_row = sg.preview_dp(schema, 20_000, 1.0)
    by_subject = sg.preview_dp(Schema((who, *schema)), 20_000, 1.0, generator_options={"rows_per_subject": 4})
    assert by_subject.settings["unit"] == "subject"
    assert np.allclose(by_subject.columns["sigma"], 4 * by_row.columns["sigma"])


# Bad input


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"n_rows": 0}, "n_rows must be"),
        ({"n_rows": 2.5}, "n_rows must be"),
        ({"epsilon": 0}, "epsilon must be a number above 0"),
        ({"delta": 0.001}, "delta must be below 1 / the number of rows"),
        ({"class_share": 1.5}, "class_share must be above 0 and below 1"),
        ({"target": "nobody"}, "'nobody'"),
        ({"generator_options": {"k": 3}}, "has no option 'k'"),
        ({"schema": "schema.json"}, "schema must be a Schema"),
    ],
)
def test_bad_input(words, said):
    with pytest.raises(UsageError, match=said):
        sg.preview_dp(**{"schema": declared(), "n_rows": 20_000, **words})


def test_with_nothing_to_spend_on_it_what_isnt_declared_is_refused_as_a_fit_would():
    schema = declared().with_columns([Column("c1", Kind.INTEGER)])
    with pytest.raises(DataError, match="nothing may be spent on finding it out"):
        sg.preview_dp(schema, 20_000, 1.0, generator_options={"schema_share": 0})


def test_a_rare_class_is_counted_in_few_runs_of_a_column_of_numbers():
    numbers = as_public(
        Schema((Column("x", Kind.CONTINUOUS, bounds=(0, 1)), Column("y", Kind.CATEGORICAL, categories=("a", "b"))))
    )
    for share, cells in ((0.3, None), (0.01, 9)):
        rare = sg.preview_dp(numbers, 1_000_000, 1.0, target="y", class_share=share).rare
        # Tails of 1, 3, 9 and 27 in a hundred rows at either end, and what is between them.
        assert ("9 cells" in rare["says"]) is (cells == 9)


def test_identifiers_alone_cant_be_modelled():
    with pytest.raises(DataError, match="identifiers alone"):
        sg.preview_dp(as_public(Schema((Column("who", Kind.IDENTIFIER),))), 1000)


# What people see


def test_in_a_notebook_and_as_json():
    preview = sg.preview_dp(declared(7), 20_000, 1.0, class_share=0.01)
    shown = preview._repr_html_()
    assert "What epsilon 1 will keep" in shown
    assert "13 more pairs" in shown
    json.dumps(preview.to_dict(), allow_nan=False)
    assert repr(preview).startswith("PrivacyPreview(With epsilon 1 on about 20,000 rows, 8 of 8 columns")


# Against fits


def table(n, share, rng):
    """Labels evenly spread among others, and in the class each column on its last three labels."""
    sick = rng.random(n) < share
    usual, of_class = rng.integers(0, 12, (n, 3)), rng.integers(9, 12, (n, 3))
    codes = np.where(sick[:, None], of_class, usual)
    frame = pd.DataFrame({f"c{place}": np.array(LETTERS)[codes[:, place]] for place in range(3)})
    return frame.assign(sick=np.where(sick, "yes", "no"))


def off(real, made):
    shares = [frame.value_counts(normalize=True).reindex(LETTERS, fill_value=0) for frame in (real, made)]
    return float(0.5 * (shares[0] - shares[1]).abs().sum())


@pytest.mark.slow
def test_columns_of_real_fits_are_off_by_what_was_foretold():
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    frame = table(5000, 0.3, np.random.default_rng(0))
    seen = []
    for seed in range(4):
        made = DPMarginalsSynthesizer(0.3, random_state=seed).fit(frame, schema=declared()).sample(100_000)
        seen += [off(frame[name], made[name]) for name in ("c0", "c1", "c2")]

    def foretold(epsilon):
        return row(sg.preview_dp(declared(), len(frame), epsilon).columns, "c0")["error"]

    # Of 40 fits 1.2 times what is foretold, with a standard deviation of .2: of four, .1.
    assert 0.5 < np.mean(seen) / foretold(0.3) < 2
    # A quarter of the noise, or four times as much, would be told from it.
    assert np.mean(seen) / foretold(1.2) > 2 and np.mean(seen) / foretold(0.075) < 0.5


@pytest.mark.slow
def test_a_class_that_cant_be_learnt_isnt_and_one_that_can_is():
    pytest.importorskip("opendp", reason="the extra dp isn't installed")
    found = {}
    for share in (0.002, 0.2):
        frame = table(20_000, share, np.random.default_rng(1))
        model = DPMarginalsSynthesizer(0.5, rounds=6, random_state=0).fit(frame, schema=declared())
        made = model.sample(40_000, conditions={"sick": "yes"})
        found[share] = np.mean([off(frame[name][frame["sick"] == "yes"], made[name]) for name in ("c0", "c1", "c2")])
        options = {"generator_options": {"rounds": 6}, "class_share": share}
        assert sg.preview_dp(declared(), 20_000, 0.5, **options).rare["learnt"] is (share > 0.1)
    assert found[0.2] < 0.2 < found[0.002]
