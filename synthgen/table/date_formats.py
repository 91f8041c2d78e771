"""Dates and times of day stored as text: recognised, read, and written back the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from synthgen.table.text_formats import MISSING_TOKENS, split_token
from synthgen.table.zoned_texts import find_zone, read_zoned, split_zone, write_zoned

_ZONE = re.compile(r"(?:(?<=:\d\d)|(?<=\.\d{3})|(?<=\.\d{6}))(?:Z|[+-]\d\d:?\d\d)$")

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y")
_SINGLE = ("%-d.%-m.%Y", "%-d/%-m/%Y", "%-m/%-d/%Y")
_SHORT = ("%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%-d.%-m.%y", "%-m/%-d/%y")
_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%3f", "%H:%M:%S.%f")
_HALF_DAYS = ("%I:%M %p", "%I:%M:%S %p", "%-I:%M %p", "%-I:%M:%S %p")
_ISO_SUFFIXES = ("", "Z", "+00:00")
_ISO = tuple(f"%Y-%m-%d{middle}{time}" for middle in "T " for time in _TIMES)
_NAMED = (
    "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%-d %b %Y", "%b %-d, %Y", "%d-%b-%y", "%d %b %y", "%-d-%b-%y", "%d%b%Y",
    "%d %B %Y", "%-d %B %Y", "%B %d, %Y", "%B %-d, %Y", "%d-%B-%Y", "%b %Y", "%B %Y", "%b-%y", "%b-%Y", "%a, %d %b %Y",
)  # fmt: skip
DATE_FORMATS: tuple[str, ...] = (
    *_DATES,
    *(f"%Y-%m-%dT{time}{zone}" for time in _TIMES for zone in _ISO_SUFFIXES),
    *(f"%Y-%m-%d {time}{zone}" for time in _TIMES for zone in ("+00:00", "Z", " UTC")),
    *(f"{date} {time}" for date in _DATES for time in _TIMES),
    *_SINGLE,
    *(f"{date} {time}" for date in _SINGLE for time in _TIMES[:2]),
    *_SHORT,
    *(f"{date} {time}" for date in _SHORT for time in _TIMES[:2]),
    *(f"{date} {time}" for date in (*_DATES, *_SINGLE) for time in _HALF_DAYS),
    *(date.replace("%b", f"%{case}b").replace("%B", f"%{case}B") for case in ("", "^", "~") for date in _NAMED),
    *(f"{date} {time}" for date in ("%d %b %Y", "%d-%b-%Y", "%b %d, %Y") for time in _TIMES[:2]),
    "%y%m%d %H:%M:%S",
    "%Y-%m",
    "%Y/%m",
    "%m/%Y",
    "%m.%Y",
    *_TIMES,
    "%-H:%M",
    "%-H:%M:%S",
    *_HALF_DAYS,
)
"""Formats tried on text, in ``strptime`` words; ``%-d`` is a day without its zero, ``%3f`` milliseconds, ``%^b`` a
month in capitals and ``%~b`` one in small letters. Those without a year are times of day."""

COMPACT_DATE = "%Y%m%d"
"""Tried only where the column's name says date: eight digits may be anything."""

MOST_CHARACTERS = 40

_SHAPES = {
    "Y": r"\d{4}", "y": r"\d\d", "m": r"\d\d", "d": r"\d\d", "H": r"\d\d", "I": r"\d\d", "M": r"\d\d", "S": r"\d\d",
    "f": r"\d{6}", "3f": r"\d{3}", "b": r"[A-Za-z]{3}", "B": r"[A-Za-z]{3,9}", "p": r"[AP]M", "a": r"[A-Za-z]{3}",
    "z": r"[+-]\d\d:?\d\d|Z",
}  # fmt: skip
_STRPTIME_DAY = np.datetime64("1900-01-01", "us") - np.datetime64(0, "us")
_WORD = re.compile(r"%([-^~]?)(3f|[A-Za-z])")


@dataclass(frozen=True)
class DatesAsText:
    """The format of distinct texts that are all dates."""

    text_format: str
    missing_token: str | None


def find_date_format(texts: Sequence[str], name: str) -> DatesAsText | None:
    """Find the one format that reads all distinct texts as dates and writes them back the same.

    Two formats that both fit (day and month can't be told apart) are no answer.
    """
    plain = [text for text in texts if text not in MISSING_TOKENS]
    fits, token = split_token(texts, [text not in MISSING_TOKENS for text in texts])
    if not fits or not plain or len(plain[0]) > MOST_CHARACTERS or not any(ch.isdigit() for ch in plain[0]):
        return None
    formats = [*DATE_FORMATS, COMPACT_DATE] if "date" in name.lower() else list(DATE_FORMATS)
    offset = _ZONE.search(plain[0])
    if offset is not None and offset[0] not in _ISO_SUFFIXES:
        formats = [item + offset[0] for item in _ISO]
    found = _fitting(plain, formats)
    if not found and offset is not None:
        zoned = find_zone(plain, [item for item in _ISO if may_read(plain[0], f"{item}%z")])
        return DatesAsText(zoned, token) if zoned else None
    meanings = {tuple(read_dates(plain, item).tolist()) for item in found}
    return DatesAsText(found[0], token) if len(meanings) == 1 else None


def _fitting(plain: Sequence[str], formats: Sequence[str]) -> list[str]:
    """Formats that read all texts and write them back the same."""
    # One text, then a few, rule out nearly every format, so the full pass runs once or twice.
    few = list(plain[:: max(1, len(plain) // 50)])
    found = [item for item in formats if may_read(plain[0], item)]
    found = [item for item in found if _reads(few, item)]
    return [item for item in found if _reads(plain, item)]


def may_read(text: str, text_format: str) -> bool:
    """Whether a text has the shape of a format."""
    return _shape(text_format).fullmatch(text) is not None


@cache
def _shape(text_format: str) -> re.Pattern[str]:
    parts, start = [], 0
    for word in _WORD.finditer(text_format):
        shape = _SHAPES.get(word[2], r".+")
        parts += [re.escape(text_format[start : word.start()]), r"\d\d?" if word[1] == "-" else f"(?:{shape})"]
        start = word.end()
    return re.compile("".join([*parts, re.escape(text_format[start:])]))


def is_time_of_day(text_format: str | None) -> bool:
    """Whether a format says the time of day alone.

    >>> is_time_of_day("%H:%M"), is_time_of_day("%Y-%m-%d %H:%M")
    (True, False)
    """
    return text_format is not None and not {word[2] for word in _WORD.finditer(text_format)} & set("YymdbBjUWcxD")


def _plain(text_format: str) -> str:
    """Turn a format of :data:`DATE_FORMATS` into one that ``strptime`` knows."""
    return _WORD.sub(lambda word: "%f" if word[2] == "3f" else f"%{word[2]}", text_format)


def _reads(texts: Sequence[str], text_format: str) -> bool:
    values = read_dates(texts, text_format)
    return not np.isnat(values).any() and write_dates(values, text_format).tolist() == list(texts)


def read_dates(texts: Sequence[str], text_format: str) -> np.ndarray:
    """Read texts as ``datetime64[us]``, NaT where one doesn't fit; times of day are those of 1970-01-01."""
    own, zone = split_zone(text_format)
    if zone is not None:
        return read_zoned(texts, _plain(own))
    found = pd.to_datetime(pd.Series(texts, dtype=object), format=_plain(text_format), errors="coerce")
    if getattr(found.dtype, "tz", None) is not None:
        found = found.dt.tz_convert("UTC").dt.tz_localize(None)
    if found.dtype.kind != "M":
        return np.full(len(texts), np.datetime64("NaT"), dtype="M8[us]")
    values = np.asarray(found.to_numpy(dtype="M8[us]"))
    return (
        values - (np.datetime64("1900-01-01", "us") - np.datetime64(0, "us")) if is_time_of_day(text_format) else values
    )


def write_dates(values: np.ndarray, text_format: str) -> np.ndarray:
    """Write ``datetime64[us]`` values by a format of :data:`DATE_FORMATS`."""
    own, zone = split_zone(text_format)
    distinct, places = np.unique(values, return_inverse=True)
    if zone is not None:
        texts = write_zoned(distinct, _plain(own), zone)
    else:
        texts = [None if value is None else _written(value, text_format) for value in distinct.tolist()]
    table = np.array([*texts, None], dtype=object)[:-1]
    return np.asarray(table[places.reshape(-1)], dtype=object)


def _written(value: pd.Timestamp, text_format: str) -> str:
    def word(found: re.Match[str]) -> str:
        flag, what = found[1], found[2]
        # strftime's %Y doesn't pad years below 1000 everywhere, nor does it know milliseconds.
        if what == "Y":
            return f"{value.year:04d}"
        if what == "3f":
            return f"{value.microsecond // 1000:03d}"
        text = value.strftime(f"%{what}")
        if flag == "-":
            return text.lstrip("0") or "0"
        return text.upper() if flag == "^" else text.lower() if flag == "~" else text

    return _WORD.sub(word, text_format)


def fitting_format(texts: Sequence[str], text_format: str) -> str | None:
    """Find how a ``strptime`` format reads distinct texts, and writes them back the same if it can.

    ``strptime`` reads days without their zero and parts of a second of any length alike, and takes any time zone; here
    days of one digit are ``%-d``, milliseconds ``%3f``, and a time zone is what all texts have.

    Returns
    -------
    str or None
        None if not all texts can be read so, or their time zones differ.

    Examples
    --------
    >>> fitting_format(["1/2/2020", "31/12/2020"], "%d/%m/%Y")
    '%-d/%-m/%Y'
    """
    if text_format.endswith("%z"):
        zones = {found[0] if (found := _ZONE.search(text)) else "" for text in texts}
        if len(zones) != 1:
            return find_zone(texts, [text_format[:-2]])
        text_format = text_format[:-2] + zones.pop()
    single = text_format.replace("%d", "%-d").replace("%m", "%-m")
    ways = [text_format, single, text_format.replace("%f", "%3f"), single.replace("%f", "%3f")]
    exact = next((way for way in ways if _reads(texts, way)), None)
    if exact is not None:
        return exact
    return None if np.isnat(read_dates(texts, text_format)).any() else text_format
