"""Values in synthetic rows that few real people have: an absolute rule, whatever the leak checks find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.disclosure import (
    FEWEST_HOLDERS,
    Ends,
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
    found = Policy.of(comparison, fewest).found(comparison.synthetic)
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


@dataclass(frozen=True)
class Policy:
    """What the real rows forbid, found once, to be looked for in any synthetic rows.

    Attributes
    ----------
    fewest : int
    target : Column or None
    listed : dict of str to int
        How many labels of each column, the first, are public.
    labels : dict of str to Series
        People who have each label.
    ends : dict of str to tuple of Ends
    cells : Series or None
        People who have each combination of quasi-identifiers.
    names : tuple of str
        The quasi-identifiers.
    """

    fewest: int
    target: Column | None
    listed: dict[str, int]
    labels: dict[str, pd.Series]
    ends: dict[str, tuple[Ends, ...]]
    cells: pd.Series | None
    names: tuple[str, ...]

    @classmethod
    def of(cls, comparison: Comparison, fewest: int = FEWEST_HOLDERS) -> Policy:
        """Count the people who have each label, extreme and combination among the real rows."""
        real = pd.concat([comparison.train, comparison.holdout], ignore_index=True)
        given, schema = comparison.subjects, comparison.schema
        subjects: Subjects = np.arange(len(real)) if given is None else np.concatenate(given)
        labels = schema.of(*LABEL_KINDS)
        names = tuple(quasi_identifiers(schema))
        return cls(
            fewest, comparison.target,
            {column.name: _public_labels(comparison, column) for column in labels},
            {column.name: holders(real[column.name].to_numpy(float), subjects) for column in labels},
            {
                column.name: tuple(ends_by_class(real, column, comparison.target, subjects, fewest))
                for column in columns_with_ends(schema)
            },
            holders(cells(real, names), subjects) if names else None, names,
        )  # fmt: skip

    def found(self, synthetic: pd.DataFrame) -> list[Flags]:
        """Coded synthetic rows that show what too few people have."""
        return [*self._rare_labels(synthetic), *self._extremes(synthetic), *self._rare_cells(synthetic)]

    def shown(self, synthetic: pd.DataFrame) -> NDArray[np.bool_]:
        """Which synthetic rows do."""
        out = np.zeros(len(synthetic), dtype=bool)
        for rows, *_ in self.found(synthetic):
            out[rows] = True
        return out

    def _rare_labels(self, synthetic: pd.DataFrame) -> Iterator[Flags]:
        for name, held in self.labels.items():
            codes = synthetic[name].to_numpy(float)
            counts = held.reindex(codes).fillna(0).to_numpy(float)
            # NaN is nobody's label, and compares as false.
            rows = np.flatnonzero((counts < self.fewest) & (codes >= self.listed[name]))
            yield rows, Reason.RARE_CATEGORY, name, counts[rows], self.fewest

    def _extremes(self, synthetic: pd.DataFrame) -> Iterator[Flags]:
        for name, every in self.ends.items():
            values = synthetic[name].to_numpy(float)
            for found in every:
                inside = np.ones(len(values), dtype=bool)
                if found.label is not None and self.target is not None:
                    inside = synthetic[self.target.name].to_numpy(float) == found.label
                for extreme, people in ((found.lowest, found.low_holders), (found.highest, found.high_holders)):
                    if people < found.needed:
                        rows = np.flatnonzero(inside & (values == extreme))
                        yield rows, Reason.EXTREME_VALUE, name, np.full(len(rows), float(people)), found.needed

    def _rare_cells(self, synthetic: pd.DataFrame) -> Iterator[Flags]:
        if self.cells is None:
            return
        counts = self.cells.reindex(cells(synthetic, self.names)).fillna(0).to_numpy(float)
        rows = np.flatnonzero((counts > 0) & (counts < self.fewest))
        yield rows, Reason.RARE_CELL, ", ".join(self.names), counts[rows], self.fewest


def _public_labels(comparison: Comparison, column: Column) -> int:
    """How many labels, of the first of the schema, the user declared public; those found in a table come after."""
    if "categories" not in column.declared:
        return 0
    return int(comparison.public_labels.get(column.name, len(column.categories or ())))
