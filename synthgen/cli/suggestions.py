"""What a table suggests for its settings: nothing that fewer than ten people have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from synthgen.profiling.bias.audit import SENSITIVE_WORDS
from synthgen.profiling.personal_data import PersonalData, personal_data
from synthgen.table.column import LABEL_KINDS, Column, Kind, Role
from synthgen.table.disclosure import FEWEST_HOLDERS, Subjects, ends, holders, subjects_of
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas
from synthgen.table.inference import infer_schema
from synthgen.table.number_rules import name_words, named_like_key
from synthgen.table.schema import Schema

MOST_LABELS = 20
"""Labels that are listed, and classes that a target has at most."""

_TARGET_WORDS = {"class", "target", "label", "outcome", "diagnosis", "fraud", "churn", "default", "y", "income"}
_MICROSECONDS = 1e6


@dataclass(frozen=True)
class ColumnSuggestion:
    """What is known of one column.

    Parameters
    ----------
    name, kind, role : str
        As they were read off.
    bounds : tuple or None
        Round numbers, or first days of years, about what at least ten people reach or pass; None of small tables.
    categories : tuple
        Labels that at least ten people have, the first 20.
    whole : bool
        Whether these are all labels that there are.
    decimals : int or None
        Digits after the point that all but nine values make do with.
    role_guess : str or None
    notes : tuple of str
        What to think about, in words.
    """

    name: str
    kind: str
    role: str
    bounds: tuple[Any, Any] | None = None
    categories: tuple[Any, ...] = ()
    whole: bool = True
    decimals: int | None = None
    role_guess: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestions:
    """What a table suggests.

    Parameters
    ----------
    rows : int
    target : str or None
        The one that was named.
    target_guess, subject_guess : str or None
    sensitive_guess : tuple of str
    columns : tuple of ColumnSuggestion
    """

    rows: int
    target: str | None
    target_guess: str | None
    subject_guess: str | None
    sensitive_guess: tuple[str, ...]
    columns: tuple[ColumnSuggestion, ...]


def suggest(data: Any, target: str | None = None) -> Suggestions:
    """Look at a table for what its settings could be.

    Parameters
    ----------
    data : table or path
    target : str, optional
        Guessed by the names of columns if not given.

    Returns
    -------
    Suggestions

    Examples
    --------
    >>> table = pd.DataFrame({"age": [20, 30, 40, 50] * 50, "Class": [0, 0, 0, 1] * 50})
    >>> found = suggest(table)
    >>> found.target_guess, found.sensitive_guess, found.columns[0].bounds
    ('Class', ('age',), (20, 50))
    """
    frame, _ = to_pandas(data)
    schema = infer_schema(frame, target=target)
    coded = encode(frame, schema)
    guess = None if target is not None else _target(schema)
    apart = (target, guess)
    sensitive = tuple(
        column.name for column in schema
        if column.name not in apart and set(name_words(column.name)) & SENSITIVE_WORDS
        and column.kind in (*LABEL_KINDS, Kind.INTEGER, Kind.CONTINUOUS)
    )  # fmt: skip
    subject = next((c.name for c in schema if c.name not in apart and _repeated_key(frame[c.name], c)), None)
    # Rows of one person count once, where it looks as if a column says whose they are.
    if subject is not None:
        schema = schema.with_column(subject, role=Role.SUBJECT, kind=Kind.IDENTIFIER)
        coded = encode(frame, schema)
    people = subjects_of(coded, schema)
    personal = personal_data(coded, schema)
    columns = [_column(coded[c.name], c, people, personal) for c in schema]
    return Suggestions(len(frame), target, guess, subject, sensitive, tuple(columns))


def _target(schema: Schema) -> str | None:
    able = [c for c in schema.of(*LABEL_KINDS) if 2 <= len(c.categories or ()) <= 2 * MOST_LABELS]
    named = [c.name for c in able if set(name_words(c.name)) & _TARGET_WORDS]
    return named[-1] if named else None


def _repeated_key(values: pd.Series[Any], column: Column) -> bool:
    """Whether a column seems to say whom a row is about: named like a key, with several rows for some."""
    distinct = values.nunique() if named_like_key(column.name) else 0
    return MOST_LABELS < distinct < values.count()


def _column(values: pd.Series[Any], column: Column, people: Subjects, personal: PersonalData) -> ColumnSuggestion:
    known = column.role is Role.FEATURE and column.name in personal.quasi_identifiers.suggested
    shared: dict[str, Any] = {
        "name": column.name, "kind": str(column.kind), "role": str(column.role),
        "role_guess": str(Role.QUASI_IDENTIFIER) if known else None,
        "notes": tuple(
            f"Personal data: {item.what} ({item.confidence} confidence)."
            for item in personal.columns if item.column == column.name
        ),
    }  # fmt: skip
    if column.kind in LABEL_KINDS:
        held = holders(values.to_numpy(), people)
        often = sorted(int(code) for code in held[held >= FEWEST_HOLDERS].index)
        labels = column.categories or ()
        listed = tuple(labels[code] for code in often[:MOST_LABELS])
        return ColumnSuggestion(**shared, categories=listed, whole=len(listed) == len(labels))
    if column.bounds is None:
        return ColumnSuggestion(**shared)
    found = values.to_numpy(float)
    return ColumnSuggestion(**shared, bounds=_bounds(found, column, people), decimals=_decimals(found, column))


def _decimals(values: np.ndarray, column: Column) -> int | None:
    if column.decimals is None:
        return None
    known = values[~np.isnan(values)]
    finer = ((known.round(digits) != known).sum() < FEWEST_HOLDERS for digits in range(column.decimals))
    return next((digits for digits, enough in enumerate(finer) if enough), column.decimals)


def _bounds(values: np.ndarray, column: Column, people: Subjects) -> tuple[Any, Any] | None:
    found = ends(values, people, None, FEWEST_HOLDERS)
    if found is None or len(np.unique(people[~np.isnan(values)])) < 10 * FEWEST_HOLDERS:
        return None
    if column.kind is Kind.DATETIME:
        first, last = (datetime.fromtimestamp(end / _MICROSECONDS, UTC).year for end in (found.low, found.high))
        return date(first, 1, 1), date(min(last + 1, 9999), 1, 1)
    if found.high <= found.low:
        return None
    # One digit of the range, outwards; further where that is a value that few have.
    unit = 10.0 ** math.floor(math.log10(found.high - found.low))
    held = holders(values, people)
    low, high = (
        _beyond(end, rounded * unit, step * unit, held.get(end, 0))
        for end, rounded, step in (
            (found.low, math.floor(found.low / unit), -1), (found.high, math.ceil(found.high / unit), 1),
        )
    )  # fmt: skip
    return (round(low), round(high)) if column.kind is Kind.INTEGER else (low, high)


def _beyond(end: float, rounded: float, step: float, held: int) -> float:
    rounded = float(f"{rounded:.12g}")
    return rounded if rounded != end or held >= FEWEST_HOLDERS else float(f"{rounded + step:.12g}")
