"""Declarations of columns: what they change, and what they can't."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import DataError, UsageError
from synthgen.table.column import Column, Kind, Role
from synthgen.table.declaring import declare, declare_public
from synthgen.table.encoding import decode, encode
from synthgen.table.inference import infer_schema
from synthgen.table.schema import Schema

TABLE = pd.DataFrame(
    {
        "code": [3, 1, 2, None],
        "text": ["1.5", "2", "x", "2"],
        "digits": ["010", "020", "010", "030"],
        "id": ["a1", "a2", "a3", "a4"],
        "day": ["2024-01-05", "2024-02-01", "2024-01-05", None],
    }
)


def declared(name, **fields):
    return declare(TABLE, infer_schema(TABLE), {name: fields})[name]


def test_numbers_that_are_codes_become_labels():
    column = declared("code", kind="categorical")
    assert (column.kind, column.categories, column.bounds) == (Kind.CATEGORICAL, (1, 2, 3), None)
    assert column.declared == {"kind"}
    schema = declare(TABLE, infer_schema(TABLE), {"code": {"kind": "categorical"}})
    back = decode(encode(TABLE, schema), schema)
    pd.testing.assert_series_equal(back["code"], TABLE["code"])


def test_texts_of_digits_become_numbers():
    column = declared("digits", kind="integer")
    assert (column.bounds, column.categories, column.storage.as_text) == ((10.0, 30.0), None, True)
    assert declared("digits", kind="continuous").decimals == 0
    with pytest.raises(DataError, match="'text' is continuous in the schema, but not all its values are numbers"):
        declared("text", kind="continuous")


def test_fractions_are_not_whole_numbers():
    table = pd.DataFrame({"x": [0.5, 1.0, 2.0]})
    with pytest.raises(DataError, match="'x' is integer in the schema, but not all its values are whole"):
        declare(table, infer_schema(table), {"x": {"kind": "integer"}})


def test_an_identifier_has_the_role_of_one_and_loses_it():
    column = declared("text", kind="identifier")
    assert (column.kind, column.role, column.categories) == (Kind.IDENTIFIER, Role.IDENTIFIER, None)
    keys = pd.DataFrame({"patient_id": np.arange(30)})
    schema = infer_schema(keys)
    assert schema["patient_id"].role is Role.IDENTIFIER
    column = declare(keys, schema, {"patient_id": {"kind": "integer"}})["patient_id"]
    assert (column.role, column.bounds) == (Role.FEATURE, (0.0, 29.0))


def test_labels_are_taken_as_the_column_holds_them():
    assert declared("code", kind="categorical", categories=["1", "2", "3", "5"]).categories == (1, 2, 3, 5)
    with pytest.raises(DataError, match="'code' has 1 label that its schema doesn't list") as slip:
        declared("code", kind="categorical", categories=[1, 2])
    assert "3" not in str(slip.value).replace("'code'", "")


def test_a_boolean_has_two_labels():
    table = pd.DataFrame({"x": [3, 1, 1, 3]})
    assert declare(table, infer_schema(table), {"x": {"kind": "boolean"}})["x"].categories == (1, 3)
    with pytest.raises(DataError, match="'text' is boolean in the schema, but has more than two different values"):
        declared("text", kind="boolean")
    with pytest.raises(DataError, match="'x' is declared boolean, but doesn't have two labels"):
        declare(table, infer_schema(table), {"x": {"kind": "boolean", "categories": [1, 2, 3]}})


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("code", {"kind": "categorical", "bounds": [0, 1]}, "is categorical, which has no bounds"),
        ("code", {"categories": [1, 3]}, "is integer, which has no categories"),
        ("code", {"decimals": 2}, "has no decimals; decimals go with continuous"),
        ("code", {"pattern": "99"}, "has no pattern; pattern goes with identifier"),
        ("code", {"bounds": [5, 0]}, "first is above the second"),
        ("day", {"bounds": [0, 1]}, "must be two dates"),
    ],
)
def test_what_does_not_go_together(name, fields, said):
    with pytest.raises(UsageError, match=said):
        declared(name, **fields)


def test_bounds_hold_every_value_and_say_none():
    assert declared("code", bounds=[0, 10]).bounds == (0.0, 10.0)
    assert declared("code", bounds=[1, 3]).bounds == (1.0, 3.0)
    with pytest.raises(DataError, match="1 value outside the bounds") as slip:
        declared("code", bounds=[0, 2])
    assert "3" not in str(slip.value)


def test_an_identifier_says_how_new_values_look():
    column = declared("id", kind="identifier", pattern="A9")
    assert (column.pattern, column.check, column.declared) == ("A9", None, {"kind", "pattern"})
    column = declared("text", kind="identifier", faker="email", locale="de_DE")
    assert (column.faker, column.locale) == ("email", "de_DE")


def test_there_is_one_target():
    schema = infer_schema(TABLE, target="text")
    with pytest.raises(UsageError, match="Only one column can be the target"):
        declare(TABLE, schema, {"code": {"role": "target"}})
    moved = declare(TABLE, schema, {"code": {"role": "target"}, "text": {"role": "feature"}})
    assert moved.target.name == "code"


def test_a_declared_table_can_be_synthesised():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"grade": rng.integers(1, 5, 120), "mark": rng.normal(10, 2, 120).round(2)})
    schema = declare(table, infer_schema(table), {"grade": {"kind": "categorical", "categories": [1, 2, 3, 4, 5]}})
    made = sg.generators.GENERATORS["gaussian_copula"](random_state=0).fit(table, schema=schema).sample(50)
    assert set(made["grade"]) <= {1, 2, 3, 4, 5}
    assert made["grade"].dtype == table["grade"].dtype


def test_what_is_said_without_a_look_at_the_rows_is_all_that_is_known():
    schema = Schema((Column("who", Kind.CATEGORICAL), Column("dose", Kind.CATEGORICAL, nullable=True)))
    said = declare_public(schema, {"who": {"role": "subject"}, "dose": {"kind": "continuous", "bounds": [0, 9]}})
    assert (said["who"].kind, said["who"].role, said["who"].declared) == (Kind.IDENTIFIER, Role.SUBJECT, {"role"})
    assert (said["dose"].kind, said["dose"].bounds, said["dose"].nullable) == (Kind.CONTINUOUS, (0.0, 9.0), True)
    assert said["dose"].declared == {"kind", "bounds"}
    with pytest.raises(UsageError, match="is categorical, which has no bounds"):
        declare_public(schema, {"dose": {"bounds": [0, 9]}})
