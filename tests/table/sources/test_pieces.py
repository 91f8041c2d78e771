"""Tables that go into a database piece by piece: the table that comes out is that of all pieces, or the old one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.errors import FileError
from synthgen.table.sources import arrow_types, read_table, write_pieces, write_table
from tests.table.sources.test_databases import every_type

ROOT = Path(__file__).resolve().parents[3]
SECRET = "Mrs Secret"


def small(n):
    return pa.table({"a": np.arange(n), "b": pa.array([SECRET, "y", "z", None] * n)[:n]})


def pieces_of(table, rows):
    return [table.slice(start, rows) for start in range(0, table.num_rows, rows)]


def test_the_table_is_that_written_at_once(place):
    frame = every_type()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    write_table(frame, place("once"))
    write_pieces(pieces_of(table, 2), table.schema, place())
    found, wanted = read_table(place()), read_table(place("once"))
    if place.name == "sqlite":
        # What the largest of them is isn't known before the last piece.
        assert [str(value) for value in found["uint64"]] == [str(value) for value in wanted["uint64"]]
        found, wanted = found.drop(columns="uint64"), wanted.drop(columns="uint64")
    pd.testing.assert_frame_equal(found, wanted)


def test_large_whole_numbers_may_come_last(place):
    table = pa.table({"n": pa.array([1, 2, 2**64 - 1], pa.uint64())})
    write_pieces(pieces_of(table, 1), table.schema, place())
    assert [int(value) for value in read_table(place())["n"]] == [1, 2, 2**64 - 1]


def test_labels_of_later_pieces_are_known_too(place):
    rows = (["a", None], ["it's", "a"], [None])
    pieces = [pa.table({"l": pa.array(labels, pa.string()).dictionary_encode()}) for labels in rows]
    write_pieces(pieces, pieces[0].schema, place())
    found = read_table(place())["l"]
    assert [None if pd.isna(value) else value for value in found] == ["a", None, "it's", "a", None]
    if place.name == "duckdb":
        assert list(found.cat.categories) == ["a", "it's"]


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_an_enum_of_the_database_is_found_by_the_labels_of_the_first_piece(place):
    name = f"kind_{place.schema.split()[1]}"
    place.execute(f"CREATE TYPE {name} AS ENUM ('a', 'it''s')")
    table = pa.table({"l": pa.array(["a", "it's", "a"]).dictionary_encode()})
    write_pieces(pieces_of(table, 2), table.schema, place())
    assert list(read_table(place())["l"].cat.categories) == ["a", "it's"]


def test_a_table_without_pieces_has_its_columns(place):
    write_pieces([], small(0).schema, place())
    assert list(read_table(place()).columns) == ["a", "b"]


def test_a_table_is_replaced_when_told_and_then_whole(place):
    write_pieces(pieces_of(small(5), 2), small(0).schema, place())
    with pytest.raises(FileError, match=r"already\. Name another one, or add &if_exists=replace"):
        write_pieces(pieces_of(small(3), 2), small(0).schema, place())

    def failing():
        yield small(40)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_pieces(failing(), small(0).schema, place(more="&if_exists=replace"))
    assert len(read_table(place())) == 5
    write_pieces(pieces_of(small(3), 2), small(0).schema, place(more="&if_exists=replace"))
    pd.testing.assert_frame_equal(read_table(place()), arrow_types.frame_of(small(3)))


@pytest.mark.parametrize("place", ["duckdb", "sqlite"], indirect=True)
def test_nothing_is_left_of_a_new_file_that_failed(place):
    def failing():
        yield small(4)
        raise ValueError(SECRET)

    with pytest.raises((ValueError, FileError)):
        write_pieces(failing(), small(0).schema, place())
    assert not place.file.exists()


KILLED = """
import os, signal, sys
import pyarrow as pa
from synthgen.table.sources import write_pieces
def pieces():
    for _ in range(3):
        yield pa.table({"a": range(40_000), "b": ["y"] * 40_000})
    os.kill(os.getpid(), signal.SIGKILL)
write_pieces(pieces(), next(pieces()).schema, sys.argv[1])
"""


@pytest.mark.parametrize("place", ["duckdb", "sqlite"], indirect=True)
def test_a_kill_leaves_the_old_table(place):
    write_pieces([small(5)], small(0).schema, place())
    url = place(more="&if_exists=replace")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(read_table(place())) == 5
    write_pieces(pieces_of(small(3), 2), small(0).schema, url)
    assert len(read_table(place())) == 3
