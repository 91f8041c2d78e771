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


LARGEST_EPSILON = 10.0
"""Above it a guarantee bounds nothing that matters: a suspicion of one in ten may become one of .9996. It is also where
Ponomareva et al. (2023), https://doi.org/10.1613/jair.1.14649, see little or no guarantee begin."""


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
        Without figures and flags. PASS for a release, unless epsilon is too large to carry it; INCONCLUSIVE for
        training.
    """
    release = purpose is Purpose.RELEASE
    strong = guarantee.epsilon <= LARGEST_EPSILON
    weak = f", which bounds nothing that matters above epsilon {LARGEST_EPSILON:g}"
    findings = (
        Finding(
            "guarantee", Outcome.PASS if strong else Outcome.INCONCLUSIVE,
            f"How rows are made: {source}; {guarantee}{'' if strong else weak}", release,
            f"fit with an epsilon of {LARGEST_EPSILON:g} or less; around 1 is a strong promise, 3 a usual one",
            about="privacy",
        ),
        Finding(
            "likeness", Outcome.INCONCLUSIVE, "Likeness to the real rows: not looked at (validation='none')",
            not release, "validate on an internal copy (validation='standard'), and keep the figures inside",
            about="fidelity",
        ),
    )  # fmt: skip
    outcome = Outcome.PASS if release and strong else Outcome.INCONCLUSIVE
    return ValidationReport(Verdict(outcome, purpose, findings, NOT_TESTED), (), no_flags(), counts={"synthetic": rows})
