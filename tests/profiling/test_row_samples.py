"""Rows drawn for tests: unrelated ones, and all of rare classes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.profiling.few_classes import compared_columns
from synthgen.profiling.row_copies import repeats, value_hashes
from synthgen.profiling.row_samples import how_drawn, rows_of_classes, rows_to_test
from synthgen.table import encode, infer_schema
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema


def test_rare_classes_are_kept_when_rows_are_drawn():
    schema = Schema((Column("y", Kind.BOOLEAN, Role.TARGET, categories=("no", "yes")),))
    coded = pd.DataFrame({"y": [0.0] * 990 + [1.0] * 10})
    rng = np.random.default_rng(0)
    rows = rows_of_classes(coded, schema, 100, rng)
    assert len(rows) == len(np.unique(rows)) == 100
    assert coded["y"].iloc[rows].sum() == 10


def test_one_row_of_each_subject_is_tested():
    schema = Schema((Column("who", Kind.IDENTIFIER, Role.SUBJECT), Column("x", Kind.CONTINUOUS)))
    coded = pd.DataFrame({"who": ["a"] * 5 + ["b"] * 5 + [None, None], "x": np.arange(12.0)})
    rows = rows_to_test(coded, schema, 100, np.random.default_rng(0))
    assert sorted(coded["who"].iloc[rows].fillna("?")) == ["?", "?", "a", "b"]
    assert [column.name for column in compared_columns(schema)] == ["x"]


def test_copies_are_left_out_and_chance_repeats_kept():
    rng = np.random.default_rng(0)
    schema = Schema((Column("x", Kind.CONTINUOUS), Column("z", Kind.INTEGER)))
    coded = pd.DataFrame({"x": rng.normal(size=300), "z": rng.integers(0, 9, 300) * 1.0})
    doubled = pd.concat([coded, coded[:100]], ignore_index=True)
    assert rows_to_test(doubled, schema, 1000, rng).tolist() == list(range(300))
    few = doubled.assign(x=doubled["z"] % 2)
    assert len(rows_to_test(few, schema, 1000, rng)) == 400
    assert how_drawn(300, 400, schema) == "300 of 400 rows (at random, without repeated rows)"


def test_gaps_are_alike_and_identifiers_left_out():
    frame = pd.DataFrame({"id": [f"A{i:05d}" for i in range(40)], "x": [1.5, None] * 20, "w": ["a", "b"] * 20})
    schema = infer_schema(frame)
    assert repeats(value_hashes(encode(frame, schema), schema), 40).sum() == 38


def test_columns_that_trade_values_make_other_rows():
    frame = pd.DataFrame({"a": [1.5, 2.5] * 20, "b": [2.5, 1.5] * 20})
    schema = infer_schema(frame)
    assert repeats(value_hashes(encode(frame, schema), schema), 40).sum() == 38
