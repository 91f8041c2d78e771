"""The leak checks on leaks of known kinds, and on rows that leak nothing: made from real tables, all seeded."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from benchmarks.privacy_cases import CASES, TABLES, Split, five_columns, found, leaks_of, split
from synthgen.validation import Outcome
from synthgen.validation.leak_criteria import LEAK_CRITERIA
from synthgen.validation.privacy.evidence import LEVEL

N = 2_000
LEAKING = [case for case, (_, leaks) in CASES.items() if leaks]

FOUND_BY = {
    "the train rows": {"exact_copies"},
    "train + 1e-9 noise": {"dcr_share", "closest_rows"},
    "train in single precision": {"dcr_share", "closest_rows"},
    "train, rounded to one decimal": {"dcr_share", "closest_rows"},
    "train + 10 % noise": {"dcr_share"},
    "SMOTE": {"dcr_share"},
    "SMOTE, rounded": {"dcr_share"},
    "SMOTE + 1 % noise": {"dcr_share"},
    "three-point mixes": {"dcr_share"},
    "20 copies among fresh rows": {"exact_copies"},
    "2 % memorised outliers": {"exact_copies", "closest_rows"},
    "2 % memorised outliers + 1 % noise": {"closest_rows"},
    "one leaking column": {"value_reuse"},
    "five columns copied jointly": {"subset_copies"},
    "independent marginals of train": {"value_reuse"},
}
"""Checks that all have to find it, in every table."""

BETWEEN = {"SMOTE", "SMOTE, rounded", "SMOTE + 1 % noise", "three-point mixes"}
FOUND_IN = {
    "adult": dict.fromkeys(BETWEEN, "interpolation") | {"train in single precision": "exact_copies"},
    "thyroid": {"train + 1e-9 noise": "near_copies", "train in single precision": "near_copies"},
    "fraud": dict.fromkeys(BETWEEN, "interpolation")
    | dict.fromkeys(
        ["train + 1e-9 noise", "train in single precision", "train, rounded to one decimal"], "near_copies"
    ),
}
"""Checks that have to find it too, in tables where there is something to find: thyroid's few rounded numbers have
fresh rows on all lines, and Adult's whole numbers are the same in single precision."""


def subjects(leaks, name):
    """What a check called a leak is about."""
    return [m.subject for m in leaks.measurements if m.name == name and m.p_value is not None and m.p_value <= LEVEL]


ONE_AND_MORE = ["adult", *(pytest.param(name, marks=pytest.mark.slow) for name in ("thyroid", "fraud"))]

# Nothing leaks


@pytest.mark.parametrize(
    ("share", "seeds"),
    [
        pytest.param(0.5, range(8), marks=pytest.mark.slow),
        (0.8, range(6)),
        pytest.param(0.9, range(6), marks=pytest.mark.slow),
        pytest.param(0.5, range(8, 60), marks=pytest.mark.slow),
    ],
)
def test_fresh_real_rows_pass(share, seeds):
    names = list(TABLES)
    false = []
    for seed in seeds:
        n = round(share * N)
        part = split(names[seed % len(names)], n, N - n, N, seed)
        false += [found(leaks_of(part, part.fresh, seed))]
    # A level of 2 %: two or more of eight by chance happen once in 100 times, five or more of 52 once in 250.
    assert sum(bool(item) for item in false) <= max(1, len(false) // 13), false


@pytest.mark.parametrize("size", [100, pytest.param(8_000, marks=pytest.mark.slow)])
def test_any_number_of_synthetic_rows_is_calibrated(size):
    false = []
    for seed in range(6):
        part = split("adult", 800, 800, size, seed)
        false += [found(leaks_of(part, part.fresh, seed))]
    assert sum(bool(item) for item in false) <= 1, false


@pytest.mark.parametrize("name", ONE_AND_MORE)
def test_marginals_of_rows_that_nobody_saw_pass(name):
    part = split(name, N, N, N, 0)
    assert found(leaks_of(part, CASES["independent marginals of fresh rows"][0](part))) == []


def test_a_binary_table_with_honest_duplicates_passes():
    false = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        frames = [pd.DataFrame(rng.random((600, 8)) < 0.3, columns=list("abcdefgh")).astype(int) for _ in range(3)]
        leaks = leaks_of(Split(*frames, None, seed), frames[2], seed)
        false += [found(leaks)]
        assert not any(m.p_value <= 0.001 for m in leaks.measurements if m.name == "holdout_overlap")
    assert sum(bool(item) for item in false) <= 1, false


# Something leaks


@pytest.mark.parametrize("name", ONE_AND_MORE)
@pytest.mark.parametrize("case", FOUND_BY)
def test_a_leak_is_found_by_the_check_that_is_made_for_it(name, case):
    part = split(name, N, N, N, 1)
    wanted = FOUND_BY[case] | ({FOUND_IN[name][case]} if case in FOUND_IN[name] else set())
    assert wanted <= set(found(leaks_of(part, CASES[case][0](part))))


def test_every_kind_of_leak_is_tried():
    assert {case for case in LEAKING if "class of 40" not in case} == set(FOUND_BY)


def test_swapping_train_and_holdout_turns_copies_into_contamination():
    part = split("adult", N, N, N, 0)
    swapped = Split(part.holdout, part.train, part.fresh, part.target)
    told = {m.name: m for m in leaks_of(swapped, part.train).measurements}
    assert told["exact_copies"].value == 0
    assert told["holdout_seen"].p_value <= 0.001
    assert "contaminated" in told["dcr_share"].reason


@pytest.mark.parametrize("name", ["adult", pytest.param("fraud", marks=pytest.mark.slow)])
def test_a_leaking_column_and_columns_copied_together_are_named(name):
    part = split(name, N, N, N, 2)
    column = part.train[part.numbers].nunique().idxmax()
    assert column in subjects(leaks_of(part, CASES["one leaking column"][0](part)), "value_reuse")
    leaks = leaks_of(part, CASES["five columns copied jointly"][0](part))
    named = {*subjects(leaks, "value_reuse")}
    for subject in subjects(leaks, "subset_copies"):
        named |= set((subject or "").split(", "))
    assert set(five_columns(part)) <= named


def test_a_leak_of_a_rare_class_is_seen_in_its_part():
    part = split("fraud", 1_250, 1_250, 1_250, 3)
    leaks = leaks_of(part, CASES["a class of 40 leaked + 2 % noise"][0](part))
    assert subjects(leaks, "dcr_share") == ["Class = 1"]
    whole = {m.name: m for m in leaks.measurements if m.subject is None}
    assert whole["dcr_share"].p_value > LEVEL


@pytest.mark.parametrize("purpose", ["augment", "release"])
def test_copies_among_fresh_rows_are_the_rows_that_are_flagged(purpose):
    hits, flags = 0, 0
    for seed in range(3):
        part = split("adult", 4_000, 4_000, 4_000, seed)
        flagged = leaks_of(part, part.among_fresh(part.train[:20]), purpose=purpose).flagged
        rows = flagged.loc[flagged["reason"].isin(["EXACT_COPY", "NEAR_COPY"]), "row"].unique()
        hits, flags = hits + int((rows >= 3_980).sum()), flags + len(rows)
    assert hits >= 0.95 * 60
    assert hits >= 0.9 * flags


@pytest.mark.slow
def test_noisy_copies_among_fresh_rows_are_flagged():
    # Eight independent numbers: a row with 1 % noise stands far nearer to its source than any two rows do.
    hits = flags = 0
    for seed in range(3):
        rng = np.random.default_rng(seed)
        frames = [pd.DataFrame(rng.normal(size=(4_000, 8)), columns=list("abcdefgh")) for _ in range(3)]
        part = Split(*frames, None, seed)
        flagged = leaks_of(part, part.among_fresh(part.noisy(part.train[:20], 0.01))).flagged
        rows = flagged.loc[flagged["reason"] == "NEAR_COPY", "row"].unique()
        hits, flags = hits + int((rows >= 3_980).sum()), flags + len(rows)
    assert hits >= 0.8 * 60
    assert hits >= 0.8 * flags


@pytest.mark.parametrize("purpose", ["augment", "release"])
def test_interpolated_rows_are_flagged_and_refused_for_release_only(purpose):
    part = split("fraud", N, N, N, 0)
    flagged = leaks_of(part, CASES["SMOTE"][0](part), purpose=purpose).flagged
    mine = flagged[flagged["reason"] == "INTERPOLATED"]
    assert mine["row"].nunique() > 0.8 * N
    assert (mine["refused"] == (purpose == "release")).all()
    assert (mine["q_value"] <= 0.1).all()


# What must not matter


@pytest.mark.slow
@pytest.mark.parametrize("change", ["order", "dtype", "relabelled", "negated", "constant", "gaps"])
@pytest.mark.parametrize(
    "case", [pytest.param("fresh real rows", marks=pytest.mark.slow), "20 copies among fresh rows"]
)
def test_the_findings_dont_hang_on(change, case):
    part = split("adult", N, N, N, 4)
    made = CASES[case][0](part)

    def changed(rows):
        if change == "order":
            return rows[rows.columns[::-1]]
        if change == "dtype":
            return rows.astype({"age": "float64", "fnlwgt": "int32", "sex": "category"})
        if change == "relabelled":
            return rows.assign(sex=rows["sex"].map({"Male": "b", "Female": "a"}))
        if change == "negated":
            return rows.assign(age=-rows["age"], fnlwgt=-rows["fnlwgt"])
        if change == "constant":
            return rows.assign(one=1, same="x")
        return rows.assign(workclass=rows["workclass"].where(rows["age"] % 7 > 0))

    other = Split(changed(part.train), changed(part.holdout), changed(part.fresh), part.target)
    assert bool(found(leaks_of(other, changed(made)))) == bool(found(leaks_of(part, made)))
    assert ("exact_copies" in found(leaks_of(other, changed(made)))) == ("copies" in case)


@pytest.mark.slow
def test_noise_gives_nothing_away():
    part = split("adult", N, N, N, 5)
    rng = np.random.default_rng(0)
    made = pd.DataFrame(
        {
            name: rng.uniform(values.min(), values.max(), N)
            if name in part.numbers
            else rng.choice(values.dropna().unique(), N)
            for name, values in part.train.items()
        }
    )
    assert found(leaks_of(part, made)) == []
    # But it is no use, and must not be merged with real rows.
    verdict = sg.validate(made, train=part.train, holdout=part.holdout, target=part.target, random_state=0).verdict
    assert verdict.outcome is Outcome.FAIL
    failed = {finding.criterion for finding in verdict.blocking if finding.outcome is Outcome.FAIL}
    assert "column_shapes" in failed
    assert not failed & {criterion.name for criterion in LEAK_CRITERIA}


def test_a_subject_with_rows_on_both_sides_leaves_nothing_to_assess():
    part = split("adult", 400, 400, 400, 6)
    who = [f"p{i // 2}" for i in range(400)]
    train, holdout, made = (rows.assign(who=who) for rows in (part.train, part.holdout, part.fresh))
    schema = sg.Schema.infer(train, target=part.target).with_column("who", role="subject", kind="identifier")
    report = sg.validate(made, train=train, holdout=holdout, schema=schema, purpose="release", random_state=0)
    figures = report.measurements.set_index("name")
    assert "200 subjects have rows in train and in holdout" in figures.loc["exact_copies", "reason"]
    assert report.verdict.outcome is not Outcome.PASS
