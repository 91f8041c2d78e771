"""Rows, people and classes, and what they are enough for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from synthgen.profiling.size import SizeAssessment, assess_size, rows_needed, wilson_half_width
from synthgen.table import encode, infer_schema


def size_of(frame, **options):
    schema = infer_schema(frame, **options)
    return assess_size(encode(frame, schema), schema, np.random.default_rng(0))


def patients(rows, people, share=0.1):
    rng = np.random.default_rng(0)
    who = [f"P{i % people:04d}" for i in range(rows)]
    x, z = rng.normal(size=(2, rows))
    return pd.DataFrame({"who": who, "x": x, "z": z, "ill": np.arange(rows) < share * rows})


@pytest.mark.parametrize(("k", "n"), [(8, 10), (80, 100), (50, 100), (0, 30)])
def test_wilsons_interval_is_scipys(k, n):
    interval = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson_half_width(k / n, n) == pytest.approx((interval.high - interval.low) / 2, abs=1e-6)


@pytest.mark.parametrize(("share", "half"), [(0.8, 0.05), (0.5, 0.05), (0.9, 0.02), (0.5, 0.4)])
def test_rows_needed_are_the_fewest(share, half):
    n = rows_needed(share, half)
    assert wilson_half_width(share, n) <= half < wilson_half_width(share, n - 1)


def test_classes_by_hand():
    found = size_of(pd.DataFrame({"x": np.arange(200) / 7, "y": ["a"] * 150 + ["b"] * 50}), target="y")
    assert [(c.label, c.n, c.share) for c in found.classes] == [("b", 50, 0.25), ("a", 150, 0.75)]
    assert (found.imbalance, found.subjects, found.rows, found.different) == (3, None, 200, 200)
    rare = found.classes[0]
    # Ten rows of it would be held out, of which 8 are found: Wilson's interval is .49 to .94.
    assert rare.half_width == pytest.approx(0.2266, abs=1e-3)
    assert rare.needed == 5 * rows_needed(0.8, 0.05)
    assert rare.columns == 5
    assert f"± 0.05 needs {rare.needed:,} rows of it" in rare.words


def test_enough_is_said():
    found = size_of(pd.DataFrame({"x": np.arange(4000) / 7, "y": ["a", "b"] * 2000}), target="y")
    assert "enough for ± 0.05" in found.classes[0].words
    assert "needs" not in found.classes[0].words


def test_rows_of_one_subject_count_little():
    # 20 rows of one person and 1 of each of 20: (40)² / (20² + 20) = 3.81 people's worth.
    frame = pd.DataFrame({"who": ["P000"] * 20 + [f"P{i:03d}" for i in range(1, 21)], "x": np.arange(40) / 7})
    found = size_of(frame, subject="who")
    assert found.subjects == 21
    assert found.effective == pytest.approx(1600 / 420)
    assert "40 rows are of 21 subjects" in found.words[0]


def test_subjects_of_a_class():
    found = size_of(patients(1000, 50), subject="who", target="ill").classes[0]
    assert (found.n, found.subjects, found.effective) == (100, 50, 50)
    assert "worth 50 unrelated ones" in found.words


def test_repeated_rows_count_once():
    frame = patients(500, 500).drop(columns="who")
    found = size_of(pd.concat([frame, frame[:30]]), target="ill")
    assert (found.rows, found.different, found.effective) == (530, 500, 500)
    assert (found.classes[0].n, found.classes[0].different) == (80, 50)
    assert "30 rows repeat another, more than by chance" in " ".join(found.words)


def test_rows_that_repeat_by_chance_are_no_copies():
    rng = np.random.default_rng(0)
    found = size_of(pd.DataFrame({name: rng.choice(["u", "v"], 500) for name in "abcy"}), target="y")
    assert (found.different, found.effective) == (500, 500)


def test_a_small_model_is_advised_where_columns_are_many():
    frame = pd.DataFrame({f"x{i}": np.random.default_rng(i).normal(size=300) for i in range(12)})
    found = size_of(frame.assign(y=np.arange(300) < 30), target="y").classes[0]
    assert found.columns == 3
    assert "enough for 3 of 12 columns" in found.words


def test_tiny_classes_are_not_named():
    found = size_of(
        pd.DataFrame({"x": np.arange(69) / 7, "y": ["a"] * 60 + ["SECRET"] * 5 + ["HIDDEN"] * 4}), target="y"
    )
    assert [c.label for c in found.classes] == ["other (2 with fewer than 10 each)", "a"]
    assert "SECRET" not in repr(found)


def test_a_class_of_many_rows_and_few_people_is_not_named():
    frame = patients(1000, 500).assign(ill=["a"] * 960 + ["SECRET"] * 40)
    frame.loc[960:, "who"] = [f"P{i % 4:04d}" for i in range(40)]
    found = size_of(frame, subject="who", target="ill")
    assert [c.label for c in found.classes] == ["other (1 with fewer than 10 each)", "a"]


def test_fewer_than_ten_repeats_are_not_counted():
    frame = patients(500, 500).drop(columns="who")
    assert size_of(pd.concat([frame, frame[:3]]), target="ill").different == 503


@pytest.mark.parametrize("target", [None, "x"])
def test_without_classes(target):
    found = size_of(pd.DataFrame({"x": np.arange(100) / 7}), target=target)
    assert (found.classes, found.imbalance) == ((), None)
    assert "A share of a fifth of the rows is known to ± 0.2" in found.words[0]


def test_one_class_and_no_row():
    found = size_of(pd.DataFrame({"x": np.arange(60) / 7, "y": ["a"] * 60}), target="y")
    assert found.words == ("All rows are of one class, a: there is nothing to tell it from.",)
    schema = infer_schema(pd.DataFrame({"x": [1.5, 2.5]}))
    none = encode(pd.DataFrame({"x": [1.5, 2.5]}), schema)[:0]
    assert assess_size(none, schema, np.random.default_rng(0)) == SizeAssessment()
    assert found.frame["n"].tolist() == [60]
