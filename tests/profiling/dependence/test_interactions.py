"""Pairs of columns that only tell the target together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.profiling.dependence.interactions import interactions
from synthgen.profiling.few_classes import compared_columns
from synthgen.table import encode, infer_schema


def table(target, n=3000, seed=0, **more):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "dose": rng.normal(size=n),
            "sex": rng.choice(["f", "m"], n),
            "age": rng.integers(18, 90, n),
            "ward": rng.choice(list("abcdef"), n),
        }
        | more
    )
    return frame.assign(y=target(frame, rng))


def found_in(frame, seed=0):
    schema = infer_schema(frame, target="y")
    coded = encode(frame, schema)
    return interactions(coded, compared_columns(schema), schema.target, np.random.default_rng(seed))


def either(frame, rng):
    """Ill if one of two holds, but not both, with a tenth at random."""
    return ((frame["dose"] > 0) ^ (frame["sex"] == "f") ^ (rng.random(len(frame)) < 0.1)).map(
        {True: "ill", False: "well"}
    )


@pytest.mark.parametrize("seed", range(3))
def test_exclusive_or_is_found(seed):
    found, pairs, columns = found_in(table(either, seed=seed), seed)
    assert [(item.a, item.b) for item in found] == [("dose", "sex")]
    assert found[0].together > 0.3
    assert found[0].alone < 0.05
    assert found[0].p < 1e-6
    assert (pairs, columns) == (6, 4)


def test_of_a_rare_class():
    def rare(frame, rng):
        return np.where(
            rng.random(len(frame)) < np.where((frame["dose"] > 0) ^ (frame["sex"] == "f"), 0.09, 0.01), "a", "b"
        )

    assert [(item.a, item.b) for item in found_in(table(rare, n=6000))[0]] == [("dose", "sex")]


def test_of_a_number():
    def number(frame, rng):
        return np.sign(frame["dose"]) * np.where(frame["sex"] == "f", 1, -1) + rng.normal(size=len(frame))

    assert [(item.a, item.b) for item in found_in(table(number))[0]] == [("dose", "sex")]


@pytest.mark.parametrize(
    "target",
    [
        lambda frame, rng: rng.choice(["a", "b"], len(frame)),
        lambda frame, rng: (frame["dose"] + rng.normal(size=len(frame)) > 0).map({True: "a", False: "b"}),
        lambda frame, rng: (frame["dose"] + (frame["sex"] == "f") + rng.normal(size=len(frame)) > 1).map(str),
        lambda frame, rng: ["same"] * len(frame),
    ],
    ids=["nothing", "one column", "two columns that add up", "one class"],
)
def test_what_is_no_interaction(target):
    assert found_in(table(target))[0] == ()


def test_of_many_columns_some_are_looked_at():
    rng = np.random.default_rng(1)
    frame = table(either, n=500, **{f"x{i}": rng.normal(size=500) for i in range(120)})
    assert found_in(frame)[1:] == (100 * 99 // 2, 100)
