"""Which columns to count together: those where the model so far is most wrong, for what counting them costs.

References
----------
McKenna, Mullins, Sheldon and Miklau (2022), AIM: an adaptive and iterative mechanism for differentially private
synthetic data, https://doi.org/10.14778/3551793.3551817
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.accounting import gaussian_scale
from synthgen.generators.dp_marginals.estimation import Model, fitted
from synthgen.generators.dp_marginals.measure.candidates import Candidate, apart, candidates, coarse_candidates, fitting
from synthgen.generators.dp_marginals.measure.classes import ROUNDS_SHARE, Classes, coarse_runs
from synthgen.generators.dp_marginals.measure.counting import cells_of
from synthgen.generators.dp_marginals.measure.plan import CHOICE_SHARE
from synthgen.generators.dp_marginals.measurements import Levels, Marginal, summed
from synthgen.generators.dp_marginals.mechanism import NoiseSource
from synthgen.table.column import LABEL_KINDS, Role

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ITERATIONS = 100
FIRST_ITERATIONS = 200
LABEL_WEIGHT = 2.0
"""How much more a group of columns counts that has the target."""


@dataclass(frozen=True)
class Rounds:
    """How to choose.

    Parameters
    ----------
    number : int
    most_cells : int
        Numbers that the model may hold.
    most_triple : int
        Cells of three columns that are counted together, at most.
    """

    number: int = 20
    most_cells: int = 200_000
    most_triple: int = 3_000


def chosen_marginals(
    codes: Ints,
    levels: Sequence[Levels],
    firsts: Sequence[Marginal],
    n_rows: float,
    rho: float,
    rows_per_unit: int,
    noise: NoiseSource,
    rounds: Rounds,
) -> list[Marginal]:
    """Choose groups of two and three columns, one a round, and count them with noise.

    Where the target has a rare class, the first rounds are of groups with the target, and every class counts the
    same there.

    Parameters
    ----------
    codes : array of int64, shape (n_rows, n_columns)
    levels : sequence of Levels
    firsts : sequence of Marginal
        Noisy counts of each column.
    n_rows : float
        As it is known with noise.
    rho : float
        For all rounds.
    rows_per_unit : int
    noise : NoiseSource
    rounds : Rounds

    Returns
    -------
    list of Marginal
        Those of ``firsts``, then the new ones.
    """
    known = list(firsts)
    sizes = tuple(level.size for level in levels)
    target = next((i for i, level in enumerate(levels) if level.column.role is Role.TARGET), None)
    share = rho / rounds.number
    classes = _rare_classes(levels, firsts, target, n_rows, gaussian_scale(share * CHOICE_SHARE, rows_per_unit))
    groups = candidates(sizes, rounds.most_triple, target)
    if classes:
        runs = [coarse_runs(level, first, n_rows, classes.rarest) for level, first in zip(levels, firsts, strict=True)]
        groups += coarse_candidates(sizes, classes.target, runs)
    if not groups or rho <= 0:
        return known
    choosing = _Choosing(codes, sizes, n_rows, gaussian_scale(share * (1 - CHOICE_SHARE), rows_per_unit), target)
    model = fitted(known, sizes, n_rows, iterations=FIRST_ITERATIONS)
    for number in range(rounds.number):
        # What is too large once stays so: groups are only added.
        groups = fitting(groups, known, sizes, rounds.most_cells)
        with_target = [group for group in groups if target in group.columns]
        balanced = classes if with_target and number < rounds.number * ROUNDS_SHARE else None
        open_groups = with_target if balanced else groups
        if not open_groups:
            break
        scores, widest = choosing.scores(open_groups, model, balanced)
        best = open_groups[noise.largest(scores, gaussian_scale(share * CHOICE_SHARE, widest * rows_per_unit))]
        noisy = noise.gaussian(choosing.exact(best).astype(np.int64), choosing.sigma)
        known.append(Marginal(best.columns, noisy.astype(np.float64), choosing.sigma, best.starts))
        model = fitted(known, sizes, n_rows, start=model, iterations=ITERATIONS)
        choosing.forget(best)
    return known


def _rare_classes(
    levels: Sequence[Levels], firsts: Sequence[Marginal], target: int | None, n_rows: float, noise: float
) -> Classes | None:
    """The classes of the target, if one is rare."""
    if target is None or levels[target].column.kind not in LABEL_KINDS:
        return None
    found = Classes.of(firsts[target], n_rows, noise, gap=levels[target].missing)
    return found if found.any_rare else None


class _Choosing:
    """Exact counts of the groups that may be chosen, and how far a model is from them."""

    def __init__(self, codes: Ints, sizes: tuple[int, ...], n_rows: float, sigma: float, target: int | None) -> None:
        self.sigma, self._codes, self._sizes, self._n_rows, self._target = sigma, codes, sizes, n_rows, target
        self._exact: dict[tuple[int, ...], Floats] = {}
        self._gaps: dict[tuple[Candidate, bool], float] = {}

    def exact(self, group: Candidate) -> Floats:
        if group.columns not in self._exact:
            cells = cells_of(self._codes[:, group.columns], tuple(self._sizes[c] for c in group.columns))
            self._exact[group.columns] = cells.astype(np.float64)
        return summed(self._exact[group.columns], group.starts)

    def scores(self, groups: Sequence[Candidate], model: Model, classes: Classes | None) -> tuple[Floats, float]:
        """How far off the model is, less what noise will add; and by how much one row moves any of that."""
        scores, widest = np.zeros(len(groups)), 0.0
        for place, group in enumerate(groups):
            exact = self.exact(group)
            rows = classes.along(group.columns) if classes else np.ones((1,) * exact.ndim)
            key = (group, classes is not None)
            if key not in self._gaps:
                off = np.abs(exact - self._n_rows * summed(model.marginal(group.columns), group.starts))
                self._gaps[key] = float((off * rows).sum())
            cost = sqrt(2 / pi) * self.sigma * exact.size * float(rows.mean())
            weight = (len(group.columns) - 1) * (LABEL_WEIGHT if self._target in group.columns else 1.0)
            scores[place] = weight * (self._gaps[key] - cost)
            # One row moves the gap of a group by what it counts at most.
            widest = max(widest, weight * float(rows.max()))
        return scores, widest

    def forget(self, changed: Candidate) -> None:
        """Forget what a change of the model has touched."""
        self._gaps = {key: gap for key, gap in self._gaps.items() if apart(key[0], changed)}
