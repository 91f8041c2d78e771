"""How even and how rare the labels of a column are."""

from __future__ import annotations

import numpy as np

from synthgen.profiling.column_parts import Levels
from synthgen.profiling.distributions.sample import Floats
from synthgen.table.disclosure import FEWEST_HOLDERS


def levels_of(counts: Floats) -> Levels:
    """Entropy, the number of labels that comes to, and rare labels, from the rows of each.

    References
    ----------
    Shannon (1948), https://doi.org/10.1002/j.1538-7305.1948.tb01338.x.

    Examples
    --------
    >>> found = levels_of(np.array([50, 25, 20, 5]))
    >>> round(found.entropy, 3), found.rare, found.rare_share
    (1.68, 1, 0.05)
    """
    shares = counts[counts > 0] / counts.sum()
    entropy = float(max(0.0, -(shares * np.log2(shares)).sum()))
    most = np.log2(len(shares))
    rare = counts[counts < FEWEST_HOLDERS]
    return Levels(
        entropy, entropy / float(most) if most else 0.0, float(2**entropy), len(rare), float(rare.sum() / counts.sum())
    )
