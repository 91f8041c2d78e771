"""What holds in every row of a table: columns that follow from other columns, and gaps that do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS, Column, Kind, Role
from synthgen.table.functions import CHANCE as CHANCE
from synthgen.table.functions import CHANCE_OF_RARE as CHANCE_OF_RARE
from synthgen.table.functions import MOST_LEVELS as MOST_LEVELS
from synthgen.table.functions import (
    SCREEN_ROWS,
    Levels,
    Pairs,
    functions_of_few,
    functions_of_many,
    levels_of,
    log_orders,
    many_levels_of,
    mapping,
)
from synthgen.table.number_rules import ENOUGH_ROWS
from synthgen.table.schema import Schema

RELATIVE = 1e-9
MOST_HITS = 20_000

Floats = NDArray[np.float64]
Terms = Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Determined:
    """``column`` is ``values[i]`` where ``by`` is ``levels[i]``; levels ascend, NaN last, and values may be NaN.

    Examples
    --------
    >>> rule = Determined("degree", "years", np.array([9.0, 13.0, np.nan]), np.array([0.0, 1.0, np.nan]))
    >>> rule.apply(np.array([13.0, 9.0, np.nan, 11.0])).tolist()
    [1.0, 0.0, nan, nan]
    """

    column: str
    by: str
    levels: Floats
    values: Floats

    def apply(self, values_of_by: Floats) -> Floats:
        """Values of ``column``; NaN at a value of ``by`` that no row had, since nothing is known there."""
        place = _find(self.levels, values_of_by)
        return np.where(place < 0, np.nan, self.values[place])


@dataclass(frozen=True)
class Total:
    """``column`` is the sum of ``signs`` (1 or -1) times ``parts``, rounded; of one part, a copy. Missing with a part.

    Examples
    --------
    >>> rule = Total("gross", ("net", "tax"), (1, 1), 2)
    >>> rule.apply(np.array([[0.1, 0.2], [5.0, np.nan]])).tolist()
    [0.3, nan]
    """

    column: str
    parts: tuple[str, ...]
    signs: tuple[int, ...]
    decimals: int | None

    def apply(self, values_of_parts: Floats) -> Floats:
        """Values of ``column`` from those of the parts, of shape (n_rows, n_parts)."""
        total = values_of_parts @ np.array(self.signs, dtype=float)
        return np.asarray(total if self.decimals is None else np.round(total, self.decimals))


@dataclass(frozen=True, eq=False)
class Gap:
    """Whether ``column`` is missing at each class of ``by`` (``by_missing``: at 0 where it has a value, 1 where not).

    Examples
    --------
    >>> rule = Gap("card_number", "pays_by", False, np.array([0.0, 1.0]), np.array([True, False]))
    >>> rule.apply(np.array([0.0, 1.0, 2.0])).tolist()
    [True, False, False]
    """

    column: str
    by: str
    by_missing: bool
    levels: Floats
    missing: NDArray[np.bool_]

    def apply(self, values_of_by: Floats) -> NDArray[np.bool_]:
        """Whether ``column`` is missing; False at a class that no row had, so that no value is taken away."""
        place = _find(self.levels, np.isnan(values_of_by).astype(float) if self.by_missing else values_of_by)
        return np.where(place < 0, False, self.missing[place])


@dataclass(frozen=True)
class Rules:
    """Everything found to hold in a table, at most one rule for a column.

    In the order gaps, totals, determined, each rule reads columns that are final: gaps and totals read columns
    whose value no rule gives (gaps: nor their gaps), determined columns read those or a total.

    Examples
    --------
    >>> rules = Rules(totals=(Total("gross", ("net", "tax"), (1, 1), 2),))
    >>> Rules.from_dict(rules.to_dict()) == rules
    True
    """

    determined: tuple[Determined, ...] = ()
    totals: tuple[Total, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, NaN as None. They hold values of the table."""
        return {
            name: [{k: np.where(pd.isna(v), np.array(None), v).tolist() for k, v in vars(r).items()} for r in rules]
            for name, rules in vars(self).items()
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Rules:
        """Inverse of :meth:`to_dict`."""
        sorts: dict[str, type[Any]] = {"determined": Determined, "totals": Total, "gaps": Gap}
        return cls(*(tuple(sort(**_typed(rule)) for rule in data[name]) for name, sort in sorts.items()))


class _Table(NamedTuple):
    """The columns that rules are looked for in, the target first, the others in the schema's order."""

    columns: dict[str, Column]
    values: dict[str, Floats]
    few: dict[str, Levels]
    place: dict[str, int]
    rng: np.random.Generator


def find_rules(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> Rules:
    """Find what holds in all rows of a table.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        As :func:`synthgen.table.encode` gives it. Identifiers, subjects and text take no part.
    schema : Schema
    rng : numpy.random.Generator
        Draws the rows in which candidates are looked for; each is then checked on all rows.

    Returns
    -------
    Rules
        Of each sort, in the schema's order.

    Examples
    --------
    >>> schema = Schema(tuple(Column(name, Kind.INTEGER) for name in ("net", "tax", "gross")))
    >>> rng = np.random.default_rng(0)
    >>> sold = pd.DataFrame({"net": rng.integers(0, 900, 50), "tax": rng.integers(0, 90, 50)})
    >>> find_rules(sold.assign(gross=sold["net"] + sold["tax"]), schema, rng).totals
    (Total(column='gross', parts=('net', 'tax'), signs=(1, 1), decimals=0),)
    """
    left_out = {*OPAQUE_KINDS, Role.IDENTIFIER, Role.SUBJECT}
    columns = {c.name: c for c in (*schema.role(Role.TARGET), *schema) if not {c.kind, c.role} & left_out}
    values = {name: coded[name].to_numpy(dtype=float) for name in columns}
    few = {name: found for name in columns if (found := levels_of(values[name]))}
    table = _Table(columns, values, few, {name: number for number, name in enumerate(columns)}, rng)
    functions = functions_of_few(few, few, rng)
    totals = _totals(table, functions)
    masks = {name: levels_of(np.isnan(values[name]) * 1.0) for name in few if len(few[name].levels) > 2}
    for by, name in list(functions):
        # A label that says of a column only whether it is missing isn't determined by it: the gap is, by the label.
        mask = masks.get(by)
        if mask and columns[name].kind in LABEL_KINDS and np.array_equal(mask.codes, few[name].codes):
            functions.remove((by, name))
    many = {
        name: found for name in columns if name not in few and (found := many_levels_of(columns[name], values[name]))
    }
    functions |= functions_of_many(many, few)
    determined = _determined(table._replace(few=few | many), functions, totals)
    free = [name for name in columns if name not in totals and name not in determined]
    for name, rule in list(determined.items()):
        numbers = {columns[name].kind, columns[rule.by].kind} <= set(ORDERED_KINDS)
        if numbers and rule.by in free and np.array_equal(rule.levels, rule.values, equal_nan=True):
            totals[name] = Total(name, (rule.by,), (1,), _rounding(columns[name])[0])
            del determined[name]
    by_sort: list[Mapping[str, Any]] = [determined, totals, _gaps(table, free)]
    return Rules(*(tuple(rules[name] for name in schema.names if name in rules) for rules in by_sort))


def _find(levels: Floats, values: Floats) -> NDArray[np.int64]:
    """Place of each value among ascending levels, NaN last; -1 where it isn't one of them."""
    place = np.minimum(np.searchsorted(levels, values), len(levels) - 1)
    return np.where((levels[place] == values) | (np.isnan(levels[place]) & np.isnan(values)), place, -1)


def _typed(rule: Mapping[str, Any]) -> dict[str, Any]:
    dtypes = {"levels": float, "values": float, "missing": bool}
    arrays = {name: np.array(rule[name], dtype=dtype) for name, dtype in dtypes.items() if name in rule}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in rule.items()} | arrays


def _rounding(column: Column) -> tuple[int | None, float]:
    """Decimals, and how far a column may be from a sum (integers and dates are exact sums, not rounded ones)."""
    if column.kind is not Kind.CONTINUOUS:
        return 0, 0.0
    return column.decimals, 0.0 if column.decimals is None else 0.5 * 10.0**-column.decimals


def _determined(table: _Table, functions: Pairs, totals: Mapping[str, Total]) -> dict[str, Determined]:
    """Choose one rule a column: by the root of its chain, so that no column is determined by a determined one."""
    few, fixed = table.few, totals.keys() | {part for total in totals.values() for part in total.parts}
    rank = {name: (-len(item.levels), name not in fixed, table.place[name]) for name, item in few.items()}
    rules: dict[str, Determined] = {}
    for name in sorted(few.keys() - fixed, key=rank.__getitem__):
        roots = {rules[by].by if by in rules else by for by, to in functions if to == name and rank[by] < rank[name]}
        for root in sorted(roots, key=lambda by: (by in totals, len(few[by].levels), table.place[by]))[:1]:
            rules[name] = Determined(name, root, *mapping(few[root], few[name]))
    return rules


def _gaps(table: _Table, free: Collection[str]) -> dict[str, Gap]:
    """Choose for each column with gaps a label whose class tells them, or else an earlier column with the same gaps."""
    gapped = {(name, True): mask for name in free if (mask := levels_of(np.isnan(table.values[name]) * 1.0))}
    labels = {(name, False): item for name, item in table.few.items() if table.columns[name].kind in LABEL_KINDS}
    sources = {by: item for by, item in (labels | gapped).items() if by[0] in free}
    told = functions_of_few(sources, gapped, table.rng)
    rank = {by: (by[1], (by[0], True) in gapped, len(sources[by].levels), table.place[by[0]]) for by in sources}
    gaps: dict[str, Gap] = {}
    for (by, by_missing), (name, _) in sorted(told, key=lambda pair: (table.place[pair[1][0]], rank[pair[0]])):
        final = {gap.by for gap in gaps.values()}
        together = ((by, True), (name, True)) in told
        leads = not by_missing or by in final or table.place[by] < table.place[name]
        if leads and by_missing == together and not {name, by} & gaps.keys() and name not in {by, *final}:
            levels, missing = mapping(sources[by, by_missing], gapped[name, True])
            gaps[name] = Gap(name, by, by_missing, levels, missing == 1)
    return gaps


def _varies(values: Floats, bar: float) -> bool:
    return len(values) >= ENOUGH_ROWS and log_orders(np.unique(values, return_counts=True)[1]) > bar


def _totals(table: _Table, functions: Pairs) -> dict[str, Total]:
    place, numbers = table.place, [name for name in table.columns if table.columns[name].kind in ORDERED_KINDS]
    bar = math.log((len(numbers) ** 4 + 1) / CHANCE)
    some = (table.rng.permutation(v[~np.isnan(v)])[:SCREEN_ROWS] for v in map(table.values.__getitem__, numbers))
    names = [name for name, item in zip(numbers, some, strict=True) if _varies(item, bar)]
    totals: dict[str, Total] = {}
    for n_parts in (2, 3, 1):
        sums = list(_search(table, names, totals.keys(), n_parts))
        depth = dict.fromkeys(names, 0)
        for name, terms in 5 * sums:
            depth[name] = 1 + max(depth[part] for part in terms)
        # Sums of columns that aren't sums come first, then those that give a later column.
        sums.sort(key=lambda s: (max(depth[p] for p in s[1]), -place[s[0]], sorted(place[p] for p in s[1])))
        for name, terms in sums:
            # Columns of few values that follow from each other are left to be determined, not summed.
            if not any(pair in functions for pair in permutations((name, *terms), 2)):
                _add(table, totals, name, terms, bar)
    return totals


def _add(table: _Table, totals: dict[str, Total], name: str, terms: Terms, bar: float) -> None:
    """Add a relation, if it holds, as a total of columns that no total gives; if it can be, one that gives ``name``."""
    free: Counter[str] = Counter()
    for column, sign in {name: -1, **terms}.items():
        known = totals.get(column, Total(column, (column,), (1,), None))
        for part, times in zip(known.parts, known.signs, strict=True):
            free[part] += sign * times
    rest = {column: sign for column, sign in free.items() if sign}
    if len(rest) < 2 or any(abs(sign) > 1 for sign in rest.values()):
        return
    parts = {part for total in totals.values() for part in total.parts}
    for column in sorted(rest.keys() - parts, key=lambda item: (item != name, -table.place[item])):
        if total := _total(table, column, {part: -rest[part] * rest[column] for part in rest if part != column}, bar):
            totals[column] = total
            return


def _total(table: _Table, name: str, terms: Terms, bar: float) -> Total | None:
    """A column as a signed sum of others, if it holds in all rows and each column varies enough to refute it."""
    parts, (decimals, half) = sorted(terms, key=table.place.__getitem__), _rounding(table.columns[name])
    total = Total(name, tuple(parts), tuple(terms[part] for part in parts), decimals)
    every = np.column_stack([table.values[key] for key in (name, *parts)])
    missing = np.isnan(every)
    if (missing[:, 0] != missing[:, 1:].any(axis=1)).any():
        return None
    every = every[~missing[:, 0]]
    scale = np.abs(every).max(axis=1, initial=0)
    allowed = RELATIVE * scale if decimals is None else half
    if (np.abs(every[:, 0] - every[:, 1:] @ np.array(total.signs)) > allowed + np.minimum(1e-15 * scale, 0.4)).any():
        return None
    # What is less than the column's own rounding can't refute it.
    grid = every if decimals is None else np.round(every, decimals)
    return total if all(_varies(values, bar) for values in grid.T) else None


def _search(table: _Table, names: list[str], given: Collection[str], n_parts: int) -> Iterator[tuple[str, Terms]]:
    """Columns that are the sum of ``n_parts`` others (or less the sum, for up to two) in some rows.

    A randomly weighted sum of its rows stands for each column, so that the last parts are found by bisection.
    """
    gaps = {name: np.packbits(np.isnan(table.values[name])) for name in names}
    for gap in {gaps[name].tobytes(): gaps[name] for name in names if name not in given}.values():
        inside = [name for name in names if not (gaps[name] & ~gap).any()]
        sought = [place for place, name in enumerate(inside) if name not in given and np.array_equal(gaps[name], gap)]
        rows = table.rng.permutation(np.flatnonzero(~np.isnan(table.values[inside[sought[0]]])))[:SCREEN_ROWS]
        sample = np.column_stack([table.values[name][rows] for name in inside])
        weights = table.rng.uniform(1, 2, len(rows)) * table.rng.choice([-1.0, 1.0], len(rows))
        marks, sizes = weights @ sample, np.abs(weights) @ np.abs(sample)
        rounding = [_rounding(table.columns[name]) for name in inside]
        finest = max(math.inf if decimals is None else decimals for decimals, _ in rounding)
        single = np.arange(len(inside))[:, None]
        first = single if n_parts > 1 else np.empty((1, 0), dtype=int)
        last = single if n_parts < 3 else np.column_stack(np.triu_indices(len(inside), 1))
        last = last[np.argsort(marks[last].sum(axis=1))]
        ends, starts, start_sizes = (values.sum(axis=1) for values in (marks[last], marks[first], sizes[first]))
        for place, sign in product(sought, (1, -1) if n_parts < 3 else (1,)):
            # Where no part is finer than the column, rounded parts give the rounded sum exactly.
            slack = 0.0 if rounding[place][0] == finest else rounding[place][1]
            width = slack * np.abs(weights).sum() + 2 * RELATIVE * (sizes[place] + start_sizes)
            low, high = (np.searchsorted(ends, sign * marks[place] - starts + move) for move in (-width, width))
            hits = (high - low) * ((high - low).sum() <= MOST_HITS)  # too coarse to tell, if there are more
            at = np.arange(hits.sum()) + np.repeat(low + hits - np.cumsum(hits), hits)
            parts = np.hstack([np.repeat(first, hits, axis=0), last[at]])
            parts = parts[(np.diff(parts, axis=1) > 0).all(axis=1) & (parts != place).all(axis=1)]
            for some in (sample[:2], sample[2:20], sample[20:200]):
                off = np.abs(sign * some[:, [place]] - some[:, parts].sum(axis=2))
                scale = np.abs(some[:, [place]]) + np.abs(some[:, parts]).sum(axis=2)
                parts = parts[(off <= slack + RELATIVE * scale).all(axis=0)]
            yield from ((inside[place], {inside[part]: sign for part in found}) for found in parts.tolist())
