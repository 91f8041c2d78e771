"""A report whose figures were taken again over all rows, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synthgen.scale.comparing.figures import fidelity
from synthgen.scale.comparing.leaks import privacy
from synthgen.scale.comparing.real_rows import RealRows
from synthgen.scale.comparing.tally import Tally
from synthgen.scale.comparing.totals import Totals
from synthgen.validation import Comparison, Gate, Purpose, ValidationReport
from synthgen.validation.gate import gate_of
from synthgen.validation.metric import Measurement
from synthgen.validation.privacy.leaks import CONTAMINATED, DRIFTED
from synthgen.validation.privacy.reasons import POLICY_REASONS

BY_PART = frozenset({"dcr_share"})
"""Figures of which only some parts are measured anew: the others stand."""

NOT_SOUND = (CONTAMINATED, DRIFTED)


def measurements(real: RealRows, made: Tally, pilot: Comparison) -> tuple[Measurement, ...]:
    """Figures over all rows, with the names of those of a sample that they replace.

    Parameters
    ----------
    real : RealRows
    made : Tally
        Of all synthetic rows.
    pilot : Comparison
        What the sample's figures were measured on. Where its rows were made to differ from the real ones on purpose,
        fidelity is left to it, and so are leaks where subjects stand on both sides.

    Returns
    -------
    tuple of Measurement
    """
    found = [] if pilot.tilts is not None else fidelity(Totals(real, made))
    return (*found, *([] if pilot.split_subjects else privacy(real, made)))


def with_measurements(
    report: ValidationReport,
    new: Sequence[Measurement],
    *,
    comparison: Comparison,
    purpose: Purpose,
    gate: Gate | str | None = None,
    made: Tally | None = None,
    refused: bool = True,
) -> ValidationReport:
    """Put figures in the place of those of the same name, and judge again.

    Parameters
    ----------
    report : ValidationReport
        Of a sample.
    new : sequence of Measurement
    comparison : Comparison
        What the report is about.
    purpose : Purpose
    gate : Gate or "default", optional
        The default gate if not given.
    made : Tally, optional
        Of all synthetic rows, for how many were refused; those of the report if not given.
    refused : bool
        Whether the flagged rows have been taken out.

    Returns
    -------
    ValidationReport
        With the sample's flags and charts; what it wasn't tested for says which figures rest on the sample.
    """
    results = replaced(report.results, new)
    flags = report.flagged_rows
    rows = len(report.refused_rows["row"].unique()), len(comparison.synthetic)
    disclosing = int(flags["row"][flags["reason"].isin(POLICY_REASONS)].nunique())
    if made is not None:
        rows, disclosing = (made.rows - made.kept, made.rows), made.disclosing
    verdict = gate_of(gate).judge(
        results,
        purpose=purpose,
        row_source=comparison.row_source,
        guarantee=comparison.guarantee,
        flagged=rows,
        refused=refused,
        disclosing=disclosing,
        not_tested=(*report.verdict.not_tested, *_of_the_sample(comparison, new, made)),
    )
    return replace(report, verdict=verdict, results=results)


def replaced(old: Sequence[Measurement], new: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """The old figures with new ones in their place; what a sample's split doesn't allow to be told isn't told."""
    unsound = {m.name for m in old if m.subject is None and m.reason in NOT_SOUND}
    taken = [m for m in new if m.name not in unsound]
    names = {m.name for m in taken}
    out: list[Measurement] = []
    for measurement in old:
        name = measurement.name
        if name not in names:
            out.append(measurement)
        elif name in BY_PART:
            out += [m for m in taken if m.name == name and m.subject == measurement.subject] or [measurement]
        elif all(m.name != name for m in out):
            out += [m for m in taken if m.name == name]
    told = {(m.name, m.subject) for m in out}
    return (*out, *(m for m in taken if (m.name, m.subject) not in told))


def _of_the_sample(comparison: Comparison, new: Sequence[Measurement], made: Tally | None) -> list[str]:
    names = ", ".join(dict.fromkeys(m.title for m in new))
    n, real = len(comparison.synthetic), len(comparison.train) + len(comparison.holdout)
    words = [
        f"all rows, but for these figures: {names}. The others were measured on {n:,} synthetic and {real:,} real "
        "rows, drawn at random"
    ]
    if made is not None and made.kept > n:
        words.append(
            f"whether each of the other {made.kept - n:,} rows lies near a real row or between them; exact and rounded "
            "copies of any real row were looked for among all"
        )
    return words
