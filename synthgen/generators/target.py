"""The target, by name or as y, and how many rows of each of its classes are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import column_or_1d

from synthgen.errors import DataError, UsageError
from synthgen.table.column import Kind, Role
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


def check_target(coded: pd.DataFrame, schema: Schema) -> None:
    """Refuse a target that names rows, or that some of them lack.

    Raises
    ------
    DataError
    """
    target = schema.target
    if target is None:
        return
    if target.kind is Kind.IDENTIFIER:
        raise DataError(
            f"Column {target.name!r} can't be the target: nearly every row has a value of its own. "
            "Name a column with classes or quantities."
        )
    missing = int(coded[target.name].isna().sum())
    if missing:
        raise DataError(
            f"The target {target.name!r} is missing in {missing} of {len(coded)} rows. "
            f"Drop them: df.dropna(subset=[{target.name!r}])."
        )


def class_sizes(
    counts: Mapping[float, int], codes: NDArray[np.float64] | None, n: int, rng: np.random.Generator
) -> dict[float, int]:
    """Divide ``n`` rows among the classes in ``codes``, at random in proportion to ``counts``."""
    allowed = [code for code in counts if codes is None or code in codes]
    weights = np.array([counts[code] for code in allowed], dtype=float)
    sizes = rng.multinomial(n, weights / weights.sum())
    return {code: int(size) for code, size in zip(allowed, sizes, strict=True) if size}
