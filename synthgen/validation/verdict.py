"""What a gate says: an outcome, and findings in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """Who will see the result, and so which findings block."""

    AUGMENT = "augment"
    RELEASE = "release"


class Outcome(StrEnum):
    """The three answers of a gate."""

    PASS = "PASS"
    FAIL = "FAIL"
    INCONCLUSIVE = "INCONCLUSIVE"


_WORDS = {
    (Outcome.PASS, Purpose.AUGMENT): "may be used for training",
    (Outcome.PASS, Purpose.RELEASE): "may be shared",
    (Outcome.INCONCLUSIVE, Purpose.AUGMENT): "only with care",
    (Outcome.INCONCLUSIVE, Purpose.RELEASE): "only with care",
    (Outcome.FAIL, Purpose.AUGMENT): "must not be used for training",
    (Outcome.FAIL, Purpose.RELEASE): "must not be shared",
}


@dataclass(frozen=True)
class Finding:
    """One criterion of a gate, judged.

    Parameters
    ----------
    criterion : str
        Name of the criterion.
    outcome : Outcome
    words : str
        What was found, against what, in a sentence.
    blocks : bool
        Whether the criterion can make the whole verdict FAIL; if not, it only warns.
    advice : str
        What to try if it isn't met.
    cleared : {"", "refused", "tolerated"}
        Why it is met though a leak check found something: its rows were refused, or it is less than is tolerated.
    unseen : str
        What parts of the table couldn't have shown.
    about : {"", "singling out", "linkability", "inference", "privacy", "fidelity", "utility"}
        Which of the three criteria of the Article 29 Working Party it is evidence on, else the family of its figures.
    """

    criterion: str
    outcome: Outcome
    words: str
    blocks: bool
    advice: str = ""
    cleared: str = ""
    unseen: str = ""
    about: str = ""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a gate with all its findings."""

    outcome: Outcome
    purpose: Purpose
    findings: tuple[Finding, ...]
    not_tested: tuple[str, ...] = ()
    privacy: tuple[str, ...] = ()
    """What was found of singling out, linkability and inference (Article 29 Working Party), and against whom."""

    @property
    def words(self) -> str:
        """The outcome as a person would say it."""
        return _WORDS[self.outcome, self.purpose]

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Findings that keep the verdict from being PASS."""
        return tuple(f for f in self.findings if f.blocks and f.outcome is not Outcome.PASS)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that are not met but don't block."""
        return tuple(f for f in self.findings if not f.blocks and f.outcome is not Outcome.PASS)

    def __str__(self) -> str:
        lines = [f"{self.outcome}: {self.words}"]
        lines += [f"- {finding.words}" for finding in (*self.blocking, *self.warnings)]
        lines += [f"  {words}" for words in self.privacy]
        return "\n".join(lines)
