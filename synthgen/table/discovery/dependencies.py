"""Columns that follow from one or two others in all rows, or in all but few."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Role
from synthgen.table.constraints import Constraint, FunctionalDependency
from synthgen.table.constraints.base import Rows
from synthgen.table.discovery.proposals import NEAR, Draft
from synthgen.table.rules import CHANCE, MOST_LEVELS
from synthgen.table.schema import Schema

SCREEN_ROWS = 2_000
ROWS = 50_000
FEWEST_PER_LEVEL = 4
MOST_COLUMNS, MOST_PAIRED = 60, 15
FEWER_MISTAKES = 10
"""A rule with exceptions counts only if the best guess without it would be wrong so many times as often."""

Codes = NDArray[np.int64]


class Found(NamedTuple):
    """What a column follows from, and the share of held-back rows in which it does."""

    by: tuple[Any, ...]
    column: Any
    share: float


@dataclass(frozen=True)
class Search:
    """Columns of few values, as codes, in some rows: half to learn which value goes with which, half to check it.

    A column is held to follow from others if, in the second half, the values learnt in the first are right in ``NEAR``
    of the rows, in so many more than the commonest value alone (or that given one of two, or given only whether one is
    missing, by ``masks``) would be that it happens by chance with a probability below ``CHANCE`` over the number of
    rules looked at, and wrong so much more rarely.
    """

    columns: Mapping[Any, Codes]
    tries: int
    masks: Mapping[Any, Codes] = field(default_factory=dict)

    def follows(self, by: tuple[Any, ...], column: Any) -> Found | None:
        """Whether a column follows from others."""
        values, few = self.columns[column], slice(0, SCREEN_ROWS)
        if _right(self._joined(by, few), values[few]).mean() < NEAR - 0.02:
            return None
        codes, half = self._joined(by), len(values) // 2
        learnt = _commonest(codes[:half], values[:half])
        given = np.full(int(codes.max()) + 1, -1, dtype=np.int64)
        given[list(learnt)] = list(learnt.values())
        known = given[codes[half:]] >= 0
        held, kept = values[half:][known], given[codes[half:]][known]
        right, m = int((held == kept).sum()), len(held)
        if not m or right < NEAR * m:
            return None
        for less in self._less(by):
            expected = float(_right(less, values)[half:][known].mean())
            few_enough = (m - right) * FEWER_MISTAKES <= (1 - expected) * m
            if not few_enough or binom.logsf(right - 1, m, expected) > math.log(CHANCE / self.tries):
                return None
        return Found(by, column, right / m)

    def _less(self, by: tuple[Any, ...]) -> Iterator[Codes]:
        """What says less than all of ``by``."""
        for size in range(len(by)):
            yield from (self._joined(part) for part in combinations(by, size))
        for name in by:
            if name in self.masks:
                rest = self._joined(tuple(other for other in by if other != name))
                yield rest * 2 + self.masks[name]

    def _joined(self, names: tuple[Any, ...], rows: slice = slice(None)) -> Codes:
        out = np.zeros(len(next(iter(self.columns.values()))[rows]), dtype=np.int64)
        for name in names:
            codes = self.columns[name][rows]
            out = pd.factorize(out * (int(codes.max(initial=0)) + 1) + codes)[0]
        return out


def _commonest(codes: Codes, values: Codes) -> dict[int, int]:
    """The value that goes most often with each code."""
    width = int(values.max(initial=0)) + 1
    pairs, counts = np.unique(codes * width + values, return_counts=True)
    order = np.argsort(counts, kind="stable")
    return dict(zip((pairs[order] // width).tolist(), (pairs[order] % width).tolist(), strict=True))


def _right(codes: Codes, values: Codes) -> NDArray[np.float64]:
    """For each row the share of rows of its code that have their commonest value."""
    width = int(values.max(initial=0)) + 1
    pairs, counts = np.unique(codes * width + values, return_counts=True)
    most = np.zeros(int(codes.max(initial=0)) + 1)
    np.maximum.at(most, pairs // width, counts)
    return np.asarray((most / np.maximum(np.bincount(codes, minlength=len(most)), 1))[codes])


def _few_valued(some: pd.DataFrame, schema: Schema) -> dict[str, Codes]:
    """Codes of the columns whose values repeat."""
    out: dict[str, Codes] = {}
    for column in schema:
        if column.kind not in (*LABEL_KINDS, *ORDERED_KINDS) or column.role in (Role.IDENTIFIER, Role.SUBJECT):
            continue
        codes, levels = pd.factorize(some[column.name].to_numpy(float), use_na_sentinel=False)
        if 2 <= len(levels) <= len(some) // FEWEST_PER_LEVEL:
            out[column.name] = codes.astype(np.int64)
    return dict(list(out.items())[:MOST_COLUMNS])


def dependencies(
    coded: pd.DataFrame,
    schema: Schema,
    known: Collection[Constraint],
    rng: np.random.Generator,
) -> Iterator[Draft]:
    """Columns that follow from one other in all but few rows, or from two in all or all but few.

    Parameters
    ----------
    known : collection of Constraint
        Rules found so far: what they give isn't given a second time, and that one of the columns of a rule follows from
        the others is no news.
    """
    some = coded.iloc[rng.permutation(len(coded))[:ROWS]]
    columns = _few_valued(some, schema)
    # That a label says whether another column is missing is no dependency on its values.
    gone = {name: some[name].isna().to_numpy() for name in columns}
    masks = {name: mask.astype(np.int64) for name, mask in gone.items() if mask.any()}
    if not columns:
        return
    rows = {name: coded[name].to_numpy(float) for name in columns}
    levels = {name: int(codes.max()) + 1 for name, codes in columns.items()}
    names = sorted(columns, key=lambda name: -levels[name])
    reads = {rule.gives: tuple(set(rule.columns) - {rule.gives}) for rule in known if rule.gives}
    groups = [frozenset(rule.columns) for rule in known]
    left = [name for name in names if name not in reads]
    found: dict[str, Found] = {}
    single = Search(columns, max(1, len(names) ** 2), masks)
    for name in left:
        tried = (
            single.follows((by,), name) for by in names if levels[by] >= levels[name] and not _reads(by, name, reads)
        )
        best = max((item for item in tried if item), key=lambda item: (item.share, -levels[item.by[0]]), default=None)
        if best:
            found[name], reads[name] = best, best.by
    few = [name for name in reversed(names) if levels[name] <= MOST_LEVELS][:MOST_PAIRED]
    double = Search(columns, max(1, len(few) ** 3), masks)
    for name in few:
        if name in reads:
            continue
        pairs = [
            pair for pair in combinations([other for other in few if other != name], 2)
            if not any({name, *pair} <= group for group in groups) and not any(_reads(by, name, reads) for by in pair)
        ]  # fmt: skip
        several = [item for pair in pairs if (item := double.follows(pair, name))]
        if several:
            found[name] = max(several, key=lambda item: (item.share, -math.prod(levels[by] for by in item.by)))
            reads[name] = found[name].by
    for name in schema.names:
        if name in found:
            yield dependency(name, tuple(sorted(found[name].by, key=schema.names.index)), rows)


def _reads(start: str, end: str, reads: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a column is, or follows from, another, by way of others or not."""
    return start == end or any(_reads(by, end, reads) for by in reads.get(start, ()))


def dependency(column: str, by: tuple[str, ...], rows: Rows) -> Draft:
    """The rule that a column follows from others; where they go with several values, from the commonest."""
    rule = FunctionalDependency(by, column)
    frame = pd.DataFrame({str(j): rows[name] for j, name in enumerate(rule.columns)})
    counts = frame.value_counts(dropna=False, sort=True)
    table = np.array([list(key) for key in counts.index], dtype=float).reshape(len(counts), len(rule.columns))
    commonest: dict[tuple[float | None, ...], float | None] = {}
    totals: Counter[tuple[float | None, ...]] = Counter()
    for row, count in zip(table.tolist(), counts.tolist(), strict=True):
        *key, value = (None if item != item else item for item in row)
        commonest.setdefault(tuple(key), value)
        totals[tuple(key)] += int(count)
    known = tuple((*key, value) for key, value in commonest.items())
    judge = FunctionalDependency(by, column, known=known, counts=tuple(totals[key] for key in commonest))
    return Draft("functional dependency", rule, judge)
