"""What the clock on the wall shows: moments in the time zone of their column, and back.

A clock that is put forward shows some times never, and one that is put back shows some twice. A time that the clock
never shows becomes the one that it shows instead (02:30 → 03:30); of two moments that it shows alike, either is meant.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import Column
from synthgen.table.date_formats import is_time_of_day
from synthgen.table.dtypes import dtype_from_name
from synthgen.table.zoned_texts import split_zone

Floats = NDArray[np.float64]

DAY = 86_400_000_000
"""Microseconds of a day of 24 hours."""

_FIRST, _LAST = (float(np.datetime64(date, "us").astype(np.int64)) for date in ("0002-01-01", "9998-12-31"))
"""Offsets from UTC are looked up between these years; Python knows none beyond 1 and 9999."""


def zone_of(column: Column) -> Any:
    """Time zone of a column of dates; None where its clock has none.

    Examples
    --------
    >>> from synthgen.table.column import Kind, Storage
    >>> str(zone_of(Column("at", Kind.DATETIME, storage=Storage("datetime64[us, Europe/Berlin]"))))
    'Europe/Berlin'
    """
    if column.storage.as_text:
        text_format = column.storage.text_format or ""
        zone = split_zone(text_format)[1]
        return zone or ("UTC" if text_format.endswith(("Z", "+00:00", " UTC")) else None)
    dtype = dtype_from_name(column.storage.dtype)
    if isinstance(dtype, pd.ArrowDtype):
        return getattr(dtype.pyarrow_dtype, "tz", None)
    return getattr(dtype, "tz", None)


def is_clock(column: Column) -> bool:
    """Whether a column holds times of day, without a date.

    >>> from synthgen.table.column import Kind, Storage
    >>> is_clock(Column("opens", Kind.DATETIME, storage=Storage(python_type="time")))
    True
    """
    storage = column.storage
    timed = storage.python_type == "time" or storage.dtype.startswith(("time32", "time64"))
    return timed or (storage.as_text and is_time_of_day(storage.text_format))


def to_local(moments: Floats, zone: Any) -> Floats:
    """What a clock shows at moments in UTC, both in microseconds since 1970; NaN stays.

    Examples
    --------
    >>> winter = np.array([float(np.datetime64("2024-01-01T12:00", "us").astype(int))])
    >>> str(to_local(winter, "Europe/Berlin").astype("M8[us]")[0])
    '2024-01-01T13:00:00.000000'
    """
    if zone is None:
        return moments
    stamps = pd.DatetimeIndex(_stamps(moments)).tz_localize("UTC")
    offsets = stamps.tz_convert(zone).tz_localize(None) - stamps.tz_localize(None)
    return np.asarray(moments + offsets.to_numpy().astype("m8[us]").astype(np.int64))


def to_utc(local: Floats, zone: Any) -> Floats:
    """Moments at which a clock shows these times; the inverse of :func:`to_local`.

    Times that the clock shows twice are taken for the first and the second time in turn.

    Examples
    --------
    >>> never = np.array([float(np.datetime64("2024-03-31T02:30", "us").astype(int))])
    >>> str(to_local(to_utc(never, "Europe/Berlin"), "Europe/Berlin").astype("M8[us]")[0])
    '2024-03-31T03:30:00.000000'
    """
    if zone is None:
        return local
    stamps = pd.DatetimeIndex(_stamps(local))
    first = np.arange(len(local)) % 2 == 0
    found = stamps.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    offsets = (stamps - found.tz_convert("UTC").tz_localize(None)).to_numpy().astype("m8[us]")
    never = np.isnat(offsets) & ~np.isnan(local)
    if never.any():
        # By the offset of the day before, the clock is put forward before the time is read off it.
        before = local[never] - DAY
        offsets[never] = (to_local(before, zone) - before).astype("m8[us]")
    return np.asarray(local - np.where(np.isnan(local), 0, offsets.astype(np.int64)))


def _stamps(moments: Floats) -> NDArray[np.datetime64]:
    within = np.clip(np.where(np.isnan(moments), 0.0, moments), _FIRST, _LAST)
    return within.astype(np.int64).astype("M8[us]")


def days_and_times(moments: Floats, zone: Any) -> tuple[Floats, Floats]:
    """Local day (days since 1970) and time of day (microseconds since midnight) of moments in UTC.

    Where the clock is put forward at midnight a day begins later, and its first moment counts as midnight.

    Examples
    --------
    >>> day, time = days_and_times(np.array([1.5 * DAY]), None)
    >>> float(day[0]), float(time[0]) == DAY / 2
    (1.0, True)
    """
    local = to_local(moments, zone)
    days = np.floor(local / DAY)
    times = local - days * DAY
    if zone is not None:
        distinct, place = np.unique(days, return_inverse=True)
        # Twice, so that both moments that a clock shows as midnight are known.
        starts = to_utc(np.repeat(distinct * DAY, 2), zone).reshape(-1, 2)[place.ravel()]
        times = np.where((starts == moments[:, None]).any(axis=1), 0.0, times)
    return days, times


def moments_at(days: Floats, times: Floats, zone: Any) -> Floats:
    """Moments in UTC at which a local clock shows these times of these days; the inverse of :func:`days_and_times`."""
    return to_utc(days * DAY + times, zone)
