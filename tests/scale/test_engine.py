"""Which way a table goes, and what each way refuses."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import synthgen as sg
from synthgen.errors import UsageError
from synthgen.scale import source
from synthgen.scale.engine import check_private, engine_for, in_memory, read_engine


@pytest.fixture
def small(tmp_path):
    pq.write_table(pa.table({"a": [1, 2, 3]}), tmp_path / "s.parquet")
    return tmp_path / "s.parquet"


def test_a_table_in_memory_stays_there():
    assert engine_for(None, pd.DataFrame({"a": [1]}), "out.parquet") == "memory"
    assert engine_for(None, pa.table({"a": [1]}), "out.parquet") == "memory"


def test_a_file_of_many_rows_goes_in_pieces_where_its_result_has_a_place(small, tmp_path, monkeypatch):
    out = tmp_path / "o.parquet"
    assert engine_for(None, small, out) == "memory"
    monkeypatch.setattr(source, "LARGE", 2)
    assert engine_for(None, small, out) == "stream"
    assert engine_for(None, small, None) == "memory"
    assert engine_for("memory", small, out) == "memory"


def test_several_files_go_in_pieces_whatever_their_size(small, tmp_path):
    out = tmp_path.parent / "o.parquet"
    for data in (tmp_path, f"{tmp_path}/*.parquet", pa.dataset.dataset(small)):
        assert engine_for(None, data, out) == "stream"
        assert list(in_memory(data)["a"]) == [1, 2, 3]


def test_a_name_with_a_star_that_is_a_file_is_a_file(tmp_path):
    odd = tmp_path / "a*.parquet"
    pq.write_table(pa.table({"a": [1]}), odd)
    assert engine_for(None, odd, tmp_path / "o.parquet") == "memory"


@pytest.mark.parametrize(
    ("engine", "data", "out", "words"),
    [
        ("cloud", "s.parquet", "o.parquet", "memory, stream, spark"),
        ("stream", "s.parquet", None, "Say where"),
        ("stream", "-", "o.parquet", "read from a pipe"),
        ("stream", "s.csv", "-", "written to a pipe"),
        ("spark", "s.parquet", "o.parquet", "is for a Spark DataFrame"),
    ],
)
def test_what_cannot_be_is_said(engine, data, out, words):
    with pytest.raises(UsageError, match=words):
        sg.synthesize(data, engine=engine, out=out, progress=False)


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ({"name": "stream", "most_rows": 10}, "at least 1,000; got 10"),
        ({"name": "stream", "workers": True}, "at least 1; got True"),
        ({"name": "stream", "partitions": 3}, "its settings are most_rows, workers"),
        ({"name": "memory", "workers": 3}, "it has no settings. It is one of engine='stream'"),
        ({"most_rows": 3_000}, "got None"),
    ],
)
def test_settings_that_cannot_be_are_said(engine, words):
    with pytest.raises(UsageError, match=words):
        read_engine(engine)


def test_a_guarantee_is_for_all_rows():
    check_private("memory")
    with pytest.raises(UsageError, match="dp_marginals measures all rows"):
        sg.synthesize("s.parquet", generator="dp_marginals", epsilon=1.0, engine="stream", out="o.parquet")
