"""Merging keeps the real rows as they were, and refuses what must not be merged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import GateFailed, UsageError
from synthgen.merging import accepted_rows, merge_frames
from synthgen.validation import Outcome, Purpose, ValidationReport, Verdict

pl = pytest.importorskip("polars")


def report(n, outcome="PASS", purpose="augment", flagged=()):
    flags = pd.DataFrame(
        {"row": list(flagged), "reason": "NEAR_COPY", "columns": "all", "value": 0.0, "threshold": 1.0}
    )
    return ValidationReport(Verdict(Outcome(outcome), Purpose(purpose), ()), (), flags, counts={"synthetic": n})


@pytest.fixture
def real():
    return pd.DataFrame(
        {"x": [1, 2, 3], "hue": pd.Categorical(["r", "b", "r"], categories=["b", "r", "g"])}, index=[10, 20, 30]
    )


@pytest.fixture
def made():
    return pd.DataFrame({"hue": pd.Categorical(["b", "g"], categories=["b", "r", "g"]), "x": [7, 8]})


def test_by_hand(real, made):
    both = sg.merge(real, made, report(2))
    assert both.columns.tolist() == ["x", "hue", "is_synthetic"]
    assert both.index.tolist() == [10, 20, 30, 31, 32]
    assert both["x"].tolist() == [1, 2, 3, 7, 8]
    assert both["hue"].tolist() == ["r", "b", "r", "b", "g"]
    assert both["is_synthetic"].tolist() == [False, False, False, True, True]
    assert both.dtypes.astype(str).tolist() == ["int64", "category", "bool"]
    assert both["hue"].cat.categories.tolist() == ["b", "r", "g"]


def test_neither_table_is_touched(real, made):
    before = real.copy(deep=True), made.copy(deep=True)
    both = sg.merge(real, made, report(2))
    both.iloc[:, 0] = 99
    pd.testing.assert_frame_equal(real, before[0])
    pd.testing.assert_frame_equal(made, before[1])


def test_flagged_rows_are_left_out(real, made):
    both = sg.merge(real, made, report(2, flagged=(0, 0)))
    assert both["x"].tolist() == [1, 2, 3, 8]
    assert accepted_rows(report(4, flagged=(1, 3))).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("index", "labels"),
    [
        (pd.RangeIndex(3), [0, 1, 2, 3, 4]),
        (pd.RangeIndex(0, 30, 10), [0, 10, 20, 30, 40]),
        (pd.Index([7, 3, 5]), [7, 3, 5, 8, 9]),
        (pd.Index(["a", "b", "c"]), ["a", "b", "c", "synthetic-0", "synthetic-1"]),
        (pd.Index([-5, -9, -7]), [-5, -9, -7, -4, -3]),
    ],
)
def test_real_rows_keep_their_labels_and_new_ones_are_new(real, made, index, labels):
    both = sg.merge(real.set_axis(index), made, report(2))
    assert both.index.tolist() == labels
    assert both.index.is_unique


@pytest.mark.parametrize(
    "index",
    [
        pd.date_range("2024-01-01", periods=3),
        pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]),
        pd.Index(["synthetic-0", "b", "c"]),
        pd.Index([1.5, 2.5, 3.5]),
    ],
)
def test_other_indexes_keep_the_real_rows_findable(real, made, index):
    real = real.set_axis(index)
    both = sg.merge(real, made, report(2))
    assert len(both) == 5
    kept = both[~both["is_synthetic"]].drop(columns="is_synthetic")
    assert kept.index.tolist() == real.index.tolist()
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), real.reset_index(drop=True))


@pytest.mark.parametrize("index", [pd.Index(["synthetic-0", "b", "c"]), pd.RangeIndex(3, 0, -1)])
def test_new_labels_never_equal_a_real_one(real, made, index):
    assert sg.merge(real.set_axis(index), made, report(2)).index.is_unique


def test_dtypes_stay(dtypes):
    both = sg.merge(dtypes, dtypes[:5], report(5))
    assert both.dtypes.drop("is_synthetic").to_dict() == dtypes.dtypes.to_dict()
    pd.testing.assert_frame_equal(both[:60].drop(columns="is_synthetic"), dtypes)


def test_a_gap_that_a_dtype_cannot_hold_widens_it(real, made):
    both = merge_frames(real, made.astype({"x": float}).assign(x=[7.0, np.nan]))
    assert both["x"].tolist()[:4] == [1, 2, 3, 7]
    assert np.isnan(both["x"].iloc[4])


@pytest.mark.parametrize(("narrow", "wide"), [("int32", "int64"), ("Int32", "Int64"), ("uint8", "int64")])
def test_whole_numbers_that_a_dtype_has_no_room_for_widen_it(narrow, wide):
    real = pd.DataFrame({"id": pd.array([1, 2], dtype=narrow), "n": pd.array([1, 2], dtype=narrow)})
    made = pd.DataFrame({"id": pd.array([10**11], dtype=wide), "n": pd.array([3], dtype=wide)})
    merged = merge_frames(real, made)
    assert merged["id"].tolist() == [1, 2, 10**11]
    assert (str(merged["id"].dtype), str(merged["n"].dtype)) == (wide, narrow)


def test_polars_and_arrow(real):
    frame = pl.DataFrame({"x": [1, 2], "hue": ["r", "b"]})
    both = sg.merge(frame, frame[:1], report(1))
    assert isinstance(both, pl.DataFrame)
    assert both["is_synthetic"].to_list() == [False, False, True]
    table = sg.merge(frame.to_arrow(), frame, report(2))
    assert isinstance(table, pa.Table)
    assert table.num_rows == 4
    assert sg.real_rows_only(both).equals(frame)


def test_another_name_for_the_flag(real, made):
    both = sg.merge(real, made, report(2), flag="made_up")
    assert both["made_up"].sum() == 2
    pd.testing.assert_frame_equal(sg.real_rows_only(both, flag="made_up"), real)


@pytest.mark.parametrize(
    ("outcome", "purpose"), [("FAIL", "augment"), ("FAIL", "release"), ("INCONCLUSIVE", "release")]
)
def test_what_the_gate_withholds_is_not_merged(real, made, outcome, purpose):
    with pytest.raises(GateFailed, match=r"must not|only with care"):
        sg.merge(real, made, report(2, outcome, purpose))


def test_only_with_care_may_be_merged(real, made):
    assert len(sg.merge(real, made, report(2, "INCONCLUSIVE"))) == 5


def test_a_report_on_other_rows_is_refused(real, made):
    with pytest.raises(UsageError, match="about 3 synthetic rows; got 2"):
        sg.merge(real, made, report(3))


def test_a_lacking_column_is_named(real, made):
    with pytest.raises(UsageError, match="lack column 'hue'"):
        sg.merge(real, made.drop(columns="hue"), report(2))


def test_synthetic_rows_are_not_merged_into_twice(real, made):
    both = sg.merge(real, made, report(2))
    with pytest.raises(UsageError, match="already has synthetic rows"):
        sg.merge(both, made, report(2))
    # A flag that marks none is only the flag of real rows.
    assert len(sg.merge(both[~both["is_synthetic"]], made, report(2))) == 5


def test_a_test_fold_with_marked_rows_is_refused(real, made):
    both = sg.merge(real, made, report(2))
    with pytest.raises(UsageError, match="2 synthetic rows"):
        sg.merge(real, made, report(2), test_fold=both)


def test_a_test_fold_with_equal_rows_is_refused(real, made):
    fold = pd.concat([real[:1], made[["x", "hue"]][:1]])
    with pytest.raises(UsageError, match="1 synthetic rows"):
        sg.merge(real, made, report(2), test_fold=fold)
    assert len(sg.merge(real, made, report(2), test_fold=real)) == 5


def test_real_rows_only_gives_the_real_table_back(real, made):
    pd.testing.assert_frame_equal(sg.real_rows_only(sg.merge(real, made, report(2))), real)


def test_real_rows_only_needs_the_flag(real):
    with pytest.raises(UsageError, match="'is_synthetic'"):
        sg.real_rows_only(real)
