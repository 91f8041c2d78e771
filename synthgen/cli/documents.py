"""What a command found, as plain values for ``--json``."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthgen.scale.result import Result
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.verdict import Verdict
    from synthgen.verification import Verification


def row_counts(result: Result) -> dict[str, Any]:
    """Say what became of the rows; ``delivered`` is 0 for a table that the gate withholds."""
    counts = dict(result.provenance.counts)
    if result.withheld:
        counts["delivered"] = 0
    waits = {"awaits_review": True} if result.provenance.awaits_review else {}
    return {**counts, "refused_by_reason": dict(result.provenance.refused_by_reason), **waits}


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
