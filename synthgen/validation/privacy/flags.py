"""A reason for each row that should not be handed out."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.validation.comparison import Comparison
from synthgen.validation.privacy.copies import exact_matches, near_matches
from synthgen.validation.verdict import Purpose

FEWEST_HOLDERS = 10
COLUMNS = ["row", "reason", "columns", "value", "threshold"]


class Reason(StrEnum):
    """Why a synthetic row is flagged."""

    EXACT_COPY = "EXACT_COPY"
    NEAR_COPY = "NEAR_COPY"
    RARE_CATEGORY = "RARE_CATEGORY"
    EXTREME_VALUE = "EXTREME_VALUE"


REASON_WORDS = {
    Reason.EXACT_COPY: "equal to one real row that the generator saw",
    Reason.NEAR_COPY: "closer to one real row than 95 % of real rows are to each other",
    Reason.RARE_CATEGORY: f"has a category that fewer than {FEWEST_HOLDERS} real rows have",
    Reason.EXTREME_VALUE: f"has the exact smallest or largest value, which fewer than {FEWEST_HOLDERS} real rows have",
}


def flag_rows(comparison: Comparison, purpose: Purpose) -> pd.DataFrame:
    """List flagged synthetic rows: one row a flag, by position and reason.

    Copies and near copies are always looked for; rare categories and exact extremes only where the
    table is to be released. ``value`` and ``threshold`` are distances (copies) or numbers of real rows
    that hold the category or extreme; no value of a real row is shown.
    """
    flags = [_copies(comparison)]
    if purpose is Purpose.RELEASE:
        flags += [_rare_categories(comparison), _extreme_values(comparison)]
    out = pd.concat(flags, ignore_index=True)
    return out.sort_values(["row", "reason"], kind="stable", ignore_index=True)


def _copies(comparison: Comparison) -> pd.DataFrame:
    exact = exact_matches(comparison).of_train
    rows = np.flatnonzero(exact)
    parts = [_frame(rows, Reason.EXACT_COPY, "all", np.zeros(len(rows)), 0.0)]
    if len(comparison.real_train):
        near, distances = near_matches(comparison)
        rows = np.flatnonzero(near.of_train)
        parts.append(_frame(rows, Reason.NEAR_COPY, "all", distances[rows], comparison.near_copy_limit))
    return pd.concat(parts, ignore_index=True)


def _rare_categories(comparison: Comparison) -> pd.DataFrame:
    parts = [_frame(np.array([], dtype=int), Reason.RARE_CATEGORY, "", np.array([]), 0.0)]
    for column in comparison.schema.of(*LABEL_KINDS):
        if "categories" in column.declared:
            continue
        held = _holders(comparison, column.name)
        values = comparison.synthetic[column.name]
        counts = values.map(held).fillna(0).to_numpy()
        rows = np.flatnonzero((counts < FEWEST_HOLDERS) & values.notna().to_numpy())
        parts.append(_frame(rows, Reason.RARE_CATEGORY, column.name, counts[rows], FEWEST_HOLDERS))
    return pd.concat(parts, ignore_index=True)


def _extreme_values(comparison: Comparison) -> pd.DataFrame:
    parts = [_frame(np.array([], dtype=int), Reason.EXTREME_VALUE, "", np.array([]), 0.0)]
    for column in comparison.schema.of(*ORDERED_KINDS):
        if "bounds" in column.declared:
            continue
        held = _holders(comparison, column.name)
        if not len(held):
            continue
        values = comparison.synthetic[column.name].to_numpy(float)
        for extreme in {float(held.index.min()), float(held.index.max())}:
            if held[extreme] < FEWEST_HOLDERS:
                rows = np.flatnonzero(values == extreme)
                counts = np.full(len(rows), float(held[extreme]))
                parts.append(_frame(rows, Reason.EXTREME_VALUE, column.name, counts, FEWEST_HOLDERS))
    return pd.concat(parts, ignore_index=True)


def _holders(comparison: Comparison, name: str) -> pd.Series:
    held: pd.Series = pd.concat([comparison.train[name], comparison.holdout[name]]).value_counts()
    return held


def _frame(rows: np.ndarray, reason: Reason, columns: str, values: np.ndarray, threshold: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": rows.astype(np.int64),
            "reason": np.repeat(str(reason), len(rows)).astype(object),
            "columns": np.repeat(columns, len(rows)).astype(object),
            "value": np.asarray(values, dtype=float),
            "threshold": np.full(len(rows), float(threshold)),
        },
        columns=COLUMNS,
    )
