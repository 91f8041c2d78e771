"""What the charts of a report draw, computed here so that the report only draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.comparison import Comparison, Floats, Part
from synthgen.validation.metric import Measurement
from synthgen.validation.report import ColumnComparison
from synthgen.validation.scales import round_edges

BARS = 24
MOST_LEVELS = 12


def column_views(comparison: Comparison, measurements: Sequence[Measurement]) -> tuple[ColumnComparison, ...]:
    """Shares of every compared column, worst first."""
    scores = {m.subject: m for m in measurements if m.name == "column_shapes" and m.computed}
    real = together(comparison)
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


def together(comparison: Comparison) -> Part:
    """Train and holdout rows of the synthetic rows' classes, in one part."""
    parts = (comparison.real_train, comparison.real_holdout)
    coded = pd.concat([part.coded for part in parts], ignore_index=True)
    return Part(coded, np.concatenate([part.weights for part in parts]), np.arange(len(coded)))


Bars = tuple[tuple[str, ...], tuple[float, ...], tuple[float, ...], "tuple[float, ...] | None"]


def _label_bars(column: Column, real: Floats, weights: Floats, made: Floats) -> Bars:
    labels = column.categories or ()
    held = np.bincount(real[~np.isnan(real)].astype(int), minlength=len(labels))
    order = np.argsort(-held, kind="stable")
    shown = [code for code in order if held[code] >= FEWEST_HOLDERS][:MOST_LEVELS]
    if 0 < held.sum() - held[shown].sum() < FEWEST_HOLDERS:
        # What is merged stands for ten rows too.
        shown = shown[:-1]
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
    if len(present) < 2 * FEWEST_HOLDERS:
        return (), (), (), None
    scale = round_edges(present, column.kind, BARS)
    shares = []
    for values, weight in ((real, weights), (made, np.ones(len(made)))):
        known = ~np.isnan(values)
        counts, _ = np.histogram(values[known], scale.edges, weights=weight[known])
        shares.append(counts / max(weight[known].sum(), 1e-12))
    held, _ = np.histogram(present, scale.edges)
    shares = [_levelled(share, held) for share in shares]
    return scale.names, tuple(shares[0].tolist()), tuple(shares[1].tolist()), tuple(scale.edges.tolist())


def _levelled(shares: Floats, held: Floats) -> Floats:
    """Draw neighbouring bars alike until they stand for ten real rows together."""
    out, start = shares.copy(), 0
    for stop in range(1, len(held) + 1):
        rest = held[stop:].sum()
        if (held[start:stop].sum() >= FEWEST_HOLDERS and (rest >= FEWEST_HOLDERS or rest == 0)) or stop == len(held):
            out[start:stop] = shares[start:stop].mean()
            start = stop
    return out
