"""Common bins of every column, fixed before the rows are counted so that any piece of a table counts alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, Column
from synthgen.table.schema import Schema
from synthgen.validation.comparison import KS_BINS, PAIR_BINS, PAIR_LEVELS

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

CLASS_BINS = 64
"""More bins within each of the rarest classes, whose rows may all lie in one bin of the whole table."""

MOST_FINER = 8
FEWEST_OF_CLASS = 10
MOST_LABELS = 10_000
"""Labels of one column that are counted each on its own; the rest are counted together."""

MOST_CLASSES = 63
RANK_UNIT = 2.0**14
"""Ranks are whole numbers of this part of one, so that sums of their products are exact in any order."""


@dataclass(frozen=True)
class Axis:
    """The bins of one column: fine ones for its own shape, coarse ones for pairs, and the rank of each fine one.

    Attributes
    ----------
    column : Column
    edges : array or None
        Upper ends of the fine bins but the last, for numbers and dates.
    slots : array or None
        Bin of each label; then of those that the schema doesn't list.
    size : int
        Fine bins; the last is for missing values.
    coarse : array of shape (size,)
        Coarse bin of each fine one.
    coarse_size : int
    ranks : array of shape (size,)
        Middle rank of each fine bin among the real rows it was fitted on, from -1/2 to 1/2, in whole units.
    varies : bool
        Whether these real rows lie in more than one coarse bin.
    """

    column: Column
    edges: Floats | None
    slots: NDArray[np.intp] | None
    size: int
    coarse: NDArray[np.intp]
    coarse_size: int
    ranks: Floats
    varies: bool

    @property
    def ordered(self) -> bool:
        """Whether it is of numbers or dates."""
        return self.edges is not None

    @classmethod
    def fit(cls, column: Column, real: Floats, made: Floats, classes: NDArray[np.intp]) -> Axis:
        """Choose bins from coded values of real and of synthetic rows; ``classes`` are those of the real rows."""
        if column.kind in LABEL_KINDS:
            return cls._of_labels(column, real)
        pooled = np.concatenate([real[~np.isnan(real)], made[~np.isnan(made)]])
        broad = _quantiles(pooled, PAIR_BINS)
        edges = np.unique(np.concatenate([_quantiles(pooled, KS_BINS), broad, *_within(real, classes)]))
        size = len(edges) + 2
        coarse = np.append(np.searchsorted(broad, edges, side="left"), [len(broad), len(broad) + 1])
        held = np.bincount(np.searchsorted(edges, real[~np.isnan(real)], side="left"), minlength=size - 1)
        middle = (np.cumsum(held) - held / 2) / max(1, int(held.sum())) - 0.5
        ranks = np.append(np.rint(middle * RANK_UNIT), 0.0)
        return cls(column, edges, None, size, coarse, len(broad) + 2, ranks, _varies(coarse, edges, None, real))

    @classmethod
    def _of_labels(cls, column: Column, real: Floats) -> Axis:
        n = len(column.categories or ())
        held = np.bincount(real[~np.isnan(real) & (real < n)].astype(np.intp), minlength=n)
        commonest = np.argsort(-held, kind="stable")
        kept = min(n, MOST_LABELS)
        slots = np.full(n + 1, kept, dtype=np.intp)
        slots[np.sort(commonest[:kept])] = np.arange(kept)
        if n > PAIR_LEVELS:
            coarse = np.full(kept + 2, PAIR_LEVELS - 1, dtype=np.intp)
            coarse[slots[commonest[: PAIR_LEVELS - 1]]] = np.arange(PAIR_LEVELS - 1)
            coarse[-1] = PAIR_LEVELS
        else:
            coarse = np.arange(kept + 2)
        varies = _varies(coarse, None, slots, real)
        return cls(column, None, slots, kept + 2, coarse, int(coarse[-1]) + 1, np.zeros(kept + 2), varies)

    def codes(self, values: Floats) -> NDArray[np.intp]:
        """Fine bin of each value."""
        return _codes(self.edges, self.slots, values)


@dataclass(frozen=True)
class Grid:
    """The bins of all columns that are compared, and the classes that are counted apart.

    Attributes
    ----------
    axes : tuple of Axis
    target : Column or None
        If it has classes.
    classes : array
        Number of each label of the target, then of those that the schema doesn't list, then of missing ones.
    n_classes : int
    """

    axes: tuple[Axis, ...]
    target: Column | None
    classes: NDArray[np.intp]
    n_classes: int

    @classmethod
    def fit(cls, real: pd.DataFrame, made: pd.DataFrame, schema: Schema) -> Grid:
        """Choose bins from coded real rows, which stand for all, and from coded synthetic ones."""
        target = schema.target if schema.target is not None and schema.target.kind in LABEL_KINDS else None
        numbers, n_classes = np.zeros(1, dtype=np.intp), 1
        if target is not None:
            numbers, n_classes = _class_numbers(target, real[target.name].to_numpy(float))
        empty = cls((), target, numbers, n_classes)
        own = empty.classes_of(real)
        axes = tuple(
            Axis.fit(column, real[column.name].to_numpy(float), made[column.name].to_numpy(float), own)
            for column in schema
            if column.kind not in OPAQUE_KINDS
        )
        return cls(axes, target, numbers, n_classes)

    def classes_of(self, coded: pd.DataFrame) -> NDArray[np.intp]:
        """Class of each row, as a number; 0 for all without classes."""
        if self.target is None:
            return np.zeros(len(coded), dtype=np.intp)
        codes = coded[self.target.name].to_numpy(float)
        listed = len(self.classes) - 2
        there = np.where(np.isnan(codes), listed + 1, np.minimum(codes, listed))
        return np.asarray(self.classes[there.astype(np.intp)])

    def class_of_label(self, code: int) -> int | None:
        """Number of the class with this label, None if it is counted with others."""
        number = int(self.classes[code])
        return number if int((self.classes == number).sum()) == 1 else None

    def codes(self, coded: pd.DataFrame) -> Codes:
        """Fine bins of rows, shape (n_columns, n_rows)."""
        out = np.empty((len(self.axes), len(coded)), dtype=np.int32)
        for i, axis in enumerate(self.axes):
            out[i] = axis.codes(coded[axis.column.name].to_numpy(float))
        return out

    @property
    def names(self) -> list[str]:
        """Columns, in order."""
        return [axis.column.name for axis in self.axes]


def _codes(edges: Floats | None, slots: NDArray[np.intp] | None, values: Floats) -> NDArray[np.intp]:
    missing = np.isnan(values)
    if edges is not None:
        found = np.searchsorted(edges, values, side="left")
        # NaN sorts last, one place before its own bin.
        return np.asarray(found + missing)
    assert slots is not None
    listed = len(slots) - 1
    there = slots[np.minimum(np.where(missing, 0, values), listed).astype(np.intp)]
    return np.asarray(np.where(missing, slots[-1] + 1, there))


def _varies(coarse: NDArray[np.intp], edges: Floats | None, slots: NDArray[np.intp] | None, real: Floats) -> bool:
    return len(np.unique(coarse[_codes(edges, slots, real)])) > 1


def _quantiles(values: Floats, bins: int) -> Floats:
    if not len(values):
        return np.zeros(0)
    return np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))


def _within(real: Floats, classes: NDArray[np.intp]) -> list[Floats]:
    """Quantiles within each of the rarest classes, where there is more than one."""
    numbers, counts = np.unique(classes, return_counts=True)
    if len(numbers) < 2:
        return []
    rarest = [
        number for number in numbers[np.argsort(counts, kind="stable")] if counts[numbers == number] >= FEWEST_OF_CLASS
    ]
    parts = [real[classes == number] for number in rarest[:MOST_FINER]]
    return [_quantiles(part[~np.isnan(part)], CLASS_BINS) for part in parts]


def _class_numbers(target: Column, real: Floats) -> tuple[NDArray[np.intp], int]:
    """A number for each label, for those not listed and for missing ones; the rarest of very many share one."""
    n = len(target.categories or ())
    if n <= MOST_CLASSES:
        return np.arange(n + 2), n + 2
    held = np.bincount(real[~np.isnan(real) & (real < n)].astype(np.intp), minlength=n)
    numbers = np.full(n + 2, MOST_CLASSES, dtype=np.intp)
    numbers[np.argsort(-held, kind="stable")[:MOST_CLASSES]] = np.arange(MOST_CLASSES)
    numbers[-1] = MOST_CLASSES + 1
    return numbers, MOST_CLASSES + 2
