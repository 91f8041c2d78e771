"""Groups of people in a table, and the table of groups by labels that plans work on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError
from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.conditions import label_code
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.schema import Schema

FEWEST_ROWS = 30
"""Rows of a group without which it isn't changed on its own."""

FEWEST_EXPECTED = 5
"""A group of which fewer rows would have the label at the overall rate can't be compared, as in the audit."""

MOST_GROUPS = 50

OTHERS = "all other groups"


@dataclass(frozen=True)
class Groups:
    """Groups by the labels of one or several columns.

    Attributes
    ----------
    columns : tuple of Column
    codes : array of shape (n_groups, n_columns)
        Codes of their labels; NaN where missing. Groups of fewer than ``FEWEST_ROWS`` rows are none.
    """

    columns: tuple[Column, ...]
    codes: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.codes)

    def of(self, coded: pd.DataFrame) -> NDArray[np.int64]:
        """Group of each row; the number of groups for rows of all others."""
        table = coded[[column.name for column in self.columns]].to_numpy(float)
        out = np.full(len(table), len(self.codes), dtype=np.int64)
        for g, group in enumerate(self.codes):
            out[((table == group) | (np.isnan(table) & np.isnan(group))).all(axis=1)] = g
        return out

    def key(self, g: int) -> tuple[Any, ...]:
        """Labels of a group; None for a missing one."""
        pairs = zip(self.columns, self.codes[g], strict=True)
        return tuple(None if np.isnan(code) else (column.categories or ())[int(code)] for column, code in pairs)

    def name(self, g: int) -> str:
        """A group in words."""
        if g == len(self.codes):
            return OTHERS
        return " × ".join("missing" if label is None else str(label) for label in self.key(g))

    def place(self, named: Any) -> int:
        """Group of a label, or of a tuple of labels."""
        labels = named if isinstance(named, tuple) else (named,)
        if len(labels) != len(self.columns):
            raise UsageError(f"A group of {self.owner} needs one label for each column; got {len(labels)}.")
        pairs = zip(labels, self.columns, strict=True)
        codes = [np.nan if label is None else float(label_code(label, column)) for label, column in pairs]
        same = ((self.codes == codes) | (np.isnan(self.codes) & np.isnan(codes))).all(axis=1)
        found = np.flatnonzero(same)
        if not len(found):
            raise UsageError(f"A group named for {self.owner} has fewer than {FEWEST_ROWS} rows. Leave it out.")
        return int(found[0])

    @property
    def owner(self) -> str:
        """The columns, as messages call them."""
        return " × ".join(repr(column.name) for column in self.columns)


def read_groups(coded: pd.DataFrame, schema: Schema, names: tuple[str, ...]) -> Groups:
    """Find the groups that are large enough to be changed.

    Raises
    ------
    UsageError, DataError
        A column is no feature with labels, has one value only, or makes too many groups or too small ones.
    """
    columns = tuple(schema[name] for name in names)
    for column in columns:
        if column is schema.target:
            raise UsageError(f"Column {column.name!r} is the target, so it can't make the groups too.")
        if column.kind not in LABEL_KINDS:
            raise UsageError(
                f"The sensitive column {column.name!r} is {column.kind}, and a plan needs groups. Cut it into groups "
                f"first (pd.cut), or declare it categorical: schema.with_column({column.name!r}, kind='categorical', "
                "...)."
            )
        if coded[column.name].nunique(dropna=False) < 2:
            raise DataError(
                f"The sensitive column {column.name!r} has one value only: there is nothing to compare. Name another."
            )
    table = np.where(np.isnan(found := coded[list(names)].to_numpy(float)), np.inf, found)
    codes, counts = np.unique(table, axis=0, return_counts=True)
    large = codes[counts >= FEWEST_ROWS]
    owner = " × ".join(map(repr, names))
    if len(large) < 2:
        raise DataError(
            f"Fewer than two groups of {owner} have {FEWEST_ROWS} rows, so nothing can be said about a difference. "
            "Name fewer columns, or merge labels."
        )
    if len(large) > MOST_GROUPS:
        raise DataError(f"{owner} make {len(large)} groups; a plan is for at most {MOST_GROUPS}. Merge labels.")
    return Groups(columns, np.where(np.isinf(large), np.nan, large))


def selected_code(coded: pd.DataFrame, schema: Schema, label: Any) -> float:
    """Code of the class whose rate is looked at: as named, or the rarer of two.

    Raises
    ------
    UsageError
        There is no target with classes, or there are several and none was named.
    """
    target = schema.target
    if target is None:
        raise UsageError("A plan about labels needs a target; name the column: target=....")
    if target.kind not in LABEL_KINDS:
        raise UsageError(
            f"The target {target.name!r} is {target.kind}, and a plan about labels needs classes. Cut it into classes "
            "first (pd.cut), or use a plan of representation or proxies."
        )
    if label is not None:
        return float(label_code(label, target))
    counts = coded[target.name].value_counts()
    if len(counts) != 2:
        raise UsageError(
            f"The target {target.name!r} has {len(counts)} classes. Say which one the plan is about: "
            'fairness={"kind": ..., "label": ...}.'
        )
    return float(counts.index[-1])


@dataclass(frozen=True)
class Cells:
    """Rows of each group with each label.

    Attributes
    ----------
    groups : Groups
    labels : array of float
        Codes of the target's classes that rows have; one that stands for all where there is no target with classes.
    selected : int
        Place of the class whose rate is looked at; -1 without one.
    counts : array of int, shape (n_groups + 1, n_labels)
        The last row: all other groups.
    """

    groups: Groups
    labels: NDArray[np.float64]
    selected: int
    counts: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Rows of each group, all others last."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def rates(self) -> NDArray[np.float64]:
        """Share of the selected class in each group, all others last; 0 of none."""
        return np.asarray(self.counts[:, self.selected] / np.maximum(self.sizes, 1))

    @property
    def fillable(self) -> NDArray[np.bool_]:
        """Groups with enough rows of the selected class, and of the others, to make more of both."""
        hits = self.counts[:-1, self.selected]
        return np.asarray(np.minimum(hits, self.sizes[:-1] - hits) >= FEWEST_HOLDERS)

    @property
    def rated(self) -> NDArray[np.bool_]:
        """Groups whose rate can be compared."""
        overall = self.counts[:, self.selected].sum() / max(int(self.counts.sum()), 1)
        return np.asarray(self.sizes[:-1] * overall >= FEWEST_EXPECTED)

    def of(self, coded: pd.DataFrame, schema: Schema) -> NDArray[np.int64]:
        """Cell of each row, a number: group times labels plus label; -1 for a label that no row had."""
        groups = self.groups.of(coded)
        if self.selected < 0 or schema.target is None:
            return groups
        own = coded[schema.target.name].to_numpy(float)
        place = np.searchsorted(self.labels, own)
        place = np.minimum(place, len(self.labels) - 1)
        return np.where(self.labels[place] == own, groups * len(self.labels) + place, -1)


def read_cells(coded: pd.DataFrame, schema: Schema, groups: Groups, selected: float | None) -> Cells:
    """Count rows of each group with each label."""
    target = schema.target
    if selected is None or target is None:
        labels, place = np.zeros(1), -1
    else:
        labels = np.unique(coded[target.name].to_numpy(float))
        if selected not in labels:
            raise UsageError(f"No row has the class of {target.name!r} that the plan is about. Name another label.")
        place = int(np.searchsorted(labels, selected))
    empty = np.zeros((len(groups) + 1, len(labels)), dtype=np.int64)
    cells = Cells(groups, labels, place, empty)
    counts = np.bincount(cells.of(coded, schema), minlength=empty.size).reshape(empty.shape)
    return Cells(groups, labels, place, counts.astype(np.int64))
