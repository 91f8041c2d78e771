"""Check digits: learnt where all values of an identifier carry them, and put into new ones.

Cards and IMEI (ISO/IEC 7812-1, Annex B: Luhn), IBAN (ISO 13616-1, with ISO/IEC 7064 mod 97-10), ISBN-10 and other
numbers modulo 11, EAN and ISBN-13 (GS1), version and variant of a UUID (RFC 9562), and national numbers by
python-stdnum where it is installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from synthgen.errors import UsageError
from synthgen.table.national_numbers import NATIONAL, complete_national, is_national

FEWEST_VALUES = 20
"""Distinct values that must carry check digits: of as many random ones all pass with a chance below 10⁻¹⁸."""

MOST_VALUES = 20_000
LEAST_SHARE = 0.999

_SEPARATORS = re.compile(r"[ ./-]")
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|65\d{2}|64[4-9]\d)\d{12}"  # Discover
    r"|35(?:2[89]|[3-8]\d)\d{12}"  # JCB
    r"|3(?:0[0-5]|[68]\d)\d{11}"  # Diners Club
    r"|62\d{14,17}"  # UnionPay
    r"|(?:50|5[6-9]|6[0-9])\d{10,17}"  # Maestro
)
_FIRST_DIGITS = {12: "50", 13: "4", 14: "36", 15: "37", 16: "4", 17: "62", 18: "62", 19: "62"}
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_COUNTRIES = {
    15: ("NO",), 16: ("BE",), 18: ("DK", "FI", "NL"), 19: ("SI",), 20: ("AT", "EE", "LT", "LU"), 21: ("CH", "HR", "LV"),
    22: ("DE", "GB", "IE", "BG"), 24: ("CZ", "ES", "RO", "SE", "SK"), 25: ("PT",), 26: ("IS",), 27: ("FR", "GR", "IT"),
    28: ("CY", "HU", "PL"), 31: ("MT",),
}  # fmt: skip
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?([1-8])[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, Annex B).

    Examples
    --------
    >>> passes_luhn("4111111111111111"), passes_luhn("4111111111111112")
    (True, False)
    """
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(value - 9 if value > 9 else value for value in doubled)
    return total % 10 == 0


def is_card(text: str) -> bool:
    """Whether a text is a card number: an issuer's digits and length, and a valid check digit."""
    digits = text.replace(" ", "").replace("-", "")
    return 12 <= len(digits) <= 19 and _ISSUERS.fullmatch(digits) is not None and passes_luhn(digits)


def is_iban(text: str) -> bool:
    """Whether a text is an IBAN: its number, letters as 10 to 35, leaves 1 when divided by 97 (ISO 13616-1).

    Examples
    --------
    >>> is_iban("DE89 3704 0044 0532 0130 00"), is_iban("DE88 3704 0044 0532 0130 00")
    (True, False)
    """
    plain = text.replace(" ", "").upper()
    return _IBAN.fullmatch(plain) is not None and _remainder(plain) == 1


def _is_iban_of(country: str, text: str) -> bool:
    return is_iban(text) and text.upper().startswith(country)


def _remainder(plain: str) -> int:
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97


def _sum_11(plain: str) -> int:
    """Digits times 10, 9, …, 1: a multiple of 11 in an ISBN-10, whose last digit may be X for ten."""
    return sum(
        (10 if char == "X" else int(char)) * weight for char, weight in zip(plain, range(10, 0, -1), strict=True)
    )


def _sum_ean(plain: str) -> int:
    """Digits times 1 and 3 by turns, from the end: a multiple of 10 in an EAN."""
    return sum(int(char) * (3 if place % 2 else 1) for place, char in enumerate(reversed(plain)))


def _plain(text: str) -> str:
    return _SEPARATORS.sub("", text)


def _by_last(test: Callable[[str], bool], plain: str, rng: np.random.Generator, last: str = "0123456789") -> str | None:
    """Choose the last character so that a test passes."""
    return next((made for char in last if test(made := plain[:-1] + char)), None)


def _card(plain: str, rng: np.random.Generator) -> str | None:
    first = _FIRST_DIGITS.get(len(plain), "")
    return _by_last(passes_luhn, first + plain[len(first) :], rng) if plain.isdecimal() else None


def _iban(country: str, plain: str, rng: np.random.Generator) -> str | None:
    fitting = _COUNTRIES.get(len(plain), (plain[:2].upper(),))
    head = country or fitting[int(rng.integers(len(fitting)))]
    made = head + "00" + plain[4:].upper()
    return f"{head}{98 - _remainder(made):02d}{made[4:]}"


def _uuid(version: str, plain: str, rng: np.random.Generator) -> str | None:
    return plain[:12] + version + plain[13:16] + "89ab"[int(rng.integers(4))] + plain[17:] if len(plain) == 32 else None


def _has_uuid(version: str, text: str) -> bool:
    found = _UUID.fullmatch(text)
    return found is not None and found[1] == version


def _isbn10(text: str) -> bool:
    plain = _plain(text)
    return re.fullmatch(r"\d{9}[\dX]", plain) is not None and _sum_11(plain) % 11 == 0


def _mod11(text: str) -> bool:
    return text[-1:].isdigit() and _isbn10(text)


def _ean(text: str) -> bool:
    plain = _plain(text)
    return re.fullmatch(r"\d{8}|\d{12,14}", plain) is not None and _sum_ean(plain) % 10 == 0


def _luhn(text: str) -> bool:
    plain = _plain(text)
    return re.fullmatch(r"[0-9]{6,19}", plain) is not None and passes_luhn(plain)


@dataclass(frozen=True)
class Check:
    """Check digits of one kind.

    Parameters
    ----------
    is_valid : callable
        Whether a text carries them; spaces, full stops, hyphens and slashes don't count.
    complete : callable
        Puts them into a text without separators; None where it has no such digits.
    given : tuple of int
        Places of that text, counted as Python does, at which characters may be put in; all others stay.
    """

    is_valid: Callable[[str], bool]
    complete: Callable[[str, np.random.Generator], str | None]
    given: tuple[int, ...] = (-1,)


CHECKS: dict[str, Check] = {
    **{f"uuid{v}": Check(partial(_has_uuid, str(v)), partial(_uuid, str(v)), (12, 16)) for v in range(1, 9)},
    "iban": Check(is_iban, partial(_iban, ""), (0, 1, 2, 3)),
    "card": Check(is_card, _card, (0, 1, -1)),
    "isbn10": Check(_isbn10, partial(_by_last, _isbn10, last="0123456789X")),
    "mod11": Check(_mod11, partial(_by_last, _mod11)),
    **{name: Check(partial(is_national, name), partial(complete_national, name)) for name in NATIONAL},
    "ean": Check(_ean, partial(_by_last, _ean)),
    "luhn": Check(_luhn, partial(_by_last, _luhn)),
}
"""Kinds of check digits by name, those that prove most first. ``iban:DE`` is an IBAN of one country."""


def check_named(name: str) -> Check:
    """Give the check digits of a name; an error lists the names."""
    kind, _, country = name.partition(":")
    if kind == "iban" and re.fullmatch(r"[A-Z]{2}", country):
        valid = partial(_is_iban_of, country)
        return Check(valid, partial(_iban, country), CHECKS["iban"].given)
    if name not in CHECKS:
        raise UsageError(f"There are no check digits called {name!r}; there are {', '.join(CHECKS)} and iban:DE.")
    return CHECKS[name]


DIGITS_CHANGED = 100

FORM_ALONE = {"dk.cpr", *(f"uuid{v}" for v in range(1, 9))}
"""Numbers that have no check digit, and are told by their form."""


def learn_check(values: Iterable[str | None]) -> str | None:
    """Find the check digits that at least 99.9 % of 20 or more distinct values carry.

    Parameters
    ----------
    values : iterable of str or None
        The first 20,000 distinct ones are looked at.

    Returns
    -------
    str or None
        A name of :data:`CHECKS`.

    Examples
    --------
    >>> learn_check(f"4{number:014d}{digit}" for number in range(90) for digit in range(10)) is None
    True
    >>> numbers = (f"4{number:014d}{digit}" for number in range(90) for digit in range(10))
    >>> learn_check(number for number in numbers if passes_luhn(number))
    'card'
    """
    found: dict[str, None] = {}
    for value in values:
        if value:
            found[value.strip()] = None
            if len(found) == MOST_VALUES:
                break
    distinct = list(found)
    if len(distinct) < FEWEST_VALUES:
        return None
    # As a rule the first value that lacks it settles a kind.
    name = next(
        (
            name
            for name, check in CHECKS.items()
            if _carried(distinct, check.is_valid)
            and (name in FORM_ALONE or _depends_on_digits(distinct, check.is_valid))
        ),
        None,
    )
    if name == "isbn10" and _carried(distinct, _mod11):
        name = "mod11"
    if name == "iban":
        countries = {text[:2].upper() for text in distinct}
        name = f"iban:{countries.pop()}" if len(countries) == 1 else name
    return name


def _carried(texts: Sequence[str], test: Callable[[str], bool]) -> bool:
    left = len(texts) - LEAST_SHARE * len(texts)
    for text in texts:
        if not test(text):
            left -= 1
            if left < 0:
                return False
    return True


def _depends_on_digits(texts: Sequence[str], test: Callable[[str], bool]) -> bool:
    """Whether most texts fail once their last digit is another one; old Czech numbers, say, pass by their date."""
    some = [text for text in texts[:DIGITS_CHANGED] if text[-1:].isdigit()]
    still = sum(test(text[:-1] + str((int(text[-1]) + 1) % 10)) for text in some)
    return 2 * still <= len(some)


def with_check(text: str, check: Check, rng: np.random.Generator) -> str | None:
    """Put check digits into a text and keep its separators; None where it has no such digits.

    Examples
    --------
    >>> with_check("978-3-16-148410-7", CHECKS["ean"], np.random.default_rng(0))
    '978-3-16-148410-0'
    """
    made = check.complete(_plain(text), rng)
    return None if made is None else laid_out(made, text, check)


def laid_out(made: str, text: str, check: Check) -> str | None:
    """Give a number the separators of a text; None where it isn't valid so."""
    plain = iter(made)
    laid = "".join(char if _SEPARATORS.match(char) else next(plain, "") for char in text)
    return laid if check.is_valid(laid) else None


def places_kept(text: str, check: Check) -> list[int]:
    """Places of a text, separators left aside, whose characters stay when check digits are put in.

    Examples
    --------
    >>> places_kept("978-3", CHECKS["ean"])
    [0, 1, 2]
    """
    plain = [place for place, char in enumerate(text) if not _SEPARATORS.match(char)]
    given = {place % len(plain) for place in check.given if -len(plain) <= place < len(plain)}
    return [place for number, place in enumerate(plain) if number not in given]
