"""Schemas of pandera: taken over from schemas and models, and given back to check tables with."""

import datetime as dt
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import DataError, MissingExtraError, UsageError
from synthgen.table import Column, Kind, Role, Schema, encode, to_pandas
from synthgen.table.constraints import FixedCombinations, Inequality, Positive, Unique

pandera = pytest.importorskip("pandera.pandas", reason="needs the extra pandera")
Check, PaColumn, DataFrameSchema = pandera.Check, pandera.Column, pandera.DataFrameSchema

HOUR = 3_600_000_000


def quietly(source, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Schema.from_pandera(source, **options)


def one(*args, **options):
    return DataFrameSchema({"x": PaColumn(*args, **options)})


class Visits(pandera.DataFrameModel):
    """As users write a model."""

    visit: int = pandera.Field(unique=True)
    age: int = pandera.Field(ge=0, le=120)
    weight: float = pandera.Field(gt=0, lt=500, nullable=True)
    grade: pandera.typing.Series[str] = pandera.Field(isin=["a", "b", "c"])
    smoker: bool
    seen: pd.Timestamp = pandera.Field(ge=pd.Timestamp("2020-01-01"), le=pd.Timestamp("2020-12-31"))
    note: str = pandera.Field(nullable=True, coerce=True)


def visits(n=40):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "visit": rng.permutation(n) + 100,
            "age": rng.integers(20, 90, n),
            "weight": np.where(rng.random(n) < 0.1, np.nan, rng.normal(70, 10, n).round(1)),
            "grade": rng.choice(["a", "b"], n),
            "smoker": rng.integers(0, 2, n).astype(bool),
            "seen": pd.Timestamp("2020-02-01") + pd.to_timedelta(rng.integers(0, 200, n), unit="D"),
            "note": rng.choice(["fine", "ill"], n),
        }
    )


def test_a_model_and_its_schema():
    schema = quietly(Visits)
    assert schema == quietly(Visits.to_schema()) and not schema.complete
    made = schema.completed(visits())
    assert [str(column.kind) for column in made] == [
        "identifier", "integer", "continuous", "categorical", "boolean", "datetime", "categorical",
    ]  # fmt: skip
    assert made["age"].bounds == (0, 120) and made["weight"].bounds == (0.1, 499.9)
    assert made["seen"].bounds == (1577836800e6, 1609372800e6)
    assert made["grade"].categories == ("a", "b", "c")
    assert {"bounds", "nullable"} <= made["weight"].declared
    assert made["weight"].nullable and not made["age"].nullable
    assert made["visit"].role is Role.IDENTIFIER


def test_what_was_read_off_data_isnt_public():
    table = visits()
    read = pandera.infer_schema(table)
    assert "bounds" in quietly(read).completed(table)["age"].declared
    schema = quietly(read, public=False).completed(table)
    assert not any({"bounds", "categories"} & column.declared for column in schema)


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        (PaColumn(int), [0, 1, 1], Kind.BOOLEAN),
        (PaColumn(int, Check.in_range(0, 9)), [0, 1, 1], Kind.INTEGER),
        (PaColumn("Int64", nullable=True), pd.array([4, None, 9, 7], dtype="Int64"), Kind.INTEGER),
        (PaColumn(float), [1.5, 2.5, 1.0], Kind.CONTINUOUS),
        (PaColumn(None), ["a", "b", "a"], Kind.CATEGORICAL),
        (PaColumn(str), ["2020-01-31", "2020-05-01", "2020-05-02"], Kind.DATETIME),
        (PaColumn("category"), pd.Categorical(["a", "b", "a"]), Kind.CATEGORICAL),
        (PaColumn(pandera.Category(["b", "a"])), pd.Categorical(["a", "b", "a"], categories=["b", "a"]),
         Kind.CATEGORICAL),
        (PaColumn("timedelta64[ns]", Check.ge(pd.Timedelta("1s"))), pd.to_timedelta([1, 2, 3], unit="h"),
         Kind.CONTINUOUS),
        (PaColumn(pandera.Decimal(10, 2)), [Decimal("1.50"), Decimal("2.00"), Decimal("2.25")], Kind.CONTINUOUS),
        (PaColumn(int, Check.isin([1, 2, 3])), [1, 2, 2], Kind.CATEGORICAL),
        (PaColumn(int, [Check.isin([1, 2, 3]), Check.isin([2, 1])]), [1, 2, 2], Kind.CATEGORICAL),
        (PaColumn(str, Check.eq("a")), ["a", "a", "a"], Kind.CATEGORICAL),
        (PaColumn(str, Check.unique_values_eq(["a", "b"])), ["a", "b", "a"], Kind.CATEGORICAL),
        (PaColumn(str, Check.str_matches("^K[0-9]{3}"), unique=True), ["K123", "K456", "K789"], Kind.IDENTIFIER),
        (PaColumn(None, Check.ge(0)), [0.5, 1.5, 2.5], Kind.CONTINUOUS),
        (PaColumn(dt.date), [dt.date(2020, 1, 1)] * 3, Kind.DATETIME),
    ],
)  # fmt: skip
def test_columns_on_what_a_table_holds(column, values, kind):
    made = quietly(DataFrameSchema({"x": column})).completed(pd.DataFrame({"x": values}))["x"]
    assert made.kind is kind


def test_facts_of_some_columns():
    table = pd.DataFrame({"x": [Decimal("1.50"), Decimal("2.25")]})
    assert quietly(one(pandera.Decimal(10, 3))).completed(table)["x"].decimals == 3
    table = pd.DataFrame({"x": ["K123", "K456"]})
    schema = quietly(one(str, Check.str_matches(r"^K\d{3}"), unique=True)).completed(table)
    assert schema["x"].pattern == "K999"
    both = one(int, [Check.isin([3, 1, 2]), Check.isin([2, 1])])
    assert quietly(both)["x"].categories == (1, 2)


def test_one_dtype_for_all_columns():
    schema = quietly(DataFrameSchema({"x": PaColumn(None), "y": PaColumn(str)}, dtype=float))
    assert [column.kind for column in schema] == [Kind.CONTINUOUS] * 2


def test_a_schema_of_polars():
    polars = pytest.importorskip("pandera.polars")

    class Model(polars.DataFrameModel):
        a: int = polars.Field(ge=0, le=9)
        b: str = polars.Field(isin=["x", "y"])

    frame = pl.DataFrame({"a": [3, 4, 5], "b": ["x", "y", "x"]})
    schema = quietly(Model).completed(frame)
    assert schema["a"].bounds == (0, 9) and schema["b"].categories == ("x", "y")


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (PaColumn(int, Check(lambda values: values > 0)), "'<lambda>'"),
        (PaColumn(int, Check(lambda values: values > 0, name="positive")), "'positive'"),
        (PaColumn(int, Check(lambda groups: True, groupby="y", name="by_y")), "'by_y', which goes by group"),
        (PaColumn(int, Check.ne(3)), "'not_equal_to'"),
        (PaColumn(str, Check.str_length(1, 3)), "'str_length'"),
        (PaColumn(str, Check.str_matches("(a|b)+")), "no shape"),
        (PaColumn(str, Check.ge("a")), "'greater_than_or_equal_to'"),
        (PaColumn("datetime64[ns]", Check.isin([pd.Timestamp("2020-01-01")])), "'isin'"),
        (PaColumn(int, [Check.isin([1, 2]), Check.ge(0)]), "beside a list"),
        (PaColumn(float, unique=True), "distinct"),
        (PaColumn(int, required=False), "absent"),
        (PaColumn(bool, Check.isin([True])), "a list of booleans"),
        (PaColumn(int, parsers=pandera.Parser(abs)), "parsers"),
    ],
)
def test_what_cant_be_taken_over_is_told_with_its_column(column, words):
    with pytest.warns(sg.SynthgenWarning, match=f"(?s)column 'x': .*{words}") as told:
        Schema.from_pandera(DataFrameSchema({"x": column, "y": PaColumn(int)}))
    assert told[0].filename == __file__


def test_rules_of_the_whole_table():
    given = DataFrameSchema(
        {"x": PaColumn(int), "y": PaColumn(int), "^z": PaColumn(int, regex=True)},
        checks=Check(lambda frame: frame["x"] < frame["y"]), index=pandera.Index(int, name="row"), unique=["x", "y"],
    )  # fmt: skip
    with pytest.warns(sg.SynthgenWarning) as told:
        schema = Schema.from_pandera(given)
    assert schema.names == ["x", "y"] and schema.constraints == (Unique(("x", "y")),)
    for words in ("'<lambda>' of the whole table", "the index", "column '^z'"):
        assert words in str(told[0].message)
    alone = DataFrameSchema({"x": PaColumn(int), "y": PaColumn(int)}, unique="x")
    assert quietly(alone)["x"].kind is Kind.IDENTIFIER


def test_wrong_schemas():
    for wrong in (pd.DataFrame({"a": [1]}), "schema.yaml", int, None):
        with pytest.raises(UsageError, match="DataFrameSchema"):
            Schema.from_pandera(wrong)
    with pytest.raises(DataError, match="'x' leave no value"):
        Schema.from_pandera(one(int, [Check.ge(5), Check.le(3)]))
    with pytest.raises(DataError, match="no column"):
        Schema.from_pandera(DataFrameSchema({}))
    with pytest.raises(DataError, match="'x' has missing values"):
        quietly(one(float)).completed(pd.DataFrame({"x": [1.0, None]}))


def test_without_pandera_the_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandera.pandas", None)
    with pytest.raises(MissingExtraError, match=r"synthgen-tabular\[pandera\]"):
        Schema((Column("a", Kind.INTEGER),)).to_pandera()


TIMES = pd.date_range("2020-01-01", periods=4, freq="D")
STORED = {
    "int64": [1, 5, 9, 13],
    "int8": np.array([1, 5, 9, 13], dtype="int8"),
    "whole floats": [1.0, 5.0, 9.0, np.nan],
    "floats": [1.5, 5.25, np.nan, 2.0],
    "float32": np.array([1.5, 5.25, 2, 2], dtype="float32"),
    "Int64": pd.array([1, 5, None, 9], dtype="Int64"),
    "arrow ints": pd.array([1, 5, None, 9], dtype=pd.ArrowDtype(pa.int64())),
    "bools": [True, False, True, True],
    "nullable bools": pd.array([True, False, None, True], dtype="boolean"),
    "object bools": np.array([True, False, None, True], dtype=object),
    "text": ["a", "b", "b", "a"],
    "text with gaps": ["a", None, "c", "a"],
    "arrow text": pd.array(["a", "b", None, "a"], dtype=pd.ArrowDtype(pa.string())),
    "python strings": pd.array(["a", "b", None, "a"], dtype="string[python]"),
    "objects": np.array(["a", 1, 2.5, "b"], dtype=object),
    "numbers as text": ["1.50", "2.25", "?", "3.00"],
    "dates as text": ["2020-01-31", "2021-05-01", "", "2021-05-02"],
    "datetimes": TIMES,
    "zones": TIMES.tz_localize("Europe/Berlin"),
    "dates": [dt.date(2020, 1, day) for day in (1, 2, 3, 4)],
    "arrow times": pd.array(TIMES, dtype=pd.ArrowDtype(pa.timestamp("us", tz="UTC"))),
    "durations": pd.to_timedelta([1, 2, 3, 5], unit="h"),
    "decimals": [Decimal("1.50"), Decimal("2.00"), None, Decimal("2.25")],
    "arrow decimals": pd.array([Decimal("1.50"), None, Decimal("2.00"), Decimal("2.25")],
                               dtype=pd.ArrowDtype(pa.decimal128(10, 2))),
    "categories": pd.Categorical(["a", "b", None, "a"], categories=["b", "a"], ordered=True),
    "number categories": pd.Categorical([3, 1, 3, 3]),
    "sparse": pd.arrays.SparseArray([0, 0, 5, 9]),
    "nothing": [None, None, None, None],
}  # fmt: skip


@pytest.mark.parametrize("stored", STORED)
def test_a_table_is_valid_by_its_own_schema_and_the_schema_comes_back(stored):
    table = pd.DataFrame({"x": STORED[stored]})
    schema = Schema.infer(table)
    schema.to_pandera().validate(table)
    back = quietly(schema.to_pandera()).completed(table)
    without = {"declared": frozenset()}
    assert schema.with_columns([back["x"]])["x"].to_dict() | without == schema["x"].to_dict() | without
    assert not {"bounds", "categories", "nullable"} & back["x"].declared


WRONG = {
    "int64": -400, "int8": 90, "whole floats": 5.5, "floats": 99.0, "float32": -1.0, "Int64": -7, "arrow ints": 99,
    "text": "z", "text with gaps": "z", "arrow text": "z", "python strings": "z", "objects": "z",
    "numbers as text": "many", "dates as text": "soon", "datetimes": pd.Timestamp("1990-01-01"),
    "zones": pd.Timestamp("1990-01-01", tz="Europe/Berlin"), "dates": dt.date(1990, 1, 1),
    "arrow times": pd.Timestamp("1990-01-01", tz="UTC"), "durations": pd.Timedelta("400h"),
    "decimals": Decimal("99.00"), "arrow decimals": Decimal("99.00"), "sparse": 77,
}  # fmt: skip


@pytest.mark.parametrize("stored", WRONG)
def test_a_wrong_row_is_found(stored):
    table = pd.DataFrame({"x": STORED[stored]})
    checks = Schema.infer(table).to_pandera()
    values = list(table["x"])
    values[2] = WRONG[stored]
    planted = pd.DataFrame({"x": pd.Series(values, dtype=table["x"].dtype)})
    with pytest.raises(pandera.errors.SchemaErrors) as told:
        checks.validate(planted, lazy=True)
    assert set(told.value.failure_cases["index"].dropna()) <= {2}


def test_gaps_columns_and_dtypes_are_checked():
    table = visits()
    checks = Schema.infer(table).to_pandera()
    checks.validate(table)
    for wrong in (
        table.assign(age=table["age"].where(table.index > 0)),
        table.drop(columns="age"),
        table.assign(more=1),
        table.assign(seen=table["seen"].astype(str)),
    ):
        with pytest.raises(pandera.errors.SchemaErrors):
            checks.validate(wrong, lazy=True)


def test_rules_are_checked_and_come_back():
    table = pd.DataFrame({"low": [1, 2, 5], "high": [4, 6, 5], "label": ["a", "b", "a"]})
    rules = Inequality("low", "high"), Unique(("low", "label")), Positive("low"), FixedCombinations(("low", "label"))
    schema = Schema.infer(table).with_column("low", kind="integer").with_column("high", kind="integer")
    checks = schema.with_constraints(*rules).to_pandera()
    checks.validate(table)
    # Combinations are the real rows' own; a schema knows none.
    assert quietly(checks).constraints == rules[:3]
    for planted in (table.assign(high=[4, 6, 4]), table.assign(low=[2, 2, 5], label=["a", "a", "b"])):
        with pytest.raises(pandera.errors.SchemaErrors) as told:
            checks.validate(planted, lazy=True)
        assert "synthgen: " in str(told.value.failure_cases["check"].tolist())


def test_what_was_declared_and_roles_come_back():
    schema = Schema.infer(visits(), target="smoker").with_column("age", bounds=(0, 120))
    back = quietly(schema.to_pandera())
    assert back["age"].bounds == (0, 120) and "bounds" in back["age"].declared
    assert back["grade"].categories == ("a", "b") and "categories" not in back["grade"].declared
    assert back.target.name == "smoker"
    # A declaration without a table, with one end of a range.
    declared = quietly(one(float, Check.ge(1)))
    checks = declared.to_pandera()
    checks.validate(pd.DataFrame({"x": [1.0, 2.0]}))
    with pytest.raises(pandera.errors.SchemaError):
        checks.validate(pd.DataFrame({"x": [0.5, 2.0]}))
    assert quietly(checks)["x"].bounds == (1, np.inf)


def test_synthetic_rows_are_valid():
    table, schema = visits(200), quietly(Visits)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = sg.synthesize(
            table, target="smoker", schema=schema, n_samples=60, generator="gaussian_copula", gate=None,
            random_state=0, progress=False,
        )  # fmt: skip
    Visits.validate(result.synthetic)
    schema.completed(table).to_pandera().validate(result.synthetic)
    assert encode(to_pandas(result.synthetic)[0], schema.completed(table))["age"].between(0, 120).all()


def test_the_oversampler_takes_it():
    table = visits(200).drop(columns=["seen", "note"])
    table["smoker"] = [False] * 150 + [True] * 50
    model = sg.SyntheticOverSampler(schema=quietly(Visits).without("seen", "note"), random_state=0)
    X, y = model.fit_resample(table.drop(columns="smoker"), table["smoker"])
    assert y.value_counts().nunique() == 1 and X["age"].between(0, 120).all()
