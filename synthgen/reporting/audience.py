"""Who reads a report, and what others than insiders should not see: it is taken out of the data, not out of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from synthgen.errors import UsageError

if TYPE_CHECKING:
    from synthgen.profiling.profile import Profile
    from synthgen.validation.metric import Measurement
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.verdict import Finding, Verdict

KEPT = ("version", "created", "generator", "generator_words", "guarantee", "purpose", "target", "gate",
        "privacy")  # fmt: skip
"""What is known of a run that outsiders may know: not the seed, the parameters, what was made coarser, or refused."""


class Audience(StrEnum):
    """Who will read a report.

    ``INTERNAL`` readers may see the real table. ``SHAREABLE`` reports are for those who may see the released one.
    """

    INTERNAL = "internal"
    SHAREABLE = "shareable"

    @classmethod
    def of(cls, word: str) -> Audience:
        """Read the word, or say which there are.

        Examples
        --------
        >>> Audience.of("shareable")
        <Audience.SHAREABLE: 'shareable'>
        """
        try:
            return cls(word)
        except ValueError:
            raise UsageError(f"audience must be {' or '.join(cls)}; got {word!r}.") from None


def shareable_report(report: ValidationReport) -> ValidationReport:
    """Leave the verdict and the figures of the whole table; drop what describes parts of the real table.

    Without values of columns and pairs, precision curves, flagged rows, and figures about single columns (but their
    gaps), pairs, classes, groups and rules. The findings keep their outcomes, and lose the words that name such parts.

    Parameters
    ----------
    report : ValidationReport

    Returns
    -------
    ValidationReport
    """
    columns = tuple(replace(item, labels=(), real=(), synthetic=(), edges=None) for item in report.columns)
    made = report.counts.get("synthetic")
    whole = tuple(_whole(m, made) for m in report.results if m.subject is None)
    counts = {key: _about(value) if key != "synthetic" else value for key, value in report.counts.items()}
    return replace(
        report, verdict=_verdict(report.verdict, report), results=whole, flagged_rows=report.flagged_rows[:0],
        columns=columns, associations=None, counts=counts, pairs=(), curves=(),
    )  # fmt: skip


def shareable_provenance(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What outsiders may know of a run; counts of rows in two digits.

    Examples
    --------
    >>> shareable_provenance({"version": "1", "random_state": 7, "counts": {"real": 15_492, "refused": 3}})
    {'version': '1', 'counts': {'real': 15000}, 'audience': 'shareable'}
    """
    known: dict[str, Any] = {key: provenance[key] for key in KEPT if key in provenance}
    counts = provenance.get("counts") or {}
    shown = {key: _about(int(counts[key])) for key in ("real", "train", "holdout", "delivered") if key in counts}
    # Whoever has the table can count these.
    shown |= {key: int(counts[key]) for key in ("accepted",) if key in counts}
    return {**known, **({"counts": shown} if shown else {}), "audience": str(Audience.SHAREABLE)}


def shareable_profile(profile: Profile) -> Profile:
    """Leave what was found about groups, and drop what describes the columns of the real table."""
    plain = type(profile)(profile.schema, profile.n_rows, ())
    described = ("missingness", "dependence", "size", "personal_data")
    alike = tuple(replace(item, strata=()) for item in profile.bias.conditional)
    return replace(
        profile, columns=(), notes=(), bias=replace(profile.bias, conditional=alike),
        **{name: getattr(plain, name) for name in described},
    )  # fmt: skip


def _whole(m: Measurement, made: int | None) -> Measurement:
    """A figure of the whole table without the note on it, which may name columns and count rows.

    What it rests on may be real rows: it is rounded, unless it is the number of synthetic ones.
    """
    m = m if m.n == made else replace(m, n=_about(m.n))
    return m if m.name == "smallest_leak" or not m.computed else replace(m, reason="")


def _verdict(verdict: Verdict, report: ValidationReport) -> Verdict:
    titles = {m.name: m.title for m in report.results}
    findings = tuple(_finding(finding, titles) for finding in verdict.findings)
    return replace(verdict, findings=findings, privacy=tuple(_without_parts(words) for words in verdict.privacy))


def _finding(finding: Finding, titles: Mapping[str, str]) -> Finding:
    """The outcome by itself where the words may name a class, a column or a count."""
    if finding.criterion == "row_source":
        return replace(finding, advice="")
    title = titles.get(finding.criterion, finding.criterion.replace("_", " ").capitalize())
    return replace(finding, words=title, advice="", unseen="")


def _without_parts(words: str) -> str:
    """What was found of a criterion, without what was said about classes and groups by name."""
    return "; ".join(part for part in words.split("; ") if " = " not in part)


def _about(count: int) -> int:
    """Round a number of real rows to two digits."""
    return int(float(f"{count:.2g}"))
