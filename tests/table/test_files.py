"""Files are read whole or refused in plain words, and written whole or not at all."""

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen.errors import DataError, FileError
from synthgen.table import check_writable, read_file, write_file, write_text
from synthgen.table.files import SUFFIXES

FRAME = pd.DataFrame({"n": [0.1, 2.5, None], "t": ["a", np.nan, 'q"u,o\nte'], "i": [1, 2, 3]})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_comes_back(tmp_path, suffix):
    path = tmp_path / f"t{suffix.upper()}"
    write_file(FRAME, path)
    # Before pandas 3, a missing text is None out of Parquet and NaN out of CSV.
    read = read_file(path)
    pd.testing.assert_frame_equal(read.where(read.notna(), np.nan), FRAME)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_only_an_empty_cell_is_missing(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("\ufeffa,b\nNA,1\n,2\nnull,3\n", encoding="utf-8")
    assert read_file(path)["a"].fillna("missing").tolist() == ["NA", "missing", "null"]


def test_decimals_are_read_to_the_last_bit(tmp_path):
    values = [1 / 3, 0.1 + 0.2, 1.7976931348623157e308, 5e-324, 123456.789012345]
    path = tmp_path / "t.csv"
    path.write_text("a\n" + "\n".join(map(repr, values)) + "\n", encoding="utf-8")
    assert read_file(path)["a"].tolist() == values


def test_integers_with_nulls_stay_integers(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"i": pa.array([2**60 + 1, None])}), path)
    assert read_file(path)["i"].tolist() == [2**60 + 1, pd.NA]


def test_an_arrow_stream_is_read(tmp_path):
    path = tmp_path / "t.arrow"
    table = pa.table({"a": [1, 2]})
    with pa.ipc.new_stream(str(path), table.schema) as stream:
        stream.write_table(table)
    assert read_file(path)["a"].tolist() == [1, 2]


SECRET = "Mrs Secret"
WRONG = {
    "text.parquet": (f"a,b\n{SECRET},2\n".encode(), "isn't a Parquet file"),
    "cut.parquet": (b"PAR1" + b"x" * 50 + b"PAR1", "isn't a Parquet file"),
    "text.arrow": (f"a,b\n{SECRET},2\n".encode(), "isn't an Arrow file"),
    "binary.csv": (b"a,b\n\x00\x01,2\n", "isn't text"),
    "parquet.csv": (b"PAR1abcdef", "isn't text"),
    "utf16.csv": ("a,b\n1,2\n".encode("utf-16"), "isn't text"),
    "latin.csv": ("a,b\né,2\n".encode("latin-1"), "isn't UTF-8"),
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n\n", "is empty"),
    "long.csv": (f"a,b\n1,2\n{SECRET},2,3\n".encode(), "isn't a well-formed CSV"),
    "long1.csv": (f"a,b\n{SECRET},2,3\n".encode(), "isn't a well-formed CSV"),
    "short.csv": (f"a,b,c\n1,2,3\n{SECRET},2\n".encode(), "line 3 has 2 cells"),
    "quote.csv": (f'a,b\n"{SECRET},2\n'.encode(), "isn't a well-formed CSV"),
    "text.csv.gz": (b"a,b\n1,2\n", "isn't a whole gzip file"),
    "cut.csv.gz": (gzip.compress(b"a,b\n" + b"1,2\n" * 999)[:40], "isn't a whole gzip file"),
    "table.xlsx": (b"", "no ending that synthgen knows"),
}


@pytest.mark.parametrize("name", WRONG)
def test_files_that_are_not_what_their_name_says(tmp_path, name):
    content, words = WRONG[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError, match=words) as caught:
        read_file(path)
    assert str(path) in str(caught.value).replace("\\\\", "\\")
    assert SECRET not in str(caught.value)


def test_repeated_names_in_a_csv(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,a\n1,2,3\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"\['a'\] occur more than once"):
        read_file(path)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(FileError, match="There is no file"):
        read_file(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileError, match="is a folder"):
        read_file(tmp_path / "folder.csv")
    with pytest.raises(FileError, match="can't be written"):
        write_file(FRAME, tmp_path / "none" / "t.csv")
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="can't be written"):
        write_text("x", tmp_path / "file" / "t.txt")
    with pytest.raises(FileError, match="can't be written to"):
        check_writable(tmp_path / "file" / "sub")


def test_check_writable_leaves_nothing(tmp_path):
    check_writable(tmp_path / "new" / "folder")
    assert list((tmp_path / "new" / "folder").iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device"), ValueError])
def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch, error):
    path = tmp_path / "t.csv"
    path.write_text("old", encoding="utf-8")

    def stop(self, target, **_):
        target.write_text("half", encoding="utf-8")
        raise error

    monkeypatch.setattr(pd.DataFrame, "to_csv", stop)
    with pytest.raises((KeyboardInterrupt, FileError, ValueError)):
        write_file(FRAME, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["t.csv"]


def test_mixed_objects_cannot_go_to_parquet(tmp_path):
    with pytest.raises(FileError, match="several types"):
        write_file(pd.DataFrame({"x": ["a", 1]}), tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_text_is_written_as_it_is(tmp_path):
    write_text("a\r\nß\n", tmp_path / "t.txt")
    assert (tmp_path / "t.txt").read_bytes() == "a\r\nß\n".encode()
