"""Columns that are never larger than another: a start before its end, a part within its whole."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import OPAQUE_KINDS, ORDERED_KINDS, Kind, Role
from synthgen.table.number_rules import ENOUGH_ROWS
from synthgen.table.rules import CHANCE
from synthgen.table.schema import Schema

SCREEN_ROWS = 200

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AtMost:
    """``low`` is never above ``high`` where both have a value.

    Examples
    --------
    >>> AtMost("start", "end").holds(np.array([1.0, 5.0, np.nan]), np.array([2.0, 4.0, 0.0])).tolist()
    [True, False, True]
    """

    low: str
    high: str

    def holds(self, low: Floats, high: Floats) -> NDArray[np.bool_]:
        """Whether each row keeps it."""
        return ~(low > high)


def find_inequalities(coded: pd.DataFrame, schema: Schema) -> tuple[AtMost, ...]:
    """Find pairs of columns of which one is never above the other, beyond chance, in all rows.

    Were the columns unrelated, a pair of values taken at random would keep the order with a probability q, and all n
    rows with q to the power of n. A pair counts if that, times the number of pairs, is below ``CHANCE``: columns on
    different scales, whose ranges hardly meet, tell nothing. What follows from two others is left out.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        As :func:`synthgen.table.encode` gives it.
    schema : Schema

    Returns
    -------
    tuple of AtMost
        In the schema's order.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema((Column("start", Kind.INTEGER), Column("end", Kind.INTEGER)))
    >>> start = np.arange(50.0) % 7
    >>> find_inequalities(pd.DataFrame({"start": start, "end": start + np.arange(50) % 3}), schema)
    (AtMost(low='start', high='end'),)
    """
    left_out = {*OPAQUE_KINDS, Role.IDENTIFIER, Role.SUBJECT}
    columns = [c for c in schema if c.kind in ORDERED_KINDS and not {c.kind, c.role} & left_out]
    found: list[AtMost] = []
    for dates in (False, True):
        names = [column.name for column in columns if (column.kind is Kind.DATETIME) == dates]
        if len(names) > 1 and len(coded):
            found += _among({name: coded[name].to_numpy(float) for name in names})
    place = {name: number for number, name in enumerate(schema.names)}
    return tuple(sorted(_direct(found), key=lambda rule: (place[rule.low], place[rule.high])))


def _among(values: dict[str, Floats]) -> list[AtMost]:
    names = list(values)
    step = max(1, len(values[names[0]]) // SCREEN_ROWS)
    sample = np.stack([values[name][::step] for name in names])
    bar = math.log(CHANCE / len(names) ** 2)
    ascending = {name: np.sort(item[~np.isnan(item)]) for name, item in values.items()}
    found = []
    for a, low in enumerate(names):
        # A missing value refutes nothing: the comparison is False.
        kept = ~(sample[a] > sample).any(axis=1)
        for b in np.flatnonzero(kept):
            high = names[b]
            if a == b or (values[low] > values[high]).any():
                continue
            known = ~np.isnan(values[low]) & ~np.isnan(values[high])
            if known.sum() >= ENOUGH_ROWS and _log_chance(ascending[low], ascending[high], int(known.sum())) < bar:
                if np.array_equal(values[low][known], values[high][known]):
                    continue  # a copy, which is a rule of its own
                found.append(AtMost(low, high))
    return found


def _log_chance(low: Floats, high: Floats, n: int) -> float:
    """Log of the probability that all of n pairs taken at random keep the order."""
    kept = 1 - np.searchsorted(high, low, side="left") / len(high)
    return n * math.log(max(float(kept.mean()), 1e-300))


def _direct(rules: list[AtMost]) -> list[AtMost]:
    """Without those that follow from two others."""
    above: dict[str, set[str]] = {}
    for rule in rules:
        above.setdefault(rule.low, set()).add(rule.high)
    return [
        rule for rule in rules
        if not any(rule.high in above.get(between, set()) for between in above[rule.low] - {rule.high})
    ]  # fmt: skip
