"""New identifiers have the shape of real ones and are none of them."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.errors import DataError
from synthgen.generators import JitterSynthesizer
from synthgen.table import Kind, decode, encode, infer_schema
from synthgen.table.column import UNKNOWN_DTYPE, Column, Storage
from synthgen.table.kinds.identifier import digits_held, draw, learn_pattern, lengthen, room


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        (["7590-VHVEG", "5575-GNVDE", "x"], "9999-AAAAA"),
        (["a1", "b2", None, "zz"], "a9"),
        (["-17", "-23"], "-99"),
        (["Müller", "Straße"], "Aaaaaa"),
        ([], "9"),
        (["123e4567-e89b-12d3-a456-426614174000"], "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"),
    ],
)
def test_learn_pattern(values, pattern):
    assert learn_pattern(values) == pattern


def test_ties_are_settled_the_same_way_in_any_order():
    assert learn_pattern(["a", "1"]) == learn_pattern(["1", "a"])


def test_room_is_counted_by_hand():
    assert room("9") == 10
    assert room("A9-a") == 26 * 10 * 26
    assert room("hh") == 256


@pytest.mark.parametrize("pattern", ["9", "99999", "A9", "9999-AAAAA", "Aaa", "--", "", "-9", "hhhh", "9.9.9"])
def test_drawn_identifiers(pattern):
    drawn = draw(pattern, 1000, np.random.default_rng(0))
    assert len(set(drawn)) == 1000
    assert room(lengthen(pattern, 1000)) >= 1e12
    assert {len(value) for value in drawn} == {len(lengthen(pattern, 1000))}


def test_a_long_enough_shape_is_kept():
    assert lengthen("99999-AAAAAAAAA", 10) == "99999-AAAAAAAAA"


def test_numbers_have_no_leading_zero_and_fit_a_float():
    drawn = draw("999", 2_000_000, np.random.default_rng(0))
    numbers = np.array([int(value) for value in drawn])
    assert numbers.min() >= 10**14
    assert numbers.max() < 2**53
    assert len(np.unique(numbers)) == 2_000_000
    assert lengthen("9" * 20, 1) == "9" * 15


def test_long_numbers_stay_as_long_as_the_type_holds_them():
    assert lengthen("9" * 20, 1, 18) == "9" * 18
    assert lengthen("9" * 17, 1, 18) == "9" * 17
    assert lengthen("-" + "9" * 20, 1, 18) == "-" + "9" * 18
    # None is made longer than a float holds.
    assert lengthen("99", 10**12, 18) == "9" * 15
    assert {len(value) for value in draw("9" * 17, 50, np.random.default_rng(0), held=18)} == {17}


@pytest.mark.parametrize(
    ("dtype", "python_type", "digits"),
    [
        ("int64", None, 18), ("Int64", None, 18), ("uint64", None, 18), ("int64[pyarrow]", None, 18),
        ("int32", None, 15), ("float64", None, 15), ("str", None, 25), ("object", "str", 25), ("object", "Decimal", 25),
        ("decimal128(29, 0)[pyarrow]", None, 29), ("decimal128(12, 2)[pyarrow]", None, 15), (UNKNOWN_DTYPE, None, 15),
    ],
)  # fmt: skip
def test_how_long_numbers_may_be_is_up_to_the_type(dtype, python_type, digits):
    storage = Storage(dtype, python_type=python_type)
    assert digits_held(Column("id", Kind.IDENTIFIER, pattern="9" * 25, storage=storage)) == digits


def test_same_stream_same_identifiers():
    first, second = (draw("A99", 50, np.random.default_rng(3)) for _ in range(2))
    assert first.tolist() == second.tolist()
    assert draw("A99", 0, np.random.default_rng(3)).tolist() == []


@pytest.mark.parametrize(
    "dtype",
    [
        "int8", "int64", "float64", "Int16", "uint8", "int32[pyarrow]", "double[pyarrow]",
        pd.ArrowDtype(pa.decimal128(5, 0)), "Sparse[int64]", object, "category", str, "string",
    ],
)  # fmt: skip
def test_drawn_identifiers_are_stored_like_the_real_ones(dtype):
    ids = pd.Series(range(30))
    texts = dtype in (str, "string") or isinstance(dtype, pd.ArrowDtype)
    frame = pd.DataFrame({"id": (ids.astype(str) if texts else ids).astype(dtype)})
    schema = infer_schema(frame, subject="id")
    assert schema["id"].pattern == "99"
    pd.testing.assert_frame_equal(decode(encode(frame, schema), schema), frame)
    made = draw("99", 30, np.random.default_rng(0))
    back = decode(pd.DataFrame({"id": made}), schema)["id"]
    assert [str(int(value)) for value in back] == made.tolist()


def test_words_cannot_be_stored_as_numbers():
    schema = infer_schema(pd.DataFrame({"id": range(30)}))
    with pytest.raises(DataError, match="'id' holds numbers"):
        decode(pd.DataFrame({"id": ["x9"]}), schema)


def test_missing_identifiers():
    frame = pd.DataFrame({"id": [1.0, np.nan, *range(2, 40)]})
    schema = infer_schema(frame)
    coded = encode(frame, schema)
    assert coded["id"].tolist()[:3] == ["1", None, "2"]
    pd.testing.assert_frame_equal(decode(coded, schema), frame)


@pytest.mark.parametrize("dtype", ["Int64", "int64[pyarrow]", "float64", "object"])
def test_gaps_among_numbers_stay_gaps(dtype):
    numbers = pd.Series([None if place % 7 == 0 else 10**10 + place * 7919 for place in range(200)], dtype=dtype)
    frame = pd.DataFrame({"number": numbers, "x": np.arange(200) % 13, "Class": np.arange(200) % 2})
    schema = infer_schema(frame, target="Class")
    assert schema["number"].kind is Kind.IDENTIFIER
    made = JitterSynthesizer(random_state=0).fit(frame, schema=schema).sample(200)["number"]
    assert made.dtype == numbers.dtype
    assert 0 < made.isna().sum() < 100
    assert not set(made.dropna()) & set(numbers.dropna())


def test_a_declared_identifier_keeps_none_of_its_values_in_the_schema():
    frame = pd.DataFrame({"host": ["Anna", "Petronella"] * 20, "card": [4111111111111111, 5555555555554444] * 20,
                          "dose": [1, 2, 3, 4] * 10})  # fmt: skip
    schema = infer_schema(frame)
    assert "Petronella" in schema.to_json()
    assert "4111111111111111" in schema.to_json()
    declared = schema.with_column("host", kind="identifier").with_column("card", kind="identifier")
    text = declared.with_column("host", kind="text").to_json()
    for json in (declared.to_json(), text):
        assert "Petronella" not in json
        assert "4111111111111111" not in json
    assert declared["dose"] == schema["dose"]
    # What a person declared stays.
    public = schema.with_column("dose", bounds=(0.0, 9.0)).with_column("dose", kind="identifier")
    assert public["dose"].bounds == (0.0, 9.0)
