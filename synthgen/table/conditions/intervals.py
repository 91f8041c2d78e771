"""Intervals that a condition allows of an ordered column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import ConditionError
from synthgen.table.column import LABEL_KINDS, Column, Kind
from synthgen.table.conditions.values import (
    Interval,
    coded_value,
    grid_value,
    holds_a_value,
    is_missing,
    shown,
)
from synthgen.table.kinds import KINDS
from synthgen.table.text_formats import MISSING_TOKENS

COMPARISON = re.compile(r"\s*(>=|<=|==|!=|<|>|=)(.*\S)\s*", re.DOTALL)
JOINT = re.compile(r"\s*(?:,|\band\b)\s*(?=[<>=!])", re.IGNORECASE)
_MOST_STEPS = 100_000

EVERYTHING = Interval(-np.inf, np.inf, False, False)


def intersect(left: Iterable[Interval], right: Iterable[Interval]) -> list[Interval]:
    """Numbers that lie in an interval of each."""
    right, found = list(right), []
    for a in left:
        for b in right:
            low, open_low = max((a.low, not a.closed_low), (b.low, not b.closed_low))
            high, closed_high = min((a.high, a.closed_high), (b.high, b.closed_high))
            found.append(Interval(low, high, not open_low, closed_high))
    return [item for item in found if not item.empty]


def unite(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Numbers that lie in any of the intervals, as disjoint ones, ascending.

    >>> unite([Interval(3, 4, closed_low=False), Interval(1, 3)])
    (Interval(low=1, high=4, closed_low=True, closed_high=True),)
    """
    found: list[Interval] = []
    for item in sorted(intervals, key=lambda item: (item.low, not item.closed_low)):
        last = found[-1] if found else None
        if last and (last.high > item.low or (last.high == item.low and (last.closed_high or item.closed_low))):
            high, closed_high = max((last.high, last.closed_high), (item.high, item.closed_high))
            found[-1] = Interval(last.low, high, last.closed_low, closed_high)
        else:
            found.append(item)
    return tuple(found)


def intervals_of(item: Any, column: Column) -> list[Interval]:
    """Intervals that one alternative allows."""
    if isinstance(item, range):
        found = _of_range(item, column)
    elif isinstance(item, slice):
        if item.step is not None:
            raise ConditionError(f"The slice in the condition on column {column.name!r} has a step. Leave it out.")
        found = intersect(_from(item.start, column, closed=True), _up_to(item.stop, column, closed=False))
    elif isinstance(item, pd.Interval):
        found = intersect(
            _from(item.left, column, closed=item.closed_left), _up_to(item.right, column, closed=item.closed_right)
        )
    elif isinstance(item, str) and item.lstrip().startswith(("<", ">", "=", "!")):
        found = [EVERYTHING]
        for sign, operand in comparisons(item, column):
            found = intersect(found, _compared(sign, operand.strip(), column))
    else:
        found = [grid_value(item, column)]
    found = [part for part in found if holds_a_value(part, column)]
    if not found:
        raise contradiction(item, column)
    return found


def _compared(sign: str, operand: str, column: Column) -> list[Interval]:
    if operand in MISSING_TOKENS or is_missing(operand, column):
        raise ConditionError(
            f"The condition on column {column.name!r} compares with a missing value, which is neither less nor more "
            f"nor equal: got {shown(sign + ' ' + operand)}. Give None for missing, slice(None) for all that is not."
        )
    if sign in ("<", "<="):
        return _up_to(operand, column, closed=sign == "<=")
    if sign in (">", ">="):
        return _from(operand, column, closed=sign == ">=")
    value = grid_value(operand, column)
    if sign == "!=":
        return [Interval(-np.inf, value.low, False, False), Interval(value.high, np.inf, False, False)]
    return [value]


def _from(value: Any, column: Column, *, closed: bool) -> list[Interval]:
    if value is None or (isinstance(value, float) and value == -np.inf):
        return [EVERYTHING]
    read = coded_value(value, column)
    return [Interval(read.low if closed else read.high, np.inf, closed, False)]


def _up_to(value: Any, column: Column, *, closed: bool) -> list[Interval]:
    if value is None or (isinstance(value, float) and value == np.inf):
        return [EVERYTHING]
    read = coded_value(value, column)
    return [Interval(-np.inf, read.high if closed else read.low, False, closed)]


def _of_range(item: range, column: Column) -> list[Interval]:
    if column.kind is not Kind.INTEGER:
        raise ConditionError(
            f"A range holds whole numbers, and column {column.name!r} is {column.kind}; got {shown(item)}. "
            "Give a slice, slice(low, high), or a comparison such as '>= low and < high'."
        )
    if not item:
        return []
    low = coded_value(min(item[0], item[-1]), column).low
    high = coded_value(max(item[0], item[-1]), column).high
    if abs(item.step) == 1:
        return [Interval(low, high)]
    if (high - low) / abs(item.step) > _MOST_STEPS:
        raise ConditionError(
            f"The range in the condition on column {column.name!r} has more than {_MOST_STEPS:,} values; "
            f"got {shown(item)}. Give a shorter one, or a comparison such as '>= low and < high'."
        )
    return [Interval(float(number), float(number)) for number in item]


def check_within_bounds(found: tuple[Interval, ...], column: Column) -> None:
    """Raise ConditionError if none of the intervals holds a value within the column's bounds."""
    if not found or column.bounds is None:
        return
    low, high = column.bounds
    if any(holds_a_value(part, column) for part in intersect(found, [Interval(low, high)])):
        return
    above, below = all(part.low >= low for part in found), all(part.high <= high for part in found)
    side = "above" if above and not below else "below" if below and not above else "outside"
    known = "the values that the column has"
    # Bounds that nobody declared are two real values: a message doesn't tell them.
    if "bounds" in column.declared:
        cells = KINDS[column.kind].restore(np.array([low, high]), column)
        known = f"its bounds, {cells.iloc[0]} to {cells.iloc[1]}"
    raise ConditionError(
        f"No row can meet the condition on column {column.name!r}: what it allows lies {side} {known}. "
        "Ask for values within them."
    )


def comparisons(text: str, column: Column) -> list[tuple[str, str]]:
    """Operator and operand of each part; a label may hold what looks like a joint."""
    whole = COMPARISON.fullmatch(text)
    if whole and column.kind in LABEL_KINDS and whole[2].strip() in (column.categories or ()):
        return [(whole[1], whole[2])]
    found = []
    for part in JOINT.split(text):
        comparison = COMPARISON.fullmatch(part)
        if comparison is None:
            raise ConditionError(
                f"The condition on column {column.name!r} can't be read: got {shown(text)}. Give comparisons by "
                "==, !=, <, <=, > or >=, joined by 'and', such as '>= 100 and < 200'; for 'or', give a list."
            )
        found.append((comparison[1], comparison[2]))
    return found


def contradiction(item: Any, column: Column) -> ConditionError:
    """Say that a condition leaves no value."""
    return ConditionError(
        f"No value of column {column.name!r} can meet {shown(item)}: its parts exclude each other or leave nothing. "
        "Correct it; where either part will do, give a list."
    )
