"""Tables in batches: the file is that of the table written at once, whole in its place or not there."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from synthgen.errors import DataError, FileError, UsageError
from synthgen.scale.writing import check_out, write_batches
from synthgen.scale.writing.destination import destination
from synthgen.scale.writing.formats import GROUP_ROWS, piece_rows
from synthgen.table import read_table, write_table
from synthgen.table.files import from_arrow, read_file
from tests.scale.writing.block_model import SCHEMA, batches_of

ALL = ["t.parquet", "t.arrow", "t.feather", "t.csv", "t.tsv", "t.csv.gz"]


def cut(batches, *sizes):
    """The same rows in batches of other sizes."""
    table, start, found = pa.Table.from_batches(batches), 0, []
    for size in (*sizes, table.num_rows):
        found += table.slice(start, size).combine_chunks().to_batches()
        start += size
    return found


def read(path):
    return from_arrow(pa.parquet.read_table(path)) if path.is_dir() else read_file(path)


@pytest.mark.parametrize("name", ALL)
def test_a_file_depends_on_the_rows_alone(tmp_path, name, monkeypatch):
    monkeypatch.setattr("synthgen.scale.writing.formats.GROUP_ROWS", 9_000)
    monkeypatch.setattr("synthgen.scale.writing.formats.ARROW_ROWS", 9_000)
    monkeypatch.setattr("synthgen.scale.writing.formats.TEXT_ROWS", 9_000)
    batches = batches_of(22_000, n_rows=2_000)
    out = tmp_path / name
    assert write_batches(out, batches, SCHEMA) == 22_000
    first = out.read_bytes()
    assert write_batches(out, iter(cut(batches, 1, 0, 13_333, 7)), SCHEMA) == 22_000
    assert out.read_bytes() == first
    # And one row more or another order are another file.
    write_batches(out, batches[::-1], SCHEMA)
    assert out.read_bytes() != first
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ALL)
def test_rows_come_back(tmp_path, name):
    batches = batches_of(9_000)
    write_batches(tmp_path / name, batches, SCHEMA)
    write_table(from_arrow(pa.Table.from_batches(batches)), tmp_path / f"once-{name}")
    pd.testing.assert_frame_equal(read_file(tmp_path / name), read_file(tmp_path / f"once-{name}"))


def texts_frame(n):
    """What pandas writes in other digits if it sees other rows: moments at midnight, and with fractions."""
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, n), unit="D")
    moments = pd.Series(days).where(np.arange(n) != n - 2, pd.Timestamp("2024-05-05 10:00:00.25"))
    return pd.DataFrame(
        {
            "day": days, "moment": moments, "zoned": days.tz_localize("Europe/Berlin"),
            "x": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n) * 10.0 ** rng.integers(-20, 20, n)),
            "small": rng.normal(size=n).astype("float32"), "whole": rng.integers(0, 9, n).astype(float),
            "gaps": pd.array(np.where(np.arange(n) == 3, None, rng.integers(0, 9, n)), "Int64"),
            "ok": pd.array(np.where(np.arange(n) == n - 1, None, rng.random(n) < 0.5), "boolean"),
            "text": rng.choice(["a", "b,c", 'd"e', "", "line\nbreak", "tab\t", "ü"], n),
            "label": pd.Categorical(rng.choice(["low", "high"], n), ["low", "mid", "high"]),
            'na"me,': "x", "none": pd.Series([None] * n, dtype=object),
        }
    )  # fmt: skip


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.csv.gz"])
def test_texts_are_those_of_the_table_written_at_once(tmp_path, name, monkeypatch):
    monkeypatch.setattr("synthgen.scale.writing.formats.TEXT_ROWS", 9_000)
    table = pa.Table.from_pandas(texts_frame(17_000), preserve_index=False)
    write_table(from_arrow(table), tmp_path / f"once-{name}")
    write_batches(tmp_path / name, table.to_batches(max_chunksize=7_001), table.schema)
    opened = gzip.open if name.endswith("gz") else open
    with opened(tmp_path / name) as written, opened(tmp_path / f"once-{name}") as wanted:
        assert written.read() == wanted.read()


def test_an_arrow_file_is_that_of_the_table_written_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("synthgen.scale.writing.formats.ARROW_ROWS", 3_000)
    table = pa.Table.from_pandas(texts_frame(8_000), preserve_index=False)
    write_table(from_arrow(table), tmp_path / "once.arrow")
    write_batches(tmp_path / "t.arrow", table.to_batches(max_chunksize=7_001), table.schema)
    first, second = (pa.feather.read_table(tmp_path / name) for name in ("t.arrow", "once.arrow"))
    assert first.column("label").chunk(0).dictionary.equals(second.column("label").chunk(0).dictionary)
    assert first.drop_columns("none").equals(second.drop_columns("none").cast(first.drop_columns("none").schema))


@pytest.mark.parametrize("name", [*ALL, "parts/"])
def test_a_table_without_rows_has_its_columns(tmp_path, name):
    assert write_batches(f"{tmp_path}/{name}", [], SCHEMA) == 0
    assert list(read(tmp_path / name).columns) == SCHEMA.names


def test_row_groups_are_of_one_size(tmp_path):
    schema = pa.schema([("n", pa.int64())])
    batch = pa.record_batch([pa.array(np.arange(GROUP_ROWS + 5))], schema=schema)
    write_batches(tmp_path / "t.parquet", [batch], schema)
    found = pa.parquet.ParquetFile(tmp_path / "t.parquet").metadata
    assert [found.row_group(i).num_rows for i in range(found.num_row_groups)] == [GROUP_ROWS, 5]
    # Wide tables are held in shorter pieces.
    assert piece_rows(".parquet", pa.schema([(str(i), pa.int8()) for i in range(400)])) == 10_000


@pytest.mark.parametrize("name", ["t.parquet", "t.arrow", "t.csv"])
def test_labels_may_be_others_in_each_batch(tmp_path, name, monkeypatch):
    monkeypatch.setattr("synthgen.scale.writing.formats.ARROW_ROWS", 2_500)
    labels = [["a", "b"], ["b", "c", "a"], ["d"]]
    batches = [pa.record_batch({"l": pa.array([*held, None]).dictionary_encode()}) for held in labels]
    write_batches(tmp_path / name, [one for one in batches for _ in range(1_000)], batches[0].schema)
    found = read_file(tmp_path / name)["l"]
    wanted = [value for held in labels for value in [*held, None] * 1_000]
    assert [None if pd.isna(value) else value for value in found] == wanted


def test_batches_of_other_types_are_cast_and_other_columns_refused(tmp_path):
    schema = pa.schema([("n", pa.int64()), ("l", pa.dictionary(pa.int32(), pa.string()))])
    other = pa.record_batch({"l": pa.array(["x", None]), "n": pa.array([1, 2], pa.int8())})
    write_batches(tmp_path / "t.parquet", [other], schema)
    assert pa.parquet.read_table(tmp_path / "t.parquet").to_pylist() == [{"n": 1, "l": "x"}, {"n": 2, "l": None}]
    with pytest.raises(DataError, match=r"Column 'n' is of type string .* int64") as caught:
        write_batches(tmp_path / "t.parquet", [other.set_column(1, "n", pa.array(["Mrs Secret", "1"]))], schema)
    assert "Secret" not in str(caught.value)
    with pytest.raises(DataError, match=r"\['l', 'm'\] aren't in all"):
        write_batches(tmp_path / "t.parquet", [other.rename_columns(["m", "n"])], schema)
    assert pa.parquet.read_table(tmp_path / "t.parquet").num_rows == 2
    assert os.listdir(tmp_path) == ["t.parquet"]


@pytest.mark.parametrize(
    "error", [OSError(5, "Mrs Secret"), ValueError("no"), DataError("not whole"), KeyboardInterrupt()]
)
@pytest.mark.parametrize("name", ["t.parquet", "t.csv.gz", "t.arrow", "parts/"])
def test_what_the_maker_of_batches_raises_is_raised_and_the_old_table_stays(tmp_path, name, error):
    write_batches(f"{tmp_path}/{name}", batches_of(10), SCHEMA)
    before = read(tmp_path / name)

    def failing():
        yield from batches_of(20_000)
        raise error

    with pytest.raises(type(error)) as caught:
        write_batches(f"{tmp_path}/{name}", failing(), SCHEMA)
    assert caught.value is error
    pd.testing.assert_frame_equal(read(tmp_path / name), before)
    assert [one.rstrip("/") for one in (name,)] == os.listdir(tmp_path)


# Folders of parts


def test_a_folder_is_replaced_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("synthgen.scale.writing.batches.PART_ROWS", 1)
    monkeypatch.setattr("synthgen.scale.writing.formats.GROUP_ROWS", 1_000)
    out = tmp_path / "parts"
    write_batches(f"{out}/", batches_of(4_500), SCHEMA)
    assert sorted(os.listdir(out)) == [f"part-{i:05d}.parquet" for i in range(5)]
    assert pa.parquet.read_table(out).equals(pa.Table.from_batches(batches_of(4_500)))
    # Now it is a folder, which needs no slash; fewer parts leave none of the old ones.
    write_batches(out, batches_of(1_500, seed=2), SCHEMA)
    assert sorted(os.listdir(out)) == ["part-00000.parquet", "part-00001.parquet"]
    assert os.listdir(tmp_path) == ["parts"]
    assert (out.stat().st_mode & 0o777) == 0o777 & ~current_mask()


def current_mask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    for attempt in (check_out, lambda out: write_batches(out, batches_of(10), SCHEMA)):
        with pytest.raises(FileError, match="1 of its files aren't parts"):
            attempt(tmp_path)
    assert os.listdir(tmp_path) == ["thesis.txt"]
    with pytest.raises(FileError, match="is a file, not a folder"):
        check_out(f"{tmp_path}/thesis.txt/")


def test_a_folder_put_aside_by_a_run_that_died_is_put_back(tmp_path):
    write_batches(f"{tmp_path}/parts/", batches_of(10), SCHEMA)
    (tmp_path / "parts").rename(tmp_path / ".parts.synthgen-old")
    check_out(f"{tmp_path}/parts/")
    assert read(tmp_path / "parts").shape == (10, 5)
    assert os.listdir(tmp_path) == ["parts"]


# Places that can't be written to


def test_places_that_are_none_are_refused_before_a_batch_is_taken(tmp_path):
    def never():
        raise AssertionError("a batch was taken")
        yield

    (tmp_path / "file").touch()
    for out, kind, words in [
        ("t.doc", FileError, "no ending that synthgen knows"), ("parts", FileError, "end it in a slash"),
        ("-", UsageError, "standard output"),
        (tmp_path / "file" / "t.csv", FileError, "can't be written to"),
        ("duckdb:///f.db?query=SELECT 1", UsageError, "a query only reads"),
    ]:  # fmt: skip
        with pytest.raises(kind, match=words):
            write_batches(out, never(), SCHEMA)


# Databases


@pytest.mark.parametrize(("scheme", "library"), [("duckdb", "duckdb"), ("sqlite", "sqlalchemy")])
def test_a_table_of_a_database_is_written_in_pieces(tmp_path, scheme, library, monkeypatch):
    pytest.importorskip(library, reason="the extra sql isn't installed")
    monkeypatch.setattr("synthgen.scale.writing.batches.DATABASE_ROWS", 700)
    url = f"{scheme}:///{tmp_path}/f.db?table=made"
    assert write_batches(url, batches_of(2_000, n_rows=300), SCHEMA) == 2_000
    wanted = from_arrow(pa.Table.from_batches(batches_of(2_000, n_rows=300)))
    pd.testing.assert_frame_equal(read_table(url), wanted)
    for attempt in (check_out, lambda out: write_batches(out, batches_of(9), SCHEMA)):
        with pytest.raises(FileError, match="already"):
            attempt(url)

    def failing():
        yield from batches_of(9)
        raise ValueError("Mrs Secret")

    # What the maker of batches raises isn't taken for a word of the database.
    with pytest.raises(ValueError, match="Mrs Secret"):
        write_batches(f"{url}&if_exists=replace", failing(), SCHEMA)
    assert len(read_table(url)) == 2_000


def test_where_the_journal_of_a_place_is(tmp_path):
    wanted = {
        f"{tmp_path}/t.csv": tmp_path / ".t.csv.synthgen", f"{tmp_path}/parts/": tmp_path / ".parts.synthgen",
        f"duckdb:///{tmp_path}/f.db?table=main.made": tmp_path / ".f.db-main-made.synthgen",
        "postgresql://ann:s3cret@host/db?table=t": Path(".postgresql-ann-host-db-table-t.synthgen"),
    }  # fmt: skip
    assert {out: destination(out).beside for out in wanted} == wanted
