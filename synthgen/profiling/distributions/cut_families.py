"""Families cut at a bound: the normal, the lognormal and the exponential law between two edges."""

from __future__ import annotations

import math

import numpy as np

from synthgen.profiling.distributions.edges import Edges
from synthgen.profiling.distributions.laws import Law
from synthgen.profiling.distributions.sample import Sample

WIDEST = 20.0
START = np.array([[0.0, 0.2], [-0.7, 0.2], [0.0, 0.6]])
"""Around the location and the logarithm of the scale, in standard deviations."""


def cut_normal(sample: Sample, edges: Edges) -> Law | None:
    """Location and scale of the normal law before it was cut, where the column is cut."""
    low = edges.low - sample.step / 2 if edges.cut_low else -math.inf
    high = edges.high + sample.step / 2 if edges.cut_high else math.inf
    found = _between(sample.mean, sample.variance, low, high)
    if found is None:
        return None
    free = 2 + edges.cut_low + edges.cut_high
    return Law("truncated normal", "truncnorm", found, ("a", "b", "loc", "scale"), free)


def cut_lognormal(sample: Sample, edges: Edges) -> Law | None:
    """The same for logarithms; an edge of zero isn't a cut."""
    logs = np.log(sample.positive)
    mean = sample.average(logs)
    cut_low = edges.cut_low and edges.low > 0
    low = math.log(edges.low - sample.step / 2) if cut_low and edges.low > sample.step / 2 else -math.inf
    high = math.log(edges.high + sample.step / 2) if edges.cut_high else math.inf
    if math.isinf(low) and math.isinf(high):
        return None
    found = _between(mean, sample.average((logs - mean) ** 2), low, high)
    if found is None:
        return None
    free = 2 + math.isfinite(low) + math.isfinite(high)
    names = ("a", "b", "loc", "scale")
    return Law("truncated lognormal", "truncnorm", found, names, free, of_logs=True, positive=True)


def cut_exponential(sample: Sample, edges: Edges) -> Law | None:
    """The scale of an exponential law of values from zero, cut above."""
    from scipy.optimize import brentq

    top = edges.high + sample.step / 2
    share = sample.mean / top
    if not edges.cut_high or not 0.02 < share < 0.49:  # an end so far out is no cut; half: uniform
        return None
    # The mean of a law cut at b scales is 1 - b / (exp(b) - 1) of a scale.
    ends = brentq(lambda b: 1 / b - 1 / math.expm1(b) - share, 1e-3, 60.0)
    arguments = (float(ends), 0.0, float(top / ends))
    return Law("truncated exponential", "truncexpon", arguments, ("b", "loc", "scale"), 2, positive=True)


def _between(mean: float, variance: float, low: float, high: float) -> tuple[float, float, float, float] | None:
    """Arguments of scipy's truncnorm from the moments, which are all that its likelihood needs."""
    from scipy.optimize import minimize
    from scipy.special import log_ndtr, ndtr

    unit = math.sqrt(variance)
    if not unit > 0:
        return None
    left, right = (low - mean) / unit, (high - mean) / unit

    def log_between(a: float, b: float) -> float:
        if a > 0:
            a, b = -b, -a
        if math.isinf(b):
            return float(np.log(ndtr(-a))) if a > -30 else 0.0
        above, below = float(log_ndtr(b)), float(log_ndtr(a)) if math.isfinite(a) else -math.inf
        return above + math.log1p(-math.exp(min(below - above, -1e-15)))

    def loss(at: np.ndarray) -> float:
        place, scale = float(at[0]), math.exp(float(at[1]))
        if abs(place) > WIDEST or scale > WIDEST:
            return 1e6
        inside = log_between((left - place) / scale, (right - place) / scale)
        return (1 + place**2) / (2 * scale**2) + math.log(scale) + inside

    options = {"initial_simplex": START, "xatol": 1e-4, "fatol": 1e-8, "maxfev": 600}
    found = minimize(loss, START[0], method="Nelder-Mead", options=options)
    place, scale = float(found.x[0]), math.exp(float(found.x[1]))
    if not np.isfinite(found.fun) or found.fun >= 1e6:
        return None
    return (left - place) / scale, (right - place) / scale, mean + unit * place, unit * scale
