"""Families of counts: Poisson, negative binomial, and both with zeros of their own."""

from __future__ import annotations

import math

import numpy as np

from synthgen.profiling.distributions.edges import Edges
from synthgen.profiling.distributions.laws import Law
from synthgen.profiling.distributions.sample import Sample

ZERO = np.zeros(1)
LOG_SIZES = (-7.0, 9.0)


def poisson(sample: Sample, edges: Edges) -> Law:
    """The mean."""
    return Law("Poisson", "poisson", (sample.mean,), ("mu",), 1, discrete=True)


def negative_binomial(sample: Sample, edges: Edges) -> Law | None:
    """The size by its likelihood equation, the probability from the mean; only if more spread than a Poisson law."""
    from scipy.optimize import brentq
    from scipy.special import digamma

    mean = sample.mean
    if sample.average((sample.values - mean) ** 2) <= mean:
        return None

    def slope(log_size: float) -> float:
        size = math.exp(log_size)
        return sample.average(digamma(sample.values + size)) - float(digamma(size)) - math.log1p(mean / size)

    if slope(LOG_SIZES[0]) * slope(LOG_SIZES[1]) >= 0:
        return None
    size = math.exp(brentq(slope, *LOG_SIZES, xtol=1e-5))
    return _law("negative binomial", "nbinom", (size, size / (size + mean)), ("n", "p"), 2)


def zero_inflated_poisson(sample: Sample, edges: Edges) -> Law | None:
    """The mean of a Poisson law without its zeros, from the counts above zero."""
    from scipy.optimize import brentq

    above = sample.without(ZERO)
    share = 1 - above.n / sample.n
    if not 0 < share < 1 or above.mean <= 1.001:
        return None
    mean = brentq(lambda m: m / -math.expm1(-m) - above.mean, 1e-6, above.mean)
    return _inflated("Poisson", "poisson", (float(mean),), ("mu",), 2, share, math.exp(-mean))


def zero_inflated_negative_binomial(sample: Sample, edges: Edges) -> Law | None:
    """Size and mean of a negative binomial law without its zeros, from the counts above zero."""
    from scipy.optimize import minimize
    from scipy.special import gammaln

    above = sample.without(ZERO)
    share = 1 - above.n / sample.n
    if not 0 < share < 1 or above.mean <= 1.001 or len(above.values) < 4:
        return None

    def loss(at: np.ndarray) -> float:
        size, mean = np.exp(np.clip(at, -7, 9))
        log_miss, log_hit = -math.log1p(size / mean), -math.log1p(mean / size)
        none = size * log_hit
        if none > -1e-12:
            return 1e6
        parts = gammaln(above.values + size) - gammaln(size)
        return -float(above.average(parts) + none + above.mean * log_miss - math.log(-math.expm1(none)))

    start = np.array([0.5, math.log(above.mean)]) + np.array([[0, 0], [0.8, 0], [0, -0.5]])
    options = {"initial_simplex": start, "xatol": 1e-3, "fatol": 1e-8, "maxfev": 400}
    found = minimize(loss, start[0], method="Nelder-Mead", options=options)
    size, mean = np.exp(np.clip(found.x, -7, 9))
    if found.fun >= 1e6:
        return None
    arguments = (float(size), float(size / (size + mean)))
    none = (size / (size + mean)) ** size
    return _inflated("negative binomial", "nbinom", arguments, ("n", "p"), 3, share, float(none))


def _law(name: str, scipy_name: str, arguments: tuple[float, ...], names: tuple[str, ...], free: int) -> Law:
    return Law(name, scipy_name, tuple(map(float, arguments)), names, free, discrete=True)


def _inflated(
    name: str, scipy_name: str, arguments: tuple[float, ...], names: tuple[str, ...], free: int, share: float,
    by_law: float,
) -> Law | None:  # fmt: skip
    """A law with the zeros beyond its own; None where it has enough of its own."""
    extra = (share - by_law) / (1 - by_law)
    if extra <= 0:
        return None
    return Law(f"zero-inflated {name}", scipy_name, arguments, names, free, zeros=extra, discrete=True)
