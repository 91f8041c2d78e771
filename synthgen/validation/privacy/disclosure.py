"""Values in synthetic rows that few real people have: an absolute rule, whatever the leak checks find."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.disclosure import (
    FEWEST_HOLDERS,
    Subjects,
    cells,
    columns_with_ends,
    ends_by_class,
    holders,
    quasi_identifiers,
)
from synthgen.validation.comparison import Comparison
from synthgen.validation.privacy.reasons import Reason

Flags = tuple[NDArray[np.int64], Reason, str, NDArray[np.float64], float]


def policy_flags(comparison: Comparison, fewest: int = FEWEST_HOLDERS) -> pd.DataFrame:
    """List synthetic rows that hold a rare label, an exact extreme or a rare cell.

    What the schema declares (``categories``, ``bounds``) is public and not looked at. A rule of release as of
    statistical offices, Hundepool et al. (2012), https://doi.org/10.1002/9781118348239: it needs no generator to have
    copied anything, and says nothing on whether one has.

    Parameters
    ----------
    comparison : Comparison
    fewest : int
        People who must share what is shown; rows count as people where no subject is named.

    Returns
    -------
    pandas.DataFrame
        ``row`` (position), ``reason``, ``columns``, ``value`` (people who have it) and ``threshold`` (people asked
        for). No value of a real row.
    """
    real = pd.concat([comparison.train, comparison.holdout], ignore_index=True)
    given = comparison.subjects
    subjects: Subjects = np.arange(len(real)) if given is None else np.concatenate(given)
    found = [
        *_rare_labels(comparison, real, subjects, fewest),
        *_extremes(comparison, real, subjects, fewest),
        *_rare_cells(comparison, real, subjects, fewest),
    ]
    parts = [
        pd.DataFrame(
            {"row": rows, "reason": str(reason), "columns": columns, "value": held, "threshold": float(threshold)}
        )
        for rows, reason, columns, held, threshold in found
        if len(rows)
    ]
    empty = pd.DataFrame(
        {
            "row": np.zeros(0, dtype=np.int64), "reason": np.zeros(0, dtype=object),
            "columns": np.zeros(0, dtype=object), "value": np.zeros(0), "threshold": np.zeros(0),
        }
    )  # fmt: skip
    if not parts:
        return empty
    out = pd.concat(parts, ignore_index=True).astype({"reason": object, "columns": object})
    # A lowest value of a class may be the lowest of all: one reason is enough.
    out = out.drop_duplicates(["row", "reason", "columns"], ignore_index=True)
    return out.sort_values(["row", "reason"], kind="stable", ignore_index=True)


def _rare_labels(comparison: Comparison, real: pd.DataFrame, subjects: Subjects, fewest: int) -> Iterator[Flags]:
    for column in comparison.schema.of(*LABEL_KINDS):
        listed = _public_labels(comparison, column)
        codes = comparison.synthetic[column.name].to_numpy(float)
        held = holders(real[column.name].to_numpy(float), subjects)
        counts = held.reindex(codes).fillna(0).to_numpy(float)
        # NaN is nobody's label, and compares as false.
        rows = np.flatnonzero((counts < fewest) & (codes >= listed))
        yield rows, Reason.RARE_CATEGORY, column.name, counts[rows], fewest


def _public_labels(comparison: Comparison, column: Column) -> int:
    """How many labels, of the first of the schema, the user declared public; those found in a table come after."""
    if "categories" not in column.declared:
        return 0
    return int(comparison.public_labels.get(column.name, len(column.categories or ())))


def _extremes(comparison: Comparison, real: pd.DataFrame, subjects: Subjects, fewest: int) -> Iterator[Flags]:
    target = comparison.target
    for column in columns_with_ends(comparison.schema):
        values = comparison.synthetic[column.name].to_numpy(float)
        for found in ends_by_class(real, column, target, subjects, fewest):
            inside = np.ones(len(values), dtype=bool)
            if found.label is not None and target is not None:
                inside = comparison.synthetic[target.name].to_numpy(float) == found.label
            for extreme, people in ((found.lowest, found.low_holders), (found.highest, found.high_holders)):
                if people < found.needed:
                    rows = np.flatnonzero(inside & (values == extreme))
                    yield rows, Reason.EXTREME_VALUE, column.name, np.full(len(rows), float(people)), found.needed


def _rare_cells(comparison: Comparison, real: pd.DataFrame, subjects: Subjects, fewest: int) -> Iterator[Flags]:
    names = quasi_identifiers(comparison.schema)
    if not names:
        return
    held = holders(cells(real, names), subjects)
    counts = held.reindex(cells(comparison.synthetic, names)).fillna(0).to_numpy(float)
    rows = np.flatnonzero((counts > 0) & (counts < fewest))
    yield rows, Reason.RARE_CELL, ", ".join(names), counts[rows], fewest
