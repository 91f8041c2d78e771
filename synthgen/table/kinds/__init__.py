"""One module a kind: from the caller's column to canonical values and back.

Canonical values are what generators and metrics work on: float64 with NaN for missing (continuous,
integer, datetime in microseconds since 1970 UTC, codes of labels), or objects with None for missing
(identifier and text, always str).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.table.column import Column, Kind
from synthgen.table.kinds import (
    boolean,
    categorical,
    continuous,
    datetime,
    identifier,
    integer,
    text,
)


@dataclass(frozen=True)
class Codec:
    """How one kind is read to canonical values and restored from them."""

    parse: Callable[[pd.Series[Any], Column], np.ndarray]
    restore: Callable[[np.ndarray, Column], pd.Series[Any]]


KINDS: dict[Kind, Codec] = {
    Kind.CONTINUOUS: Codec(continuous.parse, continuous.restore),
    Kind.INTEGER: Codec(integer.parse, integer.restore),
    Kind.CATEGORICAL: Codec(categorical.parse, categorical.restore),
    Kind.BOOLEAN: Codec(boolean.parse, boolean.restore),
    Kind.DATETIME: Codec(datetime.parse, datetime.restore),
    Kind.IDENTIFIER: Codec(identifier.parse, identifier.restore),
    Kind.TEXT: Codec(text.parse, text.restore),
}

__all__ = ["KINDS", "Codec"]
