"""Where a column ends: whether it is cut there, and bounds that show no single row."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from synthgen.profiling.distributions.sample import Floats, Sample
from synthgen.table.disclosure import FEWEST_HOLDERS

ERRORS = 5.0
LEAST_LIMIT = 1.5
OUTER_SHARE = 0.02
FEWEST_OUTSIDE = 20


@dataclass(frozen=True)
class Edges:
    """Round numbers at or beyond both ends, and whether the values stop there rather than thin out."""

    low: float
    high: float
    cut_low: bool
    cut_high: bool


def find_edges(sample: Sample, declared: tuple[float, float] | None = None) -> Edges:
    """Look at both ends of a column.

    A column counts as cut where the outermost 2 % of the rows (20 at least) take no more room than the next 2 %, but
    for three standard errors, or half as much again: as they do at the end of a uniform law, and don't in the tail of a
    normal one. The edge is the roundest number within the reach of ten rows, so it says no more of the outermost row
    than of them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = find_edges(Sample.of(rng.uniform(18, 65, 2000)))
    >>> found.low, found.high, found.cut_low, found.cut_high
    (18.0, 65.0, True, True)
    """
    low, cut_low = _edge(sample)
    mirrored = Sample(-sample.values[::-1], sample.counts[::-1], sample.step)
    high, cut_high = _edge(mirrored)
    if declared is not None:
        return Edges(*declared, cut_low, cut_high)
    return Edges(low, -high, cut_low, cut_high)


def _edge(sample: Sample) -> tuple[float, bool]:
    outer = max(FEWEST_OUTSIDE, int(OUTER_SHARE * sample.n))
    reached = np.cumsum(sample.counts)
    first = float(sample.values[0])
    tenth, twentieth, middle, far = (
        float(sample.values[min(int(np.searchsorted(reached, rank)), len(sample.values) - 1)])
        for rank in (FEWEST_HOLDERS, 2 * FEWEST_HOLDERS, outer, 2 * outer)
    )
    width = sample.step
    limit = max(LEAST_LIMIT, 1 + ERRORS * math.sqrt(2 / outer))
    cut = (middle - first + width) < limit * (far - middle + width) and sample.n >= 5 * outer
    # A bound that is itself held by ten rows (an age of 17) may be said as it is.
    if sample.counts[0] >= FEWEST_HOLDERS:
        return first, cut
    gap = max(twentieth - tenth, sample.step)
    below = np.nextafter(first, -np.inf)
    return roundest(min(tenth - 2 * gap, below - (tenth - first) / 2), below), cut


def roundest(low: float, high: float) -> float:
    """A number with as few digits as there are from ``low`` to ``high``.

    Examples
    --------
    >>> roundest(16.3, 18.1), roundest(-0.2, 0.01), roundest(0.0123, 0.0129)
    (18.0, 0.0, 0.0125)
    """
    if low <= 0 <= high:
        return 0.0
    power = math.floor(math.log10(max(abs(low), abs(high))))
    for exponent in range(power, power - 17, -1):
        for part in (5, 2, 1):
            step = part * 10.0**exponent
            found = math.floor(high / step) * step
            if low <= found <= high:
                return float(f"{found:.15g}")
    return low


def bounds_of(sample: Sample) -> tuple[float, float] | None:
    """Values that at least ten rows reach or pass, rounded outwards to two digits of their range.

    None where fewer than a hundred rows have a value.

    Examples
    --------
    >>> bounds_of(Sample.of(np.append(np.arange(200.0), 99999.0)))
    (0.0, 200.0)
    """
    if sample.n < 10 * FEWEST_HOLDERS:
        return None
    low, high = _tenth(sample.values, sample.counts), _tenth(sample.values[::-1], sample.counts[::-1])
    if high <= low:
        return (low, low)
    unit = 10.0 ** (math.floor(math.log10(high - low)) - 1)
    ends = (math.floor(low / unit) * unit, math.ceil(high / unit) * unit)
    return (float(f"{ends[0]:.12g}"), float(f"{ends[1]:.12g}"))


def _tenth(values: Floats, counts: Floats) -> float:
    return float(values[np.searchsorted(np.cumsum(counts), FEWEST_HOLDERS)])
