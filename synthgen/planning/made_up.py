"""Personal data that was found in a table, to be made up anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from synthgen.profiling.personal_data import PersonalData
from synthgen.profiling.personal_data.replacing import made_up_schema
from synthgen.profiling.personal_data.search import repeated
from synthgen.table.encoding import encode
from synthgen.table.schema import Schema


def with_made_up(
    frame: pd.DataFrame, coded: pd.DataFrame, schema: Schema, personal: PersonalData, keep: Collection[str] = ()
) -> tuple[pd.DataFrame, Schema, PersonalData, list[str]]:
    """Make identifiers of columns of personal data, so that no model learns their values.

    Parameters
    ----------
    frame : pandas.DataFrame
        The caller's rows; not changed.
    coded : pandas.DataFrame
        The same rows, coded by ``schema``.
    schema : Schema
    personal : PersonalData
        What was found in the rows.
    keep : collection of str
        Columns that stay as they are, because the caller asks for values of theirs.

    Returns
    -------
    coded, schema, PersonalData, notes
        What was found says which columns' real values come up all the same; the notes say which are made up.
    """
    made = made_up_schema(coded, schema, personal.columns, keep)
    changed = [column for column in made if column != schema[column.name]]
    known = replace(personal, repeated=repeated(personal.columns, schema, made))
    if not changed:
        return coded, schema, known, []
    new = encode(frame, Schema(tuple(changed)))
    coded = coded.assign(**{column.name: new[column.name] for column in changed})
    what = {item.column: item for item in personal.columns}
    notes = [
        f"Column {column.name!r} holds {what[column.name].what} ({what[column.name].confidence}): synthetic rows have "
        "made-up values in it"
        for column in changed
    ]
    return coded, made, known, notes
