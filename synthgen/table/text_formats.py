"""Numbers stored as text: recognised, read, and written back the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthgen.table.number_styles import NumberStyle, find_style, read_styled

MISSING_TOKENS = frozenset({"", " ", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "."})
"""Texts that stand for a missing value, if one of them is all that keeps a column from being numbers."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CODE = re.compile(r"[+-]?0\d")


@dataclass(frozen=True)
class NumbersAsText:
    """What reading distinct texts as numbers gave: NaN for the missing token."""

    values: np.ndarray
    decimals: int | None
    text_format: str | None
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
