"""How strongly columns of all kinds hang together, on one scale, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.count_tables import FEWEST_EXPECTED, cell_chance, chance_of_tables
from synthgen.profiling.dependence.pair_sums import PairShares, PairSums
from synthgen.profiling.dependence.results import Association
from synthgen.profiling.few_classes import Floats, few_classes
from synthgen.profiling.multiplicity import LEVEL, holm
from synthgen.profiling.row_samples import some_rows
from synthgen.profiling.share_intervals import (
    GROUPS,
    Share,
    bar,
    correlation_interval,
    groups_of_rows,
    share_interval,
    standard_error,
)
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


def measure(coded: pd.DataFrame, columns: Sequence[Column], rng: np.random.Generator) -> Measured | None:
    """Measure each pair of columns that vary; None without two rows.

    Two numbers: Spearman's rank correlation. A label and a number: the correlation ratio of the number's ranks, which
    is that of Kruskal and Wallis. Two labels: Cramér's V. Each is the root of a share of variance, and each share is
    corrected for what chance gives. The intervals are of a jackknife that leaves out a twentieth of the rows at a
    time, of correlations on Fisher's scale, of others on that of shares. They are rough where classes meet in
    fewer than five rows.

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
    rows = some_rows(len(coded), most, rng)
    if len(rows) < 2 or not columns:
        return None
    values = [coded[column.name].to_numpy(float)[rows] for column in columns]
    sizes = [levels if label else bins for label in labels]
    classes = [few_classes(*part) for part in zip(values, columns, sizes, strict=True)]
    sums = PairSums.of(classes, values, labels)
    group = groups_of_rows(len(rows), rng)
    parts = np.stack([sums.gram(np.flatnonzero(group == g)) for g in range(GROUPS)])
    return _measured(sums, parts, len(rows))


def _measured(sums: PairSums, parts: NDArray[np.float32], rows: int) -> Measured:
    total = parts.sum(axis=0, dtype=float)
    found = sums.shares(total)
    without = [sums.shares(total - part) for part in parts]
    labels, ratios, ranks, signed = (
        np.stack(values)
        for values in zip(*((w.labels.value, w.ratio.value, w.ranks.value, w.signed) for w in without), strict=True)
    )
    number = ~sums.labels
    two_numbers, two_labels = np.outer(number, number), np.outer(sums.labels, sums.labels)
    # Of two numbers, the direction that explains more; of a label and a number, the only one.
    forward = (found.ratio.value >= found.ratio.value.T) & number[None, :] | ~number[:, None]
    ratio = Share(*(np.where(forward, item, item.T) for item in found.ratio))
    ratios = np.where(forward, ratios, ratios.transpose(0, 2, 1))
    by_label, by_ratio, by_rank = _chances(sums, total, found)
    by_ratio = np.where(two_numbers, np.minimum(1.0, 2 * np.minimum(by_ratio, by_ratio.T)), by_ratio)
    by_ratio = np.where(forward, by_ratio, by_ratio.T)
    # A curve must explain more than a line does, beyond the noise of both, in as many pairs as there are.
    more, noise = ratio.value - found.ranks.value, standard_error(ratios - ranks)
    pairs = max(1, len(sums.numbers) * (len(sums.numbers) - 1) // 2)
    curved = two_numbers & (more > np.maximum(LEAST_CURVE, bar(pairs) * noise)) & (by_ratio < LEVEL / pairs)
    line = two_numbers & ~curved
    value = np.where(two_labels, found.labels.value, np.where(line, found.ranks.value, ratio.value))
    chance = np.where(two_labels, by_label, np.where(line, by_rank, by_ratio))
    chance = np.where(found.tables.n >= FEWEST_ROWS, chance, 1.0)
    ends = zip(share_interval(found.labels, labels), share_interval(ratio, ratios), strict=True)
    of_lines = correlation_interval(found.signed, signed)
    low, high = (
        np.where(line, size, np.sqrt(np.clip(np.where(two_labels, a, b), 0.0, 1.0)))
        for (a, b), size in zip(ends, of_lines, strict=True)
    )
    root = np.sqrt(np.clip(value, 0.0, 1.0))
    return Measured(root, low, high, found.tables.n, chance, curved, line & (found.signed < 0), rows)


def _chances(sums: PairSums, total: Floats, found: PairShares) -> tuple[Floats, Floats, Floats]:
    """Probabilities of as much without dependence, by chi-squared; of ranks with many ties, by the tables."""
    counts = sums.counts(total)
    tied = sums.tied > MOSTLY_ONE_VALUE
    sparse = (found.tables.expected < FEWEST_EXPECTED) & (tied[:, None] | tied[None, :])
    cells = cell_chance(counts, sums.blocks, sums.blocks)
    return (
        chance_of_tables(found.labels, found.tables, counts, sums.blocks, sums.blocks),
        np.where(sparse, cells, found.ratio.chance()), np.where(sparse, cells, found.ranks.chance()),
    )  # fmt: skip


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
