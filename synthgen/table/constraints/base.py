"""What every rule can do: say what it is about, tell which rows keep it, and mend those that don't."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConstraintError
from synthgen.table import grid
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind
from synthgen.table.grid import step_of
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from typing import Self

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
Rows = dict[str, Any]
"""Columns of a coded table (:func:`synthgen.table.encode`), each of shape (n_rows,)."""

NUMBERS = (Kind.CONTINUOUS, Kind.INTEGER)
MODELLED = (*ORDERED_KINDS, *LABEL_KINDS)


class Constraint(ABC):
    """A rule that every row keeps.

    A subclass is a frozen dataclass: its fields are what a person declares, and what :meth:`fitted` learns.

    Attributes
    ----------
    whole_table : bool
        Whether the rule is about rows together (no two alike), not about each by itself.
    """

    whole_table: ClassVar[bool] = False
    kinds: ClassVar[tuple[Kind, ...]] = MODELLED
    learnt: ClassVar[tuple[str, ...]] = ()

    @property
    @abstractmethod
    def columns(self) -> tuple[str, ...]:
        """Columns that it is about."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The rule as a person would write it."""

    @property
    def gives(self) -> str | None:
        """The column that follows from the others, if one does."""
        return None

    def check(self, schema: Schema) -> None:
        """Refuse a table that the rule can't be about.

        Raises
        ------
        ConstraintError
            A column isn't there, or is of a kind that the rule says nothing about.
        """
        for name in self.columns:
            if name not in schema:
                raise ConstraintError(
                    f"The rule {self.words!r} names column {name!r}, which the table doesn't have. "
                    f"Its columns are: {', '.join(schema.names)}."
                )
            if schema[name].kind not in self.kinds:
                raise ConstraintError(
                    f"The rule {self.words!r} is about column {name!r}, which is {schema[name].kind}; "
                    f"it takes columns that are {', '.join(map(str, self.kinds))}. Declare another kind, or drop it."
                )

    def fitted(self, rows: Rows, schema: Schema) -> Self:
        """Learn from real rows what the rule leaves open, such as which combinations there are."""
        return self

    @abstractmethod
    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row keeps it, shape (n_rows,)."""

    @abstractmethod
    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Change rows that break it, in place and in the columns of ``free`` only; some may stay broken."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; of a fitted rule, with what was learnt."""
        values = {item.name: _plain(getattr(self, item.name)) for item in fields(self)}  # type: ignore[arg-type]
        return {"rule": type(self).__name__, **{name: value for name, value in values.items() if value is not None}}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Inverse of :meth:`to_dict`."""
        known = [item.name for item in fields(cls)]  # type: ignore[arg-type]
        for name in data:
            if name not in (*known, "rule"):
                raise ConstraintError(
                    f"The rule {cls.__name__} has no field {name!r}; it has: {', '.join(known)}. Correct it."
                )
        values = {name: _tupled(value) for name, value in data.items() if name != "rule"}
        try:
            return cls(**values)
        except TypeError as error:
            needed = ", ".join(name for name in known if name not in cls.learnt)
            raise ConstraintError(
                f"The rule {cls.__name__} needs {needed}; got {', '.join(values) or 'nothing'}. Add what is missing."
            ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [None if item is not None and item != item else _plain(item) for item in value.tolist()]
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, (list, tuple, range)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (slice, pd.Interval)):
        return limits_of(value)
    if isinstance(value, np.generic) and value.dtype.kind not in "mM":
        value = value.item()
    if value is None or isinstance(value, (str, int, float)):
        return value
    return str(value)  # dates, durations and decimals, which conditions read from text


def limits_of(value: slice | pd.Interval) -> str:
    """A condition of two ends as text: ``>= 0 and < 5``."""
    if isinstance(value, slice):
        ends = ((">=", value.start), ("<", value.stop))
    else:
        ends = (">=" if value.closed_left else ">", value.left), ("<=" if value.closed_right else "<", value.right)
    return " and ".join(f"{sign} {end}" for sign, end in ends if end is not None) or "not null"


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value


def names_of(columns: Any, rule: str, fewest: int = 1) -> tuple[str, ...]:
    """Read a list of column names.

    Raises
    ------
    ConstraintError
        Too few, or one is named twice.
    """
    names = (columns,) if isinstance(columns, str) else tuple(columns)
    if len(names) < fewest or len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
        raise ConstraintError(
            f"{rule} takes the names of {fewest} or more different columns; got {list(names)!r}. Correct the list."
        )
    return names


def on_grid(values: Floats, column: Column) -> Floats:
    """Computed values rounded as the column holds them, none of them minus zero; not clipped."""
    return np.asarray(grid.on_grid(values, column) + 0.0)


def slack(column: Column, scale: Floats) -> Floats:
    """How far a value may be from what a formula gives: rounding, and what floats lose."""
    return np.asarray(0.6 * step_of(column) * (column.kind is Kind.CONTINUOUS) + 1e-9 * scale)


def donors(rows: Rows, where: Places, good: Bools, schema: Schema, rng: np.random.Generator) -> Places:
    """For each row of ``where`` another to take values from, of the same class of the target where there is one.

    Parameters
    ----------
    good : boolean array of shape (n_rows,)
        Rows to choose from.

    Returns
    -------
    array of shape (len(where),)
        Row numbers; −1 where there is nothing to choose.
    """
    found = np.full(len(where), -1, dtype=np.intp)
    pool = np.flatnonzero(good)
    if not len(pool):
        return found
    found = pool[rng.integers(0, len(pool), len(where))]
    target = schema.target
    if target is not None and target.kind in LABEL_KINDS and target.name in rows:
        classes = rows[target.name]
        for code in np.unique(classes[where]):
            own, mine = pool[classes[pool] == code], np.flatnonzero(classes[where] == code)
            if len(own):
                found[mine] = own[rng.integers(0, len(own), len(mine))]
    return found
