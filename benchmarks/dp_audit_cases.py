"""An audit of the differentially private mechanism: neighbouring tables, many runs, and how well they are told apart.

From how often an event happens on two neighbouring tables follows a lower bound of epsilon that holds with a given
confidence: no (epsilon, delta)-private mechanism lets P(event | table) exceed e^epsilon P(event | neighbour) + delta.
From the same shares follows one of rho: whatever is seen of two tables, no rho-zero-concentrated mechanism lets the
Rényi divergence of any order a exceed a rho (Bun and Steinke 2016, https://arxiv.org/abs/1605.02065). That is what the
accounts are kept in, and it sees more: all of what an event says counts, not only what is above delta.

The shares are bounded after Clopper and Pearson (1934), https://doi.org/10.1093/biomet/26.4.404, the events are chosen
on runs of their own, and the tables are the worst ones for the mechanism, as it is known (Jagielski, Ullman and Oprea
2020, https://arxiv.org/abs/2006.07709; Nasr et al. 2023, https://arxiv.org/abs/2302.07956).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta

from synthgen.generators.dp_marginals import Budget, Measurements, NoiseSource, OpenDPNoise, as_public
from synthgen.generators.dp_marginals.accounting import epsilon_of, gaussian_scale, rho_of, rho_of_pure
from synthgen.generators.dp_marginals.estimation import fitted
from synthgen.generators.dp_marginals.measure import Rounds, measure
from synthgen.generators.dp_marginals.measure.bins import private_bins
from synthgen.generators.dp_marginals.measure.candidates import Candidate
from synthgen.generators.dp_marginals.measure.choosing import _Choosing
from synthgen.generators.dp_marginals.measure.classes import Classes
from synthgen.generators.dp_marginals.measure.undeclared import listed_labels, noisy_bounds
from synthgen.generators.dp_marginals.measurements import Marginal
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

CONFIDENCE = 0.99
PILOT = 1 / 3
"""Share of the runs on which the event is chosen."""

DELTA = 0.05
"""So large that so many runs can show it."""

ORDERS = tuple(np.concatenate([np.linspace(1.001, 2, 11), np.geomspace(2.2, 64, 20)]).tolist())
"""Of the Rényi divergences that are looked at."""

Floats = NDArray[np.float64]
Bound = Callable[[Floats, Floats], Floats]
Statistic = Callable[[bool, NoiseSource], float]


class Scaled:
    """Noise of another size than the mechanism asks for: a control that an audit must find, or must not mind."""

    def __init__(self, inner: NoiseSource, factor: float) -> None:
        self._inner, self._factor = inner, factor

    def gaussian(self, counts: NDArray[np.int64], scale: float) -> NDArray[np.int64]:
        return self._inner.gaussian(counts, scale * self._factor)

    def laplace(self, counts: NDArray[np.int64], scale: float) -> NDArray[np.int64]:
        return self._inner.laplace(counts, scale * self._factor)

    def largest(self, scores: NDArray[np.float64], scale: float) -> int:
        return self._inner.largest(scores, scale * self._factor)


@dataclass(frozen=True)
class Case:
    """Two neighbouring tables, and what is looked at.

    Parameters
    ----------
    title : str
    epsilon, delta : float
        What is claimed.
    rho : float
        The same in zCDP.
    statistic : callable
        Given whether the canary is there, and the noise: one run's figure, larger where the canary shows.
    """

    title: str
    epsilon: float
    delta: float
    rho: float
    statistic: Statistic


@dataclass(frozen=True)
class Found:
    """What an audit found: at least ``epsilon``, and at least ``rho``, each with the confidence :data:`CONFIDENCE`."""

    epsilon: float
    rho: float
    runs: int


def clopper_pearson(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact bounds of a share, each of which fails with a chance of half of what is left of the confidence."""
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, n - hits + 1))
    high = 1.0 if hits == n else float(beta.ppf(1 - tail, hits + 1, n - hits))
    return low, high


def lower_bound(hits: int, false_hits: int, n: int, delta: float, confidence: float = CONFIDENCE) -> float:
    """Least epsilon with which an event's shares on two tables of neighbours agree."""
    low, _ = clopper_pearson(hits, n, confidence)
    _, high = clopper_pearson(false_hits, n, confidence)
    return max(math.log((low - delta) / high), 0.0) if low > delta else 0.0


def lower_rho(hits: int, false_hits: int, n: int, confidence: float = CONFIDENCE) -> float:
    """Least rho with which an event's shares on two tables of neighbours agree."""
    low, _ = clopper_pearson(hits, n, confidence)
    _, high = clopper_pearson(false_hits, n, confidence)
    return float(_rho(np.array([low]), np.array([high]))[0])


def _rho(p: Floats, q: Floats) -> Floats:
    """Largest Rényi divergence of an event of two chances, by its order, either way; none where p isn't above q."""
    best = np.zeros(len(p))
    p, q, above = np.clip(p, 1e-12, 1 - 1e-12), np.clip(q, 1e-12, 1 - 1e-12), p > q
    for order in ORDERS:
        for one, other in ((p, q), (q, p)):
            happens = order * np.log(one) + (1 - order) * np.log(other)
            not_so = order * np.log1p(-one) + (1 - order) * np.log1p(-other)
            best = np.maximum(best, np.logaddexp(happens, not_so) / (order - 1) / order)
    return np.where(above, best, 0.0)


def audit(case: Case, runs: int, noise: NoiseSource | None = None) -> Found:
    """Run a case ``runs`` times on each table, and bound epsilon and rho from below."""
    source = noise if noise is not None else OpenDPNoise()
    there = np.array([case.statistic(True, source) for _ in range(runs)])
    absent = np.array([case.statistic(False, source) for _ in range(runs)])
    pilot = round(PILOT * runs)
    rest = runs - pilot

    def rest_of(bound: Bound) -> tuple[int, int]:
        sign, cut = _best_event(there[:pilot], absent[:pilot], bound)
        hits, false_hits = (int((sign * values[pilot:] >= cut).sum()) for values in (there, absent))
        # What shows that the canary is missing: the two tables change places.
        return (hits, false_hits) if sign > 0 else (false_hits, hits)

    by_epsilon = rest_of(lambda low, high: np.log(np.maximum(low - case.delta, 1e-300) / high))
    return Found(lower_bound(*by_epsilon, rest, case.delta), lower_rho(*rest_of(_rho), rest), rest)


def _best_event(there: Floats, absent: Floats, bound: Bound) -> tuple[float, float]:
    """Direction and threshold that tell the tables apart best on the pilot runs."""
    n, tail = len(there), (1 - CONFIDENCE) / 2
    best = (-1.0, 1.0, 0.0)
    for sign in (1.0, -1.0):
        one, other = (there, absent) if sign > 0 else (-absent, -there)
        cuts = np.unique(np.concatenate([one, other]))
        hits, false_hits = (n - np.searchsorted(np.sort(values), cuts) for values in (one, other))
        low = np.where(hits == 0, 0.0, beta.ppf(tail, np.maximum(hits, 1), n - hits + 1))
        high = np.where(false_hits == n, 1.0, beta.ppf(1 - tail, false_hits + 1, np.maximum(n - false_hits, 1)))
        bounds = bound(low, high)
        place = int(np.argmax(bounds))
        if bounds[place] > best[0]:
            best = (float(bounds[place]), sign, float(cuts[place]))
    return best[1], best[2]


def _labels(*names: str, nullable: bool = False) -> list[Column]:
    return [Column(name, Kind.CATEGORICAL, categories=("a", "b"), nullable=nullable) for name in names]


def _score(found: Measurements, cells: tuple[int, ...]) -> float:
    """Likelihood ratio of the canary, but for a constant: its cell in every marginal, weighted by the noise."""
    return sum(
        float(item.counts[tuple(found.levels[place].groups[cells[place]] for place in item.columns)]) / item.sigma**2
        for item in found.marginals
    )


def one_column(epsilon: float = 2.2, delta: float = DELTA) -> Case:
    """One row more in one column of two labels: all of the budget is in one count."""
    schema = as_public(Schema(tuple(_labels("x"))))
    tables = {there: pd.DataFrame({"x": ["b"] * 3 + ["a"] * there}) for there in (False, True)}
    budget = Budget(epsilon, delta)

    def statistic(there: bool, noise: NoiseSource) -> float:
        return _score(measure(tables[there], schema, budget, noise), (0,))

    return Case("a row more, one column", epsilon, delta, rho_of(epsilon, delta), statistic)


def three_columns(epsilon: float = 2.2, delta: float = DELTA, rounds: int = 2) -> Case:
    """One row more that is unlike all others: every count and every choice of columns is looked at."""
    schema = as_public(Schema(tuple(_labels("x", "y", "z"))))
    tables = {
        there: pd.DataFrame([["b"] * 3] * 3 + [["a"] * 3] * there, columns=list("xyz")) for there in (False, True)
    }
    budget = Budget(epsilon, delta)

    def statistic(there: bool, noise: NoiseSource) -> float:
        return _score(measure(tables[there], schema, budget, noise, rounds=Rounds(number=rounds)), (0, 0, 0))

    return Case("a row more, three columns and what is chosen", epsilon, delta, rho_of(epsilon, delta), statistic)


def a_gap(epsilon: float = 2.2, delta: float = DELTA) -> Case:
    """One row more, with a gap where no other row has one."""
    schema = as_public(Schema(tuple(_labels("x", nullable=True))))
    tables = {there: pd.DataFrame({"x": ["b"] * 3 + [None] * there}, dtype=object) for there in (False, True)}
    budget = Budget(epsilon, delta)

    def statistic(there: bool, noise: NoiseSource) -> float:
        return _score(measure(tables[there], schema, budget, noise), (2,))

    return Case("the only gap", epsilon, delta, rho_of(epsilon, delta), statistic)


def a_subject(epsilon: float = 2.2, delta: float = DELTA) -> Case:
    """One subject more, who has twice the rows that one may have."""
    schema = as_public(Schema((Column("who", Kind.IDENTIFIER, role=Role.SUBJECT), *_labels("x"))))
    tables = {
        there: pd.DataFrame({"who": ["p", "q", "r"] + ["c"] * 16 * there, "x": ["b"] * 3 + ["a"] * 16 * there})
        for there in (False, True)
    }
    budget = Budget(epsilon, delta, "subject", 8)

    def statistic(there: bool, noise: NoiseSource) -> float:
        return _score(measure(tables[there], schema, budget, noise), (0,))

    return Case("a subject more, with too many rows", epsilon, delta, rho_of(epsilon, delta), statistic)


def an_outsider(epsilon: float = 2.2, delta: float = DELTA) -> Case:
    """One row more, with a label that the schema doesn't list: what is said of such cells, and all the rest."""
    schema = as_public(Schema(tuple(_labels("x", nullable=True))))
    tables = {there: pd.DataFrame({"x": ["b"] * 3 + ["secret"] * there}) for there in (False, True)}
    budget = Budget(epsilon, delta)

    def statistic(there: bool, noise: NoiseSource) -> float:
        found = measure(tables[there], schema, budget, noise)
        return _score(found, (2,)) + found.outside.get("x", 0)

    return Case("a label that isn't listed", epsilon, delta, rho_of(epsilon, delta), statistic)


def bins(epsilon: float = 1.0) -> Case:
    """One row more in an ordered column: where its bins end. Pure differential privacy."""
    points = {False: np.zeros(0, dtype=np.int64), True: np.array([63], dtype=np.int64)}

    def statistic(there: bool, noise: NoiseSource) -> float:
        return float(len(private_bins(points[there], 64, epsilon, 1, noise)))

    return Case("bins of a column", epsilon, 0.0, rho_of_pure(epsilon), statistic)


def bounds(rho: float = 0.5, delta: float = DELTA) -> Case:
    """The largest value of all, far above the others: whether the bounds that are found show it."""
    usual = np.full(20, 1.5)
    values = {False: usual, True: np.append(usual, 2.0**20 + 1)}

    def statistic(there: bool, noise: NoiseSource) -> float:
        return math.log2(max(noisy_bounds(values[there], rho, 1, noise, whole=True)[1], 0.5))

    return Case("the extreme of a column", epsilon_of(rho, delta), delta, rho, statistic)


def a_choice(rho: float = 0.5, delta: float = DELTA) -> Case:
    """One row more of a rare class, where every class counts the same: which of two pairs is counted.

    The row makes the model more wrong about one pair and less about the other, by as much as any row can.
    """
    sizes, rows = (2, 2, 2), [[0, 0, 0]] * 60 + [[1, 1, 0]] * 60 + [[1, 0, 1]] * 4
    codes = {False: np.array(rows, dtype=np.int64), True: np.array([*rows, [1, 1, 1]], dtype=np.int64)}
    n_rows = float(len(rows))
    ones = [Marginal((c,), np.bincount(codes[False][:, c], minlength=2).astype(float), 1.0) for c in range(len(sizes))]
    classes, model = Classes.of(ones[2], n_rows, noise=0.0), fitted(ones, sizes, n_rows)
    pairs = [Candidate((0, 2)), Candidate((1, 2))]
    scores = {}
    for there in (False, True):
        scores[there], widest = _Choosing(codes[there], sizes, n_rows, 1.0, 2).scores(pairs, model, classes)
    # Other rows, which are the same in both tables, could make the two pairs as good on average.
    level = (scores[False] + scores[True]) / 2

    def statistic(there: bool, noise: NoiseSource) -> float:
        return float(noise.largest(scores[there] - level, gaussian_scale(rho, widest)) == 0)

    return Case("which columns are counted, by class", epsilon_of(rho, delta), delta, rho, statistic)


def canary_label(rho: float, delta: float, noise: NoiseSource, rows_per_unit: int = 1) -> bool:
    """Whether a label that one unit alone has is listed, once."""
    codes = np.array([0] * 500 + [1] * rows_per_unit, dtype=np.int64)
    return "canary" in listed_labels(codes, ["usual", "canary"], rho, delta, rows_per_unit, noise)


CASES = (one_column, three_columns, a_choice, a_gap, a_subject, an_outsider, bins, bounds)

__all__ = ["CASES", "Case", "Found", "Scaled", "audit", "canary_label", "clopper_pearson", "lower_bound", "lower_rho"]
