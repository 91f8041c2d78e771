"""A reason for each row that should not be handed out."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.validation.comparison import Comparison
from synthgen.validation.verdict import Purpose

FEWEST_HOLDERS = 10
COLUMNS = ["row", "reason", "columns", "value", "threshold", "p_value", "q_value", "refused"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Reason(StrEnum):
    """Why a synthetic row is flagged."""

    EXACT_COPY = "EXACT_COPY"
    NEAR_COPY = "NEAR_COPY"
    INTERPOLATED = "INTERPOLATED"
    VALUE_REUSE = "VALUE_REUSE"
    SUBSET_COPY = "SUBSET_COPY"
    RARE_CATEGORY = "RARE_CATEGORY"
    EXTREME_VALUE = "EXTREME_VALUE"


REASON_WORDS = {
    Reason.EXACT_COPY: "equal to one real row that the generator saw",
    Reason.NEAR_COPY: "closer to one real row that the generator saw than real rows are to each other",
    Reason.INTERPOLATED: "interpolates real rows: it lies between two or three that the generator saw",
    Reason.VALUE_REUSE: "has a value that only one real row has, one that the generator saw",
    Reason.SUBSET_COPY: "shares several columns with one real row that the generator saw, and no other row has them",
    Reason.RARE_CATEGORY: f"has a category that fewer than {FEWEST_HOLDERS} real rows have",
    Reason.EXTREME_VALUE: f"has the exact smallest or largest value, which fewer than {FEWEST_HOLDERS} real rows have",
}

REFUSED_ALWAYS = frozenset({Reason.EXACT_COPY, Reason.NEAR_COPY})
"""For "augment" only copies are refused: the merged table holds the real rows anyway. For "release" all flagged are."""


def refused_for(reason: Reason, purpose: Purpose) -> bool:
    """Whether a row with this flag isn't handed out."""
    return purpose is Purpose.RELEASE or reason in REFUSED_ALWAYS


def flag_policy(comparison: Comparison, purpose: Purpose) -> pd.DataFrame:
    """Flags of the disclosure policy: rare categories and exact extremes, where the table is to be released.

    ``value`` and ``threshold`` are numbers of real rows that hold the category or extreme; no real value is shown.
    """
    if purpose is not Purpose.RELEASE:
        return no_flags()
    return together([_rare_categories(comparison), _extreme_values(comparison)])


def together(flags: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One list of flags, by row and reason."""
    some = [part for part in flags if len(part)]
    if not some:
        return no_flags()
    return pd.concat(some, ignore_index=True).sort_values(["row", "reason"], kind="stable", ignore_index=True)


def no_flags() -> pd.DataFrame:
    """An empty list of flags."""
    return flagged(np.zeros(0, np.int64), Reason.EXACT_COPY, "", np.zeros(0), 0.0, refused=False)


def flagged(
    rows: Places,
    reason: Reason,
    columns: str,
    values: Floats,
    threshold: float,
    *,
    refused: bool,
    p_values: Floats | float = np.nan,
    q_values: Floats | float = np.nan,
) -> pd.DataFrame:
    """Flags of one reason; a missing p-value means that the flag is a rule, not a test."""
    n = len(rows)
    return pd.DataFrame(
        {
            "row": rows.astype(np.int64),
            "reason": np.repeat(str(reason), n).astype(object),
            "columns": np.repeat(columns, n).astype(object),
            "value": np.asarray(values, dtype=float),
            "threshold": np.full(n, float(threshold)),
            "p_value": np.broadcast_to(np.asarray(p_values, dtype=float), n),
            "q_value": np.broadcast_to(np.asarray(q_values, dtype=float), n),
            "refused": np.full(n, refused),
        },
        columns=COLUMNS,
    )


def _rare_categories(comparison: Comparison) -> pd.DataFrame:
    parts = [no_flags()]
    for column in comparison.schema.of(*LABEL_KINDS):
        if "categories" in column.declared:
            continue
        held = _holders(comparison, column.name)
        values = comparison.synthetic[column.name]
        counts = values.map(held).fillna(0).to_numpy()
        rows = np.flatnonzero((counts < FEWEST_HOLDERS) & values.notna().to_numpy())
        parts.append(flagged(rows, Reason.RARE_CATEGORY, column.name, counts[rows], FEWEST_HOLDERS, refused=True))
    return together(parts)


def _extreme_values(comparison: Comparison) -> pd.DataFrame:
    parts = [no_flags()]
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
                parts.append(flagged(rows, Reason.EXTREME_VALUE, column.name, counts, FEWEST_HOLDERS, refused=True))
    return together(parts)


def _holders(comparison: Comparison, name: str) -> pd.Series:
    held: pd.Series = pd.concat([comparison.train[name], comparison.holdout[name]]).value_counts()
    return held
