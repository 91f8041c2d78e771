"""What a report draws of pairs of columns, computed here so that it only draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Column
from synthgen.table.contingency import cramers_v
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.comparison import PAIR_BINS, Codes, Comparison, Floats, Part
from synthgen.validation.report import AssociationView, PairView
from synthgen.validation.scales import round_edges
from synthgen.validation.views import together

MOST_ASSOCIATED = 30
DRAWN = 4
CELLS = 6


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
            out[i, j] = out[j, i] = cramers_v(cells.reshape(sizes[a], sizes[b]))
    return tuple(tuple(round(float(value), 3) for value in row) for row in out)


@dataclass(frozen=True)
class _Coarse:
    """A few coarse values of a column, and which of them each real and synthetic row has (-1: missing)."""

    names: tuple[str, ...]
    real: Codes
    made: Codes


def pair_views(comparison: Comparison, view: AssociationView | None) -> tuple[PairView, ...]:
    """Draw the pairs whose association differs most, in coarse cells that stand for ten real rows each."""
    if view is None:
        return ()
    difference = np.abs(np.array(view.synthetic) - np.array(view.real))
    pairs = [(float(difference[i, j]), view.names[j], view.names[i]) for i in range(len(view.names)) for j in range(i)]
    real = together(comparison)
    known = {column.name: column for column in comparison.columns}
    out = []
    for _, *names in sorted(pairs, key=lambda pair: -pair[0])[:DRAWN]:
        first, second = (_coarse(known[name], real, comparison.made) for name in names)
        found = _pair(names[0], names[1], first, second, real.weights)
        out += [] if found is None else [found]
    return tuple(out)


def _coarse(column: Column, real: Part, made: Part) -> _Coarse:
    sides = [part.coded[column.name].to_numpy(float) for part in (real, made)]
    present = sides[0][~np.isnan(sides[0])]
    if column.kind in LABEL_KINDS:
        labels = column.categories or ()
        held = np.bincount(present.astype(np.intp), minlength=len(labels))
        shown = [int(code) for code in np.argsort(-held, kind="stable") if held[code] >= FEWEST_HOLDERS]
        shown = shown if len(shown) == len(labels) <= CELLS else shown[: CELLS - 1]
        group = np.full(len(labels) + 1, len(shown), dtype=np.int64)
        group[shown], group[-1] = np.arange(len(shown)), -1
        names = [str(labels[code]) for code in shown] + (["all others"] if len(shown) < len(labels) else [])
        codes = [group[np.where(np.isnan(side), -1, side).astype(np.intp)] for side in sides]
        return _Coarse(tuple(names), codes[0], codes[1])
    if len(present) < 2 * FEWEST_HOLDERS:
        return _Coarse((), *(np.full(len(side), -1, dtype=np.int64) for side in sides))
    scale = round_edges(present, column.kind, CELLS)
    inner = scale.edges[1:-1]
    codes = [np.where(np.isnan(side), -1, np.searchsorted(inner, side, side="right")) for side in sides]
    return _Coarse(scale.names, codes[0], codes[1])


def _pair(one: str, other: str, first: _Coarse, second: _Coarse, weights: Floats) -> PairView | None:
    n, m = len(first.names), len(second.names)
    if n * m < 2:
        return None
    sides = ((first.real, second.real, weights), (first.made, second.made, np.ones(len(first.made))))
    tables: list[Floats] = []
    for a, b, weight in sides:
        both = (a >= 0) & (b >= 0)
        sums = np.bincount(a[both] * m + b[both], weight[both], minlength=n * m)
        tables.append(sums / max(float(sums.sum()), 1e-12))
    both = (first.real >= 0) & (second.real >= 0)
    few = _too_few(np.bincount(first.real[both] * m + second.real[both], minlength=n * m))
    for table in tables:
        table[few] = table[few].mean() if few.any() else 0.0
    real, made = (tuple(map(tuple, table.reshape(n, m).tolist())) for table in tables)
    return PairView(one, other, first.names, second.names, real, made, tuple(map(tuple, few.reshape(n, m).tolist())))


def _too_few(held: Codes) -> NDArray[np.bool_]:
    """Cells to be drawn alike: those of fewer than ten rows, and as many more as it takes for ten together."""
    few = held < FEWEST_HOLDERS
    together = int(held[few].sum())
    for cell in np.argsort(held, kind="stable"):
        if together == 0 or together >= FEWEST_HOLDERS:
            break
        if not few[cell]:
            few[cell] = True
            together += int(held[cell])
    return few
