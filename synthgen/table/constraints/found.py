"""Rules that were found in real rows, as rules that new rows keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.table.column import ORDERED_KINDS
from synthgen.table.constraints.arithmetic import Formula, Linear
from synthgen.table.constraints.base import Bools, Constraint, Places, Rows, donors, on_grid
from synthgen.table.constraints.combinations import OneHot
from synthgen.table.constraints.order import Inequality
from synthgen.table.inequalities import find_inequalities
from synthgen.table.one_hot import find_one_hot
from synthgen.table.products import Product, find_products
from synthgen.table.rules import Determined, Gap, Rules, Total, find_rules
from synthgen.table.schema import Schema


@dataclass(frozen=True, eq=False)
class Follows(Constraint):
    """A column that follows from another, by the values that real rows had.

    A number that no row had is taken for the nearest one that a row had; of a label that no row had nothing is known.
    """

    rule: Determined

    @property
    def columns(self) -> tuple[str, ...]:
        """The one that determines, then the one that follows."""
        return (self.rule.by, self.rule.column)

    @property
    def words(self) -> str:
        """The rule in words."""
        return f"{self.rule.column} follows from {self.rule.by}"

    @property
    def gives(self) -> str:
        """The column that follows."""
        return self.rule.column

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; they hold values of the table."""
        return _to_dict(self, self.rule)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Follows:
        """Inverse of :meth:`to_dict`."""
        return cls(_from_dict(data, "determined"))

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row has the value that goes with the other, where that is known."""
        by, values = rows[self.rule.by], rows[self.rule.column]
        expected = self.rule.apply(by)
        known = np.isin(by, self.rule.levels) | (np.isnan(by) & np.isnan(self.rule.levels).any())
        return np.asarray((values == expected) | (np.isnan(values) & np.isnan(expected)) | ~known)

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Set the column; where it may not change, take a row's values in which it is so."""
        name, by = self.rule.column, self.rule.by
        if name in free:
            rows[name][where] = self.rule.apply(_nearest_level(rows[by][where], self.rule, schema))
        elif by in free:
            levels: dict[float | None, Any] = {}
            for i, value in zip(where.tolist(), rows[name][where].tolist(), strict=True):
                key = None if value != value else value
                if key not in levels:
                    alike = np.isnan(self.rule.values) if key is None else self.rule.values == value
                    levels[key] = self.rule.levels[alike]
                if len(levels[key]):
                    rows[by][i] = rng.choice(levels[key])


@dataclass(frozen=True, eq=False)
class AddsUp(Constraint):
    """A column that is a sum of others, and missing where one of them is."""

    rule: Total

    @property
    def columns(self) -> tuple[str, ...]:
        """The parts, then the sum."""
        return (*self.rule.parts, self.rule.column)

    @property
    def words(self) -> str:
        """The rule in words."""
        return self._linear.words

    @property
    def gives(self) -> str:
        """The sum."""
        return self.rule.column

    @property
    def _linear(self) -> Linear:
        return Linear(self.rule.column, dict(zip(self.rule.parts, map(float, self.rule.signs), strict=True)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; they hold values of the table."""
        return _to_dict(self, self.rule)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> AddsUp:
        """Inverse of :meth:`to_dict`."""
        return cls(_from_dict(data, "totals"))

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row adds up, or lacks the sum for want of a part."""
        gone = np.logical_or.reduce([np.isnan(rows[name]) for name in self.rule.parts])
        return np.asarray(self._linear.holds(rows, schema) & (np.isnan(rows[self.rule.column]) == gone))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Compute the sum, or share the difference among the parts."""
        self._linear.mend(rows, where, free, schema, rng)


@dataclass(frozen=True)
class Multiplies(Constraint):
    """A column that is a product or a ratio of two others, and missing where it can't be computed."""

    rule: Product

    @property
    def columns(self) -> tuple[str, ...]:
        """Both parts, then the one that is computed."""
        return (*dict.fromkeys(self.rule.parts), self.rule.column)

    @property
    def words(self) -> str:
        """The rule in words."""
        return self.formula.words

    @property
    def gives(self) -> str:
        """The column that is computed."""
        return self.rule.column

    @property
    def formula(self) -> Formula:
        """The rule as it can be declared."""
        return Formula(self.rule.column, self.rule.expression)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"rule": type(self).__name__, **vars(self.rule)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Multiplies:
        """Inverse of :meth:`to_dict`."""
        return cls(Product(**{name: value for name, value in data.items() if name != "rule"}))

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row's value is the computed one, and is missing where there is none."""
        return self.rule.holds(rows[self.rule.column], rows[self.rule.left], rows[self.rule.right])

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Compute the column; where it may not change, solve for a part."""
        name = self.rule.column
        if name in free:
            made = self.rule.exactly(rows[self.rule.left][where], rows[self.rule.right][where])
            rows[name][where] = on_grid(made, schema[name])
            return
        self.formula.mend(rows, where, free, schema, rng)


@dataclass(frozen=True, eq=False)
class Gapped(Constraint):
    """A column that is missing at certain values of another, and only there."""

    rule: Gap

    @property
    def columns(self) -> tuple[str, ...]:
        """The one that decides, then the one with the gaps."""
        return (self.rule.by, self.rule.column)

    @property
    def words(self) -> str:
        """The rule in words."""
        about = "the gaps of " if self.rule.by_missing else ""
        return f"gaps of {self.rule.column} follow from {about}{self.rule.by}"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; they hold values of the table."""
        return _to_dict(self, self.rule)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Gapped:
        """Inverse of :meth:`to_dict`."""
        return cls(_from_dict(data, "gaps"))

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row's gap is where it should be."""
        return np.asarray(np.isnan(rows[self.rule.column]) == self.rule.apply(rows[self.rule.by]))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Take the value away, or give that of a row that keeps the rule."""
        name, by = self.rule.column, self.rule.by
        good = self.holds(rows, schema)
        if name in free:
            lender = donors(rows, where, good & ~np.isnan(rows[name]), schema, rng)
            lent = np.where(lender >= 0, rows[name][lender], rows[name][where])
            rows[name][where] = np.where(self.rule.apply(rows[by][where]), np.nan, lent)
        elif by in free:
            for gone in (False, True):
                mine = where[np.isnan(rows[name][where]) == gone]
                lender = donors(rows, mine, good & (np.isnan(rows[name]) == gone), schema, rng)
                rows[by][mine] = np.where(lender >= 0, rows[by][lender], rows[by][mine])


def _to_dict(rule: Constraint, found: Determined | Total | Gap) -> dict[str, Any]:
    sort = {Determined: "determined", Total: "totals", Gap: "gaps"}[type(found)]
    return {"rule": type(rule).__name__, **Rules(**{sort: (found,)}).to_dict()[sort][0]}  # type: ignore[arg-type]


def _from_dict(data: Mapping[str, Any], sort: str) -> Any:
    empty: dict[str, list[Any]] = {"determined": [], "totals": [], "gaps": []}
    values = {name: value for name, value in data.items() if name != "rule"}
    return getattr(Rules.from_dict({**empty, sort: [values]}), sort)[0]


def _nearest_level(by: Any, rule: Determined, schema: Schema) -> Any:
    if schema[rule.by].kind not in ORDERED_KINDS:
        return by
    known = rule.levels[~np.isnan(rule.levels)]
    out, present = by.copy(), ~np.isnan(by)
    if len(known):
        out[present] = known[np.searchsorted((known[1:] + known[:-1]) / 2, by[present])]
    return out


FOUND: dict[str, type[Constraint]] = {
    "Follows": Follows, "AddsUp": AddsUp, "Multiplies": Multiplies, "Gapped": Gapped,
}  # fmt: skip
"""Sorts of rules that are found, by name."""


def as_constraints(rules: Rules) -> tuple[Constraint, ...]:
    """Give found rules as constraints, those that others read first."""
    return (*map(Gapped, rules.gaps), *map(AddsUp, rules.totals), *map(Follows, rules.determined))


def determined_by(rules: Iterable[Constraint]) -> list[Determined]:
    """Of rules, those that were found of columns that follow from others."""
    return [rule.rule for rule in rules if isinstance(rule, Follows)]


def found_rules(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> tuple[Constraint, ...]:
    """Find what holds in all rows of a table beyond chance, as rules that new rows keep.

    Parameters
    ----------
    coded : pandas.DataFrame
        As :func:`synthgen.table.encode` gives it.
    schema : Schema
    rng : numpy.random.Generator
        Draws the rows in which candidates are looked for.
    """
    rules = find_rules(coded, schema, rng)
    computed = map(Multiplies, find_products(coded, schema, rng, rules))
    one_of = map(OneHot, find_one_hot(coded, schema, rules))
    ordered = [Inequality(rule.low, rule.high) for rule in find_inequalities(coded, schema)]
    return (*as_constraints(rules), *computed, *one_of, *ordered)
