"""Bank accounts and cards, by their check digits."""

from __future__ import annotations

import re

from synthgen.profiling.personal_data.detector import Detector, hits, names, whole

CARD_INSIDE = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
IBAN_INSIDE = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
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
    if not _IBAN.fullmatch(plain):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


IBAN = Detector(
    what="IBAN",
    named=names(r"iban|bank account|konto|kontonummer|bankverbindung|compte bancaire|cuenta bancaria"),
    matches=lambda texts: hits(texts, is_iban),
    fits=whole(r"[A-Z]{2}\d{2}[ A-Z0-9]{11,42}"),
    checked=True,
    least_share=0.5,
    least_distinct=6,
    example="**## #### #### ####",
)

CARD = Detector(
    what="card number",
    named=names(
        r"(?:credit|debit|bank|payment)? ?cards? ?(?:number|no|nr|num)|cc ?(?:number|num|no)|pan|kartennummer"
        r"|kreditkarte|kreditkartennummer|numero de (?:carte|tarjeta)|carte bancaire|tarjeta"
    ),
    matches=lambda texts: hits(texts, is_card),
    fits=whole(r"\d(?:[ -]?\d){11,18}"),
    checked=True,
    least_share=0.5,
    least_distinct=6,
    example="#### #### #### ####",
)
