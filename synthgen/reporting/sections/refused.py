"""Synthetic rows that were flagged or refused, by reason; never the rows themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from synthgen.reporting.audience import Audience
from synthgen.reporting.html import number, render, words
from synthgen.reporting.section import Section
from synthgen.reporting.svg import single_bars

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport

REASONS = {
    "exact_copy": (
        "Identical to a real row",
        "Every value equals those of a real row that the generator saw.",
    ),
    "near_copy": (
        "Nearly identical to a real row",
        "Equal to one real row but for rounding, or so much like it as hardly any real row is like another.",
    ),
    "interpolated": (
        "Interpolates real rows",
        "The row lies between two or three real rows that the generator saw, so it points at both ends.",
    ),
    "value_reuse": (
        "Has a value of one real row",
        "The row has a value that only one real row has, in a column in which such values come from rows that the "
        "generator saw.",
    ),
    "subset_copy": (
        "Shares several columns with one real row",
        "The row has values of several columns of one real row that the generator saw, which no other real row has.",
    ),
    "rare_category": (
        "Holds a rare category",
        "The row has a category that very few people have, so it may point at one.",
    ),
    "extreme_value": (
        "Holds an extreme value",
        "The row has the exact smallest or largest value of a column, in its class or in all, which few people have.",
    ),
    "implausible_label": (
        "Has an implausible label",
        "A model of the real rows finds the row's label ten times less likely there than among all rows. Such rows "
        "are pointed out, not refused: real rows have some too.",
    ),
    "broken_rule": (
        "Breaks a rule",
        "The row breaks a rule that was declared, such as an end before its start.",
    ),
    "rare_cell": (
        "Holds a rare combination",
        "The row has a combination of quasi-identifiers that some people have, but very few.",
    ),
}


def flagged_by_reason(report: ValidationReport) -> dict[str, int]:
    """Count the flags of each reason, commonest first."""
    frame = report.flagged_rows
    if "reason" not in frame.columns:
        return {}
    return dict(Counter(str(reason) for reason in frame["reason"]).most_common())


def refused(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """How many rows were flagged, refused and kept, and why; not for outsiders."""
    if provenance.get("audience") == Audience.SHAREABLE:
        return None
    flagged = flagged_by_reason(report)
    given = provenance.get("refused_by_reason")
    removed = {str(k): int(v) for k, v in given.items()} if isinstance(given, Mapping) else None
    names = sorted({*flagged, *(removed or {})}, key=lambda code: -max(
        flagged.get(code, 0), (removed or {}).get(code, 0)))  # fmt: skip
    rows = [
        (*REASONS.get(code.lower(), (words(code).capitalize(), "")), flagged.get(code),
         None if removed is None else removed.get(code, 0)) for code in names
    ]  # fmt: skip
    counts = provenance.get("counts") or {}
    html = render(
        "refused.html", rows=rows, chart=_chart(rows), removed=removed is not None,
        total=counts.get("refused") if isinstance(counts, Mapping) else None,
        compared=report.counts.get("synthetic"),
    )  # fmt: skip
    return Section("refused", "Refused rows, by reason", html)


def _chart(rows: list[tuple[str, str, int | None, int | None]]) -> Markup:
    values = [flag if refused is None else refused for _, _, flag, refused in rows]
    if not any(values):
        return Markup("")
    return single_bars(
        [row[0] for row in rows], [float(value or 0) for value in values],
        [number(value or 0) for value in values], kind="s", title="Rows by reason",
        description="; ".join(f"{row[0]}: {value or 0}" for row, value in zip(rows, values, strict=True)),
    )  # fmt: skip
