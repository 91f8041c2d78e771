"""Pairs of columns that tell the target together, and hardly on their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.count_tables import FEWEST_EXPECTED, Blocks
from synthgen.profiling.dependence.results import Interaction
from synthgen.profiling.few_classes import Classes, Floats, few_classes, target_classes
from synthgen.profiling.multiplicity import LEVEL, holm
from synthgen.table.column import Column

BINS = 4
TARGET_BINS = 3
MOST_COLUMNS = 100
CONFIRMED = 10
MOST_ALONE = 0.5
"""Share of what the pair tells that its two columns may tell each on its own."""

LEAST_TOGETHER = 0.01


def interactions(
    coded: pd.DataFrame, columns: Sequence[Column], target: Column, rng: np.random.Generator
) -> tuple[tuple[Interaction, ...], int, int]:
    """Look for pairs on one half of the rows, and confirm the ten that stand out most on the other half.

    A pair is found if the target depends on each column given the other (chi-squared within the classes of the other,
    Holm over the pairs confirmed), if together they take away 1 % of the target's entropy or more, and if on their own
    they take away less than half of that. All columns are cut into four classes at most, a numeric target into three.

    Parameters
    ----------
    coded : pandas.DataFrame
        Rows to look at.
    columns : sequence of Column
        If there are more than 100, so many are drawn at random.
    target : Column
    rng : numpy.random.Generator

    Returns
    -------
    (tuple of Interaction, int, int)
        Those found, and how many pairs and columns were looked at.

    References
    ----------
    McGill (1954), https://doi.org/10.1007/BF02289159, on the information of two columns together.
    """
    y = coded[target.name].to_numpy(float)
    known = ~np.isnan(y)
    others = [column for column in columns if column.name != target.name]
    if len(others) > MOST_COLUMNS:
        others = [others[i] for i in np.sort(rng.choice(len(others), MOST_COLUMNS, replace=False))]
    goal = target_classes(y[known], target, TARGET_BINS)
    cut = [few_classes(coded[c.name].to_numpy(float)[known], c, BINS, gap_is_a_class=True) for c in others]
    kept = [i for i, classes in enumerate(cut) if classes.size > 1]
    others, cut = [others[i] for i in kept], [cut[i] for i in kept]
    if len(others) < 2 or goal.size < 2:
        return (), 0, len(others)
    half = rng.permutation(len(goal.codes)) % 2 == 0
    pairs = _outstanding(cut, goal, half)
    tried = len(others) * (len(others) - 1) // 2
    checked = [_confirm(cut[a], cut[b], goal, ~half) for a, b in pairs]
    adjusted = holm(np.array([p for _, _, p in checked]))
    found = [
        Interaction(others[a].name, others[b].name, together, alone, float(p))
        for (a, b), (together, alone, _), p in zip(pairs, checked, adjusted, strict=True)
        if p < LEVEL and together > LEAST_TOGETHER and alone < MOST_ALONE * together
    ]
    return tuple(sorted(found, key=lambda item: item.alone - item.together)), tried, len(others)


def _outstanding(cut: Sequence[Classes], goal: Classes, rows: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Pairs with the most information together beyond what both have alone, by the tables of all pairs at once."""
    blocks = Blocks.of([Classes(c.codes[rows], c.size) for c in cut])
    codes = goal.codes[rows]
    by_class = [blocks.indicators[codes == k] for k in range(goal.size)]
    counts = np.stack([part.T @ part for part in by_class], dtype=float)
    n = max(1, int(rows.sum()))
    cells = (counts > 0).any(axis=0)
    joint = _sums(_plogp(counts).sum(axis=0) - _plogp(counts.sum(axis=0)), blocks)
    # Each cell's counts add bias of about half its degrees of freedom.
    used = _sums(cells.astype(float), blocks)
    single = np.stack([np.diag(c) for c in counts])
    alone = np.add.reduceat(_plogp(single).sum(axis=0) - _plogp(single.sum(axis=0)), blocks.starts)
    classes = np.add.reduceat((single.sum(axis=0) > 0).astype(float), blocks.starts)
    base = float(_plogp(np.bincount(codes, minlength=goal.size).astype(float)).sum() - _plogp(np.array(float(n))))
    freedom = goal.size - 1
    together = joint - base - freedom * (used - 1) / 2
    apart = alone - base - freedom * (classes - 1) / 2
    excess = together - np.maximum(apart, 0)[:, None] - np.maximum(apart, 0)[None, :]
    first, second = np.triu_indices(len(cut), 1)
    order = np.argsort(-excess[first, second], kind="stable")[:CONFIRMED]
    return [(int(first[i]), int(second[i])) for i in order if excess[first[i], second[i]] > 0]


def _confirm(a: Classes, b: Classes, goal: Classes, rows: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Shares of the target's entropy together and alone, corrected for chance, and the probability."""
    shape = (a.size, b.size, goal.size)
    joint = np.ravel_multi_index((a.codes[rows], b.codes[rows], goal.codes[rows]), shape)
    counts = np.bincount(joint, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    # Cells in which the rarest class expects too few rows are left out, whatever classes their rows have.
    share = counts.sum(axis=(0, 1)) / max(1.0, counts.sum())
    enough = counts.sum(axis=2) * share[share > 0].min() >= FEWEST_EXPECTED
    counts = counts * enough[:, :, None]
    n = counts.sum()
    whole = _entropy(counts.sum(axis=(0, 1)))
    if not n or whole <= 0:
        return 0.0, 0.0, 1.0
    freedom = (counts.sum(axis=(0, 1)) > 0).sum() - 1
    shares = []
    for table in (counts.reshape(-1, goal.size), counts.sum(axis=1), counts.sum(axis=0)):
        table = table[table.sum(axis=1) > 0]
        left = sum(_entropy(row) * row.sum() for row in table) / n
        shares.append((whole - left - freedom * (len(table) - 1) / 2 / n) / whole)
    p = max(_conditional(counts), _conditional(counts.transpose(1, 0, 2)))
    return float(shares[0]), float(max(shares[1], 0) + max(shares[2], 0)), p


def _conditional(counts: Floats) -> float:
    """Probability of as much dependence of target and second column within the classes of the first."""
    from scipy.special import chdtrc

    chi, freedom = 0.0, 0
    for table in counts:
        table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
        if min(table.shape) < 2:
            continue
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        chi += float(((table - expected) ** 2 / expected).sum())
        freedom += (table.shape[0] - 1) * (table.shape[1] - 1)
    return float(chdtrc(freedom, chi)) if freedom else 1.0


def _plogp(counts: Floats) -> Floats:
    return np.asarray(counts * np.log(np.maximum(counts, 1.0)))


def _sums(matrix: Floats, blocks: Blocks) -> Floats:
    return np.asarray(np.add.reduceat(np.add.reduceat(matrix, blocks.starts, axis=0), blocks.starts, axis=1))


def _entropy(counts: Floats) -> float:
    share = counts[counts > 0] / counts.sum()
    return -float((share * np.log(share)).sum())
