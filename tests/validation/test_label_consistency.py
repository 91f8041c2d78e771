"""Labels that don't fit their rows: swapped ones must be found and flagged, fresh real rows must pass."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.validation import Outcome
from synthgen.validation.utility.label_consistency import implausible, judge_labels, label_consistency


def real(n, seed, rare=0.2, apart=3.0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < rare).astype(int)
    return pd.DataFrame({"a": rng.normal(apart * y), "b": rng.normal(size=n), "hue": rng.choice(["r", "g"], n), "y": y})


def swapped(frame, share, seed=9):
    rows = np.random.default_rng(seed).permutation(len(frame))[: round(share * len(frame))]
    out = frame.copy()
    out.iloc[rows, out.columns.get_loc("y")] = 1 - out["y"].iloc[rows]
    return out, rows


def report_of(made, **options):
    given = {"train": real(1_500, 1), "holdout": real(1_500, 2), "target": "y", "random_state": 0, **options}
    return sg.validate(made, **given)


def of(report):
    return report.measurements.set_index("name").loc[["label_consistency"]]


def finding(report):
    (found,) = [f for f in report.verdict.findings if f.criterion == "label_consistency"]
    return found


def test_fresh_real_rows_have_as_many_as_held_out_ones():
    report = report_of(real(1_000, 3))
    row = of(report).iloc[0]
    assert row["value"] < 0.05 and abs(row["value"] - row["baseline"]) < 0.02
    assert row["interval_low"] <= row["value"] <= row["interval_high"]
    assert finding(report).outcome is Outcome.PASS


def test_swapped_labels_are_found_and_flagged_but_never_refused():
    made, rows = swapped(real(1_000, 3), 0.3)
    report = report_of(made)
    row = of(report).iloc[0]
    assert row["value"] > 0.15 + row["baseline"]
    found = finding(report)
    assert found.outcome is Outcome.FAIL and not found.blocks
    flags = report.flagged_rows.query("reason == 'IMPLAUSIBLE_LABEL'")
    assert len(flags) == row["value"] * 1_000
    assert flags["row"].isin(rows).mean() > 0.9
    assert (flags["value"] < flags["threshold"]).all() and (flags["columns"] == "y").all()
    assert not flags["refused"].any() and not report.refused_rows["reason"].eq("IMPLAUSIBLE_LABEL").any()


def test_a_release_does_not_refuse_them_either():
    made, _ = swapped(real(400, 3), 0.3)
    flags = report_of(made, purpose="release").flagged_rows.query("reason == 'IMPLAUSIBLE_LABEL'")
    assert len(flags) and not flags["refused"].any()


def test_a_rare_class_is_not_implausible_for_being_rare():
    train, holdout, fresh = (real(n, seed, rare=0.02) for n, seed in ((6_000, 1), (3_000, 2), (6_000, 3)))
    report = report_of(fresh[fresh["y"] == 1], train=train, holdout=holdout)
    row = of(report).iloc[0]
    assert row["value"] < 0.2 and row["baseline"] < 0.25
    others = report_of(fresh[fresh["y"] == 0].head(120).assign(y=1), train=train, holdout=holdout)
    assert of(others).iloc[0]["value"] > 0.5


def test_where_labels_follow_from_nothing_none_is_implausible():
    train, holdout, made = (real(1_000, seed, apart=0.0) for seed in (1, 2, 3))
    assert of(report_of(made, train=train, holdout=holdout)).iloc[0]["value"] < 0.01


def test_each_of_several_classes_is_told(compare, rng):
    def part(n, seed):
        draw = np.random.default_rng(seed)
        code = draw.integers(0, 3, n)
        return {"x": draw.normal(4.0 * code), "kind": ["abc"[k] for k in code]}

    made = part(300, 3)
    made["kind"] = ["c" if kind == "a" else kind for kind in made["kind"]]  # a hundred rows of "a" under a wrong name
    comparison = compare(part(400, 1), part(400, 2), made, labels={"kind": list("abc")}, target="kind")
    found = {estimate.subject: estimate for estimate in label_consistency(comparison, rng)}
    assert set(found) == {None, "b", "c"}
    assert found["b"].value < 0.1 and found["c"].value > 0.35
    assert found[None].n == 300


def test_what_cannot_be_judged_is_said(compare, rng):
    numbers = {"x": np.arange(50.0), "y": np.arange(50.0)}
    (alone,) = label_consistency(compare(numbers, numbers, numbers), rng)
    assert alone.value is None and alone.vacuous
    few = {"x": np.arange(40.0), "kind": ["a"] * 20 + ["b"] * 20}
    comparison = compare(few, few, few, labels={"kind": ["a", "b"]}, target="kind")
    (estimate,) = label_consistency(comparison, rng)
    assert estimate.value is None and "30 train and 10 held-out" in estimate.reason
    assert len(implausible(judge_labels(comparison, rng))[0]) == 0


def test_the_model_is_calibrated(compare):
    """Of rows with a probability near p, about the share p is of the class."""
    draw = np.random.default_rng(0)

    def part(n):
        x = draw.normal(size=n)
        return {"x": x, "kind": ["ab"[int(k)] for k in draw.random(n) < 1 / (1 + np.exp(-2 * x))]}

    comparison = compare(part(3_000), part(3_000), part(3_000), labels={"kind": ["a", "b"]}, target="kind")
    share = (comparison.train["kind"] == 1).mean()
    for judged in judge_labels(comparison, np.random.default_rng(0)):
        of_class = share if judged.label == "b" else 1 - share
        p = judged.held * of_class
        # Bayes: the mean probability of the own label among rows of the class.
        x = comparison.holdout["x"][comparison.holdout["kind"] == "ab".index(judged.label)]
        truth = 1 / (1 + np.exp(-2 * x if judged.label == "b" else 2 * x))
        assert np.mean(p) == pytest.approx(truth.mean(), abs=0.03)


def test_synthesis_goes_on_with_such_rows():
    result = sg.synthesize(real(600, 1), target="y", generator="gaussian_copula", random_state=0, progress=False)
    flags = result.validation.flagged_rows.query("reason == 'IMPLAUSIBLE_LABEL'")
    assert not flags["refused"].any() and result.provenance.refused_by_reason.get("IMPLAUSIBLE_LABEL", 0) == 0
    assert not result.withheld and len(result.data) > 600
