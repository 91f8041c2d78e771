"""Rows that aren't handed out, refused block by block on the executors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table import Schema
from synthgen.table.constraints import Constraint
from synthgen.table.constraints.ruleset import rows_of
from synthgen.validation import Comparison
from synthgen.validation.fidelity.declared_rules import fitted_rules
from synthgen.validation.privacy.disclosure import Policy
from synthgen.validation.privacy.meeting import Rounding
from synthgen.validation.privacy.pool import Keys, hashed

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Screen:
    """Reasons to refuse a row, few enough to be sent to every executor.

    Copies, by hashes of the rows that were learnt from: a row that equals one, to the letter or once both are rounded,
    is refused, if that one is the only real row of its kind: a row that two real people share singles out neither. Rows
    that break a declared rule; and for a release those that show what too few people of the sample have.

    Attributes
    ----------
    schema : Schema
        Of the rows, labels of the synthetic ones included.
    rounding : Rounding
    exact, rounded : arrays of uint64, sorted
    rules : tuple of Constraint
    policy : Policy or None
    """

    schema: Schema
    rounding: Rounding
    exact: Keys
    rounded: Keys
    rules: tuple[Constraint, ...]
    policy: Policy | None

    @classmethod
    def of(cls, comparison: Comparison, alone: tuple[Bools, Bools], fewest: int | None) -> Screen:
        """Learn from what was validated.

        Parameters
        ----------
        comparison : Comparison
        alone : (array, array) of bool
            Which train rows, and which held-out rows, no other row of the whole table equals.
        fewest : int or None
            For a release, how many people must share what a row shows.
        """
        names = [column.name for column in comparison.columns]
        real = pd.concat([comparison.train[names], comparison.holdout[names]], ignore_index=True)
        opaque = [name for name in comparison.schema.names if name not in names]
        rounding = Rounding.of(real, comparison.synthetic, comparison.schema.without(*opaque))
        mine = np.arange(len(real)) < len(comparison.train)
        mine &= np.concatenate(alone)
        return cls(
            comparison.schema, rounding, _keys(hashed(real), mine), _keys(hashed(rounding.applied(real)), mine),
            tuple(fitted_rules(comparison)), None if fewest is None else Policy.of(comparison, fewest),
        )  # fmt: skip

    def keep(self, coded: pd.DataFrame) -> Bools:
        """Which rows may be handed out: shape (n_rows,)."""
        refused = _among(hashed(coded[list(self.rounding.names)]), self.exact)
        refused |= _among(hashed(self.rounding.applied(coded)), self.rounded)
        for rule in self.rules:
            refused |= ~rule.holds(rows_of(coded), self.schema)
        if self.policy is not None:
            refused |= self.policy.shown(coded)
        return np.asarray(~refused)


def _keys(keys: Keys, mine: Bools) -> Keys:
    """Keys that one real row alone has, if that is one of ``mine``; in order."""
    found, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return np.asarray(found[(counts == 1) & mine[first]])


def _among(keys: Keys, known: Keys) -> Bools:
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    return np.asarray(known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys)
