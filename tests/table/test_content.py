"""Equal values give equal bytes however they are stored; any change gives others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.table import to_pandas
from synthgen.table.content import content


def bytes_of(data):
    return b"".join(content(to_pandas(data)[0]))


def column(values, dtype=None):
    return bytes_of(pd.DataFrame({"a": pd.Series(values, dtype=dtype)}))


SAME = {
    "whole numbers": [([1, 2], "int64"), ([1, 2], "int8"), ([1.0, 2.0], "float64"), ([1, 2], "Int64"),
                      ([1, 2], "object"), ([1, 2], "uint16[pyarrow]"), ([1, 2], "category"),
                      ([1, 2], pd.SparseDtype("int64", 0))],
    "numbers with a gap": [([1.5, None], "float64"), ([1.5, None], "Float64"), ([1.5, None], "double[pyarrow]"),
                           ([1.5, None], "object"), ([1.5, np.nan], "category")],
    "truth": [([True, False], "bool"), ([True, False], "boolean"), ([True, False], "object"), ([1, 0], "int64")],
    "texts": [(["x", None], "object"), (["x", None], "string"), (["x", None], "category"),
              (["x", None], "string[pyarrow]")],
    "moments": [(pd.to_datetime(["2024-01-01 10:00", None]).tz_localize("Europe/Berlin"), None),
                (pd.to_datetime(["2024-01-01 09:00", None]).tz_localize("UTC"), None),
                (pd.array(pa.array([dt.datetime(2024, 1, 1, 9), None], pa.timestamp("ms", "UTC")),
                          dtype=pd.ArrowDtype(pa.timestamp("ms", "UTC"))), None)],
    "dates": [([dt.date(2024, 1, 1), None], "object"), ([dt.date(2024, 1, 1), None], "date32[day][pyarrow]"),
              ([dt.date(2024, 1, 1), None], "date64[ms][pyarrow]")],
    "dates and times": [(pd.to_datetime(["2024-01-01", None]), None),
                        (pd.to_datetime(["2024-01-01", None]), "datetime64[s]"),
                        (pd.to_datetime(["2024-01-01", None]), "datetime64[ns]")],
    "large numbers": [([2**60, 2**60 + 1], "int64"), ([2**60, 2**60 + 1], "object")],
    "decimals": [([Decimal("1.10"), Decimal("2")], "object"), ([Decimal("1.1"), Decimal("2.00")], "object"),
                 (pd.array([Decimal("1.10"), Decimal("2.00")], dtype=pd.ArrowDtype(pa.decimal128(5, 2))), None)],
    "nothing": [([None, None], "object"), ([None, None], "category")],
    "minus nought": [([0.0], "float64"), ([-0.0], "float64")],
}  # fmt: skip


@pytest.mark.parametrize("what", SAME)
def test_how_a_value_is_stored_makes_no_difference(what):
    assert len({column(values, dtype) for values, dtype in SAME[what]}) == 1


def test_every_kind_of_thing_is_different():
    given = [stored[0] for stored in SAME.values()]
    given += [(["1", "2"], "object"), ([1, 3], "int64"), ([2, 1], "int64"), ([1], "int64"), ([True, None], "object"),
              ([2**60, 2**60 + 2], "int64"), (["x", ""], "object"), (["", "x"], "object"), (["x\0", "y"], "object"),
              (["x", "\0y"], "object"), (pd.to_datetime(["2024-01-01 00:00:00.000000001", None]), "datetime64[ns]"),
              (pd.to_timedelta([1, 2], unit="s"), None), ([1.5, 0.0], "float64")]  # fmt: skip
    made = [column(values, dtype) for values, dtype in given]
    assert len(set(made)) == len(made)


def test_names_and_order_count_and_the_index_does_not():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    whole = bytes_of(frame)
    assert bytes_of(frame.set_axis([7, 9])) == whole
    for other in (
        frame[["b", "a"]], frame.iloc[::-1], frame.rename(columns={"a": "c"}), frame[["a"]], frame.iloc[:1],
    ):  # fmt: skip
        assert bytes_of(other) != whole
    # Where one name ends and the next begins is told.
    assert bytes_of(pd.DataFrame({"ab": ["c"]})) != bytes_of(pd.DataFrame({"a": ["bc"]}))


def test_one_changed_cell_of_any_column_is_seen(dtypes):
    whole = bytes_of(dtypes)
    for name in dtypes.columns:
        changed = dtypes.copy()
        known = changed[name].dropna()
        changed.loc[known.index[0], name] = known[known != known.iloc[0]].iloc[0]
        assert bytes_of(changed) != whole, name


def test_a_parquet_file_and_polars_give_the_same(dtypes, tmp_path):
    frame = dtypes.drop(columns="decimal")
    frame.to_parquet(tmp_path / "t.parquet")
    assert bytes_of(tmp_path / "t.parquet") == bytes_of(frame)
    polars = pytest.importorskip("polars")
    plain = frame[["int64", "Int64", "boolean", "string", "berlin"]]
    assert bytes_of(polars.from_pandas(plain)) == bytes_of(plain)


def test_half_a_surrogate_and_mixed_objects_are_taken():
    assert column(["\ud800", 3, b"x"], "object") != column(["\ud801", 3, b"x"], "object")
