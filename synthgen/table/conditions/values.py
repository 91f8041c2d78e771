"""One value of a condition on an ordered column, read as the column's own cells are."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import ConditionError
from synthgen.table.column import LABEL_KINDS, Column, Kind
from synthgen.table.grid import step_of
from synthgen.table.kinds import KINDS
from synthgen.table.local_time import is_clock, zone_of

_NARROW = {"float16": np.float16, "halffloat": np.float16, "float32": np.float32, "float": np.float32}
_DURATION = re.compile(r"[^,]*[a-z:][^,]*", re.IGNORECASE)
_NOISE = 4
"""Steps of a float64 by which arithmetic such as 0.1 + 0.2 may miss the grid."""


@dataclass(frozen=True)
class Interval:
    """Numbers from ``low`` to ``high``, in coded units; either may be infinite.

    Examples
    --------
    >>> 5.0 in Interval(1.0, 5.0), 5.0 in Interval(1.0, 5.0, closed_high=False)
    (True, False)
    """

    low: float
    high: float
    closed_low: bool = True
    closed_high: bool = True

    def __contains__(self, value: float) -> bool:
        above = value > self.low or (self.closed_low and value == self.low)
        return above and (value < self.high or (self.closed_high and value == self.high))

    @property
    def empty(self) -> bool:
        """Whether no number lies in it."""
        return self.low > self.high or (self.low == self.high and not (self.closed_low and self.closed_high))


def shown(value: Any) -> str:
    """Show what was got, as short as a message needs it."""
    try:
        text = repr(value)
    except Exception:  # a whole number too long to print, or an object that can't say what it is
        return f"a {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."


def is_missing(value: Any, column: Column) -> bool:
    """Whether a value means missing: None, NaN, NaT, or the text that stands for it in the column."""
    if isinstance(value, str):
        listed = column.categories or ()
        return value == column.storage.missing_token and (column.kind not in LABEL_KINDS or value not in listed)
    try:
        return bool(pd.api.types.is_scalar(value) and pd.isna(value))
    except ArithmeticError:  # a signalling NaN of the decimal module
        return True


def coded_value(value: Any, column: Column) -> Interval:
    """Read a value in coded units, brought to the column's grid if only rounding keeps it off.

    Datetimes without a time zone are in the column's; a date alone is its midnight.

    Returns
    -------
    Interval
        From the value to itself; on a rounded column of float32, from the rounded number to the float32
        that holds it or the other way round, since coded tables have either.

    Raises
    ------
    ConditionError
        The value isn't one that the column could hold.
    """
    coded = _read(value, column)
    near = rounded(coded, column)
    cells = (near, _held(near, column)) if _same(near, coded, column) else (_held(coded, column),)
    return Interval(min(cells), max(cells))


def grid_value(value: Any, column: Column) -> Interval:
    """Read a value that a row can equal: on a rounded column, one of its grid."""
    coded = _read(value, column)
    if not _same(rounded(coded, column), coded, column):
        what = f"numbers of {column.decimals} decimals" if column.decimals else "whole numbers"
        if column.kind is Kind.DATETIME:
            what = f"moments that are multiples of {pd.Timedelta(microseconds=column.resolution or 1)}"
        raise ConditionError(
            f"Column {column.name!r} holds {what}, and {shown(value)} isn't one, so no row can equal it. "
            "Ask for a value that the column can have, or for a range with '>= ... and < ...'."
        )
    return coded_value(value, column)


def holds_a_value(interval: Interval, column: Column) -> bool:
    """Whether an interval holds a number that the column can have, whatever its bounds."""
    step = step_of(column)
    if interval.empty or not step or not np.isfinite([interval.low, interval.high]).all():
        return not interval.empty
    # The grid's values about the lower end; half a step, since halves are rounded to even.
    around = (rounded(interval.low + part * step, column) for part in (0.0, 0.5, 1.0))
    return any(near in interval or _held(near, column) in interval for near in around)


def rounded(coded: float, column: Column) -> float:
    """Nearest number of the column's grid; the number itself where it has none."""
    if column.kind is Kind.DATETIME:
        step = column.resolution or 1
        return float(np.rint(coded / step) * step)
    decimals = 0 if column.kind is Kind.INTEGER else column.decimals
    return coded if decimals is None else float(np.round(np.float64(coded), decimals)) + 0.0


def _same(near: float, coded: float, column: Column) -> bool:
    return abs(near - coded) <= _NOISE * np.spacing(abs(coded)) or _held(near, column) == _held(coded, column)


def _held(coded: float, column: Column) -> float:
    """Round to what a column of float32 or float16 holds, since encode gives that."""
    narrow: Any = _NARROW.get(re.split(r"[\[,]", column.storage.dtype.lower().removeprefix("sparse["))[0])
    if narrow is None:
        return coded
    with np.errstate(over="ignore"):
        held = float(narrow(coded))
    return held if np.isfinite(held) else coded


def _read(value: Any, column: Column) -> float:
    try:
        if is_missing(value, column):
            raise ValueError("a missing value has no place among the others")
        coded = _moment(value, column) if column.kind is Kind.DATETIME else _quantity(value, column)
        if not np.isfinite(coded):
            raise ValueError("a number is needed")
    except ConditionError:
        raise
    except (ArithmeticError, TypeError, ValueError) as error:
        example = "'>= 2024-01-31'" if column.kind is Kind.DATETIME else "'>= 100' or '>= 100 and < 200'"
        one = "date such as 2024-01-31 or 2024-01-31 15:00" if column.kind is Kind.DATETIME else "number"
        raise ConditionError(
            f"The condition on column {column.name!r}, which is {column.kind}, can't be read: got {shown(value)}. "
            f"Give a {one}, a comparison such as {example}, a list of these for any of them, or None for missing."
        ) from error
    return coded


def _quantity(value: Any, column: Column) -> float:
    duration = column.storage.python_type == "timedelta" or column.storage.dtype.startswith(("timedelta", "duration"))
    if isinstance(value, (dt.timedelta, np.timedelta64)) and duration:  # numpy's is an integer to isinstance
        return _cell(pd.Series([pd.Timedelta(value)]), column)
    if isinstance(value, (bool, np.bool_, dt.timedelta, np.timedelta64)):
        raise TypeError("a number is needed")
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value)
    try:
        return _cell(pd.Series([value.strip() if isinstance(value, str) else value], dtype=object), column)
    except ValueError:
        # pandas reads "1,5" as 15 nanoseconds.
        if not (duration and isinstance(value, str) and _DURATION.fullmatch(value)):
            raise
        return _cell(pd.Series([pd.Timedelta(value)]), column)


def _cell(series: pd.Series[Any], column: Column) -> float:
    return float(KINDS[column.kind].parse(series, column)[0])


def _moment(value: Any, column: Column) -> float:
    if is_clock(column) and isinstance(value, str) and not column.storage.as_text:
        value = dt.time.fromisoformat(value.strip())
    if is_clock(column) and isinstance(value, dt.time):
        value = dt.datetime.combine(dt.date(1970, 1, 1), value)
    if isinstance(value, str):
        text = value.strip()
        if column.storage.as_text:
            try:
                return _cell(pd.Series([text], dtype=object), column)
            except ValueError:  # not written as the column's cells are, but ISO 8601 has only one meaning
                value = dt.datetime.fromisoformat(text)
        else:
            try:
                value = dt.datetime.fromisoformat(text)
            except ValueError:
                value = pd.Timestamp(int(_cell(pd.Series([text], dtype=object), column)), unit="us")
    elif isinstance(value, np.datetime64):
        value = value.astype("M8[us]")
    elif not isinstance(value, dt.date):
        raise TypeError("a date is needed")
    stamp = pd.Timestamp(value)
    zone = zone_of(column)
    if stamp.tzinfo is None and zone is not None:
        local = stamp.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
        if pd.isna(local):
            raise ConditionError(
                f"In the time zone of column {column.name!r} the clock shows {stamp} twice or never. "
                f"Give it with its offset from UTC, such as '{stamp}+01:00'."
            )
        stamp = local
    elif stamp.tzinfo is not None and zone is None:
        raise ConditionError(
            f"Column {column.name!r} holds times without a time zone, so {shown(value)} can't be placed among them. "
            "Give the time without a zone, as the column's clock shows it."
        )
    return float(stamp.asm8.astype("M8[us]").astype(np.int64))
