"""The schema of a caller's table, with the roles that they named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from synthgen.errors import UsageError
from synthgen.table.column import Kind, Role
from synthgen.table.constraints.reading import read_rules
from synthgen.table.declarations import complete
from synthgen.table.inference import infer_schema
from synthgen.table.schema import Schema


def schema_with_roles(
    frame: pd.DataFrame,
    schema: Schema | None,
    *,
    target: str | None = None,
    sensitive_features: Sequence[str] | None = None,
    subject: str | None = None,
    constraints: Sequence[Any] = (),
) -> Schema:
    """Give named columns their roles, in a given schema, completed if need be, or in one read off; add declared rules.

    Raises
    ------
    UsageError
        If a named column doesn't exist, or one sensitive column is given as text.
    ConstraintError
        A rule can't be read or can't be about this table, or rules contradict each other.
    """
    schema = _with_roles(frame, schema, target, sensitive_features, subject)
    return schema.with_constraints(*read_rules(constraints, schema)) if constraints else schema


def _with_roles(
    frame: pd.DataFrame,
    schema: Schema | None,
    target: str | None,
    sensitive_features: Sequence[str] | None,
    subject: str | None,
) -> Schema:
    if isinstance(sensitive_features, str):
        raise UsageError(f"sensitive_features must be a list of columns; write [{sensitive_features!r}].")
    if schema is None:
        sensitive = tuple(sensitive_features or ())
        return infer_schema(frame, target=target, sensitive_features=sensitive, subject=subject)
    if target is not None and schema[target].role is not Role.TARGET:
        schema = schema.with_column(target, role=Role.TARGET)
    for name in sensitive_features or ():
        if schema[name].role is not Role.SENSITIVE:
            schema = schema.with_column(name, role=Role.SENSITIVE)
    if subject is not None and schema[subject].role is not Role.SUBJECT:
        schema = schema.with_column(subject, role=Role.SUBJECT, kind=Kind.IDENTIFIER)
    return complete(schema, frame)
