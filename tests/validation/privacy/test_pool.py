"""The pool: what is in it, that it hides the labels, and neighbours set by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, Kind, Role, Schema
from synthgen.validation import Comparison
from synthgen.validation.privacy.encodings import ENCODINGS, centre_and_scale
from synthgen.validation.privacy.pool import Pool, hashed

EVEN = [float(i) for i in range(0, 200, 2)]
ODD = [float(i) for i in range(1, 200, 2)]


def test_real_rows_are_shuffled_and_their_labels_go_with_them(compare, rng):
    pool, permutations = Pool.of(compare({"x": EVEN}, {"x": ODD}, {"x": [3.2]}), rng)
    values = pool.real["x"].to_numpy()
    assert sorted(values) == sorted(EVEN + ODD)
    assert ((values % 2 == 0) == permutations.labels).all()
    # Neither side comes first.
    assert 20 < permutations.labels[:100].sum() < 80


def test_classes_that_the_synthetic_rows_lack_are_left_out(compare, rng):
    part = {"x": [1.0, 2.0, 3.0], "y": list("abb")}
    pool, _ = Pool.of(compare(part, part, {"x": [1.0], "y": ["b"]}, labels={"y": ["a", "b"]}, target="y"), rng)
    assert sorted(pool.real["x"]) == [2.0, 2.0, 3.0, 3.0]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_nearest_row_by_hand(compare, rng, encoding):
    pool, _ = Pool.of(compare({"x": EVEN}, {"x": ODD}, {"x": [10.2, 11.2]}), rng)
    found = pool.neighbours(encoding)
    assert pool.real["x"].to_numpy()[found.rows[:, :2]].tolist() == [[10.0, 11.0], [11.0, 12.0]]
    assert (np.diff(found.distances) >= 0).all()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_left_out_row_isnt_its_own_neighbour(compare, rng, encoding):
    pool, _ = Pool.of(compare({"x": EVEN}, {"x": ODD}, {"x": [10.2]}), rng)
    found = pool.usual(encoding)
    assert (found.rows != pool.left_out[:, None]).all()
    assert (found.distances[:, 0] > 0).all()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_gaps_and_labels_have_a_place(compare, rng, encoding):
    part = {"x": [*np.linspace(0, 1, 50), np.nan], "c": [*["p", "q"] * 25, None]}
    pool, _ = Pool.of(compare(part, part, part, labels={"c": ["p", "q"]}), rng)
    for laid in pool.laid(encoding):
        assert np.isfinite(laid.ordered).all() and np.isfinite(laid.weights).all()
        assert laid.labels.min() >= 0
    assert (pool.neighbours(encoding).distances[:, 0] == 0).all()


def test_a_rare_label_weighs_more(compare, rng):
    part = {"x": [0.0] * 200, "c": ["common"] * 198 + ["rare"] * 2, "d": ["p", "q"] * 100}
    pool, _ = Pool.of(compare(part, part, part, labels={"c": ["common", "rare"], "d": ["p", "q"]}), rng)
    weights = pool.laid("rare_weighted")[0].weights
    # One of a hundred has it: (log2(100) + 1) / 2 times the weight of a label that half of them have.
    rare = pool.real["c"].to_numpy() == 1
    assert weights[rare, 0] / weights[0, 1] == pytest.approx((np.log2(100) + 1) / 2)


def test_the_scale_of_a_column_by_hand():
    assert centre_and_scale(np.array([0.0, 1.0, 2.0, 3.0, 4.0])) == (2.0, 2.0)
    assert centre_and_scale(np.array([1.0, 1.0, 1.0, 1.0, 6.0])) == (1.0, 2.0)
    assert centre_and_scale(np.array([7.0, 7.0])) == (7.0, 1.0)
    assert centre_and_scale(np.array([])) == (0.0, 1.0)


def test_hashes_take_gaps_and_signed_zero_as_equal():
    keys = hashed(pd.DataFrame({"x": [np.nan, np.nan, 0.0, -0.0, 1.0]}))
    assert keys[0] == keys[1]
    assert keys[2] == keys[3]
    assert len(set(keys.tolist())) == 3


def subject_table(train, holdout):
    schema = Schema((Column("x", Kind.CONTINUOUS), Column("who", Kind.IDENTIFIER, Role.SUBJECT)))
    frames = [pd.DataFrame({"x": np.arange(float(len(who))), "who": list(who)}) for who in (train, holdout, "z")]
    return Comparison.of(*frames, schema)


def test_rows_of_a_subject_are_one_unit(rng):
    pool, permutations = Pool.of(subject_table("aabbc", "ddee"), rng)
    assert len(set(permutations.units.tolist())) == 5
    assert pool.schema.names == ["x"]


def test_a_subject_on_both_sides_is_refused(rng):
    with pytest.raises(ValueError, match="both labels"):
        Pool.of(subject_table("aab", "bcc"), rng)


def test_repeated_rows_are_one_unit_if_they_were_split_together(compare, rng):
    _, together = Pool.of(compare({"x": [1, 1, 2]}, {"x": [3, 3]}, {"x": [5]}), rng)
    assert len(set(together.units.tolist())) == 3
    _, apart = Pool.of(compare({"x": [1, 1, 2]}, {"x": [1, 3]}, {"x": [5]}), rng)
    assert len(set(apart.units.tolist())) == 5
