"""One column's distribution as a quantile function: atoms, and smoothed runs between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from synthgen.errors import DataError

Floats = NDArray[np.float64]

FEWEST = 5
"""Rows behind every point of a quantile function, so that none of them is one person's value."""

SPIKE = 10
"""Rows that make a repeated value an atom, which is drawn exactly."""

MOST_WINDOWS = 400
GROWTH = 1.3
FAMILY_KNOTS = 512
TERMS = 9

FAMILIES = {
    "normal": "norm", "lognormal": "lognorm", "gamma": "gamma", "exponential": "expon", "weibull": "weibull_min",
    "student_t": "t", "beta": "beta", "uniform": "uniform",
}  # fmt: skip
_FROM_ZERO = ("lognormal", "gamma", "exponential", "weibull")


@dataclass(frozen=True)
class Margin:
    """Quantile function through the points (``levels``, ``values``), linear between them.

    Two points with one value are an atom; two points at one level are a jump.
    """

    levels: Floats
    values: Floats

    def quantile(self, u: Floats) -> Floats:
        """Values at the levels ``u``, each in [0, 1]."""
        return np.interp(u, self.levels, self.values)


def empirical_margin(values: Floats, spread: float, discrete: bool) -> Margin:
    """Quantile function of the values (none missing).

    Values that ``SPIKE`` rows share are atoms; where ``discrete``, all are. Runs of other values are
    cut into windows of at least ``FEWEST`` rows, narrower towards the ends, and only the windows' means are kept.

    Parameters
    ----------
    values : array of shape (n,)
    spread : float
        Standard deviation to give a window whose rows don't differ enough to have one.
    discrete : bool
    """
    distinct, counts = np.unique(values, return_counts=True)
    atom = counts >= (1 if discrete else SPIKE)
    n = len(values)
    before = (np.cumsum(counts) - counts) / n
    levels: list[Floats] = []
    points: list[Floats] = []
    start = 0
    while start < len(distinct):
        if atom[start]:
            levels.append(np.array([before[start], before[start] + counts[start] / n]))
            points.append(np.repeat(distinct[start], 2))
            start += 1
            continue
        stop = start + int(np.argmax(atom[start:])) if atom[start:].any() else len(distinct)
        run = np.repeat(distinct[start:stop], counts[start:stop])
        at, edges = _run(run, spread)
        # Between two atoms a run keeps to its own side of each, so that quantiles rise.
        low = distinct[start - 1] if start else -np.inf
        edges = np.clip(edges, low, distinct[stop] if stop < len(distinct) else np.inf)
        levels.append(before[start] + at / n)
        points.append(edges)
        start = stop
    return Margin(np.concatenate(levels), np.concatenate(points))


def _run(run: Floats, spread: float) -> tuple[Floats, Floats]:
    """Window edges of sorted values: row counts up to each edge, and the edge's value."""
    ends = np.cumsum(_window_sizes(len(run)))
    starts = np.concatenate([[0], ends[:-1]])
    sums = np.concatenate([[0.0], np.cumsum(run)])
    means = (sums[ends] - sums[starts]) / (ends - starts)
    if len(means) == 1:
        half = np.sqrt(3.0) * max(float(run.std()), spread if len(run) < FEWEST else 0.0)
        return np.array([0.0, len(run)]), np.array([means[0] - half, means[0] + half])
    inner = (means[1:] + means[:-1]) / 2
    edges = np.concatenate([[2 * means[0] - inner[0]], inner, [2 * means[-1] - inner[-1]]])
    return np.concatenate([[0.0], ends.astype(float)]), edges


def _window_sizes(n: int) -> NDArray[np.int64]:
    """Sizes that add up to ``n``: small at both ends, where quantiles move fast."""
    if n < 2 * FEWEST:
        return np.array([n])
    most = max(FEWEST, n // MOST_WINDOWS)
    side: list[int] = []
    size = float(FEWEST)
    while size < most and 2 * (sum(side) + size) < n - 2 * most:
        side.append(int(size))
        size *= GROWTH
    middle = n - 2 * sum(side)
    count = max(1, middle // most)
    body = np.diff(np.linspace(0, middle, count + 1).round().astype(np.int64))
    return np.concatenate([np.array(side, dtype=np.int64), body, np.array(side[::-1], dtype=np.int64)])


def family_margin(values: Floats, family: str, column: str) -> Margin:
    """Quantile function of a fitted parametric family, on a grid of levels."""
    from scipy import stats

    law = getattr(stats, FAMILIES[family])
    if family in _FROM_ZERO and values.min() < 0:
        raise DataError(
            f"Column {column!r} has negative values, so its margin can't be {family}. "
            'Use "normal", "student_t" or "empirical".'
        )
    fitted = values[values > 0] if family in _FROM_ZERO else values
    if len(fitted) < FEWEST or np.ptp(fitted) == 0:
        return empirical_margin(values, 0.0, discrete=False)
    parameters = law.fit(fitted, floc=0.0) if family in _FROM_ZERO else law.fit(fitted)
    levels = (np.arange(FAMILY_KNOTS) + 0.5) / FAMILY_KNOTS
    points = law.ppf(levels, *parameters)
    if not np.isfinite(points).all():
        raise DataError(f'The family {family!r} does not fit column {column!r}. Use "empirical" for it.')
    return Margin(levels, np.asarray(points, dtype=float))


def mixed(own: Margin, pool: Margin, weight: float) -> Margin:
    """Quantile function of the mixture ``weight`` × own + (1 − weight) × pool."""
    if weight >= 1.0:
        return own
    grid = np.unique(np.concatenate([own.values, pool.values]))
    right = weight * _level(own, grid, "right") + (1 - weight) * _level(pool, grid, "right")
    left = weight * _level(own, grid, "left") + (1 - weight) * _level(pool, grid, "left")
    return Margin(np.stack([left, right], axis=1).ravel(), np.repeat(grid, 2))


def _level(margin: Margin, x: Floats, side: str) -> Floats:
    """Distribution function of a margin just below (left) or at (right) ``x``."""
    at = np.searchsorted(margin.values, x, side="left" if side == "left" else "right")
    low, high = np.clip(at - 1, 0, None), np.clip(at, None, len(margin.values) - 1)
    width = margin.values[high] - margin.values[low]
    inside = (at > 0) & (at < len(margin.values)) & (width > 0)
    part = np.divide(x - margin.values[low], width, out=np.zeros_like(x), where=width > 0)
    between = margin.levels[low] + part * (margin.levels[high] - margin.levels[low])
    ends = np.where(at == 0, margin.levels[0], margin.levels[np.clip(at - 1, 0, None)])
    return np.where(inside, between, ends)


def scores(values: Floats) -> tuple[Floats, Floats]:
    """Expected normal score of each value, and how much of a normal variable the scores carry.

    Parameters
    ----------
    values : array of shape (n,)
        Missing where NaN; such rows score 0.

    Returns
    -------
    scores : array of shape (n,)
        E[Z | value], where Z is the standard normal variable behind the column.
    coefficients : array of shape (TERMS,)
        Hermite coefficients of the scores: 1, 0, 0, … for a column without ties. Two columns whose
        normal variables correlate by r have scores with covariance Σ a_k b_k r^k.
    """
    present = ~np.isnan(values)
    out = np.zeros(len(values))
    coefficients = np.zeros(TERMS)
    n = int(present.sum())
    if n == 0:
        return out, coefficients
    _, inverse, counts = np.unique(values[present], return_inverse=True, return_counts=True)
    upto = np.cumsum(counts) / n
    ends = ndtri(np.clip(np.concatenate([[0.0], upto]), 0.0, 1.0))
    density = np.exp(-0.5 * ends**2) / np.sqrt(2 * np.pi)
    score = (density[:-1] - density[1:]) * n / counts
    out[present] = score[inverse]
    if len(counts) > 500:
        coefficients[0] = 1.0
        return out, coefficients
    # ∫ He_k φ over an interval is the difference of He_{k-1} φ at its ends.
    z = np.where(np.isfinite(ends), ends, 0.0)
    before, hermite, norm = np.zeros_like(z), np.ones_like(z), 1.0
    for k in range(1, TERMS + 1):
        norm *= k
        step = hermite * density
        coefficients[k - 1] = float(score @ (step[:-1] - step[1:])) / np.sqrt(norm)
        before, hermite = hermite, z * hermite - (k - 1) * before
    return out, coefficients
