"""Associations, rules, keys, copies, leaks and interactions, together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from synthgen.profiling.dependence.associations import measure, strongest
from synthgen.profiling.dependence.copies import near_copies, repeated_rows
from synthgen.profiling.dependence.interactions import MOST_COLUMNS as MOST_INTERACTING
from synthgen.profiling.dependence.interactions import interactions
from synthgen.profiling.dependence.leakage import leak_suspects
from synthgen.profiling.dependence.results import DependenceProfile, HoldingRule, Interaction, LeakSuspect
from synthgen.profiling.few_classes import compared_columns
from synthgen.profiling.multiplicity import LEVEL
from synthgen.profiling.row_samples import how_drawn, rows_of_classes, rows_to_test
from synthgen.table.column import LABEL_KINDS, Column, Role
from synthgen.table.inequalities import find_inequalities
from synthgen.table.keys import find_keys
from synthgen.table.one_hot import find_one_hot
from synthgen.table.products import find_products
from synthgen.table.rules import find_rules
from synthgen.table.schema import Schema

MOST_ROWS = 50_000
ROWS_FOR_TARGET = 20_000
MOST_COLUMNS = 300


def profile_dependence(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> DependenceProfile:
    """Describe which columns hang together, and what holds in the rows.

    Rules, keys and repeated rows are of all rows. Associations are measured on 50,000 rows at most, fewer in wide
    tables; leaks and interactions on 20,000, with all rows of rare classes. The result says how many.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        As :func:`synthgen.table.encode` gives it.
    schema : Schema
    rng : numpy.random.Generator

    Examples
    --------
    >>> from synthgen.table.column import Kind
    >>> rng = np.random.default_rng(0)
    >>> sold = pd.DataFrame({"net": rng.integers(0, 900, 300), "tax": rng.integers(0, 90, 300)})
    >>> schema = Schema(tuple(Column(name, Kind.INTEGER) for name in ("net", "tax", "gross")))
    >>> found = profile_dependence(sold.assign(gross=sold["net"] + sold["tax"]), schema, rng)
    >>> found.rules[0].words
    'gross = net + tax in every row.'
    """
    if not len(coded):
        return DependenceProfile()
    columns = compared_columns(schema)
    notes = []
    if len(columns) > MOST_COLUMNS:
        notes.append(f"{MOST_COLUMNS} of {len(columns)} columns were looked at, drawn at random.")
        columns = _drawn(columns, rng)
        schema = Schema(tuple(c for c in schema if c in columns or c.role in (Role.IDENTIFIER, Role.SUBJECT)))
    rules = [*_rules(coded, schema, rng), *_keys(coded, schema, rng)]
    some = coded.iloc[rows_to_test(coded, schema, MOST_ROWS, rng)]
    found = measure(some, columns, rng)
    names = tuple(column.name for column in columns)
    matrix: tuple[tuple[float, ...], ...] = ()
    if found is not None:
        rules += near_copies(some, columns, found.value, rules)
        matrix = tuple(tuple(row) for row in np.round(found.value, 6).tolist())
        if found.rows < len(coded):
            notes.append(f"Associations were measured on {how_drawn(found.rows, len(coded), schema)}.")
    parts = _of_target(coded, schema, columns, rules, rng)
    return DependenceProfile(
        names if matrix else (), matrix, strongest(found, columns) if found else (), tuple(rules),
        repeated_rows(coded, schema, rng), parts[0], parts[1], found.rows if found else 0, LEVEL,
        (*notes, *parts[2]),
    )  # fmt: skip


def _drawn(columns: list[Column], rng: np.random.Generator) -> list[Column]:
    """Some of the columns, in their order, the target among them."""
    order = rng.permutation(len(columns))
    order = order[np.argsort([columns[i].role is not Role.TARGET for i in order], kind="stable")]
    return [columns[i] for i in np.sort(order[:MOST_COLUMNS])]


def _rules(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> Iterable[HoldingRule]:
    """What the rules of the table say, in words."""
    found = find_rules(coded, schema, rng)
    for total in found.totals:
        if len(total.parts) == 1:
            yield HoldingRule("copy", (total.column, *total.parts), f"{total.column} is a copy of {total.parts[0]}.")
            continue
        signed = zip(total.parts, total.signs, strict=True)
        terms = " ".join(f"{'+' if sign > 0 else '-'} {part}" for part, sign in signed)
        words = f"{total.column} = {terms.removeprefix('+ ')} in every row."
        yield HoldingRule("sum", (total.column, *total.parts), words)
    # A stream of its own, so that what is drawn after it stays as it was.
    for product in find_products(coded, schema, rng.spawn(1)[0], found):
        words = f"{product.column} = {product.expression} in every row."
        yield HoldingRule("product", tuple(dict.fromkeys((product.column, *product.parts))), words)
    for names in find_one_hot(coded, schema, found):
        yield HoldingRule("one of", names, f"Exactly one of {', '.join(names)} is set in every row.")
    for rule in found.determined:
        words = f"{rule.column} is given by {rule.by}: each of its {len(rule.levels)} values has one of {rule.column}."
        yield HoldingRule("determined", (rule.column, rule.by), words)
    for order in find_inequalities(coded, schema):
        yield HoldingRule("order", (order.low, order.high), f"{order.low} is never above {order.high}.")


def _keys(coded: pd.DataFrame, schema: Schema, rng: np.random.Generator) -> Iterable[HoldingRule]:
    """Columns that tell every row from every other, in words."""
    for names in find_keys(coded, schema, rng):
        together = " together are" if len(names) > 1 else " is"
        yield HoldingRule("key", names, f"{' and '.join(names)}{together} different in every row.")


def _of_target(
    coded: pd.DataFrame, schema: Schema, columns: list[Column], rules: list[HoldingRule], rng: np.random.Generator
) -> tuple[tuple[LeakSuspect, ...], tuple[Interaction, ...], tuple[str, ...]]:
    """Columns that tell the target too well, and pairs of the others that only tell it together."""
    target = schema.target
    if target is None or target not in columns:
        return (), (), ("Leaks and interactions need a target with classes or numbers.",)
    rows = rows_of_classes(coded, schema, ROWS_FOR_TARGET, rng)
    some = coded.iloc[rows]
    suspects = leak_suspects(some, columns, target, rules, rng)
    others = [column for column in columns if column.name not in {suspect.column for suspect in suspects}]
    found, pairs, looked_at = interactions(some, others, target, rng)
    words = f"Interactions with {target.name}: {pairs:,} pairs among {looked_at} columns were looked at"
    if len(others) - 1 > MOST_INTERACTING:
        words += f", of {len(others) - 1}, drawn at random"
    notes = [words + f", on {len(rows):,} rows."]
    if len(rows) < len(coded):
        rare = ", all of rare classes among them" if target.kind in LABEL_KINDS else ""
        notes.append(f"Leaks were looked for on {how_drawn(len(rows), len(coded), schema)}{rare}.")
    return suspects, found, tuple(notes)
