"""Rules of order: one column not above another, within limits, above zero."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from synthgen.errors import ConditionError, ConstraintError
from synthgen.table.column import ORDERED_KINDS, Column, Kind
from synthgen.table.conditions import Allowed, allowed_values
from synthgen.table.constraints.base import (
    NUMBERS,
    Bools,
    Constraint,
    Floats,
    Places,
    Rows,
    donors,
    on_grid,
)
from synthgen.table.grid import step_of
from synthgen.table.schema import Schema

NEAR = 8
"""Neighbours, in the order of one column, of which one lends its distance to the other."""


@dataclass(frozen=True)
class Inequality(Constraint):
    """``low`` is never above ``high``; a missing value breaks nothing.

    Parameters
    ----------
    low, high : str
        Columns of numbers, or of dates.
    strict : bool
        Whether they may not be equal either.

    Examples
    --------
    >>> schema = Schema((Column("ordered", Kind.INTEGER), Column("shipped", Kind.INTEGER)))
    >>> rule = Inequality("ordered", "shipped")
    >>> rows = {"ordered": np.array([1.0, 5.0, np.nan]), "shipped": np.array([2.0, 4.0, 0.0])}
    >>> rule.holds(rows, schema).tolist()
    [True, False, True]
    """

    low: str
    high: str
    strict: bool = False
    kinds: ClassVar[tuple[Kind, ...]] = ORDERED_KINDS

    @property
    def columns(self) -> tuple[str, ...]:
        """Both columns."""
        return (self.low, self.high)

    @property
    def words(self) -> str:
        """Such as ``start <= end``."""
        return f"{self.low} {'<' if self.strict else '<='} {self.high}"

    def check(self, schema: Schema) -> None:
        """Refuse a number compared with a date, and a column with itself."""
        super().check(schema)
        if self.low == self.high:
            raise ConstraintError(f"The rule {self.words!r} compares a column with itself. Name two columns.")
        if (schema[self.low].kind is Kind.DATETIME) != (schema[self.high].kind is Kind.DATETIME):
            raise ConstraintError(f"The rule {self.words!r} compares a date with a number. Name columns of one kind.")

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row keeps it."""
        low, high = rows[self.low], rows[self.high]
        return np.asarray(~(low >= high) if self.strict else ~(low > high))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Move one of the two: its distance is that of a row nearby that keeps the rule."""
        if not free:
            return
        moved, kept, sign = (self.high, self.low, 1.0) if self.high in free else (self.low, self.high, -1.0)
        good = self.holds(rows, schema) & ~np.isnan(rows[self.low]) & ~np.isnan(rows[self.high])
        column = schema[moved]
        least = max(step_of(column), step_of(schema[kept])) or np.spacing(np.abs(rows[kept][where])) * 4
        gaps = np.zeros(len(where))
        pool = np.flatnonzero(good)
        if len(pool):
            pool = pool[np.argsort(rows[kept][pool], kind="stable")]
            place = np.searchsorted(rows[kept][pool], rows[kept][where]) + rng.integers(-NEAR, NEAR + 1, len(where))
            lender = pool[np.clip(place, 0, len(pool) - 1)]
            gaps = rows[self.high][lender] - rows[self.low][lender]
        made = _within(on_grid(rows[kept][where] + sign * gaps, column), column)
        # Rounding and bounds may have brought them too near again.
        wrong = (made - rows[kept][where]) * sign < (least if self.strict else 0)
        nearest = on_grid(rows[kept][where] + sign * (least if self.strict else step_of(column)), column)
        rows[moved][where] = np.where(wrong, nearest, made)


def _within(values: Floats, column: Column) -> Floats:
    low, high = column.bounds or (-np.inf, np.inf)
    return np.asarray(np.clip(values, low, high))


@dataclass(frozen=True)
class Range(Constraint):
    """A column stays between two values; a missing one breaks nothing.

    Parameters
    ----------
    column : str
    low, high : number, date or text of one; None
        In the column's own units; None: no limit on that side.
    closed : {"both", "low", "high", "neither"}
        Which limits may be reached.

    Examples
    --------
    >>> schema = Schema((Column("age", Kind.INTEGER),))
    >>> Range("age", 18, 65, closed="low").holds({"age": np.array([17.0, 18.0, 65.0])}, schema).tolist()
    [False, True, False]
    """

    column: str
    low: Any = None
    high: Any = None
    closed: str = "both"
    kinds: ClassVar[tuple[Kind, ...]] = ORDERED_KINDS

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def words(self) -> str:
        """Such as ``age >= 18 and < 65``."""
        return f"{self.column} {self.condition}"

    @property
    def condition(self) -> str:
        """The limits as a condition says them."""
        signs = (">=" if self.closed in ("both", "low") else ">", "<=" if self.closed in ("both", "high") else "<")
        ends = ((signs[0], self.low), (signs[1], self.high))
        return " and ".join(f"{sign} {end}" for sign, end in ends if end is not None)

    def check(self, schema: Schema) -> None:
        """Refuse limits that the column can't have."""
        super().check(schema)
        if self.closed not in ("both", "low", "high", "neither"):
            raise ConstraintError(f'closed must be "both", "low", "high" or "neither"; got {self.closed!r}.')
        if not self.condition:
            raise ConstraintError(f"The rule on column {self.column!r} has no limit. Give low, high or both.")
        try:
            self.allowed(schema)
        except ConditionError as error:
            raise ConstraintError(f"The rule {self.words!r} can't be read or kept: {error}") from error

    def allowed(self, schema: Schema) -> Allowed:
        """The limits, read in coded units."""
        # The limits may lie outside what the rows have shown: the rule is about all that could come.
        column = replace(schema[self.column], bounds=None)
        return allowed_values({self.column: self.condition}, Schema((column,)))[self.column]

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row keeps it."""
        values = rows[self.column]
        return np.asarray(np.isnan(values) | self.allowed(schema).accepts(values))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Give the value of a row that keeps it; if none does, the nearest limit."""
        if self.column not in free:
            return
        good = self.holds(rows, schema) & ~np.isnan(rows[self.column])
        lender = donors(rows, where, good, schema, rng)
        column, part = schema[self.column], self.allowed(schema).intervals[0]
        step = step_of(column) or 1e-9 * max(1.0, abs(part.low) if np.isfinite(part.low) else abs(part.high))
        low = part.low if part.closed_low else part.low + step
        high = part.high if part.closed_high else part.high - step
        nearest = on_grid(np.clip(rows[self.column][where], low, high), column)
        rows[self.column][where] = np.where(lender >= 0, rows[self.column][lender], nearest)


@dataclass(frozen=True)
class Positive(Constraint):
    """A number is above zero; with ``strict=False`` it may be zero.

    Examples
    --------
    >>> schema = Schema((Column("price", Kind.CONTINUOUS, decimals=2),))
    >>> Positive("price").holds({"price": np.array([-1.0, 0.0, 0.01])}, schema).tolist()
    [False, False, True]
    """

    column: str
    strict: bool = True
    kinds: ClassVar[tuple[Kind, ...]] = NUMBERS

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    @property
    def words(self) -> str:
        """Such as ``price > 0``."""
        return self._range.words

    @property
    def _range(self) -> Range:
        return Range(self.column, low=0, closed="neither" if self.strict else "low")

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row keeps it."""
        return self._range.holds(rows, schema)

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Give the value of a row that keeps it."""
        self._range.mend(rows, where, free, schema, rng)
