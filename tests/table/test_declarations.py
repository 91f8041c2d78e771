"""What is declared without a table, and what the table says of the rest."""

import itertools
import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import SynthgenError, UsageError
from synthgen.table import Kind, Role, Schema, decode, encode
from synthgen.table.date_formats import fitting_format
from synthgen.table.declarations import complete
from synthgen.table.disclosure import columns_with_ends, public_labels
from synthgen.table.moments import as_timestamp, moment
from synthgen.table.roles import schema_with_roles
from synthgen.table.schema_formats.imported import described
from synthgen.table.schema_formats.regex import shape_of


def completed(said, values):
    return complete(Schema((said,)), pd.DataFrame({"x": values}))["x"]


def test_a_complete_schema_stays_as_it_is():
    schema = Schema.infer(pd.DataFrame({"x": [1, 2, 3]}))
    assert complete(schema, pd.DataFrame({"y": [1]})) is schema


def test_a_column_that_the_table_lacks_is_an_error():
    said = Schema((described("a", Kind.INTEGER), described("b", Kind.INTEGER)))
    with pytest.raises(UsageError, match=r"lacks column 'b' of its schema.*without\('b'\)"):
        complete(said, pd.DataFrame({"a": [1]}))


def test_only_what_was_declared_is_public():
    table = pd.DataFrame({"x": [1.5, 2.5, 4.0], "y": ["a", "b", "a"]})
    said = Schema(
        (
            described("x", Kind.CONTINUOUS, bounds=(0.0, 10.0)),
            described("y", Kind.CATEGORICAL, categories=("b", "a", "c")),
        )
    )
    made = complete(said, table)
    assert columns_with_ends(made) == [] and public_labels(made) == {"y": 3}
    read_off = Schema(
        (
            described("x", Kind.CONTINUOUS, bounds=(0.0, 10.0), read_off=("bounds",)),
            described("y", Kind.CATEGORICAL, categories=("b", "a", "c"), read_off=("categories",)),
        )
    )
    made = complete(read_off, table)
    assert [column.name for column in columns_with_ends(made)] == ["x"] and public_labels(made) == {}
    assert made["x"].bounds == (1.5, 4.0)
    # The order that the file gives, without labels that only it has.
    assert made["y"].categories == ("b", "a")


@pytest.mark.parametrize(
    ("kind", "values", "made"),
    [
        (Kind.CONTINUOUS, [1, 2, 3], Kind.INTEGER),
        (Kind.CONTINUOUS, [1.0, 2.0, 3.0], Kind.CONTINUOUS),
        (Kind.INTEGER, [0, 1, 1], Kind.INTEGER),
        (Kind.CATEGORICAL, [1.5, 2.5, 2.5], Kind.CATEGORICAL),
        (Kind.CATEGORICAL, ["no", "yes", "no"], Kind.BOOLEAN),
        (Kind.BOOLEAN, ["up", "down", "up"], Kind.BOOLEAN),
        (Kind.IDENTIFIER, [1.5, 2.5, 2.5], Kind.IDENTIFIER),
        (Kind.TEXT, ["a", "b", "a"], Kind.TEXT),
        (Kind.INTEGER, ["1", "?", "3"], Kind.INTEGER),
        (Kind.CATEGORICAL, ["1", "?", "3"], Kind.CATEGORICAL),
    ],
)
def test_a_declared_kind_holds_however_a_column_is_stored(kind, values, made):
    table = pd.DataFrame({"x": values})
    column = completed(described("x", kind), values)
    assert column.kind is made
    schema = Schema((column,))
    if kind is not Kind.IDENTIFIER:
        pd.testing.assert_frame_equal(decode(encode(table, schema), schema), table)


@pytest.mark.parametrize("dtype", ["category", "string", "object", "Int64", "float64"])
def test_more_labels_than_the_table_has(dtype):
    values = pd.Series([1, 2, 2] if dtype in ("Int64", "float64") else ["1", "2", "2"], dtype=dtype)
    column = completed(described("x", Kind.CATEGORICAL, categories=("2", "1", "3")), values)
    schema = Schema((column,))
    if dtype == "category":
        # The dtype is the caller's, with its labels.
        assert column.categories == ("1", "2")
        pd.testing.assert_frame_equal(decode(encode(pd.DataFrame({"x": values}), schema), schema)["x"].to_frame(),
                                      values.to_frame("x"))  # fmt: skip
        return
    assert list(map(str, column.categories)) == ["2", "1", "3"]
    back = decode(pd.DataFrame({"x": [0.0, 1.0, 2.0, np.nan]}), schema)["x"]
    assert [str(value).removesuffix(".0") for value in back[:3]] == ["2", "1", "3"] and back.isna()[3]


COLUMNS = {
    "whole": [1, 5, 9, 13],
    "gaps": [1.0, 5.0, None, 9.0],
    "nullable": pd.array([1, 5, None, 9], dtype="Int64"),
    "floats": [1.5, 5.25, None, 2.0],
    "bools": [True, False, True, True],
    "text": ["a", None, "b", "a"],
    "mixed": ["a", 1, 2.5, True],
    "numbers as text": ["1.50", "2.25", "?", "3.00"],
    "dates as text": ["2020-01-31", "", "2021-05-01", "2021-05-02"],
    "datetimes": pd.date_range("2020-01-01", periods=4, tz="Europe/Berlin"),
    "durations": pd.to_timedelta([1, 2, 3, 5], unit="h"),
    "decimals": [Decimal("1.50"), Decimal("2.00"), None, Decimal("2.25")],
    "arrow": pd.array(["a", "b", None, "a"], dtype=pd.ArrowDtype(pa.string())),
    "categories": pd.Categorical(["a", "b", None, "a"], categories=["b", "a"], ordered=True),
    "sparse": pd.arrays.SparseArray([0, 0, 5, 9]),
    "nothing": [None, None, None, None],
}
FACTS = [
    {}, {"bounds": (-1e18, 1e18)}, {"bounds": (0, np.inf)}, {"categories": ("a", "b", "z")},
    {"categories": (1, 2.5, 99)}, {"nullable": True}, {"nullable": False}, {"pattern": "AA99"},
    {"missing_token": "?"}, {"missing_token": "1"}, {"date_format": "%Y-%m-%d"},
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", Kind)
def test_every_declaration_is_met_by_the_table_or_refused_in_words(kind):
    met, refused = 0, []
    for (name, values), facts, fixed in itertools.product(COLUMNS.items(), FACTS, (True, False)):
        table = pd.DataFrame({"x": values})
        try:
            schema = complete(Schema((described("x", kind, fixed=fixed, **facts),)), table)
        except SynthgenError as error:
            refused.append(str(error))
            continue
        met += 1
        coded = encode(table, schema)
        if schema["x"].kind not in (Kind.IDENTIFIER, Kind.TEXT):
            back = decode(coded, schema)
            assert encode(back, schema).equals(coded), (name, facts, fixed)
            widened = name == "bools" and schema["x"].kind in (Kind.INTEGER, Kind.CONTINUOUS)
            assert widened or back["x"].dtype == table["x"].dtype, (name, facts, fixed)
    assert all("'x'" in words for words in refused)
    # Half of all at least, or the test says nothing.
    assert 2 * met > len(COLUMNS) * len(FACTS)


def test_roles_are_kept_and_given():
    table = pd.DataFrame({"who": ["a", "b", "a"], "x": [0, 1, 0], "sex": ["F", "M", "F"]})
    said = Schema(
        (
            described("who", Kind.IDENTIFIER, role=Role.SUBJECT),
            described("x", Kind.INTEGER, fixed=False),
            described("sex", Kind.TEXT, fixed=False),
        )
    )
    made = schema_with_roles(table, said, target="x", sensitive_features=["sex"])
    assert [column.role for column in made] == [Role.SUBJECT, Role.TARGET, Role.SENSITIVE]
    assert made["x"].kind is Kind.BOOLEAN


def test_a_declaration_goes_through_json_and_back():
    said = Schema(
        (
            described("a", Kind.CONTINUOUS, bounds=(0.0, np.inf)),
            described("b", Kind.DATETIME, date_format="%d.%m.%Y", bounds=(-np.inf, 5.0)),
        )
    )
    assert json.loads(said.to_json())["columns"][0]["bounds"] == [0.0, None]
    assert Schema.from_json(said.to_json()) == said


@pytest.mark.parametrize(
    ("regex", "pattern", "kept"),
    [
        ("ID-[0-9]{15}", "ID-" + "9" * 15, True),
        (r"^\d+$", "9", True),
        (r"[A-Z]{2}\d{16}", "AA" + "9" * 16, True),
        ("[0-9a-f]{16}", "h" * 16, True),
        ("[A-Z]{3}", "AAA", False),
        ("K[0-9]{2,4}", "K9999", False),
        ("[A-Z][0-9]", "A9", False),
        (r"no\.[0-9]+", "no.9", True),
    ],
)
def test_shapes_of_regular_expressions(regex, pattern, kept):
    found, problem = shape_of(regex)
    assert found == pattern and (problem is None) is kept


@pytest.mark.parametrize(
    "regex", ["", "abc", "(a|b)[0-9]", "[^a][0-9]", r"\w+", "a[0-9]", "A-[0-9]+", "[", "[0-9]{999}"]
)
def test_regular_expressions_without_a_shape(regex):
    found, problem = shape_of(regex)
    assert found is None and repr(regex) in problem


def test_formats_of_dates_that_a_table_writes_otherwise():
    assert fitting_format(["01.02.2020", "31.12.2020"], "%d.%m.%Y") == "%d.%m.%Y"
    assert fitting_format(["2020-01-01 10:00:00.125"], "%Y-%m-%d %H:%M:%S.%f") == "%Y-%m-%d %H:%M:%S.%3f"
    assert fitting_format(["2020-01-01 10:00+0100"], "%Y-%m-%d %H:%M%z") == "%Y-%m-%d %H:%M+0100"
    # Read, but not written back the same: with the file's own format.
    assert fitting_format(["1.02.2020", "31.12.2020"], "%d.%m.%Y") == "%d.%m.%Y"
    assert fitting_format(["2020"], "%d.%m.%Y") is None


def test_moments():
    assert moment("2020-01-01T01:00:00+01:00") == moment("2020-01-01") == moment("01/01/2020", "%d/%m/%Y")
    assert as_timestamp(moment("2020-02-03 04:05:06")) == pd.Timestamp("2020-02-03 04:05:06")
    for wrong in (3, "soon", None):
        with pytest.raises((ValueError, TypeError)):
            moment(wrong)


def test_generators_and_roles_complete_it():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=60).round(2), "y": rng.choice(["no", "yes"], 60)})
    said = Schema((described("x", Kind.CONTINUOUS, bounds=(-9.0, 9.0)), described("y", Kind.CATEGORICAL)))
    model = sg.generators.GENERATORS["jitter"](random_state=0).fit(table, target="y", schema=said)
    assert model.schema_.complete and model.schema_["x"].bounds == (-9, 9)
    made = schema_with_roles(table, said, target="y")
    assert made.complete and made.target is not None and made["x"].bounds == (-9, 9)
