"""What the charts of a report draw, computed here so that the report only draws."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from synthgen.table.column import LABEL_KINDS, Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.comparison import PAIR_BINS, Codes, Comparison, Floats, Part
from synthgen.validation.metric import Measurement
from synthgen.validation.report import AssociationView, ColumnComparison

BARS = 24
MOST_LEVELS = 12
MOST_ASSOCIATED = 30
MOST_WHOLE_NUMBERS = 20


def column_views(comparison: Comparison, measurements: Sequence[Measurement]) -> tuple[ColumnComparison, ...]:
    """Shares of every compared column, worst first."""
    scores = {m.subject: m for m in measurements if m.name == "column_shapes" and m.computed}
    real = _together(comparison)
    views = []
    for column in comparison.columns:
        values, made = (
            real.coded[column.name].to_numpy(float),
            comparison.synthetic[column.name].to_numpy(float),
        )
        draw = _label_bars if column.kind in LABEL_KINDS else _number_bars
        bars = draw(column, values, real.weights, made)
        score = scores.get(column.name)
        views.append(
            ColumnComparison(
                column.name, str(column.kind), *bars,
                missing=(float(np.average(np.isnan(values), weights=real.weights)), float(np.isnan(made).mean())),
                gap=1 - (score.value or 0.0) if score else 0.0,
                baseline_gap=1 - (score.baseline or 0.0) if score else 0.0,
            )
        )  # fmt: skip
    return tuple(sorted(views, key=lambda view: view.baseline_gap - view.gap))


def association_view(comparison: Comparison) -> AssociationView | None:
    """Bias-corrected Cramér's V of common bins, https://doi.org/10.1016/j.jkss.2012.10.002."""
    codes: dict[str, tuple[list[Codes], int]] = {}
    for column in comparison.columns:
        parts, size = comparison.binned(column, PAIR_BINS)
        if 1 < size <= 100 and len(codes) < MOST_ASSOCIATED:
            codes[column.name] = ([np.where(part < 0, size, part) for part in parts], size + 1)
    if len(codes) < 2:
        return None
    names = tuple(codes)
    weights = np.concatenate([comparison.real_train.weights, comparison.real_holdout.weights])
    joined = {name: np.concatenate(parts[:2]) for name, (parts, _) in codes.items()}
    made = {name: parts[2] for name, (parts, _) in codes.items()}
    sizes = {name: size for name, (_, size) in codes.items()}
    ones = np.ones(len(comparison.synthetic))
    return AssociationView(names, _matrix(names, joined, sizes, weights), _matrix(names, made, sizes, ones))


def _matrix(
    names: tuple[str, ...], codes: dict[str, Codes], sizes: dict[str, int], weights: Floats
) -> tuple[tuple[float, ...], ...]:
    out = np.eye(len(names))
    for i, a in enumerate(names):
        for j, b in enumerate(names[:i]):
            cells = np.bincount(codes[a] * sizes[b] + codes[b], weights, minlength=sizes[a] * sizes[b]).astype(float)
            out[i, j] = out[j, i] = _cramers_v(cells.reshape(sizes[a], sizes[b]))
    return tuple(tuple(round(float(value), 3) for value in row) for row in out)


def _cramers_v(table: Floats) -> float:
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    n, (r, c) = float(table.sum()), table.shape
    if min(r, c) < 2 or n < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = float(((table - expected) ** 2 / expected).sum()) / n - (r - 1) * (c - 1) / (n - 1)
    sides = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / sides)) if phi > 0 and sides > 0 else 0.0


def _together(comparison: Comparison) -> Part:
    parts = (comparison.real_train, comparison.real_holdout)
    coded = pd.concat([part.coded for part in parts], ignore_index=True)
    return Part(coded, np.concatenate([part.weights for part in parts]), np.arange(len(coded)))


Bars = tuple[tuple[str, ...], tuple[float, ...], tuple[float, ...], "tuple[float, ...] | None"]


def _label_bars(column: Column, real: Floats, weights: Floats, made: Floats) -> Bars:
    labels = column.categories or ()
    held = np.bincount(real[~np.isnan(real)].astype(int), minlength=len(labels))
    order = np.argsort(-held, kind="stable")
    shown = [code for code in order if held[code] >= FEWEST_HOLDERS][:MOST_LEVELS]
    group = np.full(len(labels) + 1, len(shown))
    group[shown] = np.arange(len(shown))
    rest = len(labels) - len(shown)
    names = [str(labels[code]) for code in shown] + ([f"{rest} other level{'s' * (rest > 1)}"] if rest else [])
    shares = []
    for values, weight in ((real, weights), (made, np.ones(len(made)))):
        present = ~np.isnan(values)
        counts = np.bincount(group[values[present].astype(int)], weight[present], minlength=len(shown) + 1)
        shares.append(tuple((counts / max(counts.sum(), 1e-12))[: len(names)].tolist()))
    return tuple(names), shares[0], shares[1], None


def _number_bars(column: Column, real: Floats, weights: Floats, made: Floats) -> Bars:
    present = real[~np.isnan(real)]
    if len(present) < FEWEST_HOLDERS:
        return (), (), (), None
    low, high = np.quantile(present, [0.01, 0.99])
    if low == high:
        low, high = low - 0.5, high + 0.5
    if column.kind is Kind.INTEGER and high - low <= MOST_WHOLE_NUMBERS:
        edges = np.arange(np.floor(low), np.ceil(high) + 2) - 0.5
    else:
        edges = np.linspace(low, high, BARS + 1)
    shares = []
    for values, weight in ((real, weights), (made, np.ones(len(made)))):
        known = ~np.isnan(values)
        counts, _ = np.histogram(values[known], edges, weights=weight[known])
        shares.append(counts / max(weight[known].sum(), 1e-12))
    held, _ = np.histogram(present, edges)
    shares = [_levelled(share, held) for share in shares]
    return _interval_names(column, edges), tuple(shares[0].tolist()), tuple(shares[1].tolist()), tuple(edges.tolist())


def _levelled(shares: Floats, held: Floats) -> Floats:
    """Draw neighbouring bars alike until they stand for ten real rows together."""
    out, start = shares.copy(), 0
    for stop in range(1, len(held) + 1):
        rest = held[stop:].sum()
        if (held[start:stop].sum() >= FEWEST_HOLDERS and (rest >= FEWEST_HOLDERS or rest == 0)) or stop == len(held):
            out[start:stop] = shares[start:stop].mean()
            start = stop
    return out


def _interval_names(column: Column, edges: Floats) -> tuple[str, ...]:
    if column.kind is Kind.DATETIME:
        words = [str(moment)[:16] for moment in pd.to_datetime(edges, unit="us").round("min")]
    else:
        words = [f"{edge:.4g}" for edge in edges]
    return tuple(f"{a} to {b}" for a, b in pairwise(words))
