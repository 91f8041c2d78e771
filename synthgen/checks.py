"""Bad input, refused in words before anything is made or written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from synthgen.errors import DataError, UsageError
from synthgen.generators import check_generator
from synthgen.generators.sampling import check_missing
from synthgen.merging import FLAG
from synthgen.table import Kind, Schema
from synthgen.validation import Purpose
from synthgen.validation.gate import gate_of


def check_words(
    purpose: str, generator: Any, options: Mapping[str, Any] | None, gate: Any, validation: str, missing: str
) -> None:
    """Refuse an unknown purpose, generator, option, effort, gate or way with gaps."""
    check_missing(missing)
    if purpose not in [str(item) for item in Purpose]:
        raise UsageError(f"purpose must be augment or release; got {purpose!r}.")
    if validation not in ("standard", "full", "none"):
        raise UsageError(f"validation must be standard, full or none; got {validation!r}.")
    gate_of(gate)
    check_generator(generator, options)


def check_table(frame: pd.DataFrame, coded: pd.DataFrame, schema: Schema) -> None:
    """Refuse a table that nothing can be learnt from, or a target that can't be one."""
    lacking = [name for name in frame.columns if name not in schema]
    if lacking:
        raise UsageError(
            f"The schema has no column {lacking[0]!r}, which the table has. "
            "Add it to the schema, or drop it from the table."
        )
    if FLAG in frame.columns and frame[FLAG].astype(bool).any():
        raise UsageError(
            f"The table has synthetic rows already (column {FLAG!r}). Learn from real rows only: sg.real_rows_only(df)."
        )
    if len(coded) < 2:
        raise DataError("The table has one row; at least two are needed to learn from one and check against another.")
    empty = [name for name in coded if coded[name].isna().all()]
    if empty:
        raise DataError(
            f"Column {empty[0]!r} has no values at all, so nothing can be learnt from it. "
            f"Drop it: df.drop(columns={empty!r})."
        )
    target = schema.target
    if target is None:
        return
    values = coded[target.name]
    if values.isna().any():
        raise DataError(
            f"The target {target.name!r} is missing in {int(values.isna().sum())} of {len(coded)} rows. "
            f"Drop them: df.dropna(subset=[{target.name!r}])."
        )
    if values.nunique() == 1:
        raise DataError(
            f"The target {target.name!r} has one class only; there is nothing to tell apart. "
            "Name another target, or none."
        )
    if target.kind is not Kind.CONTINUOUS and values.nunique() == len(values) and len(values) > 2:
        raise DataError(
            f"Column {target.name!r} can't be the target: every row has a value of its own. "
            "Name a column with classes or quantities."
        )
