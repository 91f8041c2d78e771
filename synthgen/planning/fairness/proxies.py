"""Columns that tell the group: found, aligned between groups, or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from synthgen.planning.fairness.groups import Groups
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS
from synthgen.table.contingency import cramers_v
from synthgen.table.grid import to_grid
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]

BINS = 20
STRONG = 0.3
"""Cramér's V (bias-corrected) from which a column is taken for a proxy."""

ROWS = 20_000


@dataclass(frozen=True)
class Alignment:
    """How values of a number are moved, group by group.

    Attributes
    ----------
    levels : tuple of arrays
        Sorted values of each group; empty for one with none.
    common : array
        Quantiles of all groups together.
    """

    levels: tuple[Floats, ...]
    common: Floats

    def moved(self, values: Floats, groups: NDArray[np.int64], strength: float) -> Floats:
        """Each value moved towards the value that the same share of all rows lies below.

        Feldman et al. (2015), https://doi.org/10.1145/2783258.2783311: the order within a group stays.
        """
        out = values.copy()
        places = (np.arange(len(self.common)) + 0.5) / len(self.common)
        for g, known in enumerate(self.levels):
            mine = (groups == g) & ~np.isnan(values)
            if not len(known) or not mine.any():
                continue
            below = np.searchsorted(known, values[mine], "left") + np.searchsorted(known, values[mine], "right")
            goal = np.interp(below / (2 * len(known)), places, self.common)
            out[mine] = (1 - strength) * values[mine] + strength * goal
        return out


@dataclass(frozen=True)
class Repair:
    """Changes of several columns.

    Attributes
    ----------
    groups : Groups
    strength : float
    aligned : mapping of column to Alignment
    dropped : tuple of str
    """

    groups: Groups
    strength: float
    aligned: dict[str, Alignment]
    dropped: tuple[str, ...]

    @classmethod
    def learn(
        cls, coded: pd.DataFrame, schema: Schema, groups: Groups, columns: Sequence[str], strength: float
    ) -> Repair:
        """Learn how to change columns; labels can't be moved, and are dropped unless ``strength`` is 0."""
        of_row = groups.of(coded)
        aligned = {}
        for name in columns:
            if schema[name].kind in ORDERED_KINDS:
                values = coded[name].to_numpy(float)
                known = ~np.isnan(values)
                levels = tuple(np.sort(values[known & (of_row == g)]) for g in range(len(groups)))
                common = np.quantile(values[known & (of_row < len(groups))], (np.arange(1001) + 0.5) / 1001)
                aligned[name] = Alignment(levels, common)
        dropped = tuple(name for name in columns if name not in aligned and strength > 0)
        return cls(groups, strength, aligned, dropped)

    def changed(self, coded: pd.DataFrame, schema: Schema) -> tuple[pd.DataFrame, Schema]:
        """Rows and schema after the change."""
        out, of_row = coded.copy(), self.groups.of(coded)
        for name, alignment in self.aligned.items():
            if self.strength > 0:
                out[name] = alignment.moved(coded[name].to_numpy(float), of_row, self.strength)
        kept = schema.without(*self.dropped)
        out = out[kept.names]
        moved = [name for name in self.aligned if name in kept and self.strength > 0]
        if moved:
            out = out.assign(**{name: to_grid(out[[name]], kept)[name] for name in moved})
        return out, kept


def proxies_of(coded: pd.DataFrame, schema: Schema, groups: Groups) -> dict[str, float]:
    """How well each column tells the group: Cramér's V with bias correction, 0 to 1, largest first.

    Bergsma (2013), https://doi.org/10.1016/j.jkss.2012.10.002. Numbers are cut into 20 groups of like size.
    """
    own = {column.name for column in groups.columns}
    of_row = groups.of(coded)
    rows = np.flatnonzero(of_row < len(groups))
    if len(rows) > ROWS:
        rows = rows[:: int(np.ceil(len(rows) / ROWS))]
    found = {}
    for column in schema:
        if column.name in own or column is schema.target or column.kind in OPAQUE_KINDS:
            continue
        values = coded[column.name].to_numpy(float)[rows]
        if column.kind not in LABEL_KINDS:
            places = rankdata(values, "average", nan_policy="omit") / max(int((~np.isnan(values)).sum()), 1)
            values = np.minimum(np.floor(places * BINS), BINS - 1)
        classes = np.unique(np.where(np.isnan(values), -1.0, values), return_inverse=True)[1]
        table = np.zeros((int(classes.max(initial=0)) + 1, len(groups)))
        np.add.at(table, (classes, of_row[rows]), 1)
        found[column.name] = cramers_v(table)
    return dict(sorted(found.items(), key=lambda item: -item[1]))
