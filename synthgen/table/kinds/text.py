"""Free text, as str objects with None where missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.table.column import Column
from synthgen.table.kinds import identifier
from synthgen.table.storing import store_text


def parse(series: pd.Series[Any], column: Column) -> np.ndarray:
    """Read a column as str objects, None where missing."""
    return identifier.parse(series, column)


def restore(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Give texts back in the column's dtype."""
    if column.storage.dtype == "category" or column.storage.python_type == "mixed":
        return pd.Series(values, dtype=object, name=column.name)
    return identifier.restore(values, column) if _is_number(column) else store_text(values, column)


def _is_number(column: Column) -> bool:
    return not identifier.holds_text(column)
