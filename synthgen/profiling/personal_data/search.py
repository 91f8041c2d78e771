"""Look through a table's columns for personal data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from synthgen.profiling.personal_data.advice import advice, is_repeated
from synthgen.profiling.personal_data.detector import Detector, folded
from synthgen.profiling.personal_data.free_text import Forms, TextSearch
from synthgen.profiling.personal_data.judging import Looked, judge
from synthgen.profiling.personal_data.national import has_stdnum
from synthgen.profiling.personal_data.phones import has_phonenumbers
from synthgen.profiling.personal_data.quasi_identifiers import quasi_identifiers
from synthgen.profiling.personal_data.replacing import is_replaced, made_up_schema
from synthgen.profiling.personal_data.result import PersonalColumn, PersonalData
from synthgen.profiling.personal_data.values import MOST_DISTINCT, rows_looked_at, values_of
from synthgen.randomness import seed_sequence, stream
from synthgen.table.column import Kind
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.schema import Schema

KNOWN_WITHOUT_NAMING = ("postcode", "date of birth")
"""What singles people out only together with other columns, so is counted among those."""


def find_personal_data(
    coded: pd.DataFrame, schema: Schema, detectors: Sequence[Detector], text_search: TextSearch | None = None
) -> PersonalData:
    """Look at values and column names; see :func:`synthgen.profiling.personal_data.personal_data`."""
    seed = seed_sequence(0)  # only chooses which rows are looked at, and shuffles for comparison
    rows = rows_looked_at(len(coded), stream(seed, "personal data", "rows"))
    searches: list[TextSearch] = [Forms(), *([text_search] if text_search is not None else [])]
    tests = len(schema) * sum(detector.checked for detector in detectors)
    found: list[PersonalColumn] = []
    for column in schema:
        if column.kind in (Kind.BOOLEAN, Kind.CONTINUOUS):
            continue
        values = values_of(coded[column.name], column, rows)
        if not values.texts:
            continue
        looked = Looked(column, values, folded(column.name), len(coded), tests)
        item = judge(looked, detectors, searches, stream(seed, "personal data", "chance", column.name))
        if item is not None:
            share = min(1.0, max(item.share, FEWEST_HOLDERS / values.rows))
            made = PersonalColumn(column.name, item.what, item.confidence, share, item.by, item.example, "")
            words = advice(column, item.what, replaced=is_replaced(column, made))
            found.append(replace(made, advice=words))
    named = {item.column for item in found if item.what not in KNOWN_WITHOUT_NAMING}
    cells = quasi_identifiers(coded, schema.without(*named), stream(seed, "personal data", "cells"))
    notes = tuple(_looked_at(schema, len(coded), len(rows), text_search))
    return PersonalData(
        tuple(found), cells, len(rows), notes, repeated(found, schema, made_up_schema(coded, schema, found))
    )


def _looked_at(schema: Schema, n: int, looked: int, text_search: TextSearch | None) -> list[str]:
    notes = [
        f"Looked at {looked:,} of {n:,} rows, and at no more than {MOST_DISTINCT:,} distinct values of a column. What "
        "no form, check digit, list of names or column name tells isn't found."
    ]
    there = {"python-stdnum": has_stdnum(), "phonenumbers": has_phonenumbers()}
    missing = [name for name, yes in there.items() if not yes]
    if missing:
        notes.append(
            f"Without {' and '.join(missing)} national numbers and phones are told by form and column name only. "
            'Install the extra: pip install "synthgen-tabular[pii]".'
        )
    if schema.of(Kind.TEXT) and text_search is None:
        notes.append(
            "Inside free text, names are found after titles such as Mr only, and addresses not at all; pass "
            "text_search= for more (see synthgen.profiling.personal_data.with_presidio)."
        )
    return notes


def repeated(found: Sequence[PersonalColumn], schema: Schema, made_up: Schema) -> tuple[str, ...]:
    """Say which columns' real values synthetic rows repeat; ``made_up`` is the schema by which they are made."""
    said = []
    for item in found:
        if is_repeated(made_up[item.column]) and item.confidence != "low":
            words = advice(schema[item.column], item.what)
            said.append(f"Column {item.column!r} holds {item.what} ({item.confidence}). {words}")
    return tuple(said)
