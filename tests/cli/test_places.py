"""Pipes and databases on the command line: the table goes where it is sent, all else goes aside."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli import main, places
from synthgen.table import read_table, write_table
from tests.postgresql_server import PASSWORD

from .fakes import FakeResult

SECRET = "s3cret"


def left(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def writing(monkeypatch):
    """Replace sg.synthesize by one that writes a small table where it is told."""

    def install(outcome="PASS", n=3):
        seen = {}

        def synthesize(data, **words):
            seen.update(words, data=data)
            result = FakeResult(outcome, words.get("purpose", "augment"), words.get("gate", "default"))
            if not result.withheld:
                write_table(pd.DataFrame({"a": range(n)}), words["out"])
            return result

        monkeypatch.setattr(sg, "synthesize", synthesize)
        return seen

    return install


# Pipes


def test_from_a_pipe_to_a_pipe(run, cards, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(cards.read_bytes())))
    done = run("synthesize", "-", "--target", "Class", "--generator", "jitter", "--seed", "0", "--gate", "none")
    assert done.code == 0, done.err
    made = pd.read_csv(io.StringIO(done.out))
    assert list(made.columns) == ["amount", "hour", "shop", "Class", "is_synthetic"]
    assert len(made) > 600
    for said in ("Rows", "synthetic, accepted", "standard output"):
        assert said in done.err
    assert left(cards.parent) == ["cards.csv"]


def test_a_reader_that_has_gone_is_no_error(here):
    script = f"""
import sys
import pandas as pd, synthgen as sg
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from synthgen.cli import main
from synthgen.table import read_table, write_table
from tests.cli.fakes import FakeResult
def synthesize(data, out, **words):
    frame = read_table(data)
    write_table(pd.concat([frame] * 1000), out)
    return FakeResult()
sg.synthesize = synthesize
sys.argv = ["synthgen", "synthesize", "-"]
main()
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    child = subprocess.Popen([sys.executable, "-c", script], stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    child.stdin.write(b"a,b\n" + b"1,long enough to fill a pipe\n" * 50)
    child.stdin.close()
    assert child.stdout.readline() == b"a,b\n"
    child.stdout.close()
    errors = child.stderr.read().decode()
    assert child.wait() == 0, errors
    assert "PASS: may be used for training" in errors
    for words in ("Traceback", "Exception ignored", "Broken"):
        assert words not in errors


def test_only_the_table_is_on_stdout(run, writing, cards):
    seen = writing()
    done = run("synthesize", cards, "--out", "-")
    assert done.code == 0
    assert (seen["data"], seen["out"]) == (cards, "-")
    assert "PASS: may be used for training" in done.err
    assert done.out == "a\n0\n1\n2\n"
    assert left(cards.parent) == ["cards.csv"]


def test_reports_beside_a_pipe_only_when_named(run, writing, cards):
    seen = writing()
    assert run("synthesize", "-", "--reports", "r", "--quiet").code == 0
    assert (seen["data"], seen["out"]) == ("-", "-")
    assert left(cards.parent) == ["cards.csv", "r/bias.html", "r/fidelity.html", "r/run.json"]


def test_from_a_pipe_to_a_file(run, writing, cards):
    seen = writing()
    done = run("synthesize", "-", "--out", "t.csv", "--json")
    assert json.loads(done.out)["files"][0] == "t.csv"
    assert seen["data"] == "-"
    assert "t-reports/bias.html" in left(cards.parent)


def test_a_table_that_is_withheld_leaves_stdout_empty(run, writing, cards):
    writing("FAIL")
    done = run("synthesize", "-")
    assert (done.code, done.out) == (3, "")
    assert "error: the gate withheld the table" in done.err
    assert "See" not in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["synthesize", "-", "--json"], "--json prints on standard output, where the table goes"),
        (["synthesize", "cards.csv", "--out", "-.parquet", "--json"], "--json prints on standard output"),
        (["validate", "-", "--train", "-", "--holdout", "cards.csv"], "read for one table only"),
        (["init", "-"], "init needs a table that can be read again"),
        (["synthesize", "duckdb:///f.db?table=t"], "say with --out"),
        (["synthesize", "duckdb:///f.db?tabel=t", "--out", "-"], "no parameter 'tabel'"),
        (["synthesize", "duckdb:///f.db?table=t&table=u", "--out", "-"], "two tables"),
        (["synthesize", "cards.csv", "--out", "duckdb:///f.db?query=SELECT 1"], "a query only reads"),
        (["profile", "http://ann:s3cret@host/t.csv?table=t"], "reads no http:// addresses"),
        (
            ["synthesize", "duckdb:///f.db?table=t", "--out", "duckdb:///./f.db?table=t&if_exists=replace"],
            "would be overwritten",
        ),
        (["profile", "cards.csv", "postgresql://ann:s3cret@host/db?table=t"], "extra argument"),
        (["synthesize", "cards.csv", "--seed", "postgresql://ann:s3cret@host/db"], "seed"),
        (["profile", ""], "'DATA': it is empty, and names no table"),
        (["synthesize", "cards.csv", "--out", " "], "'--out': it is empty, and names no table"),
    ],
)
def test_words_that_cannot_be_understood(run, cards, words, said):
    pytest.importorskip("sqlalchemy", reason="the extra sql isn't installed")
    done = run(*words)
    assert done.code == 2, done.err
    assert said in done.err
    assert SECRET not in done.err
    assert done.out == ""
    assert left(cards.parent) == ["cards.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["profile", "duckdb:///nix.db?table=t"], "There is no file 'nix.db'"),
        (["profile", "sqlite:///nix.db?table=t"], "There is no file 'nix.db'"),
        (["profile", "duckdb:///there.db?table=nix"], "no table 'nix'"),
        (["profile", "duckdb:///there.db?table=a.b"], "no table 'b' in the schema 'a'"),
        (["profile", "duckdb:///folder?table=t"], "is a folder"),
        (["profile", "folder"], "'folder' is a folder. Name a file in it"),
        (["profile", "duckdb:///cards.csv?table=t"], "isn't a DuckDB database"),
        (["profile", "duckdb:///there.db?query=SELECT nix FROM t"], "nix"),
        (["synthesize", "cards.csv", "--out", "duckdb:///there.db?table=t"], "already"),
        (["synthesize", "cards.csv", "--out", "duckdb:///nowhere/f.db?table=t"], ""),
        (["synthesize", "-"], "Standard input is empty"),
    ],
)
def test_places_that_cannot_be_used(run, cards, words, said, monkeypatch):
    duckdb = pytest.importorskip("duckdb", reason="the extra sql isn't installed")
    with duckdb.connect("there.db") as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    Path("folder").mkdir()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    if said:
        done = run(*words)
        assert done.code == 1, done.err
        assert done.err.startswith("error: ")
        assert len(done.err.splitlines()) == 1
        assert said in done.err
        assert left(cards.parent) == ["cards.csv", "there.db"]


# Databases


@pytest.mark.slow
def test_every_command_takes_a_database(run, cards):
    pytest.importorskip("duckdb", reason="the extra sql isn't installed")
    real = pd.read_csv(cards)
    for name, rows in (("all", real), ("train", real[::2]), ("holdout", real[1::2])):
        write_table(rows, f"duckdb:///f.db?table={name}")
    Path("key").write_text("0123456789abcdef" * 2)
    done = run(
        "synthesize", "duckdb:///f.db?table=all", "--target", "Class", "--generator", "jitter", "--seed", "0",
        "--gate", "none", "--key-file", "key", "--out", "duckdb:///f.db?table=made", "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert json.loads(done.out)["files"][0] == "duckdb:///f.db?table=made"
    assert Path("made-reports/fidelity.html").exists()
    made = read_table("duckdb:///f.db?table=made")
    assert dict(made.dtypes.astype(str)) == {**dict(real.dtypes.astype(str)), "is_synthetic": "bool"}
    pd.testing.assert_frame_equal(made[: len(real)][list(real)], real)
    done = run("profile", "duckdb:///f.db?query=SELECT * FROM \"all\" WHERE shop = 'web'", "--target", "Class")
    assert done.code == 0, done.err
    others = ["--train", "duckdb:///f.db?table=train", "--holdout", "duckdb:///f.db?table=holdout"]
    assert run("validate", "duckdb:///f.db?table=train", *others, "--target", "Class", "--quiet").code == 3
    words = ["verify", "made-reports/run.json", "duckdb:///f.db?table=all", "--key-file", "key"]
    done = run(*words, "--table", "duckdb:///f.db?table=made")
    assert (done.code, done.err) == (0, "")
    assert run(*words, "--table", "duckdb:///f.db?table=train").code == 15


def test_reports_beside_a_database_are_named_after_the_table():
    assert places.default_reports('duckdb:///f.db?table=main."../a b;c"') == Path("_a_b_c-reports")


def test_settings_name_a_database_without_a_password(run, cards):
    pytest.importorskip("duckdb", reason="the extra sql isn't installed")
    write_table(pd.read_csv(cards), "duckdb:///f.db?table=all")
    done = run("init", "postgresql://ann:s3cret@host/db?table=t")
    assert done.code == 2
    assert "no password" in done.err
    assert SECRET not in done.err
    assert run("init", "duckdb:///f.db?table=all", "--target", "Class").code == 0
    assert 'data = "duckdb:///f.db?table=all"' in Path("synthgen.toml").read_text()
    done = run("profile")
    assert done.code == 0, done.err
    assert "400 rows, 4 columns" in done.out


# A password in an address


@pytest.mark.slow
def test_a_password_is_left_nowhere(run, here, cards, postgresql, monkeypatch, capsys):
    postgresql.execute("DROP TABLE IF EXISTS source, made")
    write_table(pd.read_csv(cards), postgresql.url("table=source"))
    source, out = postgresql.url("table=source"), postgresql.url("table=made")
    words = ["--target", "Class", "--generator", "jitter", "--seed", "0", "--gate", "none", "--reports", "r"]
    said = []
    for place, more in ((out, []), (out + "&if_exists=replace", ["--json"])):
        done = run("synthesize", source, *words, "--out", place, *more)
        assert done.code == 0, done.err
        said += [done.out, done.err]
    assert len(read_table(out)) > 600
    # With what goes wrong, and tracebacks asked for.
    monkeypatch.setenv("SYNTHGEN_TRACEBACK", "1")
    for given in (
        ["synthesize", source, "--out", out], ["profile", postgresql.url("table=nix")],
        ["profile", postgresql.url("table=a&table=b")], ["profile", postgresql.url("query=SELEKT 1")],
        ["profile", postgresql.url("nix=1&table=t")], ["profile", postgresql.url("table=t", password="no s3cret")],
        ["profile", source, out],
    ):  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["synthgen", *given])
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code in (1, 2)
        said += capsys.readouterr()
    assert sum("Traceback" in text for text in said) == 6
    files = [path.read_text(encoding="utf-8", errors="replace") for path in here.rglob("*") if path.is_file()]
    assert len(files) > 5
    for text in (*said, *files):
        # Its parts too, and as they stand in an address.
        for secret in (PASSWORD, SECRET, "geheim", "%2F%40"):
            assert secret not in text
