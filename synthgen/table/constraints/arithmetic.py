"""Columns that are computed from others: sums, and any formula of + - * /."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from synthgen.errors import ConstraintError
from synthgen.table.column import ORDERED_KINDS, Kind
from synthgen.table.constraints.base import (
    NUMBERS,
    Bools,
    Constraint,
    Floats,
    Places,
    Rows,
    names_of,
    on_grid,
    slack,
)
from synthgen.table.schema import Schema

_QUOTED = re.compile(r"`([^`]+)`")
_OPERATORS: Mapping[type[ast.operator], np.ufunc] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide, ast.Pow: np.power,
}  # fmt: skip
_FUNCTIONS: Mapping[str, tuple[Any, int]] = {
    "abs": (np.abs, 1), "round": (np.round, 1), "floor": (np.floor, 1), "ceil": (np.ceil, 1),
    "min": (np.minimum, 2), "max": (np.maximum, 2),
}  # fmt: skip

LONGEST, SHOWN = 1_000, 100
"""Characters of a formula, and of it in a message, at most."""

MOST_TRIED = 30
"""Values of one part that are tried where another, rounded, can't make a formula come out."""


@dataclass(frozen=True)
class Linear(Constraint):
    """A column is a weighted sum of others, to its own rounding; with a missing part nothing is said.

    Parameters
    ----------
    column : str
    terms : mapping of str to float, or list of str
        Weight of each part; a list is a plain sum.
    constant : float
        Added to the sum.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema(tuple(Column(name, Kind.INTEGER) for name in ("casual", "registered", "cnt")))
    >>> rule = Linear("cnt", ["casual", "registered"])
    >>> rows = {"casual": np.array([3.0, 3.0]), "registered": np.array([13.0, 13.0]), "cnt": np.array([16.0, 17.0])}
    >>> rule.words, rule.holds(rows, schema).tolist()
    ('cnt = casual + registered', [True, False])
    """

    column: str
    terms: Mapping[str, float] | tuple[str, ...]
    constant: float = 0.0
    kinds: ClassVar[tuple[Kind, ...]] = ORDERED_KINDS

    def __post_init__(self) -> None:
        if not isinstance(self.terms, Mapping):
            object.__setattr__(self, "terms", dict.fromkeys(names_of(self.terms, "Linear"), 1.0))
        numbers = [*self.weights.values(), self.constant]
        if not self.weights or not all(_is_number(value) for value in numbers) or 0 in self.weights.values():
            raise ConstraintError(
                f"Linear takes the parts of column {self.column!r} with a weight each that isn't 0, such as "
                f"{{'net': 1, 'tax': 1}}; got {self.terms!r}. Correct it."
            )
        if self.column in self.weights:
            raise ConstraintError(f"Column {self.column!r} can't be a part of itself. Take it to one side of the rule.")

    @property
    def weights(self) -> Mapping[str, float]:
        """Weight of each part."""
        assert isinstance(self.terms, Mapping)
        return self.terms

    @property
    def columns(self) -> tuple[str, ...]:
        """The parts, then the sum."""
        return (*self.weights, self.column)

    @property
    def words(self) -> str:
        """Such as ``cnt = casual + registered``."""
        parts = [f"{'-' if w < 0 else '+'} {_factor(w)}{p}" for p, w in self.weights.items()]
        if self.constant:
            parts.append(f"{'-' if self.constant < 0 else '+'} {abs(self.constant):g}")
        return f"{self.column} = {' '.join(parts).removeprefix('+ ')}"

    @property
    def gives(self) -> str:
        """The sum."""
        return self.column

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row adds up."""
        parts = np.column_stack([rows[name] * weight for name, weight in self.weights.items()])
        off = np.abs(rows[self.column] - parts.sum(axis=1) - self.constant)
        return np.asarray(~(off > slack(schema[self.column], np.abs(parts).max(axis=1))))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Compute the sum; where that may not change, share the difference among the parts that may."""
        if self.column in free:
            total = sum((rows[name][where] * weight for name, weight in self.weights.items()), self.constant)
            rows[self.column][where] = on_grid(np.asarray(total), schema[self.column])
            return
        movable = [name for name in self.weights if name in free]
        rest = rows[self.column][where] - self.constant
        rest = rest - sum((rows[p][where] * w for p, w in self.weights.items() if p not in free), 0.0)
        size = sum((np.abs(rows[name][where] * self.weights[name]) for name in movable), 0.0)
        for j, name in enumerate(movable):
            weight, left = self.weights[name], movable[j:]
            own = np.abs(rows[name][where] * weight)
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.where(size > 0, own / size, 1.0 / len(left))
            made = rest * share if len(left) > 1 else rest
            rows[name][where] = on_grid(made / weight, schema[name])
            rest, size = rest - rows[name][where] * weight, size - own


@dataclass(frozen=True)
class Formula(Constraint):
    """A column is computed from others: ``total = price * quantity``, to the column's own rounding.

    Parameters
    ----------
    column : str
    expression : str
        Columns, numbers, ``+ - * / **``, parentheses, and ``abs round floor ceil min max``. A name that isn't one word
        stands in backticks. Nothing else is read, and no code is run.

    Examples
    --------
    >>> from synthgen.table.column import Column
    >>> schema = Schema(tuple(Column(name, Kind.CONTINUOUS, decimals=2) for name in ("price", "quantity", "total")))
    >>> rule = Formula("total", "price * quantity")
    >>> rows = {"price": np.array([9.99, 9.99]), "quantity": np.array([3.0, 3.0]), "total": np.array([29.97, 30.0])}
    >>> rule.holds(rows, schema).tolist()
    [True, False]
    """

    column: str
    expression: str
    kinds: ClassVar[tuple[Kind, ...]] = (*NUMBERS, Kind.BOOLEAN, Kind.DATETIME)

    def __post_init__(self) -> None:
        if self.column in self.parts:
            raise ConstraintError(f"Column {self.column!r} can't be computed from itself; got {self.words!r}.")

    @property
    def parts(self) -> tuple[str, ...]:
        """Columns that the formula reads."""
        tree, quoted = self._parsed()
        found = dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
        return tuple(quoted.get(name, name) for name in found if name not in _FUNCTIONS)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it reads, then the one that it gives."""
        return (*self.parts, self.column)

    @property
    def words(self) -> str:
        """The formula."""
        return f"{self.column} = {self.expression}"

    @property
    def gives(self) -> str:
        """The column that is computed."""
        return self.column

    def holds(self, rows: Rows, schema: Schema) -> Bools:
        """Whether each row's value is the computed one; with a missing part nothing is said."""
        made = self.computed(rows)
        off = np.abs(rows[self.column] - made)
        return np.asarray(~(off > slack(schema[self.column], np.abs(made))) & ~np.isinf(made))

    def mend(self, rows: Rows, where: Places, free: frozenset[str], schema: Schema, rng: np.random.Generator) -> None:
        """Compute the column; where it may not change, solve for a part that enters linearly."""
        part = {name: rows[name][where] for name in self.columns}
        if self.column in free:
            rows[self.column][where] = on_grid(self.computed(part), schema[self.column])
            return
        # Of several parts the finest can come closest.
        movable = sorted((n for n in self.parts if n in free), key=lambda n: schema[n].kind is not Kind.CONTINUOUS)
        for name in movable:
            solved = self._solved(part, name, schema)
            if not np.array_equal(solved, part[name], equal_nan=True):
                part[name] = solved
                self._with_other_parts(part, name, [n for n in movable if n != name], rows, schema, rng)
                for changed in movable:
                    rows[changed][where] = part[changed]
                return

    def _solved(self, part: Rows, name: str, schema: Schema) -> Floats:
        """Values of a part that enters linearly, on its grid, that give the column; else as they are."""
        n = len(part[name])
        at = [self.computed({**part, name: np.full(n, x)}) for x in (0.0, 1.0, 2.0)]
        slope = at[1] - at[0]
        with np.errstate(divide="ignore", invalid="ignore"):
            solved = (part[self.column] - at[0]) / slope
            linear = np.isclose(at[2] - at[1], slope, rtol=1e-9) & np.isfinite(solved)
        return np.where(linear, on_grid(solved, schema[name]), part[name])

    def _with_other_parts(
        self, part: Rows, name: str, others: list[str], rows: Rows, schema: Schema, rng: np.random.Generator
    ) -> None:
        """Where a rounded part can't make up for the others, try values that these have in other rows."""
        for other in others:
            values, counts = np.unique(rows[other][~np.isnan(rows[other])], return_counts=True)
            size = min(len(values), MOST_TRIED)
            for value in rng.choice(values, size, replace=False, p=counts / counts.sum()) if size else ():
                left = np.flatnonzero(~self.holds(part, schema))
                if not len(left):
                    return
                tried = {column: held[left] for column, held in part.items()}
                tried[other] = np.full(len(left), value)
                tried[name] = self._solved(tried, name, schema)
                good = self.holds(tried, schema)
                for column in (name, other):
                    part[column][left[good]] = tried[column][good]

    def computed(self, rows: Rows) -> Floats:
        """Value that the formula gives for each row."""
        tree, quoted = self._parsed()
        with np.errstate(all="ignore"):
            made = np.asarray(_value(tree, {inner: rows[name] for inner, name in self._names(quoted).items()}), float)
        return np.broadcast_to(made, np.shape(rows[self.parts[0]])).copy() if self.parts else made

    def _names(self, quoted: Mapping[str, str]) -> dict[str, str]:
        return {**{name: name for name in self.parts}, **quoted}

    def _parsed(self) -> tuple[ast.expr, dict[str, str]]:
        quoted: dict[str, str] = {}
        if not isinstance(self.expression, str) or len(self.expression) > LONGEST:
            raise self._unreadable()
        stem = "_column_"
        while stem in self.expression:
            stem += "_"

        def renamed(match: re.Match[str]) -> str:
            quoted[f"{stem}{len(quoted)}"] = match[1]
            return f"{stem}{len(quoted) - 1}"

        try:
            tree = ast.parse(_QUOTED.sub(renamed, self.expression.strip()), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self._unreadable() from error
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            bare = isinstance(node, ast.Name) and node.id in _FUNCTIONS and id(node) not in called
            if bare or not _readable(node):
                raise self._unreadable()
        return tree, quoted

    def _unreadable(self) -> ConstraintError:
        got = repr(self.expression)
        got = got if len(got) <= SHOWN else f"{got[:SHOWN]}… of {len(got):,} characters"
        return ConstraintError(
            f"The formula of column {self.column!r} can't be read: got {got}. It takes columns (those of several "
            "words, and those called like a function, in backticks), numbers, + - * / **, parentheses and "
            f"{', '.join(_FUNCTIONS)}; {LONGEST:,} characters at most."
        )


def _factor(weight: float) -> str:
    return "" if abs(weight) == 1 else f"{abs(weight):g} * "


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return bool(np.isfinite(float(value)))
    except OverflowError:
        return False


def _readable(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and not node.keywords
        return known and len(node.args) == _FUNCTIONS[node.func.id][1]  # type: ignore[attr-defined]
    if isinstance(node, ast.BinOp):
        return type(node.op) in _OPERATORS
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, (ast.USub, ast.UAdd))
    if isinstance(node, ast.Constant):
        return _is_number(node.value)
    return isinstance(node, (ast.Name, ast.operator, ast.unaryop, ast.Load))


def _value(node: ast.expr, rows: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, rows), _value(node.right, rows))
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, rows)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        return _FUNCTIONS[node.func.id][0](*(_value(item, rows) for item in node.args))
    if isinstance(node, ast.Constant):
        return float(node.value)  # type: ignore[arg-type]
    assert isinstance(node, ast.Name)
    return np.asarray(rows[node.id], dtype=float)
