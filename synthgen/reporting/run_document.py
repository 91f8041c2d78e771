"""The record of a run: how it was made and every figure, for programs, versioned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import plain
from synthgen.reporting.sections.refused import flagged_by_reason

if TYPE_CHECKING:
    from synthgen.profiling.profile import ColumnProfile, Profile
    from synthgen.validation.report import ValidationReport

VERSION = 1
FEWEST = 10


def run_json(
    report: ValidationReport,
    profile: Profile | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> str:
    """Give a run as JSON: provenance, verdict, every measurement, and a summary of the profile.

    Parameters
    ----------
    report : ValidationReport
    profile : Profile or None
    provenance : mapping or None

    Returns
    -------
    str
        A JSON object with ``"synthgen_run": 1``, laid down in ``synthgen/reporting/schemas/run.schema.json``. It
        holds no NaN, no value of a single row, no quantile, and no label held by fewer than ten rows.
    """
    document = {
        "synthgen_run": VERSION,
        "provenance": plain(provenance or {}),
        "verdict": _verdict(report),
        "counts": plain(report.counts),
        "measurements": [
            {item.name: plain(getattr(result, item.name)) for item in fields(result)}
            for result in report.results
        ],
        "flagged_rows_by_reason": flagged_by_reason(report),
        "columns": [
            {"name": column.name, "kind": str(column.kind), "gap": plain(column.gap),
             "baseline_gap": plain(column.baseline_gap), "missing": plain(column.missing)}
            for column in report.columns
        ],
        "profile": None if profile is None else _profile(profile),
    }  # fmt: skip
    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False)
    return text + "\n"


def _verdict(report: ValidationReport) -> dict[str, Any]:
    verdict = report.verdict
    return {
        "outcome": str(verdict.outcome),
        "words": verdict.words,
        "purpose": str(verdict.purpose),
        "findings": [
            {item.name: plain(getattr(finding, item.name)) for item in fields(finding)} for finding in verdict.findings
        ],
        "not_tested": list(verdict.not_tested),
        "privacy": list(verdict.privacy),
    }


def _profile(profile: Profile) -> dict[str, Any]:
    rare = [count for _, count in profile.classes if count < FEWEST]
    return {
        "rows": profile.n_rows,
        "columns": [_column(column) for column in profile.columns],
        "classes": [
            {"label": str(label), "rows": int(count)}
            for label, count in profile.classes if count >= FEWEST
        ],
        f"classes_under_{FEWEST}_rows": {"classes": len(rare), "rows": int(sum(rare))},
        "bias": _bias(profile),
        "notes": list(profile.notes),
    }  # fmt: skip


def _column(column: ColumnProfile) -> dict[str, Any]:
    names = ("name", "kind", "role", "n", "missing", "distinct", "family", "note")
    summary = {name: plain(getattr(column, name)) for name in names}
    summary["levels"] = [{"label": str(label), "share": plain(part)} for label, part in column.levels]
    return summary


def _bias(profile: Profile) -> dict[str, Any]:
    bias = profile.bias
    return {
        "features": list(bias.features),
        "guessed": bias.guessed,
        "selected": bias.selected,
        "findings": list(bias.findings),
        "groups": [
            {item.name: plain(getattr(group, item.name)) for item in fields(group)}
            for group in bias.groups if group.n >= FEWEST
        ],
    }  # fmt: skip
