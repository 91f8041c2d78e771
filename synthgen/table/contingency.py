"""Tables of counts: how strongly two columns of labels hang together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def without_empty(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out rows and columns without counts."""
    return np.asarray(table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0])


def chi_squared(table: NDArray[np.float64]) -> tuple[float, float]:
    """Pearson's statistic of a table without empty rows and columns, and the least count that it expects.

    Examples
    --------
    >>> chi_squared(np.array([[30.0, 10.0], [10.0, 30.0]]))
    (20.0, 20.0)
    """
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(((table - expected) ** 2 / expected).sum()), float(expected.min())


def cramers_v(table: NDArray[np.float64]) -> float:
    """Bias-corrected Cramér's V of a table of counts or weights, 0 to 1.

    References
    ----------
    Bergsma (2013), https://doi.org/10.1016/j.jkss.2012.10.002

    Examples
    --------
    >>> cramers_v(np.array([[500.0, 0.0], [0.0, 500.0]])), cramers_v(np.array([[250.0, 250.0], [250.0, 250.0]]))
    (1.0, 0.0)
    """
    table = without_empty(table)
    n, (r, c) = float(table.sum()), table.shape
    if min(r, c) < 2 or n < 2:
        return 0.0
    phi = chi_squared(table)[0] / n - (r - 1) * (c - 1) / (n - 1)
    sides = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / sides)) if phi > 0 and sides > 0 else 0.0
