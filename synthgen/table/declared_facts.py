"""What is declared of a column's values, put in the place of what its table says, which must keep it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd

from synthgen.errors import DataError
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind
from synthgen.table.dtypes import Family, family
from synthgen.table.kinds import KINDS

_OF_IDENTIFIERS = ("pattern", "check", "faker", "locale")
_DECLARABLE = ("bounds", "categories", "decimals", "nullable", *_OF_IDENTIFIERS)


def plain_label(value: Any) -> Any:
    """Give a label that a schema can hold: whole numbers as integers."""
    if isinstance(value, (str, bool, int)):
        return value
    return int(value) if float(value) == int(value) else float(value)


def with_facts(series: pd.Series[Any], made: Column, said: Column) -> Column:
    """Put what was said in the place of what was read, and mark what of it was declared."""
    declared = set(said.declared) - set(_DECLARABLE)
    facts: dict[str, Any] = {}
    if said.bounds is not None:
        bounds, both = _bounds(series, made, said)
        if made.kind in ORDERED_KINDS and bounds is not None:
            facts["bounds"] = bounds
            declared |= {"bounds"} if both else set()
    # A column that is stored as booleans has no words for them.
    if said.categories is not None and made.kind in LABEL_KINDS and family(series)[0] is not Family.BOOL:
        facts["categories"] = _listed(made, said)
        declared |= {"categories"} & said.declared
        if said.kind is Kind.BOOLEAN and len(facts["categories"]) == 2:
            facts["kind"] = Kind.BOOLEAN
    if made.kind is Kind.CONTINUOUS and "decimals" in said.declared:
        facts["decimals"] = said.decimals
        declared |= {"decimals"}
    if made.kind is Kind.IDENTIFIER:
        said_of_it = said.declared & set(_OF_IDENTIFIERS)
        # A shape of one's own need not have room for the check digits of the real values.
        facts |= {"check": None} if "pattern" in said_of_it else {}
        facts |= {name: getattr(said, name) for name in said_of_it}
        declared |= said_of_it
    if "nullable" in said.declared:
        token = said.storage.missing_token
        if not said.nullable and (series.isna().any() or (token is not None and made.storage.missing_token == token)):
            raise DataError(
                f"Column {made.name!r} has missing values, which its schema rules out. Fill them, drop the rows, or "
                f"declare them: schema.with_column({made.name!r}, nullable=True)."
            )
        # A text such as "?" among numbers is missing here, and no gap to the tool that the schema comes from.
        if said.nullable or not made.nullable:
            facts["nullable"] = said.nullable
            declared |= {"nullable"}
    return replace(made, declared=frozenset(declared), **facts)


def _bounds(series: pd.Series[Any], made: Column, said: Column) -> tuple[tuple[float, float] | None, bool]:
    """Bounds on the column's grid, and whether both ends were declared; the values must keep what was."""
    if "bounds" not in said.declared or said.bounds is None:
        return made.bounds, False
    kind = made.kind if made.kind in ORDERED_KINDS else Kind.CONTINUOUS
    if made.kind in (Kind.IDENTIFIER, Kind.TEXT):
        return None, False
    values = KINDS[kind].parse(series, replace(made, kind=kind))
    low, high = said.bounds
    outside = int(((values < low) | (values > high)).sum())
    if outside:
        raise DataError(
            f"Column {made.name!r} has {outside} value{'s' if outside > 1 else ''} outside the bounds that its schema "
            "declares. Correct the values, or declare wider bounds."
        )
    low, high = _on_grid(low, made, math.ceil), _on_grid(high, made, math.floor)
    if math.isfinite(low) and math.isfinite(high):
        return (low, high), True
    # The other end is the table's own, so together they aren't public.
    return made.bounds, False


def _on_grid(end: float, column: Column, towards: Any) -> float:
    """Take a bound to the next value inside it that the column can take."""
    if not math.isfinite(end):
        return end
    step = {Kind.INTEGER: 1, Kind.DATETIME: column.resolution or 1}.get(column.kind)
    if step is not None:
        return float(towards(end / step) * step)
    if column.kind is not Kind.CONTINUOUS or column.decimals is None:
        return end
    scale = 10**column.decimals
    if round(end, column.decimals) == end:
        return end
    steps = towards(end * scale)
    if towards is math.floor and steps / scale > end:
        steps -= 1
    elif towards is math.ceil and steps / scale < end:
        steps += 1
    return float(steps / scale)


def _listed(made: Column, said: Column) -> tuple[Any, ...]:
    """Categories as the file lists them, in the form that the table has them."""
    own = list(made.categories or ())
    by_text = {_word(label): label for label in own}
    public = "categories" in said.declared
    listed: dict[Any, None] = {}
    for label in said.categories or ():
        if _word(label) in by_text:
            listed[by_text[_word(label)]] = None
        elif public:
            listed[_like(label, own, made.name)] = None
    known = set(map(_word, listed))
    rest = [label for label in own if _word(label) not in known]
    if rest and public:
        raise DataError(
            f"Column {made.name!r} has {len(rest)} label{'s' if rest[1:] else ''} that its schema doesn't list. "
            "Correct the values, or the list."
        )
    # The labels of a category dtype, and their order, are the caller's; and of a pair the first means false.
    pair = made.kind is Kind.BOOLEAN and said.kind is not Kind.BOOLEAN and len(own) == len(listed) + len(rest)
    if made.storage.dtype == "category" or pair:
        return tuple(own)
    return (*listed, *rest)


def _word(label: Any) -> str:
    text = str(label).lower() if isinstance(label, bool) else str(label)
    return text.removesuffix(".0") if isinstance(label, float) else text


def _like(label: Any, own: list[Any], name: str) -> Any:
    """Turn a listed label that the table lacks into the type of those it has."""
    if not own or any(isinstance(held, str) for held in own):
        return label if isinstance(label, str) or not own else str(label)
    try:
        return plain_label(float(label) if isinstance(label, str) else label)
    except ValueError as error:
        raise DataError(
            f"Column {name!r} holds numbers; its schema lists a value that isn't one. "
            "Correct the list, or convert the column."
        ) from error
