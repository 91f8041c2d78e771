"""Real tables for differential privacy, with what is public about each, and the distance of two tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks.peers.tables import SHARED, load_fraud
from synthgen.generators.dp_marginals import as_public
from synthgen.table.column import LABEL_KINDS, Kind, Role
from synthgen.table.schema import Schema

ADULT_BOUNDS = {
    "age": (17, 90), "fnlwgt": (0, 1_500_000), "capital-gain": (0, 99_999), "capital-loss": (0, 5_000),
    "hours-per-week": (1, 99),
}  # fmt: skip
"""Of the census' code book, and not of these rows."""

METRIC_BINS = 100
"""Equal bins between a column's bounds; whole numbers of fewer values stay as they are."""


def adult() -> pd.DataFrame | None:
    path = SHARED / "adult.csv.gz"
    if not path.is_file():
        return None
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    return frame.drop(columns=["split", "education-num"])


def adult_schema(frame: pd.DataFrame) -> Schema:
    schema = sg.Schema.infer(frame, target="income")
    for name, bounds in ADULT_BOUNDS.items():
        column = replace(schema[name], kind=Kind.INTEGER, role=Role.FEATURE, bounds=tuple(map(float, bounds)))
        schema = schema.with_columns([column])
    return as_public(schema)


def fraud() -> pd.DataFrame | None:
    frame = load_fraud()
    return frame if len(frame) > 100_000 else None


def thyroid() -> pd.DataFrame:
    return sg.datasets.load_thyroid()


def declared_labels(schema: Schema) -> Schema:
    """A schema in which labels are public, and bounds aren't: they are found with noise."""
    public = as_public(schema)
    return public.with_columns(replace(column, bounds=None, declared=column.declared - {"bounds"}) for column in public)


def codes_of(frame: pd.DataFrame, schema: Schema) -> tuple[pd.DataFrame, dict[str, int]]:
    """Codes of a table for the metric, and how many each column has."""
    out, sizes = {}, {}
    for column in schema:
        values = frame[column.name]
        if column.kind in LABEL_KINDS:
            known = {str(label): code for code, label in enumerate(column.categories or ())}
            coded = values.astype(object).map(lambda value, known=known: known.get(str(value), len(known)))
            out[column.name], sizes[column.name] = coded.to_numpy(np.int64), len(known) + 1
            continue
        low, high = column.bounds or (0.0, 1.0)
        width = 1.0 if column.kind is Kind.INTEGER and high - low < METRIC_BINS else (high - low) / METRIC_BINS
        size = int((high - low) / width) + 1
        places = np.floor((values.astype(float).to_numpy(copy=True) - low) / width)
        filled = np.where(np.isnan(places), size, np.clip(places, 0, size - 1))
        out[column.name], sizes[column.name] = filled.astype(np.int64), size + 1
    return pd.DataFrame(out), sizes


def shares(coded: pd.DataFrame, names: tuple[str, ...], sizes: Mapping[str, int]) -> np.ndarray:
    place = np.zeros(len(coded), dtype=np.int64)
    for name in names:
        place = place * sizes[name] + coded[name].to_numpy()
    return np.bincount(place, minlength=prod(sizes[name] for name in names)) / len(coded)


def distances(
    made: pd.DataFrame, real: pd.DataFrame, schema: Schema, ways: tuple[int, ...] = (1, 2, 3)
) -> dict[str, float]:
    """Mean total variation over all groups of so many columns."""
    (a, sizes), (b, _) = codes_of(made, schema), codes_of(real, schema)
    return distances_of_codes(a, b, sizes, ways)


def distances_of_codes(
    a: pd.DataFrame, b: pd.DataFrame, sizes: Mapping[str, int], ways: tuple[int, ...] = (1, 2, 3)
) -> dict[str, float]:
    out = {}
    for way in ways:
        found = [
            0.5 * float(np.abs(shares(a, names, sizes) - shares(b, names, sizes)).sum())
            for names in combinations(list(a.columns), way)
        ]
        out[f"{way}-way"] = float(np.mean(found))
    return out


def lines(real: pd.DataFrame, schema: Schema) -> dict[str, dict[str, float]]:
    """What a table is measured against: rows drawn again from the real ones, and columns shuffled apart."""
    rng = np.random.default_rng(0)
    again = real.iloc[rng.integers(0, len(real), len(real))].reset_index(drop=True)
    apart: dict[str, Any] = {name: real[name].to_numpy()[rng.permutation(len(real))] for name in real.columns}
    return {
        "the real rows, drawn again": distances(again, real, schema),
        "each real column, shuffled by itself": distances(pd.DataFrame(apart), real, schema),
    }
