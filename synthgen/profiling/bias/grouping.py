"""Which group each row is of: of one sensitive column, of two, or a stratum of other columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import ORDERED_KINDS, Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS

FEWEST = FEWEST_HOLDERS
BINS = 4
MOST_GROUPS = 20
MOST_PAIRS = 10
MISSING = "missing"

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Grouping:
    """A group for each row.

    Attributes
    ----------
    feature : str
    labels : tuple of str
    codes : array of int, shape (n_rows,)
        Position in ``labels``.
    pooled : tuple of bool
        True for groups that hold what was too small to stand alone: they are shown, not compared.
    members : tuple of tuple of int
        Codes of the column's labels in each group, or places of its bins; empty for missing values.
    cuts : tuple of float
        Where numbers and dates were cut.
    missing : float
        Share of rows without a value.
    """

    feature: str
    labels: tuple[str, ...]
    codes: Codes
    pooled: tuple[bool, ...]
    members: tuple[tuple[int, ...], ...] = ()
    cuts: tuple[float, ...] = ()
    missing: float = 0.0

    @property
    def counts(self) -> NDArray[np.int64]:
        """Rows of each group."""
        return np.bincount(self.codes, minlength=len(self.labels))

    def at(self, rows: Codes) -> Grouping:
        """Give the groups of some rows."""
        return replace(self, codes=self.codes[rows])


def group_rows(
    values: pd.Series, column: Column, bins: int = BINS, most: int = MOST_GROUPS, fewest: int = FEWEST
) -> Grouping:
    """Group rows by one column: by label, or by quantiles of a number or date.

    Labels of fewer than ``fewest`` rows are one group, and so are those beyond the ``most`` commonest.
    Missing values are a group of their own.
    """
    found = (
        _by_quantile(values, column, bins) if column.kind in ORDERED_KINDS else _by_label(values, column, most, fewest)
    )
    labels, codes, pooled, members, cuts = found
    gaps = values.isna().to_numpy()
    if gaps.any():
        codes = np.where(gaps, len(labels), codes)
        labels, pooled, members = [*labels, MISSING], [*pooled, False], [*members, ()]
    return _without_empty(
        Grouping(column.name, tuple(labels), codes, tuple(pooled), tuple(members), cuts, float(gaps.mean()))
    )


_Found = tuple[list[str], Codes, list[bool], list[tuple[int, ...]], tuple[float, ...]]


def _by_label(values: pd.Series, column: Column, most: int, fewest: int) -> _Found:
    counts = values.value_counts()
    enough = counts[counts >= fewest]
    kept = sorted(int(code) for code in enough.index[: most if len(counts) <= most else most - 1])
    small = sorted({int(code) for code in counts.index} - set(kept))
    lookup = np.full(int(max([*kept, *small], default=0)) + 1, len(kept), dtype=np.int64)
    lookup[kept] = np.arange(len(kept))
    codes = lookup[values.fillna(0).astype(np.int64).to_numpy()] if len(counts) else np.zeros(len(values), np.int64)
    names = column.categories or ()
    labels, members = [str(names[code]) for code in kept], [(code,) for code in kept]
    pooled = [False] * len(kept)
    if small:
        rare = len(kept) == len(enough)
        labels.append(
            f"other ({len(small)} with fewer than {fewest} rows each)"
            if rare
            else f"other ({len(small)} smaller groups)"
        )
        members.append(tuple(small))  # type: ignore[arg-type]
        pooled.append(True)
    return labels, codes, pooled, members, ()  # type: ignore[return-value]


def _by_quantile(values: pd.Series, column: Column, bins: int) -> _Found:
    known = values.dropna()
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])).tolist() if len(known) else []
    words = [_number(cut, column) for cut in cuts]
    labels = [f"up to {words[0]}", *(f"{a} to {b}" for a, b in pairwise(words)), f"above {words[-1]}"] if words else []
    codes = np.searchsorted(cuts, values.to_numpy(float), side="left").astype(np.int64)
    return labels, codes, [False] * len(labels), [(place,) for place in range(len(labels))], tuple(cuts)


def cross(first: Grouping, second: Grouping) -> Grouping:
    """Intersections of two groupings; those of fewer than ten rows, or beyond the commonest, together."""
    width = len(second.labels)
    cells = first.codes * width + second.codes
    counts = np.bincount(cells, minlength=len(first.labels) * width)
    held = np.flatnonzero(counts)
    commonest = held[np.argsort(-counts[held], kind="stable")][:MOST_GROUPS]
    kept = sorted(int(cell) for cell in commonest if counts[cell] >= FEWEST)
    lookup = np.full(len(counts), len(kept), dtype=np.int64)
    lookup[kept] = np.arange(len(kept))
    labels = [f"{first.labels[cell // width]} × {second.labels[cell % width]}" for cell in kept]
    pooled = [first.pooled[cell // width] or second.pooled[cell % width] for cell in kept]
    rest = [int(cell) for cell in held if cell not in set(kept)]
    if rest:
        small = max(counts[rest]) < FEWEST
        what = f"with fewer than {FEWEST} rows each" if small else "smaller groups"
        labels.append(f"other ({len(rest)} {what})")
        pooled.append(True)
    return Grouping(f"{first.feature} × {second.feature}", tuple(labels), lookup[cells], tuple(pooled))


def intersections(groupings: Iterable[Grouping]) -> list[Grouping]:
    """Give the intersections of pairs of sensitive columns, the first ten pairs."""
    return [cross(a, b) for a, b in list(combinations(groupings, 2))[:MOST_PAIRS]]


def plain_label(label: Any) -> str:
    """Write 1, 1.0, True and "1" alike, as tables, models and people hold them differently.

    Examples
    --------
    >>> [plain_label(label) for label in (1, 1.0, True, "1", "F")]
    ['1', '1', '1', '1', 'F']
    """
    text = str(int(label)) if isinstance(label, (bool, np.bool_)) else str(label)
    return {"True": "1", "False": "0"}.get(text, text).removesuffix(".0")


def same_cuts(grouping: Grouping, values: pd.Series) -> Codes:
    """Groups of other rows of a numeric column, by the cuts of this table."""
    codes: Codes = np.searchsorted(grouping.cuts, values.to_numpy(float), side="left").astype(np.int64)
    return codes


def _without_empty(made: Grouping) -> Grouping:
    counts = made.counts
    if (counts > 0).all():
        return made
    kept = np.flatnonzero(counts)
    codes = np.cumsum(counts > 0)[made.codes] - 1
    return Grouping(
        made.feature, tuple(made.labels[i] for i in kept), codes, tuple(made.pooled[i] for i in kept),
        tuple(made.members[i] for i in kept), made.cuts, made.missing,
    )  # fmt: skip


def _number(value: float, column: Column) -> str:
    return str(pd.Timestamp(value, unit="us").date()) if column.kind is Kind.DATETIME else f"{value:.4g}"
