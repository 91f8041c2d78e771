"""Groups of yes/no columns of which exactly one is set in every row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import Kind, Role
from synthgen.table.number_rules import ENOUGH_ROWS
from synthgen.table.rules import CHANCE, CHANCE_OF_RARE, Rules
from synthgen.table.schema import Schema

FEWEST_COLUMNS = 3
"""Of two columns each is what the other isn't: that one follows from the other says as much."""

MOST_COLUMNS = 200
MOST_STEPS = 2_000
MOST_GROUPS, MOST_TURNS = 50, 5
SCREEN_ROWS, FEWEST_SET = 2_000, 5

Bools = NDArray[np.bool_]


def find_one_hot(coded: pd.DataFrame, schema: Schema, rules: Rules | None = None) -> tuple[tuple[str, ...], ...]:
    """Find groups of three or more columns of 0 and 1 of which exactly one is 1 in every row, beyond chance.

    Were the columns unrelated, each would be set in any of its rows with equal probability. A group counts if the share
    of ways to set them so that each row has exactly one, times the number of such groups, is below ``CHANCE``.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        As :func:`synthgen.table.encode` gives it.
    schema : Schema
    rules : Rules, optional
        What else was found: columns that follow from another take no part.

    Returns
    -------
    tuple of tuple of str
        Groups without a common column, in the schema's order.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema(tuple(Column(name, Kind.INTEGER) for name in ("cash", "card", "voucher")))
    >>> way = np.arange(60) % 3
    >>> find_one_hot(pd.DataFrame({name: way == j for j, name in enumerate(schema.names)}), schema)
    (('cash', 'card', 'voucher'),)
    """
    given = {rule.column for rule in rules.determined} if rules is not None else set()
    names, columns = [], []
    for column in schema:
        if column.kind in (Kind.BOOLEAN, Kind.INTEGER) and column.role not in (Role.IDENTIFIER, Role.SUBJECT):
            values = coded[column.name].to_numpy(float)
            if column.name not in given and np.isin(values, (0.0, 1.0)).all() and 0 < values.sum() < len(values):
                names.append(column.name)
                columns.append(values == 1)
    names, columns = names[:MOST_COLUMNS], columns[:MOST_COLUMNS]
    if len(names) < FEWEST_COLUMNS or len(coded) < ENOUGH_ROWS:
        return ()
    table = np.column_stack(columns)
    counts = table.sum(axis=0)
    groups = [group for group in _covers(table) if _beyond_chance(counts[list(group)], len(coded), len(names))]
    taken: set[int] = set()
    found = []
    for group in sorted(groups, key=lambda some: (-len(some), some)):
        if not taken & set(group):
            taken |= set(group)
            found.append(group)
    return tuple(tuple(names[j] for j in group) for group in sorted(found))


def _covers(table: Bools) -> list[tuple[int, ...]]:
    """Groups that hold in all rows, looked for in some: rows that refute one are added to these."""
    step = max(1, len(table) // SCREEN_ROWS)
    # A column that is rarely set must be set in some of them.
    set_in = [np.flatnonzero(column)[:FEWEST_SET] for column in table.T]
    some = np.unique(np.concatenate([np.arange(0, len(table), step), *set_in]))
    for _ in range(MOST_TURNS):
        found = list(_Search(np.unique(table[some], axis=0)).groups())
        wrong = [np.flatnonzero(table[:, list(group)].sum(axis=1) != 1)[:FEWEST_SET] for group in found[:MOST_GROUPS]]
        good = [group for group, rows in zip(found, wrong, strict=False) if not len(rows)]
        if len(good) == len(wrong):
            return good
        some = np.unique(np.concatenate([some, *wrong]))
    return good


def _beyond_chance(counts: NDArray[np.int64], n: int, n_columns: int) -> bool:
    """Whether columns that are set so often could hardly take turns by chance, nor any of them by itself."""
    if len(counts) < FEWEST_COLUMNS:
        return False
    each = [_log_choose(n, int(count)) for count in counts]
    together = math.lgamma(n + 1) - sum(math.lgamma(int(count) + 1) for count in counts)
    bar = math.log(CHANCE) - _log_choose(n_columns, len(counts))
    return together - sum(each) < bar and min(each) > -math.log(CHANCE_OF_RARE)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@dataclass
class _Search:
    """Sets of columns of which exactly one is set in each row: an exact cover, looked for row by row."""

    rows: Bools
    steps: int = field(default=0, init=False)

    def groups(self) -> Iterator[tuple[int, ...]]:
        """Give them, until too many steps were taken."""
        counts = self.rows.astype(np.int64)
        self.apart = (counts.T @ counts) == 0
        m = self.rows.shape[1]
        yield from self._after((), np.ones(m, dtype=bool), np.ones(len(self.rows), dtype=bool))

    def _after(self, chosen: tuple[int, ...], allowed: Bools, open_rows: Bools) -> Iterator[tuple[int, ...]]:
        self.steps += 1
        if self.steps > MOST_STEPS:
            return
        if not open_rows.any():
            yield tuple(sorted(chosen))
            return
        # The row that the fewest columns could still cover leaves the fewest ways to go on.
        ways = (self.rows[open_rows] & allowed).sum(axis=1)
        row = np.flatnonzero(open_rows)[int(ways.argmin())]
        for column in np.flatnonzero(self.rows[row] & allowed).tolist():
            yield from self._after((*chosen, column), allowed & self.apart[column], open_rows & ~self.rows[:, column])
