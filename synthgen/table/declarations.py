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

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.table.column import LABEL_KINDS, Column, Kind, Role, Storage
from synthgen.table.date_formats import fitting_format
from synthgen.table.declared_facts import plain_label, with_facts
from synthgen.table.dtypes import Family, family, labels, sort_labels
from synthgen.table.inference import FALSE_TRUE, as_identifier, infer_column, of_moments
from synthgen.table.kinds import KINDS
from synthgen.table.number_rules import ENOUGH_ROWS, decimals_of
from synthgen.table.schema import Schema
from synthgen.table.text_formats import read_numbers

_NUMBERS = (Kind.CONTINUOUS, Kind.INTEGER)


def complete(schema: Schema, frame: pd.DataFrame) -> Schema:
    """Complete a schema that was described without a table.

    Parameters
    ----------
    schema : Schema
        Columns that are complete already stay as they are, but for labels that are to be read off the table.
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
    left_open = [column for column in schema if not column.complete or _lacks_labels(column)]
    if not left_open:
        return schema
    if lacking:
        raise UsageError(
            f"The table lacks column {lacking[0]!r}"
            + (f" and {len(lacking) - 1} more" if lacking[1:] else "")
            + f" of its schema. Its columns are: {', '.join(map(str, frame.columns))}. "
            f"Correct the schema, or leave the column out: schema.without({lacking[0]!r})."
        )
    return schema.with_columns(_complete_column(frame[column.name], column) for column in left_open)


def _lacks_labels(column: Column) -> bool:
    """Whether a person declared a column to be labels, without listing them."""
    return column.kind in LABEL_KINDS and column.categories is None and "kind" in column.declared


def _complete_column(series: pd.Series[Any], said: Column) -> Column:
    read = infer_column(series, said.name, said.role)
    token = said.storage.missing_token
    if token is not None:
        read = _with_token(series, read, token)
    kind = _kind(series, said, read)
    if kind is Kind.DATETIME and said.storage.text_format and family(series)[0] is Family.TEXT:
        made = _as_moments(series, read, said.storage.text_format)
    elif kind is read.kind and (token is None or token != read.storage.missing_token):
        made = read
    else:
        made = read_as(series, read, kind)
    return _named(with_facts(series, made, said))


def read_as(series: pd.Series[Any], column: Column, kind: Kind) -> Column:
    """Read a column as another kind, with what its values say about that kind.

    Raises
    ------
    DataError
        The values aren't of that kind.
    """
    return _named(_AS[kind](series, column, kind))


def _named(column: Column) -> Column:
    """The role that goes with the kind: what was taken for an identifier and isn't one is a feature."""
    identifies = column.kind is Kind.IDENTIFIER
    if identifies and column.role is Role.FEATURE:
        return replace(column, role=Role.IDENTIFIER)
    undone = column.role is Role.IDENTIFIER and "role" not in column.declared
    return replace(column, role=Role.FEATURE) if undone and not identifies else column


def _kind(series: pd.Series[Any], said: Column, read: Column) -> Kind:
    """What a column is, by what was said and, where that leaves it open, by what was read."""
    held = family(series)[0]
    if "kind" in said.declared:
        if said.kind is Kind.CATEGORICAL and read.kind is Kind.BOOLEAN and len(said.categories or (0, 1)) == 2:
            return Kind.BOOLEAN
        # Nothing but whole numbers can be given back in a column of integers.
        return Kind.INTEGER if said.kind is Kind.CONTINUOUS and held is Family.INTEGER else said.kind
    if said.kind in _NUMBERS:
        texts = held is Family.CATEGORY and any(isinstance(label, str) for label in read.categories or ())
        numeric = read.storage.as_text if held is Family.TEXT else not texts
        if numeric and held in (Family.BOOL, Family.CATEGORY):
            return read.kind
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
    if token in found and family(series)[0] is not Family.CATEGORY:
        return replace(read, storage=replace(read.storage, missing_token=token), nullable=True)
    if any(str(value) == token for value in found):
        raise DataError(
            f"Column {read.name!r} holds {token} as a number or as a label of its dtype, which stands for a missing "
            "value in its schema. Make these cells empty first."
        )
    return read


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
    if held is not Family.CATEGORY:
        found = sort_labels(found if held is Family.MIXED else [plain_label(value) for value in found])
    storage = replace(read.storage, text_format=None)
    read = _blank(read, storage=storage)
    if kind is Kind.BOOLEAN and len(found) > 2:
        raise DataError(
            f"Column {read.name!r} is boolean in the schema, but has more than two different values. "
            "Correct the column, or declare it categorical."
        )
    if kind is Kind.BOOLEAN and len(found) == 2:
        pair = tuple(str(label).lower() for label in found)
        turned = pair[::-1] in FALSE_TRUE and held is not Family.CATEGORY
        return replace(read, kind=kind, categories=tuple(found[::-1] if turned else found))
    return replace(read, kind=Kind.CATEGORICAL, categories=tuple(found))


def _as_numbers(series: pd.Series[Any], read: Column, kind: Kind) -> Column:
    storage = read.storage
    if family(series)[0] is Family.TEXT:
        token = storage.missing_token
        texts = read_numbers([text for text in labels(series)[1] if text != token])
        # Texts in no form that is known, such as 007, come back as plain numbers in text.
        form = texts.text_format if texts else None
        token = texts.missing_token if texts and token is None else token
        storage = replace(storage, as_text=True, text_format=form, missing_token=token)
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
    elif storage.as_text:
        # What was read as numbers; dates in a format that is known were read as such.
        storage = replace(storage, text_format=None)
    made = _blank(read, kind=Kind.DATETIME, storage=storage)
    return of_moments(KINDS[Kind.DATETIME].parse(series, made), made)


def _blank(read: Column, **changes: Any) -> Column:
    """Forget what was read for another kind."""
    read_off = ("bounds", "categories", "decimals", "resolution", "pattern", "check")
    return replace(read, **{**dict.fromkeys(read_off), **changes})


_AS: dict[Kind, Any] = {
    Kind.CONTINUOUS: _as_numbers,
    Kind.INTEGER: _as_numbers,
    Kind.CATEGORICAL: _as_labels,
    Kind.BOOLEAN: _as_labels,
    Kind.DATETIME: lambda series, read, kind: _as_moments(series, read, None),
    Kind.IDENTIFIER: lambda series, read, kind: as_identifier(series, _blank(read)),
    Kind.TEXT: lambda series, read, kind: _blank(read, kind=kind),
}
