"""What fit is given: the target by name or as y."""

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.utils.validation import column_or_1d

from synthgen.errors import DataError, UsageError
from synthgen.table.column import Role
from synthgen.table.schema import Schema


def with_target(schema: Schema, target: str | None) -> Schema:
    """Make a column the target, and the one that was a feature."""
    if target is None or (schema.target is not None and schema.target.name == target):
        return schema
    schema[target]  # raises with the list of columns
    if schema.target is not None:
        schema = schema.with_column(schema.target.name, role=Role.FEATURE)
    return schema.with_column(target, role=Role.TARGET)


def append_target(frame: pd.DataFrame, y: Any) -> tuple[pd.DataFrame, str]:
    """Put the target beside the features, and say what it is called."""
    values = y if isinstance(y, pd.Series) else pd.Series(column_or_1d(y, warn=True))
    name = str(values.name) if values.name is not None else "target"
    if name in frame.columns:
        raise UsageError(f"X already has a column {name!r}, the name of y. Rename one of them.")
    if len(values) != len(frame):
        raise DataError(f"X has {len(frame)} rows and y has {len(values)}; they must be equally long.")
    return frame.assign(**{name: values.to_numpy() if values.dtype.kind in "iufbOUS" else values.array}), name
