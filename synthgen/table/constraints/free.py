"""Rules in a language of their own: regular expressions for text, and Python for everything else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from synthgen.errors import ConstraintError, SynthgenError
from synthgen.table.column import LABEL_KINDS, Kind
from synthgen.table.constraints.base import Bools, Constraint, Places, Rows, donors, names_of
from synthgen.table.encoding import decode, encode
from synthgen.table.schema import Schema


@dataclass(frozen=True)
class Pattern(Constraint):
    r"""Every value of a column matches a regular expression, from its first character to its last.

    In a column of labels, those that don't match are never drawn. Identifiers are made to match: give the column a
    shape with ``schema.with_column(name, pattern="AA-9999")``, and the expression checks it.

    Parameters
    ----------
    column : str
    regex : str
        As Python's :mod:`re` reads it.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("code", Kind.CATEGORICAL, categories=("A1", "B2", "??")),))
    >>> Pattern("code", r"[A-Z]\d").holds({"code": np.array([0.0, 2.0, np.nan])}, schema).tolist()
    [True, False, True]
    """

    column: str
    regex: str
    kinds: ClassVar[tuple[Kind, ...]] = (*LABEL_KINDS, Kind.IDENTIFIER)

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def words(self) -> str:
        """Such as ``code matches [A-Z]+``."""
        return f"{self.column} matches {self.regex}"

    def check(self, schema: Schema) -> None:
        """Refuse an expression that can't be read, and one that no label matches."""
        super().check(schema)
        column = schema[self.column]
        try:
            matches = [bool(re.fullmatch(self.regex, str(label))) for label in column.categories or ()]
        except re.error as error:
            raise ConstraintError(
                f"The rule {self.words!r} isn't a regular expression: {error}. Correct it."
            ) from error
        if column.kind in LABEL_KINDS and not any(matches):
            raise ConstraintError(f"No label of column {self.column!r} matches {self.regex!r}. Correct one of them.")

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row's value matches."""
        values = rows[self.column]
        if schema[self.column].kind is Kind.IDENTIFIER:
            found = [value is None or re.fullmatch(self.regex, str(value)) is not None for value in values]
            return np.array(found, dtype=bool)
        labels = schema[self.column].categories or ()
        matching = [code for code, label in enumerate(labels) if re.fullmatch(self.regex, str(label))]
        return np.asarray(np.isnan(values) | np.isin(values, matching))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Give the label of a row that matches."""
        if self.column not in free or schema[self.column].kind is Kind.IDENTIFIER:
            return
        good = self.holds(rows, schema) & ~np.isnan(rows[self.column])
        lender = donors(rows, where, good, schema, rng)
        rows[self.column][where] = np.where(lender >= 0, rows[self.column][lender], rows[self.column][where])


@dataclass(frozen=True)
class Predicate(Constraint):
    """A rule in Python: a function says which rows keep it, and another may repair those that don't.

    It can't be written to a file, so a model that was fitted with it can't be saved.

    Parameters
    ----------
    names : list of str
        Columns that the functions read and change.
    function : callable
        Takes a DataFrame of these columns, with the dtypes of the table, and returns a boolean for each row.
    repair : callable, optional
        Takes such a DataFrame of rows that break the rule, and returns it changed.
    name : str
        What the rule says, for messages and reports.

    Examples
    --------
    >>> schema = Schema.infer(pd.DataFrame({"low": [1, 2, 3], "high": [2, 3, 5]}))
    >>> rule = Predicate(["low", "high"], lambda rows: rows["high"] <= 2 * rows["low"], name="high <= 2 * low")
    >>> rule.holds({"low": np.array([1.0, 1.0]), "high": np.array([2.0, 3.0])}, schema).tolist()
    [True, False]
    """

    names: tuple[str, ...]
    function: Callable[[pd.DataFrame], Any]
    repair: Callable[[pd.DataFrame], pd.DataFrame] | None = field(default=None)
    name: str = "a rule in Python"

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", names_of(self.names, "Predicate"))
        for item in (self.function, self.repair):
            if item is not None and not callable(item):
                raise ConstraintError(f"Predicate takes functions of a DataFrame; got {item!r}.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns."""
        return self.names

    @property
    def words(self) -> str:
        """Its name."""
        return self.name

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """What the function says of each row."""
        n = len(rows[self.names[0]])
        kept = np.asarray(self._asked(self.function, self._frame(rows, schema)))
        if kept.shape != (n,) or kept.dtype.kind not in "bO":
            raise ConstraintError(
                f"The function of the rule {self.words!r} must return True or False for each of {n} rows; got "
                f"{kept.dtype} of shape {kept.shape}."
            )
        return np.asarray(pd.Series(kept).fillna(False).astype(bool))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Let the repair change the rows."""
        if self.repair is None:
            return
        given = self._frame({name: rows[name][where] for name in self.names}, schema)
        made = self._asked(self.repair, given.copy())
        if not isinstance(made, pd.DataFrame) or len(made) != len(where) or not set(self.names) <= set(made.columns):
            raise ConstraintError(
                f"The repair of the rule {self.words!r} must return a DataFrame of {len(where)} rows with the columns "
                f"{', '.join(self.names)}."
            )
        try:
            coded = encode(made.reset_index(drop=True), _part(schema, self.names))
        except SynthgenError as error:
            raise ConstraintError(
                f"The repair of the rule {self.words!r} gave values of another kind: {error}"
            ) from error
        for name in self.names:
            if name in free:
                rows[name][where] = coded[name].to_numpy(float)

    def _asked(self, function: Callable[[pd.DataFrame], Any], frame: pd.DataFrame) -> Any:
        try:
            return function(frame)
        except Exception as error:
            # Its text could hold values of rows.
            raise ConstraintError(
                f"A function of the rule {self.words!r} stopped with {type(error).__name__}. Try it on the columns "
                f"{', '.join(self.names)} of your table."
            ) from error

    def _frame(self, rows: Rows, schema: Schema) -> pd.DataFrame:
        return decode(pd.DataFrame({name: rows[name] for name in self.names}), _part(schema, self.names))

    def to_dict(self) -> dict[str, Any]:
        """Refused: code isn't written to files."""
        raise ConstraintError(
            f"The rule {self.words!r} is written in Python, and can't be saved: code isn't written to files. "
            "Fit again without it, or say the rule as a Formula, Inequality or When."
        )


def _part(schema: Schema, names: tuple[str, ...]) -> Schema:
    return Schema(tuple(schema[name] for name in names))
