"""Intervals hold what they say, and null tables have findings no more often than stated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import synthgen as sg
from synthgen.profiling import audit_bias
from synthgen.profiling.bias.conditional import conditional, strata_of
from synthgen.profiling.bias.grouping import group_rows
from synthgen.profiling.bias.label_noise import doubts_about, noise_by_group
from synthgen.profiling.bias.proxies import proxies_of
from synthgen.profiling.bias.selection import disparity, groups_of, outcome_of
from synthgen.table.encoding import encode

RUNS = 1000
LEAST = int(binom.ppf(0.001, RUNS, 0.95))
"""Of 1,000 intervals of 95 % fewer than this hold once in a thousand times."""


def coded(frame):
    schema = sg.Schema.infer(frame, target="y", sensitive_features=("sex",))
    return encode(frame, schema), schema


@pytest.mark.slow
@pytest.mark.parametrize(("n", "rates"), [(120, (0.3, 0.5)), (400, (0.05, 0.1)), (100, (0.5, 0.95))])
def test_differences_ratios_and_rates(n, rates):
    rng = np.random.default_rng(0)
    held = {"difference": 0, "ratio": 0, "other": 0, "rate": 0}
    for _ in range(RUNS):
        first = np.arange(n) < n * 0.4
        y = rng.random(n) < np.where(first, *rates)
        table, schema = coded(pd.DataFrame({"sex": np.where(first, "F", "M"), "y": np.where(y, "yes", "no")}))
        outcome = outcome_of(table, schema)
        if outcome is None:
            held = {key: value + 1 for key, value in held.items()}
            continue
        true = rates if outcome.selected == "yes" else tuple(1 - rate for rate in rates)
        truth = dict(zip("FM", true, strict=True))
        grouping = group_rows(table["sex"], schema["sex"])
        found = disparity(grouping, outcome, 2)
        low, high = truth[found.lowest], truth[found.highest]
        held["difference"] += found.difference_interval[0] <= high - low <= found.difference_interval[1]
        held["ratio"] += found.ratio_interval[0] <= low / high <= found.ratio_interval[1]
        held["other"] += found.other_ratio_interval[0] <= (1 - high) / (1 - low) <= found.other_ratio_interval[1]
        group = groups_of(grouping, outcome)[0]
        held["rate"] += group.rate_interval[0] <= truth["F"] <= group.rate_interval[1]
    # Wilson's interval, and what is made of it, holds 95 % on average over rates; at one rate a point less or more.
    assert {key: value for key, value in held.items() if value < LEAST - 10} == {}


@pytest.mark.slow
def test_the_pair_furthest_apart_of_five_equal_groups():
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(RUNS):
        frame = pd.DataFrame({"sex": rng.choice(list("abcde"), 600), "y": rng.choice(["no", "yes"], 600, p=[0.7, 0.3])})
        table, schema = coded(frame)
        found = disparity(group_rows(table["sex"], schema["sex"]), outcome_of(table, schema), 17)
        held += found.difference_interval[0] <= 0 <= found.difference_interval[1]
    assert held >= LEAST


@pytest.mark.slow
@pytest.mark.parametrize("strata", [4, 40])
def test_stratified_differences(strata):
    # Few large strata and many small ones: in each the rates differ by .15.
    rng = np.random.default_rng(2)
    held, named = 0, 0
    for _ in range(RUNS):
        n = 800
        level = rng.integers(0, strata, n)
        second = rng.random(n) < 0.2 + 0.6 * level / strata
        y = rng.random(n) < 0.1 + 0.6 * level / strata + 0.15 * second
        frame = pd.DataFrame({"sex": np.where(second, "M", "F"), "level": [f"l{i}" for i in level]})
        table, schema = coded(frame.assign(y=np.where(y, "yes", "no")))
        outcome = outcome_of(table, schema)
        grouping = group_rows(table["sex"], schema["sex"])
        raw = disparity(grouping, outcome, 2)
        found = conditional(grouping, outcome, raw, strata_of(table, schema, ("level",)), ("level",), True)
        held += found.interval[0] <= 0.15 <= found.interval[1]
        named += found.change == "smaller"
    assert held >= LEAST - 5
    assert named > RUNS / 2


@pytest.mark.slow
def test_area_of_a_proxy():
    rng = np.random.default_rng(3)
    held = 0
    runs = 300
    for _ in range(runs):
        second = rng.random(1500) < 0.3
        frame = pd.DataFrame(
            {"sex": np.where(second, "M", "F"), "x": np.where(second, 3, 2) + rng.integers(0, 3, 1500)}
        )
        table, schema = coded(frame.assign(y=rng.choice(["no", "yes"], 1500)))
        single = proxies_of(group_rows(table["sex"], schema["sex"]), table, schema, ["x"], rng)[1]
        # Of 2, 3, 4 against 3, 4, 5: 6 of 9 pairs are in order and 2 tie.
        held += single.interval[0] <= 7 / 9 <= single.interval[1]
    assert held >= binom.ppf(0.001, runs, 0.95)


@pytest.mark.slow
def test_a_group_with_other_features_is_not_taken_for_one_with_noisy_labels():
    # The group goes with what the label depends on, and the model is far from exact; labels are no noisier in it.
    called = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(2000, 5))
        second = rng.random(2000) < 1 / (1 + np.exp(-2 * x[:, 0]))
        y = rng.random(2000) < 1 / (1 + np.exp(1 - 1.5 * x[:, 0] - x[:, 1] ** 2 - x[:, 2] * x[:, 3]))
        frame = pd.DataFrame(x).add_prefix("x").round(3).assign(sex=np.where(second, "M", "F"))
        table, schema = coded(frame.assign(y=np.where(y, "yes", "no")))
        doubts = doubts_about(outcome_of(table, schema), table, schema, [f"x{i}" for i in range(5)], rng)
        called += noise_by_group(group_rows(table["sex"], schema["sex"]), doubts)[0].p_value < 0.05
    assert called <= binom.ppf(0.999, 60, 0.05)


@pytest.mark.slow
def test_nothing_on_null_tables_beyond_the_level():
    found = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        n = int(rng.choice([300, 1000, 3000]))
        score, gamma = rng.normal(size=n), rng.gamma(1, 1, n)
        chance = 1 / (1 + np.exp(-(1.2 * score - 1 + 0.3 * gamma)))
        frame = pd.DataFrame({
            "sex": rng.choice(["F", "M"], n, p=[0.3, 0.7]),
            "race": rng.choice(list("abcd"), n, p=[0.6, 0.25, 0.1, 0.05]),
            "score": score.round(3), "debt": np.where(rng.random(n) < 0.1, np.nan, gamma),
            "job": rng.choice(list("uvwxyz"), n), "zip": rng.choice([f"z{k}" for k in range(30)], n),
            "y": np.where(rng.random(n) < chance, "yes", "no"),
        })  # fmt: skip
        schema = sg.Schema.infer(frame, target="y", sensitive_features=("sex", "race"))
        result = audit_bias(
            encode(frame, schema), schema, reference_population={"sex": {"F": 0.3, "M": 0.7}},
            predictions=np.clip(chance + rng.normal(0, 0.02, n), 0, 1),
        )  # fmt: skip
        assert {item.question for item in result.evidence} >= {
            "selection", "intersection", "reversal", "representation", "label noise", "missingness", "proxy", "model",
        }  # fmt: skip
        found += any(item.p_adjusted < 0.05 for item in result.evidence)
    # Of 100 tables with one chance in twenty each, more than 13 have a finding once in a thousand times.
    assert found <= binom.ppf(0.999, 100, 0.05)
