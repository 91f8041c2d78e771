"""Rows whose values don't belong together are found, and so is the column that is to blame."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.reviewing.plausibility import plausibility
from synthgen.table.column import Column, Kind
from synthgen.table.schema import Schema
from synthgen.validation.comparison import Comparison

SCHEMA = Schema(
    (
        *(Column(name, Kind.CONTINUOUS) for name in ("size", "weight", "noise")),
        Column("kind", Kind.CATEGORICAL, categories=("small", "large")),
    )
)


def rows(n, seed):
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    return pd.DataFrame(
        {"size": size, "weight": size + 0.1 * rng.normal(size=n), "noise": rng.normal(size=n), "kind": (size > 0) * 1.0}
    )


def asked(made, train=None):
    train = rows(1500, 0) if train is None else train
    return plausibility(Comparison.of(train, rows(400, 1), made, SCHEMA), np.random.default_rng(0))


@pytest.fixture(scope="module")
def planted():
    """Rows as real ones; in the first ten the weight is that of another row."""
    made = rows(400, 2)
    made.loc[:9, "weight"] = -2 * np.sign(made.loc[:9, "size"])
    return made, asked(made)


def test_planted_rows_are_the_least_plausible(planted):
    _, found = planted
    assert set(np.argsort(found.made)[:10]) == set(range(10))
    assert found.made[:10].max() < np.quantile(found.held, 0.01)


def test_rows_like_real_ones_are_as_plausible_as_real_ones(planted):
    _, found = planted
    # The same law: their medians differ by chance only (its deviation is about 5 % of a quartile's width).
    assert abs(np.median(found.made[10:]) - np.median(found.held)) < 0.3 * np.subtract(
        *np.quantile(found.held, [0.75, 0.25])
    )


def test_the_column_that_is_to_blame_is_named(planted):
    made, found = planted
    named = found.telling(made[:10])
    assert all("noise" not in names for names in named)
    assert all(set(names) & {"weight", "size"} for names in named)


def test_too_few_rows_or_columns_tell_nothing():
    assert asked(rows(50, 3), train=rows(49, 4)) is None
    one = Schema((Column("size", Kind.CONTINUOUS),))
    alone = Comparison.of(*(rows(100, seed)[["size"]] for seed in (5, 6, 7)), one)
    assert plausibility(alone, np.random.default_rng(0)) is None
