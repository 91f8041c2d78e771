"""What a person or another tool's file says of columns, completed by what a table holds.

A declared kind is what the column is, however it is stored; what can't be read so is an error. A kind that isn't
declared leaves open what the values mean, and is read off the table:

============================  =============================================================
kind, not declared            what the column may be
============================  =============================================================
continuous, integer           numbers: quantities, codes, numbers of things
text                          text, as the table is read; numbers are then labels or names
categorical                   anything
============================  =============================================================

Two labels that are declared categorical stay boolean if they are such a pair. Bounds, categories, decimals, missing
values and patterns that are declared hold instead of those of the table, which must keep them.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind, Role, Schema, Storage
from synthgen.table.dtypes import Family, family, labels, sort_labels
from synthgen.table.inference import FALSE_TRUE, as_identifier, infer_column, of_moments
from synthgen.table.kinds import KINDS
from synthgen.table.number_rules import ENOUGH_ROWS, decimals_of
from synthgen.table.text_formats import fitting_format, read_numbers

_NUMBERS = (Kind.CONTINUOUS, Kind.INTEGER)
_DECLARABLE = ("bounds", "categories", "decimals", "nullable", "pattern")


def complete(schema: Schema, frame: pd.DataFrame) -> Schema:
    """Complete a schema that was described without a table.

    Parameters
    ----------
    schema : Schema
        Columns that are complete already stay as they are.
    frame : pandas.DataFrame
        Its columns that the schema doesn't name are left out.

    Returns
    -------
    Schema

    Raises
    ------
    UsageError
        The table lacks a column.
    DataError
        A column isn't what the schema says.

    Examples
    --------
    >>> import pandas as pd
    >>> import synthgen as sg
    >>> file = {"fields": [{"name": "age", "type": "integer", "constraints": {"minimum": 0, "maximum": 120}}]}
    >>> schema = complete(sg.Schema.from_frictionless(file), pd.DataFrame({"age": [31, 54, 31]}))
    >>> schema["age"].bounds, schema["age"].storage.dtype
    ((0.0, 120.0), 'int64')
    """
    lacking = [name for name in schema.names if name not in frame.columns]
    if schema.complete:
        return schema
    if lacking:
        raise UsageError(
            f"The table lacks column {lacking[0]!r}"
            + (f" and {len(lacking) - 1} more" if lacking[1:] else "")
            + f" of its schema. Its columns are: {', '.join(map(str, frame.columns))}. "
            f"Correct the schema, or leave the column out: schema.without({lacking[0]!r})."
        )
    return Schema(
        tuple(column if column.complete else _complete_column(frame[column.name], column) for column in schema)
    )


def _complete_column(series: pd.Series[Any], said: Column) -> Column:
    read = infer_column(series, said.name, said.role)
    token = said.storage.missing_token
    if token is not None:
        read = _with_token(series, read, token)
    kind = _kind(series, said, read)
    if kind is Kind.DATETIME and said.storage.text_format and family(series)[0] is Family.TEXT:
        made = _as_moments(series, read, said.storage.text_format)
    elif kind is read.kind and token is None:
        made = read
    else:
        made = _AS[kind](series, read, kind)
    made = _with_facts(series, made, said)
    if made.kind is Kind.IDENTIFIER and made.role is Role.FEATURE:
        made = replace(made, role=Role.IDENTIFIER)
    return made


def _kind(series: pd.Series[Any], said: Column, read: Column) -> Kind:
    """What a column is, by what was said and, where that leaves it open, by what was read."""
    held = family(series)[0]
    if "kind" in said.declared:
        if said.kind is Kind.CATEGORICAL and read.kind is Kind.BOOLEAN and len(said.categories or (0, 1)) == 2:
            return Kind.BOOLEAN
        # Nothing but whole numbers can be given back in a column of integers.
        return Kind.INTEGER if said.kind is Kind.CONTINUOUS and held is Family.INTEGER else said.kind
    if said.kind in _NUMBERS:
        numeric = held is not Family.TEXT or read.storage.as_text
        coded = said.bounds is not None and said.bounds != (0, 1)
        open_to = (said.kind, Kind.INTEGER) if coded else (said.kind, Kind.INTEGER, *LABEL_KINDS, Kind.IDENTIFIER)
        return read.kind if numeric and read.kind in open_to else said.kind
    if said.kind is Kind.TEXT and held in (Family.INTEGER, Family.FLOAT, Family.DECIMAL) and read.kind in _NUMBERS:
        rows = int(series.notna().sum())
        return Kind.IDENTIFIER if rows >= ENOUGH_ROWS and 2 * series.nunique() >= rows else Kind.CATEGORICAL
    return read.kind


def _with_token(series: pd.Series[Any], read: Column, token: str) -> Column:
    """Take a text that stands for missing values, if the column has it."""
    found = labels(series)[1]
    if token in found:
        return replace(read, storage=replace(read.storage, missing_token=token), nullable=True)
    if any(not isinstance(value, str) and str(value) == token for value in found):
        raise DataError(
            f"Column {read.name!r} holds {token} as a number, which stands for a missing value in its schema. "
            "Make these cells empty first."
        )
    return read


def _plain_label(value: Any) -> Any:
    """Give a label that a schema can hold: whole numbers as integers."""
    if isinstance(value, (str, bool, int)):
        return value
    return int(value) if float(value) == int(value) else float(value)


def _as_labels(series: pd.Series[Any], read: Column, kind: Kind) -> Column:
    held = family(series)[0]
    if held in (Family.DATETIME, Family.TIMEDELTA):
        raise DataError(
            f"Column {read.name!r} is {kind} in the schema, but the table stores dates or durations. "
            "Convert it to text, or declare it datetime."
        )
    token = read.storage.missing_token
    # In mixed columns True, 1 and 1.0 are three labels.
    found = [value for value in labels(series)[1] if value != token]
    found = sort_labels(found if held is Family.MIXED else [_plain_label(value) for value in found])
    storage = replace(read.storage, text_format=None)
    read = _blank(read, storage=storage)
    if kind is Kind.BOOLEAN and len(found) > 2:
        raise DataError(
            f"Column {read.name!r} is boolean in the schema, but has more than two different values. "
            "Correct the column, or declare it categorical."
        )
    if kind is Kind.BOOLEAN and len(found) == 2:
        pair = tuple(str(label).lower() for label in found)
        return replace(read, kind=kind, categories=tuple(found[::-1] if pair[::-1] in FALSE_TRUE else found))
    return replace(read, kind=Kind.CATEGORICAL, categories=tuple(found))


def _as_numbers(series: pd.Series[Any], read: Column, kind: Kind) -> Column:
    storage = read.storage
    if family(series)[0] is Family.TEXT:
        token = storage.missing_token
        texts = read_numbers([text for text in labels(series)[1] if text != token])
        if texts is not None:
            token = token if token is not None else texts.missing_token
            storage = replace(storage, as_text=True, text_format=texts.text_format, missing_token=token)
    made = _blank(read, kind=kind, storage=storage)
    values = KINDS[kind].parse(series, made)
    present = values[~np.isnan(values)]
    if kind is Kind.INTEGER and (present % 1).any():
        raise DataError(
            f"Column {read.name!r} is integer in the schema, but not all its values are whole numbers. "
            "Correct the column, or declare it continuous."
        )
    made = replace(made, nullable=len(present) < len(values))
    if not len(present):
        return made
    decimals = read.decimals if read.decimals is not None else decimals_of(present, np.dtype(np.float64))
    return replace(
        made, bounds=(float(present.min()), float(present.max())),
        decimals=decimals if kind is Kind.CONTINUOUS else None,
    )  # fmt: skip


def _as_moments(series: pd.Series[Any], read: Column, text_format: str | None) -> Column:
    storage = read.storage
    if text_format is not None and family(series)[0] is Family.TEXT:
        texts = [text for text in labels(series)[1] if text != storage.missing_token]
        fitting = fitting_format(texts, text_format)
        if fitting is None:
            raise DataError(
                f"Column {read.name!r} is datetime in the schema with the format {text_format!r}, but not all its "
                "values can be read so, or their time zones differ. Correct the column or the format, or convert it "
                "with pd.to_datetime."
            )
        storage = Storage(
            dtype=storage.dtype, python_type=storage.python_type, as_text=True, text_format=fitting,
            missing_token=storage.missing_token,
        )  # fmt: skip
    made = _blank(read, kind=Kind.DATETIME, storage=storage)
    return of_moments(KINDS[Kind.DATETIME].parse(series, made), made)


def _blank(read: Column, **changes: Any) -> Column:
    """Forget what was read for another kind."""
    return replace(
        read, **{"bounds": None, "categories": None, "decimals": None, "resolution": None, "pattern": None, **changes}
    )


_AS: dict[Kind, Any] = {
    Kind.CONTINUOUS: _as_numbers,
    Kind.INTEGER: _as_numbers,
    Kind.CATEGORICAL: _as_labels,
    Kind.BOOLEAN: _as_labels,
    Kind.DATETIME: lambda series, read, kind: _as_moments(series, read, None),
    Kind.IDENTIFIER: lambda series, read, kind: as_identifier(series, _blank(read)),
    Kind.TEXT: lambda series, read, kind: _blank(read, kind=kind),
}


def _with_facts(series: pd.Series[Any], made: Column, said: Column) -> Column:
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
    if made.kind is Kind.IDENTIFIER and "pattern" in said.declared:
        facts["pattern"] = said.pattern
        declared |= {"pattern"}
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
    same = len(own) == len(listed) + len(rest)
    if same and (made.storage.dtype == "category" or (made.kind is Kind.BOOLEAN and said.kind is not Kind.BOOLEAN)):
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
        return _plain_label(float(label) if isinstance(label, str) else label)
    except ValueError as error:
        raise DataError(
            f"Column {name!r} holds numbers; its schema lists a value that isn't one. "
            "Correct the list, or convert the column."
        ) from error
