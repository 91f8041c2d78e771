"""Dataclasses as plain values for JSON, with no more digits than a page shows, and back again."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from synthgen.errors import FileError
from synthgen.reporting.html import clean, plain
from synthgen.table.column import Column, Kind, Role
from synthgen.table.schema import Schema

T = TypeVar("T")

LONGEST = 1500
DAY = 86_400_000_000
"""Dates are counted in microseconds, and written to the day."""


def shown(value: float) -> float | None:
    """Round a figure to the digits that a page shows; None for NaN and infinities.

    >>> shown(0.93149), shown(23.456), shown(0.00012345), shown(1234.5), shown(0.9999)
    (0.931, 23.5, 0.00012, 1234.0, 0.9996)
    """
    size = abs(value)
    if not math.isfinite(value):
        return None
    if float(value).is_integer() and size < 1e9:
        return float(value)
    if size >= 1e9:
        return float(f"{value:.3g}")
    if size >= 1000:
        return float(f"{value:.0f}")
    if size < 0.001:
        return float(f"{value:.2g}")
    rounded = round(value, 3 if size < 1 else 2 if size < 10 else 1)
    # A page writes a share just below one as more than 99.9 %, never as all.
    return math.copysign(0.9996, value) if size < 1 <= abs(rounded) else rounded


def as_plain(value: Any, dates: bool = False) -> Any:
    """Give a dataclass, and whatever it holds, as plain values.

    Parameters
    ----------
    value : object
    dates : bool
        Whether large figures are dates, as they are in what has the kind ``datetime``.

    Notes
    -----
    Of a schema only each column's name, kind and role are given: its bounds and labels are single rows' values. Of an
    object that isn't known only the type's name is.
    """
    if isinstance(value, Schema):
        return [{"name": clean(c.name), "kind": str(c.kind), "role": str(c.role)} for c in value.columns]
    if is_dataclass(value) and not isinstance(value, type):
        dates = str(getattr(value, "kind", "")) == "datetime"
        return {item.name: as_plain(getattr(value, item.name), dates) for item in fields(value)}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return {text(key): as_plain(item, dates) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(item, dates) for item in value]
    known = plain(value)
    if isinstance(known, float):
        return float(known // DAY * DAY) if dates and abs(known) >= DAY else shown(known)
    return text(known) if isinstance(known, str) else known


def text(value: object) -> str:
    """Text without control characters and surrogates, of the length that a page shows at most."""
    known = clean(value)
    return known if len(known) <= LONGEST else known[: LONGEST - 1] + "…"


def read_record(kind: type[T], value: Any, place: str, **given: Any) -> T:
    """Build a dataclass from plain values; members that it doesn't know are left aside.

    Parameters
    ----------
    kind : type
        A dataclass.
    value : object
        What :func:`as_plain` gave for one.
    place : str
        What messages call it.
    **given
        Fields that aren't read from ``value``.

    Raises
    ------
    FileError
        A member is missing or isn't what the field holds; the message names it.
    """
    if not isinstance(value, Mapping):
        raise _wrong(place, "an object", value)
    hints = _hints(kind)
    members = dict(given)
    for item in fields(kind):  # type: ignore[arg-type]
        if item.name in value and item.name not in given:
            members[item.name] = _read(hints[item.name], value[item.name], f"{place}.{item.name}")
    try:
        return kind(**members)
    except TypeError:
        lacking = [item.name for item in fields(kind) if item.name not in members]  # type: ignore[arg-type]
        raise FileError(f"The file isn't whole: {place} has no member {lacking[0]!r}. Write it anew.") from None


def _hints(kind: type) -> dict[str, Any]:
    """Types of a dataclass's fields; a name that only type checkers know stands for anything."""
    unknown: dict[str, Any] = {}
    while True:
        try:
            return get_type_hints(kind, localns=unknown)
        except NameError as error:
            if error.name in unknown or error.name is None:
                raise
            unknown[error.name] = Any


def _read(hint: Any, value: Any, place: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        return _read(next(kind for kind in inner if kind is not type(None)), value, place)
    if origin in (tuple, list):
        return _several(inner, value, place)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise _wrong(place, "an object", value)
        return {key: _read(inner[1], item, f"{place}.{key}") for key, item in value.items()}
    if hint is Schema:
        return Schema(tuple(_column(item, f"{place}[{i}]") for i, item in enumerate(_list(value, place))))
    if is_dataclass(hint):
        return read_record(hint, value, place)  # type: ignore[arg-type]
    return _single(hint, value, place)


def _several(inner: tuple[Any, ...], value: Any, place: str) -> tuple[Any, ...]:
    items = _list(value, place)
    if len(inner) == 2 and inner[1] is Ellipsis:
        inner = (inner[0],) * len(items)
    if len(inner) != len(items):
        raise _wrong(place, f"a list of {len(inner)}", value)
    return tuple(
        _read(kind, item, f"{place}[{number}]") for number, (kind, item) in enumerate(zip(inner, items, strict=True))
    )


def _single(hint: Any, value: Any, place: str) -> Any:
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError:
            words = ", ".join(str(item.value) for item in hint)
            raise FileError(f"The file isn't whole: {place} must be one of {words}. Write it anew.") from None
    if hint is float:
        # A figure that is no number is null in JSON.
        if value is None:
            return math.nan
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(place, "a number", value)
        return float(value)
    if hint in (int, str, bool) and (not isinstance(value, hint) or (hint is int and isinstance(value, bool))):
        raise _wrong(place, {int: "a whole number", str: "a text", bool: "true or false"}[hint], value)
    return value


def _column(value: Any, place: str) -> Column:
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        raise _wrong(place, "a column with a name", value)
    return Column(
        value["name"], _single(Kind, value.get("kind"), f"{place}.kind"),
        _single(Role, value.get("role"), f"{place}.role"),
    )  # fmt: skip


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(place, "a list", value)
    return value


def _wrong(place: str, wanted: str, value: Any) -> FileError:
    names = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number", bool: "a boolean"}
    return FileError(
        f"The file isn't whole: {place} must be {wanted}; got {names.get(type(value), 'nothing')}. Write it anew."
    )
