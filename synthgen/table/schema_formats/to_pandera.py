"""A schema as a pandera ``DataFrameSchema``, to check tables with."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from synthgen.errors import DataError
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind
from synthgen.table.constraints import Constraint, Predicate
from synthgen.table.constraints.ruleset import rows_of
from synthgen.table.dtypes import Family, dtype_from_name, family
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.kinds import KINDS
from synthgen.table.moments import as_timestamp
from synthgen.table.schema import Schema
from synthgen.table.schema_formats.pandera import OWN, pandera_modules


def write_pandera(schema: Schema) -> Any:
    """Give a ``pandera.DataFrameSchema`` that accepts the tables which the schema describes.

    It checks which columns there are, their dtypes, missing values, labels, ranges, whole numbers, and that texts hold
    numbers or dates where they should. Where pandas doesn't compare what is stored (numbers as text, time zones), the
    range goes by a check of synthgen's own, which pandera can't write to a file; and so do rules between columns, but
    for those in Python and those that only the real rows complete. Decimals, patterns, and that
    identifiers are distinct, aren't checked.

    Bounds and labels that weren't declared were read off the data, and so say something about it. Which were, and kind
    and role, are kept in the columns' ``metadata``, for :meth:`Schema.from_pandera`.

    Parameters
    ----------
    schema : Schema

    Returns
    -------
    pandera.DataFrameSchema
        Strict: a column that the schema doesn't name is an error.

    Raises
    ------
    MissingExtraError
        pandera isn't installed.

    Examples
    --------
    >>> import pandas as pd
    >>> import synthgen as sg
    >>> table = pd.DataFrame({"sex": ["F", "M", "F"], "age": [31, 54, 27]})
    >>> checks = sg.Schema.infer(table).to_pandera()
    >>> len(checks.validate(table))
    3
    """
    pa, _ = pandera_modules()
    columns = {column.name: _column(pa, column) for column in schema}
    rules = [rule for rule in schema.constraints if all(getattr(rule, name) is not None for name in rule.learnt)]
    checks = [
        pa.Check(_Keeps(rule, schema), name=f"{OWN}: {rule.words}", statistics={"rule": rule.to_dict()})
        for rule in rules
        if schema.complete and not isinstance(rule, Predicate)
    ]
    return pa.DataFrameSchema(columns, checks=checks, strict=True)


def _column(pa: Any, column: Column) -> Any:
    return pa.Column(
        _dtype(pa, column), _checks(pa, column), nullable=column.nullable or _all_missing(column),
        metadata={OWN: {"kind": str(column.kind), "role": str(column.role), "declared": sorted(column.declared)}},
    )  # fmt: skip


def _all_missing(column: Column) -> bool:
    return column.complete and column.kind in LABEL_KINDS and column.categories == ()


def _dtype(pa: Any, column: Column) -> Any:
    """Dtype for pandera, None where it can't tell it apart or it may be widened."""
    name = column.storage.dtype
    if not column.complete:
        return {Kind.BOOLEAN: None, Kind.DATETIME: None}.get(column.kind)
    if name == "category":
        labels = None if column.kind not in LABEL_KINDS else list(column.categories or ())
        return "category" if labels is None else pa.Category(labels, ordered=column.storage.ordered)
    if name == "object":
        return object
    dtype = dtype_from_name(name)
    # A gap makes floats of integers, and objects of booleans.
    if column.nullable and isinstance(dtype, np.dtype) and dtype.kind in "iub":
        return None
    return dtype


def _checks(pa: Any, column: Column) -> list[Any]:
    if column.kind in LABEL_KINDS:
        if not column.categories or column.storage.dtype == "category":
            return []
        token = column.storage.missing_token
        return [pa.Check.isin([*column.categories, *([] if token is None else [token])])]
    if column.kind not in ORDERED_KINDS:
        return []
    low, high = column.bounds or (-math.inf, math.inf)
    if not (column.complete and _is_plain(column)):
        return [_own_check(pa, column, low, high)]
    ends: list[Any] = [as_timestamp(low), as_timestamp(high)] if column.kind is Kind.DATETIME else [low, high]
    if column.kind is Kind.INTEGER and _number_kind(column.storage.dtype) == "f":
        return [_own_check(pa, column, low, high)]
    return [pa.Check.in_range(*ends)] if math.isfinite(low) and math.isfinite(high) else []


def _own_check(pa: Any, column: Column, low: float, high: float) -> Any:
    return pa.Check(
        _Within(column), name=f"{OWN}_{column.kind}", error=f"{column.kind} that keeps its bounds",
        statistics={"low": low, "high": high},
    )  # fmt: skip


def _is_plain(column: Column) -> bool:
    """Whether pandas compares the column's values with numbers, or with moments without a time zone."""
    storage = column.storage
    if storage.as_text:
        return False
    if column.kind is Kind.DATETIME:
        return storage.dtype.startswith("datetime64[") and "," not in storage.dtype
    return _number_kind(storage.dtype) != ""


def _number_kind(name: str) -> str:
    """``i``, ``u`` or ``f`` for numbers of numpy and their nullable kin, else nothing."""
    dtype = dtype_from_name(name)
    if isinstance(dtype, pd.ArrowDtype):
        return ""
    kind = getattr(dtype, "kind", "")
    return kind if kind and kind in "iuf" else ""


class _Keeps:
    """Whether each row of a table keeps a rule."""

    def __init__(self, rule: Constraint, schema: Schema) -> None:
        self.rule, self.schema = rule, schema.of_columns(schema[name] for name in rule.columns)
        self.__name__ = f"{OWN}: {rule.words}"

    def __call__(self, frame: pd.DataFrame) -> pd.Series[bool]:
        rows = rows_of(encode(frame, self.schema, unseen="extend"))
        schema = extend_categories(self.schema, frame)
        return pd.Series(self.rule.holds(rows, schema), index=frame.index)


class _Within:
    """Whether each value can be read as the column's kind and lies within its bounds; missing ones do."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.__name__ = f"{OWN}_{column.kind}"

    def __call__(self, series: pd.Series[Any]) -> pd.Series[bool]:
        column = self.column
        low, high = column.bounds or (-math.inf, math.inf)
        try:
            if family(series)[0] is Family.EMPTY:
                return pd.Series(True, index=series.index)
            values = KINDS[column.kind].parse(series, column)
        except DataError:
            return pd.Series([self._fits(value) for value in series], index=series.index, dtype=bool)
        good = np.isnan(values) | ((values >= low) & (values <= high))
        if column.kind is Kind.INTEGER:
            good &= np.isnan(values) | (values % 1 == 0)
        return pd.Series(good, index=series.index)

    def _fits(self, value: Any) -> bool:
        """Look at one value, where not all can be read together."""
        try:
            values = KINDS[self.column.kind].parse(pd.Series([value]), self.column)
        except DataError:
            return False
        low, high = self.column.bounds or (-math.inf, math.inf)
        return bool(np.isnan(values[0]) or low <= values[0] <= high)
