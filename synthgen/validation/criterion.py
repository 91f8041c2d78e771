"""One demand of a gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from synthgen.validation.metric import Measurement
from synthgen.validation.verdict import Outcome, Purpose

BOTH = frozenset(Purpose)
RELEASE = frozenset({Purpose.RELEASE})

MORE_ROWS = "more real rows, or a larger share held out, would settle it"


@dataclass(frozen=True)
class Criterion:
    """One demand of a gate.

    Parameters
    ----------
    name : str
    metric : str
        The measurement it judges; each subject of it is judged and the worst counts.
    judge : callable
        Measurement to (outcome, words).
    blocks : frozenset of Purpose
        For which purposes it can fail the verdict; for others it warns.
    advice : str
        What to try if it isn't met.
    whole_table : bool
        Judge only the measurement of the whole table, not those of single columns.
    criterion_of : str
        Which of the three criteria of the Article 29 Working Party (Opinion 05/2014) a leak of this kind touches:
        "singling out", "linkability" or "inference"; empty for those that aren't about leaks.
    cured_by_refusal : bool
        Met once the flagged rows are gone.
    parts_may_lack : bool
        If the whole table was measured, parts too small for it are told in the report, and don't unsettle the verdict.
    """

    name: str
    metric: str
    judge: Callable[[Measurement], tuple[Outcome, str]]
    blocks: frozenset[Purpose]
    advice: str
    whole_table: bool = True
    cured_by_refusal: bool = False
    criterion_of: str = ""
    parts_may_lack: bool = False
