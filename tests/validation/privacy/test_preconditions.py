"""Splits that are no splits: rows on both sides, synthetic rows made of holdout, drift, subjects on both sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.randomness import seed_sequence
from synthgen.table import Kind, Role
from synthgen.validation import Outcome, Purpose
from synthgen.validation.privacy import find_leaks
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.preconditions import exchangeability, holdout_overlap, preconditions


def found(comparison, rng):
    pool, permutations = Pool.of(comparison, rng)
    return preconditions(pool, permutations, rng)


def numbers(rng, n, start=0.0):
    return {"x": start + rng.normal(size=n), "z": rng.normal(size=n)}


def test_a_sound_split_is_sound(compare, rng):
    sound = found(compare(numbers(rng, 300), numbers(rng, 100), numbers(rng, 200)), rng)
    assert not sound.drifted and not sound.contaminated


def test_holdout_that_repeats_train_is_contaminated(compare, rng):
    train = numbers(rng, 300)
    holdout = {name: np.r_[values[:40], rng.normal(size=60)] for name, values in train.items()}
    sound = found(compare(train, holdout, numbers(rng, 200)), rng)
    assert sound.contaminated
    assert sound.measurements[0].value == pytest.approx(0.4)


@pytest.mark.parametrize("move", [lambda x: x.astype(np.float32), lambda x: x + 1e-9])
def test_holdout_that_is_train_but_for_a_trace_is_contaminated(compare, rng, move):
    train = numbers(rng, 300)
    both = compare(train, {name: move(values) for name, values in train.items()}, numbers(rng, 200))
    sound = found(both, rng)
    assert sound.contaminated
    assert sound.measurements[0].value > 0.9


def test_real_numbers_that_are_merely_close_are_no_contamination(compare, rng):
    parts = [{name: rng.integers(0, 40, n) / 7 for name in "ab"} for n in (400, 400, 100)]
    assert not found(compare(*parts), rng).contaminated


@pytest.mark.parametrize("seed", range(5))
def test_a_tables_own_repeated_rows_are_no_contamination(compare, seed):
    rng = np.random.default_rng(seed)
    parts = [{name: rng.integers(0, 2, n).astype(float) for name in "abcdef"} for n in (300, 100, 200)]
    assert not found(compare(*parts), rng).contaminated


def test_the_chance_of_pairs_apart_by_hand(compare, rng):
    # Ten pairs of equal rows, each pair on both sides: of all ways to label 20 rows, 2 ** 10 / C(20, 10) have that.
    pool, permutations = Pool.of(compare({"x": range(10)}, {"x": range(10)}, {"x": [99]}), rng)
    estimate = holdout_overlap(pool.real_keys, permutations, rng)
    assert estimate.value == 1.0
    assert estimate.p_value == pytest.approx(2**10 / 184_756, abs=0.004)


def test_synthetic_rows_made_of_holdout_are_contaminated(compare, rng):
    holdout = numbers(rng, 200)
    assert found(compare(numbers(rng, 200), holdout, holdout), rng).contaminated
    moved = {name: values + 1e-3 for name, values in holdout.items()}
    assert found(compare(numbers(rng, 200), holdout, moved), rng).contaminated


def test_drift_is_said_with_its_column(compare, rng):
    both = compare(numbers(rng, 300), numbers(rng, 300, start=1.0), numbers(rng, 200))
    sound = found(both, rng)
    assert sound.drifted
    assert "column x" in sound.measurements[2].reason
    told = {m.name: m for m in find_leaks(both, Purpose.RELEASE, seed_sequence(0)).measurements}
    assert "differ" in told["dcr_share"].reason
    assert told["exact_copies"].computed


def test_other_spread_is_drift_too(compare, rng):
    pool, permutations = Pool.of(compare({"x": rng.normal(size=400)}, {"x": rng.normal(0, 2, 400)}, {"x": [0.0]}), rng)
    assert exchangeability(pool, permutations, rng).p_value <= 0.001


def test_classes_in_other_proportions_are_no_drift(compare, rng):
    def part(sick, well):
        return {"x": np.r_[rng.normal(5, 1, sick), rng.normal(0, 1, well)], "y": ["s"] * sick + ["w"] * well}

    both = compare(part(200, 100), part(40, 260), part(50, 50), labels={"y": ["w", "s"]}, target="y")
    assert not found(both, rng).drifted


def visits(seed, split):
    """50 rows of each person, told apart by their level; split by person or row by row."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(40), 50)
    frame = pd.DataFrame(
        {"who": [f"p{i}" for i in who], "x": who + 0.1 * rng.normal(size=2000), "z": rng.normal(size=2000)}
    )
    sides = rng.permutation(40)[who] if split == "person" else rng.permutation(2000)
    limits = (16, 32) if split == "person" else (800, 1600)
    return [frame[sides < limits[0]], frame[(sides >= limits[0]) & (sides < limits[1])], frame[sides >= limits[1]]]


@pytest.mark.parametrize("purpose", ["augment", "release"])
def test_a_subject_on_both_sides_is_refused(purpose):
    train, holdout, made = visits(0, "row")
    schema = sg.Schema.infer(train).with_column("who", role=Role.SUBJECT, kind=Kind.IDENTIFIER)
    report = sg.validate(made, train=train, holdout=holdout, schema=schema, purpose=purpose, random_state=0)
    figures = report.measurements.set_index("name")
    assert figures.loc["exact_copies", "status"] == "not_applicable"
    assert "40 subjects" in figures.loc["exact_copies", "reason"]
    assert report.verdict.outcome is not Outcome.PASS


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_a_subject_that_stay_together_pass(seed):
    train, holdout, made = visits(seed, "person")
    schema = sg.Schema.infer(train).with_column("who", role=Role.SUBJECT, kind=Kind.IDENTIFIER)
    report = sg.validate(made, train=train, holdout=holdout, schema=schema, random_state=0)
    figures = report.measurements
    assert not (figures["p_value"] <= 0.02).any(), figures[figures["p_value"] <= 0.02]
