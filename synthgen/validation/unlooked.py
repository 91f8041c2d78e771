"""A report on rows that nobody compared with real ones: a formal guarantee, and what isn't known."""

from __future__ import annotations

from synthgen.guarantee import PrivacyGuarantee, RowSource
from synthgen.validation.privacy.flags import no_flags
from synthgen.validation.report import ValidationReport
from synthgen.validation.verdict import Finding, Outcome, Purpose, Verdict

NOT_TESTED = (
    "whether the synthetic rows are like the real ones (validation='none'): no figure was worked out, so that none "
    "can give anything away",
    "attacks on the rows: the formal guarantee bounds what any of them can find about one unit",
)


def unlooked(guarantee: PrivacyGuarantee, source: RowSource, purpose: Purpose, rows: int) -> ValidationReport:
    """Judge rows by their guarantee alone.

    To share them, that is all that is asked; whether to train on them isn't known.

    Parameters
    ----------
    guarantee : PrivacyGuarantee
    source : RowSource
    purpose : Purpose
    rows : int
        Synthetic rows.

    Returns
    -------
    ValidationReport
        Without figures and flags. PASS for a release, INCONCLUSIVE for training.
    """
    release = purpose is Purpose.RELEASE
    findings = (
        Finding("guarantee", Outcome.PASS, f"How rows are made: {source}; {guarantee}", release, about="privacy"),
        Finding(
            "likeness", Outcome.INCONCLUSIVE, "Likeness to the real rows: not looked at (validation='none')",
            not release, "validate on an internal copy (validation='standard'), and keep the figures inside",
            about="fidelity",
        ),
    )  # fmt: skip
    outcome = Outcome.PASS if release else Outcome.INCONCLUSIVE
    return ValidationReport(Verdict(outcome, purpose, findings, NOT_TESTED), (), no_flags(), counts={"synthetic": rows})
