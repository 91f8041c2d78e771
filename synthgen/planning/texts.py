"""Columns of free text, as the caller says what is to be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from synthgen.errors import UsageError
from synthgen.generators import Synthesizer
from synthgen.generators.texts import Text, ways_of, without_dropped
from synthgen.table.column import Kind
from synthgen.table.schema import Schema

_SAID = {
    "drop": "is left out of the result, as asked",
    "mask": "has a mask in place of each text of synthetic rows",
    "template": "has new texts of words that ten rows or more share; none has six words in a row of a real one",
    "augment": "has real texts with a few words changed in synthetic rows: near copies, to train on and not to share",
}


def with_text(
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    generator: str | Synthesizer,
    options: Mapping[str, Any] | None,
    purpose: str,
) -> tuple[pd.DataFrame, pd.DataFrame, Schema, list[str]]:
    """Leave out columns of text that are to be dropped, and say what is done with the others.

    Returns
    -------
    frame, coded, schema, notes

    Raises
    ------
    DataError
        Nothing was said about a column of free text.
    UsageError
        Changed real texts for a release.
    """
    text: Text = generator.text if isinstance(generator, Synthesizer) else (options or {}).get("text", "refuse")
    if not schema.of(Kind.TEXT) and not isinstance(text, Mapping):
        return frame, coded, schema, []
    ways = ways_of(text, schema)
    kept = without_dropped(schema, text)
    if purpose == "release":
        for name, (way, _) in ways.items():
            if way == "augment":
                raise UsageError(
                    f'Column {name!r}: text="augment" changes a few words of real texts, which gives these away, so it '
                    'isn\'t for release. Use "template", "mask" or "drop".'
                )
    notes = [f"Column {name!r} {_SAID[way]}" for name, (way, _) in ways.items()]
    if len(kept) == len(schema):
        return frame, coded, schema, notes
    dropped = [name for name in schema.names if name not in kept]
    return frame.drop(columns=dropped), coded[kept.names], kept, notes
