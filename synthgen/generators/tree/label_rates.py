"""Rates of a class by group: what the caller asks for, and the rows that a model draws to learn how to reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import ConditionError, UsageError
from synthgen.generators.tree.conditioning import Mask, draw_conditioned, mask_of
from synthgen.generators.tree.label_map import LabelMap, class_chances, learn_map
from synthgen.generators.tree.network import Network
from synthgen.table.column import LABEL_KINDS
from synthgen.table.conditions import label_code
from synthgen.table.rules import Rules
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Classes = NDArray[np.int32]

PILOT = 20_000
OF_ONE_GROUP = 1_000


def equalised(
    network: Network,
    rules: Rules,
    schema: Schema,
    columns: tuple[str, ...],
    label: Any,
    rates: Mapping[Any, float] | None,
    strength: float,
    first: Callable[[int, np.random.Generator], Classes],
    rng: np.random.Generator,
) -> LabelMap:
    """Learn a map of labels; see :meth:`synthgen.generators.TreeSynthesizer.equalise_labels`.

    Parameters
    ----------
    first : callable
        Draws classes of the first column, in proportion.
    """
    _check(network, rules, schema, columns, strength)
    selected = _selected(network, schema, label, first)

    def rows(n: int) -> NDArray[np.int32]:
        classes = np.zeros((n, len(network.names)), np.int32)
        classes[:, 0] = first(n, rng)
        return network.walk(classes, 1, rng)

    drawn = rows(PILOT)
    codes = label_codes(network, drawn, columns, rules)
    groups, asked = _groups(codes, columns, rates, schema)
    empty = np.zeros((0, 1))
    labels = LabelMap(columns, selected, groups, empty, np.zeros(1), 0.0, np.zeros(len(groups)))
    place = int(network.codes[0].encode(np.array([selected]))[0])

    def pilot(g: int) -> tuple[Floats, NDArray[np.int64]]:
        made = drawn if g < 0 else _of_group(network, columns, groups[g], schema, rng)
        whose = labels.of_rows(label_codes(network, made, columns, rules))
        return class_chances(network, made)[:, place], whose

    return learn_map(columns, selected, groups, asked, strength, pilot)


def label_codes(network: Network, classes: NDArray[np.int32], columns: tuple[str, ...], rules: Rules) -> Floats:
    """Codes of label columns from the classes of the modelled ones: (n, n_columns); a gap is NaN."""
    by = {rule.column: rule for rule in rules.determined}
    out = np.empty((len(classes), len(columns)))
    for k, name in enumerate(columns):
        root = by[name].by if name in by else name
        j = network.names.index(root)
        values = network.codes[j].decode(np.ascontiguousarray(classes[:, j]), np.full(len(classes), 0.5))
        values = np.where(network.rows_with(j, classes), values, np.nan)
        out[:, k] = by[name].apply(values) if name in by else values
    return out


def _check(network: Network, rules: Rules, schema: Schema, columns: tuple[str, ...], strength: float) -> None:
    target = schema.target
    if target is None or target.kind not in LABEL_KINDS:
        raise UsageError(
            "Labels can only be drawn at other rates where the model was fitted with a target with classes."
        )
    if not network.grouped:
        raise UsageError(
            f"The target {target.name!r} follows from another column, so its labels can't be moved on their own. Drop "
            "that column, or reach the rates with rows of each group and label (quotas)."
        )
    if isinstance(strength, bool) or not isinstance(strength, (int, float)) or not 0 <= strength <= 1:
        raise UsageError(f"strength must be a number from 0 to 1; got {strength!r}.")
    by = {rule.column: rule.by for rule in rules.determined}
    if not columns:
        raise UsageError('sensitive_features must name a column, such as ["sex"]; got none.')
    for name in columns:
        column = schema[name]
        if column.kind not in LABEL_KINDS or column is target:
            what = "the target" if column is target else str(column.kind)
            raise UsageError(f"Column {name!r} is {what}; groups are made by columns with labels. Cut it into groups.")
        root = by.get(name, name)
        if root not in network.names or schema[root].kind not in LABEL_KINDS:
            raise UsageError(f"Column {name!r} follows from numbers, so its groups aren't drawn. Drop it or those.")


def _selected(
    network: Network, schema: Schema, label: Any, first: Callable[[int, np.random.Generator], Classes]
) -> float:
    assert schema.target is not None
    codes = network.codes[0]
    known = codes.decode(np.arange(codes.n_classes, dtype=np.int32), np.zeros(codes.n_classes))
    if label is None:
        if len(known) != 2:
            raise UsageError(f"The target {schema.target.name!r} has {len(known)} classes; say which one with label.")
        drawn = np.bincount(first(PILOT, np.random.default_rng(0)), minlength=2)
        return float(known[int(np.argmin(drawn))])
    code = float(label_code(label, schema.target))
    if code not in known:
        raise ConditionError(f"No train row has that class of {schema.target.name!r}, so nothing was learnt about it.")
    return code


def _groups(
    codes: Floats, columns: tuple[str, ...], rates: Mapping[Any, float] | None, schema: Schema
) -> tuple[Floats, Floats | None]:
    """Groups to move, and their rates where they were asked for."""
    if rates is None:
        filled = np.unique(np.where(np.isnan(codes), np.inf, codes), axis=0)
        return np.where(np.isinf(filled), np.nan, filled), None
    groups, asked = [], []
    for named, rate in rates.items():
        labels = named if isinstance(named, tuple) else (named,)
        if len(labels) != len(columns):
            raise UsageError(f"rates names a group by {len(labels)} label(s); {', '.join(columns)} need one each.")
        if not 0 <= rate <= 1:
            raise UsageError(f"A rate must be from 0 to 1; got {rate!r}.")
        pairs = zip(labels, columns, strict=True)
        groups.append([np.nan if item is None else float(label_code(item, schema[name])) for item, name in pairs])
        asked.append(float(rate))
    return np.array(groups, dtype=float).reshape(-1, len(columns)), np.array(asked)


def _of_group(
    network: Network, columns: tuple[str, ...], group: Floats, schema: Schema, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Rows of one group that is too small to be drawn often; none where the model draws none."""
    masks: dict[int, Mask] = {}
    try:
        for name, code in zip(columns, group, strict=True):
            j = network.names.index(name)
            masks[j] = mask_of(network.codes[j], name, _is(float(code)), schema)
        return draw_conditioned(network, OF_ONE_GROUP, masks, rng).classes
    except (ConditionError, ValueError):  # no value or no candidate of the group, or a column that follows from another
        return np.zeros((0, len(network.names)), np.int32)


def _is(code: float) -> Callable[[Floats], NDArray[np.bool_]]:
    return lambda values: np.isnan(values) if np.isnan(code) else values == code
