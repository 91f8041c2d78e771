"""Keys, repeated rows and columns that are there twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.profiling.dependence import profile_dependence
from synthgen.profiling.dependence.copies import repeated_rows
from synthgen.table import encode, infer_schema


def profiled(frame, **options):
    schema = infer_schema(frame, **options)
    return profile_dependence(encode(frame, schema), schema, np.random.default_rng(0))


def keys(frame):
    return [rule.columns for rule in profiled(frame).rules if rule.kind == "key"]


def copies(frame):
    return [(*rule.columns, rule.exceptions) for rule in profiled(frame).rules if rule.kind == "column copy"]


# Keys


def test_an_identifier_and_a_pair():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"shop": np.repeat(np.arange(40), 50), "week": np.tile(np.arange(50), 40)})
    frame = frame.assign(order_id=rng.permutation(2000), sold=rng.poisson(20, 2000), rate=rng.normal(size=2000))
    assert keys(frame) == [("order_id",), ("shop", "week")]


def test_values_that_are_different_by_chance_are_no_key():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"x": rng.normal(size=300), "day": rng.integers(0, 10**7, 300), "y": rng.normal(size=300).round(1)}
    )
    assert keys(frame) == []


def test_one_repeat_is_no_key():
    frame = pd.DataFrame({"shop": np.repeat(np.arange(40), 50), "week": np.tile(np.arange(50), 40), "n": 1.5})
    assert keys(pd.concat([frame, frame[:1]])) == []


# Columns


def test_columns_that_are_nearly_the_same():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 300, 2000)
    near = x.copy()
    near[:15] += 1
    code = rng.choice(list("abcdefgh"), 2000)
    name = pd.Series(code).str.upper().to_numpy(copy=True)
    name[:4] = "A"
    frame = pd.DataFrame({"x": x, "near": near, "code": code, "name": name, "other": rng.integers(0, 300, 2000)})
    assert ("x", "near", 15) in copies(frame)
    assert ("code", "name", None) in copies(frame)
    assert len(copies(frame)) == 2


def test_strong_dependence_is_no_copy():
    rng = np.random.default_rng(0)
    x = rng.normal(size=2000)
    assert copies(pd.DataFrame({"x": x, "y": x + rng.normal(0, 0.05, 2000)})) == []


# Rows


def repeated(frame):
    schema = infer_schema(frame)
    return repeated_rows(encode(frame, schema), schema, np.random.default_rng(0))


def test_rows_that_repeat_by_hand():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(500, 4)), columns=list("abcd")).assign(word=rng.choice(["u", "v"], 500))
    near = frame[:20].assign(b=9.5)
    found = repeated(pd.concat([frame, frame[100:112], near]))
    assert (found.same, found.by_chance) == (12, 0)
    # Both of each pair.
    assert (found.but_one, found.but_one_by_chance, found.columns) == (40, 0, 5)
    assert repeated(pd.concat([frame, frame[:3]])).same is None


def test_rows_of_few_values_repeat_by_chance():
    rng = np.random.default_rng(0)
    found = repeated(pd.DataFrame({name: rng.choice(["u", "v"], 500) for name in "abcd"}))
    assert found.same == pytest.approx(484, abs=1)
    assert found.by_chance == pytest.approx(484, abs=1)
