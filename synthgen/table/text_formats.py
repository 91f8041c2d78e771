"""Numbers and dates stored as text: recognised, read, and written back the same."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from synthgen.table.number_styles import NumberStyle, find_style, read_styled

MISSING_TOKENS = frozenset({"", " ", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "."})
"""Texts that stand for a missing value, if one of them is all that keeps a column from being numbers."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CODE = re.compile(r"[+-]?0\d")

_ZONE = re.compile(r"Z|[+-]\d\d:?\d\d$")

_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y")
_TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%3f", "%H:%M:%S.%f")
_ISO_SUFFIXES = ("", "Z", "+00:00")
DATE_FORMATS: tuple[str, ...] = (
    *_DATES,
    *(f"%Y-%m-%dT{time}{zone}" for time in _TIMES for zone in _ISO_SUFFIXES),
    *(f"%Y-%m-%d {time}+00:00" for time in _TIMES),
    *(f"{date} {time}" for date in _DATES for time in _TIMES),
    *(f"{date}" for date in ("%-d.%-m.%Y", "%-d/%-m/%Y", "%-m/%-d/%Y")),
    *(f"{date} {time}" for date in ("%-d.%-m.%Y", "%-d/%-m/%Y", "%-m/%-d/%Y") for time in _TIMES[:2]),
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%y%m%d %H:%M:%S",
)
"""Formats tried on text, in ``strptime`` words; ``%-d`` is a day without its zero, ``%3f`` milliseconds."""

COMPACT_DATE = "%Y%m%d"
"""Tried only where the column's name says date: eight digits may be anything."""


@dataclass(frozen=True)
class NumbersAsText:
    """What reading distinct texts as numbers gave: NaN for the missing token."""

    values: np.ndarray
    decimals: int | None
    text_format: str | None
    missing_token: str | None


@dataclass(frozen=True)
class DatesAsText:
    """The format of distinct texts that are all dates."""

    text_format: str
    missing_token: str | None


def split_token(texts: Sequence[str], readable: Sequence[bool]) -> tuple[bool, str | None]:
    """Whether all texts but at most one missing token are readable, and that token."""
    odd = [text for text, good in zip(texts, readable, strict=True) if not good]
    if not odd:
        return True, None
    fits = len(odd) == 1 and odd[0] in MISSING_TOKENS and len(texts) > 1
    return fits, odd[0] if fits else None


def read_numbers(texts: Sequence[str]) -> NumbersAsText | None:
    """Read distinct texts as numbers, or None if they aren't (leading zeros make a code)."""
    good = [bool(_NUMBER.fullmatch(text)) for text in texts]
    fits, token = split_token(texts, good)
    if not fits or not texts or any(_CODE.match(text) for text in texts):
        return _read_styled(texts)
    values = np.array([float(text) if ok else np.nan for text, ok in zip(texts, good, strict=True)])
    plain = [text for text in texts if text != token]
    # More digits than a float64 holds, or too large for one: a code, whatever it looks like.
    if any(sum(ch.isdigit() for ch in text) > 15 for text in plain) or np.isinf(values).any():
        return None
    decimals = max(_decimals(text) for text in plain)
    digits = len(plain[0].lower().partition("e")[0].partition(".")[2])
    present = values[~np.isnan(values)]
    for style in (f"%.{decimals}f", None, "%r", f"%.{digits}e", f"%.{digits}E"):
        if write_numbers(present, style, decimals).tolist() == plain:
            # Significant digits, not decimals, are what scientific notation rounds to.
            return NumbersAsText(values, None if style and style[-1] in "eE" else decimals, style, token)
    # Where no style writes every text back (1e3, 007.5), numbers are written as short as they go.
    return _read_styled(texts) or NumbersAsText(values, decimals, None, token)


def _read_styled(texts: Sequence[str]) -> NumbersAsText | None:
    """Read distinct texts as amounts of money, percentages and the like."""
    fits, token = split_token(texts, [text not in MISSING_TOKENS for text in texts])
    style = find_style([text for text in texts if text != token]) if fits and texts else None
    if style is None:
        return None
    values = read_styled(texts, style, token)
    return None if values is None else NumbersAsText(values, style.decimals, style.to_text(), token)


def _decimals(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return max(0, digits - int(exponent or 0))


def write_numbers(values: np.ndarray, text_format: str | None, decimals: int | None) -> np.ndarray:
    """Numbers as text, None where missing: ``%.2f`` fixed, ``%r`` as Python, None as short as it goes, or a style."""
    out = np.empty(len(values), dtype=object)
    style = NumberStyle.from_text(text_format) if text_format and text_format[0] != "%" else None
    for place, value in enumerate((values + 0.0).tolist()):
        if value != value:
            out[place] = None
        elif style is not None:
            out[place] = style.write(value)
        elif text_format == "%r":
            out[place] = repr(value)
        elif text_format:
            out[place] = text_format % value
        else:
            text = repr(value) if decimals is None else f"{value:.{decimals}f}"
            out[place] = text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    return out


def texts_as_numbers(texts: Sequence[str], token: str | None, text_format: str | None = None) -> np.ndarray | None:
    """Read texts of a column known to hold numbers; None if one of them is neither number nor token."""
    if text_format and text_format[0] != "%":
        return read_styled(texts, NumberStyle.from_text(text_format), token)
    out = np.full(len(texts), np.nan)
    for place, text in enumerate(texts):
        if text == token:
            continue
        if not (isinstance(text, str) and _NUMBER.fullmatch(text)):
            return None
        out[place] = float(text)
    return out


def find_date_format(texts: Sequence[str], name: str) -> DatesAsText | None:
    """Find the one format that reads all distinct texts as dates and writes them back the same.

    Two formats that both fit (day and month can't be told apart) are no answer.
    """
    plain = [text for text in texts if text not in MISSING_TOKENS]
    fits, token = split_token(texts, [text not in MISSING_TOKENS for text in texts])
    if not fits or not plain or len(plain[0]) > 32 or not any(ch.isdigit() for ch in plain[0]):
        return None
    formats = [*DATE_FORMATS, COMPACT_DATE] if "date" in name.lower() else list(DATE_FORMATS)
    # One text, then a few, rule out nearly every format, so the full pass runs once or twice.
    found = [item for item in formats if _may_read(plain[0], item)]
    few = list(plain[:: max(1, len(plain) // 50)])
    found = [item for item in found if _reads(few, item)]
    found = [item for item in found if _reads(plain, item)]
    meanings = {tuple(read_dates(plain, item).tolist()) for item in found}
    return DatesAsText(found[0], token) if len(meanings) == 1 else None


def _may_read(text: str, text_format: str) -> bool:
    try:
        datetime.strptime(text, _plain(text_format))
    except ValueError:
        return False
    return True


def _plain(text_format: str) -> str:
    """Turn a format of :data:`DATE_FORMATS` into one that ``strptime`` knows."""
    return text_format.replace("%-", "%").replace("%3f", "%f")


def _reads(texts: Sequence[str], text_format: str) -> bool:
    values = read_dates(texts, text_format)
    return not np.isnat(values).any() and write_dates(values, text_format).tolist() == list(texts)


def read_dates(texts: Sequence[str], text_format: str) -> np.ndarray:
    """Read texts as ``datetime64[us]``, NaT where one doesn't fit the format."""
    found = pd.to_datetime(pd.Series(texts, dtype=object), format=_plain(text_format), errors="coerce")
    if getattr(found.dtype, "tz", None) is not None:
        found = found.dt.tz_convert("UTC").dt.tz_localize(None)
    if found.dtype.kind != "M":
        return np.full(len(texts), np.datetime64("NaT"), dtype="M8[us]")
    return np.asarray(found.to_numpy(dtype="M8[us]"))


def write_dates(values: np.ndarray, text_format: str) -> np.ndarray:
    """Write ``datetime64[us]`` values by a format of :data:`DATE_FORMATS`."""
    native = text_format.replace("%-", "%#") if os.name == "nt" else text_format
    distinct, places = np.unique(values, return_inverse=True)
    texts: list[str | None] = []
    for value in distinct.tolist():
        if value is None:
            texts.append(None)
            continue
        # strftime's %Y doesn't pad years below 1000 everywhere, nor does it know milliseconds.
        words = native.replace("%3f", f"{value.microsecond // 1000:03d}").replace("%Y", f"{value.year:04d}")
        texts.append(value.strftime(words))
    table = np.array([*texts, None], dtype=object)[:-1]
    return np.asarray(table[places.reshape(-1)], dtype=object)


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
            return None
        text_format = text_format[:-2] + zones.pop()
    single = text_format.replace("%d", "%-d").replace("%m", "%-m")
    ways = [text_format, single, text_format.replace("%f", "%3f"), single.replace("%f", "%3f")]
    exact = next((way for way in ways if _reads(texts, way)), None)
    if exact is not None:
        return exact
    return None if np.isnat(read_dates(texts, text_format)).any() else text_format
