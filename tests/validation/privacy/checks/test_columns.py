"""Values of single columns and of several, found again: made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.validation.privacy.agreement import best_agreement
from synthgen.validation.privacy.checks.reuse import reused, value_reuse
from synthgen.validation.privacy.checks.subsets import subset_copies
from synthgen.validation.privacy.evidence import adjust
from synthgen.validation.privacy.pool import Pool


def run(check, comparison, rng):
    pool, permutations = Pool.of(comparison, rng)
    found = check(pool, permutations, rng)
    return {item.subject: p for item, p in zip(found, adjust(found).p_values, strict=True) if not item.hidden}, found


def test_only_values_of_one_real_row_count(compare, rng):
    # 1 to 20 stand once, 7 twice; the synthetic rows have 1 to 10 and a value that nobody has.
    both = compare({"x": [*range(1, 21), 7]}, {"x": range(100, 120)}, {"x": [*range(1, 11), 500]})
    pool, permutations = Pool.of(both, rng)
    ((column, met),) = reused(pool)
    assert column.name == "x"
    assert sorted(pool.real["x"].to_numpy()[met.real]) == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert permutations.labels[met.real].all()


def test_a_leaking_column_is_named(compare, rng):
    parts = [{name: rng.normal(size=300) for name in "abc"} for _ in range(3)]
    parts[2]["b"] = rng.permutation(parts[0]["b"])
    p_values, _ = run(value_reuse, compare(*parts), rng)
    assert p_values["b"] <= 0.001
    assert set(p_values) == {None, "b"}


def test_values_of_their_own_are_no_reuse(compare, rng):
    found = run(value_reuse, compare(*({"x": rng.normal(size=100)} for _ in range(3))), rng)[1]
    assert len(found) == 1 and found[0].vacuous


def test_values_of_both_sides_are_no_leak(compare, rng):
    train, holdout = rng.permutation(2000)[:600].reshape(2, 300).astype(float)
    made = rng.permutation(np.r_[train[:150], holdout[:150]])
    assert run(value_reuse, compare({"x": train}, {"x": holdout}, {"x": made}), rng)[0]["x"] > 0.05


def test_the_most_remarkable_agreement_by_hand():
    real = np.array([[0, 5, 1], [0, 5, 2], [0, 6, 3]])
    worth = np.array([[0, 1, 3], [0, 1, 3], [0, 2, 3]], dtype=np.float32)
    best, following, rows = best_agreement(np.array([[0, 6, 9], [0, 5, 2], [-1, -1, -1]]), real, worth)
    assert rows.tolist() == [2, 1, 0]
    assert best.tolist() == [2, 4, 0]
    assert following.tolist() == [0, 1, 0]


@pytest.mark.parametrize("share", [1.0, 0.2])
def test_columns_copied_together_are_named(compare, rng, share):
    # No value of a column points at anyone, but a, b, c, d and e together do.
    names = "abcdefgh"
    parts = [{name: rng.integers(0, 12, 800).astype(float) for name in names} for _ in range(3)]
    for name in "abcde":
        parts[2][name][: int(800 * share)] = parts[0][name][: int(800 * share)]
    p_values, _ = run(subset_copies, compare(*parts), rng)
    assert p_values[None] <= 0.02
    assert p_values["a, b, c, d, e"] <= 0.001


def test_fresh_columns_are_not_copied_together(compare, rng):
    parts = [{name: rng.integers(0, 12, 500).astype(float) for name in "abcdef"} for _ in range(3)]
    p_values, _ = run(subset_copies, compare(*parts), rng)
    assert min(p_values.values()) > 0.02


def test_two_columns_have_no_subsets(compare, rng):
    found = run(subset_copies, compare(*({"x": [1.0, 2.0], "z": [3.0, 4.0]} for _ in range(3))), rng)[1]
    assert found[0].vacuous
