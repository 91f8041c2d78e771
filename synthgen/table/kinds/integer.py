"""Whole numbers, whether stored as integers, floats, decimals or text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.table.column import Column
from synthgen.table.kinds import continuous
from synthgen.table.storing import store_numbers

parse = continuous.parse


def restore(values: np.ndarray, column: Column) -> pd.Series[Any]:
    """Round to whole numbers and give back in the column's dtype."""
    return store_numbers(np.round(np.asarray(values, dtype=np.float64)) + 0.0, column)
