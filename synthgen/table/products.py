"""Columns that are a product or a ratio of two others: a total that is price times quantity."""

from __future__ import annotations

import keyword
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import Column, Kind, Role
from synthgen.table.number_rules import ENOUGH_ROWS
from synthgen.table.rules import CHANCE, RELATIVE, Rules
from synthgen.table.schema import Schema

FIRST_ROWS, SCREEN_ROWS = 8, 200
CHANCE_ROWS = 20_000
MOST_COLUMNS = 200
"""Columns of numbers that are looked at, the first of the table."""

Floats = NDArray[np.float64]
Triple = tuple[str, str, str]


@dataclass(frozen=True)
class Product:
    """``column`` is ``left`` times ``right``, or divided by it, rounded. Missing with a part, or above a zero.

    Examples
    --------
    >>> rule = Product("unit price", "total", "quantity", True, 2)
    >>> rule.apply(np.array([10.0, 1.0, 5.0]), np.array([4.0, 3.0, 0.0])).tolist(), rule.expression
    ([2.5, 0.33, nan], 'total / quantity')
    """

    column: str
    left: str
    right: str
    divided: bool
    decimals: int | None

    @property
    def parts(self) -> tuple[str, str]:
        """Both columns that it is computed from."""
        return (self.left, self.right)

    @property
    def expression(self) -> str:
        """The formula; a name that isn't one word stands in backticks."""
        return f"{_quoted(self.left)} {'/' if self.divided else '*'} {_quoted(self.right)}"

    def exactly(self, left: Floats, right: Floats) -> Floats:
        """Values of ``column`` before they are rounded."""
        if not self.divided:
            return np.asarray(left * right)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(right == 0, np.nan, left / right)

    def apply(self, left: Floats, right: Floats) -> Floats:
        """Values of ``column`` from those of both parts."""
        made = self.exactly(left, right)
        return np.asarray(made if self.decimals is None else np.round(made, self.decimals) + 0.0)

    def holds(self, column: Floats, left: Floats, right: Floats) -> NDArray[np.bool_]:
        """Whether each row keeps it, and lacks the value where it can't be computed, and only there."""
        made = self.exactly(left, right)
        within = ~(np.abs(column - made) > self._room(made))
        return np.asarray(within & (np.isnan(column) == np.isnan(made)))

    def _room(self, made: Floats) -> Floats:
        return np.asarray((0.0 if self.decimals in (None, 0) else 0.6 * 10.0**-self.decimals) + RELATIVE * np.abs(made))


def find_products(
    coded: pd.DataFrame, schema: Schema, rng: np.random.Generator, rules: Rules | None = None
) -> tuple[Product, ...]:
    """Find columns that are a product or a ratio of two others in all rows, beyond chance.

    Were one of the three columns unrelated to the others, its values in any order would do as well. A rule counts if,
    with each of them in a random order in turn, so few rows would still keep it that all would do so by chance with a
    probability below ``CHANCE`` over the number of rules looked at. Whole numbers are exact products, not rounded ones.

    Parameters
    ----------
    coded : pandas.DataFrame of shape (n_rows, n_columns)
        As :func:`synthgen.table.encode` gives it.
    schema : Schema
    rng : numpy.random.Generator
        Draws the rows in which candidates are looked for, and the random orders.
    rules : Rules, optional
        What else was found: columns that it gives aren't given a second time, and nothing is computed from itself.

    Returns
    -------
    tuple of Product
        One for a column at most, in the schema's order.

    Examples
    --------
    >>> schema = Schema(tuple(Column(name, Kind.INTEGER) for name in ("price", "quantity", "total")))
    >>> rng = np.random.default_rng(0)
    >>> sold = pd.DataFrame({"price": rng.integers(1, 99, 50), "quantity": rng.integers(1, 9, 50)})
    >>> [rule.expression for rule in find_products(sold.assign(total=sold.price * sold.quantity), schema, rng)]
    ['price * quantity']
    """
    values = _numbers(coded, schema)
    if len(values) < 3:
        return ()
    names = list(values)
    place = {name: number for number, name in enumerate(_target_first(schema))}
    reads = _reads(rules)
    # Products before ratios, and a later column from earlier ones: a total rather than the price behind it.
    found = list(_candidates(values, rng))
    found.sort(key=lambda item: (item[1], -place[item[0][0]], place[item[0][1]], place[item[0][2]]))
    bar = math.log(CHANCE / (2 * len(names) ** 3))
    taken: set[frozenset[str]] = set()
    chosen: dict[str, Product] = {}
    for (name, left, right), divided in found:
        rule = Product(name, left, right, divided, _decimals(schema[name]))
        parts = frozenset((name, left, right))
        if name in reads or parts in taken or any(_leads(part, name, reads) for part in rule.parts):
            continue
        if rule.holds(values[name], values[left], values[right]).all() and _log_chance(rule, values, rng) < bar:
            chosen[name] = rule
            taken.add(parts)
            reads[name] = rule.parts
    return tuple(chosen[name] for name in schema.names if name in chosen)


def _numbers(coded: pd.DataFrame, schema: Schema) -> dict[str, Floats]:
    kinds, left_out = (Kind.CONTINUOUS, Kind.INTEGER), (Role.IDENTIFIER, Role.SUBJECT)
    out: dict[str, Floats] = {}
    for column in schema:
        if column.kind in kinds and column.role not in left_out and "`" not in column.name:
            values = coded[column.name].to_numpy(float)
            known = values[~np.isnan(values)]
            if len(known) >= ENOUGH_ROWS and (known != known[0]).any():
                out[column.name] = values
    return dict(list(out.items())[:MOST_COLUMNS])


def _target_first(schema: Schema) -> list[str]:
    return [column.name for column in sorted(schema, key=lambda column: column.role is not Role.TARGET)]


def _decimals(column: Column) -> int | None:
    return 0 if column.kind is Kind.INTEGER else column.decimals


def _reads(rules: Rules | None) -> dict[str, tuple[str, ...]]:
    """Columns that are computed, and from which."""
    if rules is None:
        return {}
    sums = {total.column: total.parts for total in rules.totals}
    return {**sums, **{rule.column: (rule.by,) for rule in rules.determined}}


def _leads(start: str, end: str, reads: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether ``start`` is computed from ``end``, by way of others or not."""
    return start == end or any(_leads(part, end, reads) for part in reads.get(start, ()))


def _candidates(values: Mapping[str, Floats], rng: np.random.Generator) -> Iterator[tuple[Triple, bool]]:
    """Triples (column, left, right), and whether divided, that some rows don't refute."""
    names = list(values)
    n = len(values[names[0]])
    some = rng.permutation(n)[: 10 * SCREEN_ROWS]
    sample = np.stack([values[name][some] for name in names])
    # Rows with the fewest zeros and gaps refute the most.
    telling = np.argsort(-((sample != 0) & ~np.isnan(sample)).sum(axis=0), kind="stable")
    sample = sample[:, telling[:SCREEN_ROWS]]
    # Wider than any rounding: candidates are held against their own rounding later.
    room = np.array([[_coarseness(values[name])] for name in names])
    for place, divided in product(range(len(names)), (False, True)):
        start = 0 if divided else place  # a product is the same either way
        with np.errstate(divide="ignore", invalid="ignore"):
            made = sample[place] / sample[start:] if divided else sample[place] * sample[start:]
        made[np.isinf(made)] = np.nan
        # That nothing is nothing times something tells little: what isn't zero does.
        tells = ~np.isnan(made) & (made != 0)
        rights = np.flatnonzero(tells.sum(axis=1) >= FIRST_ROWS)
        first = np.argsort(~tells[rights], axis=1, kind="stable")[:, :FIRST_ROWS]
        few = np.take_along_axis(made[rights], first, axis=1)
        near = (np.abs(sample[:, first] - few) <= room[:, :, None] + RELATIVE * np.abs(few)).all(axis=2)
        for column, at in zip(*np.nonzero(near), strict=True):
            right = int(rights[at]) + start
            if column in (place, right) or (divided and right == place):
                continue
            # A gap where there should be a value refutes too: the comparison is False.
            within = np.abs(made[rights[at]] - sample[column]) <= room[column] + RELATIVE * np.abs(made[rights[at]])
            if (within | np.isnan(made[rights[at]])).all():
                yield (names[column], names[place], names[right]), divided


def _coarseness(values: Floats) -> float:
    """Half a unit of the last decimal place of a column's values, 0 if they aren't rounded."""
    known = values[~np.isnan(values)][:1000]
    for decimals in range(11):
        if (np.round(known, decimals) == known).all():
            return 0.6 * 10.0**-decimals if decimals else 0.0
    return 0.0


def _log_chance(rule: Product, values: Mapping[str, Floats], rng: np.random.Generator) -> float:
    """Log of the probability that all rows keep the rule though one of the three columns is unrelated, the largest."""
    three = np.stack([values[name] for name in (rule.column, rule.left, rule.right)])
    three = three[:, ~np.isnan(three).any(axis=0)]
    n = three.shape[1]
    if n < ENOUGH_ROWS:
        return 0.0
    some = three[:, rng.permutation(n)[:CHANCE_ROWS]]
    worst = -math.inf
    for moved in range(3):
        mixed = some.copy()
        mixed[moved] = rng.permutation(mixed[moved])
        still = float(rule.holds(*mixed).sum())
        worst = max(worst, n * math.log((still + 1) / (some.shape[1] + 1)))
    return worst


def _quoted(name: str) -> str:
    plain = name.isidentifier() and not keyword.iskeyword(name) and name not in ("abs", "round", "floor", "ceil")
    return name if plain and name not in ("min", "max") else f"`{name}`"
