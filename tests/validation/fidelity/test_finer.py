"""Groups, gaps together, information of any shape, and the columns that give rows away."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.table import Role
from synthgen.validation.fidelity.detection import detection_columns
from synthgen.validation.fidelity.missingness import missing_patterns
from synthgen.validation.fidelity.shapes import column_shapes, group_shapes
from synthgen.validation.fidelity.trends import mutual_information, pair_trends


def by_subject(estimates):
    return {estimate.subject: estimate for estimate in estimates}


def sensitive(comparison, *names):
    schema = comparison.schema
    for name in names:
        schema = schema.with_column(name, role=Role.SENSITIVE)
    return type(comparison)(comparison.train, comparison.holdout, comparison.synthetic, schema)


def test_a_group_cant_hide_behind_the_whole(compare, rng):
    # Swapping the groups' values leaves the column as it was and every group wrong.
    labels = {"g": ["p", "q"]}
    real = {"x": [*range(10), *range(50, 60)], "g": ["p"] * 10 + ["q"] * 10}
    made = {"x": real["x"], "g": ["q"] * 10 + ["p"] * 10}
    both = sensitive(compare(real, real, made, labels=labels), "g")
    assert by_subject(column_shapes(both, rng))["x"].value == pytest.approx(1.0)
    found = by_subject(group_shapes(both, rng))
    assert found["g = p"].value == pytest.approx(0.0) and found["g = q"].value == pytest.approx(0.0)
    assert found["g = p"].baseline == pytest.approx(1.0)


def test_a_number_is_two_groups_and_small_ones_are_said(compare, rng):
    real = {"age": [float(i) for i in range(40)], "x": [float(i) for i in range(40)]}
    found = by_subject(group_shapes(sensitive(compare(real, real, real), "age"), rng))
    assert set(found) == {"age = lower half", "age = upper half"}
    few = {"g": ["p"] * 30 + ["q"] * 3, "x": [float(i) for i in range(33)]}
    both = sensitive(compare(few, few, few, labels={"g": ["p", "q"]}), "g")
    found = list(group_shapes(both, rng))
    assert [e.subject for e in found if e.value is not None] == ["g = p"]
    assert found[-1].reason.startswith("1 groups")


def test_without_sensitive_columns_there_is_nothing_to_say(compare, rng):
    part = {"x": [1.0, 2.0]}
    (found,) = group_shapes(compare(part, part, part), rng)
    assert found.vacuous


def test_gaps_together_by_hand(compare, rng):
    nan = np.nan
    real = {"a": [1, 1, nan, nan] * 5, "b": [1, 1, nan, nan] * 5}
    # As many gaps in each column, but never together: half of the rows would need other gaps.
    made = {"a": [1, 1, nan, nan] * 5, "b": [nan, nan, 1, 1] * 5}
    found = missing_patterns(compare(real, real, made), rng)
    assert found.value == pytest.approx(1.0)
    assert found.baseline == pytest.approx(0.0)
    half = {"a": [1, 1, nan, nan] * 5, "b": [1, nan, 1, nan] * 5}
    assert missing_patterns(compare(real, real, half), rng).value == pytest.approx(0.5)
    one = {"a": [1, nan] * 5, "b": [1.0] * 10}
    assert missing_patterns(compare(one, one, one), rng).vacuous


def test_dependence_that_no_correlation_shows_is_seen(compare, rng):
    def ring(n):
        x = rng.uniform(-1, 1, n)
        return {"x": list(x), "y": list(x**2 + 0.01 * rng.normal(size=n))}

    lost = {"x": list(rng.uniform(-1, 1, 3_000)), "y": list(rng.uniform(-1, 1, 3_000) ** 2)}
    both = compare(ring(3_000), ring(3_000), lost)
    assert by_subject(pair_trends(both, rng))["x × y"].value > 0.95
    found = by_subject(mutual_information(both, rng))["x × y"]
    assert found.interval[0] > 0.3 and found.baseline < 0.05
    fresh = by_subject(mutual_information(compare(ring(3_000), ring(3_000), ring(3_000)), rng))["x × y"]
    assert fresh.value < 0.05


def test_information_by_hand(compare, rng):
    # One column tells all of the other, and nothing of it: 1 against 0.
    labels = {"a": ["p", "q"], "b": ["r", "s"]}
    real = {"a": list("ppqq") * 10, "b": list("rrss") * 10}
    made = {"a": list("ppqq") * 10, "b": list("rsrs") * 10}
    assert by_subject(mutual_information(compare(real, real, made, labels=labels), rng))["a × b"].value == 1.0


def test_the_column_that_gives_rows_away_is_named(compare, rng):
    def rows(moved=0.0):
        return {"a": list(rng.normal(size=1_200)), "b": list(rng.normal(size=1_200) + moved),
                "c": list(rng.normal(size=1_200))}  # fmt: skip

    found = list(detection_columns(compare(rows(), rows(), rows(1.0)), rng))
    assert found[0].subject is None and "'b'" in found[0].reason
    assert found[1].subject == "b" and found[1].interval[0] > 0.05
    assert all(e.value < 0.05 for e in found[2:])
    same = list(detection_columns(compare(rows(), rows(), rows()), rng))
    assert same[0].value < 0.05
    few = {"a": [1.0, 2.0]}
    (said,) = detection_columns(compare(few, few, few), rng)
    assert said.value is None and "needs 50 rows" in said.reason
