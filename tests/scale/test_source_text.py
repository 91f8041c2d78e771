"""CSV files in pieces: the types are those of the whole, as they are where it is read at once."""

from __future__ import annotations

import csv
import gzip

import pandas as pd
import pytest

from synthgen.errors import DataError, FileError
from synthgen.scale import source_text
from synthgen.scale.source import frame_of, open_source
from synthgen.table import read_table

BIG = str(2**63 + 5)

# What a column's first piece of two rows looks like, and what comes later.
COLUMNS = [
    ["1", "2", "3"], ["1", "2", ""], ["", "", "3"], ["1", "2", "3.5"], ["1", "2", "x"], ["1", "2", "NA"],
    ["True", "False", "True"], ["True", "False", ""], ["", "", "True"], ["True", "False", "1"], ["1", "0", "True"],
    ["TRUE", "false", "yes"], ["", "", ""], ["", "", "x"], ["01", "02", "03"], ["01", "02", "0x"], [" 1", "+2", "-3"],
    ["1", "2", BIG], ["-1", "2", BIG], ["1.5", "2", BIG], [BIG, BIG, "7"], ["1", "inf", "2"], ["1e3", "2", "3"],
    ["0.1", "0.30000000000000004", "1e-310"], ["2024-01-01", "", "x"], ['"a,b"', '"c\nd"', "é"],
]  # fmt: skip


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(source_text, "ROWS", 2)


def same_as_whole(path):
    source, expected = open_source(path), read_table(path)
    found = frame_of(list(source.batches()), source.arrow)
    for name in expected:
        if expected[name].dtype == object:
            # Gaps between booleans are None or NaN: both are missing.
            expected[name] = expected[name].where(expected[name].notna(), None)
    pd.testing.assert_frame_equal(found, expected)
    assert source.n_rows == len(expected)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("values", COLUMNS, ids=" ".join)
def test_types_are_those_of_all_rows(tmp_path, values):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "".join(f"{value},1\n" for value in values), encoding="utf-8")
    same_as_whole(path)


@pytest.mark.usefixtures("small_pieces")
def test_tabs_and_gzip(tmp_path):
    (tmp_path / "a.tsv").write_text("x\ty\n1\ta\n2\tb\n3\t\n")
    same_as_whole(tmp_path / "a.tsv")
    with gzip.open(tmp_path / "a.csv.gz", "wt") as file:
        file.write("x,y\n1,a\n2,b\n3.5,c\n")
    same_as_whole(tmp_path / "a.csv.gz")
    (tmp_path / "blank.csv").write_text("\n\nx,y\n1,2\n\n3,4\n5,6\n", encoding="utf-8-sig")
    same_as_whole(tmp_path / "blank.csv")


@pytest.mark.usefixtures("small_pieces")
def test_files_of_a_folder_settle_their_types_together(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.csv").touch()
    (tmp_path / "c.csv").write_text("x,y\n")
    (tmp_path / "d.csv").write_text("x,y\nz,\n")
    source = open_source(tmp_path)
    found = frame_of(list(source.batches()), source.arrow)
    assert found["x"].tolist() == ["1", "z"]
    assert found["y"].dtype == "float64" and source.n_rows == 2


@pytest.mark.usefixtures("small_pieces")
def test_partitions_are_columns_of_text_files_too(tmp_path):
    for year in (2023, 2024):
        (tmp_path / f"year={year}").mkdir()
        (tmp_path / f"year={year}" / "a.csv").write_text("x\n1\n2\n3\n")
    source = open_source(tmp_path)
    found = frame_of(list(source.batches()), source.arrow)
    assert found["year"].tolist() == [2023] * 3 + [2024] * 3 and found["x"].tolist() == [1, 2, 3] * 2
    assert [batch.num_rows for batch in source.batches(["year"])] == [2, 1, 2, 1]


def test_files_of_other_columns_are_refused_before_they_are_read(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "b.csv").write_text("x,z\n1,2\n")
    with pytest.raises(DataError, match=r"'y' is in .*a\.csv.* and not in .*b\.csv"):
        open_source(tmp_path)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,y\n1,2\n3,4\n5,6\n7,8,9\n", "isn't a well-formed CSV file"),
        ("x,y\n1,2\n3,4\n5,6\n7\n", "line 5 has 1 cells, the first line has 2"),
        ('x,y\n1,2\n3,4\n5,"6\n', "a quote isn't closed"),
        ("x,x\n1,2\n", "'x'] occur more than once"),
        ("x,y\n1,\x002\n", "isn't text"),
    ],
)
def test_a_fault_in_any_piece_is_an_error_in_words(tmp_path, text, words):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises((FileError, DataError)) as caught:
        list(open_source(tmp_path / "a.csv").batches())
    assert words in str(caught.value)


def test_a_cell_may_be_longer_than_python_reads_of_itself(tmp_path):
    path, limit = tmp_path / "a.csv", csv.field_size_limit()
    rows = f"x,y\n{'a' * (limit + 1)},1\nb,\n"
    path.write_text(rows)
    assert sum(map(len, open_source(path).batches())) == len(read_table(path)) == 2
    path.write_text(f"{rows}c\n")
    for read in (lambda place: list(open_source(place).batches()), read_table):
        with pytest.raises(FileError, match="line 4 has 1 cells, the first line has 2"):
            read(path)
    assert csv.field_size_limit() == limit


@pytest.mark.usefixtures("small_pieces")
def test_a_gzip_file_that_was_cut_off(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"x,y\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(5000)))[:-3000])
    with pytest.raises(FileError, match=r"a\.csv\.gz' isn't a whole gzip file"):
        list(open_source(path).batches())


@pytest.mark.usefixtures("small_pieces")
def test_a_file_that_changes_after_its_types_were_settled_is_noticed_and_no_cell_is_quoted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n3,4\n5,6\n")
    source = open_source(path)
    assert source.arrow.names == ["x", "y"]
    before = source.mark()
    rows = source.batches()
    next(rows)
    path.write_text("x,y\n1,2\n3,4\nMüller,6\n")
    assert source.mark() != before
    with pytest.raises(FileError, match="was changed while it was read") as caught:
        list(source.batches())
    assert "Müller" not in str(caught.value)


def test_rows_are_estimated_by_the_size_of_the_file(tmp_path):
    lines = "x,y\n" + "123,456\n" * 300_000
    (tmp_path / "a.csv").write_text(lines)
    with gzip.open(tmp_path / "a.csv.gz", "wt") as file:
        file.write(lines)
    for name in ("a.csv", "a.csv.gz"):
        assert open_source(tmp_path / name).about_rows() == pytest.approx(300_000, rel=0.2)
