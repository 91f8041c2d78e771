"""Rounds in which every class of the target counts as much as any other, however few rows it has.

Without them a class of few rows would not be learnt at all where noise is small: all that is wrong about it is less
than what is wrong about any two columns of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.graph import Clique
from synthgen.generators.dp_marginals.measure.counting import CLEAR
from synthgen.generators.dp_marginals.measurements import Levels, Marginal

Floats = NDArray[np.float64]

RARE = 1 / 8
"""A class is rare that has fewer rows than this part of what it would have if all classes had the same number."""

PRESENT = 2.0
"""Standard deviations from which a class is taken to have any rows."""

ROUNDS_SHARE = 0.5
"""Part of the rounds that are for the classes, where one is rare. Found on a table with 345 of 199,365 rows in it."""

WIDER = 3.0
"""How much wider than the one before each run of codes is, from the tails of a column inwards."""


@dataclass(frozen=True)
class Classes:
    """The classes of a target, by noisy counts.

    Parameters
    ----------
    target : int
        Place of the column.
    weights : array
        Of each code: how much a row of it counts, so that all classes count the same; nothing, of a gap and of a class
        that can't be told from none.
    rarest : float
        Share of the rows that the rarest class has.
    """

    target: int
    weights: Floats
    rarest: float

    @classmethod
    def of(cls, first: Marginal, n_rows: float, noise: float, *, gap: bool = False) -> Classes:
        """Read noisy counts of a target, whose last code may stand for a gap.

        A class of fewer rows than the noise of a choice counts no more than with as many.
        """
        there = first.counts > PRESENT * first.sigma
        there[len(there) - gap :] = False
        counts = np.maximum(first.counts, CLEAR * noise)
        weights = np.where(there, n_rows / (max(int(there.sum()), 1) * counts), 0.0)
        return cls(first.columns[0], weights, min(1.0, float(counts[there].min(initial=n_rows)) / n_rows))

    @property
    def any_rare(self) -> bool:
        """Whether a class is so rare that rows alone would leave it out."""
        return 0 < int((self.weights > 0).sum()) * self.rarest < RARE

    def along(self, columns: Clique) -> Floats:
        """Weights with an axis for each column."""
        return self.weights.reshape([-1 if column == self.target else 1 for column in columns])


def tails(rarest: float) -> list[float]:
    """Shares of the rows up to which each run reaches from either end; one more run lies between.

    Examples
    --------
    >>> [round(share, 3) for share in tails(0.01)]
    [0.01, 0.03, 0.09, 0.27]
    """
    found = []
    while rarest < 0.5:
        found.append(rarest)
        rarest *= WIDER
    return found


def coarse_runs(levels: Levels, first: Marginal, n_rows: float, rarest: float) -> tuple[int, ...]:
    """Divide an ordered column at its tails, which is where a rare class shows: first codes of the runs.

    The runs widen from either end, the outermost with as many rows as the rarest class. They follow from noisy counts.
    """
    size = levels.size
    if not levels.starts or size <= 1:
        return tuple(range(size))
    own = size - levels.missing
    shares = np.cumsum(np.maximum(first.counts[:own], 0.0)) / max(n_rows, 1.0)
    below = tails(rarest)
    lower, upper = np.searchsorted(shares, below) + 1, np.searchsorted(shares, [1 - share for share in below])
    cuts = {0, *(int(place) for place in (*lower, *upper) if place < own)}
    return (*sorted(cuts), *([own] if levels.missing else []))
