"""Values as the texts of a sheet's cells: harmless in a spreadsheet program, and recognised when they come back."""

from __future__ import annotations

import re
import unicodedata
import warnings
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

DIGITS = 9
"""Of a number that isn't whole. Spreadsheet programs show ten, and save what they show."""

FEWEST_DIGITS = 5
"""Digits that a number must have kept to be compared with those that it has."""

LONGEST = 2_000
"""A cell of a spreadsheet holds 32,767 characters, and nobody reads so many."""

_EXACT = 1e15
_STARTS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
# A cell that starts like this is a formula; and so is what follows a separator, where the program splits elsewhere.
_FORMULA = re.compile(rf"(^|[;,|])(\s*)(?=[{_STARTS}])")
_DISARMED = re.compile(rf"(^|[;,|])(\s*)'(?=\s*[{_STARTS}])")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_GONE = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "NaT", "-nan", "#N/A"})


def text_of(value: Any) -> str:
    r"""Write a value as one line of text; nothing where it is missing.

    Examples
    --------
    >>> [text_of(value) for value in (1.0, 0.1 + 0.2, None, True, "a\tb")]
    ['1', '0.3', '', 'True', 'a b']
    """
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _number(float(value))
    if isinstance(value, str):
        return one_line(value)
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (pd.Timestamp, datetime)):
        written = pd.Timestamp(value).isoformat(sep=" ")
        return written.removesuffix(" 00:00:00")
    if isinstance(value, date):
        return value.isoformat()
    return one_line(str(value))


def one_line(text: str) -> str:
    """Text without line ends, control characters and surrogates, which no sheet brings back as they were."""
    if text.isascii() and text.isprintable():
        return text.strip()[:LONGEST]
    shown = ("\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char for char in re.sub(r"\s+", " ", text))
    return "".join(shown).strip()[:LONGEST]


def harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet program would take for a formula.

    OWASP, CSV injection, https://owasp.org/www-community/attacks/CSV_Injection. Numbers are left as they are.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-5"), harmless("ham; @eggs"), harmless("a-b")
    ("'=1+1", '-5', "ham; '@eggs", 'a-b')
    """
    return text if len(text) < 2 or is_number(text) else _FORMULA.sub(r"\1\2'", text)


def is_number(text: str) -> bool:
    """Whether a text is a number, as a program would read it."""
    return _NUMBER.fullmatch(text) is not None


def unchanged(returned: Any, written: str) -> bool:
    """Whether a cell that came back is the one that was written.

    What a program does to a cell when it saves a sheet is no change: an apostrophe less, ``1.0`` for ``1``, capitals in
    TRUE, a date in another order, a number with fewer digits (five at least).

    Parameters
    ----------
    returned : object
        A text, or a value of a frame or of a spreadsheet.
    written : str
        As :func:`text_of` gave it.

    Examples
    --------
    >>> unchanged("'=1+1", "=1+1"), unchanged("1.50", "1.5"), unchanged("1.6", "1.5"), unchanged("x", "y")
    (True, True, False, False)
    """
    if written in _GONE and text_of(returned) in _GONE:
        # A frame read with pandas' own defaults holds such words as missing values.
        return not isinstance(returned, str) or text_of(returned) == written
    text = text_of(returned)
    given, known = _DISARMED.sub(r"\1\2", text), _DISARMED.sub(r"\1\2", written)
    if given == known or (known in ("True", "False") and given.casefold() == known.casefold()):
        return True
    return _same_number(given, known) or _same_moment(given, known)


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "" if np.isnan(value) else str(value)
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else f"{value:.{DIGITS}g}"


def _same_number(given: str, known: str) -> bool:
    if "," in given and "." not in given:
        given = given.replace(",", ".")
    if not (is_number(given) and is_number(known)):
        return False
    one, two = float(given), float(known)
    if one == two:
        return True
    digits = _digits(given)
    return FEWEST_DIGITS <= digits < _digits(known) and float(f"{two:.{digits - 1}e}") == one


def _digits(number: str) -> int:
    """Digits that a number is written with, but for noughts before it."""
    return len(re.split("[eE]", number)[0].lstrip("+-0.").replace(".", ""))


def _same_moment(given: str, known: str) -> bool:
    if not _DATE.match(known) or not any(char.isdigit() for char in given):
        return False
    wanted = _moment(known)
    # A program that saves 13:45 leaves the seconds away, which nobody changed.
    step = {0: None, 1: "min"}.get(given.count(":"), "s")
    if wanted is None or (step is None and ":" in known):
        return False
    cut = wanted if step is None else wanted.floor(step)
    read = [found for dayfirst in (False, True) if (found := _moment(given, dayfirst)) is not None]
    return any((found.tzinfo is None) == (cut.tzinfo is None) and found == cut for found in read)


def _moment(text: str, dayfirst: bool = False) -> pd.Timestamp | None:
    with warnings.catch_warnings():
        # pandas warns where the order of day and month isn't the one it was told to try.
        warnings.simplefilter("ignore")
        found = pd.to_datetime(text, errors="coerce", dayfirst=dayfirst)
    return found if isinstance(found, pd.Timestamp) else None
