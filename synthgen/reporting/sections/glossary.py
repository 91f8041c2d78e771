"""The words of the report, explained; where each measurement is defined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import render
from synthgen.reporting.section import Section

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport


def glossary(report: ValidationReport, provenance: Mapping[str, Any]) -> Section:
    """Words used in the report, and the source of each measurement's definition."""
    sources = {m.title: m.reference for m in report.results if m.reference}
    return Section("glossary", "Glossary", render("glossary.html", sources=sources))
