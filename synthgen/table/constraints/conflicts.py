"""Rules that can't hold together, found before any row is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from synthgen.errors import ConstraintError
from synthgen.table.constraints.arithmetic import Linear
from synthgen.table.constraints.base import Constraint
from synthgen.table.constraints.order import Inequality, Positive, Range
from synthgen.table.grid import step_of
from synthgen.table.schema import Schema

Item = TypeVar("Item")
Span = tuple[float, float]

TURNS = 200
"""Times that limits are carried along all rules; limits that still move then go on for ever."""


def check_consistent(rules: Sequence[Constraint], schema: Schema) -> None:
    """Refuse rules that no row could keep.

    Limits are carried along inequalities and sums until they stop moving or leave nothing; inequalities that come back
    to where they started with a strict one among them leave nothing either. What other rules mean together is seen when
    they meet real rows.

    Raises
    ------
    ConstraintError
        With the smallest set of rules that can't hold together.
    """
    if not _contradictory(rules, schema):
        return
    worst = smallest(list(rules), lambda some: _contradictory(some, schema))
    said = "; ".join(repr(rule.words) for rule in worst)
    others = " and the bounds that the schema declares" if _needs_bounds(worst, schema) else ""
    raise ConstraintError(f"These rules can't hold together{others}: {said}. Drop or correct one of them.")


def smallest(items: list[Item], bad: Callable[[list[Item]], bool]) -> list[Item]:
    """Leave out whatever can be left out of a bad list so that it stays bad; none can be left out of the result.

    >>> smallest([1, 2, 3, 4], lambda some: 2 in some and 4 in some)
    [2, 4]
    """
    left = list(items)
    for item in items:
        fewer = [other for other in left if other is not item]
        if bad(fewer):
            left = fewer
    return left


def _needs_bounds(rules: Sequence[Constraint], schema: Schema) -> bool:
    free = Schema(tuple(column for column in schema if "bounds" not in column.declared))
    return not _contradictory(rules, schema, bounds=False) and len(free) < len(schema)


def _contradictory(rules: Sequence[Constraint], schema: Schema, *, bounds: bool = True) -> bool:
    spans: dict[str, Span] = {}
    for rule in rules:
        for name in rule.columns:
            column = schema[name]
            declared = bounds and "bounds" in column.declared and column.bounds is not None
            spans.setdefault(name, column.bounds if declared and column.bounds else (-np.inf, np.inf))
    for rule in rules:
        limits = rule if isinstance(rule, Range) else rule._range if isinstance(rule, Positive) else None
        if limits is not None:
            part = limits.allowed(schema).intervals[0]
            step = step_of(schema[limits.column])
            low = part.low if part.closed_low else _above(part.low, step)
            high = part.high if part.closed_high else -_above(-part.high, step)
            spans[limits.column] = (max(spans[limits.column][0], low), min(spans[limits.column][1], high))
    if _cycle([rule for rule in rules if isinstance(rule, Inequality)]):
        return True
    for _ in range(TURNS):
        before = dict(spans)
        for rule in rules:
            if isinstance(rule, Inequality):
                _carry_order(rule, spans, schema)
            elif isinstance(rule, Linear):
                _carry_sum(rule, spans)
        if any(low > high for low, high in spans.values()):
            return True
        if spans == before:
            return False
    return False


def _carry_order(rule: Inequality, spans: dict[str, Span], schema: Schema) -> None:
    step = max(step_of(schema[rule.low]), step_of(schema[rule.high]))
    low, high = spans[rule.low], spans[rule.high]
    least, most = (_above(low[0], step), -_above(-high[1], step)) if rule.strict else (low[0], high[1])
    spans[rule.low] = (low[0], min(low[1], most))
    spans[rule.high] = (max(high[0], least), high[1])


def _above(value: float, step: float) -> float:
    """The next value of a column with steps; of one without, the next float. No limit stays none."""
    if not np.isfinite(value):
        return value
    return value + step if step else float(np.nextafter(value, np.inf))


def _carry_sum(rule: Linear, spans: dict[str, Span]) -> None:
    terms = {**{name: weight for name, weight in rule.weights.items()}, rule.column: -1.0}
    for name, weight in terms.items():
        ends = [sorted(w * end for end in spans[other]) for other, w in terms.items() if other != name]
        low = sum((part[0] for part in ends), rule.constant)
        high = sum((part[1] for part in ends), rule.constant)
        made = sorted((-low / weight, -high / weight))
        room = 1e-9 * max((abs(end) for end in made if np.isfinite(end)), default=0.0)
        span = spans[name]
        spans[name] = (max(span[0], made[0] - room), min(span[1], made[1] + room))


def _cycle(rules: Sequence[Inequality]) -> bool:
    """Whether following inequalities upwards comes back by way of a strict one."""
    above: dict[str, set[str]] = {}
    for rule in rules:
        above.setdefault(rule.low, set()).add(rule.high)

    def reached(start: str) -> set[str]:
        found, todo = set[str](), [start]
        while todo:
            for name in above.get(todo.pop(), ()):
                if name not in found:
                    found.add(name)
                    todo.append(name)
        return found

    return any(rule.strict and rule.low in reached(rule.high) for rule in rules)
