"""Arrow batches: types that follow from the columns alone, and the values that the table would hold."""

from datetime import date, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.table import Kind, decode, encode, infer_schema
from synthgen.table.batches import batch_schema, record_batch
from synthgen.table.frames import to_pandas

N = 40
GAPS = np.arange(N) % 4 == 1
NUMBERS = np.arange(N) * 7 % 90


def in_arrow(values, kind):
    return pd.Series(pd.array(pa.array(values, kind), dtype=pd.ArrowDtype(kind)))


COLUMNS = {
    "whole numbers": (pd.Series(NUMBERS, dtype="int16"), pa.int16()),
    "whole with gaps": (pd.Series(np.where(GAPS, np.nan, NUMBERS)), pa.float64()),
    "nullable": (pd.Series(pd.array(np.where(GAPS, None, NUMBERS), dtype="Int32")), pa.int32()),
    "narrow floats": (pd.Series(NUMBERS / 4, dtype="float32"), pa.float32()),
    "sparse": (pd.Series(NUMBERS % 60).astype("Sparse[int64]"), pa.int64()),
    "text": (pd.Series(np.where(GAPS, None, "abc")), pa.string()),
    "labels": (pd.Series(np.where(GAPS, None, np.array(["x", "y"])[NUMBERS % 2])), pa.string()),
    "a token": (pd.Series(np.where(GAPS, "?", (NUMBERS / 2).astype(str))), pa.string()),
    "category": (
        pd.Series(pd.Categorical(np.where(GAPS, None, "a"), ["b", "a"])), pa.dictionary(pa.int32(), pa.string()),
    ),
    "category of numbers": (pd.Series(pd.Categorical(NUMBERS % 3)), pa.dictionary(pa.int32(), pa.int64())),
    "yes": (pd.Series(NUMBERS % 2 == 0), pa.bool_()),
    "yes with gaps": (pd.Series(pd.array(np.where(GAPS, None, NUMBERS % 2 == 0), dtype="boolean")), pa.bool_()),
    "nanoseconds": (
        pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(NUMBERS, "h")).astype("M8[ns]"), pa.timestamp("ns"),
    ),
    "zone": (
        pd.Series(pd.date_range("2024-03-30", periods=N, freq="h", tz="Europe/Berlin", unit="us")),
        pa.timestamp("us", tz="Europe/Berlin"),
    ),
    "days": (pd.Series([date(2024, 1, 1) + timedelta(int(n)) for n in NUMBERS], dtype=object), pa.date32()),
    "times": (pd.Series([time(int(n) % 24, 30) for n in NUMBERS], dtype=object), pa.time64("us")),
    "durations": (pd.Series(pd.to_timedelta(NUMBERS, "min")).astype("m8[ms]"), pa.duration("ms")),
    "arrow": (pd.Series(pd.array(NUMBERS, dtype="int32[pyarrow]")), pa.int32()),
    "arrow decimals": (
        in_arrow([Decimal(int(n)) / 4 for n in NUMBERS], pa.decimal128(9, 2)),
        pa.decimal128(9, 2),
    ),
    "decimals": (pd.Series([Decimal(f"{n / 4:.2f}") for n in NUMBERS], dtype=object), pa.decimal128(38, 2)),
    "whole decimals": (pd.Series([Decimal(int(n)) for n in NUMBERS % 9], dtype=object), pa.decimal128(38, 0)),
    "labels beyond 64 bits": (pd.Series([10**20 * int(n % 3) for n in NUMBERS], dtype=object), pa.decimal128(21, 0)),
    "large": (pd.Series([2**60 + int(n) * 1024 for n in NUMBERS]), pa.int64()),
    "nothing": (pd.Series([np.nan] * N), pa.float64()),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_has_its_type_and_its_values(name):
    series, kind = COLUMNS[name]
    frame = pd.DataFrame({"c": series})
    schema = infer_schema(frame)
    assert batch_schema(schema).field("c").type == kind
    coded = encode(frame, schema)
    made = record_batch(coded, schema)
    assert made.schema == batch_schema(schema)
    again = encode(to_pandas(pa.Table.from_batches([made]))[0], schema)
    pd.testing.assert_frame_equal(again, coded, check_exact=True)


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in ("whole numbers", "sparse", "large", "yes")])
def test_a_batch_without_a_value_has_the_same_type(name):
    series, kind = COLUMNS[name]
    schema = infer_schema(pd.DataFrame({"c": series}))
    if schema["c"].storage.missing_token is not None:
        pytest.skip("a gap is a text")
    made = record_batch(pd.DataFrame({"c": np.full(3, np.nan)}), schema)
    assert made.column(0).null_count == 3
    assert made.column(0).type == kind


def test_numbers_are_those_of_the_table():
    frame = pd.DataFrame({"amount": NUMBERS / 100, "n": NUMBERS, "c": pd.Categorical(["u", "v"] * 20, ["v", "u", "w"])})
    schema = infer_schema(frame)
    coded = encode(frame, schema) + 0.0004
    made = record_batch(coded, schema)
    table = decode(coded, schema)
    assert made.column(0).to_pylist() == table["amount"].tolist()
    assert made.column(1).to_pylist() == table["n"].tolist()
    assert made.column(2).to_pylist() == table["c"].tolist()
    assert made.column(2).dictionary.to_pylist() == ["v", "u", "w"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.Series(range(1000, 1000 + N), dtype="int16"), pa.int64()),
        (pd.Series([f"K{n:04d}" for n in range(N)]), pa.string()),
        (in_arrow([f"K{n:04d}" for n in range(N)], pa.large_string()), pa.large_string()),
        (pd.Series([f"K{n:04d}" for n in range(N)]).astype("category"), pa.string()),
        (in_arrow(range(100, 100 + N), pa.decimal128(5, 0)), pa.decimal128(38, 0)),
        (pd.Series([Decimal(n) for n in range(100, 100 + N)], dtype=object), pa.decimal128(38, 0)),
        (pd.Series([10**19 + 7 * n for n in range(N)], dtype=object), pa.decimal128(38, 0)),
    ],
)  # fmt: skip
def test_identifiers_have_room_for_longer_ones(values, kind):
    frame = pd.DataFrame({"id": values})
    schema = infer_schema(frame, subject="id")
    assert schema["id"].kind is Kind.IDENTIFIER
    longer = [
        f"K{10**7 + n}" if pa.types.is_string(kind) or pa.types.is_large_string(kind) else str(10**12 + n)
        for n in range(3)
    ]
    made = record_batch(pd.DataFrame({"id": np.array([*longer, None], dtype=object)}), schema)
    assert made.schema.field("id").type == kind
    assert [None if value is None else str(value) for value in made.column(0).to_pylist()] == [*longer, None]


def test_labels_that_are_numbers_and_texts_are_text():
    frame = pd.DataFrame({"mixed": pd.Series([1, "a", True, 2.5] * 10, dtype=object)})
    schema = infer_schema(frame)
    made = record_batch(encode(frame, schema), schema)
    assert made.column(0).to_pylist()[:4] == ["1", "a", "True", "2.5"]
