"""A reason for each row that should not be handed out."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd

from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.comparison import Comparison
from synthgen.validation.privacy.copies import exact_matches, near_matches
from synthgen.validation.privacy.disclosure import policy_flags
from synthgen.validation.verdict import Purpose

COLUMNS = ["row", "reason", "columns", "value", "threshold"]


class Reason(StrEnum):
    """Why a synthetic row is flagged."""

    EXACT_COPY = "EXACT_COPY"
    NEAR_COPY = "NEAR_COPY"
    RARE_CATEGORY = "RARE_CATEGORY"
    EXTREME_VALUE = "EXTREME_VALUE"
    RARE_CELL = "RARE_CELL"


REASON_WORDS = {
    Reason.EXACT_COPY: "equal to one real row that the generator saw",
    Reason.NEAR_COPY: "closer to one real row than 95 % of real rows are to each other",
    Reason.RARE_CATEGORY: "has a category that fewer people have than must share what is released",
    Reason.EXTREME_VALUE: "has the exact smallest or largest value of its class or of all, which few people have",
    Reason.RARE_CELL: "has quasi-identifiers that some people have together, but fewer than must share them",
}


def flag_rows(comparison: Comparison, purpose: Purpose, fewest: int = FEWEST_HOLDERS) -> pd.DataFrame:
    """List flagged synthetic rows: one row a flag, by position and reason.

    Copies and near copies are always looked for; rare categories, exact extremes and rare cells only where the
    table is to be released. ``value`` and ``threshold`` are distances (copies) or numbers of people; no value of a
    real row is shown.
    """
    flags = [_copies(comparison)]
    if purpose is Purpose.RELEASE:
        flags.append(policy_flags(comparison, fewest))
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
