"""Maximum likelihood fits of continuous families: closed forms, or a few Newton steps from one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from synthgen.profiling.distributions.edges import Edges
from synthgen.profiling.distributions.laws import Law
from synthgen.profiling.distributions.sample import Sample

STEPS = 50
CLOSE = 1e-8
MOST_FREEDOM = 60.0
LEAST_FREEDOM = 0.3

Fit = Callable[[Sample, Edges], Law | None]


def normal(sample: Sample, edges: Edges) -> Law:
    """Mean and standard deviation."""
    return Law("normal", "norm", (sample.mean, math.sqrt(sample.variance)), ("loc", "scale"), 2)


def lognormal(sample: Sample, edges: Edges) -> Law | None:
    """Mean and standard deviation of the logarithms."""
    logs = np.log(sample.positive)
    mean = sample.average(logs)
    spread = math.sqrt(sample.average((logs - mean) ** 2))
    arguments = (spread, 0.0, math.exp(mean))
    return Law("lognormal", "lognorm", arguments, ("s", "loc", "scale"), 2, positive=True) if spread else None


def exponential(sample: Sample, edges: Edges) -> Law:
    """The mean."""
    return Law("exponential", "expon", (0.0, sample.mean), ("loc", "scale"), 1, positive=True)


def gamma(sample: Sample, edges: Edges) -> Law | None:
    """Newton's method from the start of Minka (2002), "Estimating a Gamma distribution"."""
    from scipy.special import digamma, polygamma

    gap = math.log(sample.mean) - sample.average(np.log(sample.positive))
    if gap <= 0:
        return None
    shape = (3 - gap + math.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)
    for _ in range(STEPS):
        slope = 1 / shape - float(polygamma(1, shape))
        change = (math.log(shape) - float(digamma(shape)) - gap) / (shape**2 * slope)
        shape = 1 / (1 / shape + change)
        if not shape > 0:
            return None
        if abs(change) < CLOSE / shape:
            break
    return Law("gamma", "gamma", (shape, 0.0, sample.mean / shape), ("a", "loc", "scale"), 2, positive=True)


def weibull(sample: Sample, edges: Edges) -> Law | None:
    """Newton's method on the shape, from the spread of the logarithms."""
    logs = np.log(sample.positive)
    middle = sample.average(logs)
    spread = math.sqrt(sample.average((logs - middle) ** 2))
    if not spread:
        return None
    logs = logs - logs.max()  # powers of values of one at most don't overflow
    middle = sample.average(logs)
    shape = math.pi / math.sqrt(6) / spread
    for _ in range(STEPS):
        weights = sample.counts * np.exp(shape * logs)
        total = weights.sum()
        first, second = weights @ logs / total, weights @ logs**2 / total
        change = (1 / shape + middle - first) / (1 / shape**2 + second - first**2)
        shape = max(shape + change, shape / 3)
        if abs(change) < CLOSE * shape:
            break
    scale = sample.positive[-1] * (sample.counts @ np.exp(shape * logs) / sample.n) ** (1 / shape)
    return Law("Weibull", "weibull_min", (float(shape), 0.0, float(scale)), ("c", "loc", "scale"), 2, positive=True)


def beta(sample: Sample, edges: Edges) -> Law | None:
    """Newton's method on both shapes, from the moments; between 0 and 1."""
    from scipy.special import digamma, polygamma

    # Half a step from both ends at most, so that rounded zeros and ones have logarithms.
    inside = np.clip(sample.values, sample.step / 4 or 1e-12, 1 - (sample.step / 4 or 1e-12))
    targets = np.array([sample.average(np.log(inside)), sample.average(np.log1p(-inside))])
    size = sample.mean * (1 - sample.mean) / sample.variance - 1
    shapes = np.array([sample.mean, 1 - sample.mean]) * max(size, 0.1)
    for _ in range(STEPS):
        total = shapes.sum()
        score = digamma(total) - digamma(shapes) + targets
        curve = float(polygamma(1, total)) - np.diag(polygamma(1, shapes))
        step = np.linalg.solve(curve, score)
        shapes = np.maximum(shapes - step, shapes / 3)
        if np.abs(step).max() < CLOSE * total:
            break
    arguments = (float(shapes[0]), float(shapes[1]), 0.0, 1.0)
    return Law("beta", "beta", arguments, ("a", "b", "loc", "scale"), 2, positive=True)


def pareto(sample: Sample, edges: Edges) -> Law | None:
    """The exponent, from a round number below the values."""
    if edges.low <= 0:
        return None
    spread = sample.average(np.log(sample.values / edges.low))
    arguments = (1 / spread, 0.0, edges.low)
    return Law("Pareto", "pareto", arguments, ("b", "loc", "scale"), 2, positive=True) if spread > 0 else None


def uniform(sample: Sample, edges: Edges) -> Law:
    """From one edge to the other; three parameters, as it would often be likelier by chance than what it looks like."""
    half = sample.step / 2
    arguments = (edges.low - half, edges.high - edges.low + 2 * half)
    return Law("uniform", "uniform", arguments, ("loc", "scale"), 3)


def student(sample: Sample, edges: Edges) -> Law | None:
    """Location, scale and degrees of freedom together, by L-BFGS from quantiles."""
    from scipy.optimize import minimize
    from scipy.special import digamma, gammaln

    low, middle, high = sample.quantiles((0.25, 0.5, 0.75))
    unit = (high - low) / 1.5 or math.sqrt(sample.variance)
    z, weights = (sample.values - middle) / unit, sample.counts / sample.n

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        place, scale, freedom = at[0], math.exp(at[1]), math.exp(at[2])
        away = (z - place) / scale
        square = away**2
        grown = np.log1p(square / freedom)
        pull = (freedom + 1) / (freedom + square)
        half, more = freedom / 2, (freedom + 1) / 2
        pulled = float(weights @ (pull * square))
        log_mean = float(weights @ grown)
        value = gammaln(half) - gammaln(more) + math.log(freedom) / 2 + at[1] + more * log_mean
        by_freedom = (digamma(half) - digamma(more)) / 2 + 1 / (2 * freedom) + log_mean / 2 - pulled / (2 * freedom)
        slope = [-float(weights @ (pull * away)) / scale, 1 - pulled, freedom * by_freedom]
        return float(value), np.array(slope)

    limits = [(-3, 3), (-6, 3), (math.log(LEAST_FREEDOM), math.log(MOST_FREEDOM))]
    found = minimize(loss, [0.0, -0.1, 1.4], jac=True, method="L-BFGS-B", bounds=limits, options={"ftol": 1e-9})
    if not np.isfinite(found.fun):
        return None
    place, scale, freedom = found.x
    arguments = (math.exp(freedom), middle + unit * place, unit * math.exp(scale))
    return Law("Student t", "t", tuple(map(float, arguments)), ("df", "loc", "scale"), 3)
