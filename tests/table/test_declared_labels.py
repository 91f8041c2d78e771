"""A column is declared a label by its kind alone: its labels are read off the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError
from synthgen.table import Kind, Role, decode, encode
from synthgen.table.column import Column
from synthgen.table.declarations import complete
from synthgen.table.schema import Schema


def frame(n=60):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "stars": rng.integers(1, 90, n),
            "code": [f"{number:03d}" for number in rng.permutation(900)[:n]],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), unit="D"),
            "paid": rng.random(n) < 0.5,
        }
    )


@pytest.mark.parametrize("name", ["stars", "code"])
def test_labels_are_read_off_the_table(name):
    table = frame()
    schema = complete(sg.Schema.infer(table).with_column(name, kind="categorical"), table)
    column = schema[name]
    assert column.kind is Kind.CATEGORICAL
    assert column.role is Role.FEATURE
    assert set(column.categories) == set(table[name].tolist())
    assert column.bounds is None
    # Who declares a kind doesn't declare that its labels are public.
    assert column.declared == {"kind"}
    pd.testing.assert_frame_equal(decode(encode(table, schema), schema), table)


def test_other_columns_and_declared_labels_stay():
    table = frame()
    inferred = sg.Schema.infer(table)
    schema = inferred.with_column("stars", kind="categorical")
    assert [complete(schema, table)[name] for name in ("code", "day", "paid")] == list(inferred)[1:]
    listed = schema.with_column("stars", categories=tuple(range(1, 90)))
    assert complete(listed, table) is listed


def test_dates_are_no_labels():
    table = frame()
    with pytest.raises(DataError, match="'day' is categorical in the schema, but the table stores dates"):
        complete(sg.Schema.infer(table).with_column("day", kind="categorical"), table)


def test_a_saved_schema_keeps_that_values_are_whole():
    for decimals in (0, 2, None):
        schema = Schema((Column("took", Kind.CONTINUOUS, decimals=decimals),))
        assert Schema((Column.from_dict(schema["took"].to_dict()),)) == schema
