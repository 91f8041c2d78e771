"""Conditions on the rows to sample, read and checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, Column
from synthgen.table.conditions.intervals import (
    COMPARISON,
    check_within_bounds,
    comparisons,
    contradiction,
    intervals_of,
    unite,
)
from synthgen.table.conditions.values import Interval, is_missing, shown
from synthgen.table.schema import Schema


@dataclass(frozen=True, eq=False)
class Allowed:
    """What a condition allows of one column.

    Parameters
    ----------
    codes : array of float64, shape (n_labels,), or None
        Codes of the labels, ascending; None for continuous, integer and datetime columns.
    intervals : tuple of Interval
        Disjoint and ascending, in coded units (datetimes in microseconds since 1970 in UTC,
        durations in seconds); a single value is an interval from it to itself (in a rounded column
        of float32, from the number to the float32 nearest to it). Empty for labels.
    missing : bool
        Whether a missing value meets the condition.
    """

    codes: NDArray[np.float64] | None
    intervals: tuple[Interval, ...]
    missing: bool

    def accepts(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which values meet the condition.

        Parameters
        ----------
        values : array of float64, shape (n_rows,)
            As :func:`synthgen.table.encoding.encode` or :func:`synthgen.table.grid.to_grid` gives them: on
            the column's grid, NaN where missing.

        Returns
        -------
        array of bool, shape (n_rows,)
        """
        values = np.asarray(values, dtype=np.float64)
        gone = np.isnan(values)
        if self.codes is not None:
            return np.where(gone, self.missing, np.isin(values, self.codes)).astype(np.bool_)
        if not self.intervals:
            return gone & self.missing
        ends = np.array([(item.low, item.high) for item in self.intervals])
        closed = np.array([(item.closed_low, item.closed_high) for item in self.intervals])
        # Disjoint and ascending: only the last interval that begins at or before a value can hold it.
        place = np.searchsorted(ends[:, 0], values, side="right") - 1
        low, high = ends[place].T
        closed_low, closed_high = closed[place].T
        inside = (values > low) | (closed_low & (values == low))
        inside &= (values < high) | (closed_high & (values == high))
        return np.where(gone, self.missing, inside & (place >= 0)).astype(np.bool_)


def meets(allowed: Mapping[str, Allowed], rows: Any) -> NDArray[np.bool_]:
    """Tell which rows meet all of several conditions.

    Parameters
    ----------
    allowed : mapping of str to Allowed
    rows : pandas.DataFrame, or mapping of str to array
        Coded, with one column at least.

    Returns
    -------
    array of bool, shape (n_rows,)
        True where there is no condition.
    """
    out = np.ones(len(rows[next(iter(rows))]), dtype=bool)
    for name, one in allowed.items():
        out &= one.accepts(rows[name])
    return out


def allowed_values(conditions: Mapping[str, Any] | None, schema: Schema) -> dict[str, Allowed]:
    """Read what conditions allow of each column they name; a row must meet all of them.

    ====================================  =======================================================
    condition                             a row meets it if its value
    ====================================  =======================================================
    ``1``, ``"A"``, ``date(2024, 1, 3)``  equals this; numbers, dates and labels may be text
    ``None``, NaN, NaT                    is missing; so does the column's own text for it (``"?"``)
    list, tuple, set, array of these      meets any of them
    ``">= 100"``, also ``> <= < == !=``   compares so
    ``">= 100 and < 200"``, also ``,``    compares so in every part
    ``slice(100, 200)``                   is 100 or more and less than 200; an end may be None
    ``pd.Interval(0, 5, closed="left")``  lies in the interval
    ``range(18, 66)``                     is one of these whole numbers; integers and labels only
    ====================================  =======================================================

    A missing value meets no comparison, not even ``!=``. Labels compare by ``==`` and ``!=`` only, and text
    that is a label of the column means this label, whatever it looks like (``">50K"``). A float is equal
    if it is so on the column's grid. A date alone is its midnight, and a time without a zone is in the
    column's. Durations are numbers of seconds, ``timedelta`` or text such as ``"2h"``.

    Parameters
    ----------
    conditions : mapping of str to condition, or None
    schema : Schema

    Returns
    -------
    dict of str to Allowed
        Empty if there is no condition.

    Raises
    ------
    ConditionError
        A column is unknown, or holds identifiers or text; a condition can't be read; or no row can meet it.

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> from synthgen.table.schema import Schema
    >>> schema = Schema((Column("age", Kind.INTEGER), Column("pay", Kind.CATEGORICAL, categories=("<=50K", ">50K"))))
    >>> allowed = allowed_values({"age": [17, ">= 65 and < 90"], "pay": ">50K"}, schema)
    >>> allowed["age"].accepts(np.array([17.0, 64.0, 65.0, 90.0, np.nan])).tolist()
    [True, False, True, False, False]
    >>> allowed["pay"].codes.tolist()
    [1.0]
    """
    allowed = {}
    for name, wanted in _named(conditions, schema).items():
        column = schema[name]
        if column.kind in OPAQUE_KINDS:
            raise ConditionError(
                f"Column {name!r} is {column.kind}: its synthetic values are made up anew, so there can be no "
                f"condition on it. Leave it out, or declare the column: schema.with_column({name!r}, kind=...)."
            )
        allowed[name] = _allowed(wanted, column)
    return allowed


def target_codes(conditions: Mapping[str, Any] | None, schema: Schema) -> NDArray[np.float64] | None:
    """Codes of the target that ``conditions`` allow; None if they allow all.

    Parameters
    ----------
    conditions : mapping of str to label or list of labels, or None
        ``{"Class": 1}`` or ``{"diagnosis": ["A", "B"]}``; see :func:`allowed_values`.
    schema : Schema

    Raises
    ------
    ConditionError
        For a column other than the target, a target without classes, or an unknown label.
    """
    named = _named(conditions, schema)
    if not named:
        return None
    target = schema.target
    for name in named:
        if target is None or name != target.name:
            what = f"the target {target.name!r}" if target else "a target, and none was given to fit"
            raise ConditionError(f"The condition is on column {name!r}; this generator conditions on {what}.")
    assert target is not None
    if target.kind not in LABEL_KINDS:
        raise ConditionError(
            f"The target {target.name!r} is {target.kind}; a condition on it needs classes. "
            "Leave the condition out, or declare the column categorical in the schema."
        )
    found = _allowed(named[target.name], target)
    if found.missing:
        raise ConditionError(f"The target {target.name!r} is never missing. Ask for one of its classes.")
    return found.codes


def label_code(label: Any, column: Column) -> int:
    """Code of a label, which may be given as text (as on a command line)."""
    categories = column.categories or ()
    plain = label.item() if isinstance(label, np.generic) else label
    alike = [
        code
        for code, known in enumerate(categories)
        if known == label and isinstance(known, bool) == isinstance(plain, bool)
    ]
    if alike:  # of 1 and 1.0 in one column, the one that was given
        return next((code for code in alike if type(categories[code]) is type(plain)), alike[0])
    matches = [code for code, known in enumerate(categories) if known == label]
    matches = matches or [code for code, known in enumerate(categories) if str(known) == str(label)]
    if len(matches) == 1:
        return matches[0]
    raise ConditionError(
        f"Column {column.name!r} has no class {shown(label)} among its {len(categories)} classes, so no row can "
        f"meet the condition. List them with df[{column.name!r}].unique()."
    )


def _named(conditions: Mapping[str, Any] | None, schema: Schema) -> dict[str, Any]:
    if conditions is None:
        return {}
    if not isinstance(conditions, Mapping):
        raise ConditionError(
            f"conditions must map a column to a value, such as {{'Class': 1}}; got {type(conditions).__name__}."
        )
    named = {str(name): wanted for name, wanted in conditions.items()}
    for name in named:
        if name not in schema:
            raise ConditionError(
                f"The condition names column {name!r}, which the table doesn't have. "
                f"Its columns are: {', '.join(schema.names)}."
            )
    return named


def _allowed(wanted: Any, column: Column) -> Allowed:
    codes: set[int] = set()
    intervals: list[Interval] = []
    missing = False
    for item in _alternatives(wanted, column):
        if is_missing(item, column):
            if not column.nullable:
                raise ConditionError(
                    f"The condition asks for missing values of column {column.name!r}, which has none "
                    f"(got {shown(item)}). Leave that out."
                )
            missing = True
        elif column.kind in LABEL_KINDS:
            codes |= _codes(item, column)
        else:
            intervals += intervals_of(item, column)
    if column.kind in LABEL_KINDS:
        return Allowed(np.array(sorted(codes), dtype=np.float64), (), missing)
    found = unite(intervals)
    check_within_bounds(found, column)
    return Allowed(None, found, missing)


def _alternatives(wanted: Any, column: Column) -> list[Any]:
    many = (list, tuple, Set, np.ndarray, pd.Series, pd.Index, pd.api.extensions.ExtensionArray)
    if isinstance(wanted, np.ndarray) and wanted.ndim == 0:
        wanted = wanted[()]
    items = list(wanted) if isinstance(wanted, many) else [wanted]
    if not items:
        raise ConditionError(f"The condition on {column.name!r} lists no value, so no row can meet it.")
    if any(isinstance(item, many) for item in items):
        raise ConditionError(f"The condition on {column.name!r} is a list within a list. Give one list of values.")
    return items


def _codes(item: Any, column: Column) -> set[int]:
    if isinstance(item, (slice, pd.Interval)):
        raise _no_order(item, column)
    if isinstance(item, range):
        if not item:
            raise contradiction(item, column)
        return {_code(number, column) for number in item}
    try:
        return {_code(item, column)}
    except ConditionError:
        if not (isinstance(item, str) and COMPARISON.fullmatch(item)):
            raise
    allowed = set(range(len(column.categories or ())))
    for sign, operand in comparisons(item, column):
        if sign not in ("==", "=", "!="):
            raise _no_order(item, column)
        code = _operand_code(operand, column)
        allowed = allowed - {code} if sign == "!=" else allowed & {code}
    if not allowed:
        raise contradiction(item, column)
    return allowed


def _code(label: Any, column: Column) -> int:
    try:
        return label_code(label, column)
    except ConditionError:
        raise
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ConditionError(
            f"Column {column.name!r} has no class {shown(label)}. Give one of its labels, or a list of them."
        ) from error


def _operand_code(operand: str, column: Column) -> int:
    # Labels may begin with spaces, which mean nothing in "!= A".
    for text in (operand, operand.removeprefix(" ")):
        if text in (column.categories or ()):
            return _code(text, column)
    return _code(operand.strip(), column)


def _no_order(item: Any, column: Column) -> ConditionError:
    return ConditionError(
        f"Column {column.name!r} holds labels, which have no order, so {shown(item)} can't be asked of it "
        "(nor is this one of its labels). Name the labels, or say '!= label'."
    )
