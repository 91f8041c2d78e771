"""Fidelity figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.fidelity.detection import auc_interval, detection_auc
from synthgen.validation.fidelity.missingness import missing_rates
from synthgen.validation.fidelity.shapes import class_shapes, column_shapes
from synthgen.validation.fidelity.trends import dependence_kept, pair_trends
from synthgen.validation.utility.signal import class_signal


def by_subject(estimates):
    return {estimate.subject: estimate for estimate in estimates}


# Single columns


def test_ks_complement_by_hand(compare, rng):
    # At 2, half of the holdout values and none of the synthetic ones are reached: the largest gap is 1/2.
    found = by_subject(column_shapes(compare({"x": [1, 2, 3, 4]}, {"x": [1, 2, 3, 4]}, {"x": [3, 4, 5, 6]}), rng))
    assert found["x"].value == pytest.approx(0.5)
    assert found["x"].baseline == pytest.approx(1.0)


def test_ks_complement_ignores_gaps_and_size(compare, rng):
    nan = np.nan
    both = compare({"x": [1, 2, 3, nan]}, {"x": [1, 2, 3, nan] * 3}, {"x": [2, 3, 4, nan, nan] * 2})
    # Reached at 1: 1/3 against 0.
    assert by_subject(column_shapes(both, rng))["x"].value == pytest.approx(2 / 3)


def test_tv_complement_by_hand(compare, rng):
    # Shares (1/2, 1/2, 0) against (1/4, 1/4, 1/2): half the sum of the gaps is 1/2.
    found = by_subject(
        column_shapes(
            compare({"c": list("aabc")}, {"c": list("aabb")}, {"c": list("abcc")}, labels={"c": ["a", "b", "c"]}), rng
        )
    )
    assert found["c"].value == pytest.approx(0.5)
    assert found["c"].baseline == pytest.approx(0.75)


def test_the_table_scores_the_mean_of_its_columns(compare, rng):
    found = by_subject(
        column_shapes(
            compare(
                {"x": [1, 2, 3, 4], "c": list("aabb")},
                {"x": [1, 2, 3, 4], "c": list("aabb")},
                {"x": [3, 4, 5, 6], "c": list("aabb")},
                labels={"c": ["a", "b"]},
            ),
            rng,
        )
    )
    assert found[None].value == pytest.approx((0.5 + 1.0) / 2)
    for estimate in found.values():
        assert 0 <= estimate.interval[0] <= estimate.value <= estimate.interval[1] <= 1


def test_disjoint_columns_score_nothing(compare, rng):
    found = by_subject(column_shapes(compare({"x": [1, 2]}, {"x": [1, 2]}, {"x": [8, 9]}), rng))
    assert found["x"].value == pytest.approx(0.0)


def test_real_rows_are_weighted_to_the_synthetic_rows_classes(compare, rng):
    labels = {"y": ["well", "sick"]}
    real = {"x": [1, 2, 3, 4, 90, 91, 92, 93], "y": ["sick"] * 4 + ["well"] * 4}
    only = compare(real, real, {"x": [1, 2, 3, 4], "y": ["sick"] * 4}, labels=labels, target="y")
    assert by_subject(column_shapes(only, rng))["x"].value == pytest.approx(1.0)
    # Three sick to one well: the sick rows weigh 3/2 and the well ones 1/2, which gives shares of 3/4 and 1/4.
    mix = compare(real, real, {"x": [1, 2, 3, 4] * 3 + [90, 91, 92, 93], "y": ["sick"] * 12 + ["well"] * 4},
                  labels=labels, target="y")  # fmt: skip
    assert mix.real_holdout.weights.tolist() == pytest.approx([1.5] * 4 + [0.5] * 4)
    found = by_subject(column_shapes(mix, rng))
    assert found["x"].value == pytest.approx(1.0)
    assert found["y"].value == pytest.approx(1.0)


def test_real_rows_count_as_their_tilts_say_within_each_class(compare, rng):
    labels = {"class": ["a", "b"], "sex": ["F", "M"]}
    real = {"class": ["a", "a", "b", "b"], "sex": ["F", "M", "F", "M"]}
    made = {"class": ["a", "a", "b", "b"], "sex": ["F", "F", "F", "M"]}
    tilts = (np.array([3.0, 1.0, 1.0, 1.0]), np.array([3.0, 1.0, 1.0, 1.0]))
    comparison = compare(real, real, made, labels=labels, target="class", tilts=tilts)
    assert comparison.real_train.weights.tolist() == [1.5, 0.5, 1.0, 1.0]
    # Three quarters of class a and half of class b are F, where synthetic rows have all and half.
    assert by_subject(column_shapes(comparison, rng))["sex"].value == pytest.approx(1 - 0.125)
    plain = compare(real, real, made, labels=labels, target="class")
    assert by_subject(column_shapes(plain, rng))["sex"].value == pytest.approx(0.75)


def test_classes_that_no_synthetic_row_has_still_count_as_others(compare):
    labels = {"class": ["a", "b"]}
    real = {"class": ["a", "b", "b"], "x": [1.0, 2.0, 3.0]}
    tilts = (np.array([2.0, 0.0, 0.0]), np.array([2.0, 0.0, 0.0]))
    comparison = compare(real, real, {"class": ["a"], "x": [1.0]}, labels=labels, target="class", tilts=tilts)
    assert comparison.tilt_by_class(0).tolist() == [2.0, 1.0, 1.0]
    assert comparison.tilt_of(1).tolist() == [2.0, 0.0, 0.0]
    assert len(comparison.real_train) == 1


def test_class_shapes_looks_within_each_class(compare, rng):
    # Swapping the classes' values leaves the column as it was and every class wrong.
    labels = {"y": ["p", "q"]}
    real = {"x": [*range(10), *range(50, 60)], "y": ["p"] * 10 + ["q"] * 10}
    made = {"x": real["x"], "y": ["q"] * 10 + ["p"] * 10}
    both = compare(real, real, made, labels=labels, target="y")
    assert by_subject(column_shapes(both, rng))["x"].value == pytest.approx(1.0)
    found = by_subject(class_shapes(both, rng))
    assert found["p"].value == pytest.approx(0.0)
    assert found["q"].value == pytest.approx(0.0)
    assert found["p"].baseline == pytest.approx(1.0)


def test_class_shapes_says_which_classes_are_too_small(compare, rng):
    labels = {"y": ["p", "q"]}
    part = {"x": [*range(12), 50, 51], "y": ["p"] * 12 + ["q"] * 2}
    found = list(class_shapes(compare(part, part, part, labels=labels, target="y"), rng))
    assert [e.subject for e in found if e.value is not None] == ["p"]
    (without,) = [e for e in found if e.value is None]
    assert without.reason.startswith("1 classes")
    assert not without.vacuous


# Pairs


def test_identical_pairs_score_one(compare, rng):
    part = {"a": list(range(20)), "b": [i * i % 7 for i in range(20)], "c": list("pq") * 10}
    found = list(pair_trends(compare(part, part, part, labels={"c": ["p", "q"]}), rng))
    assert found[0].value == pytest.approx(1.0)
    assert {e.subject for e in found[1:]} == {"a × b", "a × c", "b × c"}
    assert all(e.value == pytest.approx(1.0) for e in found)


def test_a_turned_round_correlation_scores_nothing(compare, rng):
    # Rank correlations of 1 and -1: half their difference is 1.
    real = {"a": list(range(30)), "b": list(range(30))}
    made = {"a": list(range(30)), "b": list(range(30))[::-1]}
    found = next(iter(pair_trends(compare(real, real, made), rng)))
    assert found.value == pytest.approx(0.0, abs=1e-9)
    assert found.baseline == pytest.approx(1.0)


def test_a_lost_correlation_scores_a_half(compare, rng):
    # A full grid has a rank correlation of exactly 0 where the real rows have 1.
    real = {"a": [0, 1, 2, 3] * 4, "b": [0, 1, 2, 3] * 4}
    made = {"a": np.repeat([0, 1, 2, 3], 4), "b": [0, 1, 2, 3] * 4}
    assert next(iter(pair_trends(compare(real, real, made), rng))).value == pytest.approx(0.5)


def test_contingency_by_hand(compare, rng):
    # Real: all mass on (a, p) and (b, q). Synthetic: a quarter on each of four cells, so half of it moved.
    labels = {"u": ["a", "b"], "v": ["p", "q"]}
    real = {"u": list("ab") * 8, "v": list("pq") * 8}
    made = {"u": list("aabb") * 4, "v": list("pqpq") * 4}
    assert next(iter(pair_trends(compare(real, real, made, labels=labels), rng))).value == pytest.approx(0.5)


def correlated(rng, n):
    shared = rng.normal(size=n)
    return {name: shared + rng.normal(size=n) * 0.5 for name in "abc"}


def test_fresh_rows_keep_all_dependence_and_shuffled_rows_none(compare, rng):
    train, holdout, fresh = (correlated(rng, 1500) for _ in range(3))
    kept = dependence_kept(compare(train, holdout, fresh), rng)
    assert kept.value == pytest.approx(1.0, abs=0.1)
    assert kept.interval[0] < 1 < kept.interval[1]
    shuffled = {name: rng.permutation(values) for name, values in fresh.items()}
    lost = dependence_kept(compare(train, holdout, shuffled), rng)
    assert lost.value == pytest.approx(0.0, abs=0.1)
    assert lost.interval[1] < 0.5


def test_half_the_rows_shuffled_keep_about_half(compare, rng):
    train, holdout, fresh = (correlated(rng, 2000) for _ in range(3))
    for name in "abc":
        fresh[name] = np.concatenate([fresh[name][:1000], rng.permutation(fresh[name][1000:])])
    assert dependence_kept(compare(train, holdout, fresh), rng).value == pytest.approx(0.5, abs=0.12)


def test_independent_columns_have_no_dependence_to_keep(compare, rng):
    parts = [{name: rng.normal(size=400) for name in "abc"} for _ in range(3)]
    found = dependence_kept(compare(*parts), rng)
    assert found.value is None
    assert found.vacuous
    assert "independent" in found.reason


# Gaps


def test_missing_rates_by_hand(compare, rng):
    nan = np.nan
    both = compare({"x": [nan] + [1] * 7}, {"x": [nan] * 2 + [1] * 6}, {"x": [nan] * 4 + [1] * 4})
    found = by_subject(missing_rates(both, rng))["x"]
    assert found.value == pytest.approx(0.25)
    assert found.baseline == pytest.approx(0.125)
    # Agresti and Caffo: (4 + 1)/10 and (2 + 1)/10, variances .25/10 and .21/10.
    assert found.interval == pytest.approx((0.0, 0.25 + 1.959964 * 0.046**0.5))


def test_the_worst_column_stands_for_the_table(compare, rng):
    nan = np.nan
    part = {"x": [1.0] * 8, "y": [nan] + [1.0] * 7, "z": [1.0] * 8}
    made = {"x": [1.0] * 8, "y": [nan] * 5 + [1.0] * 3, "z": [nan] * 2 + [1.0] * 6}
    found = list(missing_rates(compare(part, part, made), rng))
    assert found[0].subject is None
    assert found[0].value == pytest.approx(0.5)
    assert "'y'" in found[0].reason
    assert {e.subject for e in found[1:]} == {"y", "z"}


def test_no_gaps_is_nothing_to_measure(compare, rng):
    part = {"x": [1.0] * 8}
    (found,) = missing_rates(compare(part, part, part), rng)
    assert found.value is None
    assert found.vacuous


# Detection


def test_auc_interval_by_hanley_and_mcneil():
    # AUC .8 with 50 and 50: Q1 = 2/3, Q2 = .71111, variance .0019804, half-width .08722.
    assert auc_interval(0.8, 50, 50) == pytest.approx((0.712777, 0.887223), abs=1e-5)


def test_a_perfect_auc_is_not_certain():
    low, high = auc_interval(1.0, 50, 50)
    assert high == 1.0
    assert low == pytest.approx(1 - 1.959964 * 0.01)


def test_auc_interval_narrows_with_more_rows():
    widths = [high - low for low, high in (auc_interval(0.7, n, n) for n in (50, 200, 800))]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.05)
    assert widths[1] == pytest.approx(2 * widths[2], rel=0.05)


def test_detection_is_a_guess_for_fresh_rows_and_certain_for_others(compare, rng):
    parts = [{name: rng.normal(size=400) for name in "ab"} for _ in range(3)]
    fresh = detection_auc(compare(*parts), rng)
    assert fresh.interval[0] < 0.5 < fresh.interval[1]
    parts[2] = {name: values + 8 for name, values in parts[2].items()}
    assert detection_auc(compare(*parts), rng).value > 0.99


def test_detection_needs_fifty_rows_a_side(compare, rng):
    parts = [{"a": rng.normal(size=n)} for n in (100, 49, 100)]
    found = detection_auc(compare(*parts), rng)
    assert found.value is None
    assert "49" in found.reason
    assert not found.vacuous


# Signal of a class


def two_classes(rng, n, shift=3.0):
    y = rng.random(n) < 0.3
    return {"a": rng.normal(size=n) + shift * y, "b": rng.normal(size=n), "y": np.where(y, "sick", "well").tolist()}


def test_signal_is_kept_by_fresh_rows_and_lost_by_swapped_labels(compare, rng):
    train, holdout, fresh = (two_classes(rng, 400) for _ in range(3))
    options = {"labels": {"y": ["well", "sick"]}, "target": "y"}
    kept = by_subject(class_signal(compare(train, holdout, fresh, **options), rng))["sick"]
    assert kept.value == pytest.approx(1.0, abs=0.1)
    assert kept.interval[0] <= kept.value <= kept.interval[1]
    swapped = {**fresh, "y": ["sick" if label == "well" else "well" for label in fresh["y"]]}
    lost = by_subject(class_signal(compare(train, holdout, swapped, **options), rng))["sick"]
    assert lost.value < 0.3


def test_no_signal_to_keep_is_said(compare, rng):
    parts = [two_classes(rng, 300, shift=0.0) for _ in range(3)]
    found = by_subject(class_signal(compare(*parts, labels={"y": ["well", "sick"]}, target="y"), rng))["sick"]
    assert found.value is None
    assert "can't be told" in found.reason


@pytest.mark.parametrize("metric", [column_shapes, pair_trends, missing_rates])
def test_without_holdout_there_is_no_figure(metric, compare, rng):
    part, none = {"x": [1.0, 2, np.nan], "z": [1.0, 3, 2]}, {"x": [], "z": []}
    (found,) = metric(compare(part, none, part), rng)
    assert found.value is None
    assert "held-out" in found.reason
    assert not found.vacuous
