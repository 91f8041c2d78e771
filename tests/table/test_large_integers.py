"""Amounts of 2**53 and more keep all their digits, their unit and their dtype's range."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.table import Kind, decode, encode, infer_schema
from synthgen.table.grid import to_grid
from synthgen.table.large_integers import unit_of, whole_numbers

RNG = np.random.default_rng(3)
ETHER = [int(value * 10**6) for value in RNG.lognormal(0, 1, 200)]
DIGITS = [int(value) for value in RNG.integers(0, 10**12, 200)]


def column(values, dtype):
    if dtype == "Decimal":
        return pd.Series([Decimal(value) for value in values], dtype=object)
    if isinstance(dtype, pa.DataType):
        array = pa.array([Decimal(value) for value in values], type=dtype)
        return pd.Series(pd.array(array, dtype=pd.ArrowDtype(dtype)))
    return pd.Series(values, dtype=dtype)


WEI = {
    "objects": (10**12, object),
    "beyond 64 bits": (10**24, object),
    "int64": (10**11, "int64"),
    "Int64": (10**11, "Int64"),
    "uint64": (2 * 10**11, "uint64"),
    "arrow": (10**11, "int64[pyarrow]"),
    "Decimal": (10**12, "Decimal"),
    "decimal128": (10**12, pa.decimal128(38, 0)),
}


@pytest.mark.parametrize("name", WEI)
def test_amounts_with_a_unit_come_back_exactly(name):
    unit, dtype = WEI[name]
    frame = pd.DataFrame({"wei": column([value * unit for value in ETHER], dtype)})
    schema = infer_schema(frame)
    assert schema["wei"].kind is Kind.INTEGER
    assert schema["wei"].storage.unit % unit == 0
    pd.testing.assert_frame_equal(decode(encode(frame, schema), schema), frame)


@pytest.mark.parametrize("name", WEI)
def test_amounts_of_all_digits_keep_what_a_float_holds_and_have_any_last_digit(name):
    unit, dtype = WEI[name]
    finest = max(unit // 10**12, 1)
    values = [value * unit + digits * finest % unit for value, digits in zip(ETHER, DIGITS, strict=True)]
    frame = pd.DataFrame({"wei": column(values, dtype)})
    schema = infer_schema(frame)
    back = decode(encode(frame, schema), schema)
    assert back.dtypes.equals(frame.dtypes)
    found = [int(value) for value in back["wei"]]
    assert all(abs(new - old) <= abs(old) * 2**-52 for new, old in zip(found, values, strict=True))
    large = [value // schema["wei"].storage.unit for value in found if value > 2**60]
    assert len(large) < 20 or 0.25 < np.mean([value % 2 for value in large]) < 0.75


def test_round_amounts_stay_round():
    values = np.array([1e18, 2.5e20, 123456789e15])
    assert whole_numbers(values, 1, None, None) == [10**18, 25 * 10**19, 123456789 * 10**15]


@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64"])
def test_the_range_of_the_dtype_holds(dtype):
    frame = pd.DataFrame({"x": pd.Series([int(v * 10**16) + 7 for v in RNG.lognormal(0, 1, 200)], dtype=dtype)})
    schema = infer_schema(frame)
    far = pd.DataFrame({"x": [2.0**64, 2.0**63, -(2.0**64), 5.0]})
    info = np.iinfo(dtype.lower())
    back = decode(far, schema)["x"]
    unit = schema["x"].storage.unit
    assert back.dtype == dtype
    assert (int(back[0]), int(back[2])) == (info.max // unit * unit, -(-info.min // unit) * unit)


def test_missing_values_stay_where_the_dtype_has_them():
    assert whole_numbers(np.array([np.nan, 1e18]), 1, None, None) == [None, 10**18]
    frame = pd.DataFrame({"x": pd.Series([int(v * 10**17) for v in RNG.lognormal(0, 1, 200)] + [None], dtype="Int64")})
    schema = infer_schema(frame)
    assert decode(encode(frame, schema), schema)["x"].isna().tolist() == [False] * 200 + [True]


def test_codes_of_one_size_stay_codes():
    codes = RNG.integers(2**62, 2**63 - 1, 300)
    assert infer_schema(pd.DataFrame({"x": codes}))["x"].kind is Kind.IDENTIFIER
    wei = [value * 10**15 for value in ETHER]
    assert infer_schema(pd.DataFrame({"wallet_id": wei}))["wallet_id"].kind is Kind.IDENTIFIER


def test_the_unit_is_the_largest():
    assert unit_of([6 * 10**20, 9 * 10**20]) == 3 * 10**20
    assert unit_of([0, 0]) == unit_of([2**60, 2**60 + 1]) == 1


def test_halves_of_large_numbers_are_not_all_made_even():
    frame = pd.DataFrame({"x": [int(v * 10**16) + 7 for v in RNG.lognormal(0, 1, 200)]})
    schema = infer_schema(frame)
    made = pd.DataFrame({"x": 2.0**51 + np.arange(0, 2_000, 0.5)})
    assert 0.45 < (to_grid(made, schema)["x"] % 2).mean() < 0.55


def test_python_integers_beyond_floats_are_infinite():
    from synthgen.errors import DataError

    with pytest.raises(DataError, match="'x' has 1 infinite value"):
        infer_schema(pd.DataFrame({"x": pd.Series([10**400, 5], dtype=object)}))
