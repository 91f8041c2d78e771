"""Frictionless table schemas: alone, in a resource, in a package, and wrong ones."""

import copy
import json
import warnings

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.table import Kind, Role, decode, encode
from synthgen.table.constraints import Unique

DAY = 86_400_000_000

# As `frictionless describe` writes a schema, with constraints that a person added.
ORDERS = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"unique": True}},
        {"name": "zip", "type": "string", "title": "Postcode"},
        {"name": "price", "type": "number", "constraints": {"minimum": 0, "maximum": 1000, "required": True}},
        {"name": "pieces", "type": "integer", "constraints": {"minimum": 1}},
        {"name": "grade", "type": "string", "constraints": {"enum": ["a", "b", "c"]}},
        {"name": "paid", "type": "boolean", "trueValues": ["ja"], "falseValues": ["nein"]},
        {"name": "day", "type": "date", "format": "%d/%m/%Y", "constraints": {"minimum": "01/01/2020"}},
        {"name": "mail", "type": "string", "format": "email"},
    ],
    "primaryKey": "id",
    "missingValues": ["", "NA"],
}


def orders(n=40):
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2020-01-05") + pd.to_timedelta(rng.integers(0, 300, n), unit="D")
    return pd.DataFrame(
        {
            "id": rng.permutation(n) + 1000,
            "zip": rng.choice([10115, 89073, 53111], n),
            "price": rng.uniform(1, 900, n).round(2),
            "pieces": rng.integers(2, 30, n),
            "grade": rng.choice(["a", "b"], n),
            "paid": rng.choice(["ja", "nein", "NA"], n),
            "day": days.strftime("%d/%m/%Y"),
            "mail": [f"someone{i}@example.org" for i in range(n)],
        }
    )


def quietly(source, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return sg.Schema.from_frictionless(source, **options)


def field(**facts):
    return {"fields": [{"name": "x", **facts}]}


def test_the_file_and_the_table_together():
    table, schema = orders(), quietly(ORDERS)
    made = schema.completed(table)
    assert [str(column.kind) for column in made] == [
        "identifier", "categorical", "continuous", "integer", "categorical", "boolean", "datetime", "identifier",
    ]  # fmt: skip
    assert made["price"].bounds == (0, 1000) and made["price"].declared == {"bounds", "nullable"}
    # One end of two is the table's own, so they aren't public.
    assert made["pieces"].bounds == (2, table["pieces"].max()) and "bounds" not in made["pieces"].declared
    assert made["grade"].categories == ("a", "b", "c") and "categories" in made["grade"].declared
    assert made["paid"].categories == ("nein", "ja") and made["paid"].storage.missing_token == "NA"
    assert made["paid"].nullable and not made["id"].nullable and "nullable" in made["id"].declared
    assert made["day"].storage.text_format == "%d/%m/%Y"
    assert made["zip"].categories == (10115, 53111, 89073)
    pd.testing.assert_frame_equal(decode(encode(table, made), made), table)


def test_a_schema_in_a_resource_and_in_a_package(tmp_path):
    resource = {"name": "orders", "path": "orders.csv", "schema": ORDERS}
    package = {"name": "shop", "resources": [resource]}
    assert quietly(resource) == quietly(package) == quietly(ORDERS)
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps(package))
    assert sg.Schema.from_json(path) == quietly(ORDERS)
    package["resources"].append({"name": "shops", "schema": field(type="integer")})
    with pytest.raises(UsageError, match="2 resources: orders, shops"):
        sg.Schema.from_frictionless(package)
    with pytest.raises(UsageError, match="no resource 'x'"):
        sg.Schema.from_frictionless(package, resource="x")
    assert quietly(package, resource="shops").names == ["x"]
    with pytest.raises(DataError, match="another file"):
        sg.Schema.from_frictionless({"name": "a", "schema": "schema.json"})


@pytest.mark.parametrize(
    ("facts", "values", "kind"),
    [
        ({"type": "integer"}, [0, 1, 1, 0], Kind.BOOLEAN),
        ({"type": "integer", "constraints": {"minimum": 0, "maximum": 5}}, [0, 1, 1, 0], Kind.INTEGER),
        ({"type": "integer", "constraints": {"minimum": 0, "maximum": 1}}, [0, 1, 1, 0], Kind.BOOLEAN),
        ({"type": "number"}, ["1.50", "2.25", "NA"], Kind.CONTINUOUS),
        ({"type": "year"}, [1999, 2004, 2010], Kind.INTEGER),
        ({"type": "string"}, [7, 7, 8], Kind.CATEGORICAL),
        ({"type": "string"}, list(range(3, 60, 2)), Kind.IDENTIFIER),
        ({"type": "string"}, ["1.5", "2.25", "7"], Kind.CONTINUOUS),
        ({"type": "date"}, ["2020-01-31", "2021-05-01"], Kind.DATETIME),
        ({"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"},
         ["2020-01-31T10:00:00+01:00", "2021-05-01T11:30:00+01:00"], Kind.DATETIME),
        ({"type": "yearmonth"}, ["2020-01", "2021-05"], Kind.DATETIME),
        ({"type": "any"}, [1.5, 2.5], Kind.CONTINUOUS),
        ({"type": "boolean"}, [True, False, True], Kind.BOOLEAN),
        ({"type": "boolean"}, ["true", "false", "true"], Kind.BOOLEAN),
        ({"type": "integer", "categories": [1, 2, 3]}, [1, 2, 2], Kind.CATEGORICAL),
        ({"type": "string", "categories": [{"value": "a", "label": "A"}]}, ["a", "a"], Kind.CATEGORICAL),
    ],
)  # fmt: skip
def test_types_on_what_a_table_holds(facts, values, kind):
    table = pd.DataFrame({"x": values})
    column = quietly(field(**facts)).completed(table)["x"]
    assert column.kind is kind
    schema = sg.Schema((column,))
    if kind is not Kind.IDENTIFIER:
        pd.testing.assert_frame_equal(decode(encode(table, schema), schema), table)


def test_ends_that_are_left_out_lie_one_step_inside():
    facts = {"constraints": {"exclusiveMinimum": 0, "exclusiveMaximum": 10}}
    whole = quietly(field(type="integer", **facts)).completed(pd.DataFrame({"x": [1, 5]}))["x"]
    assert whole.bounds == (1, 9)
    cents = quietly(field(type="number", **facts)).completed(pd.DataFrame({"x": [0.29, 5.5]}))["x"]
    assert cents.bounds == (0.01, 9.99)
    with pytest.raises(DataError, match="'x' has 1 value outside"):
        quietly(field(type="integer", **facts)).completed(pd.DataFrame({"x": [0, 5]}))


def test_dates_keep_how_the_table_writes_them():
    table = pd.DataFrame({"x": ["1/2/2020", "31/12/2020"]})
    column = quietly(field(type="date", format="%d/%m/%Y", constraints={"maximum": "31/12/2021"})).completed(table)["x"]
    assert column.storage.text_format == "%-d/%-m/%Y"
    assert column.bounds == ((18262 + 31) * DAY, (18262 + 365) * DAY)
    assert "bounds" not in column.declared


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"type": "geopoint"}, "the type 'geopoint'"),
        ({"type": "duration"}, "the type 'duration'"),
        ({"type": "number", "decimalChar": ","}, "decimalChar"),
        ({"type": "number", "constraints": {"unique": True}}, "distinct"),
        ({"type": "string", "constraints": {"minLength": 3}}, "'minLength'"),
        ({"type": "string", "constraints": {"pattern": "[ab]+x"}}, "no shape"),
        ({"type": "string", "constraints": {"minimum": "a"}}, "'minimum' of a string"),
        ({"type": "string", "missingValues": ["NA", "-"]}, "'NA', '-'"),
        ({"type": "boolean", "trueValues": ["ja", "j"]}, "trueValues"),
        ({"type": "string", "unit": "m"}, "'unit'"),
    ],
)
def test_what_cant_be_taken_over_is_told_with_its_column(facts, words):
    with pytest.warns(sg.SynthgenWarning, match=f"column 'x': .*{words}") as told:
        sg.Schema.from_frictionless(field(**facts))
    assert told[0].filename == __file__


def test_rules_between_columns():
    given = copy.deepcopy(ORDERS) | {
        "primaryKey": ["id", "day"],
        "foreignKeys": [{"fields": "zip", "reference": {"resource": "places", "fields": "zip"}}],
        "uniqueKeys": [["zip", "grade"], ["mail"]],
    }
    with pytest.warns(sg.SynthgenWarning) as told:
        schema = sg.Schema.from_frictionless(given)
    assert "foreignKeys" in str(told[0].message) and "distinct" not in str(told[0].message)
    assert schema.constraints == (Unique(("id", "day")), Unique(("zip", "grade")))
    assert schema["mail"].role is Role.IDENTIFIER and schema["day"].declared >= {"nullable"}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"fields": []}, 'no "fields"'),
        ({"fields": [{"type": "integer"}]}, '"name"'),
        (field(type="float64"), "'float64'"),
        (field(type="integer", constraints=[1]), "constraints of field 'x'"),
        (field(type="integer", constraints={"minimum": "low"}), "minimum of field 'x'"),
        (field(type="date", constraints={"minimum": "soon"}), "minimum of field 'x'"),
        (field(type="integer", constraints={"minimum": 3, "maximum": 1}), "above"),
        (field(type="string", constraints={"enum": [["a"]]}), "'x'"),
        (field(type="string", constraints={"enum": []}), "'x'"),
        (field(type="string", constraints={"enum": {"a": 1}}), "'x'"),
        ({"fields": [{"name": "x"}, {"name": "x"}]}, "'x'"),
        (field(type="string") | {"primaryKey": "y"}, "'y'"),
        (field(type="string") | {"primaryKey": {"y": 1}}, "primaryKey"),
    ],
)
def test_wrong_schemas(source, words):
    with pytest.raises(DataError, match=words):
        sg.Schema.from_frictionless(source)


@pytest.mark.parametrize(
    ("facts", "values", "words"),
    [
        ({"type": "integer"}, [1.5, 2.0], "not all its values are whole"),
        ({"type": "number"}, ["a", "b"], "not all its values are numbers"),
        ({"type": "date"}, ["soon", "later"], "datetime"),
        ({"type": "date"}, [20200131, 20200201], "datetime"),
        ({"type": "date", "format": "%Y"}, ["2020-01-01", "x"], "'%Y'"),
        ({"type": "datetime", "format": "%Y-%m-%d %H:%M%z"}, ["2020-01-01 10:00+01:00", "2020-01-01 10:00Z"], "zones"),
        ({"type": "boolean"}, ["a", "b", "c"], "more than two"),
        ({"type": "string", "constraints": {"enum": ["a"]}}, ["a", "b"], "1 label"),
        ({"type": "integer", "constraints": {"enum": ["a"]}}, [1, 2], "a value that isn't one"),
        ({"type": "string", "constraints": {"required": True}}, ["a", None], "missing values"),
        ({"type": "number", "missingValues": ["-99"]}, [-99, 1, 2], "holds -99"),
        ({"type": "string", "constraints": {"enum": ["2020"]}}, pd.to_datetime(["2020-01-01"] * 2), "stores dates"),
    ],
)  # fmt: skip
def test_a_table_that_isnt_what_the_schema_says(facts, values, words):
    schema = quietly(field(**facts))
    with pytest.raises(DataError, match=f"(?s)'x'.*{words}") as told:
        schema.completed(pd.DataFrame({"x": values}))
    # Never a value of a row.
    assert "soon" not in str(told.value) and "b" not in str(told.value).split("'")[2].split()


def test_synthetic_orders_keep_the_schema():
    table = orders(200)
    made = sg.generators.GENERATORS["jitter"](random_state=0).fit(table, schema=quietly(ORDERS)).sample(60)
    assert made.dtypes.equals(table.dtypes)
    assert made["price"].between(0, 1000).all() and set(made["paid"]) <= {"ja", "nein", "NA"}
    assert (pd.to_datetime(made["day"], format="%d/%m/%Y") >= "2020-01-01").all()
