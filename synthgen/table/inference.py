"""Read a schema off a table: the only place that decides what a column is from how it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.errors import DataError, UsageError
from synthgen.table.check_digits import learn_check
from synthgen.table.column import LABEL_KINDS, Column, Kind, Role, Storage
from synthgen.table.date_formats import find_date_format
from synthgen.table.dtypes import (
    LARGEST_EXACT,
    Family,
    dtype_name,
    family,
    holds_objects,
    labels,
    microseconds,
    numbers,
    seconds,
    sort_labels,
)
from synthgen.table.frames import to_pandas
from synthgen.table.kinds import KINDS
from synthgen.table.kinds.continuous import finite
from synthgen.table.kinds.identifier import learn_pattern
from synthgen.table.large_integers import unit_of
from synthgen.table.number_rules import ENOUGH_ROWS, MOST_CODES, decimals_of, kind_of_numbers
from synthgen.table.schema import Schema
from synthgen.table.text_formats import NumbersAsText, read_numbers

WORDS_OF_TEXT = 3
"""From this many words a value on average, near-unique text is text and not an identifier."""

LEVELS_OF_TEXT = 1_000

FALSE_TRUE = {("f", "t"), ("false", "true"), ("no", "yes"), ("n", "y")}
_GRIDS = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000)


def infer_schema(
    data: Any,
    *,
    target: str | None = None,
    sensitive_features: Iterable[str] | str | None = (),
    quasi_identifiers: Iterable[str] | str | None = (),
    subject: str | None = None,
    infinities: str = "refuse",
) -> Schema:
    """Read a schema off a table.

    ==========================================  =====================================================
    stored as                                   kind
    ==========================================  =====================================================
    bool; numbers that are exactly {0, 1};      boolean, categories (false, true) as stored
    text f/t, false/true, no/yes, n/y
    floats, decimals, durations (in seconds)    continuous; integer where all are whole
    whole numbers (integers, floats, text)      identifier: all distinct (20 rows or more) and either
                                                consecutive or named ``…id, no, nr, number, key, uuid,
                                                guid, index, instant, account, ssn``; or named like a
                                                key (``…id``, ``uuid``, ``guid``, ``ssn``, ``account``)
                                                and half of them distinct.
                                                categorical: named like a key but fewer distinct; two
                                                values; 20 codes or fewer, 20 rows each, whose
                                                frequencies fall and rise again.
                                                else integer
    integers of 2**53 and more                  integer if most are small beside the largest, as amounts
                                                are (100 rows or more), and not named like a key; else
                                                identifier if half are distinct, else categorical
    numbers as text (one missing token, such    as the numbers, ``storage.as_text``; with leading zeros
    as ``"?"``, at most)                        as text
    dates, datetimes; text in one format of     datetime, with the coarsest grid all values share
    ``date_formats.DATE_FORMATS``
    ``category``                                categorical (boolean where it is such a pair)
    other text                                  half distinct (20 rows or more): text from 3 words on
                                                average, else identifier; 1,000 labels of 3 words:
                                                text; else categorical
    mixed objects (str, int, float, bool)       categorical
    nothing but missing values                  by dtype; objects and text: categorical, no categories
    ==========================================  =====================================================

    Parameters
    ----------
    data : pandas or polars DataFrame, Arrow table, 2-D array or path
    target : str, optional
        Column to predict. With 20 or fewer distinct whole numbers it is categorical or boolean.
    sensitive_features, quasi_identifiers : iterable of str, optional
    subject : str, optional
        Column that says whom a row is about; it is an identifier whatever it holds.
    infinities : {"refuse", "missing"}
        What infinite numbers are: an error, or missing values.

    Returns
    -------
    Schema

    Raises
    ------
    DataError
        A column holds something that can't be synthesised: infinite values (but see ``infinities``), lists, other
        objects.
    UsageError
        A named column isn't in the table, or has two roles.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"sick": ["f", "t", "f"], "TSH": [0.3, 1.6, None], "sex": ["F", "M", "F"]})
    >>> [str(column.kind) for column in infer_schema(table, target="sick")]
    ['boolean', 'continuous', 'categorical']
    """
    if infinities not in ("refuse", "missing"):
        raise UsageError(f'infinities must be "refuse" or "missing"; got {infinities!r}.')
    frame, _ = to_pandas(data)
    policy = "missing" if infinities == "missing" else None
    roles = _roles(list(frame.columns), target, sensitive_features, quasi_identifiers, subject)
    return Schema(
        tuple(infer_column(frame[name], name, roles.get(name, Role.FEATURE), policy) for name in frame.columns)
    )


def _roles(
    names: list[str],
    target: str | None,
    sensitive: Iterable[str] | str | None,
    quasi: Iterable[str] | str | None,
    subject: str | None,
) -> dict[str, Role]:
    asked = [
        ("target", Role.TARGET, [] if target is None else [target]),
        ("sensitive_features", Role.SENSITIVE, sensitive or ()),
        ("quasi_identifiers", Role.QUASI_IDENTIFIER, quasi or ()),
        ("subject", Role.SUBJECT, [] if subject is None else [subject]),
    ]
    roles: dict[str, Role] = {}
    for argument, role, given in asked:
        for name in [given] if isinstance(given, str) else given:
            if str(name) not in names:
                raise UsageError(
                    f"{argument}={name!r} isn't a column of the table. Its columns are: {', '.join(names)}."
                )
            if roles.setdefault(str(name), role) is not role:
                raise UsageError(
                    f"Column {str(name)!r} can't be {roles[str(name)]} and {role} at once. Name it in one of them."
                )
    return roles


def infer_column(series: pd.Series[Any], name: str, role: Role = Role.FEATURE, infinities: str | None = None) -> Column:
    """Read one column's description off its values."""
    held, python_type = family(series)
    storage = Storage(dtype=dtype_name(series.dtype), python_type=python_type)
    column = Column(name, Kind.CATEGORICAL, role, nullable=bool(series.isna().any()), storage=storage)
    if held is Family.CATEGORY:
        column = _of_category(series, column)
    elif held is Family.TEXT:
        column = _of_text(series, column)
    elif held is Family.MIXED:
        _refuse_infinite_labels(series, column)
        column = _labelled(column, sort_labels(labels(series)[1]))
    elif held is Family.EMPTY:
        column = replace(column, categories=())
    elif held is Family.DATETIME:
        column = of_moments(microseconds(series), replace(column, kind=Kind.DATETIME))
    elif held is Family.BOOL:
        column = replace(column, kind=Kind.BOOLEAN, categories=(False, True))
    else:
        column = replace(column, infinities=infinities)
        column = _of_numbers(series, column, held)
    if role is Role.SUBJECT:
        column = as_identifier(series, replace(column, bounds=None, categories=None, decimals=None))
    if column.kind is Kind.IDENTIFIER and role is Role.FEATURE:
        column = replace(column, role=Role.IDENTIFIER)
    return column


def _labelled(column: Column, found: list[Any]) -> Column:
    """Categorical, or boolean where the labels are such a pair."""
    pair = tuple(str(label).lower() for label in found)
    if len(pair) == 2 and all(isinstance(label, str) for label in found):
        if pair in FALSE_TRUE:
            return replace(column, kind=Kind.BOOLEAN, categories=tuple(found))
        if pair[::-1] in FALSE_TRUE and column.storage.dtype != "category":
            return replace(column, kind=Kind.BOOLEAN, categories=tuple(found[::-1]))
    return replace(column, kind=Kind.CATEGORICAL, categories=tuple(found))


def _refuse_infinite_labels(series: pd.Series[Any], column: Column) -> None:
    codes, found = labels(series)
    sizes = np.array([abs(label) if isinstance(label, float) else 0 for label in found] + [0])
    finite(sizes[codes], column)


def _of_category(series: pd.Series[Any], column: Column) -> Column:
    listed = series.cat.categories.tolist()
    odd = sorted({type(label).__name__ for label in listed if not isinstance(label, (str, int, float, bool))})
    if odd:
        raise DataError(
            f"Column {column.name!r} has categories of type {', '.join(odd)}; synthgen takes text, numbers "
            "and booleans. Rename them, for example with .cat.rename_categories(str)."
        )
    _refuse_infinite_labels(series, column)
    column = replace(column, storage=replace(column.storage, ordered=bool(series.cat.ordered)))
    column = _labelled(column, listed)
    # False and True, or 0 and 1, in this order; in another, code order would not be the dtype's.
    if len(listed) == 2 and not any(isinstance(label, str) for label in listed) and listed == [False, True]:
        column = replace(column, kind=Kind.BOOLEAN)
    return column


def of_moments(values: np.ndarray, column: Column) -> Column:
    """Describe a column of dates by its canonical values."""
    present = values[~np.isnan(values)]
    if not len(present):
        return replace(column, nullable=True)
    grid = next((step for step in _GRIDS if not (present % step).any()), None)
    return replace(
        column,
        bounds=(float(present.min()), float(present.max())),
        resolution=grid,
        nullable=len(present) < len(values),
    )


def _of_numbers(series: pd.Series[Any], column: Column, held: Family) -> Column:
    values = seconds(series) if held is Family.TIMEDELTA else numbers(series)
    values = finite(values, column)
    present = values[~np.isnan(values)]
    # Arrow's NaN isn't null, but is missing all the same.
    column = replace(column, nullable=len(present) < len(values))
    scale = _scale(series, held)
    if not len(present):
        kind = Kind.INTEGER if held is Family.INTEGER or scale == 0 else Kind.CONTINUOUS
        return replace(column, kind=kind, decimals=scale if kind is Kind.CONTINUOUS else None)
    precision = np.dtype(np.float64)
    if held is Family.FLOAT:
        precision = _precision(series)
    decimals = scale if scale is not None else decimals_of(present, precision)
    whole = held is Family.INTEGER or (held is not Family.TIMEDELTA and decimals == 0)
    if held is Family.FLOAT and np.abs(present).max() >= LARGEST_EXACT:
        whole = False
    column = replace(column, kind=kind_of_numbers(present, column.name, whole=whole))
    if column.kind is Kind.INTEGER and np.abs(present).max() >= LARGEST_EXACT:
        unit = unit_of(int(value) for value in labels(series)[1])
        column = replace(column, storage=replace(column.storage, unit=unit))
    if column.role is Role.TARGET and whole and len(np.unique(present)) <= MOST_CODES:
        column = replace(column, kind=Kind.BOOLEAN if column.kind is Kind.BOOLEAN else Kind.CATEGORICAL)
    if column.kind in LABEL_KINDS:
        found = {int(value): None for value in labels(series)[1]}
        return replace(column, categories=tuple(sorted(found)))
    if column.kind is Kind.IDENTIFIER:
        return as_identifier(series, column)
    return replace(
        column,
        bounds=(float(present.min()), float(present.max())),
        decimals=decimals if column.kind is Kind.CONTINUOUS else None,
    )


def _scale(series: pd.Series[Any], held: Family) -> int | None:
    """Digits after the point that a decimal type, or the Decimal objects, have."""
    if held is not Family.DECIMAL:
        return None
    if isinstance(series.dtype, pd.ArrowDtype):
        return max(int(series.dtype.pyarrow_dtype.scale), 0)
    exponents = [value.as_tuple().exponent for value in series.dropna() if not isinstance(value, int)]
    # An infinite Decimal has the exponent "F"; numbers() reports it.
    return max([0, *(-item for item in exponents if isinstance(item, int))])


def _precision(series: pd.Series[Any]) -> np.dtype[Any]:
    dtype: Any = series.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return np.dtype({pa.float16(): "f2", pa.float32(): "f4"}.get(dtype.pyarrow_dtype, "f8"))
    if isinstance(dtype, pd.SparseDtype):
        dtype = dtype.subtype
    return np.dtype(np.float64) if holds_objects(dtype) else np.dtype(str(dtype).lower())


def as_identifier(series: pd.Series[Any], column: Column) -> Column:
    """Describe a column as an identifier, with the commonest shape of its values and their check digits."""
    column = replace(column, kind=Kind.IDENTIFIER, categories=None)
    values = KINDS[Kind.IDENTIFIER].parse(series, column)
    return replace(column, pattern=learn_pattern(values), check=learn_check(values))


def _of_text(series: pd.Series[Any], column: Column) -> Column:
    codes, found = labels(series)
    if not found:
        return replace(column, categories=())
    dates = find_date_format(found, column.name)
    if dates is not None:
        storage = replace(
            column.storage,
            as_text=True,
            text_format=dates.text_format,
            missing_token=dates.missing_token,
        )
        column = replace(column, kind=Kind.DATETIME, storage=storage)
        return of_moments(KINDS[Kind.DATETIME].parse(series, column), column)
    as_numbers = read_numbers(found)
    if as_numbers is not None:
        return _of_number_text(series, column, codes, found, as_numbers)
    rows, levels = int((codes >= 0).sum()), len(found)
    many_words = float(np.mean([len(text.split()) for text in found])) >= WORDS_OF_TEXT
    near_unique = rows >= ENOUGH_ROWS and 2 * levels >= rows
    if many_words and (near_unique or levels >= LEVELS_OF_TEXT):
        # Numbers in groups, such as those of cards, are no words.
        return as_identifier(series, column) if learn_check(found) else replace(column, kind=Kind.TEXT)
    if near_unique:
        return as_identifier(series, column)
    return _labelled(column, sort_labels(found))


def _of_number_text(
    series: pd.Series[Any], column: Column, codes: np.ndarray, found: list[str], read: NumbersAsText
) -> Column:
    values = read.values[codes[codes >= 0]]
    present = values[~np.isnan(values)]
    storage = replace(column.storage, as_text=True, missing_token=read.missing_token)
    nullable = column.nullable or read.missing_token is not None
    whole = not (present % 1).any()
    kind = kind_of_numbers(present, column.name, whole=whole)
    if column.role is Role.TARGET and whole and len(np.unique(present)) <= MOST_CODES:
        kind = Kind.BOOLEAN if kind is Kind.BOOLEAN else Kind.CATEGORICAL
    column = replace(column, kind=kind, nullable=nullable, storage=storage)
    if kind in LABEL_KINDS:
        # Labels stay the texts that they are ("1", "2"), in order of value.
        ordered = [text for _, text in sorted(zip(read.values, found, strict=True)) if text != read.missing_token]
        return replace(column, categories=tuple(ordered))
    if kind is Kind.IDENTIFIER:
        return as_identifier(series, column)
    return replace(
        column,
        bounds=(float(present.min()), float(present.max())),
        decimals=read.decimals if kind is Kind.CONTINUOUS else None,
        storage=replace(storage, text_format=read.text_format),
    )
