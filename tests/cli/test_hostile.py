"""Names of files and columns that somebody else chose: no traceback, no markup, nothing that a terminal obeys."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli.config_template import quoted

from .fakes import a_profile, left

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "a b'\".csv", "line\nbreak.csv", "-dash.csv", "--help.csv", "ünï 💰 100%s%n{0}.csv", "[bold]\x1b[31mred\x07[].csv",
    "\u202e$(echo);&|.csv", "x" * 200 + ".csv",
)  # fmt: skip
COLUMNS = (
    "[bold]red[/bold]", "[/]", "\x1b[31mansi\x1b[0m", "bell\x07", "line\nerror: forged", "tab\there", "quo'te\"",
    "-dash", "100%s", "{name}", "\u202eevil", "<b>html</b>", "ünï 💰", " ", "x" * 3000, "a=b", "a,b",
)  # fmt: skip


def harmless(done):
    """Nothing on either stream but what can be printed, and no line that a name forged."""
    text = done.out + done.err
    assert all(char.isprintable() or char == "\n" for char in text)
    assert not re.search(r"^(error: forged|break)", text, re.MULTILINE)
    return done


def from_here(name):
    """A file's name as a careful user gives it."""
    return f"./{name}"


@pytest.fixture
def table():
    """Every hostile name is a column; one more has classes with hostile labels."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({name: rng.normal(size=80).round(2) for name in COLUMNS[:-3]})
    frame[COLUMNS[-3]] = rng.choice(["[bold]A[/bold]", "\x1b[31mB"], 80)
    frame[COLUMNS[-2]] = rng.choice(["line\nerror: forged", "%s"], 80)
    frame[COLUMNS[-1]] = ["[bold]yes", *["\x1b[2Jno"] * 3] * 20
    return frame


@pytest.mark.parametrize("name", FILES)
def test_files(run, fake, cards, monkeypatch, name):
    """Through every command that reads or writes it."""
    fake("FAIL")
    monkeypatch.setattr(sg, "profile", lambda data, **words: a_profile())
    Path(name).write_bytes(cards.read_bytes())
    given = from_here(name)
    assert harmless(run("init", given)).code == 0
    assert tomllib.loads(Path("synthgen.toml").read_text("utf-8"))["data"] == name
    assert harmless(run("synthesize")).code == 3
    assert harmless(run("synthesize", given, "--gate", "none")).code == 0
    stem = name.removesuffix(".csv")
    assert {f"{stem}.synthgen.csv", f"{stem}.synthgen-reports/run.json"} <= set(left(cards.parent))
    assert harmless(run("profile", given, "--out", f"{stem}.html", "--schema-out", f"{stem}.schema.json")).code == 0
    shown = json.loads(run("profile", given, "--out", f"./{stem}.html", "--json").out)
    assert shown["files"] == [f"{stem}.html", f"{stem}.json"]
    assert harmless(run("synthesize", "--", name)).code == 3
    # What isn't what it should be is said with its name, in one line.
    Path("none").mkdir()
    lost = f"none/{name}"
    for words in (
        ["init", lost, "--force"],
        ["merge", given, "--synthetic", lost, "--run", lost], ["verify", lost, given],
        ["report", "page", lost, "-o", "p.html"], ["validate", lost, "--train", given, "--holdout", given],
        ["uplift", lost, "--target", "Class"],
        ["report", "diff", lost, lost, "-o", "p.html"], ["profile", "--config", lost],
        ["profile", given, "--schema", lost], ["synthesize", given, "--key-file", lost],
    ):  # fmt: skip
        done = harmless(run(*words))
        assert done.code == 1, (words, done.err)
        assert done.err.startswith("error: ")


@pytest.mark.parametrize("name", FILES)
def test_words_that_are_no_options(run, here, name):
    """What the library for command lines says of a name is made harmless too."""
    for words in ([name], ["profile", from_here(name), name + "x", name], ["profile", "a.csv", f"--{name}"]):
        done = harmless(run(*words))
        assert done.code in (0, 2)
        assert "Traceback" not in done.err


def test_columns_that_are_described(run, table):
    """A table whose every column has a hostile name, and classes too."""
    target = COLUMNS[-1]
    table.to_csv("d.csv", index=False)
    assert harmless(run("init", "d.csv", "--target", target)).code == 0
    assert list(tomllib.loads(Path("synthgen.toml").read_text("utf-8"))["columns"]) == list(table.columns)
    done = harmless(run("profile", "--out", "bias.html", "--schema-out", "schema.json", "--sensitive", COLUMNS[-3]))
    assert done.code == 0, done.err
    assert "[bold]yes" in done.out
    for name in COLUMNS[::4]:
        for command in (["profile", "d.csv"], ["synthesize", "d.csv"], ["uplift", "d.csv"]):
            done = harmless(run(*command, "--target", f"{name}!"))
            assert done.code == 2
            assert done.err.startswith("error: ")


@pytest.mark.slow
def test_columns_through_the_long_commands(run, table):
    """The whole way of the same table: made, judged, reported, compared, made again."""
    target = COLUMNS[-1]
    table.to_csv("d.csv", index=False)
    words = ["--target", target, "--seed", "0"]
    made = ["--generator", "jitter", "--n-samples", "40", "--out", "m.csv", "--gate", "none"]
    done = harmless(run("synthesize", "d.csv", *words, *made))
    assert done.code == 0, done.err
    assert list(pd.read_csv("m.csv").columns) == [*table.columns, "is_synthetic"]
    table[:40].to_csv("train.csv", index=False)
    table[40:].to_csv("holdout.csv", index=False)
    split = ["--train", "train.csv", "--holdout", "holdout.csv", *words]
    assert harmless(run("validate", "train.csv", *split, "--junit", "j.xml", "--out", "f.html")).code == 3
    assert harmless(run("report", "page", "m-reports/fidelity.json", "-o", "again.html")).code == 0
    assert harmless(run("report", "diff", *["m-reports/fidelity.json"] * 2, "-o", "diff.html")).code == 0
    assert harmless(run("verify", "m-reports/run.json", "d.csv")).code == 0
    quick = ["--model", "logistic regression", "--ratio", "1", "--folds", "2", "--repeats", "1"]
    done = harmless(run("uplift", "d.csv", *words, "--positive", "[bold]yes", "--generator", "jitter", *quick))
    assert done.code == 0, done.err


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_in_the_settings(run, fake, table, name):
    fake()
    table.to_csv("d.csv", index=False)
    Path("synthgen.toml").write_text(f'data = "d.csv"\n[columns.{quoted(name)}]\nrole = "sensitive"\n', "utf-8")
    assert harmless(run("synthesize")).code == 0
    Path("synthgen.toml").write_text(f'data = "d.csv"\n[columns.{quoted(name + "!")}]\n', "utf-8")
    assert harmless(run("synthesize")).code == 2
    Path("synthgen.toml").write_text(f'data = "d.csv"\n[columns.{quoted(name)}]\nkind = {quoted(name)}\n', "utf-8")
    assert harmless(run("synthesize")).code == 2
    Path("synthgen.toml").write_text(f"{quoted(name)} = 1\n", "utf-8")
    assert harmless(run("synthesize")).code == 2


@pytest.mark.slow
def test_a_terminal_is_sent_no_code_of_a_name(table, tmp_path):
    """In a real terminal, where colours are on: the only escape codes are ours."""
    pexpect = pytest.importorskip("pexpect")
    table.to_csv(tmp_path / "d.csv", index=False)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "TERM": "xterm-256color"}
    child = pexpect.spawn(
        sys.executable, ["-m", "synthgen.cli", "profile", "d.csv", "--target", COLUMNS[-1], "--sensitive", COLUMNS[-3]],
        env=environment, cwd=str(tmp_path), encoding="utf-8", dimensions=(40, 80), timeout=120,
    )  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    shown = child.before
    assert child.exitstatus == 0
    assert "\x1b[1m" in shown  # bold headings: it did take it for a terminal
    assert "[bold]yes" in shown
    assert "\x1b[2J" not in shown and "\x07" not in shown
    # What is left without colours and bold holds nothing more to obey.
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n")
    assert all(char.isprintable() or char == "\n" for char in plain)
