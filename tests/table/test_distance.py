"""Distances worked out by hand."""

import time

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, DistanceSpace, Kind, Schema, encode, infer_schema


def place(schema, coded, rows):
    return DistanceSpace.fit(pd.DataFrame(coded), schema).transform(pd.DataFrame(rows), dtype=np.float64)


X = Schema((Column("x", Kind.CONTINUOUS),))


def test_mid_ranks():
    # Four values: 1 holds ranks 0 to 1 (middle 0.5), 2 twice 1 to 3 (2), 5 the last (3.5); over 4.
    found = place(X, {"x": [1.0, 2, 2, 5]}, {"x": [1.0, 2, 5, 3.5]})
    np.testing.assert_allclose(found[:, 0], [0.125, 0.5, 0.875, 0.6875])


def test_values_outside_the_range_lie_outside_a_little():
    found = place(X, {"x": [0.0, 10.0]}, {"x": [-5.0, 12.0, 1e9, -1e9]})[:, 0]
    np.testing.assert_allclose(found, [0.25 - 0.05, 0.75 + 0.02, 0.75 + 0.1, 0.25 - 0.1])


def test_a_tiny_change_is_a_tiny_move():
    values = np.random.default_rng(0).normal(size=1000)
    found = place(X, {"x": values}, {"x": np.r_[values, values + 1e-9]})[:, 0]
    moved = np.abs(found[:1000] - found[1000:])
    assert moved.max() < 1e-3
    assert np.median(moved) < 1e-7


def test_two_labels_are_at_distance_one():
    schema = Schema((Column("c", Kind.CATEGORICAL, categories=("a", "b", "c")),))
    found = place(schema, {"c": [0.0, 1, 2]}, {"c": [0.0, 1, np.nan, 0]})
    distances = np.linalg.norm(found[:, None] - found[None], axis=2)
    np.testing.assert_allclose(distances, [[0, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1], [0, 1, 1, 0]])


def test_a_missing_number_is_as_far_as_another_label_on_average():
    rows = np.r_[np.linspace(0, 1, 1001), np.nan]
    found = place(X, {"x": rows}, {"x": rows})
    squared = ((found[:-1] - found[-1]) ** 2).sum(axis=1)
    assert squared.mean() == pytest.approx(1, abs=1e-3)
    assert np.linalg.norm(found[-1] - found[-1]) == 0


def test_a_missing_number_that_was_never_fitted_lies_apart():
    found = place(X, {"x": [1.0, 2.0]}, {"x": [np.nan, 1.0]})
    assert found.shape == (2, 1)
    assert abs(found[0, 0] - found[1, 0]) > 1


@pytest.mark.parametrize("values", [[3.0, 3.0], [np.nan, np.nan]])
def test_constant_and_empty_columns(values):
    found = place(X, {"x": values}, {"x": [*values, 7.0]})
    assert np.isfinite(found).all()
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()


def test_long_lists_of_labels_share_an_axis():
    schema = Schema((Column("c", Kind.CATEGORICAL, categories=tuple(map(str, range(60)))),))
    codes = np.r_[np.arange(60.0), np.arange(49.0)]
    found = place(schema, {"c": codes}, {"c": [0.0, 48, 49, 59]})
    assert found.shape == (4, 51)
    assert np.linalg.norm(found[0] - found[1]) == pytest.approx(1)
    assert np.linalg.norm(found[1] - found[2]) == pytest.approx(1)
    assert np.linalg.norm(found[2] - found[3]) == 0


def test_identifiers_and_text_are_left_out():
    schema = Schema((Column("id", Kind.IDENTIFIER), Column("x", Kind.INTEGER), Column("t", Kind.TEXT)))
    coded = pd.DataFrame({"id": ["1", "2"], "x": [1.0, 2.0], "t": ["a", None]})
    space = DistanceSpace.fit(coded, schema)
    assert space.slices == {"x": slice(0, 1)}
    only = schema.without("x")
    assert DistanceSpace.fit(coded, only).transform(coded).shape == (2, 0)


def test_adult_size_is_fast():
    rng = np.random.default_rng(0)
    rows = 48_790
    frame = pd.DataFrame({f"n{i}": rng.integers(0, 5000, rows) for i in range(6)})
    frame = frame.join(
        pd.DataFrame({f"c{i}": rng.integers(0, 12, rows).astype(str) for i in range(9)}).astype("category")
    )
    schema = infer_schema(frame)
    coded = encode(frame, schema)
    start = time.perf_counter()
    found = DistanceSpace.fit(coded, schema).transform(coded)
    # Half a second is the aim; twice that leaves room for a busy machine.
    assert time.perf_counter() - start < 1.0
    assert (found.dtype, len(found)) == (np.float32, rows)
