"""What a run looks like in a terminal, in a pipe, and as JSON."""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from synthgen.cli.documents import row_counts
from synthgen.cli.failures import one_line

if TYPE_CHECKING:
    from synthgen.planning.dp_preview import PrivacyPreview
    from synthgen.planning.uplift.result import Uplift
    from synthgen.profiling.profile import Profile
    from synthgen.scale.result import Result
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.verdict import Verdict
    from synthgen.verification import Verification

# Symbol, its stand-in where the terminal has no Unicode, and a colour: never the colour alone.
_SIGNS = {"PASS": ("✔", "+", "green"), "INCONCLUSIVE": ("▲", "!", "yellow"), "FAIL": ("✘", "x", "red")}

_MOST_CLASSES = 8
_MOST_LINES = 5
_RARE_HALF_WIDTH = 0.1
_LONGEST_FINDING = 240
_LONGEST_LABEL = 60
_WIDE = 2_000
_ELLIPSIS = (" …", " ...")
_LONG_ASIDE = re.compile(r"\(([^()]{61,})\)")


@dataclass(frozen=True)
class Point:
    """A line with a sign before it; in a terminal its further lines stand under its first word."""

    sign: str
    words: str
    style: str = ""
    sign_style: str = ""
    indent: int = 2

    @property
    def flat(self) -> Text:
        """The whole on one line."""
        return Text.assemble(" " * self.indent, (self.sign, self.sign_style), " ", (self.words, self.style))

    @property
    def folded(self) -> Table:
        """The words in a column of their own."""
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(Text(" " * self.indent + self.sign, self.sign_style), Text(self.words, self.style))
        return grid


def show(parts: Iterable[RenderableType | Point], *, aside: bool = False) -> None:
    """Print a summary on stdout or, aside, on stderr: in colour and folded in a terminal, else a line each."""
    console = Console(highlight=False, markup=False, emoji=False, stderr=aside)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # Nobody folds a file for whom it would be too wide; a folded line can't be searched for.
        console.width = _WIDE
    with console.capture() as capture:
        for part in parts:
            if isinstance(part, Point):
                part = part.folded if console.is_terminal else part.flat
            # A path broken over two lines can't be copied, so lines of text are left whole.
            console.print(part, soft_wrap=isinstance(part, Text))
    _write(capture.get(), sys.stderr if aside else sys.stdout)


Part: TypeAlias = "RenderableType | Point"


def show_json(document: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    _write(json.dumps(document, indent=2, ensure_ascii=False, default=_plain) + "\n", sys.stdout)


def synthesis_parts(result: Result, files: Sequence[Path | str]) -> list[Part]:
    """Build the summary of a synthesis: verdict, rows, figures, what was found, files."""
    return [
        headline(result.verdict),
        _text(""),
        _rows_table(row_counts(result)),
        *figure_parts(result.validation),
        *finding_parts(result.verdict),
        *files_parts(files),
    ]


def validation_parts(report: ValidationReport, files: Sequence[Path | str]) -> list[Part]:
    """Build the summary of a validation: verdict, figures, what was found, files."""
    return [
        headline(report.verdict), *figure_parts(report), *finding_parts(report.verdict), *files_parts(files),
    ]  # fmt: skip


def headline(verdict: Verdict) -> Part:
    """The verdict in words."""
    outcome = str(verdict.outcome)
    return _signed(outcome, f"{outcome}: {verdict.words}", bold=True)


def finding_parts(verdict: Verdict) -> list[Part]:
    """Build what was found against a table, what to try, and what nobody looked at."""
    parts: list[Part] = []
    cut = False
    for title, findings in (("What keeps it from PASS", verdict.blocking), ("Warnings", verdict.warnings)):
        if findings:
            parts += [_text(""), _text(f"{title}:", "bold")]
        for finding in findings:
            words = _cut(_LONG_ASIDE.sub(_shorter, finding.words), _LONGEST_FINDING)
            cut = cut or words != finding.words
            # What doesn't block is a warning, whatever its own outcome: a red cross under a PASS would confuse.
            parts.append(_signed(str(finding.outcome) if finding.blocks else "INCONCLUSIVE", words, indent=2))
    if cut:
        parts.append(
            _text(f"  What ends in{_ELLIPSIS[not _unicode()]} is said in full in the report, and by --json.", "dim")
        )
    # Several findings share an advice; each is said once.
    unmet = (*verdict.blocking, *verdict.warnings)
    advice = list(dict.fromkeys(finding.advice for finding in unmet if finding.advice))
    for title, lines in (("What to try", advice), ("Not tested", verdict.not_tested)):
        if lines:
            parts += [_text(""), _text(f"{title}:", "bold"), *(_point(line) for line in lines)]
    return parts


def figure_parts(report: ValidationReport) -> list[Part]:
    """Build the table of whole-table figures beside what real rows score, by what they are about."""
    figures = [item for item in report.results if item.subject is None]
    aims = _aims()
    table = _table("Figure", "synthetic", "95 % interval", "real rows", "aim")
    for family in dict.fromkeys(item.family for item in figures if item.computed):
        if table.row_count:
            table.add_section()
        table.add_row(_text(str(family).capitalize(), "bold"))
        for item in figures:
            if item.family is family and item.computed:
                interval = _between(item.interval)
                aim = aims.get(str(item.direction), aims["near"])
                title = Padding(_text(item.title), (0, 0, 0, 2))
                table.add_row(title, _number(item.value), interval, _number(item.baseline), aim)
    parts: list[Part] = []
    if table.row_count:
        legend = "{higher} higher is better, {lower} lower is better, {near} as near to real rows as can be"
        parts += [_text(""), table, _text(f"Aim: {legend.format(**aims)}", "dim")]
    for item in figures:
        if not item.computed:
            reason = f", {item.reason}" if item.reason else ""
            parts.append(Point("-", one_line(f"{item.title}: not computed{reason}"), "dim", "dim", 0))
    return parts


def profile_parts(profile: Profile, files: Sequence[Path | str]) -> list[Part]:
    """Build the summary of a profile: size, classes, kinds, findings."""
    kinds = Counter(column.kind for column in profile.columns)
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    parts: list[Part] = [_text(f"{profile.n_rows:,} rows, {len(profile.columns)} columns: {listed}", "bold")]
    if profile.classes:
        table = _table("Class", "rows", "share")
        for label, count in _ends(profile.classes):
            share = "" if count is None else f"{count / profile.n_rows:.2%}"
            table.add_row(_text(_cut(label, _LONGEST_LABEL)), "" if count is None else f"{count:,}", share)
        parts.append(table)
    parts += [_signed("INCONCLUSIVE", note) for note in profile.notes]
    parts += _source_parts(profile)
    if profile.bias.features:
        how = " (picked by their names)" if profile.bias.guessed else ""
        parts.append(_text(f"Sensitive columns{how}: {', '.join(profile.bias.features)}"))
        parts += [_point(finding) for finding in profile.bias.findings]
    return parts + files_parts(files)


def _source_parts(profile: Profile) -> list[Part]:
    """Say what should be known before rows are made: personal data, suspects, rules of gaps, small classes."""
    personal = [
        f"{item.column}: {item.what} ({item.confidence} confidence, {item.example})"
        for item in profile.personal_data.columns
    ]
    suspects = [item.words for item in profile.dependence.suspects]
    rules = [rule.words for rule in profile.missingness.rules]
    rare = [item.words for item in profile.size.classes if item.half_width > _RARE_HALF_WIDTH]
    parts: list[Part] = []
    for title, lines in (
        ("Personal data", personal), ("May give the target away", suspects), ("Rules of missing values", rules),
        ("Few rows to learn from", rare),
    ):  # fmt: skip
        if lines:
            parts.append(_text(f"{title}:"))
            parts += [_point(line) for line in lines[:_MOST_LINES]]
            if len(lines) > _MOST_LINES:
                parts.append(_text(f"  - and {len(lines) - _MOST_LINES} more, in the report", "dim"))
    return parts


def uplift_parts(found: Uplift) -> list[Part]:
    """Build the advice with the figures that it rests on."""
    parts: list[Part] = [_text(found.advice, "bold"), _text("")]
    table = _table("Model", "done", "average precision", "beside none", "recall at budget", "log-loss")
    for row in found.table.to_dict("records"):
        beside = "" if row["low"] is None else f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
        figures = (_number(row[name]) for name in ("average_precision", "recall_at_budget", "log_loss"))
        precision, recall, loss = figures
        table.add_row(_text(row["learner"]), _text(row["arm"]), precision, beside, recall, loss)
    parts.append(table)
    for row in found.dropped.to_dict("records"):
        parts.append(
            _text(f"Dropped after {row['after_splits']} splits: {row['arm']} ({row['learner']}), {row['reason']}")
        )
    return parts + [_point(note) for note in found.notes]


def preview_parts(found: PrivacyPreview) -> list[Part]:
    """Build what a differentially private fit would keep, and what would help."""
    table = _table("Column", "cells", "noise", "error")
    table.add_column("says", overflow="fold")
    for row in found.to_dict()["columns"]:
        cells = "" if row["cells"] is None else f"{int(row['cells']):,}"
        error = "" if row["error"] is None else f"{row['error']:.3f}"
        table.add_row(_text(row["column"]), cells, f"±{row['sigma']:.0f}", error, _text(row["says"]))
    return [_text(found.advice, "bold"), _text(""), table, *(_point(words) for words in found.recommendations)]


def verification_parts(found: Verification) -> list[Part]:
    """Build the outcome of a verification, with everything that was compared."""
    signs = {True: "PASS", False: "FAIL", None: "INCONCLUSIVE"}
    return [
        _signed("PASS" if found.matches else "FAIL", str(found.outcome), bold=True),
        *(_signed(signs[check.agrees], f"{check.name}: {check.words}", indent=2) for check in found.checks),
    ]


def files_parts(files: Sequence[Path | str]) -> list[Part]:
    """List the files that were written."""
    lines = [_text(f"  {path}", "cyan") for path in files]
    return [_text(""), _text("Written:", "bold"), *lines] if lines else []


def suggestion_parts(lines: Sequence[str]) -> list[Part]:
    """List what to look at first in a file of settings."""
    return [_text("Look at these first:", "bold"), *(_point(line) for line in lines)] if lines else []


def hint(text: str) -> Part:
    """One line on what to do next."""
    return _text(text, "dim")


def _rows_table(counts: dict[str, Any]) -> Table:
    from synthgen.validation.privacy.reasons import REASON_WORDS

    words_of: dict[str, str] = {str(reason): words for reason, words in REASON_WORDS.items()}
    table = _table("Rows", "")
    # Where nothing was compared, no exact number of real rows is told.
    if "real" in counts:
        table.add_row("real", f"{counts['real']:,}")
    table.add_row("synthetic, asked for", f"{counts['requested']:,}")
    table.add_row("synthetic, drawn with a reserve", f"{counts['drawn']:,}")
    table.add_row("  refused", f"{counts['refused']:,}")
    # A row may be refused for several reasons, so these can add up to more.
    for reason, count in sorted(counts["refused_by_reason"].items(), key=lambda item: -item[1]):
        table.add_row(_text(f"    {words_of.get(reason, reason)}", "dim"), f"{count:,}")
    table.add_row("synthetic, accepted", f"{counts['accepted']:,}")
    why = "a person looks first" if counts.get("awaits_review") else "the gate withholds the table"
    words = "delivered" if counts["delivered"] else f"delivered: {why}"
    if counts["delivered"] > counts["accepted"]:
        words = "delivered, real and synthetic"
    table.add_row(_text(words, "bold"), _text(f"{counts['delivered']:,}", "bold"))
    return table


def _signed(outcome: str, words: str, *, bold: bool = False, indent: int = 0) -> Point:
    sign, plain, colour = _SIGNS.get(outcome, ("-", "-", ""))
    return Point(sign if _unicode() else plain, one_line(words), f"bold {colour}" if bold else "", colour, indent)


def _point(words: str) -> Point:
    return Point("-", one_line(words))


def _unicode() -> bool:
    return (getattr(sys.stdout, "encoding", None) or "ascii").lower().startswith("utf")


def _aims() -> dict[str, str]:
    return {"higher": "↑", "lower": "↓", "near": "≈"} if _unicode() else {"higher": "^", "lower": "v", "near": "~"}


def _shorter(aside: re.Match[str]) -> str:
    """A long aside, such as the names of thirty columns, must not hide the sentence that it stands in."""
    start = aside[1][:_LONGEST_LABEL]
    # At the end of a part, where there is one.
    kept = (
        f"{start[: start.rfind(';')]};{_ELLIPSIS[not _unicode()]}" if ";" in start else _cut(aside[1], _LONGEST_LABEL)
    )
    return f"({kept})"


def _cut(words: str, most: int) -> str:
    """The start of a long text, up to the end of a word."""
    if len(words) <= most:
        return words
    start = words[:most]
    return (start[: start.rfind(" ")] if " " in start[most // 2 :] else start).rstrip(" ;,") + _ELLIPSIS[not _unicode()]


def _ends(classes: Sequence[tuple[str, int]]) -> list[tuple[str, int | None]]:
    """Keep the commonest and the rarest of many classes, with a line for those between."""
    if len(classes) <= _MOST_CLASSES + 1:
        return list(classes)
    half = _MOST_CLASSES // 2
    between = f"({len(classes) - 2 * half} classes between)"
    return [*classes[:half], (between, None), *classes[-half:]]


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _text(text: str, style: str = "") -> Text:
    return Text(one_line(text), style=style)


def _number(value: float | None) -> str:
    # Never a minus sign before nothing.
    return "" if value is None else f"{value:.3f}".replace("-0.000", "0.000")


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{_number(interval[0])} to {_number(interval[1])}"


def _plain(value: Any) -> Any:
    """Say a numpy number as a number and anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


def _write(text: str, stream: TextIO | None) -> None:
    """Write to a stream; a reader that has gone (``| head``), or never was, changes nothing about the run."""
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end; give it a place where that works.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
