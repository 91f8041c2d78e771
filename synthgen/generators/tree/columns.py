"""The real table as the engine sees it, and the columns that follow from others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.generators.level_orders import level_orders, nested
from synthgen.generators.tree.codes import ColumnCodes, LabelCodes, NumberCodes, parent_bins
from synthgen.generators.tree.order import dependence
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.table.grid import to_grid
from synthgen.table.rules import Determined, Gap, Rules
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Accepts = Callable[[Floats], NDArray[np.bool_]]


@dataclass(frozen=True)
class Table:
    """Modelled columns of a real table, in its order.

    Parameters
    ----------
    names : list of str
    codes : list of NumberCodes or LabelCodes
    classes : int array of shape (n, n_columns)
    bins : list of uint8 arrays
        What other columns see of each class.
    information : array of shape (n_columns, n_columns)
        Dependence of each pair, in nats.
    gaps : dict of str to (str, boolean array)
        Column whose gaps another decides: that one's name, and by its class whether the column is missing.
    """

    names: list[str]
    codes: list[ColumnCodes]
    classes: NDArray[np.int32]
    bins: list[NDArray[np.uint8]]
    information: Floats
    gaps: dict[str, tuple[str, NDArray[np.bool_]]]

    def take(self, rows: NDArray[np.intp]) -> Table:
        """The same columns of some rows."""
        return replace(self, classes=np.ascontiguousarray(self.classes[rows]))


def read_table(coded: pd.DataFrame, schema: Schema, rules: Rules, bins: int, rng: np.random.Generator) -> Table:
    """Cut every column that no rule gives into classes."""
    ranks, derived = nested(level_orders(coded, schema, rng), rules.determined), derived_columns(rules)
    names = [c.name for c in schema if c.kind in (*ORDERED_KINDS, *LABEL_KINDS) and c.name not in derived]
    weights = _weights(coded, schema)
    decided = {gap.column for gap in rules.gaps}
    codes: list[ColumnCodes] = []
    for name in names:
        values = coded[name].to_numpy(float)
        if name in ranks:
            codes.append(LabelCodes.fit(values, ranks[name], missing_first=name in decided))
        else:
            codes.append(NumberCodes.fit(values, schema[name], bins, weights))
    classes = np.empty((len(coded), len(names)), np.int32)
    for j, (name, own) in enumerate(zip(names, codes, strict=True)):
        classes[:, j] = own.encode(coded[name].to_numpy(float))
    masses = [np.bincount(classes[:, j], weights, c.n_classes).astype(float) for j, c in enumerate(codes)]
    shown = [parent_bins(own, mass) for own, mass in zip(codes, masses, strict=True)]
    seen = np.empty(classes.shape, np.uint8)
    for j, own_bins in enumerate(shown):
        seen[:, j] = own_bins[classes[:, j]]
    gaps = {gap.column: (gap.by, _missing_at(gap, codes[names.index(gap.by)])) for gap in rules.gaps}
    return Table(names, codes, classes, shown, dependence(seen, rng), gaps)


def derived_columns(rules: Rules) -> list[str]:
    """Columns whose values rules give."""
    return [*(rule.column for rule in rules.determined), *(rule.column for rule in rules.totals)]


def _weights(coded: pd.DataFrame, schema: Schema) -> Floats:
    """Weight of each row where bins are cut: half of it for the row, half shared by the rows of its class.

    A rare class then has bins of its own where its rows lie, and isn't one bin at the end of everybody's.
    """
    n = len(coded)
    target = schema.target
    if target is None or target.kind not in LABEL_KINDS:
        return np.ones(n)
    _, group, counts = np.unique(coded[target.name].to_numpy(float), return_inverse=True, return_counts=True)
    return np.asarray(0.5 + 0.5 * n / (len(counts) * counts[group]))


def _missing_at(gap: Gap, by: ColumnCodes) -> NDArray[np.bool_]:
    """Whether the column is missing, by the class of the one that decides."""
    middle = by.decode(np.arange(by.n_classes, dtype=np.int32), np.full(by.n_classes, 0.5))
    return np.asarray(gap.apply(middle), dtype=bool)


def on_grid(values: Floats, name: str, schema: Schema) -> Floats:
    """Values as their column can hold them."""
    return to_grid(pd.DataFrame({name: values}), schema)[name].to_numpy(float, copy=True)


def determined(rule: Determined, by: Floats, schema: Schema) -> Floats:
    """Values that follow from ``by``; a number that no row had is taken for the nearest one that a row had."""
    if schema[rule.by].kind in ORDERED_KINDS:
        known = rule.levels[~np.isnan(rule.levels)]
        present = ~np.isnan(by)
        middle = (known[1:] + known[:-1]) / 2
        by = by.copy()
        by[present] = known[np.searchsorted(middle, by[present])]
    return rule.apply(by)


def with_derived(columns: Mapping[str, Floats], rules: Rules, schema: Schema) -> pd.DataFrame:
    """Add the columns that rules give, and put all in the order of the schema."""
    out = dict(columns)
    for total in rules.totals:
        out[total.column] = total.apply(np.stack([out[part] for part in total.parts], axis=1))
    for rule in rules.determined:
        out[rule.column] = determined(rule, out[rule.by], schema)
    return pd.DataFrame(out)[[name for name in schema.names if name in out]]


def accepts_of_roots(accepts: Mapping[str, Accepts], rules: Rules, schema: Schema) -> dict[str, Accepts]:
    """Turn conditions on determined columns into conditions on those that determine them."""
    by_column = {rule.column: rule for rule in rules.determined}
    out: dict[str, list[Accepts]] = {}
    for name, accept in accepts.items():
        if name in by_column:
            rule = by_column[name]
            out.setdefault(rule.by, []).append(_through(rule, accept, schema))
        else:
            out.setdefault(name, []).append(accept)
    return {name: _all_of(parts) for name, parts in out.items()}


def _through(rule: Determined, accept: Accepts, schema: Schema) -> Accepts:
    return lambda by: accept(determined(rule, by, schema))


def _all_of(parts: list[Accepts]) -> Accepts:
    return lambda values: np.logical_and.reduce([accept(values) for accept in parts])
