"""How far apart are columns of numbers, and their tails? Wasserstein distance and mass beyond the outer percentiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from synthgen.table.column import ORDERED_KINDS, Column
from synthgen.validation.comparison import Comparison, Floats, Part
from synthgen.validation.fidelity.shapes import resampled
from synthgen.validation.metric import Direction, Estimate, Family, Metric

REPLICATES = 20
TAIL = 0.01
"""Share of the held-out rows on either side that counts as a tail."""

FEWEST = 200
"""Held-out rows without which a percentile isn't known."""

MOST = 1e6


def wasserstein(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Mean distance over the columns of numbers and dates, then each column's, the furthest first."""
    columns = comparison.columns_of(ORDERED_KINDS)
    if not len(comparison.real_holdout) or not columns:
        yield _nothing(comparison)
        return
    parts = _Drawn(comparison, rng)
    found = []
    for column in columns:
        values = parts.of(column)
        known = values[1][~np.isnan(values[1])]
        scale = float(known.std()) if len(known) else 0.0
        if scale == 0 or any(np.isnan(item).all() for item in values):
            continue
        made, train = (_transported(values[k], values[1], parts.weights[k], parts.weights[1]) / scale for k in (2, 0))
        found.append((column.name, np.minimum(made, MOST), np.minimum(train, MOST)))
    if not found:
        yield Estimate(None, reason="no column of numbers varies among the held-out rows", vacuous=True)
        return
    n = len(comparison.synthetic)
    yield _above(np.mean([made for _, made, _ in found], axis=0), np.mean([t for *_, t in found], axis=0), n, None)
    for name, made, train in sorted(found, key=lambda item: -item[1][0]):
        yield _above(made, train, n, name)


def tails(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Largest difference of the mass in a column's tails, then each column's, the largest first."""
    columns = comparison.columns_of(ORDERED_KINDS)
    if not len(comparison.real_holdout) or not columns:
        yield _nothing(comparison)
        return
    if len(comparison.real_holdout) < FEWEST:
        n = len(comparison.real_holdout)
        yield Estimate(None, n=n, reason=f"needs {FEWEST} held-out rows for a percentile and there are {n}")
        return
    parts = _Drawn(comparison, rng)
    found = []
    for column in columns:
        values = parts.of(column)
        if any(np.isnan(item).all() for item in values):
            continue
        known = ~np.isnan(values[1])
        low, high = _weighted_quantiles(values[1][known], parts.weights[1][0][known], (TAIL, 1 - TAIL))
        shares = [
            np.stack([_share(v < low, v, w) for w in weight] + [_share(v > high, v, w) for w in weight])
            for v, weight in zip(values, parts.weights, strict=True)
        ]
        sides = [share.reshape(2, -1) for share in shares]
        made, train = (np.abs(sides[k] - sides[1]).sum(axis=0) for k in (2, 0))
        found.append((column.name, made, train))
    if not found:
        yield Estimate(None, reason="no column of numbers has values on all sides", vacuous=True)
        return
    n = len(comparison.synthetic)
    found.sort(key=lambda item: -item[1][0])
    name, made, _ = found[0]
    worst = np.max([train[0] for *_, train in found])
    yield _above(made, np.full(1 + REPLICATES, worst), n, None, f"the largest is in {name!r}")
    for name, made, train in found:
        yield _above(made, train, n, name)


class _Drawn:
    """Rows of train, holdout and synthetic that are looked at, with weights: as they are, then resampled."""

    def __init__(self, comparison: Comparison, rng: np.random.Generator) -> None:
        whole = [comparison.real_train, comparison.real_holdout, comparison.made]
        self.parts: list[Part] = [part.take(comparison.picks(part, rng)) for part in whole]
        self.weights = [resampled(part.weights, REPLICATES, rng) for part in self.parts]

    def of(self, column: Column) -> list[Floats]:
        """Values of a column in each of the three."""
        return [part.coded[column.name].to_numpy(float) for part in self.parts]


def _transported(a: Floats, b: Floats, weights_a: Floats, weights_b: Floats) -> Floats:
    """Area between two distribution functions, for every set of weights; shape (1 + n_replicates,)."""
    known = [~np.isnan(a), ~np.isnan(b)]
    values = np.concatenate([a[known[0]], b[known[1]]])
    order = np.argsort(values, kind="stable")
    steps = np.diff(values[order])
    ups = []
    for k, weights in enumerate((weights_a, weights_b)):
        mass = np.zeros((len(weights), len(values)))
        place = slice(0, known[0].sum()) if k == 0 else slice(known[0].sum(), None)
        mass[:, place] = weights[:, known[k]]
        mass = np.cumsum(mass[:, order], axis=1)
        ups.append(mass[:, :-1] / np.maximum(mass[:, -1:], 1e-12))
    return np.asarray(np.abs(ups[0] - ups[1]) @ steps)


def _weighted_quantiles(values: Floats, weights: Floats, levels: Sequence[float]) -> list[float]:
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[order])
    places = np.searchsorted(mass, np.asarray(levels) * mass[-1], side="left")
    return [float(values[order][min(place, len(values) - 1)]) for place in places]


def _share(inside: NDArray[np.bool_], values: Floats, weights: Floats) -> float:
    known = ~np.isnan(values)
    return float(weights[inside & known].sum() / max(weights[known].sum(), 1e-12))


def _above(made: Floats, train: Floats, n: int, subject: str | None, reason: str = "") -> Estimate:
    """An estimate that can't be below 0, with normal intervals of the replicates' spread."""
    intervals = []
    for values in (made, train):
        half = 1.959964 * float(np.std(values[1:], ddof=1))
        intervals.append((max(0.0, float(values[0]) - half), float(values[0]) + half))
    return Estimate(float(made[0]), intervals[0], float(train[0]), intervals[1], n=n, subject=subject, reason=reason)


def _nothing(comparison: Comparison) -> Estimate:
    if not len(comparison.real_holdout):
        return Estimate(None, reason="there are no held-out real rows of these classes to compare with")
    return Estimate(None, reason="there are no columns of numbers or dates", vacuous=True)


WASSERSTEIN = Metric(
    "wasserstein", "Distance between columns of numbers", Family.FIDELITY, Direction.LOWER, (0.0, MOST),
    "Wasserstein-1 distance over the held-out rows' standard deviation; Ramdas et al. (2017), "
    "https://doi.org/10.3390/e19020047",
    "How far values would have to be moved on average, in standard deviations, to be distributed like held-out ones.",
    wasserstein,
)  # fmt: skip

TAILS = Metric(
    "tails", "Mass in the tails of numbers", Family.FIDELITY, Direction.LOWER, (0.0, 2.0),
    "Shares below the first and above the last percentile of held-out rows",
    "0 means that as many values lie beyond the outer percentiles as in held-out rows; .02 that the tails are empty.",
    tails,
)  # fmt: skip
