"""What a run looks like in a terminal, and as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from synthgen.cli.failures import printable

if TYPE_CHECKING:
    from synthgen.planning.uplift.result import Uplift
    from synthgen.profiling.profile import Profile
    from synthgen.result import SynthesisResult
    from synthgen.validation.metric import Measurement
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.verdict import Finding, Verdict
    from synthgen.verification import Verification

# Symbol, its stand-in where the terminal has no Unicode, and a colour: never the colour alone.
_SIGNS = {"PASS": ("✔", "+", "green"), "INCONCLUSIVE": ("▲", "!", "yellow"), "FAIL": ("✘", "x", "red")}

_MOST_CLASSES = 8
_MOST_LINES = 5
_RARE_HALF_WIDTH = 0.1


def show(parts: Iterable[RenderableType], *, aside: bool = False) -> None:
    """Print a summary on stdout, or aside on stderr, in colour where that is a terminal."""
    console = Console(highlight=False, markup=False, emoji=False, stderr=aside)
    with console.capture() as capture:
        for part in parts:
            # A path broken over two lines can't be copied, so lines of text are left whole.
            console.print(part, soft_wrap=isinstance(part, Text))
    _write(capture.get(), sys.stderr if aside else sys.stdout)


def show_json(document: dict[str, Any]) -> None:
    """Print one JSON object on stdout."""
    _write(json.dumps(document, indent=2, ensure_ascii=False, default=_plain) + "\n", sys.stdout)


def synthesis_parts(result: SynthesisResult, files: Sequence[Path | str]) -> list[RenderableType]:
    """Build the summary of a synthesis: verdict, rows, figures, files."""
    return [
        *verdict_parts(result.verdict),
        _text(""),
        _rows_table(row_counts(result)),
        *figure_parts(result.validation),
        *files_parts(files),
    ]


def verdict_parts(verdict: Verdict) -> list[RenderableType]:
    """Build the verdict in words, with what was found against it and what to try."""
    outcome = str(verdict.outcome)
    parts: list[RenderableType] = [_signed(outcome, f"{outcome}: {verdict.words}", bold=True)]
    unmet = (*verdict.blocking, *verdict.warnings)
    parts += [_finding_line(finding) for finding in unmet]
    # Several findings share an advice; each is said once.
    advice = list(dict.fromkeys(finding.advice for finding in unmet if finding.advice))
    if advice:
        parts += [_text("  What to try:"), *(_text(f"  - {words}") for words in advice)]
    if verdict.not_tested:
        parts.append(_text("  Not tested: " + "; ".join(verdict.not_tested), "dim"))
    return parts


def figure_parts(report: ValidationReport) -> list[RenderableType]:
    """Build the table of whole-table figures beside what real rows score."""
    figures = [item for item in report.results if item.subject is None]
    table = _table("Figure", "synthetic", "95 % interval", "real rows", "better")
    for item in figures:
        if item.computed:
            interval = _between(item.interval)
            table.add_row(_text(item.title), _number(item.value), interval, _number(item.baseline), _better(item))
    parts: list[RenderableType] = [_text(""), table] if table.row_count else []
    for item in figures:
        if not item.computed:
            reason = f", {item.reason}" if item.reason else ""
            parts.append(_text(f"{item.title}: not computed{reason}", "dim"))
    return parts


def profile_parts(profile: Profile, files: Sequence[Path]) -> list[RenderableType]:
    """Build the summary of a profile: size, classes, kinds, findings."""
    kinds = Counter(column.kind for column in profile.columns)
    listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    parts: list[RenderableType] = [_text(f"{profile.n_rows:,} rows, {len(profile.columns)} columns: {listed}", "bold")]
    if profile.classes:
        table = _table("Class", "rows", "share")
        for label, count in _ends(profile.classes):
            share = "" if count is None else f"{count / profile.n_rows:.2%}"
            table.add_row(_text(label), "" if count is None else f"{count:,}", share)
        parts.append(table)
    parts += [_signed("INCONCLUSIVE", note) for note in profile.notes]
    parts += _source_parts(profile)
    if profile.bias.features:
        how = " (picked by their names)" if profile.bias.guessed else ""
        parts.append(_text(f"Sensitive columns{how}: {', '.join(profile.bias.features)}"))
        parts += [_text(f"  - {finding}") for finding in profile.bias.findings]
    return parts + files_parts(files)


def _source_parts(profile: Profile) -> list[RenderableType]:
    """Say what should be known before rows are made: personal data, suspects, rules of gaps, small classes."""
    personal = [
        f"{item.column}: {item.what} ({item.confidence} confidence, {item.example})"
        for item in profile.personal_data.columns
    ]
    suspects = [item.words for item in profile.dependence.suspects]
    rules = [rule.words for rule in profile.missingness.rules]
    rare = [item.words for item in profile.size.classes if item.half_width > _RARE_HALF_WIDTH]
    parts: list[RenderableType] = []
    for title, lines in (
        ("Personal data", personal), ("May give the target away", suspects), ("Rules of missing values", rules),
        ("Few rows to learn from", rare),
    ):  # fmt: skip
        if lines:
            parts.append(_text(f"{title}:"))
            parts += [_text(f"  - {line}") for line in lines[:_MOST_LINES]]
            if len(lines) > _MOST_LINES:
                parts.append(_text(f"  - and {len(lines) - _MOST_LINES} more, in the report", "dim"))
    return parts


def uplift_parts(found: Uplift) -> list[RenderableType]:
    """Build the advice with the figures that it rests on."""
    parts: list[RenderableType] = [_text(found.advice, "bold"), _text("")]
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
    return parts + [_text(f"  - {note}") for note in found.notes]


def verification_parts(found: Verification) -> list[RenderableType]:
    """Build the outcome of a verification, with everything that was compared."""
    signs = {True: "PASS", False: "FAIL", None: "INCONCLUSIVE"}
    return [
        _signed("PASS" if found.matches else "FAIL", str(found.outcome), bold=True),
        *(_signed(signs[check.agrees], f"{check.name}: {check.words}", indent="  ") for check in found.checks),
    ]


def files_parts(files: Sequence[Path | str]) -> list[RenderableType]:
    """List the files that were written."""
    lines = [_text(f"  {path}", "cyan") for path in files]
    return [_text(""), _text("Written:", "bold"), *lines] if lines else []


def hint(text: str) -> RenderableType:
    """One line on what to do next."""
    return _text(text, "dim")


def row_counts(result: SynthesisResult) -> dict[str, Any]:
    """Say what became of the rows; ``delivered`` is 0 for a table that the gate withholds."""
    counts = dict(result.provenance.counts)
    if result.withheld:
        counts["delivered"] = 0
    return {**counts, "refused_by_reason": dict(result.provenance.refused_by_reason)}


def verdict_document(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict as plain values."""
    return {
        "outcome": str(verdict.outcome),
        "words": verdict.words,
        "purpose": str(verdict.purpose),
        "findings": [
            {
                "criterion": item.criterion,
                "outcome": str(item.outcome),
                "blocks": item.blocks,
                "words": item.words,
                "advice": item.advice,
            }
            for item in verdict.findings
        ],
        "privacy": list(verdict.privacy),
        "not_tested": list(verdict.not_tested),
    }


def report_document(report: ValidationReport) -> dict[str, Any]:
    """Give a validation report as plain values, without the rows that were flagged."""
    return {
        "verdict": verdict_document(report.verdict),
        "counts": dict(report.counts),
        "flagged": dict(Counter(str(reason) for reason in report.flagged_rows["reason"])),
        "measurements": json.loads(report.measurements.to_json(orient="records")),
    }


def verification_document(found: Verification) -> dict[str, Any]:
    """Give a verification as plain values."""
    checks = [{"name": check.name, "agrees": check.agrees, "words": check.words} for check in found.checks]
    return {"outcome": str(found.outcome), "matches": found.matches, "checks": checks}


def _rows_table(counts: dict[str, Any]) -> Table:
    from synthgen.validation.privacy.reasons import REASON_WORDS

    words_of: dict[str, str] = {str(reason): words for reason, words in REASON_WORDS.items()}
    table = _table("Rows", "")
    table.add_row("real", f"{counts['real']:,}")
    table.add_row("synthetic, asked for", f"{counts['requested']:,}")
    table.add_row("synthetic, drawn with a reserve", f"{counts['drawn']:,}")
    table.add_row("  refused", f"{counts['refused']:,}")
    # A row may be refused for several reasons, so these can add up to more.
    for reason, count in sorted(counts["refused_by_reason"].items(), key=lambda item: -item[1]):
        table.add_row(_text(f"    {words_of.get(reason, reason)}", "dim"), f"{count:,}")
    table.add_row("synthetic, accepted", f"{counts['accepted']:,}")
    words = "delivered" if counts["delivered"] else "delivered: the gate withholds the table"
    if counts["delivered"] > counts["accepted"]:
        words = "delivered, real and synthetic"
    table.add_row(_text(words, "bold"), _text(f"{counts['delivered']:,}", "bold"))
    return table


def _finding_line(finding: Finding) -> RenderableType:
    # What doesn't block is a warning, whatever its own outcome: a red cross under a PASS would confuse.
    sign = str(finding.outcome) if finding.blocks else "INCONCLUSIVE"
    return _signed(sign, finding.words, indent="  ")


def _signed(outcome: str, words: str, *, bold: bool = False, indent: str = "") -> Text:
    sign, plain, colour = _SIGNS.get(outcome, ("-", "-", ""))
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    text = Text(indent)
    text.append(sign if encoding.startswith("utf") else plain, style=colour)
    text.append(f" {printable(words)}", style=f"bold {colour}" if bold else "")
    return text


def _ends(classes: Sequence[tuple[str, int]]) -> list[tuple[str, int | None]]:
    """Keep the commonest and the rarest of many classes, with a line for those between."""
    if len(classes) <= _MOST_CLASSES + 1:
        return list(classes)
    half = _MOST_CLASSES // 2
    between = f"({len(classes) - 2 * half} classes between)"
    return [*classes[:half], (between, None), *classes[-half:]]


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold", show_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _between(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


def _better(item: Measurement) -> str:
    return {"higher": "higher", "lower": "lower"}.get(str(item.direction), "near real")


def _plain(value: Any) -> Any:
    """Say a numpy number as a number and anything else as text."""
    return value.item() if hasattr(value, "item") else str(value)


def _write(text: str, stream: TextIO) -> None:
    """Write to a stream; a reader that has gone (``| head``) changes nothing about the run."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end; give it a place where that works.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
