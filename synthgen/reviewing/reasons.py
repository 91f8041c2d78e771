"""Why a row is on a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What rows are shown for; one group a row, however many reasons it has."""

    TYPICAL = "typical"
    LEAST_PLAUSIBLE = "least plausible"
    NEAREST = "nearest to a real row"
    LABEL_DOUBT = "label in doubt"
    EDGE = "edge of a rule"
    FLAGGED = "flagged by a check"


GROUP_WORDS = {
    Group.TYPICAL: "Drawn at random from all rows: they stand for those that nobody looks at.",
    Group.LEAST_PLAUSIBLE: "Their values go together least, as far as a model of the real rows can tell.",
    Group.NEAREST: "Nearest to any real row. The distance alone is given: whose row it is, the sheet doesn't say.",
    Group.LABEL_DOUBT: "A model of the real rows finds their label implausible for them.",
    Group.EDGE: "At or beyond the edge of what holds in the real rows.",
    Group.FLAGGED: "Flagged by a check that only warns, so that they weren't refused.",
}


@dataclass(frozen=True)
class Pick:
    """One row of a sheet.

    Parameters
    ----------
    row : int
        Its position among the accepted synthetic rows, from 0.
    group : Group
    reasons : tuple of str
        In words; at least one.
    """

    row: int
    group: Group
    reasons: tuple[str, ...]


Found = list[tuple[int, str]]
"""Candidates of a group, the worst first: position, and the reason in words."""
