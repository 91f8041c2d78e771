"""What a person declares about columns, laid over a schema that was read off the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind, Role
from synthgen.table.declarations import read_as
from synthgen.table.declared_facts import with_facts
from synthgen.table.schema import Schema

_KINDS_WITH: dict[str, tuple[Kind, ...]] = {
    "bounds": ORDERED_KINDS, "categories": LABEL_KINDS, "decimals": (Kind.CONTINUOUS,),
    **dict.fromkeys(("pattern", "check", "faker", "locale"), (Kind.IDENTIFIER,)),
}  # fmt: skip

FIELDS = ("kind", "role", *_KINDS_WITH)
"""What can be declared of a column."""


def declare(frame: pd.DataFrame, schema: Schema, declarations: Mapping[str, Mapping[str, Any]]) -> Schema:
    """Change columns of a schema to what a person says of them, and mark it as declared.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; a column whose kind changes is read again as what it is said to be.
    schema : Schema
    declarations : mapping
        For each column, some of ``kind``, ``role``, ``bounds`` (lowest and highest, dates for dates), ``categories``,
        ``decimals``, and of identifiers ``pattern``, ``check``, ``faker`` and ``locale``.

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


def declare_public(schema: Schema, declarations: Mapping[str, Mapping[str, Any]]) -> Schema:
    """Lay over a schema what a person says of its columns, where no row may be looked at.

    Parameters
    ----------
    schema : Schema
    declarations : mapping
        As for :func:`declare`.

    Raises
    ------
    UsageError
        A declaration doesn't go with the column's kind.

    Examples
    --------
    >>> schema = Schema((Column("age", Kind.CATEGORICAL),))
    >>> age = declare_public(schema, {"age": {"kind": "integer", "bounds": [0, 120]}})["age"]
    >>> age.kind.value, age.bounds, sorted(age.declared)
    ('integer', (0.0, 120.0), ['bounds', 'kind'])
    """
    changed = []
    for name, fields in declarations.items():
        column = schema[name]
        # What names the person or thing a row is about is no label of theirs.
        known = Kind.IDENTIFIER if fields.get("role") == Role.SUBJECT else column.kind
        said = _said(name, Kind(fields.get("kind", known)), fields)
        facts = {fact: getattr(said, fact) for fact in ("kind", *fields)}
        changed.append(replace(column, **facts, declared=column.declared | set(fields)))
    return schema.with_columns(changed)


def _declared(series: pd.Series[Any], column: Column, fields: Mapping[str, Any]) -> Column:
    kind = Kind(fields.get("kind", column.kind))
    said = _said(column.name, kind, fields)
    # An identifier's role followed from its kind; of another kind, it is a column like others.
    role = Role.FEATURE if column.role is Role.IDENTIFIER and kind is not Kind.IDENTIFIER else column.role
    made = column if kind is column.kind else read_as(series, replace(column, role=role), kind)
    made = with_facts(series, made, said)
    if "role" in fields:
        made = replace(made, role=said.role)
    if kind is Kind.BOOLEAN and (made.kind is not kind or len(made.categories or ()) != 2):
        raise DataError(
            f"Column {column.name!r} is declared boolean, but doesn't have two labels. Declare it categorical."
        )
    return replace(made, declared=frozenset(fields) | column.declared)


def _said(name: str, kind: Kind, fields: Mapping[str, Any]) -> Column:
    """What is declared, as a column of its own."""
    for fact, kinds in _KINDS_WITH.items():
        if fact in fields and kind not in kinds:
            raise UsageError(
                f"Column {name!r} is {kind}, which has no {fact}; {fact} go{'' if fact.endswith('s') else 'es'} with "
                f"{' and '.join(kinds)}. Leave it out, or declare another kind."
            )
    facts = {fact: fields[fact] for fact in ("decimals", "pattern", "check", "faker", "locale") if fact in fields}
    if "bounds" in fields:
        facts["bounds"] = _bounds(name, kind, fields["bounds"])
    if "categories" in fields:
        facts["categories"] = tuple(fields["categories"])
    role = Role(fields.get("role", Role.FEATURE))
    return Column(name, kind, role, declared=frozenset(fields), **facts)


def _bounds(name: str, kind: Kind, given: Any) -> tuple[float, float]:
    dates = kind is Kind.DATETIME
    if any(isinstance(end, date) is not dates for end in given):
        raise UsageError(f"Column {name!r} is {kind}, so its bounds must be two {'dates' if dates else 'numbers'}.")
    low, high = (_microseconds(end) if dates else float(end) for end in given)
    if low > high:
        raise UsageError(f"Column {name!r} has bounds whose first is above the second. Swap them.")
    return low, high


def _microseconds(moment: date) -> float:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.timestamp() * 1e6
