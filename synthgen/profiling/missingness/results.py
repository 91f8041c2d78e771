"""What is found about gaps."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property

import pandas as pd


@dataclass(frozen=True)
class GapPattern:
    """Rows in which the same columns are missing.

    Attributes
    ----------
    columns : tuple of str
        Columns that are missing, and no others; none for complete rows.
    n : int
    share : float
    by_chance : float
        Rows that would be like that if gaps fell in each column as often, but on their own.
    """

    columns: tuple[str, ...]
    n: int
    share: float
    by_chance: float


@dataclass(frozen=True)
class GapRule:
    """When a column is missing.

    Attributes
    ----------
    column, by : str
    sort : str
        ``exactly when``: missing there and nowhere else; ``always when``: missing there, and elsewhere too;
        ``only when``: missing nowhere else, but not always there.
    condition : str
        On ``by``: ``is 'pending'``, ``is missing``, ``is at least 100``.
    support : int
        Rows in which the condition holds and the column is missing.
    exceptions : int or None
        Rows that break the rule; None for some, but fewer than 10.
    p : float
        Probability of as good a rule if gaps fell at random, times the rules looked at.
    words : str
    """

    column: str
    by: str
    sort: str
    condition: str
    support: int
    exceptions: int | None
    p: float
    words: str


@dataclass(frozen=True)
class GapDependence:
    """An observed column that tells where another is missing.

    Attributes
    ----------
    column, by : str
    effect : float
        Bias-corrected Cramér's V of missing or not with the classes of ``by``: 0 where gaps fall alike in all of
        them, 1 where they tell all gaps.
    interval : (float, float)
        At 95 %.
    lowest, highest : float
        Share missing in the class of ``by`` with the fewest and with the most, among those of 10 rows or more.
    p : float
        Probability of as much if gaps fell at random, times the tests made (Holm).
    """

    column: str
    by: str
    effect: float
    interval: tuple[float, float]
    lowest: float
    highest: float
    p: float


@dataclass(frozen=True)
class MissingnessProfile:
    """Where values are missing. It is made from private rows: handle it as such.

    Attributes
    ----------
    rates : tuple of (str, float)
        Share missing of every column with gaps, highest first.
    patterns : tuple of GapPattern
        Combinations of gaps of at least 10 rows, commonest first, 20 at most.
    other_patterns : (int, int)
        How many other combinations there are, and their rows together.
    rules : tuple of GapRule
    dependences : tuple of GapDependence
        Strongest first. None for a column doesn't say that its gaps fall at random: they may depend on the very values
        that are missing, which no table shows.
    tests : int
        Pairs of a column with gaps and another that were tested for ``dependences``.
    rules_tried : int
    rows : int
        Rows on which rules and dependences were looked for.
    level : float
        Probability that a search finds anything where gaps fall at random.
    notes : tuple of str
    """

    rates: tuple[tuple[str, float], ...] = ()
    patterns: tuple[GapPattern, ...] = ()
    other_patterns: tuple[int, int] = (0, 0)
    rules: tuple[GapRule, ...] = ()
    dependences: tuple[GapDependence, ...] = ()
    tests: int = 0
    rules_tried: int = 0
    rows: int = 0
    level: float = 0.05
    notes: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a column with gaps: its rate, its best rule and what tells its gaps best, in words."""
        rules: dict[str, str] = {}
        for rule in self.rules:
            rules.setdefault(rule.column, rule.words)
        told: dict[str, str] = {}
        for found in self.dependences:
            told.setdefault(found.column, found.by)
        return pd.DataFrame(
            [(name, rate, rules.get(name), told.get(name)) for name, rate in self.rates],
            columns=["column", "missing", "rule", "told_by"],
        )

    @cached_property
    def dependence_frame(self) -> pd.DataFrame:
        """One row a dependence."""
        return pd.DataFrame([asdict(item) for item in self.dependences], columns=list(GapDependence.__annotations__))
