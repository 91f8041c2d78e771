"""A profile's parts as values that JSON knows."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any


def plain_values(value: Any) -> Any:
    """Give dataclasses as dicts, tuples as lists and words of enums; None for what isn't finite.

    Examples
    --------
    >>> plain_values((1, float("nan"), {"a": (2.5,)}))
    [1, None, {'a': [2.5]}]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain_values(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_values(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise TypeError(f"A profile holds a {type(value).__name__}, which JSON doesn't know.")
