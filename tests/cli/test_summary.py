"""What a summary looks like: in a pipe a line each, in a terminal folded, in full nowhere but in JSON and reports."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest
from rich.console import Console

from synthgen.cli import summary
from synthgen.cli.summary import Point
from synthgen.validation.metric import Direction, Family, Measurement, Status
from synthgen.validation.report import ValidationReport
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict

from .fakes import a_report

LONG = (
    "Columns copied together (" + ", ".join(f"column_{i}" for i in range(40)) + "): not met, 90 % where 50 % is usual"
)


def verdict(*findings, outcome="FAIL"):
    return Verdict(Outcome(outcome), Purpose.AUGMENT, findings, ("linkability",))


def printed(parts, capsys):
    summary.show(parts)
    return capsys.readouterr().out


def in_terminal(build, width, monkeypatch, *, encoding="utf-8"):
    """What a terminal of a width is sent, without its colours."""

    class Terminal(io.TextIOWrapper):
        def isatty(self):
            return True

    stream = Terminal(io.BytesIO(), encoding=encoding, errors="replace")
    monkeypatch.setattr(sys, "stdout", stream)
    terminal = {"width": width, "force_terminal": True, "no_color": True}
    monkeypatch.setattr(summary, "Console", lambda **words: Console(**words, **terminal))
    summary.show(build())
    stream.flush()
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.buffer.getvalue().decode(encoding))


def test_the_verdict_comes_first_and_what_to_do_last(capsys):
    lines = printed(summary.validation_parts(a_report("FAIL"), []), capsys).splitlines()
    assert lines[0].endswith("FAIL: must not be used for training")
    headings = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert headings == ["What keeps it from PASS:", "Warnings:", "What to try:", "Not tested:"]


def test_a_pipe_has_a_line_for_each_finding(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    words = "one " * 50 + "end"
    out = printed(summary.finding_parts(verdict(Finding("ks", Outcome.FAIL, words, True))), capsys)
    assert f"  ✘ {words}\n" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_terminal_folds_under_the_first_word(monkeypatch, width):
    words = "one two three " * 12 + "end"
    found = verdict(Finding("ks", Outcome.FAIL, words, True))
    out = in_terminal(lambda: summary.finding_parts(found), width, monkeypatch)
    lines = out[: out.index("Not tested")].splitlines()
    assert max(map(len, lines)) <= width
    assert [line[:4] for line in lines if line.strip()][1:] == ["  ✘ ", *["    "] * (len(lines) - 4)]


@pytest.mark.parametrize("width", [80, 120])
def test_figures_fit_a_terminal(monkeypatch, width):
    out = in_terminal(lambda: summary.figure_parts(a_report()), width, monkeypatch)
    assert max(map(len, out.splitlines())) <= width
    assert [line for line in out.splitlines() if "0.480 to 0.580" in line and "0.532" in line and "≈" in line]


def test_figures_stand_by_what_they_are_about(capsys):
    def figure(name, family, direction, **values):
        return Measurement(name, name.title(), family, direction, Status.COMPUTED, **values)

    figures = (
        figure("one", Family.PRIVACY, Direction.LOWER, value=-0.0001, interval=(-0.00001, 0.5)),
        figure("two", Family.FIDELITY, Direction.HIGHER, value=0.5),
        figure("three", Family.PRIVACY, Direction.NEAR_BASELINE, value=0.25, baseline=0.75),
    )
    out = printed(summary.figure_parts(ValidationReport(verdict(), figures, a_report().flagged_rows)), capsys)
    words = [line.split() for line in out.splitlines() if line.strip()][1:-1]
    assert words == [
        ["Privacy"], ["One", "0.000", "0.000", "to", "0.500", "↓"], ["Three", "0.250", "0.750", "≈"],
        ["Fidelity"], ["Two", "0.500", "↑"],
    ]  # fmt: skip


def test_a_long_aside_does_not_hide_the_sentence(capsys):
    out = printed(summary.finding_parts(verdict(Finding("copied", Outcome.FAIL, LONG, True))), capsys)
    assert "Columns copied together (column_0, " in out
    assert "…): not met, 90 % where 50 % is usual" in out
    assert "in full in the report, and by --json" in out
    short = printed(summary.finding_parts(verdict(Finding("copied", Outcome.FAIL, "short", True))), capsys)
    assert "in full" not in short


def test_what_has_no_end_is_cut_and_json_has_it_all(capsys, monkeypatch, run):
    import synthgen as sg

    words = "x" * 5000 + " y" * 3000
    report = ValidationReport(verdict(Finding("ks", Outcome.FAIL, words, True)), (), a_report().flagged_rows)
    monkeypatch.setattr(sg, "validate", lambda *args, **also: report)
    command = ["validate", "s.csv", "--train", "t.csv", "--holdout", "h.csv"]
    assert max(map(len, run(*command).out.splitlines())) < 300
    assert json.loads(run(*command, "--json").out)["verdict"]["findings"][0]["words"] == words


def test_a_terminal_without_unicode_gets_plain_signs(monkeypatch):
    found = Finding("ks", Outcome.FAIL, LONG * 5, True)
    report = ValidationReport(verdict(found), a_report().results, a_report().flagged_rows)
    out = in_terminal(lambda: summary.validation_parts(report, []), 80, monkeypatch, encoding="ascii")
    assert out.startswith("x FAIL: must not be used")
    assert "Aim: ^ higher is better, v lower is better, ~ as near" in out
    assert "?" not in out


def test_a_name_makes_no_line_of_its_own():
    part = summary.hint("one\nerror: two\x1b[0m")
    assert "\n" not in part.plain and "\x1b" not in part.plain
    assert Point("-", "words", indent=0).flat.plain == "- words"
