"""Moments that a person writes down, as microseconds since 1970 in UTC."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from synthgen.table.date_formats import read_dates


def moment(value: Any, date_format: str | None = None) -> float:
    """Read one date or datetime.

    Parameters
    ----------
    value : str, date, datetime or Timestamp
        Text by the format; without one as ISO 8601.
    date_format : str, optional
        In ``strptime`` words.

    Raises
    ------
    ValueError
        It can't be read so.

    Examples
    --------
    >>> moment("1970-01-02"), moment("02.01.1970", "%d.%m.%Y")
    (86400000000.0, 86400000000.0)
    """
    if isinstance(value, str) and date_format:
        read = read_dates([value], date_format)[0]
        stamp = pd.Timestamp(read)
    elif isinstance(value, (int, float)):
        raise ValueError("a number is no moment")
    else:
        stamp = pd.Timestamp(value)
    if pd.isna(stamp):
        raise ValueError("no moment")
    if stamp.tzinfo is not None:
        stamp = stamp.tz_convert("UTC").tz_localize(None)
    return float(stamp.to_datetime64().astype("M8[us]").astype(np.int64))


def as_timestamp(microseconds: float) -> pd.Timestamp:
    """Inverse of :func:`moment`, without a time zone.

    Examples
    --------
    >>> as_timestamp(86_400_000_000.0)
    Timestamp('1970-01-02 00:00:00')
    """
    return pd.Timestamp(round(microseconds), unit="us")
