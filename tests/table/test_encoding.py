"""Canonical values, labels that a schema doesn't list, and schemas that a person changed."""

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError, UsageError
from synthgen.table import Column, Kind, Schema, decode, encode, extend_categories, infer_schema

FRAME = pd.DataFrame(
    {
        "dose": [0.5, np.nan, 2.0],
        "visits": [3, 1, 4],
        "sex": ["M", "F", None],
        "sick": ["t", "f", "t"],
        "day": pd.to_datetime(["1970-01-02", None, "1970-01-01"]),
        "id": [7, 8, 9],
        "note": ["a", None, "b"],
    },
    index=[5, 5, 6],
)
SCHEMA = infer_schema(FRAME).with_column("note", kind="text")


def test_canonical_values():
    coded = encode(FRAME.assign(extra=1), SCHEMA)
    assert list(coded.columns) == SCHEMA.names
    assert list(coded.index) == [0, 1, 2]
    numeric = coded.drop(columns=["id", "note"])
    assert (numeric.dtypes == np.float64).all()
    expected = [[0.5, 3, 1, 1, 86_400e6], [np.nan, 1, 0, 0, np.nan], [2, 4, np.nan, 1, 0]]
    np.testing.assert_array_equal(numeric.to_numpy(), expected)
    assert coded["id"].tolist() == ["7", "8", "9"]
    assert coded["note"].tolist() == ["a", None, "b"]
    assert coded.dtypes[["id", "note"]].map(str).tolist() == ["object", "object"]


def test_column_order_is_the_schemas():
    assert list(encode(FRAME[FRAME.columns[::-1]], SCHEMA).columns) == SCHEMA.names
    assert list(decode(encode(FRAME, SCHEMA), SCHEMA).columns) == SCHEMA.names


def test_missing_columns_are_named():
    with pytest.raises(UsageError, match="lacks column 'visits' and 1 more of its schema"):
        encode(FRAME.drop(columns=["visits", "sex"]), SCHEMA)


def test_unseen_labels():
    new = FRAME.assign(sex=["secret", "F", "secret"])
    with pytest.raises(DataError, match="'sex' has 2 values that are none of the 2 categories") as caught:
        encode(new, SCHEMA)
    assert "secret" not in str(caught.value)
    assert encode(new, SCHEMA, unseen="extend")["sex"].tolist() == [2, 0, 2]
    longer = extend_categories(SCHEMA, FRAME, new)
    assert longer["sex"].categories == ("F", "M", "secret")
    assert decode(encode(new, longer), longer)["sex"].tolist() == ["secret", "F", "secret"]


def test_extending_by_nothing_new_changes_nothing():
    assert extend_categories(SCHEMA, FRAME) == SCHEMA


def test_unused_dtype_categories_are_no_new_labels():
    frame = pd.DataFrame({"sex": pd.Categorical(["F"], categories=["F", "X"])})
    assert extend_categories(SCHEMA, frame)["sex"].categories == ("F", "M")


def test_a_declared_kind():
    schema = SCHEMA.with_column("visits", kind="categorical")
    with pytest.raises(DataError, match="'visits' is categorical in the schema, which doesn't list"):
        encode(FRAME, schema)
    full = extend_categories(schema, FRAME)
    assert full["visits"].categories == (1, 3, 4)
    assert decode(encode(FRAME, full), full)["visits"].tolist() == [3, 1, 4]
    text = SCHEMA.with_column("id", kind="continuous")
    assert decode(encode(FRAME, text), text)["id"].tolist() == [7, 8, 9]


def test_declared_numbers_in_text_and_booleans():
    frame = pd.DataFrame({"a": ["007", "12", "9"], "b": [True, False, True]})
    schema = infer_schema(frame).with_column("a", kind="integer").with_column("b", kind="integer")
    back = decode(encode(frame, schema), schema)
    assert back["a"].tolist() == ["7", "12", "9"]
    assert back["b"].tolist() == [1, 0, 1]


@pytest.mark.parametrize("kind", ["continuous", "datetime"])
def test_values_that_do_not_fit_the_kind(kind):
    frame = pd.DataFrame({"x": ["secret", "b"]})
    with pytest.raises(DataError, match=f"'x' is {kind} in the schema") as caught:
        encode(frame, infer_schema(frame).with_column("x", kind=kind))
    assert "secret" not in str(caught.value)


def test_infinite_values_are_refused_when_they_come_later():
    schema = Schema((Column("x", Kind.CONTINUOUS),))
    with pytest.raises(DataError, match="'x' has 1 infinite value"):
        encode(pd.DataFrame({"x": [1.0, np.inf]}), schema)


def test_the_same_table_in_other_dtypes_is_read_alike():
    schema = infer_schema(FRAME[["dose", "visits", "sex", "sick"]])
    other = FRAME.astype({"dose": "float32", "visits": "Int64", "sex": "category", "sick": "string"})
    pd.testing.assert_frame_equal(encode(other, schema), encode(FRAME, schema))
    text = FRAME.assign(visits=FRAME["visits"].astype(str), day=["1970-01-02", None, "1970-01-01"])
    pd.testing.assert_frame_equal(encode(text, SCHEMA), encode(FRAME, SCHEMA))


def test_values_are_rounded_to_what_the_column_can_hold():
    coded = pd.DataFrame({"dose": [0.4449], "visits": [2.6], "sex": [7.0], "sick": [-1.0], "day": [1.6 * 86_400e6]})
    schema = SCHEMA.without("id", "note")
    row = decode(coded, schema).iloc[0]
    assert row.tolist() == [0.4, 3, "M", "f", pd.Timestamp("1970-01-03")]
