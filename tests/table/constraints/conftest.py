"""Small tables on which rules are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

DAY = 86_400_000_000
NAN = float("nan")

SCHEMA = Schema((
    Column("start", Kind.INTEGER, nullable=True),
    Column("end", Kind.INTEGER, nullable=True),
    Column("price", Kind.CONTINUOUS, decimals=2, bounds=(0.0, 500.0)),
    Column("quantity", Kind.INTEGER, bounds=(0.0, 9.0)),
    Column("total", Kind.CONTINUOUS, decimals=2, bounds=(0.0, 4500.0)),
    Column("rate", Kind.CONTINUOUS),
    Column("ordered", Kind.DATETIME, resolution=DAY),
    Column("shipped", Kind.DATETIME, resolution=DAY, nullable=True),
    Column("city", Kind.CATEGORICAL, categories=("Oslo", "Bergen", "Rome"), nullable=True),
    Column("country", Kind.CATEGORICAL, categories=("NO", "IT"), nullable=True),
    Column("status", Kind.CATEGORICAL, categories=("closed", "open", "waiting")),
    Column("cash", Kind.BOOLEAN, categories=(False, True)),
    Column("card", Kind.BOOLEAN, categories=(False, True)),
    Column("voucher", Kind.BOOLEAN, categories=(False, True)),
    Column("half day", Kind.INTEGER),
    Column("id", Kind.IDENTIFIER, role=Role.IDENTIFIER),
))  # fmt: skip
"""Columns of every kind."""


@pytest.fixture
def schema():
    return SCHEMA


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture
def mended(schema):
    """Mends a copy of rows by a rule, with the columns named free (None: all of the rule's), and says which hold."""

    def mend(rule, rows, free=None, seed=0):
        made = {name: np.array(values, dtype=float) for name, values in rows.items()}
        where = np.flatnonzero(~rule.holds(made, schema))
        chosen = frozenset(rule.columns if free is None else free)
        rule.mend(made, where, chosen, schema, np.random.default_rng(seed))
        return made, rule.holds(made, schema)

    return mend
