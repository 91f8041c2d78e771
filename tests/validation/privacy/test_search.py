"""The search by columns finds what the search over axes finds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.table import Column, DistanceSpace, Kind, Schema
from synthgen.table.neighbours import nearest
from synthgen.validation.privacy import search
from synthgen.validation.privacy.encodings import Laid, quantile
from synthgen.validation.privacy.search import nearest_laid


def laid(*rows):
    """Rows of one number, one label and that label's squared height."""
    columns = np.asarray(rows, dtype=np.float32)
    return Laid(columns[:, :1], columns[:, 1:2], columns[:, 2:])


def test_neighbours_by_hand():
    real = laid((0, 0, 0.5), (3, 0, 0.5), (0, 1, 2.0), (10, 1, 2.0))
    found = nearest_laid(laid((1, 0, 0.5)), real, 3)
    distances, rows = found.distances, found.rows
    assert rows.tolist() == [[0, 2, 1]]
    # Another label adds both heights: 1 + .5 + 2.
    assert distances[0] == pytest.approx([1.0, 3.5**0.5, 2.0])


def test_a_row_may_be_left_out_but_not_its_twin():
    real = laid((0, 0, 0.5), (5, 0, 0.5), (5, 0, 0.5))
    found = nearest_laid(real, real, 2, np.arange(3))
    distances, rows = found.distances, found.rows
    assert rows[1].tolist() == [2, 0]
    assert distances[1].tolist() == [0.0, 5.0]


def test_more_neighbours_than_rows_are_not_asked_for():
    assert nearest_laid(laid((1, 0, 1)), laid((0, 0, 1), (2, 0, 1)), 9).rows.shape == (1, 2)
    with pytest.raises(ValueError, match="no real rows"):
        nearest_laid(laid((1, 0, 1)), laid((0, 0, 1)).take(np.array([], int)), 1)


def test_no_compiled_loop_is_promised_that_infinity_never_comes():
    # The distance to the k-th row is infinite until k rows are found.
    for loop in (search.add_ordered, search.add_label, search._below):
        assert "ninf" not in loop.targetoptions["fastmath"]
        assert loop.targetoptions["fastmath"] is not True
    assert search._below(np.zeros(3, np.float32), np.float32(np.inf)) == 3


def test_it_agrees_with_the_search_over_axes(rng):
    schema = Schema((
        Column("x", Kind.CONTINUOUS, nullable=True), Column("z", Kind.CONTINUOUS),
        Column("c", Kind.CATEGORICAL, categories=("p", "q", "r")),
    ))  # fmt: skip
    frames = [
        pd.DataFrame({
            "x": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)), "z": rng.normal(size=n),
            "c": np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 3, n)),
        })
        for n in (1300, 200)
    ]  # fmt: skip
    real, made = quantile(*frames, schema)
    space = DistanceSpace.fit(frames[0], schema)
    wanted, rows = nearest(*(space.transform(frame, np.float64) for frame in frames[::-1]), 4)
    found = nearest_laid(made, real, 4)
    assert found.distances == pytest.approx(wanted, abs=1e-5)
    assert (found.rows == rows).mean() > 0.99
