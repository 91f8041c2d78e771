"""What each column is, from a file: our own, SDV metadata or a Frictionless table schema."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from synthgen.cli.failures import say

if TYPE_CHECKING:
    from synthgen.table import Schema


def read_schema(path: Path | None) -> Schema | None:
    """Read the file of ``--schema``, and say what of it couldn't be taken over."""
    if path is None:
        return None
    import synthgen as sg

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", sg.SynthgenWarning)
        schema = sg.Schema.from_json(path)
    for warning in told:
        if issubclass(warning.category, sg.SynthgenWarning):
            say(f"warning: {warning.message}")
    return schema
