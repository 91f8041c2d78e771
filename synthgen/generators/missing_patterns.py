"""Gaps in the patterns of the real rows: which columns are missing together, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthgen.generators.asked import with_classes
from synthgen.generators.candidates import mended
from synthgen.table.constraints.ruleset import RuleSet
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.generators.base import Synthesizer

Patterns = dict[str, list[list[Any]]]
"""By class of the target (as text): how many rows have gaps in which columns."""

EVERY = "all"


def gap_patterns(coded: pd.DataFrame, schema: Schema) -> Patterns:
    """Count patterns of gaps by class; those of fewer than ten rows are left out, and say nothing then.

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> schema = Schema((Column("a", Kind.INTEGER, nullable=True), Column("b", Kind.INTEGER)))
    >>> rows = pd.DataFrame({"a": [np.nan] * 12 + [1.0] * 20, "b": 2.0})
    >>> gap_patterns(rows, schema)
    {'all': [[20, []], [12, ['a']]]}
    """
    target = schema.target
    names = [name for name in coded.columns if coded[name].isna().any()]
    groups: dict[str, pd.DataFrame] = {EVERY: coded}
    if with_classes(schema) and target is not None:
        groups = {str(code): rows for code, rows in coded.groupby(target.name)}
    out: Patterns = {}
    for code, rows in groups.items():
        if not names:
            out[code] = [[len(rows), []]]
            continue
        gone, counts = np.unique(rows[names].isna().to_numpy(), axis=0, return_counts=True)
        out[code] = [
            [int(count), [name for name, is_gone in zip(names, pattern, strict=True) if is_gone]]
            for pattern, count in zip(gone, counts, strict=True)
            if count >= FEWEST_HOLDERS
        ]
    return out


def with_patterns(
    model: Synthesizer, made: pd.DataFrame, fixed: frozenset[str], rules: RuleSet, rng: np.random.Generator
) -> pd.DataFrame:
    """Make gaps in whole rows, each in one pattern of its class; columns in ``fixed`` keep their values."""
    schema, target = model.schema_, model.schema_.target
    whole = made.copy()
    keys = np.full(len(made), EVERY, dtype=object)
    if with_classes(schema) and target is not None:
        keys = made[target.name].astype(str).to_numpy(dtype=object)
    columns = {name: made[name].to_numpy(float, copy=True) for name in made.columns}
    for code in np.unique(keys.astype(str)):
        patterns = model._gap_patterns.get(str(code), [])
        if not patterns:
            continue
        mine = np.flatnonzero(keys == code)
        counts = np.array([count for count, _ in patterns], dtype=float)
        picked = rng.choice(len(patterns), len(mine), p=counts / counts.sum())
        for number, (_, names) in enumerate(patterns):
            for name in names:
                if name not in fixed:
                    columns[name][mine[picked == number]] = np.nan
    gapped, kept = mended(pd.DataFrame(columns, columns=made.columns), rules, fixed, schema, rng)
    # A row whose gaps and rules don't go together keeps its values.
    return pd.DataFrame(np.where(kept[:, None], gapped.to_numpy(), whole.to_numpy()), columns=made.columns)
