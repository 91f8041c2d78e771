"""What a schema doesn't declare, found with noise: lists of labels above a threshold, and bounds of magnitude."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from synthgen.generators.dp_marginals.accounting import gaussian_scale, pure_of
from synthgen.generators.dp_marginals.mechanism import NoiseSource
from synthgen.table.dtypes import sort_labels

SMALLEST_POWER, LARGEST_POWER = -40, 62
FALSE_BOUND = 0.01
"""Chance that noise alone widens the bounds of a column, at most."""


def laplace_threshold(scale: float, delta: float, rows_per_unit: int = 1) -> int:
    """Noisy count from which a label is listed, with discrete Laplace noise.

    A label that one unit alone holds is listed with a probability of ``delta`` at most: it takes noise of
    ``threshold - rows_per_unit``, whose chance is ``exp(-t / scale) / (1 + exp(-1 / scale))``, divided among as many
    labels as the unit may hold. With continuous noise and one row this is ``1 + log(1 / (2 delta)) / epsilon``.

    Examples
    --------
    >>> laplace_threshold(1.0, 1e-6)
    15
    """
    share = delta / rows_per_unit
    return rows_per_unit + max(1, ceil(scale * log(1 / (share * (1 + exp(-1 / scale))))))


def gaussian_threshold(sigma: float, delta: float, rows_per_unit: int = 1) -> int:
    """The same with discrete Gaussian noise, whose tail from t is at most the normal one from t - 1."""
    return rows_per_unit + 1 + max(0, ceil(sigma * float(-ndtri(delta / rows_per_unit))))


def listed_labels(
    codes: NDArray[np.int64], found: Sequence[Any], rho: float, delta: float, rows_per_unit: int, noise: NoiseSource
) -> tuple[Any, ...]:
    """List the labels that enough rows have, in an order of their own.

    The noise is the one of the two that lists more, which follows from the budget alone. What is given back are
    labels, not their counts.
    """
    counts = np.bincount(codes[codes >= 0], minlength=len(found)).astype(np.int64)
    scale, sigma = rows_per_unit / pure_of(rho), gaussian_scale(rho, rows_per_unit)
    by_laplace = laplace_threshold(scale, delta, rows_per_unit)
    by_gaussian = gaussian_threshold(sigma, delta, rows_per_unit)
    # A label of a dtype that no row has has no count to add noise to, as it would not in a table without it.
    there = np.flatnonzero(counts)
    if by_laplace <= by_gaussian:
        kept = noise.laplace(counts[there], scale) >= by_laplace
    else:
        kept = noise.gaussian(counts[there], sigma) >= by_gaussian
    return tuple(sort_labels([found[place] for place in there[kept]]))


def noisy_bounds(
    values: NDArray[np.float64], rho: float, rows_per_unit: int, noise: NoiseSource, *, whole: bool
) -> tuple[float, float]:
    """Bounds of a column by powers of two: noisy counts of how many values have which magnitude and sign.

    Parameters
    ----------
    values : array of float64
    rho : float
    rows_per_unit : int
    noise : NoiseSource
    whole : bool
        Whether the column holds whole numbers.
    """
    low = 0 if whole else SMALLEST_POWER
    powers = LARGEST_POWER - low + 1
    finite = values[np.isfinite(values)]
    size = np.clip(np.floor(np.log2(np.maximum(np.abs(finite), 2.0**low))), low, LARGEST_POWER).astype(int) - low
    near_zero = np.abs(finite) < 2.0**low
    # Places: large negative … small negative, zero, small positive … large positive.
    place = np.where(near_zero, powers, np.where(finite < 0, powers - 1 - size, powers + 1 + size))
    counts = np.bincount(place, minlength=2 * powers + 1).astype(np.int64)
    sigma = gaussian_scale(rho, rows_per_unit)
    noisy = noise.gaussian(counts, sigma)
    needed = sigma * sqrt(2 * log(len(counts) / FALSE_BOUND))
    kept = np.flatnonzero(noisy >= min(needed, float(noisy.max())))
    return _end(int(kept[0]), powers, low, -1), _end(int(kept[-1]), powers, low, 1)


def _end(place: int, powers: int, low: int, side: int) -> float:
    """Lower (side -1) or upper (side 1) end of the values at a place."""
    if place == powers:
        return 0.0
    power = (powers - 1 - place if place < powers else place - powers - 1) + low
    sign = -1 if place < powers else 1
    return sign * 2.0 ** (power + (sign == side))
