"""A column's numbers as distinct values with counts, on their rounding grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synthgen.table.column import Column, Kind

Floats = NDArray[np.float64]

LARGEST, SMALLEST = 1e100, 1e-100
COARSE = 0.05
"""A rounding step of more than this share of the spread isn't small: densities are summed over it."""


@dataclass(frozen=True)
class Sample:
    """Distinct values in ascending order, how often each occurs, and the step that they are rounded to (0: none)."""

    values: Floats
    counts: Floats
    step: float = 0.0

    @classmethod
    def of(cls, rows: Floats, step: float = 0.0) -> Sample:
        """Count the values of rows.

        Examples
        --------
        >>> Sample.of(np.array([2.0, 1.0, 2.0])).counts.tolist()
        [1.0, 2.0]
        """
        values, counts = np.unique(rows, return_counts=True)
        return cls(values, counts.astype(float), step)

    @cached_property
    def n(self) -> float:
        """Rows."""
        return float(self.counts.sum())

    @cached_property
    def mean(self) -> float:
        """Mean of the rows."""
        return self.average(self.values)

    @cached_property
    def variance(self) -> float:
        """Variance of the unrounded values, by Sheppard's correction."""
        found = self.average((self.values - self.mean) ** 2)
        return found - self.step**2 / 12 if self.step**2 < found else found

    @cached_property
    def coarse(self) -> bool:
        """Whether the step matters to a density."""
        low, high = self.quantiles((0.1, 0.9))
        return bool(self.step > COARSE * (high - low) / 2)

    @cached_property
    def positive(self) -> Floats:
        """The values, those that were rounded to zero as a quarter of the step."""
        return np.maximum(self.values, self.step / 4)

    def average(self, of: Floats) -> float:
        """Mean over the rows of what is given for each distinct value."""
        return float(self.counts @ of / self.n)

    def quantiles(self, probabilities: tuple[float, ...]) -> Floats:
        """Values at these shares of the rows."""
        places = np.searchsorted(np.cumsum(self.counts), np.asarray(probabilities) * self.n)
        return self.values[np.minimum(places, len(self.values) - 1)]

    def without(self, atoms: Floats) -> Sample:
        """The sample but for some values."""
        keep = ~np.isin(self.values, atoms)
        return Sample(self.values[keep], self.counts[keep], self.step)


def measurable(rows: Floats) -> bool:
    """Whether squares of the numbers, and of their differences, are numbers too."""
    return bool(np.abs(rows).max() < LARGEST and (rows.max() == rows.min() or np.ptp(rows) > SMALLEST))


def step_of(column: Column) -> float:
    """The step of a column's rounding grid by its schema; 0 where it isn't rounded."""
    if column.kind is Kind.INTEGER:
        return 1.0
    return 10.0**-column.decimals if column.decimals is not None else 0.0
