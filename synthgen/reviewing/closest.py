"""How near synthetic rows are to any real row; which row that is, nobody is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgen.table.distance import DistanceSpace
from synthgen.table.neighbours import nearest
from synthgen.validation.comparison import Comparison, Floats

MOST_REAL = 50_000
"""Real rows that are searched; a reason says so where there are more."""

MOST_USUAL = 2_000
FEWEST = 20


@dataclass(frozen=True)
class Nearness:
    """Distances to the nearest real row, every column weighing alike.

    Attributes
    ----------
    made : array
        Of each synthetic row.
    usual : float
        The distance within which half of the real rows have another real row.
    searched, real : int
        Real rows that were searched, and those that there are.
    """

    made: Floats
    usual: float
    searched: int
    real: int

    def words(self, row: int) -> str:
        """Say how near a row is."""
        among = "" if self.searched == self.real else f", of {self.searched:,} that were searched"
        return (
            f"{self.made[row]:.3g} from the nearest real row{among}; half of the real rows have another within "
            f"{self.usual:.3g}"
        )


def nearness(comparison: Comparison, rng: np.random.Generator) -> Nearness | None:
    """Measure how near each synthetic row is to any real row, seen by the generator or not; None with too few."""
    real = pd.concat([comparison.train, comparison.holdout], ignore_index=True)
    if len(real) < FEWEST or not comparison.columns:
        return None
    space = DistanceSpace.fit(real, comparison.schema)
    n = min(len(real), MOST_REAL)
    searched = space.transform(real.iloc[np.sort(rng.permutation(len(real))[:n])], np.float64)
    made = nearest(space.transform(comparison.synthetic, np.float64), searched)[0][:, 0]
    picks = rng.permutation(n)[:MOST_USUAL]
    # A row is the first of its own neighbours, or equal to it.
    usual = nearest(searched[picks], searched, 2)[0][:, 1]
    return Nearness(made, float(np.median(usual)), n, len(real))
