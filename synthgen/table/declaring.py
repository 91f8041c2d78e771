"""What a person declares about columns, laid over a schema that was read off the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS, ORDERED_KINDS, Column, Kind, Role, Schema
from synthgen.table.date_formats import find_date_format
from synthgen.table.dtypes import Family, family, labels
from synthgen.table.encoding import extend_categories
from synthgen.table.inference import as_identifier
from synthgen.table.kinds import KINDS
from synthgen.table.number_rules import decimals_of

FIELDS = ("kind", "role", "bounds", "categories", "decimals")
"""What can be declared of a column."""

_KINDS_WITH = {"bounds": ORDERED_KINDS, "categories": LABEL_KINDS, "decimals": (Kind.CONTINUOUS,)}


def declare(frame: pd.DataFrame, schema: Schema, declarations: Mapping[str, Mapping[str, Any]]) -> Schema:
    """Change columns of a schema to what a person says of them, and mark it as declared.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; a column whose kind changes is read again as what it is said to be.
    schema : Schema
    declarations : mapping
        For each column, some of ``kind``, ``role``, ``bounds`` (lowest and highest, dates for dates), ``categories``
        and ``decimals``.

    Returns
    -------
    Schema

    Raises
    ------
    UsageError
        A declaration doesn't go with the column, or with another one.
    DataError
        The column doesn't hold what is declared; no value is named.

    Examples
    --------
    >>> from synthgen.table.inference import infer_schema
    >>> table = pd.DataFrame({"age": [31, 45, 62], "ward": [1, 2, 1]})
    >>> schema = declare(table, infer_schema(table), {"age": {"bounds": [18, 99]}, "ward": {"kind": "categorical"}})
    >>> schema["age"].bounds, schema["ward"].categories
    ((18.0, 99.0), (1, 2))
    """
    changed = [_declared(frame[name], schema[name], fields) for name, fields in declarations.items()]
    schema = schema.with_columns(changed)
    for role in (Role.TARGET, Role.SUBJECT):
        names = [column.name for column in schema.role(role)]
        if len(names) > 1:
            raise UsageError(f"Only one column can be the {role}; {names} are declared so. Leave one.")
    return schema


def _declared(series: pd.Series[Any], column: Column, fields: Mapping[str, Any]) -> Column:
    kind = Kind(fields.get("kind", column.kind))
    for name, kinds in _KINDS_WITH.items():
        if name in fields and kind not in kinds:
            raise UsageError(
                f"Column {column.name!r} is {kind}, which has no {name}; {name} go with {' and '.join(kinds)}. "
                "Leave it out, or declare another kind."
            )
    declared = frozenset(fields) | column.declared
    # An identifier's role followed from its kind; of another kind, it is a column like others.
    role = Role.FEATURE if column.role is Role.IDENTIFIER and kind is not Kind.IDENTIFIER else column.role
    if kind is not column.kind:
        column = _read_as(series, replace(column, role=role), kind)
    if "role" in fields:
        column = replace(column, role=Role(fields["role"]))
    if "bounds" in fields:
        column = replace(column, bounds=_bounds(series, column, fields["bounds"]))
    if "categories" in fields:
        column = replace(column, categories=_categories(series, column, fields["categories"]))
    if "decimals" in fields:
        column = replace(column, decimals=int(fields["decimals"]))
    if column.kind is Kind.BOOLEAN and len(column.categories or ()) != 2:
        raise DataError(
            f"Column {column.name!r} is declared boolean, but has {len(column.categories or ())} labels and not two. "
            "Declare it categorical."
        )
    return replace(column, declared=declared)


def _read_as(series: pd.Series[Any], column: Column, kind: Kind) -> Column:
    """The column as another kind, with what its values say about that kind."""
    bare = replace(
        column, kind=kind, bounds=None, categories=None, decimals=None, resolution=None, pattern=None, check=None
    )  # fmt: skip
    if kind in LABEL_KINDS:
        return extend_categories(Schema((bare,)), series.to_frame(column.name))[column.name]
    if kind in OPAQUE_KINDS:
        if kind is Kind.TEXT:
            return bare
        role = Role.IDENTIFIER if bare.role is Role.FEATURE else bare.role
        return as_identifier(series, replace(bare, role=role))
    bare = _stored_as_text(series, bare)
    values = KINDS[kind].parse(series, bare)
    present = values[~np.isnan(values)]
    if not len(present):
        return bare
    if kind is Kind.INTEGER and (present % 1).any():
        raise DataError(f"Column {column.name!r} is declared integer, but holds fractions. Declare it continuous.")
    return replace(
        bare,
        bounds=(float(present.min()), float(present.max())),
        decimals=decimals_of(present) if kind is Kind.CONTINUOUS else None,
    )


def _stored_as_text(series: pd.Series[Any], column: Column) -> Column:
    """Numbers and dates that are stored as text are given back as text."""
    if family(series)[0] is not Family.TEXT:
        return column
    text_format = column.storage.text_format
    if column.kind is Kind.DATETIME:
        found = find_date_format([str(text) for text in labels(series)[1]], column.name)
        text_format = found.text_format if found else None
    return replace(column, storage=replace(column.storage, as_text=True, text_format=text_format))


def _bounds(series: pd.Series[Any], column: Column, given: Any) -> tuple[float, float]:
    dates = column.kind is Kind.DATETIME
    if any(isinstance(end, date) is not dates for end in given):
        raise UsageError(
            f"Column {column.name!r} is {column.kind}, so its bounds must be two {'dates' if dates else 'numbers'}."
        )
    low, high = (_microseconds(end) if dates else float(end) for end in given)
    values = KINDS[column.kind].parse(series, column)
    if low > high:
        raise UsageError(f"Column {column.name!r} has bounds whose first is above the second. Swap them.")
    if np.nanmin(values, initial=low) < low or np.nanmax(values, initial=high) > high:
        raise DataError(
            f"Column {column.name!r} has values outside the bounds that are declared. Widen the bounds, or correct "
            "the rows."
        )
    return low, high


def _microseconds(moment: date) -> float:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.timestamp() * 1e6


def _categories(series: pd.Series[Any], column: Column, given: Any) -> tuple[Any, ...]:
    """The labels declared, each as the column holds it where it does: a 1 may be written as "1"."""
    held = {_spelt(label): label for label in labels(series)[1]}
    listed = tuple(held.get(_spelt(label), label) for label in given)
    lacking = len(held.keys() - {_spelt(label) for label in listed} - {column.storage.missing_token})
    if lacking:
        raise DataError(
            f"Column {column.name!r} has {lacking} label{'s' if lacking > 1 else ''} that the categories declared "
            "don't list. List every label, or correct the rows."
        )
    return listed


def _spelt(label: Any) -> str:
    """A label as people write it: whole numbers without a point, whatever the column holds them as."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)
