"""Which columns to count together: those where the model so far is most wrong, for what counting them costs.

References
----------
McKenna, Mullins, Sheldon and Miklau (2022), AIM: an adaptive and iterative mechanism for differentially private
synthetic data, https://doi.org/10.14778/3551793.3551817
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, pi, prod, sqrt

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.accounting import gaussian_scale
from synthgen.generators.dp_marginals.estimation import fitted
from synthgen.generators.dp_marginals.graph import Clique, cells_needed
from synthgen.generators.dp_marginals.measure.counting import cells_of
from synthgen.generators.dp_marginals.measure.plan import CHOICE_SHARE
from synthgen.generators.dp_marginals.measurements import Marginal
from synthgen.generators.dp_marginals.mechanism import NoiseSource

Ints = NDArray[np.int64]

ITERATIONS = 100
FIRST_ITERATIONS = 200
MOST_TRIPLES = 500
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
    sizes: tuple[int, ...],
    firsts: Sequence[Marginal],
    n_rows: float,
    rho: float,
    rows_per_unit: int,
    target: int | None,
    noise: NoiseSource,
    rounds: Rounds,
) -> list[Marginal]:
    """Choose groups of two and three columns, one a round, and count them with noise.

    Parameters
    ----------
    codes : array of int64, shape (n_rows, n_columns)
    sizes : tuple of int
    firsts : sequence of Marginal
        Noisy counts of each column.
    n_rows : float
        As it is known with noise.
    rho : float
        For all rounds.
    rows_per_unit : int
    target : int or None
    noise : NoiseSource
    rounds : Rounds

    Returns
    -------
    list of Marginal
        Those of ``firsts``, then the new ones.
    """
    known = list(firsts)
    groups = _candidates(sizes, rounds.most_triple, target)
    if not groups or rho <= 0:
        return known
    exact = {group: cells_of(codes[:, group], tuple(sizes[c] for c in group)).astype(np.float64) for group in groups}
    weights = {group: (len(group) - 1) * (LABEL_WEIGHT if target in group else 1.0) for group in groups}
    model = fitted(known, sizes, n_rows, iterations=FIRST_ITERATIONS)
    share = rho / rounds.number
    sigma = gaussian_scale(share * (1 - CHOICE_SHARE), rows_per_unit)
    gaps: dict[Clique, float] = {}
    for _ in range(rounds.number):
        # What is too large once stays so: groups are only added.
        groups = open_groups = _fitting(groups, known, sizes, rounds.most_cells)
        if not open_groups:
            break
        for group in open_groups:
            if group not in gaps:
                gaps[group] = float(np.abs(exact[group] - n_rows * model.marginal(group)).sum())
        costs = {group: sqrt(2 / pi) * sigma * exact[group].size for group in open_groups}
        scores = np.array([weights[group] * (gaps[group] - costs[group]) for group in open_groups])
        # One row moves the gap of a group by one at most, so its score by its weight.
        widest = max(weights[group] for group in open_groups) * rows_per_unit
        best = open_groups[noise.largest(scores, gaussian_scale(share * CHOICE_SHARE, widest))]
        noisy = noise.gaussian(exact[best].astype(np.int64), sigma)
        known.append(Marginal(best, noisy.astype(np.float64), sigma))
        model = fitted(known, sizes, n_rows, start=model, iterations=ITERATIONS)
        gaps = {group: gap for group, gap in gaps.items() if _apart(group, best)}
    return known


def _candidates(sizes: Sequence[int], most_triple: int, target: int | None) -> list[Clique]:
    """Pairs and triples that may be chosen; of wide tables, only triples that have the target."""
    columns = [column for column, size in enumerate(sizes) if size > 1]
    if comb(len(columns), 3) <= MOST_TRIPLES:
        triples = combinations(columns, 3)
    else:
        others = [column for column in columns if column != target]
        with_target = ((*pair, target) for pair in combinations(others, 2)) if target in columns else ()
        triples = (tuple(sorted(group)) for group in with_target)  # type: ignore[assignment]
    few = [group for group in triples if prod(sizes[c] for c in group) <= most_triple]
    return [*combinations(columns, 2), *few]


def _fitting(
    groups: Sequence[Clique], known: Sequence[Marginal], sizes: Sequence[int], most_cells: int
) -> list[Clique]:
    """Groups that aren't counted yet, and leave the model small enough."""
    held = [item.columns for item in known]
    now = cells_needed(held, sizes)
    parts = _connected(held, len(sizes))
    fitting = []
    for group in groups:
        if group in held:
            continue
        if len({parts[column] for column in group}) == len(group):
            # Columns that nothing ties together yet: the model grows by this group alone.
            needed = now + prod(sizes[column] for column in group)
        else:
            needed = cells_needed([*held, group], sizes)
        if needed <= most_cells:
            fitting.append(group)
    return fitting


def _connected(held: Sequence[Clique], columns: int) -> list[int]:
    """For each column, the lowest one that it is tied to."""
    parts = list(range(columns))
    for group in held:
        joined = {parts[column] for column in group}
        parts = [min(joined) if part in joined else part for part in parts]
    return parts


def _apart(group: Clique, changed: Clique) -> bool:
    """Whether what was found of a group may stand: its model has hardly changed."""
    return len(set(group) & set(changed)) < len(group) - 1
