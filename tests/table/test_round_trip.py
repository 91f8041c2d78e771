"""decode(encode(x)) is x, whatever holds the values."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from synthgen.table import Kind, Schema, decode, encode, infer_schema, to_pandas

BERLIN = pd.date_range("2020-10-24 22:00", periods=9, freq="h", tz="UTC").tz_convert("Europe/Berlin")
MOMENT = dt.datetime(2021, 3, 4, 5, 6, 7, 890123)

COLUMNS = {
    "int8": (pd.Series([1, -5, 7], dtype="int8"), Kind.INTEGER),
    "uint64": (pd.Series([1, 5, 2**40], dtype="uint64"), Kind.INTEGER),
    "int64": (pd.Series([10, 20, 40]), Kind.INTEGER),
    "float whole": (pd.Series([1.0, np.nan, 4.0, 7.0]), Kind.INTEGER),
    "float": (pd.Series([0.1, np.nan, 1 / 3]), Kind.CONTINUOUS),
    "float rounded": (pd.Series([0.125, np.nan, 1e5]), Kind.CONTINUOUS),
    "float32": (pd.Series([0.1, np.nan, 3.3], dtype="float32"), Kind.CONTINUOUS),
    "float16": (pd.Series([0.1, np.nan, 3.3], dtype="float16"), Kind.CONTINUOUS),
    "sparse": (pd.Series([0.0, 0.0, 1.5]).astype("Sparse[float64]"), Kind.CONTINUOUS),
    "sparse labels": (pd.Series([0, 0, 1]).astype("Sparse[int64]"), Kind.BOOLEAN),
    "bool": (pd.Series([True, False, True]), Kind.BOOLEAN),
    "bool objects": (pd.Series([True, None, False], dtype=object), Kind.BOOLEAN),
    "zero one": (pd.Series([0, 1, 1]), Kind.BOOLEAN),
    "zero one float": (pd.Series([0.0, 1.0, np.nan]), Kind.BOOLEAN),
    "Int64": (pd.Series([1, None, 9, 4], dtype="Int64"), Kind.INTEGER),
    "UInt8": (pd.Series([1, None, 255, 4], dtype="UInt8"), Kind.INTEGER),
    "Float64": (pd.Series([1.5, None, 9.25], dtype="Float64"), Kind.CONTINUOUS),
    "boolean": (pd.Series([True, None, False], dtype="boolean"), Kind.BOOLEAN),
    "string": (pd.Series(["a", None, "b"], dtype="string"), Kind.CATEGORICAL),
    "string[python]": (pd.Series(["a", None, "b"], dtype="string[python]"), Kind.CATEGORICAL),
    "string[pyarrow]": (pd.Series(["a", None, "b"], dtype=pd.StringDtype("pyarrow")), Kind.CATEGORICAL),
    "text": (pd.Series(["a", np.nan, "ß"]), Kind.CATEGORICAL),
    "text objects": (pd.Series(["a", np.nan, "ß"], dtype=object), Kind.CATEGORICAL),
    "yes no": (pd.Series(["Yes", "No", np.nan]), Kind.BOOLEAN),
    "category": (
        pd.Series(pd.Categorical(["b", None, "a"], categories=["c", "b", "a"], ordered=True)),
        Kind.CATEGORICAL,
    ),
    "category int": (pd.Series(pd.Categorical([3, 1, None], categories=[3, 2, 1])), Kind.CATEGORICAL),
    "category float": (pd.Series(pd.Categorical([0.5, 1.0, None])), Kind.CATEGORICAL),
    "category yes no": (pd.Series(pd.Categorical(["yes", "no"], categories=["yes", "no"])), Kind.CATEGORICAL),
    "category no yes": (pd.Series(pd.Categorical(["yes", "no"], categories=["no", "yes"])), Kind.BOOLEAN),
    "category bool": (pd.Series(pd.Categorical([True, False, None])), Kind.BOOLEAN),
    "mixed": (pd.Series(["1", 1, True, 1.0, 2.5, None], dtype=object), Kind.CATEGORICAL),
    "int objects": (pd.Series([5, 7, 2**40, None], dtype=object), Kind.INTEGER),
    "Decimal": (pd.Series([Decimal("1.50"), None, Decimal("20.25")], dtype=object), Kind.CONTINUOUS),
    "Decimal codes": (pd.Series([Decimal(1), None, Decimal(0)], dtype=object), Kind.BOOLEAN),
    "huge": (pd.Series([2**60 + 1, 2**61 + 1, 2**62 + 1]), Kind.IDENTIFIER),
    "huge codes": (pd.Series([2**60 + 1, 2**61 + 1] * 3), Kind.CATEGORICAL),
    "datetime": (pd.Series(pd.to_datetime(["2020-01-01 00:00", None, "2021-05-06 07:08"])), Kind.DATETIME),
    "datetime ns": (pd.Series([MOMENT, None, MOMENT], dtype="datetime64[ns]"), Kind.DATETIME),
    "datetime s": (pd.Series(["1800-01-01", "2999-12-31"], dtype="datetime64[s]"), Kind.DATETIME),
    "Berlin": (pd.Series(BERLIN), Kind.DATETIME),
    "offset": (pd.Series(pd.date_range("2020", periods=3, tz="+05:30")), Kind.DATETIME),
    "date objects": (
        pd.Series([dt.date(2020, 1, 2), None, dt.date(9999, 12, 31)], dtype=object),
        Kind.DATETIME,
    ),
    "datetime objects": (pd.Series([MOMENT, None], dtype=object), Kind.DATETIME),
    "timedelta": (pd.Series(pd.to_timedelta([1, None, 3_600_000], unit="s")), Kind.CONTINUOUS),
    "timedelta fine": (pd.Series(pd.to_timedelta([1.000001, None, 7e6], unit="s")), Kind.CONTINUOUS),
    "timedelta objects": (pd.Series([dt.timedelta(1, 2, 3), None], dtype=object), Kind.CONTINUOUS),
    "number text": (pd.Series(["20.2", "1840.75", " ", "3"], dtype=object), Kind.CONTINUOUS),
    "fixed text": (pd.Series(["20.20", "1840.75", "3.00"], dtype=object), Kind.CONTINUOUS),
    "python text": (pd.Series(["20.25", "1840.5", "3.0"]), Kind.CONTINUOUS),
    "int text": (pd.Series(["20", "?", "3", "9"]), Kind.INTEGER),
    "boolean text": (pd.Series(["1", "?", "0"]), Kind.BOOLEAN),
    "codes text": (pd.Series(["10", "9", "9"]), Kind.CATEGORICAL),
    "zero codes": (pd.Series(["00123", "00456", "00123"]), Kind.CATEGORICAL),
    "date text": (pd.Series(["2020-02-29", None, "1999-12-31"]), Kind.DATETIME),
    "date text token": (pd.Series(["2020-02-29", "NULL", "1999-12-31"]), Kind.DATETIME),
    "iso text": (pd.Series(["2020-02-29T01:02:03.123Z", "2020-02-29T01:02:03.000Z"]), Kind.DATETIME),
    "us text": (pd.Series(["1/31/2020", "12/1/2020"]), Kind.DATETIME),
    "german text": (pd.Series(["31.01.2020 10:20", "01.12.2020 00:00"]), Kind.DATETIME),
    "berka text": (pd.Series(["931107 00:00:00", "940119 00:00:00"]), Kind.DATETIME),
    "constant": (pd.Series([7, 7, 7]), Kind.INTEGER),
    "all null float": (pd.Series([np.nan, np.nan]), Kind.CONTINUOUS),
    "all null object": (pd.Series([None, None], dtype=object), Kind.CATEGORICAL),
    "all null Int64": (pd.Series([None, None], dtype="Int64"), Kind.INTEGER),
    "all null string": (pd.Series([None, None], dtype="string"), Kind.CATEGORICAL),
    "all null category": (pd.Series(pd.Categorical([None, None])), Kind.CATEGORICAL),
    "all null boolean": (pd.Series([None, None], dtype="boolean"), Kind.BOOLEAN),
    "all null datetime": (pd.Series([pd.NaT, pd.NaT]), Kind.DATETIME),
    "all null timedelta": (pd.Series([pd.NaT, pd.NaT], dtype="timedelta64[ns]"), Kind.CONTINUOUS),
    "one row": (pd.Series(["x"]), Kind.CATEGORICAL),
}

ARROW = {
    "int16": (pa.array([1, None, 7, 9], pa.int16()), Kind.INTEGER),
    "uint32": (pa.array([1, None, 2**32 - 1, 9], pa.uint32()), Kind.INTEGER),
    "int64": (pa.array([1, None, 2**53 - 1, 9], pa.int64()), Kind.INTEGER),
    "huge": (pa.array([1, None, 2**63 - 1, 9], pa.int64()), Kind.IDENTIFIER),
    "float": (pa.array([0.1, None, 3.3], pa.float32()), Kind.CONTINUOUS),
    "double": (pa.array([0.1, None, 1 / 3], pa.float64()), Kind.CONTINUOUS),
    "bool": (pa.array([True, None, False]), Kind.BOOLEAN),
    "zero one": (pa.array([0, None, 1], pa.int8()), Kind.BOOLEAN),
    "string": (pa.array(["a", None, "ß"]), Kind.CATEGORICAL),
    "large string": (pa.array(["a", None, "ß"], pa.large_string()), Kind.CATEGORICAL),
    "number text": (pa.array(["1.5", None, "22"]), Kind.CONTINUOUS),
    "date text": (pa.array(["2020-02-29", None]), Kind.DATETIME),
    "decimal": (
        pa.array([Decimal("12345.67"), None, Decimal("0.01")], pa.decimal128(10, 2)),
        Kind.CONTINUOUS,
    ),
    "decimal 0": (pa.array([Decimal(3), None, Decimal(70), Decimal(8)], pa.decimal128(10, 0)), Kind.INTEGER),
    "decimal yes": (pa.array([Decimal(0), None, Decimal(1)], pa.decimal128(10, 0)), Kind.BOOLEAN),
    "date": (pa.array([dt.date(2020, 1, 2), None, dt.date(9999, 12, 31)]), Kind.DATETIME),
    "timestamp": (pa.array([MOMENT, None], pa.timestamp("us")), Kind.DATETIME),
    "timestamp tz": (pa.array([MOMENT, None], pa.timestamp("us", tz="Europe/Berlin")), Kind.DATETIME),
    "timestamp s": (pa.array([0, None, 60], pa.timestamp("s")), Kind.DATETIME),
    "duration": (pa.array([1, None, 10**12], pa.duration("us")), Kind.CONTINUOUS),
    "null": (pa.nulls(2), Kind.CATEGORICAL),
    "dictionary": (pa.array(["b", None, "a"]).dictionary_encode(), Kind.CATEGORICAL),
    "dictionary int": (pa.array([7, None, 3]).dictionary_encode(), Kind.CATEGORICAL),
}


def there_and_back(frame):
    schema = Schema.from_json(infer_schema(frame).to_json())
    return schema, decode(encode(frame, schema), schema)


@pytest.mark.parametrize("name", COLUMNS)
def test_pandas_columns_come_back(name):
    series, kind = COLUMNS[name]
    frame = series.to_frame(name)
    before = frame.copy(deep=True)
    schema, back = there_and_back(frame)
    assert schema[name].kind is kind
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    assert list(map(type, back[name].dropna())) == list(map(type, series.dropna())) or "objects" not in name
    pd.testing.assert_frame_equal(frame, before, check_exact=True)


@pytest.mark.parametrize("name", ARROW)
def test_arrow_columns_come_back(name):
    array, kind = ARROW[name]
    table = pa.table({name: array})
    frame, form = to_pandas(table)
    schema, back = there_and_back(frame)
    assert schema[name].kind is kind
    assert form.give_back(back).equals(table)
    assert form.give_back(back).schema == table.schema


@pytest.mark.parametrize("name", [name for name in ARROW if not name.startswith("dictionary")])
def test_arrow_backed_pandas_columns_come_back(name):
    array, _ = ARROW[name]
    frame = pd.DataFrame({name: pd.Series(pd.array(array, dtype=pd.ArrowDtype(array.type)))})
    _, back = there_and_back(frame)
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


POLARS = {
    "Int8": pl.Series([1, None, 7, 9], dtype=pl.Int8),
    "Float32": pl.Series([0.1, None, 7], dtype=pl.Float32),
    "Boolean": pl.Series([True, None, False]),
    "String": pl.Series(["a", None, "b"]),
    "Enum": pl.Series(["a", None, "b"], dtype=pl.Enum(["z", "b", "a"])),
    "Categorical": pl.Series(["a", None, "b"], dtype=pl.Categorical),
    "Date": pl.Series([dt.date(2020, 1, 2), None]),
    "Datetime ms": pl.Series([MOMENT, None], dtype=pl.Datetime("ms")),
    "Datetime tz": pl.Series([MOMENT, None], dtype=pl.Datetime("us", "Europe/Berlin")),
    "Duration": pl.Series([dt.timedelta(1, 2, 3), None]),
    "Decimal": pl.Series([Decimal("1.25"), None], dtype=pl.Decimal(12, 2)),
    "Null": pl.Series([None, None]),
}


@pytest.mark.parametrize("name", POLARS)
def test_polars_columns_come_back(name):
    table = pl.DataFrame({name: POLARS[name]})
    frame, form = to_pandas(table)
    _, back = there_and_back(frame)
    given_back = form.give_back(back)
    assert given_back.schema == table.schema
    assert given_back.equals(table)


def test_a_polars_categorical_brings_no_labels_of_other_tables():
    pl.Series(["secret"], dtype=pl.Categorical)
    table = pl.DataFrame({"x": pl.Series(["a", "b"], dtype=pl.Categorical)})
    assert infer_schema(table)["x"].categories == ("a", "b")


def test_dst_change_keeps_both_hours():
    _, back = there_and_back(pd.DataFrame({"when": BERLIN}))
    assert (back["when"].dt.tz_convert("UTC") == BERLIN.tz_convert("UTC")).all()


def test_missing_values_widen_a_dtype_that_cannot_hold_them():
    frame = pd.DataFrame({"i": [10, 20, 40], "b": [True, False, True], "w": [1, 5, 1]})
    schema = infer_schema(frame)
    coded = encode(frame, schema)
    coded.loc[1] = np.nan
    back = decode(coded, schema)
    assert back.isna().loc[1].all()
    assert (back.dtypes["i"], back.dtypes["b"], back.dtypes["w"]) == (np.float64, object, np.float64)
    assert back["b"].tolist()[::2] == [True, True]


def test_restored_numbers_fit_the_dtype():
    frame = pd.DataFrame({"x": pd.Series([1, 5, 100], dtype="int8")})
    schema = infer_schema(frame)
    assert decode(pd.DataFrame({"x": [-1000.0, 1e9]}), schema)["x"].tolist() == [-128, 127]


finite = st.floats(allow_nan=True, allow_infinity=False, width=64)


@settings(max_examples=200, deadline=None)
@given(hnp.arrays(np.float64, st.integers(1, 40), elements=finite))
def test_any_floats_come_back(values):
    frame = pd.DataFrame({"x": values})
    _, back = there_and_back(frame)
    pd.testing.assert_frame_equal(back, frame, check_exact=True)


@settings(max_examples=200, deadline=None)
@given(hnp.arrays(np.float32, st.integers(1, 40), elements=st.floats(width=32, allow_infinity=False)))
def test_any_single_floats_come_back(values):
    frame = pd.DataFrame({"x": values})
    pd.testing.assert_frame_equal(there_and_back(frame)[1], frame, check_exact=True)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=60))
def test_any_integers_come_back(values):
    frame = pd.DataFrame({"x": np.array(values, dtype=np.int64)})
    pd.testing.assert_frame_equal(there_and_back(frame)[1], frame)


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.none(), text, st.from_regex(r"-?\d{1,4}(\.\d{1,3})?", fullmatch=True)), min_size=1))
def test_any_text_comes_back(values):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    back = there_and_back(frame)[1]
    numeric = infer_schema(frame)["x"].storage.as_text
    assert numeric or back["x"].dropna().tolist() == frame["x"].dropna().tolist()
    assert numeric or back["x"].isna().tolist() == frame["x"].isna().tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(-1, 1), text), min_size=1))
def test_any_mixture_comes_back(values):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    schema, back = there_and_back(frame)
    if schema["x"].storage.python_type == "mixed":
        assert [(type(v), v) for v in back["x"].dropna()] == [(type(v), v) for v in frame["x"].dropna()]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)), min_size=1))
def test_any_moments_come_back(values):
    frame = pd.DataFrame({"x": pd.Series(values, dtype="datetime64[us]").dt.tz_localize("UTC")})
    frame["y"] = frame["x"].dt.tz_convert("America/New_York")
    pd.testing.assert_frame_equal(there_and_back(frame)[1], frame)
