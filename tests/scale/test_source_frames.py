"""Datasets, polars plans and frames as sources; and which of all sources are large."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from synthgen.errors import DataError, FileError, UsageError
from synthgen.scale import source as source_module
from synthgen.scale.scan import scan
from synthgen.scale.source import frame_of, is_large, open_source
from synthgen.table import to_pandas

TABLE = pa.table({
    "id": range(1_000), "name": [None, *map(str, range(999))], "value": np.arange(1_000) / 7,
    "kind": pa.array(["a", "b"] * 500).dictionary_encode(),
})  # fmt: skip


def whole(source, columns=None):
    return pa.Table.from_batches(list(source.batches(columns)))


def test_a_dataset_with_its_partitions_and_its_filter(tmp_path):
    ds.write_dataset(TABLE, tmp_path, partitioning=["kind"], partitioning_flavor="hive", format="parquet")
    dataset = ds.dataset(tmp_path, partitioning="hive")
    source = open_source(dataset)
    assert source.n_rows == 1_000
    found = whole(source)
    assert found.column_names == source.arrow.names == ["id", "name", "value", "kind"]
    assert found["kind"].to_pylist() == ["a"] * 500 + ["b"] * 500
    assert whole(source).equals(found)
    few = open_source(dataset.filter(pc.field("id") < 10))
    assert whole(few, ["id"]).num_rows == 10 == few.n_rows


def test_a_damaged_file_of_a_dataset_is_an_error_in_words(tmp_path):
    for name in "ab":
        pq.write_table(TABLE, tmp_path / f"{name}.parquet")
    source = open_source(ds.dataset(tmp_path))
    before = source.mark()
    held = (tmp_path / "b.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(held[: len(held) // 2])
    assert source.mark() != before
    # Arrow reads ahead, so that the damage may show before the rows of the first file are handed out.
    with pytest.raises(FileError, match=r"The dataset can't be read(, after rows of '.*a\.parquet')?: a file isn't"):
        whole(source)


def test_a_dataset_whose_file_is_another_one_by_now_is_refused(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("n\n1\n2\n")
    dataset = ds.dataset(tmp_path, format="csv")
    for data in (dataset, ds.dataset([dataset]), dataset.filter(pc.field("n") > 0)):
        source = open_source(data)
        assert whole(source).num_rows == whole(source).num_rows == 4
        # As many rows, and as many bytes.
        (tmp_path / "b.csv").write_text("n\n3\n4\n")
        os.utime(tmp_path / "b.csv", (1e9, 1e9))
        with pytest.raises(FileError, match="A file of the dataset was changed while it was read"):
            whole(source)
        os.utime(tmp_path / "b.csv")


def test_a_plan_that_gives_more_or_fewer_rows_than_before_is_refused():
    pl = pytest.importorskip("polars")
    heights = iter([100, 100, 90])
    source = open_source(pl.LazyFrame({"n": range(100)}).map_batches(lambda frame: frame.head(next(heights))))
    source.arrow, heights = source.arrow, iter([100, 100, 90])
    assert whole(source).num_rows == whole(source).num_rows == 100
    with pytest.raises(FileError, match="more or fewer rows than a moment ago"):
        whole(source)


def test_a_polars_plan_is_run_in_pieces(tmp_path):
    pl = pytest.importorskip("polars")
    pq.write_table(TABLE, tmp_path / "a.parquet")
    plan = pl.scan_parquet(tmp_path / "a.parquet").filter(pl.col("id") >= 10).with_columns(
        pl.col("kind").cast(pl.Enum(["a", "b"])), day=pl.date(2024, 1, 1)
    )  # fmt: skip
    source = open_source(plan)
    assert source.n_rows is None and source.about_rows() == 990
    batches = list(source.batches())
    assert all(batch.schema.equals(source.arrow) for batch in batches)
    expected, _ = to_pandas(plan)
    pd.testing.assert_frame_equal(frame_of(batches, source.arrow), expected)
    assert source.mark() == open_source(plan).mark() != open_source(plan.head(5)).mark()


def test_a_plan_that_fails_quotes_no_value():
    pl = pytest.importorskip("polars")
    source = open_source(pl.LazyFrame({"x": ["Müller", "1"]}).with_columns(y=pl.col("x").cast(pl.Int64)))
    with pytest.raises(FileError, match="polars stopped with") as caught:
        list(source.batches())
    assert "Müller" not in str(caught.value)


def test_frames_in_memory():
    pl = pytest.importorskip("polars")
    frame = TABLE.to_pandas()
    for data in (TABLE, frame, pl.from_arrow(TABLE)):
        source = open_source(data)
        assert source.n_rows == source.about_rows() == 1_000
        expected, _ = to_pandas(data)
        pd.testing.assert_frame_equal(frame_of(list(source.batches()), source.arrow), expected)


def test_a_frame_of_mixed_objects_is_refused_without_a_value():
    with pytest.raises(DataError, match="holds objects of several types") as caught:
        open_source(pd.DataFrame({"x": ["Müller", 7.5, b"z"]}))
    assert "Müller" not in str(caught.value)
    assert open_source(pd.DataFrame({0: [1]})).arrow.names == ["0"]
    twice = pa.Table.from_arrays([pa.array([1])] * 2, names=["x", "x"])
    for data, name in ((twice, "data"), (ds.dataset(twice), "the dataset")):
        with pytest.raises(DataError, match=rf"\['x'\] occur more than once in '{name}'"):
            open_source(data)


def test_a_plan_may_be_left_before_its_end():
    pl = pytest.importorskip("polars")
    rows = open_source(pl.LazyFrame({"x": range(300_000)})).batches()
    assert next(rows)["x"][0].as_py() == 0
    rows.close()


@pytest.mark.parametrize("data", [7, np.zeros((2, 2)), {"x": [1]}])
def test_what_is_no_source(data):
    with pytest.raises(UsageError, match="A table to be read in pieces is a path"):
        open_source(data)
    assert not is_large(data)


def test_standard_input_is_read_only_once():
    with pytest.raises(UsageError, match="Name a file"):
        open_source("-")
    assert not is_large("-")


def test_what_is_large(tmp_path, monkeypatch):
    pl = pytest.importorskip("polars")
    monkeypatch.setattr(source_module, "LARGE", 999)
    path = tmp_path / "a.parquet"
    pq.write_table(TABLE, path)
    TABLE.to_pandas().to_csv(tmp_path / "a.csv", index=False)
    assert all(map(is_large, (path, str(tmp_path / "*.parquet"), ds.dataset(path), pl.scan_parquet(path))))
    assert is_large(tmp_path / "a.csv") and is_large(open_source(path))
    monkeypatch.setattr(source_module, "LARGE", 1_100)
    assert not any(map(is_large, (path, tmp_path / "a.csv", TABLE, TABLE.to_pandas(), pl.scan_parquet(path))))


def test_columns_of_which_no_rows_can_be_taken_are_named():
    plain = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    for odd in ([2**70, 1, 2], [1j, 2j, 3j], pd.arrays.SparseArray([0, 1, 0])):
        with pytest.raises(DataError, match="Column 'odd' holds objects of several types, or of one that Arrow"):
            open_source(plain.assign(odd=odd))
    source = open_source(plain.assign(odd=pd.cut(plain["a"], 2)))
    with pytest.raises(DataError, match="Column 'odd' has values that pandas can't hold"):
        frame_of(list(source.batches()), source.arrow)
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([1, 3], pa.int32()), pa.array(["x", "y"]))
    with pytest.raises(DataError, match="Column 'odd' is of type run_end_encoded"):
        scan(open_source(pa.table({"a": [1, 2, 3], "odd": runs})))
