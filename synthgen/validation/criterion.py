"""One demand of a gate, and how evidence of a leak is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from synthgen.validation.metric import Measurement
from synthgen.validation.verdict import Outcome, Purpose

BOTH = frozenset(Purpose)
RELEASE = frozenset({Purpose.RELEASE})

LEAK_LEVEL = 0.02
"""Chance that rows which leak nothing fail any of the leak checks; their p-values are adjusted for all of them."""


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


def leak(m: Measurement) -> tuple[Outcome, str]:
    """FAIL if the adjusted p-value says so; else what leak the interval still allows."""
    assert m.value is not None
    if m.p_value is None:
        return Outcome.INCONCLUSIVE, f"{m.value:.2%}, with nothing to compare it with"
    words = f"{m.value:.2%} where rows that leak nothing give {m.baseline or 0:.2%}"
    if m.p_value <= LEAK_LEVEL:
        about = f"; {m.reason}" if m.reason else ""
        return Outcome.FAIL, f"{words} (p = {m.p_value:.2g} for all leak checks together{about})"
    return Outcome.PASS, f"{words}; no leakage found above {leak_bound(m):.1%} at 95 %"


def leak_bound(m: Measurement) -> float:
    """Largest leak that the figure's 95 % interval still allows: a share of copies beyond what chance gives."""
    base = m.baseline or 0.0
    high = m.interval[1] if m.interval else (m.value or 0.0)
    return float(min(1.0, max(0.0, (high - base) / max(1e-9, 1 - base))))
