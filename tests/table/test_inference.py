"""What the rules say, one small table each."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.table import Kind, Role, Schema, decode, encode, infer_schema

N = 400
SPREAD = np.random.default_rng(0).permutation(N) * 7


def kind_of(values, name="x", **options):
    return infer_schema(pd.DataFrame({name: values}), **options)[name].kind


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("row", np.arange(N) + 5, Kind.IDENTIFIER),
        ("row", np.random.default_rng(0).permutation(N).astype(float), Kind.IDENTIFIER),
        ("income", SPREAD, Kind.INTEGER),
        ("customer_no", SPREAD, Kind.IDENTIFIER),
        ("invoiceNumber", SPREAD, Kind.IDENTIFIER),
        ("no_children", SPREAD, Kind.INTEGER),
        ("paid", SPREAD, Kind.INTEGER),
        ("patientID", SPREAD // 14, Kind.IDENTIFIER),
        ("patient_id", SPREAD % 13, Kind.CATEGORICAL),
        ("account_to", SPREAD // 14, Kind.IDENTIFIER),
        ("id", [True, False] * 200, Kind.BOOLEAN),
        ("n", [1, 2] * 200, Kind.CATEGORICAL),
        ("n", [0, 1] * 200, Kind.BOOLEAN),
        ("n", np.repeat([1, 2, 3], [200, 20, 180]), Kind.CATEGORICAL),
        ("n", np.repeat([1, 2, 3], [100, 200, 100]), Kind.INTEGER),
        ("n", np.repeat([1, 2, 3], [140, 120, 140]), Kind.INTEGER),
        ("n", np.repeat([1, 2, 3], [30, 2, 30]), Kind.CATEGORICAL),
        ("n", np.repeat([1, 2, 3], [25, 5, 25]), Kind.INTEGER),
        ("n", [7] * N, Kind.INTEGER),
    ],
)
def test_whole_numbers(name, values, kind):
    assert kind_of(values, name) is kind
    assert kind_of(pd.Series(values).astype(str), name) is kind or kind is Kind.BOOLEAN


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([f"k{i}" for i in range(N)], Kind.IDENTIFIER),
        ([f"a word number{i}" for i in range(N)], Kind.TEXT),
        ([f"k{i}" for i in range(10)], Kind.CATEGORICAL),
        ([f"k{i % 100}" for i in range(N)], Kind.CATEGORICAL),
        ([f"a word number{i % 1000}" for i in range(4000)], Kind.TEXT),
        ([f"a word number{i % 999}" for i in range(4000)], Kind.CATEGORICAL),
        ([f"{i:05d}" for i in range(N)], Kind.IDENTIFIER),
        (["t", "f", None], Kind.BOOLEAN),
        (["TRUE", "False"], Kind.BOOLEAN),
        (["yes", "no", "?"], Kind.CATEGORICAL),
        (["t", "t"], Kind.CATEGORICAL),
        (["1", "2.5", "NA"], Kind.CONTINUOUS),
        (["1", "2.5", "NA", "?"], Kind.CATEGORICAL),
        (["1", "2.5", "five"], Kind.CATEGORICAL),
        (["1", "inf"], Kind.CATEGORICAL),
        (["1e3", "+5", ".5"], Kind.CONTINUOUS),
        (["12345678901234567", "12345678901234568"], Kind.CATEGORICAL),
        (["-", "-"], Kind.CATEGORICAL),
    ],
)
def test_text(values, kind):
    assert kind_of(values) is kind


@pytest.mark.parametrize(
    ("values", "name", "text_format"),
    [
        (["2020-01-31", "2020-02-01"], "x", "%Y-%m-%d"),
        (["2020/01/31"], "x", "%Y/%m/%d"),
        (["31.01.2020", "1.1.2020"], "x", None),
        (["31.01.2020", "01.01.2020"], "x", "%d.%m.%Y"),
        (["31/01/2020", "01/02/2020"], "x", "%d/%m/%Y"),
        (["01/31/2020", "01/02/2020"], "x", "%m/%d/%Y"),
        (["01/02/2020", "03/04/2020"], "x", None),
        (["01/01/2020", "02/02/2020"], "x", "%d/%m/%Y"),
        (["20200131", "20200201"], "birth_date", "%Y%m%d"),
        (["2020-01-31T10:11:12", "2020-01-31T00:00:00"], "x", "%Y-%m-%dT%H:%M:%S"),
        (["2020-01-31 10:11:12.123", "2020-01-31 00:00:00.000"], "x", "%Y-%m-%d %H:%M:%S.%3f"),
        (["2020-01-31 10:11:12.123456"], "x", "%Y-%m-%d %H:%M:%S.%f"),
        (["2020-01-31 10:11"], "x", "%Y-%m-%d %H:%M"),
        (["931107 00:00:00", "940119 12:00:00"], "x", "%y%m%d %H:%M:%S"),
        (["2020-02-30", "2020-02-01"], "x", None),
        (["2020-02-28", "soon"], "x", None),
    ],
)
def test_dates_as_text(values, name, text_format):
    column = infer_schema(pd.DataFrame({name: values}))[name]
    assert (column.kind is Kind.DATETIME) == (text_format is not None)
    assert column.storage.text_format == text_format


def test_compact_dates_need_a_name_that_says_so():
    assert kind_of(["20200131", "20200201", "20200205"]) is Kind.INTEGER


@pytest.mark.parametrize(
    ("values", "resolution"),
    [
        (["2020-01-01", "2021-05-06"], 86_400_000_000),
        (["2020-01-01 05:00", "2021-05-06 00:00"], 3_600_000_000),
        (["2020-01-01 05:07", "2021-05-06 00:00"], 60_000_000),
        (["2020-01-01 05:07:01", "2021-05-06 00:00:00"], 1_000_000),
        (["2020-01-01 05:07:01.002", "2021-05-06 00:00:00.000"], 1_000),
        (["2020-01-01 05:07:01.002003", "2021-05-06 00:00:00.000000"], None),
    ],
)
def test_resolution(values, resolution):
    column = infer_schema(pd.DataFrame({"x": pd.to_datetime(values)}))["x"]
    assert (column.kind, column.resolution) == (Kind.DATETIME, resolution)
    assert column.bounds[0] == 1_577_836_800_000_000 + (pd.Timestamp(values[0]).value // 1000) % 86_400_000_000


def test_bounds_decimals_and_missing():
    frame = pd.DataFrame({"a": [1.25, np.nan, -3.0], "b": [1 / 3, 2 / 3, 1.0], "c": [5, 9, 12]})
    a, b, c = infer_schema(frame)
    assert (a.bounds, a.decimals, a.nullable) == ((-3.0, 1.25), 2, True)
    assert (b.decimals, b.nullable) == (None, False)
    assert (c.bounds, c.decimals) == ((5.0, 12.0), None)


def test_float32_decimals():
    frame = pd.DataFrame({"a": np.array([0.1, 2.25], dtype=np.float32)})
    assert infer_schema(frame)["a"].decimals == 2


def test_category_keeps_order_and_unused_labels():
    dtype = pd.CategoricalDtype(["z", "b", "a"], ordered=True)
    column = infer_schema(pd.DataFrame({"x": pd.Series(["a", "b"], dtype=dtype)}))["x"]
    assert column.categories == ("z", "b", "a")
    assert column.storage.ordered
    plain = infer_schema(pd.DataFrame({"x": ["b", "a", "b"], "n": [10, 9, 10]}))
    assert plain["x"].categories == ("a", "b")
    assert plain["n"].categories == (9, 10)
    assert infer_schema(pd.DataFrame({"n": ["10", "9", "10"]}))["n"].categories == ("9", "10")


def test_booleans_are_false_then_true():
    frame = pd.DataFrame({"a": ["t", "f"], "b": ["Yes", "No"], "c": [1, 0], "d": [True, False]})
    assert [c.categories for c in infer_schema(frame)] == [("f", "t"), ("No", "Yes"), (0, 1), (False, True)]


def test_text_categories_keep_a_missing_token_apart():
    column = infer_schema(pd.DataFrame({"x": ["1", "0", "?"]}))["x"]
    assert (column.kind, column.categories, column.nullable) == (Kind.BOOLEAN, ("0", "1"), True)


def test_arrow_nan_is_missing():
    table = pa.table({"x": [0.5, float("nan")], "y": [0.0, float("nan")], "z": [1.0, 0.0]})
    schema = infer_schema(pa.concat_tables([table, table]))
    assert [column.nullable for column in schema] == [True, True, False]
    assert infer_schema(pl.DataFrame({"b": [0.0, 1.0, float("nan")]}))["b"].kind is Kind.BOOLEAN


def test_roles():
    frame = pd.DataFrame(
        {"y": [3, 1, 2], "sex": ["F", "M", "F"], "age": [30, 41, 29], "who": [1.0, 1.0, 2.0], "id": [1, 2, 3]}
    )
    schema = infer_schema(frame, target="y", sensitive_features=["sex"], quasi_identifiers="age", subject="who")
    assert [c.role for c in schema] == [
        Role.TARGET,
        Role.SENSITIVE,
        Role.QUASI_IDENTIFIER,
        Role.SUBJECT,
        Role.IDENTIFIER,
    ]
    assert (schema["y"].kind, schema["y"].categories) == (Kind.CATEGORICAL, (1, 2, 3))
    assert (schema["who"].kind, schema["who"].pattern) == (Kind.IDENTIFIER, "9")


def test_targets():
    assert kind_of(["3", "1", "2"], target="x") is Kind.CATEGORICAL
    assert kind_of([0, 1, 1], target="x") is Kind.BOOLEAN
    assert kind_of(np.arange(N), target="x") is Kind.IDENTIFIER
    assert kind_of(SPREAD, target="x") is Kind.INTEGER
    assert kind_of([0.5, 1.0], target="x") is Kind.CONTINUOUS
    assert infer_schema(pd.DataFrame({0: [1, 2, 3]}), target=0).target.name == "0"


def test_unknown_and_double_roles():
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    with pytest.raises(UsageError, match=r"target='z' isn't a column of the table. Its columns are: a, b"):
        infer_schema(frame, target="z")
    with pytest.raises(UsageError, match="sensitive_features='z' isn't"):
        infer_schema(frame, sensitive_features=["a", "z"])
    with pytest.raises(UsageError, match="'a' can't be target and sensitive at once"):
        infer_schema(frame, target="a", sensitive_features=["a"])


SECRET = 987654321
UNUSABLE = {
    "list": ([[SECRET], [2]], "objects of type list"),
    "dict": ([{"a": SECRET}, None], "objects of type dict"),
    "bytes": ([b"987654321", b"2"], "objects of type bytes"),
    "aware time": ([dt.time(1, 2, tzinfo=dt.UTC), None], "objects of type time with a time zone"),
    "complex": ([1j, 2j], "dtype complex128"),
    "aware": (
        pd.Series([dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, tzinfo=dt.UTC)], dtype=object),
        "datetime with a time zone",
    ),
    "date and text": ([dt.date(2020, 1, 1), "987654321"], "objects of type date among str"),
    "period": (pd.period_range("2020", periods=2, freq="M"), r"dtype period\[M\]"),
    "interval": (pd.cut([1.0, 5.0], 2), "categories of type Interval"),
    "arrow list": (pd.array([[1], [2]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))), "Arrow type list"),
    "inf": ([1.0, np.inf, -np.inf, np.inf], "has 3 infinite values: replace them or drop the rows"),
    "one inf": (pd.array([1.0, np.inf], dtype="Float64"), "has 1 infinite value: replace"),
    "decimal inf": ([Decimal("Infinity"), Decimal(1)], "has 1 infinite value"),
    "category inf": (pd.Categorical([np.inf, 1.0, np.inf]), "has 2 infinite values"),
    "mixed inf": (["a", np.inf], "has 1 infinite value"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_unusable_columns_are_named_without_their_values(name):
    values, words = UNUSABLE[name]
    with pytest.raises(DataError, match=words) as caught:
        infer_schema(pd.DataFrame({"good": range(len(values)), name: values}))
    assert f"'{name}'" in str(caught.value)
    assert str(SECRET) not in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        [1.5, np.inf, -np.inf, 2.5, np.nan],
        pd.array([1.5, np.inf, -np.inf, 2.5, None], dtype="Float64"),
        pd.array([1.5, np.inf, -np.inf, 2.5, None], dtype="float64[pyarrow]"),
        [Decimal("1.5"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("2.5"), None],
    ],
    ids=["float64", "Float64", "arrow", "Decimal"],
)
def test_infinite_numbers_are_missing_where_that_is_asked_for(values):
    frame = pd.DataFrame({"x": values})
    schema = infer_schema(frame, infinities="missing")
    assert schema["x"].nullable and schema["x"].bounds == (1.5, 2.5) and schema["x"].decimals == 1
    assert Schema.from_json(schema.to_json()) == schema
    back = decode(encode(frame, schema), schema)["x"]
    assert back.isna().tolist() == [False, True, True, False, True]
    assert back.dtype == frame["x"].dtype


def test_infinite_numbers_can_be_declared_missing_and_are_refused_otherwise():
    schema = infer_schema(pd.DataFrame({"x": [1.5, 2.5]}))
    later = pd.DataFrame({"x": [np.inf, 2.5]})
    with pytest.raises(DataError, match=r"'x' has 1 infinite value.*infinities=\"missing\""):
        encode(later, schema)
    assert encode(later, schema.with_column("x", infinities="missing"))["x"].isna().tolist() == [True, False]
    with pytest.raises(UsageError, match="'keep'"):
        infer_schema(later, infinities="keep")


def test_one_large_number_takes_no_decimals_from_the_others():
    values = np.arange(300) / 4
    assert infer_schema(pd.DataFrame({"x": [*values, 1e18]}))["x"].decimals == 2
    assert infer_schema(pd.DataFrame({"x": [*values, *([1e18] * 30)]}))["x"].decimals is None


@pytest.mark.parametrize("dtype", ["float64", "Float64", "float64[pyarrow]"])
def test_minus_zero_comes_back_as_zero(dtype):
    frame = pd.DataFrame({"x": pd.Series([-0.0, 1.5, -0.001], dtype=dtype)})
    schema = infer_schema(frame).with_column("x", decimals=2)
    back = decode(encode(frame, schema), schema)["x"].to_numpy(dtype=float)
    assert back.tolist() == [0, 1.5, 0] and not np.signbit(back).any()
