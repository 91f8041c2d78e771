"""Addresses that lead to no database, or to none that may be used: said in words, without secrets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import FileError
from synthgen.table import check_destination, read_table, write_table
from tests.postgresql_server import PASSWORD

SECRET = "Mrs Secret"


def small():
    return pd.DataFrame({"a": np.arange(3), "b": [SECRET, "y", "z"]})


@pytest.mark.parametrize("name", ["duckdb", "sqlite"])
def test_files_that_are_no_database(tmp_path, name):
    pytest.importorskip("duckdb" if name == "duckdb" else "sqlalchemy")
    with pytest.raises(FileError, match="There is no file"):
        read_table(f"{name}:///{tmp_path}/nix.db?table=t")
    assert not (tmp_path / "nix.db").exists()
    for act in (read_table, check_destination, lambda where: write_table(small(), where)):
        with pytest.raises(FileError, match="is a folder"):
            act(f"{name}:///{tmp_path}?table=t")
        (tmp_path / "text.db").write_text(f"{SECRET}\n" * 100, encoding="utf-8")
        with pytest.raises(FileError, match="database") as caught:
            act(f"{name}:///{tmp_path}/text.db?table=t&if_exists=replace")
        assert SECRET not in str(caught.value)
    assert (tmp_path / "text.db").read_text(encoding="utf-8") == f"{SECRET}\n" * 100
    with pytest.raises(FileError, match="can't be written to"):
        check_destination(f"{name}:///{tmp_path}/text.db/deep.db?table=t")


def test_a_database_that_this_program_has_open(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "t.db")) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
        assert read_table(f"duckdb:///{tmp_path}/t.db?table=t")["a"].tolist() == [1]


def test_relative_and_coded_paths(tmp_path, monkeypatch):
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    write_table(small(), "duckdb:///100%25 a%3Fb.db?table=t")
    assert [file.name for file in tmp_path.iterdir()] == ["100% a?b.db"]


def test_a_wrong_password_and_a_missing_server(postgresql, tmp_path):
    for url, words in (
        (postgresql.url("table=t", password="guessed/1"), "password authentication failed"),
        (f"postgresql://ann:guessed%2F1@/nix?host={tmp_path}&table=t", "connection to server"),
        ("postgresql://ann:guessed%2F1@nowhere.invalid/nix?table=t", ""),
        ("postgresql://ann:guessed%2F1@localhost:port/nix?table=t", ""),
    ):
        for act in (read_table, check_destination):
            with pytest.raises(FileError, match="can't be opened") as caught:
                act(url)
            said = str(caught.value)
            assert words in said
            assert "\n" not in said
            assert "guessed" not in said
            assert caught.value.__suppress_context__


def test_rights_that_are_lacking(postgresql):
    postgresql.execute(
        "CREATE ROLE guest LOGIN PASSWORD 'guest'", "CREATE SCHEMA closed", "CREATE TABLE closed.t (a integer)",
        "CREATE SCHEMA open", "GRANT ALL ON SCHEMA open TO guest", "CREATE TABLE open.t (a integer)",
    )  # fmt: skip
    base = f"postgresql://guest:guest@/postgres?host={postgresql.folder}&table="
    with pytest.raises(FileError, match=r"permission denied|no table"):
        read_table(base + "closed.t")
    with pytest.raises(FileError, match="no right to make tables"):
        check_destination(base + "closed.u")
    with pytest.raises(FileError, match="belongs to somebody else"):
        check_destination(base + "open.t&if_exists=replace")


def test_no_password_in_anything_that_python_shows(postgresql):
    from synthgen.table.sources import read_address

    address = read_address(postgresql.url("table=t"))
    assert PASSWORD in address.secrets
    for shown in (repr(address), str(address), address.shown, f"{address}"):
        assert "s3cret" not in shown
        assert "geheim" not in shown
