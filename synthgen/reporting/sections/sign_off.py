"""Who decides, and what: lines to fill in, on screen or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import render
from synthgen.reporting.section import Section

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport

LINES = ("Name", "Role", "Date", "Conditions", "Signature")


def sign_off(report: ValidationReport, provenance: Mapping[str, Any]) -> Section:
    """Leave room for a decision; the page makes none."""
    return Section("sign-off", "Sign-off", render("sign_off.html", verdict=report.verdict, lines=LINES))
