"""synthesize() with a fairness plan: what is asked for is in the table handed back, and the gate still looks."""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.randomness import seed_sequence
from synthgen.table import encode
from synthgen.validation import Comparison, validate_coded
from synthgen.validation.verdict import Purpose


def people(n=1_500, seed=0):
    """Men are hired more often than women of the same skill."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["F", "M"], n, p=[0.4, 0.6])
    skill = rng.normal(size=n).round(2)
    chance = 1 / (1 + np.exp(-(1.5 * skill - 1.5 + 1.5 * (sex == "M"))))
    return pd.DataFrame({
        "skill": skill, "sex": sex, "age": rng.integers(18, 66, n), "region": rng.choice(["north", "south"], n),
        "hired": np.where(rng.random(n) < chance, "yes", "no"),
    })  # fmt: skip


DATA = people(900)
SLOW = pytest.mark.slow
QUICK = {"generator": "tree", "generator_options": {"preset": "turbo"}}


def run(fairness, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = {"target": "hired", "sensitive_features": ["sex"], "gate": None, "random_state": 0, **QUICK, **options}
        return sg.synthesize(DATA, fairness=fairness, progress=False, **given)


@lru_cache
def quotas():
    return run(sg.FairnessPlan("quotas", ("sex",), target="hired", label="yes"))


def ratio(rows, weights=None):
    hired = (rows["hired"] == "yes").to_numpy()
    rates = [np.average(hired[mine], weights=None if weights is None else weights[mine])
             for mine in ((rows["sex"] == sex).to_numpy() for sex in ("F", "M"))]  # fmt: skip
    return min(rates) / max(rates)


@pytest.mark.parametrize("kind", ["equal_rates", pytest.param("quotas", marks=SLOW)])
def test_a_release_has_equal_rates_in_synthetic_rows_alone(kind):
    result = run(kind, purpose="release")
    assert ratio(DATA) < 0.7
    assert len(result.data) == len(DATA)
    assert ratio(result.data) > 0.97
    assert result.fairness.ratio_after.value == pytest.approx(ratio(result.data))


@pytest.mark.parametrize("kind", [pytest.param("equal_rates", marks=SLOW), "quotas"])
def test_added_rows_bring_the_merged_table_there(kind):
    result = quotas() if kind == "quotas" else run(kind)
    assert len(result.data) == len(DATA) + len(result.synthetic)
    assert ratio(result.data) > 0.97
    if kind == "quotas":  # nothing but women who were hired is needed
        assert set(result.synthetic["sex"] + result.synthetic["hired"]) == {"Fyes"}


def test_quotas_work_with_a_generator_that_takes_no_conditions_but_classes():
    result = run({"kind": "quotas", "strength": 0.5}, generator="gaussian_copula", generator_options=None)
    assert ratio(DATA) + 0.1 < ratio(result.data) < 0.9
    assert list(result.data.columns) == [*DATA.columns, "is_synthetic"]
    assert (result.synthetic.dtypes == DATA.dtypes).all()


def test_weights_are_beside_the_table():
    result = run("weights", n_samples=300)
    weights = result.sample_weight
    assert len(weights) == len(result.data)
    assert ratio(result.data) < 0.8
    assert ratio(result.data, weights) == pytest.approx(1.0)


@SLOW
def test_groups_reach_the_shares_of_a_reference():
    plan = {"kind": "representation", "reference": {"F": 0.5, "M": 0.5}}
    shares = run(plan).data["sex"].value_counts(normalize=True)
    assert shares.round(2).tolist() == [0.5, 0.5]


@SLOW
@pytest.mark.parametrize("kind", ["equal_rates", "quotas"])
def test_no_strength_gives_the_same_rows_as_no_plan(kind):
    plain = run(None, n_samples=100)
    assert plain.sample_weight.tolist() == [1.0] * 1_000
    assert run({"kind": kind, "strength": 0}, n_samples=100).synthetic.equals(plain.synthetic)


def test_reports_and_provenance_say_what_was_done(tmp_path):
    result = quotas()
    said = result.provenance.fairness
    assert said["plan"]["kind"] == "quotas"
    assert [group["label"] for group in said["groups"]] == ["F", "M"]
    result.write_reports(tmp_path)
    for page in ("bias.html", "fidelity.html"):
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert "What the fairness plan did" in text
        assert "Kleinberg" in text
        assert "counted as much as it is among the synthetic rows" in text
    assert '"quotas"' in (tmp_path / "run.json").read_text(encoding="utf-8")


def test_what_doesnt_go_together_is_refused():
    with pytest.raises(UsageError, match="leave sampling_strategy out"):
        run("quotas", sampling_strategy=0.5)
    with pytest.raises(UsageError, match="leave conditions out"):
        run("quotas", conditions={"hired": "yes"})
    with pytest.raises(UsageError, match="smote can't"):
        run("equal_rates", generator="smote", generator_options=None)
    with pytest.raises(UsageError, match="names column 'race', which this table lacks"):
        run(sg.FairnessPlan("quotas", ("race",)))
    with pytest.raises(DataError, match="one value only"):
        sg.synthesize(DATA.assign(sex="F"), target="hired", sensitive_features=["sex"], fairness="quotas")


def judged(labels_of, tilted):
    """Verdict on women and men hired equally often, whose labels are drawn in some way, as real ones would be."""
    real, made = people(4_000, 1), people(3_000, 2)
    schema = sg.Schema.infer(real, target="hired")
    model = sg.generators.TreeSynthesizer(preset="turbo", random_state=0).fit(real[:2_000], schema=schema)
    model.equalise_labels(["sex"], label="yes", rates={"F": 0.35, "M": 0.35})
    made = labels_of(made, model, encode(made, schema))
    parts = [encode(part, schema) for part in (real[:2_000], real[2_000:])]
    tilts = tuple(model.label_tilt(part) for part in parts) if tilted else None
    comparison = Comparison.of(*parts, encode(made, schema), schema, tilts=tilts)
    report = validate_coded(comparison, purpose=Purpose.AUGMENT, random_state=seed_sequence(0))
    return {m.name: m for m in report.results if m.subject in (None, "yes")}


def resampled(made, model, coded):
    """Fresh real rows, taken as often as the plan makes them: what a perfect generator would give."""
    tilt = model.label_tilt(coded)
    return made.iloc[np.random.default_rng(0).choice(len(made), 2_000, p=tilt / tilt.sum())]


def shuffled(made, model, coded):
    """The rates are reached, but labels have nothing to do with skill any more."""
    rng = np.random.default_rng(0)
    return made.assign(hired=np.where(rng.random(len(made)) < 0.35, "yes", "no"))


@SLOW
def test_labels_that_were_moved_well_look_as_they_should_and_shuffled_ones_dont():
    well, badly = judged(resampled, True), judged(shuffled, True)
    # Each beside what real rows score, counted as the plan asks: within the interval of the one, outside the other's.
    for name in ("class_signal", "class_shapes"):
        assert well[name].interval[0] < well[name].baseline < well[name].interval[1]
        assert badly[name].interval[1] < badly[name].baseline
    # What the gate asks of a class's signal.
    assert badly["class_signal"].interval[1] < 0.9 < well["class_signal"].interval[0]
