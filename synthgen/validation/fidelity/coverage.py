"""Do synthetic rows lie where real ones do, and wherever they do? Integrated alpha-precision and beta-recall."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.integrate import trapezoid
from sklearn.neighbors import NearestNeighbors

from synthgen.table.distance import DistanceSpace
from synthgen.validation.comparison import Comparison, Floats
from synthgen.validation.fidelity.shapes import interval
from synthgen.validation.metric import Direction, Estimate, Family, Interval, Metric

LEVELS = np.linspace(0, 1, 31)
NEIGHBOURS = 5
MOST_ROWS = 3_000
FEWEST = 50
REPLICATES = 100


def alpha_precision(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """How evenly synthetic rows fill the balls that hold a share alpha of the held-out rows, for every alpha."""
    points, reason = _points(comparison, rng)
    if points is None:
        return Estimate(None, reason=reason)
    _, holdout, made = points
    centre = holdout.mean(axis=0)
    radii = [np.linalg.norm(part - centre, axis=1) for part in points]
    value, baseline = (_evenness(_inside(radii[k], radii[1])) for k in (2, 0))
    return Estimate(
        value, _spread(lambda: _evenness(_inside(_again(radii[2], rng), _again(radii[1], rng))), value),
        baseline, _spread(lambda: _evenness(_inside(_again(radii[0], rng), _again(radii[1], rng))), baseline),
        n=len(made),
    )  # fmt: skip


def beta_recall(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """How evenly held-out rows are covered by the share beta of the synthetic rows nearest to their centre."""
    points, reason = _points(comparison, rng)
    if points is None:
        return Estimate(None, reason=reason)
    train, holdout, made = points
    if len(holdout) <= NEIGHBOURS:
        return Estimate(None, n=len(holdout), reason="there are too few held-out rows to know their neighbours")
    own = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(holdout).kneighbors(return_distance=True)[0][:, -1]
    covered = [_cover(part, holdout, own) for part in (made, train)]
    value, baseline = (_evenness(_reached(item)) for item in covered)
    return Estimate(
        value, _spread(lambda: _evenness(_reached(_again(covered[0], rng))), value),
        baseline, _spread(lambda: _evenness(_reached(_again(covered[1], rng))), baseline), n=len(made),
    )  # fmt: skip


def _points(comparison: Comparison, rng: np.random.Generator) -> tuple[list[Floats] | None, str]:
    """Train, held-out and synthetic rows in space, as many of each; real rows drawn by their weights."""
    parts = [comparison.real_train, comparison.real_holdout, comparison.made]
    n = min(MOST_ROWS, *(len(part) for part in parts))
    if n < FEWEST:
        return None, f"needs {FEWEST} rows on each side and there are {n}"
    space = DistanceSpace.fit(parts[1].coded, comparison.schema)
    out = []
    for part in parts:
        order = rng.exponential(size=len(part)) / np.maximum(part.weights, 1e-12)
        rows = np.sort(np.argsort(order, kind="stable")[:n])
        out.append(space.transform(part.coded.iloc[rows]).astype(np.float64))
    return out, ""


def _inside(radii: Floats, real: Floats) -> Floats:
    """Share of rows within the radius that holds each share of the real ones."""
    edges = np.quantile(real, LEVELS)
    return np.asarray(np.searchsorted(np.sort(radii), edges, side="right") / len(radii))


def _cover(made: Floats, holdout: Floats, own: Floats) -> Floats:
    """Share of the synthetic rows that it takes, from their centre outwards, to cover each held-out row; inf: never.

    A row is covered by the nearest synthetic row if that is no further away than its fifth held-out neighbour.
    """
    radii = np.linalg.norm(made - made.mean(axis=0), axis=1)
    rank = np.empty(len(made))
    rank[np.argsort(radii, kind="stable")] = (1 + np.arange(len(made))) / len(made)
    distances, rows = NearestNeighbors(n_neighbors=1).fit(made).kneighbors(holdout)
    return np.where(distances[:, 0] <= own, rank[rows[:, 0]], np.inf)


def _reached(cover: Floats) -> Floats:
    return np.asarray(np.searchsorted(np.sort(cover), LEVELS, side="right") / len(cover))


def _evenness(shares: Floats) -> float:
    """1 if every share is the level, 0 if all are as far away as they can be on average."""
    return float(np.clip(1 - 2 * float(trapezoid(np.abs(shares - LEVELS), LEVELS)), 0, 1))


def _again(values: Floats, rng: np.random.Generator) -> Floats:
    return values[rng.integers(0, len(values), len(values))]


def _spread(draw: Callable[[], float], value: float) -> Interval:
    return interval(value, np.array([draw() for _ in range(REPLICATES)]))


_REFERENCE = (
    "Integrated over all levels, with distances that weigh every column alike; Alaa et al. (2022), "
    "https://proceedings.mlr.press/v162/alaa22a.html"
)

ALPHA_PRECISION = Metric(
    "alpha_precision", "Rows lie where real rows lie (alpha-precision)", Family.FIDELITY, Direction.HIGHER,
    (0.0, 1.0), _REFERENCE,
    "1 means that the ball around the middle of the held-out rows which holds a tenth (a half, all but a few) of them "
    "holds as many of the synthetic ones; less, that rows lie too far out, or crowd in the middle.",
    alpha_precision,
)  # fmt: skip

BETA_RECALL = Metric(
    "beta_recall", "Rows lie wherever real rows lie (beta-recall)", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0),
    f"{_REFERENCE}; five neighbours as in Naeem et al. (2020), https://proceedings.mlr.press/v119/naeem20a.html",
    "Near what fresh real rows score, the synthetic rows reach all regions of the held-out ones; less, that some are "
    "left empty (a rare group, the edges).",
    beta_recall,
)  # fmt: skip
