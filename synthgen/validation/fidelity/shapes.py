"""Do single columns look alike? Kolmogorov–Smirnov and total-variation complements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Column, Role
from synthgen.validation.comparison import KS_BINS, Codes, Comparison, Floats
from synthgen.validation.metric import Direction, Estimate, Family, Interval, Metric

REPLICATES = 60
FEWEST = 10
MOST_GROUPS = 8
Z = 1.959964


def column_estimates(
    comparison: Comparison, rng: np.random.Generator, columns: list[Column]
) -> tuple[list[Estimate], Estimate]:
    """One estimate a column, and the mean of all, each beside what train rows score."""
    parts = [comparison.real_train, comparison.real_holdout, comparison.made]
    picks = [comparison.picks(part, rng) for part in parts]
    weights = [part.weights[pick] for part, pick in zip(parts, picks, strict=True)]
    # A Poisson bootstrap of the rows, shared by all columns so that their mean has an interval too.
    draws = [rng.poisson(1.0, (REPLICATES, len(pick))) for pick in picks]
    tables: list[Floats] = []
    for column in columns:
        codes, n_bins = comparison.binned(column, KS_BINS, picks)
        train, holdout, made = (_histograms(c, n_bins, w, d) for c, w, d in zip(codes, weights, draws, strict=True))
        ordered = column.kind not in LABEL_KINDS
        tables.append(np.stack([_complement(made, holdout, ordered), _complement(train, holdout, ordered)]))
    values = np.stack(tables)  # columns × (synthetic, train) × (estimate, replicates…)
    # A replicate can miss every value of a sparse column; the estimate stands in for it.
    values = np.where(np.isnan(values), values[:, :, :1], values)
    n = len(comparison.synthetic)
    single = [_estimate(values[i], n, column.name) for i, column in enumerate(columns)]
    known = ~np.isnan(values).any(axis=(1, 2))
    if not known.any():
        return single, Estimate(None, reason="no column has values on both sides")
    return single, _estimate(values[known].mean(axis=0), n, None)


def column_shapes(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Mean complement over the columns, then each column's."""
    if not len(comparison.real_holdout):
        yield Estimate(None, reason="there are no held-out real rows of these classes to compare with")
        return
    columns = [c for c in comparison.columns if c is not comparison.target or len(comparison.classes) > 1]
    single, mean = column_estimates(comparison, rng, columns)
    yield mean
    yield from single


def class_shapes(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Mean complement within each class of at least ten held-out and ten synthetic rows."""
    target = comparison.target
    if target is None or len(comparison.classes) < 2:
        yield Estimate(None, reason="the synthetic rows are of one class, or the target has no classes", vacuous=True)
        return
    small = 0
    for code in sorted(comparison.classes):
        train, holdout, made = (
            (frame[target.name] == code).to_numpy()
            for frame in (comparison.train, comparison.holdout, comparison.synthetic)
        )
        if min(train.sum(), holdout.sum(), made.sum()) < FEWEST:
            small += 1
            continue
        part = comparison.among(train, holdout).without(np.flatnonzero(~made))
        columns = [column for column in comparison.columns if column != target]
        _, mean = column_estimates(part, rng, columns)
        label = str((target.categories or ())[int(code)])
        yield Estimate(mean.value, mean.interval, mean.baseline, mean.baseline_interval, n=mean.n, subject=label)
    if small:
        yield Estimate(None, n=small, reason=f"{small} classes have fewer than {FEWEST} held-out or synthetic rows")


def group_shapes(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Mean complement within each group of the sensitive columns; of numbers, within the lower and the upper half."""
    columns = [c for c in comparison.schema.role(Role.SENSITIVE) if c in comparison.columns]
    if not columns:
        yield Estimate(None, reason="no column is named as sensitive", vacuous=True)
        return
    small = 0
    for column in columns:
        for label, masks in _groups(comparison, column):
            train, holdout, made = masks
            if min(mask.sum() for mask in masks) < FEWEST:
                small += 1
                continue
            part = comparison.among(train, holdout).without(np.flatnonzero(~made))
            others = [c for c in part.columns if c != column and (c != part.target or len(part.classes) > 1)]
            if not len(part.real_holdout) or not others:
                small += 1
                continue
            _, mean = column_estimates(part, rng, others)
            yield replace(mean, subject=f"{column.name} = {label}")
    if small:
        yield Estimate(
            None, n=small, reason=f"{small} groups have fewer than {FEWEST} train, held-out or synthetic rows"
        )


def _groups(comparison: Comparison, column: Column) -> Iterator[tuple[str, list[NDArray[np.bool_]]]]:
    values = [
        frame[column.name].to_numpy(float) for frame in (comparison.train, comparison.holdout, comparison.synthetic)
    ]
    if column.kind in LABEL_KINDS:
        counts = np.bincount(values[0][~np.isnan(values[0])].astype(np.intp), minlength=len(column.categories or ()))
        for code in np.argsort(-counts, kind="stable")[:MOST_GROUPS]:
            yield str((column.categories or ())[code]), [item == code for item in values]
        return
    middle = float(np.nanmedian(values[0])) if (~np.isnan(values[0])).any() else 0.0
    yield "lower half", [item <= middle for item in values]
    yield "upper half", [item > middle for item in values]


def _histograms(codes: Codes, n_bins: int, weights: Floats, draws: NDArray[np.int64]) -> Floats:
    """Shares of the bins for the rows as they are, then for each bootstrap replicate."""
    if n_bins == 0:
        return np.full((REPLICATES + 1, 1), np.nan)
    present = codes >= 0
    codes = codes[present]
    rows = [weights[present], *(draws[:, present] * weights[present])]
    counts = np.stack([np.bincount(codes, row, minlength=n_bins) for row in rows]).astype(float)
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(counts, total, out=np.full_like(counts, np.nan), where=total > 0))


def _complement(a: Floats, b: Floats, ordered: bool) -> Floats:
    if ordered:
        gap = np.abs(np.cumsum(a, axis=1) - np.cumsum(b, axis=1)).max(axis=1)
    else:
        gap = 0.5 * np.abs(a - b).sum(axis=1)
    return np.asarray(1.0 - gap)


def _estimate(values: Floats, n: int, subject: str | None) -> Estimate:
    if np.isnan(values[:, 0]).any():
        return Estimate(None, n=n, subject=subject, reason="one side has no values in this column")
    made, train = (interval(row[0], row[1:]) for row in values)
    return Estimate(float(values[0, 0]), made, float(values[1, 0]), train, n=n, subject=subject)


def resampled(weights: Floats, replicates: int, rng: np.random.Generator) -> Floats:
    """Weights as they are, then those of a Poisson bootstrap: shape (1 + replicates, n_rows)."""
    return np.vstack([np.ones(len(weights)), rng.poisson(1.0, (replicates, len(weights)))]) * weights


def interval(value: float, replicates: Floats) -> Interval:
    """Normal interval around ``value`` with the replicates' spread, inside [0, 1].

    Percentiles of the replicates would be off: resampling alone lowers a complement.
    """
    half = Z * float(np.nanstd(replicates, ddof=1))
    return max(0.0, float(value - half)), min(1.0, float(value + half))


_REFERENCE = (
    "Kolmogorov–Smirnov and total-variation complements, as in SDMetrics, on common bins; "
    "https://doi.org/10.1109/DSAA.2016.49"
)

COLUMN_SHAPES = Metric(
    "column_shapes", "Columns look alike", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0), _REFERENCE,
    "1 minus the share of values that would have to move for the column to look like held-out real rows.",
    column_shapes,
)  # fmt: skip

CLASS_SHAPES = Metric(
    "class_shapes", "Columns look alike within each class", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0),
    _REFERENCE,
    "The same within one class of the target, so that a rare class can't hide behind a common one.",
    class_shapes,
)  # fmt: skip

GROUP_SHAPES = Metric(
    "group_shapes", "Columns look alike within each sensitive group", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0),
    _REFERENCE,
    "The same within one group of a sensitive column, so that a small group can't hide behind a large one.",
    group_shapes,
)  # fmt: skip
