"""Columns, described: quantiles, spikes, levels and the family that fits best."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.profiling.column_parts import Goodness
from synthgen.profiling.distributions.column_family import family_of
from synthgen.profiling.distributions.dates import dates_of
from synthgen.profiling.distributions.edges import bounds_of
from synthgen.profiling.distributions.labels import levels_of
from synthgen.profiling.distributions.modes import modes_of
from synthgen.profiling.distributions.rounding import rounding_of
from synthgen.profiling.distributions.sample import Floats, Sample, step_of
from synthgen.profiling.distributions.seasons import season_tests
from synthgen.profiling.distributions.spikes import spikes_of
from synthgen.profiling.distributions.tails import tails_of
from synthgen.profiling.distributions.texts import texts_of
from synthgen.profiling.profile import ColumnProfile
from synthgen.randomness import stream
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.local_time import is_clock
from synthgen.table.schema import Schema

MOST_LEVELS = 12
LEVEL = 0.05
PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)


def describe_columns(coded: pd.DataFrame, schema: Schema, seed: np.random.SeedSequence) -> tuple[ColumnProfile, ...]:
    """Describe every column of a coded frame.

    Tests (peaks of numbers, seasons of dates) share a level of .05 over the whole table, by Bonferroni: on a table
    without any, one in twenty times at most something is found.

    Parameters
    ----------
    coded : pandas.DataFrame
        Canonical values (see :func:`synthgen.table.encode`).
    schema : Schema
    seed : numpy.random.SeedSequence
        Chooses the rows on which families are fitted and compared.
    """
    numbers = len(schema.of(Kind.CONTINUOUS, Kind.INTEGER))
    tests = numbers + sum(season_tests(column.resolution) for column in schema.of(Kind.DATETIME))
    return tuple(describe(coded[c.name], c, stream(seed, c.name), LEVEL / max(tests, 1)) for c in schema)


def describe(values: pd.Series[Any], column: Column, rng: np.random.Generator, level: float = LEVEL) -> ColumnProfile:
    """Describe one coded column without showing any single row.

    Parameters
    ----------
    values : pandas.Series
        Canonical values (see :func:`synthgen.table.encode`).
    column : Column
    rng : numpy.random.Generator
        Chooses the rows on which families are fitted and compared.
    level : float
        Level of each test.
    """
    present = values.dropna()
    if column.kind in ORDERED_KINDS:
        present = present[np.isfinite(present.to_numpy(float))]
    missing = 1 - len(present) / len(values) if len(values) else 0.0
    base: dict[str, Any] = {
        "name": column.name, "kind": str(column.kind), "role": str(column.role), "n": len(present), "missing": missing,
    }  # fmt: skip
    if not len(present):
        return ColumnProfile(**base, distinct=0, note="has no values at all")
    if column.kind in ORDERED_KINDS:
        sample = Sample.of(present.to_numpy(float), 0.0 if column.kind is Kind.DATETIME else step_of(column))
        base["distinct"] = len(sample.values)
        parts = _dates if column.kind is Kind.DATETIME else _numbers
        found = parts(sample, present.to_numpy(float), column, rng, level)
    elif column.kind in LABEL_KINDS:
        base["distinct"] = int(present.nunique())
        found = _labels(present, column)
    else:
        base["distinct"] = int(present.nunique())
        words = "nearly every row has a value of its own" if column.kind is Kind.IDENTIFIER else "free text"
        found = {"family": str(column.kind), "note": words, "texts": texts_of(present, rng)}
    if base["distinct"] == 1:
        found.setdefault("note", "has one value only")
    return ColumnProfile(**{**base, **found})


def _labels(present: pd.Series[Any], column: Column) -> dict[str, Any]:
    categories = column.categories or ()
    counts = present.value_counts()
    shown = counts[counts >= FEWEST_HOLDERS].iloc[:MOST_LEVELS]
    levels = tuple((str(categories[int(code)]), float(n / len(present))) for code, n in shown.items())  # type: ignore[call-overload]
    spread = levels_of(np.asarray(counts, dtype=float))
    out: dict[str, Any] = {"family": "categories", "levels": levels, "spread": spread}
    if spread.rare:
        held = "is" if spread.rare == 1 else "are"
        out["note"] = f"{spread.rare} of {len(counts)} levels {held} held by fewer than {FEWEST_HOLDERS} rows"
    return out


def _quantiles(sample: Sample) -> tuple[tuple[float, float], ...]:
    if sample.n < 10 * FEWEST_HOLDERS:
        return ()
    # As numpy's: halfway between two rows where it falls between them.
    places = np.asarray(PROBABILITIES) * (sample.n - 1)
    reached = np.cumsum(sample.counts)
    below = np.floor(places)
    low, high = (sample.values[np.searchsorted(reached, at, side="right")] for at in (below, np.ceil(places)))
    found = low + (high - low) * (places - below)
    return tuple((p, float(q)) for p, q in zip(PROBABILITIES, found, strict=True))


def _dates(sample: Sample, rows: Floats, column: Column, rng: np.random.Generator, level: float) -> dict[str, Any]:
    return {
        "quantiles": _quantiles(sample), "spikes": spikes_of(sample),
        "dates": None if is_clock(column) else dates_of(rows, column.resolution, level),
    }  # fmt: skip


def _numbers(sample: Sample, rows: Floats, column: Column, rng: np.random.Generator, level: float) -> dict[str, Any]:
    declared = column.bounds if "bounds" in column.declared else None
    whole = column.kind is Kind.INTEGER
    family = family_of(sample, rows, rng, whole=whole, declared=declared)
    out: dict[str, Any] = {
        "quantiles": _quantiles(sample), "spikes": family.spikes, "family": family.name,
        "rounding": rounding_of(sample, 0 if whole else column.decimals), "bounds": declared or bounds_of(sample),
    }  # fmt: skip
    if len(sample.values) < 3:
        return out
    rest = rows[~np.isin(rows, family.atoms)] if len(family.atoms) else rows
    out |= {"tails": tails_of(sample.without(family.atoms)), "modes": modes_of(rest, sample.step, rng, level)}
    notes = [f"zero in {share:.0%} of the rows" for value, share in family.spikes if value == 0 and 0 in family.atoms]
    choice = family.choice
    if choice is not None:
        goodness = Goodness(choice.distance, choice.interval, choice.likelihood, choice.alternatives, choice.rows)
        out |= {"goodness": goodness, "parameters": choice.law.parameters if choice.fits else ()}
        if not choice.fits:
            notes.append(f"no family fits; the nearest, {choice.law.name}, {goodness}")
    return {**out, "note": "; ".join(notes)} if notes else out
