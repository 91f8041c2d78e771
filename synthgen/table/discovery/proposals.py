"""What is proposed: a rule, how many rows could have refuted it, and how many do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
import pandas as pd

from synthgen.table.constraints import (
    CONSTRAINTS,
    Constraint,
    FixedCombinations,
    FunctionalDependency,
    Monotone,
    OneHot,
    When,
)
from synthgen.table.constraints.base import Bools, Rows
from synthgen.table.constraints.conditional import met_by
from synthgen.table.schema import Schema

NEAR = 0.99
"""Least share of rows that keep a rule which is proposed."""


@dataclass(frozen=True)
class Draft:
    """A rule that may be proposed.

    Attributes
    ----------
    family : str
    rule : Constraint
        As a person would declare it.
    judge : Constraint
        The same, with what it has learnt from real rows.
    """

    family: str
    rule: Constraint
    judge: Constraint


@dataclass(frozen=True)
class Proposal:
    """A rule that could be declared.

    Parameters
    ----------
    constraint : Constraint
        To be declared: ``schema.with_constraints(proposal.constraint)``. What it learns of real values is left out.
    family : str
        What sort of rule it is.
    support : int
        Rows that could have refuted it.
    broken : int
        Rows that do.
    holdout_support, holdout_broken : int or None
        The same of held-out rows, where there were some.

    Examples
    --------
    >>> from synthgen.table.constraints import Inequality
    >>> found = Proposal(Inequality("start", "end"), "inequality", 200, 1)
    >>> found.words, found.confidence, found.near
    ('start <= end', 0.995, True)
    """

    constraint: Constraint
    family: str
    support: int
    broken: int
    holdout_support: int | None = None
    holdout_broken: int | None = None

    @property
    def words(self) -> str:
        """The rule as a person would write it."""
        return self.constraint.words

    @property
    def confidence(self) -> float:
        """Share of the rows that could have refuted it which keep it; 1.0: all."""
        return 1.0 - self.broken / self.support

    @property
    def near(self) -> bool:
        """Whether a few rows break it, in the table or in the holdout: often mistakes in the data."""
        return bool(self.broken or self.holdout_broken)

    @property
    def can_be_declared(self) -> bool:
        """Whether it is a rule of :mod:`synthgen.constraints`; others are found again by every generator."""
        return type(self.constraint) in CONSTRAINTS.values()


@dataclass(frozen=True, repr=False)
class Proposals(Sequence[Proposal]):
    """Proposed rules: those that all rows keep first, then those that few rows break.

    Examples
    --------
    >>> from synthgen.table.constraints import Inequality
    >>> print(Proposals((Proposal(Inequality("start", "end"), "inequality", 200, 1),)))
    start <= end: 1 of 200 rows break it
    """

    items: tuple[Proposal, ...] = ()

    @overload
    def __getitem__(self, place: int) -> Proposal: ...
    @overload
    def __getitem__(self, place: slice) -> Proposals: ...
    def __getitem__(self, place: int | slice) -> Proposal | Proposals:
        """One proposal, or some of them."""
        return Proposals(self.items[place]) if isinstance(place, slice) else self.items[place]

    def __len__(self) -> int:
        return len(self.items)

    @property
    def constraints(self) -> tuple[Constraint, ...]:
        """Rules that all rows keep and that can be declared: ``schema.with_constraints(*proposals.constraints)``."""
        return tuple(item.constraint for item in self if not item.near and item.can_be_declared)

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each proposal."""
        rows = [
            {
                "rule": item.words,
                "family": item.family,
                "support": item.support,
                "broken": item.broken,
                "confidence": item.confidence,
                **({} if item.holdout_support is None else {"holdout_broken": item.holdout_broken}),
                "near": item.near,
            }
            for item in self
        ]
        return pd.DataFrame(rows, columns=None if rows else ["rule", "family", "support", "broken", "confidence"])

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, float_format=lambda value: f"{value:.2%}"))

    def __repr__(self) -> str:
        said = [
            f"{item.words}: {f'{item.broken:,} of' if item.broken else 'all'} {item.support:,} rows "
            f"{'break' if item.broken else 'keep'} it"
            for item in self
        ]
        return "\n".join(said) or "No rule was found beyond chance."


def counted(draft: Draft, rows: Rows, schema: Schema) -> tuple[int, int]:
    """How many rows could refute a rule, and how many do."""
    could = could_refute(draft.judge, rows, schema)
    return int(could.sum()), int((~draft.judge.holds(rows, schema) & could).sum())


def could_refute(rule: Constraint, rows: Rows, schema: Schema) -> Bools:
    """Which rows a rule says something about."""
    if isinstance(rule, (FixedCombinations, OneHot)) or type(rule) not in CONSTRAINTS.values():
        return np.ones(len(rows[rule.columns[0]]), dtype=bool)
    if isinstance(rule, When):
        return met_by(rule.condition, rows, schema)
    if isinstance(rule, FunctionalDependency):
        return rule.seen(rows) > 1  # one row can't contradict itself
    said = np.logical_and.reduce([~np.asarray(pd.isna(rows[name]), dtype=bool) for name in rule.columns])
    if isinstance(rule, Monotone):
        codes = pd.factorize(rows[rule.by])[0] if rule.by else np.zeros(len(said), dtype=int)
        sizes = pd.Series(said & (codes >= 0)).groupby(codes).transform("sum").to_numpy()
        return np.asarray(said & (sizes > 1))
    return np.asarray(said)
