"""Rows at or beyond the edge of what holds in the real rows: a rule, the reach of a column, a rare label."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.reviewing.reasons import Found
from synthgen.table.column import LABEL_KINDS
from synthgen.table.disclosure import FEWEST_HOLDERS, columns_with_ends, ends, holders, subjects_of
from synthgen.table.inequalities import find_inequalities
from synthgen.validation.comparison import Comparison
from synthgen.validation.fidelity.declared_rules import declared
from synthgen.validation.fidelity.rules import rules_of

CLOSE = 0.01
"""Rows are close to breaking an order if at most this share of the real rows is as close."""

MOST_A_RULE = 3
"""Rows that one rule, column or label may bring, so that others have room."""


def at_an_edge(comparison: Comparison, rng: np.random.Generator) -> Found:
    """Rows that break a rule of the train rows, only just keep an order, reach too far out, or have a rare label.

    Parameters
    ----------
    comparison : Comparison
    rng : numpy.random.Generator

    Returns
    -------
    list of (position, reason)
        Broken rules first. No value of a real row is in a reason.
    """
    train = comparison.train
    some = train.iloc[comparison.picks(train, rng)]
    found = _declared(comparison, rng)
    for rule in rules_of(some, (train, comparison.synthetic), comparison.schema, rng):
        found += _some(~rule.rows[1], f"breaks what holds in every train row: {rule.words}", rng)
    return [*found, *_orders(some, comparison), *_rare_labels(comparison, rng), *_far_out(comparison, rng)]


def _declared(comparison: Comparison, rng: np.random.Generator) -> Found:
    """Rows that break a rule which a person declared about columns that are compared."""
    found: Found = []
    for rule, kept, _ in declared(comparison):
        if not rule.whole_table:
            found += _some(~kept, f"breaks a rule that was declared: {rule.words}", rng)
    return found


def _orders(some: pd.DataFrame, comparison: Comparison) -> Found:
    """Rows that keep an order by less than nearly all real rows do."""
    found: Found = []
    for rule in find_inequalities(some, comparison.schema):
        real, made = (
            frame[rule.high].to_numpy(float) - frame[rule.low].to_numpy(float) for frame in (some, comparison.synthetic)
        )
        known = np.sort(real[~np.isnan(real)])
        if not len(known):
            continue
        as_close = np.searchsorted(known, made, side="right") / len(known)
        close = np.flatnonzero((made >= 0) & (as_close <= CLOSE))
        first = close[np.argsort(made[close], kind="stable")][:MOST_A_RULE]
        words = f"only just keeps {rule.low} ≤ {rule.high}: hardly any real row has them so close together"
        found += [(int(row), words) for row in first]
    return found


def _rare_labels(comparison: Comparison, rng: np.random.Generator) -> Found:
    subjects = subjects_of(comparison.train, comparison.schema)
    found: Found = []
    for column in comparison.columns_of(LABEL_KINDS):
        held = holders(comparison.train[column.name].to_numpy(float), subjects)
        made = comparison.synthetic[column.name].to_numpy(float)
        rare = ~np.isnan(made) & ~np.isin(made, held[held >= FEWEST_HOLDERS].index.to_numpy(float))
        found += _some(rare, f"has a label of {column.name} that fewer than {FEWEST_HOLDERS} train rows have", rng)
    return found


def _far_out(comparison: Comparison, rng: np.random.Generator) -> Found:
    """Rows with values further out than what enough real people reach; those in most columns first."""
    subjects = subjects_of(comparison.train, comparison.schema)
    named: dict[int, list[str]] = {}
    for column in columns_with_ends(comparison.schema):
        reached = ends(comparison.train[column.name].to_numpy(float), subjects, None, FEWEST_HOLDERS)
        if reached is None:
            continue
        made = comparison.synthetic[column.name].to_numpy(float)
        for side, mask in (("low", made < reached.low), ("high", made > reached.high)):
            for row in np.flatnonzero(mask).tolist():
                named.setdefault(row, []).append(f"{column.name} ({side})")
    order: list[int] = rng.permutation(np.array(sorted(named), dtype=np.int64)).tolist()
    order.sort(key=lambda row: -len(named[row]))
    return [(row, f"further out than all but a few real rows: {_listed(named[row])}") for row in order]


def _some(mask: NDArray[np.bool_], words: str, rng: np.random.Generator) -> Found:
    rows = np.flatnonzero(mask)
    return [(int(row), words) for row in rng.permutation(rows)[:MOST_A_RULE]]


def _listed(names: list[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
