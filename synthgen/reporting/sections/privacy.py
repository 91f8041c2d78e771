"""What the rows give away: three criteria, each attack beside its control; power, groups, and whether it is sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import SPOKEN, render
from synthgen.reporting.section import Section
from synthgen.reporting.sections.evidence import Row, grouped, row_of
from synthgen.reporting.sections.verdict import MARKS, MET, worst

if TYPE_CHECKING:
    from synthgen.validation.metric import Measurement
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.verdict import Outcome

QUESTIONS = {
    "singling out": "Can rows of the synthetic table point at one real person?",
    "linkability": "Can two pieces of knowledge about a person be joined through the synthetic table?",
    "inference": "Can it be told who was in the source, or guessed what is unknown of them?",
}
SOUND = ("holdout_overlap", "holdout_seen", "exchangeability")
POWER = "smallest_leak"
INTRODUCTION = (
    "What the synthetic rows give away about the real ones, by the three criteria of the Article 29 Working Party "
    "(Opinion 05/2014). Each attack is tried on rows that the generator learnt from, and as a control on held-out "
    "rows that it never saw: what succeeds there is knowledge about people in general. Only the difference leaks. "
    "The p-values hold for all leak checks together."
)


@dataclass(frozen=True)
class Criterion:
    """One of the three criteria: what was found, and on what it rests."""

    title: str
    question: str
    outcome: Outcome | None
    said: str
    attacks: tuple[Row, ...]
    checks: tuple[Row, ...]


def privacy(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """Show what the synthetic rows give away."""
    chosen = [m for m in report.results if m.family == "privacy"]
    if not chosen and not report.verdict.privacy:
        return None
    about = {finding.criterion: finding.about for finding in report.verdict.findings if finding.about}
    main = [m for m in chosen if _is_main(m, chosen) and m.name not in (*SOUND, POWER)]
    criteria = [_criterion(name, report, [m for m in main if about.get(m.name) == name]) for name in QUESTIONS]
    parts = [m for m in chosen if m not in main and m.name not in (*SOUND, POWER)]
    html = render(
        "privacy.html", introduction=INTRODUCTION, criteria=[c for c in criteria if c.said or c.attacks or c.checks],
        threat=_said(report, "threat model"), marks=MARKS, states=MET,
        rest=tuple(row_of(m) for m in main if about.get(m.name) not in QUESTIONS),
        power=tuple(row_of(m) for m in chosen if m.name == POWER),
        sound=tuple(row_of(m) for m in chosen if m.name in SOUND),
        groups=tuple(row_of(m) for m in parts if _is_group(m)),
        details=grouped(m for m in parts if not _is_group(m)),
    )  # fmt: skip
    return Section("privacy", "Privacy", html)


def _criterion(name: str, report: ValidationReport, mine: list[Measurement]) -> Criterion:
    findings = [finding for finding in report.verdict.findings if finding.about == name]
    rows = [row_of(m) for m in mine]
    attacks = tuple(row for row in rows if row.measurement.success is not None)
    checks = tuple(row for row in rows if row.measurement.success is None)
    outcome = worst(findings) if findings else None
    return Criterion(name.capitalize(), QUESTIONS[name], outcome, _said(report, name), attacks, checks)


def _said(report: ValidationReport, name: str) -> str:
    """What the verdict says of a criterion, with the names of checks in words."""
    for words in report.verdict.privacy:
        if words.startswith(f"{name}: "):
            said = words.removeprefix(f"{name}: ")
            for code, spoken in SPOKEN.items():
                said = said.replace(code, spoken)
            return said.replace("_", " ")
    return ""


def _is_main(m: Measurement, chosen: list[Measurement]) -> bool:
    """Whether it is the figure of the whole table, or one of few that stand for it."""
    if m.subject is None:
        return True
    return not _is_group(m) and not any(other.name == m.name and other.subject is None for other in chosen)


def _is_group(m: Measurement) -> bool:
    subject = m.subject or ""
    return " = " in subject or subject.startswith("the ")
