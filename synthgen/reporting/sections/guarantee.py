"""A formal guarantee: what it says, what it covers and what it doesn't, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import render
from synthgen.reporting.section import Section

if TYPE_CHECKING:
    from synthgen.validation.report import ValidationReport


def guarantee(report: ValidationReport, provenance: Mapping[str, Any]) -> Section | None:
    """Say what is inside the guarantee of a differentially private run, and what is outside."""
    known = provenance.get("privacy")
    if not isinstance(known, Mapping):
        return None
    ledger = known.get("ledger")
    html = render(
        "guarantee.html", epsilon=known.get("epsilon"), delta=known.get("delta"), unit=known.get("unit"),
        neighbouring=known.get("neighbouring"), factor=known.get("factor"), inside=known.get("inside") or (),
        outside=known.get("outside") or (), spent=known.get("spent") or (), validated=bool(known.get("validated")),
        ledger=ledger if isinstance(ledger, Mapping) else None,
    )  # fmt: skip
    return Section("guarantee", "What is guaranteed", html)


def guarantee_words(privacy: object) -> list[str]:
    """Say the same in sentences, for a card."""
    if not isinstance(privacy, Mapping):
        return []
    inside, outside = (", ".join(map(str, privacy.get(key) or ())) for key in ("inside", "outside"))
    return [f"The guarantee covers {inside}.", f"It doesn't cover {outside}."]
