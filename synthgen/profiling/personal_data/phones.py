"""Phone numbers: the forms they are written in, and phonenumbers where it is installed."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from synthgen.profiling.personal_data.detector import Detector, Hits, Texts, hits, names, whole

REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "CA", "AU", "BR", "IN", "CH", "AT", "BE", "PT", "PL", "SE")
CONFIRMED = 0.8
"""Share of values that must be valid numbers of one country."""

_EXTENSION = r"(?: ?(?:x|ext\.?|#) ?\d{1,5})?"
_ABROAD = r"(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,5}\)?){2,6}"
_AT_HOME = (
    r"(?:1[ .-])?\(\d{2,5}\)[ -]?\d{3,4}[ -]?\d{3,5}"  # (202) 555-0143
    r"|(?:1[.-])?\d{3}([.-])\d{3}\1\d{4}"  # 202-555-0143
    r"|0\d{1,4}[ /-]\d{3,4}(?:[ -]?\d{2,4}){1,2}"  # 020 7946 0018
    r"|0\d(?:[ .]\d{2}){4}"  # 01 23 45 67 89
    r"|[6-9]\d{2}(?: \d{2}){3}|[6-9]\d{2} \d{3} \d{3}"  # 612 34 56 78
)
INSIDE = re.compile(rf"(?<![\w.+-])(?:{_ABROAD}|{_AT_HOME}){_EXTENSION}(?![\w-])")
_FORM = re.compile(rf"(?:{_ABROAD}|{_AT_HOME}){_EXTENSION}")


def has_phonenumbers() -> bool:
    """Whether the package phonenumbers (extra ``pii``) is there."""
    return find_spec("phonenumbers") is not None


def is_phone(text: str) -> bool:
    """Whether a text is written as a phone number is: with ``+``, or with the separators of a country.

    Examples
    --------
    >>> is_phone("+44 20 7946 0018"), is_phone("(202) 555-0143"), is_phone("2025550143")
    (True, True, False)
    """
    number = re.sub(r"(?:x|ext|#).*", "", text)
    return 8 <= sum(char.isdigit() for char in number) <= 15 and _FORM.fullmatch(text) is not None


def _phones(texts: Texts) -> Hits:
    """Texts written as phones; those with ``+`` only if a country has numbers so long, where phonenumbers knows."""
    found = hits(texts, is_phone)
    if not has_phonenumbers():
        return found
    phones = import_module("phonenumbers")

    def possible(text: str) -> bool:
        try:
            return not text.startswith("+") or bool(phones.is_possible_number(phones.parse(text, None)))
        except phones.NumberParseException:
            return False

    return np.array([fit and possible(text.strip()) for fit, text in zip(found, texts, strict=True)], dtype=np.bool_)


def _abroad(texts: Texts) -> Hits:
    return hits(texts, lambda text: text.startswith("+")) & _phones(texts)


def valid_in_one_country(texts: Texts) -> bool:
    """Whether nearly all are valid numbers of one country; False without phonenumbers."""
    if not has_phonenumbers():
        return False
    phones = import_module("phonenumbers")
    looked = texts[:50]

    def valid(text: str, region: str) -> bool:
        try:
            return bool(phones.is_valid_number(phones.parse(text, region)))
        except phones.NumberParseException:
            return False

    return any(sum(valid(text, region) for text in looked) >= CONFIRMED * len(looked) for region in REGIONS)


_NAMED = names(
    r"(?:tele)?phones?|telephones?|phone ?(?:number|no|nr)|mobile(?: number| phone)?|cell ?phone|tel|fax|handy"
    r"|handynummer|telefon|telefonnummer|mobilnummer|rufnummer|telefono|movil|portable"
)

PHONE_ABROAD = Detector(
    what="phone number", named=_NAMED, matches=_abroad, most=500, example="+## ### ### ###",
)  # fmt: skip

PHONE = Detector(
    what="phone number",
    named=_NAMED,
    matches=_phones,
    fits=whole(rf"\+?\(?\d(?:[ ./()-]{{0,2}}\d){{6,14}}{_EXTENSION}"),
    by_value="medium",
    by_name="medium",
    least_share=0.8,
    least_distinct=10,
    confirms=valid_in_one_country,
    most=500,
    example="### ### ####",
)
