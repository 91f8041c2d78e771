"""A result isn't written over its source nor among it, by whatever name; beside it it may be."""

from __future__ import annotations

import os

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import synthgen as sg
from synthgen.errors import FileError, UsageError
from synthgen.scale.apart import check_apart


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "rows" / "sub").mkdir(parents=True)
    (tmp_path / "one").mkdir()
    for name in ("rows/a.parquet", "rows/sub/b.parquet", "one/part-00000.parquet"):
        pq.write_table(pa.table({"a": [1, 2, 3]}), tmp_path / name)
    (tmp_path / "link").symlink_to(tmp_path / "rows", target_is_directory=True)
    (tmp_path / "link.parquet").symlink_to(tmp_path / "one" / "part-00000.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("data", "out"),
    [
        ("rows/a.parquet", "rows/a.parquet"),
        ("rows/a.parquet", "link/a.parquet"),
        ("rows/a.parquet", "rows/"),
        ("rows/a.parquet", "link/"),
        ("rows/a.parquet", "one/../rows/"),
        ("link.parquet", "one/"),
        ("rows", "rows/new.parquet"),
        ("rows", "rows/new/deep.parquet"),
        ("rows", "link/new.parquet"),
        ("rows", "rows/"),
        ("rows/sub", "rows/"),
        ("link", "rows/new.parquet"),
        ("one/../rows", "rows/new.parquet"),
        ("rows/*.parquet", "rows/new.parquet"),
        ("rows/*.parquet", "rows/"),
        ("*/*.parquet", "link/new.parquet"),
        ("link/*.parquet", "rows/new.parquet"),
        ("r*/**/*.parquet", "rows/sub/deep/new.parquet"),
    ],
)
def test_what_is_read_is_not_written_to(here, data, out):
    with pytest.raises(UsageError, match=r"is read by this run, or holds or lies among"):
        check_apart(data, out)


@pytest.mark.parametrize(
    ("data", "out"),
    [
        ("rows/a.parquet", "rows/new.parquet"),
        ("rows/a.parquet", "rows/parts/"),
        ("rows", "rows.parquet"),
        ("rows", "rows2/"),
        ("rows/*.parquet", "rows/sub/new.parquet"),
        ("*.parquet", "one/new.parquet"),
        ("rows/*.parquet", "rows/new.csv"),
        ("duckdb:///f.db?table=t", "rows/"),
        ("rows", "duckdb:///rows/f.db?table=t"),
    ],
)
def test_beside_it_there_is_room(here, data, out):
    check_apart(data, out)


def test_files_of_a_dataset_and_of_a_plan_are_known(here):
    dataset = pa.dataset.dataset("one")
    for data in (dataset, dataset.filter(pa.dataset.field("a") > 1), pa.dataset.dataset([dataset])):
        for out in ("one/part-00000.parquet", "one/", here / "link.parquet"):
            with pytest.raises(UsageError, match="is read by this run"):
                check_apart(data, out)
        check_apart(data, "one/new.parquet")
    check_apart(pa.dataset.dataset(pa.table({"a": [1]})), "one/")
    pl = pytest.importorskip("polars")
    plan = pl.scan_parquet(here / "one" / "part-00000.parquet").filter(pl.col("a") > 1)
    for out in ("one/part-00000.parquet", "one/"):
        with pytest.raises(UsageError, match="is read by this run"):
            check_apart(plan, out)
    check_apart(plan, "one/part-00000.parquet.csv")
    for wrong in (plan.select("nope"), pl.scan_parquet(here / "nowhere.parquet")):
        with pytest.raises(FileError, match="The LazyFrame can't be collected"):
            check_apart(wrong, "o.parquet")


def test_a_folder_of_parts_is_not_replaced_by_what_is_made_of_it(here):
    for data in ("one/part-00000.parquet", "one/*.parquet", pa.dataset.dataset("one")):
        with pytest.raises(UsageError, match="Name another place"):
            sg.synthesize(data, out="one/", engine="stream", progress=False)
    assert os.listdir("one") == ["part-00000.parquet"]
    assert pq.read_table("one/part-00000.parquet").num_rows == 3
