"""Column by column: each one's values, real against synthetic, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import render
from synthgen.reporting.section import Section
from synthgen.reporting.sections.columns import figures

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport

OPENED = 6


def drilldown(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """One chart a column, the worst ones opened."""
    if not any(column.labels for column in report.columns):
        return None
    html = render("drilldown.html", figures=figures(report.columns), opened=OPENED)
    return Section("values", "Column by column", html)
