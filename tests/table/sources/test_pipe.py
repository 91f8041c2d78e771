"""Tables by standard input and output: told by their first bytes, and no trouble when a reader has gone."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.errors import DataError, FileError
from synthgen.table import check_destination, read_file, read_table, to_pandas, write_file, write_table

ROOT = Path(__file__).resolve().parents[3]
FRAME = pd.DataFrame({"n": [0.1, 2.5, None], "t": ["a", np.nan, 'q"u,o\nte'], "i": [1, 2, 3]})


@pytest.fixture
def stdin(monkeypatch):
    """Put bytes on standard input."""

    def put(content):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content), closed=False))

    return put


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".tsv", ".parquet", ".arrow", ".feather"])
def test_a_format_is_told_by_its_first_bytes(stdin, tmp_path, ending):
    path = tmp_path / f"t{ending}"
    write_file(FRAME, path)
    stdin(path.read_bytes())
    pd.testing.assert_frame_equal(read_table("-"), read_file(path))


def test_an_arrow_stream(stdin):
    table, held = pa.table({"a": [1, None]}), io.BytesIO()
    with pa.ipc.new_stream(held, table.schema) as stream:
        stream.write_table(table)
    stdin(held.getvalue())
    assert read_table("-")["a"].tolist() == [1, pd.NA]


def test_an_ending_says_what_cannot_be_told(stdin):
    stdin(b"a,b\tc\n1\t2\n")
    assert list(read_table("-.tsv").columns) == ["a,b", "c"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Standard input is empty"),
        (b"\n\n", "Standard input is empty. It needs"),
        (b"a,b\nMrs Secret,2,3\n", "Standard input isn't a well-formed CSV"),
        (b"a,b\n1\n", "isn't a well-formed CSV"),
        (b"a,b\n\x00,2\n", "isn't text"),
        (b"a\n\xe9\n", "isn't UTF-8"),
        (b"PAR1xxxxxxxx", "isn't a Parquet file"),
        (b"ARROW1xxxxxxxx", "isn't an? Arrow file"),
        (gzip.compress(b"a,b\n1,2\n" * 99, mtime=0)[:30], "isn't a whole gzip file"),
    ],
)
def test_what_is_no_table(stdin, content, words):
    stdin(content)
    with pytest.raises(FileError, match=words) as caught:
        read_table("-")
    assert "Secret" not in str(caught.value)


def test_it_can_be_read_once(stdin):
    stdin(b"a\n1\n")
    assert to_pandas("-")[0]["a"].tolist() == [1]
    with pytest.raises(FileError, match="was read before"):
        to_pandas("-")
    stdin(b"a,a\n1,2\n")
    with pytest.raises(DataError, match="more than once"):
        read_table("-")


@pytest.mark.parametrize("ending", ["", ".csv", ".csv.gz", ".tsv", ".parquet", ".arrow"])
def test_what_goes_out_comes_in_again(stdin, tmp_path, monkeypatch, ending):
    stdout = io.BytesIO()
    # Of bytes only what is written counts, not the encoding of a terminal.
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stdout, encoding="ascii"))
    check_destination(f"-{ending}")
    write_table(FRAME, f"-{ending}")
    stdin(stdout.getvalue())
    path = tmp_path / f"t{ending or '.csv'}"
    write_file(FRAME, path)
    pd.testing.assert_frame_equal(read_table("-"), read_file(path))
    if ending in ("", ".tsv"):
        assert stdout.getvalue() == path.read_bytes()


def test_where_there_is_no_standard_output(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(FileError, match="no standard output"):
        check_destination("-")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(FileError, match="no standard input"):
        read_table("-")


@pytest.mark.parametrize("place", ["-", pytest.param("-.parquet", marks=pytest.mark.slow)])
def test_a_reader_that_has_gone_is_no_error(place):
    script = f"""
import numpy as np, pandas as pd
from synthgen.table import write_table
write_table(pd.DataFrame({{"a": np.random.default_rng(0).normal(size=200_000)}}), {place!r})
"""
    child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.read(4)
    child.stdout.close()
    errors = child.stderr.read().decode()
    assert (child.wait(), errors) == (0, "")


def test_a_full_disk_is_an_error(monkeypatch):
    class Full(io.BytesIO):
        def write(self, content):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=Full(), closed=False, flush=lambda: None))
    with pytest.raises(FileError, match="No space left"):
        write_table(FRAME, "-")
