"""Dates as text whose offset from UTC changes with the season: the time zone that explains all offsets is found."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

ZONES = (
    "Europe/London", "Europe/Berlin", "Europe/Helsinki", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "America/Sao_Paulo", "America/Halifax", "America/St_Johns", "America/Mexico_City",
    "America/Santiago", "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Auckland",
    "Asia/Jerusalem", "Africa/Cairo", "Europe/Istanbul", "Europe/Moscow",
)  # fmt: skip
"""Time zones tried, one of each set of rules: Paris is Berlin, as the clock goes."""

_MARK = re.compile(r"%z\[(.+)\]$")


def split_zone(text_format: str) -> tuple[str, str | None]:
    """Format for ``strptime`` and time zone of a format that ends on ``%z[Europe/Berlin]``.

    >>> split_zone("%Y-%m-%dT%H:%M%z[Europe/Berlin]"), split_zone("%d.%m.%Y")
    (('%Y-%m-%dT%H:%M%z', 'Europe/Berlin'), ('%d.%m.%Y', None))
    """
    found = _MARK.search(text_format)
    return (text_format[: found.start()] + "%z", found[1]) if found else (text_format, None)


def find_zone(texts: Sequence[str], formats: Sequence[str]) -> str | None:
    """Find the format, with its time zone, that reads texts of several offsets and writes them back the same.

    Parameters
    ----------
    texts : sequence of str
        Distinct.
    formats : sequence of str
        Without the offset.

    Examples
    --------
    >>> find_zone(["2024-01-01T12:00+01:00", "2024-07-01T12:00+02:00"], ["%Y-%m-%dT%H:%M"])
    '%Y-%m-%dT%H:%M%z[Europe/Berlin]'
    """
    few = list(texts[:: max(1, len(texts) // 50)])
    for item in formats:
        for zone in ZONES:
            named = f"{item}%z[{zone}]"
            if all(_same(some, item + "%z", zone) for some in (few, texts)):
                return named
    return None


def _same(texts: Sequence[str], text_format: str, zone: str) -> bool:
    stamps = read_zoned(texts, text_format.replace("%3f", "%f"))
    return not np.isnat(stamps).any() and write_zoned(stamps, text_format, zone) == list(texts)


def read_zoned(texts: Sequence[str], text_format: str) -> np.ndarray:
    """Read texts that end on their offset as ``datetime64[us]`` in UTC, NaT where one doesn't fit."""
    found = pd.to_datetime(pd.Series(texts, dtype=object), format=text_format, errors="coerce", utc=True)
    return np.asarray(found.dt.tz_localize(None).to_numpy(dtype="M8[us]"))


def write_zoned(values: np.ndarray, text_format: str, zone: str) -> list[str | None]:
    """Write moments in UTC as the clock of a time zone shows them, with the offset."""
    local = pd.DatetimeIndex(values).tz_localize("UTC").tz_convert(zone)
    out: list[str | None] = []
    for stamp in local:
        if pd.isna(stamp):
            out.append(None)
            continue
        offset = stamp.strftime("%z")
        words = text_format.replace("%3f", f"{stamp.microsecond // 1000:03d}")
        out.append(stamp.strftime(words.removesuffix("%z")) + f"{offset[:3]}:{offset[3:5]}")
    return out
