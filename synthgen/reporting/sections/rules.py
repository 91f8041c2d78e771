"""Rules between columns, and gaps: kept or broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.html import render, share
from synthgen.reporting.section import Section
from synthgen.reporting.sections.evidence import RULES, Row, row_of
from synthgen.reporting.svg import paired_bars

if TYPE_CHECKING:
    from synthgen.validation.metric import Measurement
    from synthgen.validation.report import ColumnComparison, ValidationReport

BARS = 20


@dataclass(frozen=True)
class Rule:
    """One rule, and whether the synthetic rows keep it."""

    measurement: Measurement
    kept: str
    mark: str


def rules(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """Show which rules hold in the synthetic rows, and whether values are missing as in real ones."""
    chosen = [m for m in report.results if m.name in RULES]
    if not chosen:
        return None
    lists = {
        title: tuple(_rule(m) for m in chosen if m.name == name and m.subject is not None)
        for name, title in (("declared_rules", "Declared rules"), ("rules_kept", "Rules found in the real rows"))
    }
    gaps = tuple(row_of(m) for m in chosen if m.name == "missing_rates" and m.subject is not None)
    columns = [column for column in report.columns if any(column.missing)]
    html = render(
        "rules.html", overall=_overall(chosen), rules=lists, gaps=gaps,
        missing={column.name: column.missing for column in columns}, chart=_chart(columns[:BARS]),
        drawn=min(len(columns), BARS),
    )  # fmt: skip
    return Section("rules", "Rules and missing values", html)


def _overall(chosen: list[Measurement]) -> tuple[Row, ...]:
    return tuple(row_of(m) for m in chosen if m.subject is None)


def _rule(m: Measurement) -> Rule:
    if m.value is None:
        return Rule(m, "not measured", "?")
    if m.value == 1:
        return Rule(m, "kept", "✓")
    return Rule(m, "kept as often as in held-out rows" if m.value >= (m.baseline or 0.0) else "broken", "✕")


def _chart(columns: list[ColumnComparison]) -> Markup:
    if not columns:
        return Markup("")
    return paired_bars(
        [column.name for column in columns], [column.missing[0] for column in columns],
        [column.missing[1] for column in columns],
        [f"{share(column.missing[0])} · {share(column.missing[1])}" for column in columns],
        title="Share of missing values", description=f"Real above synthetic, for {len(columns)} columns.",
    )  # fmt: skip
