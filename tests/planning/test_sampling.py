"""How many rows of which class: imbalanced-learn's words, and hand-worked shares."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from imblearn.utils import check_sampling_strategy

from synthgen.errors import ConditionError, DataError, UsageError
from synthgen.planning import plan_by_class, plan_in_proportion, read_wanted
from synthgen.planning.rows import plan_rows, reduced
from synthgen.table import Column, Kind, Role, Schema


def target(*labels):
    return Column("y", Kind.CATEGORICAL, Role.TARGET, categories=labels)


def plan(counts, strategy, allowed=None):
    labels = target(*range(len(counts)))
    return plan_by_class({float(i): n for i, n in enumerate(counts)}, strategy, labels, allowed)


def imbalanced_learns(counts, strategy):
    y = np.repeat(np.arange(len(counts)), counts)
    found = check_sampling_strategy(strategy, y, "over-sampling")
    return {float(label): int(n) for label, n in found.items() if n}


@pytest.mark.parametrize("counts", [(100, 10), (10, 100), (50, 20, 5), (7, 30, 30, 12), (200, 1)])
@pytest.mark.parametrize("word", ["auto", "minority", "not majority", "not minority", "all"])
def test_words_mean_what_they_mean_in_imbalanced_learn(counts, word):
    expected = imbalanced_learns(counts, word)
    if not expected:
        with pytest.raises(DataError, match="'y'"):
            plan(counts, word)
        return
    made = plan(counts, word)
    assert dict(made.by_class) == expected
    assert made.total == sum(expected.values())


@pytest.mark.parametrize("counts", [(100, 10), (13, 97), (2800, 200)])
@pytest.mark.parametrize("ratio", [0.25, 0.5, 0.517, 0.999, 1.0, 1, np.float64(0.337)])
def test_ratios_mean_what_they_mean_in_imbalanced_learn(counts, ratio):
    assert dict(plan(counts, ratio).by_class) == imbalanced_learns(counts, float(ratio))


@pytest.mark.parametrize("wanted", [{1: 30}, {0: 150, 1: 30}, {0: 100, 1: 11}, {2: 9, 1: 10}])
def test_counts_mean_what_they_mean_in_imbalanced_learn(wanted):
    assert dict(plan((100, 10, 5), wanted).by_class) == imbalanced_learns((100, 10, 5), wanted)


def test_labels_may_be_given_as_text():
    assert dict(plan((100, 10), {"1": 30}).by_class) == {1.0: 20}


def test_only_the_classes_that_conditions_allow():
    assert dict(plan((50, 20, 5), "auto", np.array([2.0])).by_class) == {2.0: 45}


@pytest.mark.parametrize(
    ("counts", "strategy", "kind", "words"),
    [
        ((10, 10), "auto", DataError, "'y'"),
        ((10, 5), "most", UsageError, "'most'"),
        ((10, 5), 0.4, UsageError, "0.5"),
        ((10, 5), 1.1, UsageError, "1.1"),
        ((10, 5, 3), 0.9, UsageError, "'y' has 3"),
        ((10, 5), {1: 4}, UsageError, "'y'"),
        ((10, 5), {1: 7.5}, UsageError, "'y'"),
        ((10, 5), {7: 20}, ConditionError, "'y'"),
        ((10, 5), True, UsageError, "bool"),
        ((10, 5), None, UsageError, "NoneType"),
        ((10, 5), float("nan"), UsageError, "nan"),
    ],
)
def test_what_cannot_be_planned_is_said(counts, strategy, kind, words):
    with pytest.raises(kind) as caught:
        plan(counts, strategy)
    assert words in str(caught.value)


# In proportion


@pytest.mark.parametrize(
    ("counts", "n", "expected"),
    [
        ({0.0: 80, 1.0: 30}, 55, {0.0: 40, 1.0: 15}),
        # 3.33, 3.33 and 3.33: the one that is left goes to the first.
        ({0.0: 1, 1.0: 1, 2.0: 1}, 10, {0.0: 4, 1.0: 3, 2.0: 3}),
        # 6.36 and .64: the larger remainder gets the row.
        ({0.0: 100, 1.0: 10}, 7, {0.0: 6, 1.0: 1}),
        # 2.73 and .27: no class is left without a row.
        ({0.0: 100, 1.0: 10}, 3, {0.0: 2, 1.0: 1}),
        # .09, .9 and 9: two rows for the small ones, eight for the large one.
        ({0.0: 1, 1.0: 10, 2.0: 100}, 10, {0.0: 1, 1.0: 1, 2.0: 8}),
        # Giving the first one a row leaves 3 x 100 / 297 = 1.01, .99 and 1: the second then gets one as well.
        ({0.0: 1, 1.0: 98, 2.0: 100, 3.0: 99}, 4, {0.0: 1, 1.0: 1, 2.0: 1, 3.0: 1}),
    ],
)
def test_largest_remainders_by_hand(counts, n, expected):
    found = plan_in_proportion(counts, n, None)
    assert dict(found.by_class) == expected
    assert found.total == n


def test_shares_always_add_up():
    rng = np.random.default_rng(0)
    for _ in range(200):
        counts = {float(i): int(k) for i, k in enumerate(rng.integers(1, 500, rng.integers(1, 9)))}
        n = int(rng.integers(1, 1000))
        found = plan_in_proportion(counts, n, None)
        assert sum(found.by_class.values()) == n
        whole = sum(counts.values())
        if n < len(counts):
            assert set(found.by_class.values()) == {1}
            assert set(found.by_class) | set(found.left_out) == set(counts)
            assert min(counts[code] for code in found.by_class) >= max(counts[code] for code in found.left_out)
            continue
        assert set(found.by_class) == set(counts)
        assert not found.left_out
        if min(counts.values()) * n >= whole:
            assert all(abs(rows - n * counts[code] / whole) < 1 for code, rows in found.by_class.items())


def test_in_proportion_among_the_allowed():
    found = plan_in_proportion({0.0: 80, 1.0: 30, 2.0: 10}, 8, np.array([1.0, 2.0]))
    assert dict(found.by_class) == {1.0: 6, 2.0: 2}
    assert not found.in_proportion


def test_rows_for_all_classes_in_proportion_are_like_the_table():
    assert plan_in_proportion({0.0: 80, 1.0: 30}, 8, None).in_proportion
    assert not plan((100, 10), "auto").in_proportion


def test_fewer_rows_than_classes_go_to_the_largest_and_the_others_are_named():
    found = plan_in_proportion({0.0: 5, 1.0: 80, 2.0: 10, 3.0: 5}, 2, None)
    assert dict(found.by_class) == {1.0: 1, 2.0: 1}
    assert found.left_out == (0.0, 3.0)


def weighed(strategy="auto", n=None, purpose="augment"):
    schema = Schema((Column("x", Kind.CONTINUOUS), Column("y", Kind.CATEGORICAL, Role.TARGET, categories=("a", "b"))))
    coded = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [0.0, 0.0, 1.0, 1.0]})
    weights = np.array([450.0, 450.0, 5.0, 5.0])
    return plan_rows(coded, schema, purpose, strategy, n, read_wanted(None, schema), weights)


def test_rows_that_stand_for_many_count_as_many():
    assert weighed().by_class == {1.0: 890}
    assert weighed(purpose="release").by_class == {0.0: 900, 1.0: 10}
    assert weighed(n=91).by_class == {0.0: 90, 1.0: 1}


def test_a_smaller_plan_keeps_the_classes_and_a_few_rows_of_each():
    plan = weighed(purpose="release")
    assert reduced(plan, 1_000) is plan
    assert reduced(plan, 455).by_class == {0.0: 450, 1.0: 10}
    assert reduced(weighed(), 89) == dataclasses.replace(weighed(), total=89, by_class={1.0: 89})
