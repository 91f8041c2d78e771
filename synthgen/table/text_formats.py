"""Numbers stored as text: recognised, read, and written back the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MISSING_TOKENS = frozenset({"", " ", "?", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-", "."})
"""Texts that stand for a missing value, if one of them is all that keeps a column from being numbers."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_CODE = re.compile(r"[+-]?0\d")


@dataclass(frozen=True)
class NumbersAsText:
    """What reading distinct texts as numbers gave: NaN for the missing token."""

    values: np.ndarray
    decimals: int
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
        return None
    values = np.array([float(text) if ok else np.nan for text, ok in zip(texts, good, strict=True)])
    plain = [text for text in texts if text != token]
    # More digits than a float64 holds, or too large for one: a code, whatever it looks like.
    if any(sum(ch.isdigit() for ch in text) > 15 for text in plain) or np.isinf(values).any():
        return None
    decimals = max(_decimals(text) for text in plain)
    present = values[~np.isnan(values)]
    styles = [f"%.{decimals}f", None, "%r"]
    written = (write_numbers(present, style, decimals).tolist() == plain for style in styles)
    # Where no style writes every text back (1e3, +5), numbers are written as short as they go.
    text_format = next((style for style, same in zip(styles, written, strict=True) if same), None)
    return NumbersAsText(values, decimals, text_format, token)


def _decimals(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    digits = len(mantissa.partition(".")[2])
    return max(0, digits - int(exponent or 0))


def write_numbers(values: np.ndarray, text_format: str | None, decimals: int | None) -> np.ndarray:
    """Numbers as text, None where missing: ``%.2f`` fixed, ``%r`` as Python, None as short as it goes."""
    out = np.empty(len(values), dtype=object)
    for place, value in enumerate(values.tolist()):
        if value != value:
            out[place] = None
        elif text_format == "%r":
            out[place] = repr(value)
        elif text_format:
            out[place] = text_format % value
        else:
            text = repr(value) if decimals is None else f"{value:.{decimals}f}"
            out[place] = text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    return out


def texts_as_numbers(texts: Sequence[str], token: str | None) -> np.ndarray | None:
    """Read texts of a column known to hold numbers; None if one of them is neither number nor token."""
    out = np.full(len(texts), np.nan)
    for place, text in enumerate(texts):
        if text == token:
            continue
        if not (isinstance(text, str) and _NUMBER.fullmatch(text)):
            return None
        out[place] = float(text)
    return out
