"""All rules of a table together: fitted to real rows, kept by new ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgen.errors import ConstraintError
from synthgen.table.constraints.base import Bools, Constraint, Rows
from synthgen.table.constraints.conflicts import check_consistent, smallest
from synthgen.table.schema import Schema

ROUNDS = 4
"""Times that all rules are gone through: mending one may break another."""


@dataclass(frozen=True)
class RuleSet:
    """Rules in the order in which they are mended: those that give a column come after those it is computed from.

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> from synthgen.table.constraints import Inequality
    >>> schema = Schema((Column("start", Kind.INTEGER), Column("end", Kind.INTEGER)))
    >>> rules = RuleSet.of([Inequality("start", "end")])
    >>> rows = {"start": np.array([1.0, 9.0]), "end": np.array([2.0, 3.0])}
    >>> kept = rules.mend(rows, frozenset({"start"}), schema, np.random.default_rng(0))
    >>> kept.tolist(), rows["end"].tolist()
    ([True, True], [2.0, 10.0])
    """

    rules: tuple[Constraint, ...] = ()

    @classmethod
    def of(cls, rules: Iterable[Constraint]) -> RuleSet:
        """Put rules in order, each once."""
        distinct: list[Constraint] = []
        for rule in rules:
            if rule.words not in {known.words for known in distinct}:
                distinct.append(rule)
        return cls(tuple(_ordered(distinct)))

    @property
    def by_row(self) -> RuleSet:
        """Those about each row by itself."""
        return RuleSet(tuple(rule for rule in self.rules if not rule.whole_table))

    @property
    def whole_table(self) -> tuple[Constraint, ...]:
        """Those about rows together."""
        return tuple(rule for rule in self.rules if rule.whole_table)

    def about(self, names: Iterable[str]) -> RuleSet:
        """Those whose columns are all among ``names``."""
        known = set(names)
        return RuleSet(tuple(rule for rule in self.rules if set(rule.columns) <= known))

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row keeps all of them."""
        n = len(next(iter(rows.values()))) if rows else 0
        kept = [np.ones(n, dtype=bool), *(rule.holds(rows, schema) for rule in self.rules)]
        return np.asarray(np.logical_and.reduce(kept))

    def mend(self, rows: Rows, fixed: frozenset[str], schema: Schema, rng: np.random.Generator) -> Bools:
        """Change rows in place until they keep the rules; columns in ``fixed`` stay as they are.

        Returns
        -------
        boolean array of shape (n_rows,)
            Rows that now keep all of them.
        """
        n = len(next(iter(rows.values()))) if rows else 0
        given = frozenset(rule.gives for rule in self.rules if rule.gives)
        kept: list[Bools] = []
        for turn in range(ROUNDS):
            kept = []
            for rule in self.rules:
                good = rule.holds(rows, schema)
                kept.append(good)
                if not good.all():
                    rule.mend(rows, np.flatnonzero(~good), _free(rule, fixed, given, turn), schema, rng)
            if all(good.all() for good in kept):
                return np.ones(n, dtype=bool)
        return self.holds(rows, schema)

    def least_kept(self, rows: Rows, schema: Schema) -> tuple[str, float]:
        """The rule that the fewest rows keep, in words, and the share that does."""
        shares = [(float(rule.holds(rows, schema).mean()), rule.words) for rule in self.rules]
        share, words = min(shares)
        return words, share


def _free(rule: Constraint, fixed: frozenset[str], given: frozenset[str], turn: int) -> frozenset[str]:
    """Columns that a rule may change: not what others give, as long as there is something else."""
    free = frozenset(rule.columns) - fixed
    if rule.gives in free and turn < ROUNDS - 1:
        return frozenset({rule.gives}) if rule.gives else free
    own = free - given
    return own if own and turn < ROUNDS - 1 else free


def _ordered(rules: Sequence[Constraint]) -> list[Constraint]:
    """Rules that give nothing first, then each after those that give what it reads."""
    out = [rule for rule in rules if rule.gives is None]
    left = [rule for rule in rules if rule.gives is not None]
    while left:
        waiting = {rule.gives for rule in left}
        ready = [rule for rule in left if not waiting & (set(rule.columns) - {rule.gives})]
        for rule in ready or left[:1]:
            out.append(rule)
            left.remove(rule)
    return out


def rows_of(coded: pd.DataFrame) -> Rows:
    """Columns of a coded frame, copied, to be changed in place."""
    return {str(name): coded[name].to_numpy(copy=True) for name in coded.columns}


def check_declared(rules: Sequence[Constraint], schema: Schema) -> None:
    """Refuse rules that the table can't have, and those that contradict each other.

    Raises
    ------
    ConstraintError
        With the column, or the smallest set of rules that can't hold together.
    """
    for rule in rules:
        if not isinstance(rule, Constraint):
            raise ConstraintError(
                f"constraints takes rules of synthgen.constraints, such as Inequality('start', 'end'); got {rule!r}."
            )
        rule.check(schema)
    check_consistent(rules, schema)


def fit_declared(
    rules: Sequence[Constraint], coded: pd.DataFrame, schema: Schema
) -> tuple[tuple[Constraint, ...], Bools, dict[str, int]]:
    """Fit declared rules to real rows.

    Returns
    -------
    rules : tuple of Constraint
    kept : boolean array of shape (n_rows,)
        Rows that keep all of them: only these are learnt from.
    broken : dict of str to int
        How many rows break each rule, in its words; those that none breaks are left out.

    Raises
    ------
    ConstraintError
        No row keeps all of them; the message names the smallest set that no row keeps.
    """
    check_declared(rules, schema)
    rows = rows_of(coded)
    fitted = tuple(rule.fitted(rows, schema) for rule in rules)
    holds = [rule.holds(rows, schema) for rule in fitted]
    kept = np.logical_and.reduce([np.ones(len(coded), dtype=bool), *holds])
    if rules and not kept.any():
        words = smallest(
            list(zip(fitted, holds, strict=True)),
            lambda some: not np.logical_and.reduce([good for _, good in some]).any() if some else False,
        )
        said = " and ".join(repr(rule.words) for rule, _ in words)
        raise ConstraintError(
            f"No real row keeps {'both ' if len(words) == 2 else ''}{said}, so nothing can be learnt about rows that "
            "do. Correct the rules, or the table."
        )
    broken = {rule.words: int((~good).sum()) for rule, good in zip(fitted, holds, strict=True) if not good.all()}
    return fitted, kept, broken
