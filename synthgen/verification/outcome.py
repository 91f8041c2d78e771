"""What a verification comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

HANDED_OUT = "table handed out"
NOT_THE_TABLE = "It isn't the table that the run made."


class Agreement(StrEnum):
    """What a verification comes to."""

    MATCHES = "matches"
    WRONG_KEY = "wrong key"
    RECORD_CHANGED = "record changed"
    OTHER_SOURCE = "other source"
    OTHER_VERSIONS = "other versions"
    NOT_REPEATABLE = "not repeatable"
    OTHER_RESULT = "other result"


@dataclass(frozen=True)
class Check:
    """One thing that was compared.

    Parameters
    ----------
    name : str
    agrees : bool or None
        None: it could not be compared.
    words : str
    """

    name: str
    agrees: bool | None
    words: str


@dataclass(frozen=True)
class Verification:
    """What matched, what didn't, and what could not be compared.

    Attributes
    ----------
    outcome : Agreement
        The first thing that is wrong, in the order in which they are looked at, or MATCHES.
    checks : tuple of Check
    """

    outcome: Agreement
    checks: tuple[Check, ...]

    @property
    def matches(self) -> bool:
        """Whether everything that was compared is the same."""
        return self.outcome is Agreement.MATCHES

    def __str__(self) -> str:
        signs = {True: "same", False: "DIFFERS", None: "not compared"}
        return "\n".join([f"{self.outcome}", *(f"- {c.name}: {signs[c.agrees]}. {c.words}" for c in self.checks)])
