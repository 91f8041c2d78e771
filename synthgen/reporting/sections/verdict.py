"""The verdict in words, its reasons, and what was not tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import render, shorten
from synthgen.reporting.section import Section

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.verdict import Finding, Outcome, Verdict

MARKS = {"PASS": "✓", "FAIL": "✕", "INCONCLUSIVE": "?"}
MET = {"PASS": "met", "FAIL": "not met", "INCONCLUSIVE": "not settled"}
NAMED = 20


PARTS = {
    "singling out": ("Privacy: singling out", "privacy"),
    "linkability": ("Privacy: linkability", "privacy"),
    "inference": ("Privacy: inference", "privacy"),
    "privacy": ("Privacy: whether leaks could be found", "privacy"),
    "fidelity": ("Fidelity", "fidelity"),
    "utility": ("Usefulness", "utility"),
    "": ("How rows are made, and rows refused", "provenance"),
}
ORDER = ("FAIL", "INCONCLUSIVE", "PASS")


@dataclass(frozen=True)
class Part:
    """One part of the verdict: the worst of its findings."""

    title: str
    anchor: str
    outcome: str
    words: str
    blocks: bool


def worst(findings: Sequence[Finding]) -> Outcome:
    """Give the worst outcome of some findings."""
    return min((finding.outcome for finding in findings), key=lambda outcome: ORDER.index(str(outcome)))


def parts(report: ValidationReport) -> tuple[Part, ...]:
    """Each part of the verdict by its worst finding, the worst part first; those that only warn count last."""
    groups: dict[str, list[Finding]] = {key: [] for key in PARTS}
    for finding in report.verdict.findings:
        groups[finding.about if finding.about in PARTS else ""].append(finding)
    out = []
    for key, mine in groups.items():
        if mine:
            first = min(mine, key=_rank)
            out.append(Part(*PARTS[key], str(first.outcome), first.words, first.blocks))
    return tuple(sorted(out, key=lambda part: (part.outcome == "PASS", not part.blocks, ORDER.index(part.outcome))))


def _rank(finding: Finding) -> tuple[bool, bool, int]:
    outcome = str(finding.outcome)
    return outcome == "PASS", not finding.blocks, ORDER.index(outcome)


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
        states=MET, parts=parts(report), said=tuple(provenance.get("warnings") or ()),
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
