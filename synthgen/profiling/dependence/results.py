"""What is found about columns that hang together."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import pandas as pd

Interval = tuple[float, float]


@dataclass(frozen=True)
class Association:
    """How strongly two columns hang together, from 0 (not at all) to 1 (one gives the other).

    Attributes
    ----------
    a, b : str
    measure : str
        ``rank correlation`` of two numbers (its size), ``correlation ratio`` of a number given a label, or of two
        numbers that hang together in a curve, ``Cramér's V`` of two labels. All are corrected for chance: on average 0
        for columns that have nothing to do with each other.
    value : float
    interval : (float, float)
        At 95 %.
    falls : bool
        Of a rank correlation: whether one goes down as the other goes up.
    n : int
        Rows in which both have a value.
    p : float
        Probability of as much without dependence, times the pairs looked at (Holm).
    """

    a: str
    b: str
    measure: str
    value: float
    interval: Interval
    falls: bool
    n: int
    p: float


@dataclass(frozen=True)
class HoldingRule:
    """Something that holds in every row, or in all but few.

    Attributes
    ----------
    kind : str
        ``determined``, ``sum``, ``copy``, ``order``, ``key`` or ``column copy``.
    columns : tuple of str
    words : str
    exceptions : int or None
        Rows that don't keep it; None for some, but fewer than 10.
    """

    kind: str
    columns: tuple[str, ...]
    words: str
    exceptions: int | None = 0


@dataclass(frozen=True)
class RepeatedRows:
    """Rows that are like another row. Identifiers and subjects aren't compared.

    Attributes
    ----------
    same, by_chance : int or None
        Rows that repeat an earlier row in every column; in this table, and in the same table with every column
        shuffled on its own. None for some, but fewer than 10.
    but_one, but_one_by_chance : int or None
        Rows that agree with another in all columns but one.
    columns : int
        Columns of which one may differ; 0 if rows with one difference weren't looked for.
    """

    same: int | None = 0
    by_chance: int | None = 0
    but_one: int | None = 0
    but_one_by_chance: int | None = 0
    columns: int = 0


@dataclass(frozen=True)
class LeakSuspect:
    """A column that tells the target too well to be known before it.

    Attributes
    ----------
    column : str
    skill : float
        Share of the target's uncertainty (entropy) that the column alone takes away in rows not learnt from.
    interval : (float, float)
        At 95 %.
    words : str
    """

    column: str
    skill: float
    interval: Interval
    words: str


@dataclass(frozen=True)
class Interaction:
    """Two columns that tell the target together, and hardly on their own.

    Attributes
    ----------
    a, b : str
    together, alone : float
        Share of the target's uncertainty that the pair takes away, and the two, each on its own, added up; on the
        rows that confirm it.
    p : float
        Of the conditional dependence on either column, times the pairs confirmed (Holm).
    """

    a: str
    b: str
    together: float
    alone: float
    p: float


@dataclass(frozen=True)
class DependenceProfile:
    """Which columns hang together, and what holds in the rows. It is made from private rows: handle it as such.

    Attributes
    ----------
    names : tuple of str
        Columns of ``matrix``.
    matrix : tuple of tuples of float
        Strength of association of every pair, 0 to 1; see :class:`synthgen.profiling.dependence.results.Association`.
    associations : tuple of Association
        The strongest that are beyond chance, at most 100.
    rules : tuple of HoldingRule
    repeated : RepeatedRows
    suspects : tuple of LeakSuspect
    interactions : tuple of Interaction
    rows : int
        Rows on which associations were measured.
    level : float
        Probability that a search finds anything where there is nothing.
    notes : tuple of str
        What was looked at and what wasn't, in words.
    """

    names: tuple[str, ...] = ()
    matrix: tuple[tuple[float, ...], ...] = ()
    associations: tuple[Association, ...] = ()
    rules: tuple[HoldingRule, ...] = ()
    repeated: RepeatedRows = RepeatedRows()
    suspects: tuple[LeakSuspect, ...] = ()
    interactions: tuple[Interaction, ...] = ()
    rows: int = 0
    level: float = 0.05
    notes: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row an association, strongest first."""
        names = list(Association.__annotations__)
        return pd.DataFrame([asdict(item) for item in self.associations], columns=names)

    @cached_property
    def matrix_frame(self) -> pd.DataFrame:
        """Strength of association, columns against columns."""
        size = len(self.names)
        return pd.DataFrame(np.array(self.matrix).reshape(size, size), index=list(self.names), columns=list(self.names))
