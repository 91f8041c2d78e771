"""What is left of a difference among rows that are alike in other columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import UsageError
from synthgen.profiling.bias.grouping import FEWEST, Grouping, group_rows
from synthgen.profiling.bias.intervals import Ends, pairs_level
from synthgen.profiling.bias.selection import Outcome
from synthgen.profiling.bias_parts import ConditionalDisparity, Disparity, Stratum
from synthgen.table.column import OPAQUE_KINDS, Role
from synthgen.table.schema import Schema

BINS = 5
MOST_LEVELS = 50
MOST_SHOWN = 12
MOST_TRIED = 40

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Strata:
    """A stratum for each row, -1 where it is in none, and the strata's names."""

    codes: NDArray[np.int64]
    labels: tuple[str, ...]


def check_legitimate(names: tuple[str, ...], schema: Schema) -> None:
    """Raise where a column can't be held constant.

    Raises
    ------
    UsageError
        If it doesn't exist, is the target or sensitive itself, or holds text or identifiers.
    """
    for name in names:
        column = schema[name]
        if column.role in (Role.TARGET, Role.SENSITIVE):
            raise UsageError(
                f"legitimate names {name!r}, which is {'the target' if column.role is Role.TARGET else 'sensitive'}. "
                "Name columns that may explain a difference between groups."
            )
        if column.kind in OPAQUE_KINDS:
            raise UsageError(f"legitimate names {name!r}, whose values are {column.kind}: rows can't be alike in it.")


def strata_of(coded: pd.DataFrame, schema: Schema, names: tuple[str, ...]) -> Strata:
    """Rows with the same label in every column; numbers and dates are cut at their fifths.

    Labels of fewer than ten rows are in no stratum: pooled, they wouldn't be alike.
    """
    parts = [group_rows(coded[name], schema[name], bins=BINS, most=MOST_LEVELS) for name in names]
    inside = np.ones(len(coded), dtype=bool)
    cells = np.zeros(len(coded), dtype=np.int64)
    for part in parts:
        inside &= ~np.array(part.pooled)[part.codes]
        cells = cells * len(part.labels) + part.codes
    kept, codes = np.unique(cells[inside], return_inverse=True)
    out = np.full(len(coded), -1, dtype=np.int64)
    out[inside] = codes
    labels = []
    for cell in kept.tolist():
        words: list[str] = []
        for part in reversed(parts):
            cell, place = divmod(cell, len(part.labels))
            words.insert(0, part.labels[place])
        labels.append(", ".join(words))
    return Strata(out, tuple(labels))


def conditional(
    grouping: Grouping, outcome: Outcome, found: Disparity, strata: Strata, given: tuple[str, ...], named: bool
) -> ConditionalDisparity | None:
    """Compare the two groups of a disparity within strata; None if no stratum has rows of both.

    The difference is weighted as by Mantel and Haenszel, with the variance of Sato, Greenland and Robins (1989,
    Biometrics 45, 1323); the test is that of Cochran, Mantel and Haenszel. For means, strata have the same weights.
    """
    from scipy.stats import norm

    low, high = (grouping.labels.index(label) for label in (found.lowest, found.highest))
    known = ~np.isnan(outcome.values) & np.isin(grouping.codes, (low, high))
    inside = known & (strata.codes >= 0)
    if not inside.any():
        return None
    tables = _sums(strata.codes[inside], grouping.codes[inside] == high, outcome.values[inside], len(strata.labels))
    both = (tables[0].n > 0) & (tables[1].n > 0)
    if not outcome.binary:
        both &= (tables[0].n > 1) & (tables[1].n > 1)
    if not both.any():
        return None
    first, second = (part.of(both) for part in tables)
    gap, variance = (_rates if outcome.binary else _means)(first, second)
    pairs = max(1, found.groups * (found.groups - 1) // 2)
    z = float(norm.ppf(1 - (1 - pairs_level(found.groups)) / 2))
    spread = max(variance, 1e-18) ** 0.5
    ends = (gap - z * spread, gap + z * spread)
    raw_spread = (found.difference_interval[1] - found.difference_interval[0]) / (2 * z)
    alone = _mantel_haenszel(first, second) if outcome.binary else float(2 * norm.sf(abs(gap) / spread))
    # What isn't there can't be accounted for, nor turn round: both halves must be sure.
    at_all = float(2 * norm.sf(found.difference / max(raw_spread, 1e-12)))
    moved = max(at_all, float(2 * norm.sf(abs(gap - found.difference) / max(np.hypot(spread, raw_spread), 1e-12))))
    turned = max(at_all, float(norm.cdf(gap / spread)))
    return ConditionalDisparity(
        grouping.feature, given, named, found.lowest, found.highest, found.difference, found.difference_interval,
        gap, ends, min(1.0, pairs * (alone if named else moved)), min(1.0, pairs * turned),
        _change(found.difference, gap, ends), float((first.n.sum() + second.n.sum()) / known.sum()),
        _shown(strata, tables),
    )  # fmt: skip


@dataclass(frozen=True)
class _Sums:
    """Rows, sums and squares of one group in each stratum."""

    n: Floats
    y: Floats
    yy: Floats

    def of(self, kept: NDArray[np.bool_]) -> _Sums:
        return _Sums(self.n[kept], self.y[kept], self.yy[kept])


def _sums(codes: NDArray[np.int64], second: NDArray[np.bool_], values: Floats, width: int) -> tuple[_Sums, _Sums]:
    def of(mask: NDArray[np.bool_]) -> _Sums:
        weights: list[Floats | None] = [None, values[mask], values[mask] ** 2]
        return _Sums(*(np.bincount(codes[mask], weights=w, minlength=width).astype(float) for w in weights))

    return of(~second), of(second)


def _rates(first: _Sums, second: _Sums) -> tuple[float, float]:
    n0, n1, y0, y1 = first.n, second.n, first.y, second.y
    n = n0 + n1
    weights = n1 * n0 / n
    gap = float((weights * (y1 / n1 - y0 / n0)).sum() / weights.sum())
    p = (n1**2 * y0 - n0**2 * y1 + n1 * n0 * (n0 - n1) / 2) / n**2
    q = (y1 * (n0 - y0) + y0 * (n1 - y1)) / (2 * n)
    return gap, float(max(gap * p.sum() + q.sum(), 0.0) / weights.sum() ** 2)


def _means(first: _Sums, second: _Sums) -> tuple[float, float]:
    weights = first.n * second.n / (first.n + second.n)
    means = [part.y / part.n for part in (first, second)]
    # Few rows a stratum: one spread for each group, over all strata, is steadier than one for each.
    spreads = [
        float((part.yy - part.n * mean**2).sum() / max((part.n - 1).sum(), 1))
        for part, mean in zip((first, second), means, strict=True)
    ]
    gap = float((weights * (means[1] - means[0])).sum() / weights.sum())
    variance = sum((weights**2 * spread / part.n).sum() for part, spread in zip((first, second), spreads, strict=True))
    return gap, float(variance / weights.sum() ** 2)


def _mantel_haenszel(first: _Sums, second: _Sums) -> float:
    from scipy.stats import chi2

    n, hits = first.n + second.n, first.y + second.y
    spread = (first.n * second.n * hits * (n - hits) / (n**2 * np.maximum(n - 1, 1))).sum()
    if spread <= 0:
        return 1.0
    return float(chi2.sf((second.y - second.n * hits / n).sum() ** 2 / spread, 1))


def _change(raw: float, gap: float, ends: Ends) -> str:
    if ends[1] < 0:
        return "reversed"
    if gap < 0:
        return "turned round, perhaps by chance"
    if ends[0] <= 0:
        return "vanishes" if gap < raw / 2 else "can't tell"
    return "smaller" if ends[1] < raw else "larger" if ends[0] > raw else "remains"


def _shown(strata: Strata, tables: tuple[_Sums, _Sums]) -> tuple[Stratum, ...]:
    first, second = tables
    enough = np.flatnonzero((first.n >= FEWEST) & (second.n >= FEWEST))
    order = enough[np.argsort(-(first.n + second.n)[enough], kind="stable")][:MOST_SHOWN]
    return tuple(
        Stratum(
            strata.labels[i], int(first.n[i]), int(second.n[i]),
            float(first.y[i] / first.n[i]), float(second.y[i] / second.n[i]),
        )
        for i in order
    )  # fmt: skip
