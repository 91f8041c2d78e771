"""An order for the levels of a category, so that one normal variable can stand for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from synthgen.generators.margins import scores
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS
from synthgen.table.rules import Determined
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Ranks = NDArray[np.int64]

ROWS = 20_000
LEVELS_SHOWN = 20

MANY_LEVELS = 2_000
"""Levels from which on all rows place them, a part at a time, since most would not be among some of the rows; and the
axis is found without a matrix of levels by levels."""


def level_orders(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> dict[str, Ranks]:
    """Rank the levels of each label column along the direction in which they differ most elsewhere.

    Levels are placed by their mean normal scores of the numbers and their shares of the other labels' common
    levels; the first principal axis of these places (weighted by rows) gives the order.

    Returns
    -------
    dict of column name to array
        ``ranks[code]``; the place after the last code is that of a missing value.
    """
    names = [column.name for column in schema.of(*LABEL_KINDS) if column.name in coded]
    if not names:
        return {}
    some = np.sort(rng.choice(len(coded), min(ROWS, len(coded)), replace=False))
    seen = coded.iloc[some]
    common = {
        column.name: seen[column.name].value_counts().index[:LEVELS_SHOWN].to_numpy(float)
        for column in schema.of(*LABEL_KINDS)
        if column.name in seen
    }
    features, owner = _features(seen, schema, common)
    sizes = {name: len(schema[name].categories or ()) + 1 for name in names}
    found = {name: _sums(seen, name, sizes[name], features) for name in names}
    many = [name for name in names if sizes[name] > MANY_LEVELS]
    rest = np.setdiff1d(np.arange(len(coded)), some) if many else some[:0]
    parts = -(-len(rest) // ROWS)
    for part in range(parts):
        more = coded.iloc[rest[part::parts]]
        features, _ = _features(more, schema, common)
        for name in many:
            found[name] = found[name].plus(_sums(more, name, sizes[name], features))
    return {name: _ranks(places.counts, places.sums[:, owner != name]) for name, places in found.items()}


def nested(orders: Mapping[str, Ranks], rules: Iterable[Determined]) -> dict[str, Ranks]:
    """Put the levels of labels that have very many in the order of what follows from them: products by their group.

    One product tells little by itself, those of a group together much; side by side, they are told apart last.

    Parameters
    ----------
    orders : dict of column name to array
        As :func:`level_orders` gives it.
    rules : iterable of Determined
    """
    out = dict(orders)
    follow: dict[str, list[Determined]] = {}
    for rule in rules:
        if len(orders.get(rule.by, ())) > MANY_LEVELS:
            follow.setdefault(rule.by, []).append(rule)
    for by, own in follow.items():
        n_levels = len(orders[by])
        keys: list[NDArray[Any]] = [orders[by]]
        # The column of the fewest values comes first: the last key counts most.
        for rule in sorted(own, key=lambda rule: -len(np.unique(rule.values))):
            values = rule.values
            if rule.column in orders:
                ranks = orders[rule.column]
                values = ranks[np.where(np.isnan(values), len(ranks) - 1, values).astype(np.int64)].astype(float)
            key = np.full(n_levels, np.inf)
            key[np.where(np.isnan(rule.levels), n_levels - 1, rule.levels).astype(np.int64)] = values
            keys.append(key)
        out[by] = np.empty(n_levels, dtype=np.int64)
        out[by][np.lexsort(keys)] = np.arange(n_levels)
    return out


class _Sums(NamedTuple):
    """Rows of each level, and sums of their features, shape (n_levels, n_features)."""

    counts: NDArray[np.int64]
    sums: Floats

    def plus(self, other: _Sums) -> _Sums:
        """Those of the rows of both."""
        return _Sums(self.counts + other.counts, self.sums + other.sums)


def _features(seen: pd.DataFrame, schema: Schema, common: Mapping[str, Floats]) -> tuple[Floats, NDArray[np.object_]]:
    """Normal scores of numbers and common levels of labels, about their mean, and whose each of them is."""
    blocks: dict[str, Floats] = {}
    for column in schema:
        if column.name not in seen:
            continue
        values = seen[column.name].to_numpy(float)
        if column.kind in ORDERED_KINDS:
            blocks[column.name] = np.stack([scores(values)[0], np.isnan(values)], axis=1)
        else:
            shown = (values[:, None] == common[column.name]).astype(float)
            blocks[column.name] = np.hstack([shown, np.isnan(values)[:, None].astype(float)])
    features = np.hstack(list(blocks.values()))
    features -= features.mean(axis=0)
    owner = np.repeat(np.array(list(blocks), dtype=object), [block.shape[1] for block in blocks.values()])
    return features, owner


def _sums(seen: pd.DataFrame, name: str, n_levels: int, features: Floats) -> _Sums:
    """Sums of each level of a column; the last level is a missing value."""
    values, n = seen[name].to_numpy(float), len(seen)
    codes = np.where(np.isnan(values), n_levels - 1, values).astype(np.int64)
    sums = csr_array((np.ones(n), (codes, np.arange(n))), shape=(n_levels, n)) @ features
    return _Sums(np.bincount(codes, minlength=n_levels), np.asarray(sums))


def _ranks(counts: NDArray[np.int64], sums: Floats) -> Ranks:
    n_levels = len(counts)
    # Two rows' worth of the overall mean keeps rare levels from setting the axis.
    places = sums / (counts + 2)[:, None]
    weighted = places * np.sqrt(counts)[:, None]
    # The first axis of the levels; many of them have too large a matrix of their own.
    if n_levels > MANY_LEVELS:
        axis = np.linalg.eigh(weighted.T @ weighted)[1][:, -1]
    else:
        directions, sizes, _ = np.linalg.svd(weighted @ weighted.T)
        axis = weighted.T @ directions[:, 0] / max(np.sqrt(sizes[0]), 1e-12)
    along = places @ axis
    order = np.lexsort((-counts, along))
    ranks = np.empty(n_levels, dtype=np.int64)
    ranks[order] = np.arange(n_levels)
    return ranks
