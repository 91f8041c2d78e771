"""The verdict in words, its reasons, and what was not tested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import render, shorten
from synthgen.reporting.section import Section

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.verdict import Verdict

MARKS = {"PASS": "✓", "FAIL": "✕", "INCONCLUSIVE": "?"}
MET = {"PASS": "met", "FAIL": "not met", "INCONCLUSIVE": "not settled"}
NAMED = 20


def headline(verdict: Verdict) -> str:
    """Give the verdict as the sentence that opens the page."""
    start = "These synthetic rows " if verdict.words.startswith(("may", "must")) else "Use these synthetic rows "
    return start + verdict.words


def opening(report: ValidationReport, provenance: Mapping[str, Any], level: int = 1) -> Markup:
    """Everything that stands at the head of the page."""
    return render(
        "verdict.html", verdict=report.verdict, headline=headline(report.verdict), level=level,
        marks=MARKS, provenance=provenance, counts=dict(report.counts),
        lifted="gate" in provenance and provenance["gate"] is None,
        withheld=_withheld(report.verdict, provenance),
    )  # fmt: skip


def reasons(report: ValidationReport, provenance: Mapping[str, Any]) -> Section:
    """Every finding of the gate: what blocks, what warns, what was met."""
    verdict = report.verdict
    met = tuple(f for f in verdict.findings if f.outcome == "PASS")
    html = render(
        "reasons.html", blocking=verdict.blocking, cautions=verdict.warnings, met=met, marks=MARKS,
        states=MET, said=tuple(provenance.get("warnings") or ()),
    )  # fmt: skip
    return Section("reasons", "Reasons", html)


def not_tested(report: ValidationReport, provenance: Mapping[str, Any]) -> Section:
    """Everything that this report does not show."""
    failed = [m for m in report.results if m.status == "failed"]
    skipped = [m for m in report.results if m.status == "not_applicable"]
    html = render(
        "not_tested.html", items=report.verdict.not_tested, failed=_titles(failed),
        skipped=_titles(skipped), guarantee=provenance.get("guarantee"),
    )  # fmt: skip
    return Section("not-tested", "What was not tested", html)


def _titles(measurements: list[Any]) -> list[str]:
    shown = (m.title if m.subject is None else f"{m.title}, for {shorten(m.subject)}" for m in measurements)
    titles = list(dict.fromkeys(shown))
    more = [f"{len(titles) - NAMED} more figures"] if len(titles) > NAMED else []
    return titles[:NAMED] + more


def _withheld(verdict: Verdict, provenance: Mapping[str, Any]) -> bool:
    if provenance.get("gate") is None:
        return False
    released = verdict.purpose == "release"
    return verdict.outcome == "FAIL" or (released and verdict.outcome != "PASS")
