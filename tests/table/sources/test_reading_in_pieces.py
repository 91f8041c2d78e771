"""Tables and queries of every database, read in pieces: the same rows and types as at once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.errors import FileError
from synthgen.scale import source_database
from synthgen.scale.source import frame_of, is_large, open_source
from synthgen.table import read_table, write_table
from synthgen.table.sources import database_of, read_address

SECRET = "Mrs Secret"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(source_database, "ROWS", 3)


def mixed(n=10):
    return pd.DataFrame({
        "i": np.arange(n), "gaps": pd.array([None, *range(1, n)], "Int64"), "f": [np.nan, *np.arange(1, n) / 3],
        "s": [None, SECRET, *map(str, range(2, n))], "b": np.arange(n) % 2 == 0, "none": pd.array([None] * n, "string"),
        "t": pd.date_range("2024-03-01 08:00:00.123456", periods=n), "c": pd.Categorical(["x", "y"] * (n // 2)),
        "d": pd.array([dt.date(2024, 1, 1 + k) for k in range(n)], pd.ArrowDtype(pa.date32())),
        "m": pd.array([Decimal(k) / 100 for k in range(n)], pd.ArrowDtype(pa.decimal128(9, 2))),
    })  # fmt: skip


def assert_as_at_once(url):
    source, expected = open_source(url), read_table(url)
    frame = frame_of(list(source.batches()), source.arrow, missing=expected.columns[expected.isna().any()])
    pd.testing.assert_frame_equal(frame, expected)
    again = frame_of(list(source.batches()), source.arrow, missing=expected.columns[expected.isna().any()])
    pd.testing.assert_frame_equal(again, expected)
    assert source.n_rows == len(expected)


def test_a_table_in_pieces_is_the_table_at_once(place):
    write_table(mixed(), place())
    address = read_address(place())
    first, *pieces = database_of(address).read_batches(address, 3)
    assert first.num_rows == 0 and sum(piece.num_rows for piece in pieces) == 10
    assert all(0 < piece.num_rows <= 3 for piece in pieces) or place.name == "duckdb"
    assert_as_at_once(place())


def test_a_query_in_pieces_is_the_query_at_once(place):
    write_table(mixed(), place())
    assert_as_at_once(place.query("SELECT i, s, f, 100 * i AS h FROM {t} WHERE i % 2 = 0 ORDER BY i DESC"))


@pytest.mark.parametrize("place", ["postgresql", "postgresql+pg8000"], indirect=True)
def test_numbers_of_no_declared_length_have_the_digits_that_all_rows_need(place):
    place.execute("CREATE TABLE {t} AS SELECT i AS i, (i / 8.0)::numeric AS n FROM generate_series(8, 17) i")
    assert_as_at_once(place())


def test_an_empty_table(place):
    write_table(mixed().head(0), place())
    source = open_source(place())
    assert list(source.batches()) == [] and source.n_rows == 0
    assert list(source.arrow.names) == list(mixed().columns)


def test_only_the_columns_asked_for(place):
    write_table(mixed(), place())
    batches = list(open_source(place()).batches(["s", "i"]))
    assert pa.Table.from_batches(batches).column_names == ["s", "i"] and max(batch.num_rows for batch in batches) <= 10


def test_rows_written_between_two_passes_are_noticed(place):
    write_table(mixed(), place())
    source = open_source(place())
    list(source.batches())
    before = source.mark()
    assert before == source.mark()
    place.execute("DELETE FROM {t} WHERE i = 3")
    assert open_source(place()).mark() != before
    with pytest.raises(FileError, match="has other rows than it had before") as caught:
        list(source.batches())
    assert SECRET not in str(caught.value)


def test_a_table_that_is_not_there(place):
    write_table(mixed(), place())
    with pytest.raises(FileError, match="There is no table"):
        list(open_source(place("other")).batches())


def test_rows_are_estimated(place):
    write_table(mixed(), place())
    source = open_source(place())
    assert source.about_rows() in ((10,) if place.name in ("duckdb", "sqlite") else (None, 10))
    assert not is_large(place()) and not is_large(place.query("SELECT * FROM {t}"))
