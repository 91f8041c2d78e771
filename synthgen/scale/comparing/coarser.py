"""Real rows as coarse as those that a model learnt, where the table was made coarser for release."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.table.disclosure import quasi_identifiers
from synthgen.table.schema import Schema

OTHER = "other"
MOST_GROUPS = 1_000
"""Different values of a quasi-identifier up to which they are taken for groups."""


@dataclass(frozen=True, eq=False)
class Coarser:
    """What became of the rows that a model learnt, and what would have become of others.

    A row that was learnt is as it was learnt. In any other a label that is listed no more becomes the one that rare
    labels were merged into, or else the commonest; numbers and dates are cut at the bounds, and those of
    quasi-identifiers set to the nearest group.

    Attributes
    ----------
    rows : array of int, ascending
        Numbers of the learnt rows in the table.
    learnt : pandas.DataFrame
        The same rows in canonical values, as they were learnt.
    labels : dict of str to (int, float)
        Of each column of labels, how many are listed, and the code of the one that others become.
    bounds : dict of str to (float, float)
    groups : dict of str to array
        Of quasi-identifiers, the values that there are.
    """

    rows: NDArray[np.int64]
    learnt: pd.DataFrame
    labels: dict[str, tuple[int, float]]
    bounds: dict[str, tuple[float, float]]
    groups: dict[str, NDArray[np.float64]]

    @classmethod
    def of(cls, rows: NDArray[np.int64], learnt: pd.DataFrame, schema: Schema) -> Coarser:
        """Read off the learnt rows what was done to them; columns that they lack stay as they are."""
        order = np.argsort(rows, kind="stable")
        labels: dict[str, tuple[int, float]] = {}
        for column in (column for column in schema.of(*LABEL_KINDS) if column.name in learnt):
            listed, held = column.categories or (), learnt[column.name].value_counts()
            common = float(held.index[0]) if len(held) else np.nan
            labels[column.name] = len(listed), float(listed.index(OTHER)) if OTHER in listed else common
        ordered = schema.of(*ORDERED_KINDS)
        bounds = {column.name: column.bounds for column in ordered if column.bounds is not None}
        values = {
            name: np.unique(learnt[name].dropna())
            for name in quasi_identifiers(schema)
            if name not in labels and name in learnt
        }
        groups = {name: found for name, found in values.items() if 0 < len(found) <= MOST_GROUPS}
        return cls(rows[order], learnt.iloc[order].reset_index(drop=True), labels, bounds, groups)

    def applied(self, coded: pd.DataFrame, numbers: NDArray[np.int64]) -> pd.DataFrame:
        """Rows with these numbers in the table as they would have been learnt."""
        place = np.minimum(np.searchsorted(self.rows, numbers), len(self.rows) - 1)
        mine = self.rows[place] == numbers
        out = {}
        for name in self.learnt.columns:
            values = coded[name].to_numpy(copy=True)
            if name in self.labels:
                listed, other = self.labels[name]
                values[values >= listed] = other
            elif name in self.bounds:
                values = np.clip(values, *self.bounds[name])
            if name in self.groups:
                values = _nearest(values, self.groups[name])
            values[mine] = self.learnt[name].to_numpy()[place[mine]]
            out[name] = values
        return coded.assign(**out)


def _nearest(values: NDArray[np.float64], groups: NDArray[np.float64]) -> NDArray[np.float64]:
    above = np.clip(np.searchsorted(groups, values), 0, len(groups) - 1)
    below = np.maximum(above - 1, 0)
    nearer = np.where(values - groups[below] <= groups[above] - values, groups[below], groups[above])
    return np.where(np.isnan(values), np.nan, nearer)
