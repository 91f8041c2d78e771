"""How a command ends when something goes wrong: a code, one line, and nothing left on disk."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import synthgen as sg
from synthgen.cli import main

from .fakes import FakeResult, left


@pytest.fixture(autouse=True)
def interrupts():
    """Ctrl-C as in a terminal: a shell's background jobs, and what they start, ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


SECRET = "Anna Example, 1 Main Street"


def test_interrupted(run, monkeypatch, cards):
    def stopped(data, **words):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(sg, "synthesize", stopped, raising=False)
    done = run("synthesize", cards)
    assert (done.code, done.out, done.err) == (130, "", "interrupted, nothing written\n")
    assert left(cards.parent) == ["cards.csv"]
    done = run("demo")
    assert done.code == 130
    assert not Path("synthgen-demo").exists()


def test_interrupted_in_the_middle_of_a_fit(run, monkeypatch, cards):
    monkeypatch.setattr(sg.generators.GENERATORS["jitter"], "_fit", lambda *args: signal.raise_signal(signal.SIGINT))
    done = run("synthesize", cards, "--target", "Class", "--generator", "jitter")
    assert done.code == 130
    assert done.err.endswith("interrupted, nothing written\n")
    assert left(cards.parent) == ["cards.csv"]


def test_interrupted_after_the_table_says_what_is_there(run, fake, cards, monkeypatch):
    fake()
    monkeypatch.setattr(FakeResult, "write_reports", lambda self, folder, **_: signal.raise_signal(signal.SIGINT))
    done = run("synthesize", cards, "--out", "t.csv")
    assert done.code == 130
    assert done.err == "interrupted; t.csv is written, the reports in t-reports may be missing\n"


def test_an_unexpected_error_is_named_and_its_text_kept_back(run, fake, cards):
    fake(error=RuntimeError(SECRET))
    done = run("synthesize", cards)
    assert done.code == 1
    assert done.err.startswith("error: unexpected RuntimeError.")
    assert "SYNTHGEN_TRACEBACK=1" in done.err
    assert SECRET not in done.out + done.err
    assert left(cards.parent) == ["cards.csv"]


def test_the_traceback_can_be_asked_for(monkeypatch, capsys, fake, cards):
    fake(error=RuntimeError(SECRET))
    monkeypatch.setenv("SYNTHGEN_TRACEBACK", "1")
    monkeypatch.setattr(sys, "argv", ["synthgen", "synthesize", str(cards)])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_said_in_the_systems_words(run, fake, cards):
    fake(error=OSError(28, "No space left on device", "t.csv"))
    done = run("synthesize", cards)
    assert (done.code, done.err) == (1, "error: No space left on device: t.csv\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["synthesize"], "Missing argument"),
        (["sythesize"], "No such command"),
        (["synthesize", "cards.csv", "--colour", "red"], "No such option"),
        (["synthesize", "cards.csv", "--purpose", "fun"], "purpose"),
        (["synthesize", "cards.csv", "--holdout", "many"], "holdout"),
        (["synthesize", "cards.csv", "--option", "k_neighbors"], "takes KEY=VALUE"),
        (["synthesize", "cards.csv", "--option", "k=1", "--option", "k=2"], "given twice"),
        (["synthesize", "cards.csv", "--condition", "Class"], "takes COLUMN=VALUE"),
        (["synthesize", "cards.csv", "--sampling-strategy", "0=5,1=x"], "takes counts as"),
        (["synthesize", "cards.csv", "--sampling-strategy", "1=5,1=6"], "twice"),
        (["synthesize", "cards.csv", "--out", "cards.csv"], "would be overwritten"),
        (["synthesize", "cards.csv", "--out", "link.csv"], "would be overwritten"),
        (["profile", "cards.csv", "--out", "a.html", "--schema-out", "a.html"], "two outputs"),
        (["profile", "cards.csv", "--out", "a.html", "--schema-out", "a.json"], "two outputs"),
        (["profile", "cards.csv", "--out", "a.json"], "Name it .html"),
        (["validate", "s.csv", "--train", "t.csv"], "holdout"),
        (["validate", "s.csv", "--train", "t.csv", "--holdout", "h.csv", "--out", "s.csv"], "overwritten"),
    ],
)
def test_a_command_line_that_cannot_be_understood(run, cards, words, said):
    Path("link.csv").symlink_to(cards)
    before = cards.read_bytes()
    done = run(*words)
    assert done.code == 2
    assert said in done.err
    assert [line.startswith("error: ") for line in done.err.splitlines()].count(True) == 1
    assert done.out == ""
    assert left(cards.parent) == ["cards.csv", "link.csv"]
    assert cards.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--generator", "gan"], "gan"),
        (["--target", "Klasse"], "Klasse"),
        (["--sensitive", "sex"], "sex"),
        (["--subject", "person"], "person"),
        (["--condition", "colour=red"], "colour"),
        (["--condition", "Class=7"], "7"),
        (["--constraint", "amount <= colour"], "colour"),
        (["--constraint", "?"], "?"),
        (["--sampling-strategy", "most"], "most"),
        (["--generator", "smote", "--option", "k_neigbors=3"], "k_neigbors"),
        (["--n-samples", "0"], "n_samples"),
        (["--holdout", "1.5"], "holdout"),
    ],
)
def test_names_that_the_api_does_not_know(run, cards, words, said):
    target = [] if "--target" in words else ["--target", "Class"]
    done = run("synthesize", cards, *target, *words)
    assert done.code == 2, done.err
    assert said in done.err.splitlines()[-1]
    assert done.err.splitlines()[-1].startswith("error: ")
    assert left(cards.parent) == ["cards.csv"]


def test_data_and_files_that_cannot_be_used(run, here, cards):
    Path("not.parquet").write_text("a,b\n1,2\n")
    Path("binary.csv").write_bytes(bytes(range(256)))
    Path("empty.csv").write_text("")
    Path("one.csv").write_text("a,Class\n1,0\n")
    Path("file").write_text("")
    Path("words.docx").write_text("a,b\n1,2\n")
    Path("schema.json").write_text("{")
    before = left(here)
    for words, said in [
        (["missing.csv"], "missing.csv"),
        (["not.parquet"], "not.parquet"),
        (["binary.csv"], "binary.csv"),
        (["empty.csv"], "empty.csv"),
        (["words.docx"], "words.docx"),
        (["cards.csv", "--holdout", "0.0002"], "hold out 0.02% of any class"),
        (["one.csv", "--target", "Class"], "row"),
        (["cards.csv", "--schema", "schema.json"], "JSON"),
        (["cards.csv", "--schema", "none.json"], "none.json"),
        (["cards.csv", "--out", "nowhere/t.csv"], "there is no folder nowhere"),
        (["cards.csv", "--out", "."], "is a folder"),
        (["cards.csv", "--reports", "file"], "file is a file"),
        (["cards.csv", "--reports", "file/deep/er"], "file is a file"),
    ]:
        done = run("synthesize", *words)
        assert done.code == 1, (words, done.err)
        assert done.err.startswith("error: ")
        assert said in done.err
        assert done.out == ""
        assert left(here) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_is_read_only(run, cards):
    folder = cards.with_name("closed")
    folder.mkdir()
    folder.chmod(0o500)
    done = run("synthesize", cards, "--out", folder / "t.csv")
    assert done.code == 1
    assert "read-only" in done.err


def test_a_reader_that_has_gone_changes_nothing(cards):
    command = [sys.executable, "-m", "synthgen.cli", "profile", str(cards)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    child = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment)
    child.stdout.close()
    errors = child.stderr.read().decode()
    assert child.wait() == 0, errors
    assert "Traceback" not in errors
    assert "Exception ignored" not in errors


def test_streams_that_are_closed(run, cards, monkeypatch):
    """``>&-`` and ``2>&-``: what is said has nowhere to go, and never goes to the other stream."""
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stdout", None)
        done = run("profile", cards)
    assert (done.code, done.err) == (0, "")
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stderr", None)
        for words in (
            ["synthesise"],
            ["profile", "nix.csv"],
            ["synthesize", cards, "--target", "Klasse", "--out", "-"],
        ):
            done = run(*words)
            assert (done.code > 0, done.out) == (True, ""), words


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["profile", "--help"]])
def test_help_with_nowhere_to_go_is_one_line(run, monkeypatch, words):
    class Full(io.StringIO):
        def write(self, text):
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as there:
        there.setattr(sys, "stdout", Full())
        done = run(*words)
    assert (done.code, done.err) == (1, "error: No space left on device\n")
