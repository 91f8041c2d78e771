"""Where rows lie, so that distances between them mean the same in every column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column
from synthgen.table.schema import Schema

MOST_LEVELS = 50
"""Labels beyond this number share a place, so that a free-text-like column doesn't take the memory."""

HALF = float(np.sqrt(0.5))
"""One-hot height at which two different labels are at distance 1."""

MISSING_WEIGHT = float(np.sqrt(2 / 3))
"""Height of a missing value's own axis: its mean squared distance from present values is then 1."""

FEWEST_KNOTS, MOST_KNOTS, ROWS_A_KNOT = 20, 200, 10
"""Fitted values between which positions are linear, in a column whose values are nearly all distinct."""

OUTSIDE = 0.1
"""How far beyond the outermost position a value outside the fitted range can lie."""


@dataclass(frozen=True)
class _Ordered:
    """Position of a number by its mid-rank among the fitted values."""

    values: np.ndarray
    positions: np.ndarray
    indicator: bool

    @property
    def width(self) -> int:
        return 2 if self.indicator else 1

    @classmethod
    def fit(cls, values: np.ndarray, column: Column) -> _Ordered:
        missing = np.isnan(values)
        distinct, counts = np.unique(values[~missing], return_counts=True)
        positions = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1)
        if len(distinct) > max(FEWEST_KNOTS, len(values) / 2):
            # Nearly all distinct: a position for each would put the fitted rows equally far apart, and any
            # other row nearer to them than they are to each other.
            knots = int(np.clip(len(distinct) // ROWS_A_KNOT, FEWEST_KNOTS, MOST_KNOTS))
            kept = np.unique(np.linspace(0, len(distinct) - 1, knots).round().astype(np.intp))
            distinct, positions = distinct[kept], positions[kept]
        return cls(distinct, positions, bool(column.nullable or missing.any()))

    def fill(self, out: np.ndarray, values: np.ndarray) -> None:
        missing = np.isnan(values)
        if not len(self.values):
            out[:, 0] = np.where(missing, 0, 0.5)
        else:
            low, high = self.values[0], self.values[-1]
            span = high - low or 1.0
            beyond = np.clip((values - high) / span, 0, 1) - np.clip((low - values) / span, 0, 1)
            # A power of two loses nothing, and without it slopes between tiny numbers are infinite.
            by = 2.0**500 if span < 1e-290 else 1.0
            out[:, 0] = np.interp(values * by, self.values * by, self.positions) + OUTSIDE * beyond
        # Without an axis of its own, a missing value lies apart from all that was fitted.
        out[missing, 0] = 0 if self.indicator else -1
        if self.indicator:
            out[:, 1] = np.where(missing, MISSING_WEIGHT, 0)


@dataclass(frozen=True)
class _Labels:
    """One axis a label; rare labels of a long list share one, missing has its own."""

    slots: np.ndarray
    width: int

    @classmethod
    def fit(cls, values: np.ndarray, column: Column) -> _Labels:
        levels = len(column.categories or ())
        missing = np.isnan(values)
        slots = np.arange(levels + 1, dtype=np.intp)
        if levels > MOST_LEVELS:
            counts = np.bincount(values[~missing].astype(np.intp), minlength=levels)
            commonest = np.argsort(-counts, kind="stable")[: MOST_LEVELS - 1]
            slots[:] = MOST_LEVELS - 1
            slots[commonest] = np.arange(MOST_LEVELS - 1)
            levels = MOST_LEVELS
        # The last entry, which code -1 reads, is missing.
        slots[-1] = levels
        return cls(slots, levels + 1)

    def fill(self, out: np.ndarray, values: np.ndarray) -> None:
        out[np.arange(len(out)), self.slots[np.where(np.isnan(values), -1, values).astype(np.intp)]] = HALF


@dataclass(frozen=True)
class DistanceSpace:
    """Coordinates in which Euclidean distance weighs every column alike.

    Numbers and datetimes become their mid-rank position in [0, 1] among the fitted values, linear
    between them: equal values have equal positions, and a tiny change moves a row a tiny way. A value
    outside the fitted range lies up to 0.1 outside it. Two different labels are at distance 1;
    missing is a label of its own. A missing number lies at 0 with an axis of its own, so that its
    mean squared distance from present numbers is 1. Identifiers and texts are left out: they
    can't be compared by distance.

    Labels beyond the 49 commonest of a column share one axis, so two of them are at distance 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.table.encoding import encode
    >>> from synthgen.table.inference import infer_schema
    >>> table = pd.DataFrame({"sex": ["F", "M", "F"], "dose": [0.5, 1.5, 2.5]})
    >>> schema = infer_schema(table)
    >>> space = DistanceSpace.fit(encode(table, schema), schema)
    >>> space.transform(encode(table, schema)).shape, space.slices["dose"]
    ((3, 4), slice(3, 4, None))
    """

    axes: dict[str, _Ordered | _Labels]

    @classmethod
    def fit(cls, coded: pd.DataFrame, schema: Schema) -> DistanceSpace:
        """Learn positions and label places from a coded frame.

        Parameters
        ----------
        coded : pandas.DataFrame
            As :func:`~synthgen.table.encoding.encode` gives it.
        schema : Schema
            Extended by every label that will be transformed.
        """
        axes: dict[str, _Ordered | _Labels] = {}
        for column in schema.of(*ORDERED_KINDS, *LABEL_KINDS):
            made = _Labels if column.kind in LABEL_KINDS else _Ordered
            axes[column.name] = made.fit(coded[column.name].to_numpy(dtype=np.float64), column)
        return cls(axes)

    def place(self, name: str, codes: np.ndarray) -> np.ndarray:
        """Which of its axes each code of a label column lies on; shape (n_rows,)."""
        axis = self.axes[name]
        assert isinstance(axis, _Labels)
        return np.asarray(axis.slots[np.where(np.isnan(codes), -1, codes).astype(np.intp)])

    @property
    def slices(self) -> dict[str, slice]:
        """Which axes belong to which column."""
        out, start = {}, 0
        for name, axis in self.axes.items():
            out[name] = slice(start, start + axis.width)
            start += axis.width
        return out

    def transform(self, coded: pd.DataFrame, dtype: type[np.floating] = np.float32) -> np.ndarray:
        """Place rows.

        Parameters
        ----------
        coded : pandas.DataFrame
        dtype : numpy float type, default float32

        Returns
        -------
        numpy.ndarray of shape (n_rows, n_axes)
        """
        slices = self.slices
        width = max((item.stop for item in slices.values()), default=0)
        out = np.zeros((len(coded), width), dtype=dtype)
        for name, axis in self.axes.items():
            axis.fill(out[:, slices[name]], coded[name].to_numpy(dtype=np.float64))
        return out
