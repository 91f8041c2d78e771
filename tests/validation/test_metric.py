"""What was not computed is said: never NaN, never left out, and never with an error's text."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.validation import Direction, Estimate, Family, Metric, Outcome, Status
from synthgen.validation.metric import measure, to_frame
from synthgen.validation.privacy import leaks


def metric(function, name="made_up", low=0.0, high=1.0):
    return Metric(name, "Made up", Family.FIDELITY, Direction.HIGHER, (low, high), "nowhere", "nothing", function)


def crash(comparison, rng):
    raise RuntimeError("patient SECRET has 3 rows")


def crash_late(comparison, rng):
    yield Estimate(0.9)
    raise KeyError("SECRET")


@pytest.mark.parametrize("function", [crash, crash_late])
def test_a_crash_is_a_failed_measurement_without_the_errors_text(function, rng):
    (found,) = measure(metric(function), None, rng)
    assert found.status is Status.FAILED
    assert found.value is None
    assert "SECRET" not in repr(found)
    assert any(kind in found.reason for kind in ("RuntimeError", "KeyError"))
    assert "SECRET" not in to_frame([found]).to_string()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.1, 1.1])
def test_a_value_that_can_t_be_is_a_failed_measurement(value, rng):
    (found,) = measure(metric(lambda comparison, rng: Estimate(value)), None, rng)
    assert found.status is Status.FAILED
    assert found.value is None
    assert "between 0 and 1" in found.reason


def test_what_does_not_apply_keeps_its_reason_and_its_subject(rng):
    estimate = Estimate(None, reason="no column has gaps", subject="x", vacuous=True, n=7)
    (found,) = measure(metric(lambda comparison, rng: estimate), None, rng)
    assert found.status is Status.NOT_APPLICABLE
    assert (found.reason, found.subject, found.vacuous, found.n) == ("no column has gaps", "x", True, 7)


def test_a_figure_goes_through_unchanged(rng):
    estimate = Estimate(0.5, (0.4, 0.6), 0.9, (0.8, 1.0), 0.03, 12, "x")
    (found,) = measure(metric(lambda comparison, rng: estimate), None, rng)
    row = to_frame([found]).iloc[0]
    assert found.computed
    assert row[["value", "interval_low", "interval_high", "baseline", "p_value", "n"]].tolist() == [
        0.5, 0.4, 0.6, 0.9, 0.03, 12,
    ]  # fmt: skip
    assert (row["baseline_interval_low"], row["baseline_interval_high"], row["status"]) == (0.8, 1.0, "computed")


def test_every_state_is_in_the_frame(rng):
    found = [
        *measure(metric(crash), None, rng),
        *measure(metric(lambda c, r: Estimate(0.2)), None, rng),
        *measure(metric(lambda c, r: Estimate(None, reason="why")), None, rng),
    ]
    assert to_frame(found)["status"].tolist() == ["failed", "computed", "not_applicable"]
    assert to_frame([]).columns.tolist() == to_frame(found).columns.tolist()


@pytest.fixture
def parts(plain):
    return [plain(50, 50, seed=seed).rename(columns={"Class": "y"}) for seed in (1, 2, 3)]


def crash_of_three(pool, permutations, rng):
    raise ValueError("SECRET")


@pytest.mark.parametrize(
    "broken", ["column_shapes", "dependence_kept", "exact_copies", "interpolation", "class_signal"]
)
def test_a_broken_metric_never_lets_a_table_through(monkeypatch, parts, broken):
    module = sys.modules["synthgen.validation.validate"]
    replaced = tuple(
        metric(crash, broken) if m.name == broken and m.function is not None else m for m in module.METRICS
    )
    monkeypatch.setattr(module, "METRICS", replaced)
    checks = tuple(replace(c, find=crash_of_three) if c.name == broken else c for c in leaks.CHECKS)
    monkeypatch.setattr(leaks, "CHECKS", checks)
    train, holdout, made = parts
    report = sg.validate(made, train=train, holdout=holdout, target="y", random_state=0)
    assert report.verdict.outcome is not Outcome.PASS
    assert "SECRET" not in report.measurements.to_string() + repr(report) + str(report.verdict)
    mine = report.measurements[report.measurements["name"] == broken]
    assert mine["status"].tolist() == ["failed"]


def test_every_row_of_a_real_report_has_a_status_and_no_value_is_nan_where_computed(parts):
    train, holdout, made = parts
    found = sg.validate(made, train=train, holdout=holdout, target="y", random_state=0).measurements
    assert set(found["status"]) <= {"computed", "not_applicable", "failed"}
    assert found["status"].notna().all()
    assert not (found["status"] == "failed").any()
    computed = found["status"] == "computed"
    assert found.loc[computed, "value"].map(np.isfinite).all()
    assert found.loc[~computed, "reason"].str.len().gt(0).all()


def test_the_same_seed_gives_the_same_report(parts):
    train, holdout, made = parts
    first, second = (sg.validate(made, train=train, holdout=holdout, target="y", random_state=4) for _ in range(2))
    pd.testing.assert_frame_equal(first.measurements, second.measurements, check_exact=True)
    pd.testing.assert_frame_equal(first.flagged_rows, second.flagged_rows, check_exact=True)
    assert first.verdict == second.verdict
    assert first.columns == second.columns


def test_adding_a_metric_changes_no_other(monkeypatch, parts):
    module = sys.modules["synthgen.validation.validate"]
    train, holdout, made = parts
    options = {"train": train, "holdout": holdout, "target": "y", "random_state": 4}
    before = sg.validate(made, **options).measurements
    monkeypatch.setattr(module, "METRICS", (metric(lambda c, r: Estimate(float(r.random()))), *module.METRICS))
    after = sg.validate(made, **options).measurements
    pd.testing.assert_frame_equal(before, after[after["name"] != "made_up"].reset_index(drop=True))


def test_validate_touches_none_of_its_tables(parts):
    copies = [part.copy(deep=True) for part in parts]
    train, holdout, made = parts
    sg.validate(made, train=train, holdout=holdout, target="y", random_state=0)
    for part, copy in zip(parts, copies, strict=True):
        pd.testing.assert_frame_equal(part, copy)
