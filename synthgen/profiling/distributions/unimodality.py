"""Whether a distribution has one peak: how far it is from convex, then concave."""

from __future__ import annotations

import math

import numpy as np

from synthgen.profiling.distributions.sample import Floats

POINTS = 400
NULL = ((0.2, 0.717), (0.1, 0.782), (0.05, 0.841), (0.01, 0.957), (0.005, 1.002), (0.001, 1.087), (0.0001, 1.19))
"""p-value, and excess of 40,000 uniform samples of 1,000 rows times the root of the rows; see :func:`null_excess`."""


def unimodality(rows: Floats) -> float:
    """The p-value that rows have a density with one peak.

    A distribution function with one peak is convex up to it and concave from it. The excess is what the rows' function
    rises above its greatest convex minorant before a point, or falls below its least concave majorant after it,
    whichever is more, at the point where that is least: as in Hartigan's dip, but for a step that may be at the peak.
    It is compared with that of uniform samples, which of all densities with one peak have the largest.

    References
    ----------
    Hartigan and Hartigan (1985), https://doi.org/10.1214/aos/1176346577.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> unimodality(rng.normal(size=1000)) > 0.1, unimodality(np.append(rng.normal(size=500), rng.normal(5, 1, 500)))
    (True, 1e-05)
    """
    return p_value_of(excess(rows) * math.sqrt(len(rows)))


def excess(rows: Floats) -> float:
    """Distance from one peak, 0 to 1; from 400 quantiles of the rows at most."""
    ordered = np.sort(rows)
    places = np.unique(np.linspace(0, len(ordered) - 1, min(POINTS, len(ordered))).astype(int))
    x, y = ordered[places].tolist(), ((places + 0.5) / len(ordered)).tolist()
    mirrored = [-value for value in reversed(x)], [1 - value for value in reversed(y)]
    low, high = 1, len(x) - 1
    # The excess before a point grows with it, the excess after it falls: they meet by halving.
    found = 1.0
    while low <= high:
        middle = (low + high) // 2
        before = _above_minorant(x, y, middle + 1)
        after = _above_minorant(*mirrored, len(x) - middle)
        found = min(found, max(before, after))
        if before < after:
            low = middle + 1
        else:
            high = middle - 1
    return found


def _above_minorant(x: list[float], y: list[float], n: int) -> float:
    """How far the first n points rise above their greatest convex minorant."""
    hull: list[int] = []
    for at in range(n):
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            if (y[b] - y[a]) * (x[at] - x[a]) < (y[at] - y[a]) * (x[b] - x[a]):
                break
            hull.pop()
        hull.append(at)
    corners = np.array(hull)
    ends = np.asarray(x[:n])
    return float(np.max(np.asarray(y[:n]) - np.interp(ends, ends[corners], np.asarray(y[:n])[corners])))


def null_excess(levels: tuple[float, ...], samples: int, rng: np.random.Generator, n: int = 1_000) -> Floats:
    """The excess that so many uniform samples have at these levels, times the root of the rows."""
    found = np.array([excess(rng.random(n)) for _ in range(samples)])
    return np.asarray(np.quantile(found, 1 - np.asarray(levels)) * math.sqrt(n))


def p_value_of(scaled: float) -> float:
    """Share of uniform samples with as much excess; between the points known on a logarithmic scale, 1 above them."""
    levels, limits = np.array(NULL).T
    if scaled <= limits[0]:
        return 1.0
    slope = (math.log(levels[-1]) - math.log(levels[-2])) / (limits[-1] - limits[-2])
    beyond = math.log(levels[-1]) + slope * (scaled - limits[-1])
    found = beyond if scaled > limits[-1] else float(np.interp(scaled, limits, np.log(levels)))
    return max(math.exp(found), 1e-5)
