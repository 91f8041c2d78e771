"""Rates, patterns, rules and tests of gaps, together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.profiling.few_classes import compared_columns, few_classes
from synthgen.profiling.missingness.at_random import gap_dependences
from synthgen.profiling.missingness.gap_rules import gap_rules
from synthgen.profiling.missingness.patterns import gap_patterns
from synthgen.profiling.missingness.results import MissingnessProfile
from synthgen.profiling.multiplicity import LEVEL
from synthgen.profiling.row_samples import how_drawn, rows_to_test
from synthgen.profiling.share_intervals import groups_of_rows
from synthgen.table.column import Role
from synthgen.table.disclosure import FEWEST_HOLDERS, subjects_of
from synthgen.table.schema import Schema

MOST_ROWS = 50_000
MOST_GAPPED = 50
MOST_COMPARED = 100
MOST_BINS, MOST_LEVELS = 8, 20


def profile_missingness(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> MissingnessProfile:
    """Describe where values are missing, and what tells it.

    Rates and patterns are of all rows. Rules and tests look at 50,000 rows at most, drawn at random, at the 50 columns
    with the most gaps, and at 100 columns that may tell them.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        As :func:`synthgen.table.encode` gives it.
    schema : Schema
    rng : numpy.random.Generator

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> rng = np.random.default_rng(0)
    >>> paid = rng.random(400) < 0.7
    >>> table = pd.DataFrame({"paid": 1.0 * paid, "amount": np.where(paid, rng.gamma(2, 50, 400), np.nan)})
    >>> schema = Schema((Column("paid", Kind.BOOLEAN, categories=("no", "yes")), Column("amount", Kind.CONTINUOUS)))
    >>> print(profile_missingness(table, schema, rng).rules[0].condition)
    is 'no'
    """
    gaps = coded[schema.names].isna()
    rates = gaps.mean()
    rates = rates[rates > 0].sort_values(ascending=False, kind="stable")
    if not len(coded) or not len(rates):
        return MissingnessProfile()
    named = tuple((str(name), float(rate)) for name, rate in rates.items())
    names = [name for name in schema.names if name in rates.index]
    people = subjects_of(coded, schema) if schema.role(Role.SUBJECT) else None
    patterns, others = gap_patterns(gaps[names].to_numpy(), names, people)
    rows = rows_to_test(coded, schema, MOST_ROWS, rng)
    some, some_gaps = coded.iloc[rows], gaps.iloc[rows]
    counts = some_gaps[list(rates.index)].sum()
    enough = counts[(counts >= FEWEST_HOLDERS) & (counts <= len(rows) - FEWEST_HOLDERS)]
    gapped = [str(name) for name in enough.index[:MOST_GAPPED]]
    columns = compared_columns(schema)
    notes = _notes(len(coded), len(rows), len(enough), len(columns), schema)
    if len(columns) > MOST_COMPARED:
        chosen = np.sort(rng.choice(len(columns), MOST_COMPARED, replace=False))
        columns = [columns[i] for i in chosen]
    rules, tried = gap_rules(some, columns, {name: some_gaps[name].to_numpy() for name in gapped})
    cut = [few_classes(some[c.name].to_numpy(float), c, MOST_LEVELS if c.categories else MOST_BINS) for c in columns]
    varied = [i for i, classes in enumerate(cut) if classes.size > 1]
    found, tests = gap_dependences(
        some_gaps[gapped].to_numpy(), gapped, [cut[i] for i in varied], [columns[i].name for i in varied],
        groups_of_rows(len(rows), rng),
    )  # fmt: skip
    return MissingnessProfile(named, patterns, others, rules, found, tests, tried, len(rows), LEVEL, notes)


def _notes(n: int, looked_at: int, gapped: int, columns: int, schema: Schema) -> tuple[str, ...]:
    notes = []
    if looked_at < n:
        notes.append(f"Rules and tests of gaps looked at {how_drawn(looked_at, n, schema)}.")
    if gapped > MOST_GAPPED:
        notes.append(f"Of {gapped} columns with gaps, the {MOST_GAPPED} with the most were looked at.")
    if columns > MOST_COMPARED:
        notes.append(f"Gaps were compared with {MOST_COMPARED} of {columns} columns, drawn at random.")
    return tuple(notes)
