"""An address is read strictly: nothing is guessed, and no part of a password is ever repeated."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import pytest

from synthgen.errors import FileError, MissingExtraError, SynthgenError, UsageError
from synthgen.table import check_destination, read_table
from synthgen.table.sources import is_file, is_pipe, read_address, same_place, shown, without_passwords
from synthgen.table.sources.address import Name
from synthgen.table.sources.failures import failed


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("t", Name("t")),
        ("a;b", Name("a;b")),
        ("s.t", Name("t", "s")),
        ('"s.t"', Name("s.t")),
        ('"a""b"."c.d"', Name("c.d", 'a"b')),
        ("my table", Name("my table")),
        ("my%20table", Name("my table")),
        ("a+b", Name("a+b")),
        ("a%2Bb%26c%25", Name("a+b&c%")),
        ("%C3%BC☂", Name("ü☂")),
        ("a=b", Name("a=b")),
    ],
)
def test_names(text, name):
    assert read_address(f"duckdb:///f.db?table={text}").name == name


def test_queries_keep_what_sql_needs():
    text = "SELECT a+b AS \"x#y\" FROM t WHERE n LIKE 'a%25' AND c = '?'"
    assert read_address(f"sqlite:///f.db?query={text}").query == text.replace("%25", "%")


def test_files():
    assert read_address("duckdb:///a/b.db?table=t").file == Path("a/b.db")
    assert read_address("duckdb:////a/b.db?table=t").file == Path("/a/b.db")
    assert read_address("sqlite:///100%25 %3F.db?table=t").file == Path("100% ?.db")


def test_what_is_the_databases_own_is_left_to_it():
    address = read_address("postgresql://ann:pw@h:1/db?sslmode=require&table=t&host=%2Ftmp&if_exists=replace")
    assert address.location == "postgresql://ann:pw@h:1/db?sslmode=require&host=%2Ftmp"
    assert address.replace
    assert address.shown == "postgresql://ann@h:1/db?host=%2Ftmp&table=t"
    assert read_address("mysql+pymysql://ann@h/db?charset=utf8&table=t").location.endswith("?charset=utf8")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("duckdb:///f.db", "names no table"),
        ("duckdb:///f.db?", "names no table"),
        ("duckdb:///f.db?table=a&table=b", "names two tables"),
        ("duckdb:///f.db?table=a&query=SELECT 1", "both a table and a query"),
        ("duckdb:///f.db?query=%20;", "query is empty"),
        ("duckdb:///f.db?query=SELECT a FROM t WHERE b & 1", "%26"),
        ("duckdb:///f.db?query=SELECT a FROM t WHERE b='x&y=1'", "no parameter 'y'"),
        ("duckdb:///f.db?query=SELECT a FROM t WHERE b LIKE 'x%'", "%25"),
        ("duckdb:///f.db?query=SELECT '%ff'", "UTF-8"),
        ("duckdb:///f.db?tabel=a", "no parameter 'tabel'"),
        ("duckdb:///f.db?table=a&mode=ro", "no parameter 'mode'"),
        ("postgresql://h/db?table=a&sslmod=require", "no parameter 'sslmod'"),
        ("duckdb:///f.db?table=a&if_exists=append", "'fail' or 'replace'"),
        ("duckdb:///f.db?table=a&if_exists=replace&if_exists=fail", "if_exists twice"),
        ("duckdb:///f.db?table=", "is named NAME"),
        ("duckdb:///f.db?table=a.b.c", "is named NAME"),
        ('duckdb:///f.db?table=a"b', "is named NAME"),
        ("duckdb:///f.db?table=a%00b", "is named NAME"),
        ("duckdb://f.db?table=a", "three slashes"),
        ("duckdb:///?table=a", "needs a file"),
        ("sqlite:///:memory:?table=a", "needs a file"),
        ("sqlite://?table=a", "needs a file"),
        ("s3://bucket/t.parquet", "reads no s3:// addresses. Fetch the file first"),
        ("HTTPS://ann:s3cret@host/t.csv?version=3", "reads no https:// addresses. Fetch the file first"),
    ],
)
def test_addresses_that_cannot_be_understood(url, words):
    for act in (read_table, check_destination, shown):
        with pytest.raises(UsageError, match=words) as caught:
            act(url)
        assert "\n" not in str(caught.value)


SPLIT = [
    "postgresql://ann:s3cret@more@host/db?table=t",
    "postgresql://ann:s3c/ret@host/db?table=t",
    "postgresql://ann:s3c?ret=1@host/db?table=t",
    "postgresql://ann:s3c?ret@host/db&table=t",
    "postgresql://ann:s3cret@host/db?tabel=t",
    "postgresql://ann:s3cret@host/db?table=t&table=u",
    "postgresql://ann:s3cret@host/db",
    "postgresql://ann:s3%cret@host/db?table=t%",
    "postgresql://host/db?table=t&password=s3cret&nix=1",
    "mysql+nix://ann:s3cret@host/db?table=t",
    "nix://ann:s3cret@host/db?table=t",
    "http://ann:s3cret@host/t.csv",
    "postgresql+nix://ann:s3cret@host:port/db?table=t",
]


@pytest.mark.parametrize("url", SPLIT)
def test_no_error_repeats_a_password(url):
    pytest.importorskip("sqlalchemy", reason="the extra sql isn't installed")
    for act in (read_table, check_destination):
        with pytest.raises(SynthgenError) as caught:
            act(url)
        said = "".join(traceback.format_exception(caught.value, chain=True))
        said = said.replace(url, "")
        for part in ("s3c", "ret@", "cret"):
            assert part not in said.replace("secret", "")


def test_words_of_a_driver_are_searched_for_the_password_too():
    address = read_address("postgresql://ann:s3cr%2Fet@host/db?table=t&sslpassword=other1")
    said = str(failed(address, "read", "no s3cr/et here, nor s3cr%2Fet,\n nor other1, nor x://u:p@h"))
    assert said == "postgresql://ann@host/db?table=t can't be read: no *** here, nor ***, nor ***, nor x://u:***@h."


def test_passwords_are_blanked_in_any_text():
    assert without_passwords("postgresql://a:b@c") == "postgresql://a:***@c"
    assert without_passwords("x://a:b/c?d@e@f t") == "x://a:***@f t"
    assert without_passwords("x://h/d?password=a;b&c") == "x://h/d?password=***&c"
    assert without_passwords("x://h:1/d or y@z, 10:30") == "x://h:1/d or y@z, 10:30"


def test_places():
    assert is_file("a.csv")
    assert is_file("C:\\a.csv")
    assert is_file("./-")
    assert is_pipe("-")
    assert is_pipe("-.PARQUET")
    assert not is_pipe(Path("-"))
    with pytest.raises(UsageError, match="as text"):
        read_table(Path("duckdb:///f.db?table=t"))


def test_the_same_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert same_place("duckdb:///f.db?table=t", f"duckdb:///{tmp_path}/f.db?table=t&if_exists=replace")
    assert not same_place("duckdb:///f.db?table=t", "duckdb:///f.db?table=u")
    assert not same_place("duckdb:///f.db?table=t", "sqlite:///f.db?table=t")
    assert same_place("postgresql://a:b@h/db?table=t", "postgres://h/db?table=t")
    assert not same_place("postgresql://h/db?table=t", "postgresql://h/other?table=t")
    assert same_place("a.csv", tmp_path / "a.csv")
    assert not same_place("-", "-")
    assert not same_place("a.csv", "-")


def test_the_extra_is_named_where_it_is_missing(monkeypatch, tmp_path):
    for name in ("duckdb", "sqlalchemy", "adbc_driver_postgresql"):
        monkeypatch.setitem(sys.modules, name, None)
    for url in (f"duckdb:///{tmp_path}/f.db?table=t", f"sqlite:///{tmp_path}/f.db?table=t", "postgresql://h/d?table=t"):
        with pytest.raises(MissingExtraError, match=r"synthgen-tabular\[sql\]"):
            read_table(url)


def test_unknown_databases():
    pytest.importorskip("sqlalchemy", reason="the extra sql isn't installed")
    with pytest.raises(UsageError, match="reads no s3:// addresses"):
        read_table("s3://bucket/t?table=t")
    with pytest.raises(FileError, match="can't be opened"):
        read_table("postgresql://nowhere.invalid/db?table=t")
