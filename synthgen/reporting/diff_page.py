"""Two reports of one kind on one page: what changed, and which way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from markupsafe import Markup

from synthgen.errors import UsageError
from synthgen.reporting import changes
from synthgen.reporting.changes import Change, Compared
from synthgen.reporting.html import render, shorten
from synthgen.reporting.model_changes import calibration_changes, uplift_changes
from synthgen.reporting.section import Section
from synthgen.reporting.sections.verdict import MARKS, headline
from synthgen.reporting.twin import Twin, drawing

SIGNS = {"better": "▲", "worse": "▼", "changed": "●", "new": "+", "gone": "−"}
ORDER = ("worse", "gone", "changed", "new", "better")
SHOWN = 300
FOLDED = ("Measurements", "Columns")
"""Parts in which what is new or gone is folded away."""


def diff_html(before: Twin, after: Twin) -> str:
    """Give what changed from one report to another as one complete page.

    Parameters
    ----------
    before, after : Twin
        Of one kind; see :func:`synthgen.reporting.read_twin`.

    Returns
    -------
    str
        HTML without script or outside request.

    Raises
    ------
    UsageError
        The twins are of different kinds.
    """
    if before.kind != after.kind:
        raise UsageError(
            f"A {before.kind} report can't be compared with a {after.kind} report. Name two of one kind: two "
            "fidelity.json or two bias.json."
        )
    with drawing(before, after):
        return _page(before, after)


def compare(before: Twin, after: Twin) -> tuple[Compared, ...]:
    """Find what changed between two twins of one kind, part by part."""
    made = changes.provenance_changes(before.provenance, after.provenance)
    if before.kind == "fidelity":
        one, two = before.report, after.report
        return (
            changes.verdict_changes(one, two),
            changes.measurement_changes(one, two),
            changes.column_changes(one, two),
            *_of_models(before, after),
            changes.said_changes("What was not tested", one.verdict.not_tested, two.verdict.not_tested),
            made,
        )
    old, new = before.profile, after.profile
    return (
        changes.said_changes("Findings", old.bias.findings, new.bias.findings),
        changes.group_changes(old, new),
        changes.class_changes(old, new),
        changes.profile_changes(old, new),
        changes.said_changes("Notes", old.notes, new.notes),
        made,
    )


def _of_models(before: Twin, after: Twin) -> Iterator[Compared]:
    """Uplift and calibration, where either report was handed them."""
    if before.uplift is not None or after.uplift is not None:
        yield uplift_changes(before.uplift, after.uplift)
    if before.calibration or after.calibration:
        yield calibration_changes(before.calibration, after.calibration)


def _page(before: Twin, after: Twin) -> str:
    parts = [replace(part, changes=tuple(sorted(part.changes, key=_weight))) for part in compare(before, after)]
    found = [change for part in parts for change in part.changes]
    sure = [change for change in found if change.apart]
    opening = render(
        "diff_opening.html", before=before, after=after, verdicts=_verdicts(before, after), marks=MARKS,
        number=len(found), sure=len(sure), worse=sum(change.mark == "worse" for change in sure),
        better=sum(change.mark == "better" for change in sure),
    )  # fmt: skip
    sections = [Section(f"diff-{place}", part.title, _table(part)) for place, part in enumerate(parts, start=1)]
    title = f"{before.kind.capitalize()}: what changed from {shorten(before.name)} to {shorten(after.name)}"
    return str(render("page.html", title=title, opening=opening, about="synthgen", sections=sections))


def _table(part: Compared) -> Markup:
    """What chance doesn't explain or has no interval; then, folded, what it may explain, and what is new or gone."""
    shown = part.changes[:SHOWN]
    alone = [change for change in shown if change.mark in ("new", "gone")]
    chance = [change for change in shown if change.apart is False]
    clear = [change for change in shown if change.apart is not False and change.mark not in ("new", "gone")]
    if part.title not in FOLDED:
        clear, alone = clear + alone, []
    return render(
        "diff_table.html", part=part, clear=clear, chance=chance, alone=alone, signs=SIGNS,
        listed=part.title == FOLDED[0], hidden=max(len(part.changes) - SHOWN, 0),
    )  # fmt: skip


def _weight(change: Change) -> tuple[bool, int]:
    """Order of reading only: what chance doesn't explain first, then the worse."""
    return change.apart is not True, ORDER.index(change.mark)


def _verdicts(before: Twin, after: Twin) -> tuple[tuple[str, str, str], ...]:
    """When, outcome and sentence of both verdicts; none for a bias report."""
    if before.kind != "fidelity":
        return ()
    pairs = (("Before", before.report.verdict), ("After", after.report.verdict))
    return tuple((when, str(verdict.outcome), headline(verdict)) for when, verdict in pairs)
