"""How strongly columns of all kinds hang together, on one scale, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.count_tables import (
    FEWEST_EXPECTED,
    Blocks,
    Tables,
    cell_chance,
    chance_of_tables,
    cramers_v_squared,
    summarize,
)
from synthgen.profiling.dependence.results import Association
from synthgen.profiling.few_classes import Classes, Floats, few_classes
from synthgen.profiling.jackknife import GROUPS, bar, groups_of_rows, standard_error
from synthgen.profiling.multiplicity import LEVEL, holm
from synthgen.table.column import LABEL_KINDS, Column

MOST_ROWS = 50_000
MOST_LEVELS, FEWEST_LEVELS = 20, 3
MOST_BINS = 8
WIDTH = 900
WORK = 1.2e10
"""Rows times the square of the indicators: about a second on one core."""

MOSTLY_ONE_VALUE = 0.5
LEAST_CURVE = 0.02
CHOSEN = 100
FEWEST_ROWS = 10


class Measured(NamedTuple):
    """Matrices, one row and one column for each column of the table, and the rows they are measured on."""

    value: Floats
    low: Floats
    high: Floats
    n: Floats
    p: Floats
    curved: NDArray[np.bool_]
    falls: NDArray[np.bool_]
    rows: int


class _Squares(NamedTuple):
    """Share of variance explained, corrected for chance: of labels, of numbers by classes, of numbers by numbers."""

    labels: Floats
    ratio: Floats
    ranks: Floats


def measure(coded: pd.DataFrame, columns: Sequence[Column], rng: np.random.Generator) -> Measured | None:
    """Measure each pair of columns that vary; None without two rows.

    Two numbers: Spearman's rank correlation. A label and a number: the correlation ratio of the number's ranks, which
    is that of Kruskal and Wallis. Two labels: Cramér's V. Each is the root of a share of variance, and each share is
    corrected for what chance gives. The intervals are of a jackknife that leaves out a twentieth of the rows
    at a time, on the scale of shares.

    Parameters
    ----------
    coded : pandas.DataFrame
    columns : sequence of Column
    rng : numpy.random.Generator

    References
    ----------
    Olejnik and Algina (2003), https://doi.org/10.1037/1082-989X.8.4.434, on epsilon squared; Bergsma (2013),
    https://doi.org/10.1016/j.jkss.2012.10.002, on V; Shao and Wu (1989), https://doi.org/10.1214/aos/1176347263,
    on the jackknife that leaves out groups
    """
    few = max(1, len(columns))
    levels = int(np.clip(WIDTH // few, FEWEST_LEVELS, MOST_LEVELS))
    bins = int(np.clip(WIDTH // few, FEWEST_LEVELS, MOST_BINS))
    labels = np.array([column.kind in LABEL_KINDS for column in columns])
    width = sum(levels if is_label else bins + 3 for is_label in labels)
    most = min(MOST_ROWS, int(WORK / max(width, 1) ** 2))
    rows = np.arange(len(coded))
    if len(coded) > most:
        rows = np.sort(rng.choice(len(coded), most, replace=False))
    if len(rows) < 2 or not columns:
        return None
    values = [coded[column.name].to_numpy(float)[rows] for column in columns]
    sizes = [levels if label else bins for label in labels]
    classes = [few_classes(*part) for part in zip(values, columns, sizes, strict=True)]
    sums = _Sums(classes, values, labels)
    group = groups_of_rows(len(rows), rng)
    parts = np.stack([sums.gram(np.flatnonzero(group == g)) for g in range(GROUPS)])
    return _measured(sums, parts, len(rows))


class _Sums:
    """Sums over rows of everything that the three measures need, as one product of matrices."""

    def __init__(self, classes: Sequence[Classes], values: Sequence[Floats], labels: NDArray[np.bool_]) -> None:
        sized = [Classes(c.codes, max(c.size, 1)) for c in classes]
        self.blocks = Blocks.of(sized)
        self.labels = labels
        self.numbers = np.flatnonzero(~labels)
        ranks = np.array([_ranks(values[i]) for i in self.numbers.tolist()]).reshape(-1, len(values[0])).T
        known = ~np.isnan(ranks)
        filled = np.where(known, ranks, 0.0)
        self.extra = np.hstack([filled, filled**2, known]).astype(np.float32)
        # The largest share of one value, of which ranks can't tell the rows apart.
        self.tied = np.array([_largest_share(v) for v in values])

    def gram(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Sums of products of indicators, ranks, their squares and whether they are known."""
        both = np.hstack([self.blocks.indicators[rows], self.extra[rows]])
        return np.asarray(both.T @ both)

    def split(self, gram: Floats) -> tuple[Floats, Floats, Floats]:
        """Counts of classes, (sums of ranks by class), (those of ranks by ranks)."""
        k = self.blocks.indicators.shape[1]
        return gram[:k, :k], gram[:k, k:], gram[k:, k:]

    def squares(self, gram: Floats) -> tuple[_Squares, Tables, Floats, Floats, Floats]:
        """The measures, the tables, signed correlations, and rows and classes of the ratio."""
        counts, by_class, by_rank = self.split(gram)
        tables = summarize(counts, self.blocks, self.blocks)
        ratio, n_ratio, k_ratio = _ratios(by_class, self.blocks)
        signed, n_rank = _correlations(by_rank)
        size = len(self.labels)
        wide_ratio, wide_rank = np.zeros((size, size)), np.zeros((size, size))
        wide_ratio[:, self.numbers] = _corrected(ratio, n_ratio, k_ratio)
        place = np.ix_(self.numbers, self.numbers)
        wide_rank[place] = _corrected(signed**2, n_rank, np.full_like(n_rank, 2.0))
        wide_signed = np.zeros((size, size))
        wide_signed[place] = signed
        wide_n, wide_k = np.zeros((size, size)), np.ones((size, size))
        wide_n[:, self.numbers], wide_k[:, self.numbers] = n_ratio, k_ratio
        return _Squares(cramers_v_squared(tables), wide_ratio, wide_rank), tables, wide_signed, wide_n, wide_k


def _measured(sums: _Sums, parts: NDArray[np.float32], rows: int) -> Measured:
    total = parts.sum(axis=0, dtype=float)
    squares, tables, signed, n_ratio, k_ratio = sums.squares(total)
    both = np.ix_(sums.numbers, sums.numbers)
    without = [sums.squares(total - part)[0] for part in parts]
    stacked = _Squares(*(np.stack(found) for found in zip(*without, strict=True)))
    number = ~sums.labels
    two_numbers, two_labels = np.outer(number, number), np.outer(sums.labels, sums.labels)
    ratio, ratio_without = _larger(squares.ratio, stacked.ratio, number)
    p = _chances(sums, total, tables, signed, n_ratio, k_ratio)
    # A curve must explain more than a line does, beyond the noise of both, in as many pairs as there are.
    more, noise = ratio - squares.ranks, standard_error(ratio_without - stacked.ranks)
    pairs = max(1, len(sums.numbers) * (len(sums.numbers) - 1) // 2)
    curved = two_numbers & (more > np.maximum(LEAST_CURVE, bar(pairs) * noise)) & (p.ratio < LEVEL / pairs)
    share = np.where(two_labels, squares.labels, np.where(two_numbers & ~curved, squares.ranks, ratio))
    others = np.where(two_labels, stacked.labels, np.where(two_numbers & ~curved, stacked.ranks, ratio_without))
    half = bar() * standard_error(others)
    chance = np.where(two_labels, p.labels, np.where(two_numbers & ~curved, p.ranks, p.ratio))
    value, low, high = (np.sqrt(np.clip(item, 0.0, 1.0)) for item in (share, share - half, share + half))
    falls = np.zeros_like(curved)
    falls[both] = signed[both] < 0
    chance = np.where(tables.n >= FEWEST_ROWS, chance, 1.0)
    return Measured(value, low, high, tables.n, chance, curved, falls & ~curved, rows)


def _larger(ratio: Floats, without: Floats, number: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Of the two directions, the one with the larger ratio; of a label and a number, the only one."""
    forward = (ratio >= ratio.T) & number[None, :] | ~number[:, None]
    return np.where(forward, ratio, ratio.T), np.where(forward, without, without.transpose(0, 2, 1))


def _chances(sums: _Sums, total: Floats, tables: Tables, signed: Floats, n_ratio: Floats, k_ratio: Floats) -> _Squares:
    """Probabilities of as much without dependence, by chi-squared; of ranks with many ties, by the tables."""
    from scipy.special import chdtrc

    counts, by_class, _ = sums.split(total)
    ratio = np.zeros_like(signed)
    ratio[:, sums.numbers] = _ratios(by_class, sums.blocks)[0]
    labels = chance_of_tables(tables, counts, sums.blocks, sums.blocks)
    by_ratio = np.where(k_ratio > 1, chdtrc(np.maximum(k_ratio - 1, 1.0), np.maximum(n_ratio - 1, 0.0) * ratio), 1.0)
    by_ranks = chdtrc(1.0, np.maximum(tables.n - 1, 0.0) * signed**2)
    tied = sums.tied > MOSTLY_ONE_VALUE
    sparse = (tables.expected < FEWEST_EXPECTED) & (tied[:, None] | tied[None, :])
    cells = cell_chance(counts, sums.blocks, sums.blocks)
    by_ratio, by_ranks = np.where(sparse, cells, by_ratio), np.where(sparse, cells, by_ranks)
    number = ~sums.labels
    # Of two numbers the ratio is taken both ways.
    once = np.minimum(1.0, 2 * np.minimum(by_ratio, by_ratio.T))
    one_way = np.where(number[None, :], by_ratio, by_ratio.T)
    return _Squares(labels, np.where(np.outer(number, number), once, one_way), by_ranks)


def _ranks(values: Floats) -> Floats:
    """Ranks of the known values, from -0.5 to 0.5, ties in the middle."""
    from scipy.stats import rankdata

    out = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    if known.any():
        out[known] = (rankdata(values[known]) - 0.5) / known.sum() - 0.5
    return out


def _largest_share(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.unique(known, return_counts=True)[1].max() / len(known)) if len(known) else 1.0


def _ratios(by_class: Floats, blocks: Blocks) -> tuple[Floats, Floats, Floats]:
    """Correlation ratios squared (blocks × numbers), rows and classes that occur."""
    sums, squares, counts = np.split(by_class, 3, axis=1)
    if not sums.shape[1]:
        empty = np.zeros((len(blocks.starts), 0))
        return empty, empty, empty
    between = np.divide(sums**2, counts, out=np.zeros_like(sums), where=counts > 0)
    between, total, square, n = (np.add.reduceat(x, blocks.starts, axis=0) for x in (between, sums, squares, counts))
    middle = np.divide(total**2, n, out=np.zeros_like(n), where=n > 0)
    room = square - middle
    ratio = np.divide(between - middle, room, out=np.zeros_like(n), where=room > 1e-6 * np.maximum(n, 1))
    return np.clip(ratio, 0.0, 1.0), n, np.add.reduceat((counts > 0).astype(float), blocks.starts, axis=0)


def _correlations(by_rank: Floats) -> tuple[Floats, Floats]:
    """Pearson's correlation of ranks in rows where both are known, and how many those are."""
    size = len(by_rank) // 3
    cross, sums, squares = by_rank[:size, :size], by_rank[:size, 2 * size :], by_rank[size : 2 * size, 2 * size :]
    n = by_rank[2 * size :, 2 * size :]
    safe = np.maximum(n, 1.0)
    variance = squares - sums**2 / safe
    covariance = cross - sums * sums.T / safe
    scale = np.sqrt(np.maximum(variance, 0.0) * np.maximum(variance.T, 0.0))
    return np.clip(np.divide(covariance, scale, out=np.zeros_like(cross), where=scale > 1e-6 * safe), -1.0, 1.0), n


def _corrected(share: Floats, n: Floats, classes: Floats) -> Floats:
    """Share of variance less what chance explains of it (epsilon squared, adjusted R squared)."""
    left = n - classes
    return np.where((left > 0) & (classes > 1), 1 - (1 - share) * (n - 1) / np.maximum(left, 1.0), 0.0)


def strongest(found: Measured, columns: Sequence[Column]) -> tuple[Association, ...]:
    """The strongest pairs beyond chance, corrected for all pairs (Holm)."""
    first, second = np.triu_indices(len(columns), 1)
    p = holm(found.p[first, second])
    out: list[Association] = []
    for i in np.argsort(-found.low[first, second], kind="stable"):
        a, b = int(first[i]), int(second[i])
        if p[i] >= LEVEL or len(out) == CHOSEN:
            continue
        labels = [columns[k].kind in LABEL_KINDS for k in (a, b)]
        measure = "Cramér's V" if all(labels) else "correlation ratio"
        if not any(labels) and not found.curved[a, b]:
            measure = "rank correlation"
        out.append(
            Association(
                columns[a].name, columns[b].name, measure, float(found.value[a, b]),
                (float(found.low[a, b]), float(found.high[a, b])), bool(found.falls[a, b]), int(found.n[a, b]),
                float(p[i]),
            )
        )  # fmt: skip
    return tuple(out)
