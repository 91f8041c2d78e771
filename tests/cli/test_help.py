"""Help and version."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import synthgen as sg
from synthgen.cli.headers import column_names
from synthgen.table.files import write_file


def test_help_has_examples_and_exit_codes(run):
    out = run("--help").out
    for words in ("synthgen demo", "--target Class", "Exit codes", "130", "validate", "profile"):
        assert words in out


def test_help_of_synthesize_names_every_generator(run):
    out = run("synthesize", "--help").out
    for name in sg.generators.GENERATORS:
        assert name in out


def test_version(run):
    done = run("--version")
    assert done.code == 0
    assert done.out.startswith("synthgen ")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("synthgen profile cards.csv --target ", {"amount", "hour", "shop", "Class"}),
        ("synthgen profile cards.csv --target C", {"Class"}),
        ("synthgen synthesize cards.csv --seed 1 --sensitive s", {"shop"}),
        ("synthgen validate made.csv --train cards.csv --target a", {"amount"}),
        ("synthgen synthesize nothing.csv --target ", set()),
        ("synthgen synthesize --purpose r", {"release"}),
        ("synthgen synthesize cards.csv --generator t", {"tree"}),
        ("synthgen pro", {"profile"}),
    ],
)
def test_a_shell_can_complete_words(run, cards, monkeypatch, line, wanted):
    words = line.split(" ")
    monkeypatch.setenv("_SYNTHGEN_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    assert set(run().out.split()) == wanted


def test_columns_are_read_off_the_start_of_every_format(here):
    frame = pd.DataFrame({"a,b": [1], "ü": [2]})
    for name in ("t.csv", "t.csv.gz", "t.tsv", "t.parquet", "t.arrow", "t.feather"):
        write_file(frame, name)
        assert column_names(name) == ["a,b", "ü"], name
    Path("t.ipc").write_bytes(Path("t.arrow").read_bytes())
    assert column_names("t.ipc") == ["a,b", "ü"]
    Path("bad.parquet").write_text("a,b")
    Path("bad.arrow").write_text("a,b")
    Path("bad.csv.gz").write_text("a,b")
    Path("latin.csv").write_bytes(b"\xe9,b")
    Path("empty.csv").write_text("")
    damaged = ("bad.parquet", "bad.arrow", "bad.csv.gz", "latin.csv", "empty.csv")
    for name in (*damaged, "none.csv", "words.docx", ".", "-"):
        assert column_names(name) is None, name


COMMANDS = ("synthesize", "profile", "validate", "uplift", "demo", "init", "merge", "verify", "preview-dp",
            "report diff", "report page")  # fmt: skip


def test_the_list_of_commands_is_whole(run):
    listed = re.search(r"Commands:\n(.*?)\n\n", run("--help").out, re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"^  (\S+)", listed[1], re.MULTILINE)) == {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_quiet_and_speak_json(run, command):
    out = run(*command.split(), "--help").out
    assert "-q, --quiet" in out
    assert "--json" in out


def test_words_that_the_file_may_have_are_not_called_required(run):
    out = run("validate", "--help").out
    assert "SYNTHETIC" in out and "required" not in out
    assert out.count("in synthgen.toml") == 3
    assert "required" in run("init", "--help").out


@pytest.mark.parametrize("command", COMMANDS)
def test_options_say_what_they_take_and_not_a_type_of_the_program(run, command):
    out = run(*command.split(), "--help").out
    assert not re.search(r"--[\w-]+ <Any>", out)
    assert not re.search(r"--(target|subject|sensitive|time) <", out)
