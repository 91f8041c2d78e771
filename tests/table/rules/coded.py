"""Coded tables to look for rules in, and what was found as words."""

from pathlib import Path

import numpy as np
import pandas as pd

from synthgen.table import Column, Kind, Role, Schema
from synthgen.table.rules import find_rules

REAL, WHOLE, LABEL, DATE = Kind.CONTINUOUS, Kind.INTEGER, Kind.CATEGORICAL, Kind.DATETIME
BIKES = Path(__file__).parents[4] / "shared" / "data" / "bike_sharing_hour.csv.gz"


def table(target=None, **columns):
    """A coded frame and its schema: a column is (kind, values), a continuous one (decimals, values)."""
    made, described = {}, []
    for name, (kind, values) in columns.items():
        made[name] = np.asarray(values, dtype=float)
        role = Role.TARGET if name == target else Role.FEATURE
        decimals = None if isinstance(kind, Kind) else kind
        described.append(Column(name, kind if isinstance(kind, Kind) else REAL, role=role, decimals=decimals))
    return pd.DataFrame(made), Schema(tuple(described))


def find(made, seed=0):
    return find_rules(*made, np.random.default_rng(seed))


def pairs(rules):
    return [(rule.column, rule.by) for rule in rules]


def sums(rules):
    """Each total as text, 'x = +a -b', its parts by name."""
    found = []
    for rule in rules.totals:
        parts = sorted(zip(rule.parts, rule.signs, strict=True))
        found.append(" ".join([rule.column, "=", *(f"{'+' if sign > 0 else '-'}{part}" for part, sign in parts)]))
    return found


def apply(rules, coded):
    """What the rules say, in the order that Rules promises, for columns of which only the free ones are known."""
    out = coded.copy()
    for rule in (*rules.totals, *rules.determined):
        out[rule.column] = -1.0
    for gap in rules.gaps:
        out[gap.column] = out[gap.column].where(~gap.apply(out[gap.by].to_numpy()))
    for total in rules.totals:
        out[total.column] = total.apply(out[list(total.parts)].to_numpy())
    for determined in rules.determined:
        out[determined.column] = determined.apply(out[determined.by].to_numpy())
    return out
