"""A column's values as ordered classes, and back without repeating anybody's value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.margins import FEWEST, Margin, empirical_margin
from synthgen.table.column import Column, Kind
from synthgen.table.grid import step_of

Floats = NDArray[np.float64]
Classes = NDArray[np.int32]

MOST_BINS = 64
"""Different codes that a parent column shows to the trees."""

MANY_LEVELS = 2_000
"""A label of more levels shows half of the codes for its commonest levels and half for runs of the others, in order."""

WHOLE_INTEGERS = 128
"""Integer columns of up to so many values keep each value that five rows share as a class of its own."""

ATOM = 0.7
"""Share of a bin's rows that make one value a class of its own."""


@dataclass(frozen=True)
class NumberCodes:
    """Bins and single values of a number, in order; class 0 is a missing value where there are any.

    Parameters
    ----------
    missing : bool
    edges : array of shape (n - 1,)
        Halfway between the neighbouring values of two bins, or right beside a single value.
    low, high : arrays of shape (n,)
        Share of the rows up to both ends of a bin.
    single : array of shape (n,)
        The value of a class that has just one, otherwise NaN.
    margin : Margin
        Smoothed quantile function, from which values inside a bin are drawn.
    """

    missing: bool
    edges: Floats
    low: Floats
    high: Floats
    single: Floats
    margin: Margin

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.low) + self.missing

    @classmethod
    def fit(cls, values: Floats, column: Column, bins: int, weights: Floats) -> NumberCodes:
        """Cut a column's values into about ``bins`` bins of like weight.

        A bin has at least ``FEWEST`` rows, unless it lies between two single values or beyond the last one.
        """
        there = ~np.isnan(values)
        present, weights = values[there], weights[there]
        if not len(present):
            nothing = np.zeros(0)
            return cls(True, nothing, nothing, nothing, nothing, Margin(np.zeros(1), np.zeros(1)))
        missing = len(present) < len(values)
        distinct, at, counts = np.unique(present, return_inverse=True, return_counts=True)
        whole = column.kind is Kind.INTEGER and len(distinct) <= WHOLE_INTEGERS
        ends, atoms = _cuts(counts, np.bincount(at, weights, len(distinct)).astype(float), weights.sum() / bins, whole)
        upto = np.cumsum(counts)[ends] / len(present)
        single = np.where(atoms, distinct[ends], np.nan)
        edges = _edges(distinct[ends[:-1]], distinct[ends[:-1] + 1], single, _step(column, present))
        margin = empirical_margin(present, float(present.std()), discrete=False)
        return cls(missing, edges, np.concatenate([[0.0], upto[:-1]]), upto, single, margin)

    def encode(self, values: Floats) -> Classes:
        """Class of each value; −1 for a gap where no train row had one."""
        out = np.searchsorted(self.edges, values, side="left") + self.missing
        return np.where(np.isnan(values), 0 if self.missing else -1, out).astype(np.int32)

    def decode(self, classes: Classes, u: Floats) -> Floats:
        """Value at the share ``u`` of each class."""
        if not len(self.low):
            return np.full(len(classes), np.nan)
        at = np.maximum(classes - self.missing, 0)
        values = self.margin.quantile(self.low[at] + u * (self.high[at] - self.low[at]))
        values = np.where(np.isnan(self.single[at]), values, self.single[at])
        return np.where((classes == 0) & self.missing, np.nan, values)

    def state(self) -> dict[str, Any]:
        """Arrays that :meth:`from_state` takes."""
        return {
            "missing": np.array(self.missing), "edges": self.edges, "low": self.low, "high": self.high,
            "single": self.single, "levels": self.margin.levels, "values": self.margin.values,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> NumberCodes:
        """Inverse of :meth:`state`."""
        margin = Margin(state["levels"], state["values"])
        return cls(bool(state["missing"]), state["edges"], state["low"], state["high"], state["single"], margin)


def _edges(below: Floats, above: Floats, single: Floats, step: float) -> Floats:
    """Edges between classes: halfway, but right beside a single value.

    Halfway between a stored single value and one person's value would give that person's away.
    """
    edges = (below + above) / 2
    left, right = ~np.isnan(single[:-1]), ~np.isnan(single[1:])
    edges = np.where(left & ~right, below + step / 2, edges)
    return np.where(right & ~left, above - step / 2, edges)


def _step(column: Column, values: Floats) -> float:
    """Distance of two neighbouring values that the column can hold."""
    if step := step_of(column):
        return step
    distinct = np.diff(np.unique(values))
    return float(distinct.min()) / 2 if len(distinct) else 1.0


def _cuts(
    counts: NDArray[np.int64], weights: Floats, size: float, whole: bool
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Last distinct value of each class, and whether the class is that value alone."""
    ends: list[int] = []
    atoms: list[bool] = []
    rows, weight = 0, 0.0
    for i, (count, own) in enumerate(zip(counts.tolist(), weights.tolist(), strict=True)):
        if count >= FEWEST and (whole or own >= ATOM * size):
            if rows:
                ends.append(i - 1)
                atoms.append(False)
            ends.append(i)
            atoms.append(True)
            rows, weight = 0, 0.0
            continue
        rows, weight = rows + count, weight + own
        if rows >= FEWEST and weight >= size:
            ends.append(i)
            atoms.append(False)
            rows, weight = 0, 0.0
    if rows and rows < FEWEST and atoms and not atoms[-1]:
        ends[-1] = len(counts) - 1
    elif rows:
        ends.append(len(counts) - 1)
        atoms.append(False)
    return np.array(ends, dtype=np.int64), np.array(atoms, dtype=bool)


@dataclass(frozen=True)
class LabelCodes:
    """Levels of a label in an order that puts like ones side by side; a missing value is one of them.

    Parameters
    ----------
    levels : array of shape (n,)
        Code of each class; NaN for missing.
    n_codes : int
        Labels that the schema lists.
    missing : bool
        Missing comes first, as class 0.
    """

    levels: Floats
    n_codes: int
    missing: bool = False

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.levels)

    @classmethod
    def fit(cls, values: Floats, ranks: NDArray[np.int64], missing_first: bool) -> LabelCodes:
        """Keep the labels that occur, in the order of ``ranks`` (whose last entry is for missing)."""
        n_codes = len(ranks) - 1
        codes = np.where(np.isnan(values), n_codes, values).astype(np.int64)
        found = np.unique(codes)
        place = np.where(missing_first & (found == n_codes), -1, ranks[found])
        order = found[np.argsort(place, kind="stable")]
        return cls(np.where(order == n_codes, np.nan, order), n_codes, missing_first)

    def encode(self, values: Floats) -> Classes:
        """Class of each value; −1 for a label that no train row had."""
        classes = np.full(self.n_codes + 1, -1, dtype=np.int32)
        classes[np.where(np.isnan(self.levels), self.n_codes, self.levels).astype(np.int64)] = np.arange(
            len(self.levels)
        )
        codes = np.where(np.isnan(values) | (values >= self.n_codes), self.n_codes, values)
        known = classes[codes.astype(np.int64)]
        return np.where(values >= self.n_codes, -1, known).astype(np.int32)

    def decode(self, classes: Classes, u: Floats) -> Floats:
        """Code of each class."""
        return self.levels[classes]

    def state(self) -> dict[str, Any]:
        """Arrays that :meth:`from_state` takes."""
        return {"levels": self.levels, "n_codes": np.array(self.n_codes), "missing": np.array(self.missing)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> LabelCodes:
        """Inverse of :meth:`state`."""
        return cls(state["levels"], int(state["n_codes"]), bool(state["missing"]))


ColumnCodes = NumberCodes | LabelCodes


def parent_bins(codes: ColumnCodes, counts: NDArray[np.float64]) -> NDArray[np.uint8]:
    """What the trees see of each class, from the classes' weights: at most ``MOST_BINS`` codes.

    Neighbouring bins of a number are put together so that all are of like weight, missing on its own; of a label's
    levels the rarest share one, or, where there are very many, those that are alike share one of several.
    """
    n = len(counts)
    if n <= MOST_BINS:
        return np.arange(n, dtype=np.uint8)
    if isinstance(codes, LabelCodes) and n > MANY_LEVELS:
        own_code = np.argsort(-counts, kind="stable")[: MOST_BINS // 2]
        others = np.ones(n, dtype=bool)
        others[own_code] = False
        middle = np.cumsum(counts[others]) - counts[others] / 2
        runs = np.minimum(middle / max(counts[others].sum(), 1e-9) * (MOST_BINS // 2), MOST_BINS // 2 - 1)
        out = np.empty(n, dtype=np.uint8)
        out[own_code] = np.arange(MOST_BINS // 2)
        out[others] = MOST_BINS // 2 + np.unique(runs.astype(np.int64), return_inverse=True)[1]
        return out
    if isinstance(codes, LabelCodes):
        out = np.full(n, MOST_BINS - 1, dtype=np.uint8)
        common = np.sort(np.argsort(-counts, kind="stable")[: MOST_BINS - 1])
        out[common] = np.arange(MOST_BINS - 1, dtype=np.uint8)
        return out
    start = int(codes.missing)
    own = counts[start:]
    middle = np.cumsum(own) - own / 2
    bins = np.minimum(middle / max(own.sum(), 1e-9) * (MOST_BINS - start), MOST_BINS - 1 - start).astype(np.int64)
    bins = np.unique(bins, return_inverse=True)[1] + start
    return np.concatenate([np.zeros(start, dtype=np.int64), bins]).astype(np.uint8)
