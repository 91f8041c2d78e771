"""Cells over several columns: filled to their size, whatever makes the rows."""

from __future__ import annotations

import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, UsageError


def sampler(generator="gaussian_copula", **options):
    return sg.SyntheticOverSampler(generator, **{"random_state": 0, **options})


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_exact=True)


def sizes(X, y):
    return pd.Series(list(zip(X["sex"], y, strict=True))).value_counts().to_dict()


@pytest.mark.parametrize("generator", ["gaussian_copula", "smote", "tree", "jitter"])
def test_a_cell_is_filled_to_its_size_and_no_other_grows(people, generator):
    X, y = people()
    ours = sampler(generator, cells=("sex", "income"), sampling_strategy={("F", ">50K"): 200})
    X_out, y_out = ours.fit_resample(X, y)
    assert sizes(X_out, y_out) == {**sizes(X, y), ("F", ">50K"): 200}
    assert ours.sampling_strategy_ == {("F", ">50K"): 200 - sizes(X, y)["F", ">50K"]}
    assert X_out.dtypes.equals(X.dtypes)
    same(X_out[: len(X)], X)


def test_a_word_balances_all_cells(people):
    X, y = people()
    X_out, y_out = sampler(cells=("sex", "income")).fit_resample(X, y)
    assert set(sizes(X_out, y_out).values()) == {max(sizes(X, y).values())}


def test_cells_without_the_target_keep_its_share_within_them(people):
    X, y = people(3_000)
    X_out, y_out = sampler(cells=("sex", "job")).fit_resample(X, y)
    assert X_out.groupby(["sex", "job"]).size().nunique() == 1
    for sex in "FM":
        before, after = ((labels[rows["sex"] == sex] == ">50K").mean() for rows, labels in ((X, y), (X_out, y_out)))
        assert after == pytest.approx(before, abs=0.05)


def test_cells_of_the_target_alone_are_its_classes(people):
    X, y = people()
    same(sampler(cells=["income"]).fit_resample(X, y)[0], sampler().fit_resample(X, y)[0])


def test_rows_with_a_gap_are_in_no_cell(people):
    X, y = people()
    X.loc[:49, "sex"] = None
    ours = sampler(cells=("sex", "income"))
    X_out, y_out = ours.fit_resample(X, y)
    assert X_out["sex"].isna().sum() == 50
    assert X_out["sex"][:50].isna().all()
    assert set(sizes(X_out[50:], y_out[50:]).values()) == {max(sizes(X[50:], y[50:]).values())}
    weight = ours.sample_weight_
    assert weight[:50].sum() / weight.sum() == pytest.approx(50 / 600)


@pytest.mark.parametrize(
    ("cells", "strategy", "kind", "words"),
    [
        (("sex", "income"), {("X", ">50K"): 900}, ConditionError, "'sex'"),
        (("sex", "income"), {("F",): 900}, UsageError, "'sex' and 'income'"),
        (("sex", "income"), {("F", ">50K"): 1}, UsageError, "already"),
        (("sex", "income"), 0.5, UsageError, "two cells"),
        (("age", "income"), "auto", UsageError, "'age'"),
        (("town", "income"), "auto", UsageError, "'town'"),
        ("sex", "auto", UsageError, "'sex'"),
        ((), "auto", UsageError, "cells"),
        (("sex", "sex"), "auto", UsageError, "distinct"),
    ],
)
def test_cells_that_cannot_be(people, cells, strategy, kind, words):
    with pytest.raises(kind, match=words):
        sampler(cells=cells, sampling_strategy=strategy).fit_resample(*people())


def test_a_cell_that_no_row_has(people):
    X, y = people()
    keep = ~((X["sex"] == "F") & (y == ">50K"))
    with pytest.raises(ConditionError, match="No row has the cell"):
        sampler(cells=("sex", "income"), sampling_strategy={("F", ">50K"): 9}).fit_resample(X[keep], y[keep])


def test_cells_of_every_column(people):
    X, y = people()
    with pytest.raises(UsageError, match="every column"):
        sampler(cells=("sex", "job", "income")).fit_resample(X[["sex", "job"]], y)
