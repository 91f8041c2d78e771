"""What the search for personal data hands on. No value of the table is in it, only shapes and shares."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

import pandas as pd


@dataclass(frozen=True)
class PersonalColumn:
    """One column that holds personal data, or seems to.

    Attributes
    ----------
    column : str
    what : str
        The kind of personal data.
    confidence : {"high", "medium", "low"}
        *high*: a form or check digits that little else has, or a name and values that agree; *medium*: one of them;
        *low*: only the name says so, or only that nearly all values differ.
    share : float
        Share of the rows looked at whose value matches (or fits, where only the name tells), 0 to 1; fewer than ten
        rows count as ten.
    by : {"value", "name", "value and name"}
    example : str
        A mask: ``***`` for letters, ``###`` for digits. Never a value.
    advice : str
    """

    column: str
    what: str
    confidence: str
    share: float
    by: str
    example: str
    advice: str


@dataclass(frozen=True)
class Combination:
    """Columns looked at together: how many rows are in small cells.

    Attributes
    ----------
    columns : tuple of str
        One, two or three.
    cells : int
        Different combinations of values.
    below : float
        Share of rows in cells of fewer than ``k`` rows, 0 to 1.
    alone : float
        Share of rows that nobody shares a cell with.
    """

    columns: tuple[str, ...]
    cells: int
    below: float
    alone: float


@dataclass(frozen=True)
class QuasiIdentifiers:
    """Which columns together single people out.

    Attributes
    ----------
    k : int
    n_rows : int
        Rows looked at.
    columns : tuple of str
        Columns combined.
    treated : tuple of (str, str)
        How each was compared: its values as they are, or numbers in so many bins.
    combinations : tuple of Combination
        Single columns, pairs and triples.
    adds : tuple of (str, float)
        Share of rows that a column puts into small cells when it joins two others, on average; largest first.
    suggested : tuple of str
        Columns to declare ``Role.QUASI_IDENTIFIER``: their names say that others may know them, and they add.
    findings : tuple of str
        Sentences.
    """

    k: int = 10
    n_rows: int = 0
    columns: tuple[str, ...] = ()
    treated: tuple[tuple[str, str], ...] = ()
    combinations: tuple[Combination, ...] = ()
    adds: tuple[tuple[str, float], ...] = ()
    suggested: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a combination, those with most rows in small cells first."""
        names = [item.name for item in fields(Combination)]
        rows = [[getattr(found, name) for name in names] for found in self.combinations]
        made = pd.DataFrame(rows, columns=names)
        return made.sort_values("below", ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True)
class PersonalData:
    """Personal data in a table, by column, and the columns that single people out together.

    Attributes
    ----------
    columns : tuple of PersonalColumn
        In the table's order. A column that isn't listed may hold personal data all the same: forms and lists are
        what was looked for.
    quasi_identifiers : QuasiIdentifiers
    n_rows : int
        Rows looked at for values.
    notes : tuple of str
        What was looked at, and what wasn't.
    repeated : tuple of str
        Columns whose real values synthetic rows repeat as they are, and what to do, in words.
    """

    columns: tuple[PersonalColumn, ...] = ()
    quasi_identifiers: QuasiIdentifiers = field(default_factory=QuasiIdentifiers)
    n_rows: int = 0
    notes: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a column in which something was found."""
        names = [item.name for item in fields(PersonalColumn)]
        return pd.DataFrame([[getattr(found, name) for name in names] for found in self.columns], columns=names)

    def __repr__(self) -> str:
        found = ", ".join(f"{item.column}: {item.what} ({item.confidence})" for item in self.columns)
        return f"PersonalData({found or 'nothing found'})"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False))
