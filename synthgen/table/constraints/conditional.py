"""Rules that hold under a condition: discharge is missing unless the status is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, ConstraintError
from synthgen.table.column import LABEL_KINDS
from synthgen.table.conditions import Allowed, Interval, allowed_values, meets
from synthgen.table.constraints.base import Bools, Constraint, Places, Rows, donors, limits_of, on_grid
from synthgen.table.grid import step_of
from synthgen.table.schema import Schema

NULL, NOT_NULL = "null", "not null"
ANY = Interval(-np.inf, np.inf, False, False)


@dataclass(frozen=True)
class When(Constraint):
    """Rows that meet one condition meet another too.

    Parameters
    ----------
    condition, then : mapping of str to condition
        As ``sample(conditions=...)`` takes them; see :func:`synthgen.table.conditions.allowed_values`. ``None`` (or
        ``"null"``) is missing, ``"not null"`` any value.

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> schema = Schema((Column("status", Kind.CATEGORICAL, categories=("closed", "open")),
    ...                  Column("discharge", Kind.INTEGER, nullable=True)))
    >>> rule = When({"status": "!= closed"}, {"discharge": None})
    >>> rows = {"status": np.array([0.0, 1.0, 1.0]), "discharge": np.array([5.0, np.nan, 6.0])}
    >>> rule.words, rule.holds(rows, schema).tolist()
    ('discharge is null where status != closed', [True, True, False])
    """

    condition: Mapping[str, Any]
    then: Mapping[str, Any]

    def __post_init__(self) -> None:
        for part in (self.condition, self.then):
            if not isinstance(part, Mapping) or not part:
                raise ConstraintError(
                    "When takes two mappings of a column to a condition, such as When({'status': 'open'}, "
                    f"{{'discharge': None}}); got {part!r}. Correct it."
                )
        both = set(self.condition) & set(self.then)
        if both:
            raise ConstraintError(f"Column {min(both)!r} stands on both sides of a rule. Put it on one.")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the condition, then those of what follows."""
        return (*self.condition, *self.then)

    @property
    def words(self) -> str:
        """Such as ``discharge is null where status != closed``."""
        return f"{said(self.then)} where {said(self.condition)}"

    @property
    def asks_for_gaps(self) -> bool:
        """Whether what follows is that a column is missing."""
        return any(map(_is_null, self.then.values()))

    def check(self, schema: Schema) -> None:
        """Refuse conditions that the columns can't have."""
        super().check(schema)
        for part in (self.condition, self.then):
            try:
                read(part, schema)
            except ConditionError as error:
                raise ConstraintError(f"The rule {self.words!r} can't be read or kept: {error}") from error

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row that meets the condition meets what follows."""
        return ~met_by(self.condition, rows, schema) | met_by(self.then, rows, schema)

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Make what follows true; where it may not change, make the condition false."""
        then, given = read(self.then, schema), read(self.condition, schema)
        if set(then) & free:
            for name, allowed in then.items():
                wrong = where[~allowed.accepts(rows[name][where])]
                if name in free and len(wrong):
                    _put(rows, wrong, name, allowed, schema, rng)
            return
        for name in (name for name in given if name in free):
            lender = donors(rows, where, ~given[name].accepts(rows[name]), schema, rng)
            rows[name][where] = np.where(lender >= 0, rows[name][lender], rows[name][where])
            return


def read(conditions: Mapping[str, Any], schema: Schema) -> dict[str, Allowed]:
    """Read conditions in which "null" and "not null" are words, on columns that may be missing or not."""
    out = {}
    for name, value in conditions.items():
        column = schema[name]
        labels = column.categories or ()
        if value is None or (_is_null(value) and NULL not in labels):
            codes = np.zeros(0) if column.kind in LABEL_KINDS else None
            out[name] = Allowed(codes, (), True)
        elif _is_any(value) and NOT_NULL not in labels:
            label = column.kind in LABEL_KINDS
            out[name] = Allowed(np.arange(len(labels), dtype=float) if label else None, () if label else (ANY,), False)
        else:
            # What rows have had so far says nothing of what a rule is about.
            out.update(allowed_values({name: value}, Schema((replace(column, bounds=None, nullable=True),))))
    return out


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value == NULL)


def _is_any(value: Any) -> bool:
    return (isinstance(value, str) and value == NOT_NULL) or (isinstance(value, slice) and value == slice(None))


def _put(rows: Rows, where: Places, name: str, allowed: Allowed, schema: Schema, rng: np.random.Generator) -> None:
    """Give allowed values: those of rows that have one, else any that is allowed."""
    good = allowed.accepts(rows[name]) & ~np.isnan(rows[name])
    lender = donors(rows, where, good, schema, rng)
    rows[name][where] = np.where(lender >= 0, rows[name][lender], any_allowed(allowed, name, len(where), schema, rng))


def any_allowed(allowed: Allowed, name: str, n: int, schema: Schema, rng: np.random.Generator) -> NDArray[np.float64]:
    """Values that a condition allows, whichever they are: within what the column has had, if that can be."""
    if allowed.codes is not None and len(allowed.codes):
        return rng.choice(allowed.codes, n)
    if not allowed.intervals:
        return np.full(n, np.nan)
    column, part = schema[name], allowed.intervals[int(rng.integers(len(allowed.intervals)))]
    low, high = column.bounds or (0.0, 0.0)
    step = step_of(column) or 1e-9 * max(1.0, abs(high - low))
    least = part.low if part.closed_low else part.low + step
    most = part.high if part.closed_high else part.high - step
    low, high = max(low, least), min(high, most)
    if low > high:  # outside what the column has had so far
        low = high = least if np.isfinite(least) else most
    return np.asarray(np.clip(on_grid(rng.uniform(low, high, n), column), low, high))


def met_by(conditions: Mapping[str, Any], rows: Rows, schema: Schema) -> Bools:
    """Whether each row meets conditions as a rule has them."""
    return meets(read(conditions, schema), rows)


def said(conditions: Mapping[str, Any]) -> str:
    """Conditions as a sentence has them."""
    return " and ".join(f"{name} {_said_one(value)}" for name, value in conditions.items())


def _said_one(value: Any) -> str:
    if _is_null(value):
        return "is null"
    if _is_any(value):
        return "is not null"
    if isinstance(value, str) and value.lstrip()[:1] in "<>=!":
        return value.strip()
    if isinstance(value, (slice, pd.Interval)):
        return limits_of(value)
    if isinstance(value, (list, tuple, set, frozenset, range, np.ndarray)):
        return "in " + ", ".join("null" if item is None else str(item) for item in value)
    return f"= {value}"
