"""Columns of a pandera schema: a ``DataFrameSchema`` object, or a class of ``DataFrameModel``."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from synthgen.errors import DataError, MissingExtraError, UsageError
from synthgen.table.column import LABEL_KINDS, ORDERED_KINDS, Column, Kind, Role
from synthgen.table.constraints import Unique
from synthgen.table.constraints.reading import constraints_of
from synthgen.table.moments import moment
from synthgen.table.schema_formats.imported import Found, Imported, described
from synthgen.table.schema_formats.regex import shape_of

_RANGES = {
    "in_range": ("min_value", "max_value"),
    "greater_than": ("min_value", None),
    "greater_than_or_equal_to": ("min_value", None),
    "less_than": (None, "max_value"),
    "less_than_or_equal_to": (None, "max_value"),
}
_LISTS = {"isin": "allowed_values", "equal_to": "value", "unique_values_eq": "values"}
OWN = "synthgen"
"""Key of a column's metadata and start of the names of checks that :meth:`Schema.to_pandera` writes."""

_OF_TABLE = {
    "parsers": "parsers of the whole table",
    "index": "the index, which isn't a column",
}


def pandera_modules() -> tuple[Any, Any]:
    """Import ``pandera.pandas`` and ``pandera.dtypes``, or say which extra they come with."""
    try:
        return import_module("pandera.pandas"), import_module("pandera.dtypes")
    except ImportError as error:
        raise MissingExtraError(
            'Schemas of pandera need pandera 0.24 or later: pip install "synthgen-tabular[pandera]".'
        ) from error


@dataclass
class _Said:
    """What the checks of a column say together."""

    low: float = -math.inf
    high: float = math.inf
    listed: tuple[Any, ...] | None = None
    pattern: str | None = None


def read_pandera(source: Any, *, public: bool = True) -> Found:
    """Read the columns of a pandera schema.

    ==============================================  ===========================================================
    pandera                                         here
    ==============================================  ===========================================================
    integers, floats                                numbers, as the table is read (codes of few values stay
                                                    labels); with a range quantities
    booleans, ``Category``, datetimes, durations    boolean, categorical, datetime, continuous (seconds)
    ``Decimal``                                     continuous, with its scale as decimals
    text, objects, no dtype                         as the table is read
    ``nullable``                                    whether values may be missing
    ``isin``, ``equal_to``, ``unique_values_eq``    categories
    ``in_range``, ``gt``, ``ge``, ``lt``, ``le``    bounds
    ``str_matches``                                 pattern of an identifier, where one says the same
    ``unique``                                      identifier, for text and whole numbers; of several columns
                                                    the rule that they are unique together
    ==============================================  ===========================================================

    How values are stored is the table's matter: ``coerce`` changes nothing here.

    Parameters
    ----------
    source : pandera DataFrameSchema or DataFrameModel class
        Of pandas or polars.
    public : bool, default True
        Whether ranges and lists of values may be known. ``pandera.infer_schema`` reads them off the data: give False
        for what it made, and they don't count as declared.

    Returns
    -------
    columns : tuple of Column
    rules : tuple of Constraint

    Raises
    ------
    UsageError
        It is something else.
    DataError
        Checks contradict each other.
    MissingExtraError
        pandera isn't installed.

    References
    ----------
    Bantilan, N. (2020). pandera: Statistical Data Validation of Pandas Dataframes. Proceedings of the 19th Python in
    Science Conference, 116-124. https://doi.org/10.25080/Majora-342d178e-010

    Examples
    --------
    >>> import pandera.pandas as pa
    >>> import synthgen as sg
    >>> column = sg.Schema.from_pandera(pa.DataFrameSchema({"age": pa.Column(int, pa.Check.in_range(0, 120))}))["age"]
    >>> column.bounds, sorted(column.declared)
    ((0.0, 120.0), ['bounds', 'nullable'])
    """
    _, dtypes = pandera_modules()
    schema = source.to_schema() if isinstance(source, type) and hasattr(source, "to_schema") else source
    columns = getattr(schema, "columns", None)
    if not isinstance(columns, dict) or not hasattr(schema, "checks"):
        raise UsageError(
            f"The pandera schema must be a DataFrameSchema or a DataFrameModel class; got {type(source).__name__}."
        )
    out = Imported(f"the pandera schema {schema.name!r}" if schema.name else "the pandera schema")
    for label, column in columns.items():
        if getattr(column, "regex", False):
            out.leave("columns named by a regular expression; name each", str(label))
        else:
            dtype = column.dtype if getattr(schema, "dtype", None) is None else schema.dtype
            out.columns.append(_column(str(label), column, dtype, dtypes, out, public))
    for item, words in _OF_TABLE.items():
        found = getattr(schema, item, None)
        if found if item != "index" else any(name is not None for name in getattr(found, "names", ())):
            out.leave(words)
    for check in schema.checks or ():
        facts = dict(check.statistics or {})
        if str(check.name).startswith(OWN) and "rule" in facts:
            out.take_rules(constraints_of([facts["rule"]]))
        else:
            out.leave(f"the check {check.name!r} of the whole table")
    unique = [schema.unique] if isinstance(schema.unique, str) else list(schema.unique or ())
    if len(unique) == 1:
        name = out.names(unique, "unique")[0]
        at = next(place for place, item in enumerate(out.columns) if item.name == name)
        out.columns[at] = _as_key(out.columns[at], out)
    elif unique:
        out.take_rules([Unique(tuple(out.names(unique, "unique")))])
    return out.finish()


def _column(name: str, column: Any, dtype: Any, dtypes: Any, out: Imported, public: bool) -> Column:
    kind, fixed, decimals = _kind(dtype, dtypes)
    own = _own(column)
    if own is not None:
        kind, fixed = Kind(own["kind"]), True
    said = _Said()
    for check in column.checks or ():
        _take(check, said, kind, name, out)
    if getattr(column, "parsers", None):
        out.leave("its parsers", name)
    if not column.required:
        out.leave(f"that it may be absent; if it is, leave it out: schema.without({name!r})", name)
    listed = _categories_of(dtype) if said.listed is None else said.listed
    if listed is not None and own is None:
        if kind is Kind.BOOLEAN:
            out.leave("a list of booleans", name)
            listed = None
        else:
            kind, fixed, decimals = Kind.CATEGORICAL, True, None
    bounds = _range(name, said, listed, out)
    if bounds is not None and kind is Kind.CATEGORICAL:
        # Without a dtype: what has a range is a number.
        kind = Kind.CONTINUOUS
    if bounds is not None and kind not in ORDERED_KINDS:
        out.leave("the range, which only numbers and dates have", name)
        bounds = None
    made = described(
        name, kind, fixed=fixed, nullable=bool(column.nullable), decimals=decimals,
        categories=listed if kind in LABEL_KINDS else None, bounds=bounds, pattern=said.pattern,
        read_off=() if public else ("bounds", "categories"),
    )  # fmt: skip
    if own is not None:
        # What was read off a table before is no more public now.
        return replace(made, role=Role(own["role"]), declared=made.declared & set(own["declared"]) | {"kind"})
    return _as_key(made, out) if getattr(column, "unique", False) else made


def _own(column: Any) -> dict[str, Any] | None:
    """What :meth:`Schema.to_pandera` noted of a column."""
    found = (getattr(column, "metadata", None) or {}).get(OWN)
    return found if isinstance(found, dict) and {"kind", "role", "declared"} <= set(found) else None


def _range(name: str, said: _Said, listed: tuple[Any, ...] | None, out: Imported) -> tuple[float, float] | None:
    if said.low > said.high:
        raise DataError(f"The checks of column {name!r} leave no value: its range is empty. Correct {out.source}.")
    if math.isinf(said.low) and math.isinf(said.high):
        return None
    if listed is not None:
        out.leave("the range, beside a list", name)
        return None
    return said.low, said.high


def _kind(dtype: Any, dtypes: Any) -> tuple[Kind, bool, int | None]:
    """What a dtype says of a column's values, and whether that is all there is to say."""
    if dtype is None:
        return Kind.CATEGORICAL, False, None
    if dtypes.is_bool(dtype):
        return Kind.BOOLEAN, True, None
    if dtypes.is_category(dtype):
        return Kind.CATEGORICAL, True, None
    if isinstance(dtype, dtypes.Decimal):
        scale = getattr(dtype, "scale", None)
        return Kind.CONTINUOUS, True, int(scale) if isinstance(scale, int) else None
    if dtypes.is_int(dtype) or dtypes.is_uint(dtype):
        return Kind.INTEGER, False, None
    if dtypes.is_float(dtype):
        return Kind.CONTINUOUS, False, None
    if dtypes.is_timedelta(dtype):
        return Kind.CONTINUOUS, True, None
    if dtypes.is_datetime(dtype) or isinstance(dtype, dtypes.Date):
        return Kind.DATETIME, True, None
    return Kind.TEXT if dtypes.is_string(dtype) else Kind.CATEGORICAL, False, None


def _categories_of(dtype: Any) -> tuple[Any, ...] | None:
    found = getattr(dtype, "categories", None)
    return None if found is None or not len(found) else tuple(found)


def _take(check: Any, said: _Said, kind: Kind, name: str, out: Imported) -> None:
    """Take what one check says, or note that it isn't taken over."""
    facts = dict(check.statistics or {})
    if getattr(check, "groupby", None):
        out.leave(f"the check {check.name!r}, which goes by group", name)
    elif check.name in _LISTS and _LISTS[check.name] in facts:
        value = facts[_LISTS[check.name]]
        listed = (value,) if check.name == "equal_to" else tuple(value)
        listed = tuple(sorted(listed, key=repr)) if isinstance(value, (set, frozenset)) else listed
        if any(not isinstance(label, (str, int, float)) for label in listed):
            out.leave(f"the values of {check.name!r}, which aren't text, numbers or booleans", name)
            return
        said.listed = listed if said.listed is None else tuple(label for label in said.listed if label in listed)
    elif str(check.name).startswith(OWN):
        said.low, said.high = facts["low"], facts["high"]
    elif check.name in _RANGES:
        _narrow(check.name, facts, said, kind, name, out)
    elif check.name == "str_matches" and said.pattern is None:
        pattern = facts["pattern"]
        said.pattern, problem = shape_of(str(getattr(pattern, "pattern", pattern)), whole=False)
        if problem:
            out.leave(problem, name)
    else:
        out.leave(f"the check {check.name!r}" if check.name else "a check without a name", name)


def _narrow(check: str, facts: dict[str, Any], said: _Said, kind: Kind, name: str, out: Imported) -> None:
    low, high = _RANGES[check]
    try:
        if low is not None:
            end = _end(facts[low], kind)
            open_end = check == "greater_than" or facts.get("include_min") is False
            said.low = max(said.low, math.nextafter(end, math.inf) if open_end else end)
        if high is not None:
            end = _end(facts[high], kind)
            open_end = check == "less_than" or facts.get("include_max") is False
            said.high = min(said.high, math.nextafter(end, -math.inf) if open_end else end)
    except (TypeError, ValueError):
        out.leave(f"the check {check!r}, whose ends are no numbers or dates", name)


def _end(value: Any, kind: Kind) -> float:
    if kind is Kind.DATETIME:
        return moment(value)
    if hasattr(value, "total_seconds"):
        return float(value.total_seconds())
    return float(value)


def _as_key(column: Column, out: Imported) -> Column:
    if column.kind in (Kind.INTEGER, Kind.TEXT) or (column.kind is Kind.CATEGORICAL and column.categories is None):
        if column.bounds is not None:
            out.leave("the range of a column of distinct values", column.name)
        return replace(
            column, kind=Kind.IDENTIFIER, role=Role.IDENTIFIER, bounds=None,
            declared=(column.declared - {"bounds"}) | {"kind", "role"},
        )  # fmt: skip
    out.leave("that its values are distinct, which only identifiers are", column.name)
    return column
