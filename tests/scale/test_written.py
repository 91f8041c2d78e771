"""A table that was written as text is read back as what it was."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import synthgen as sg
from synthgen.errors import FileError
from synthgen.scale.writing import write_batches
from synthgen.scale.written import as_written, written

N = 4_000
TABLE = pa.table({
    "code": pa.array([f"{k % 97:05d}" for k in range(N)]),
    "long": pa.array([None, *["a line\nand\t'more', \"quoted\"" * 15] * (N - 1)], pa.large_string()),
    "late": pa.array([None] * (N - 1) + [2.5]),
    "whole": pa.array([None if k % 9 == 0 else k for k in range(N)], pa.int16()),
    "large": pa.array(np.arange(N, dtype=np.uint64) + 2**63),
    "flag": pa.array([None if k % 9 == 0 else k % 2 == 0 for k in range(N)]),
    "word": pa.array(["NA", "null", "1e5", "True"] * (N // 4)),
    "label": pa.array([None, "b", "c", "d"] * (N // 4)).dictionary_encode(),
    "half": pa.array(np.linspace(-1, 1, N).astype(np.float16)),
    "money": pa.array([Decimal(k) / 100 for k in range(N)], pa.decimal128(30, 2)),
    "day": pa.array(np.arange(N, dtype=np.int32)).cast(pa.date32()),
    "clock": pa.array(np.arange(N, dtype=np.int32)).cast(pa.time32("ms")),
    "moment": pa.array(1_600_000_000_000 + 77 * np.arange(N), pa.timestamp("ms")),
    "there": pa.array(1_600_000_000 + 7_777 * np.arange(N), pa.timestamp("s", "Europe/Vienna")),
    "fine": pa.array(1_600_000_000_000_000_001 + np.arange(N), pa.timestamp("ns")),
    "span": pa.array([None, *range(1, N)], pa.duration("s")),
})  # fmt: skip


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.tsv", "t.parquet", "t.arrow", "parts/"])
def test_the_rows_are_those_that_were_written(tmp_path, name):
    out = f"{tmp_path}/{name}"
    write_batches(out, TABLE.to_batches(), TABLE.schema)
    found = [as_written(batch, TABLE.schema) for batch in written(out, TABLE.schema).to_batches()]
    again = pa.Table.from_batches(found)
    for column in TABLE.column_names:
        assert again.column(column).to_pylist() == TABLE.column(column).to_pylist(), column


def test_a_table_that_was_moved_is_missed_in_words(tmp_path):
    for name in ("t.csv", "t.parquet", "parts/"):
        with pytest.raises(FileError, match=r"The table isn't at '.*' any more"):
            written(f"{tmp_path}/{name}", TABLE.schema)


def test_rows_to_train_on_have_the_types_and_gaps_of_the_real_ones(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "code": rng.choice(["007", "012", "100"], 2_000), "land": rng.choice(["at", None], 2_000),
        "x": rng.normal(size=2_000), "stay": pd.to_timedelta(rng.integers(0, 10**6, 2_000), unit="s"),
    })  # fmt: skip
    result = sg.synthesize(
        frame, out=tmp_path / "o.csv", n_samples=500, generator="gaussian_copula", gate=None, engine="stream",
        random_state=0, progress=False,
    )  # fmt: skip
    made = result.synthetic.to_table().to_pandas()
    assert set(made["code"]) == {"007", "012", "100"}
    assert 100 < made["land"].isna().sum() < 400
    train = result.for_evaluation()[0].read_all().to_pandas()
    assert set(train["code"]) == {"007", "012", "100"} and set(train["land"].dropna()) == {"at"}
    assert train["stay"].dtype.kind == "m" and train["stay"].notna().all()
