"""Numbers that states give to people: new ones with valid check digits, by python-stdnum where it is installed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from synthgen.errors import MissingExtraError

_DAY = r"(?:0[1-9]|1\d|2[0-8])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_YEAR = r"[4-9]\d"
_CONSONANT = "[B-DF-HJ-NP-TV-Z]"

NATIONAL: dict[str, str] = {
    "ar.cuit": r"(?:20|23|27)\d{9}",
    "at.vnr": rf"[1-9]\d{{3}}{_DAY}{_MONTH}{_YEAR}",
    "be.nn": rf"{_YEAR}{_MONTH}{_DAY}\d{{5}}",
    "bg.egn": rf"{_YEAR}{_MONTH}{_DAY}\d{{4}}",
    "ch.ssn": r"756\d{10}",
    "cn.ric": rf"(?:110101|310101|440103|510104)19{_YEAR}{_MONTH}{_DAY}\d{{3}}[0-9X]",
    "cz.rc": rf"[5-9]\d{_MONTH}{_DAY}\d{{4}}",
    "dk.cpr": rf"{_DAY}{_MONTH}{_YEAR}[0-3]\d{{3}}",
    "es.dni": r"\d{8}[A-Z]",
    "es.nie": r"[XYZ]\d{7}[A-Z]",
    "fi.hetu": rf"{_DAY}{_MONTH}{_YEAR}[0-8]\d{{2}}[0-9A-Y]",
    "fr.nir": rf"[12]\d{{2}}{_MONTH}(?:0[1-9]|[1-8]\d|9[0-5])\d{{8}}",
    "it.codicefiscale": r"[A-Z]{6}\d{2}[ABCDEHLMPRST](?:0[1-9]|[14-6]\d|2[0-8])[A-M]\d{3}[A-Z]",
    "mx.curp": (
        rf"{_CONSONANT}[AEIOU]{_CONSONANT}{{2}}{_YEAR}{_MONTH}{_DAY}[HM](?:AS|DF|JC|NL){_CONSONANT}{{3}}[0-9]\d"
    ),
    "no.fodselsnummer": rf"{_DAY}{_MONTH}{_YEAR}[0-4]\d{{4}}",
    "pl.pesel": rf"{_YEAR}{_MONTH}{_DAY}\d{{5}}",
    "ro.cnp": rf"[12]{_YEAR}{_MONTH}{_DAY}(?:0[1-9]|[1-3]\d)\d{{4}}",
    "se.personnummer": rf"(?:19)?{_YEAR}{_MONTH}{_DAY}\d{{4}}",
    "za.idnr": rf"{_YEAR}{_MONTH}{_DAY}\d{{4}}08\d",
    "br.cpf": r"\d{11}",
    "de.idnr": r"[1-9]\d{10}",
    "tr.tckimlik": r"[1-9]\d{10}",
    "hr.oib": r"\d{11}",
    "in_.aadhaar": r"[2-9]\d{11}",
    "ie.pps": r"\d{7}[A-W]",
    "nl.bsn": r"\d{9}",
    "pt.nif": r"(?:PT)?[12356]\d{8}",
    "au.tfn": r"[1-9]\d{8}",
    "ca.sin": r"[1-7]\d{8}",
}
"""Modules of python-stdnum, and the form of the numbers that are made, without separators.

Dates and regions in them are chosen at random; those that are told apart by a date come first.
"""

MOST_TRIES, FIRST_TRIES = 400, 20


@cache
def _validator(module: str) -> Callable[[str], bool] | None:
    if find_spec("stdnum") is None:
        return None
    valid: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
    return valid


def is_national(module: str, text: str) -> bool:
    """Whether a text is a valid number; never without python-stdnum."""
    length = len(re.sub(r"[ ./+-]", "", text))
    if not 8 <= length <= 18 or not re.search(r"\d{3}", text):
        return False
    valid = _validator(module)
    try:
        return valid is not None and bool(valid(text))
    except (LookupError, ValueError):  # of a Chinese number without a known county, for example
        return False


def complete_national(module: str, plain: str, rng: np.random.Generator) -> str | None:
    """Draw a number as long as ``plain``, with valid check digits; None if none of some hundred has any."""
    from synthgen.table.constraints.regex_values import values_matching

    check_national(module)
    fitting = False
    for turn in range(MOST_TRIES):
        if turn == FIRST_TRIES and not fitting:
            return None  # these numbers are never as long
        drawn = str(values_matching(NATIONAL[module], 1, rng)[0])
        if len(drawn) != len(plain):
            continue
        fitting = True
        made = with_last(module, drawn)
        if made is not None:
            return made
    return None


def check_national(module: str) -> None:
    """Refuse numbers that nobody could check.

    Raises
    ------
    MissingExtraError
    """
    if _validator(module) is None:
        raise MissingExtraError(
            f"New numbers with the check digits of {module} need the package python-stdnum. Install the extra: "
            'pip install "synthgen-tabular[pii]".'
        )


def with_last(module: str, drawn: str) -> str | None:
    """Choose the last character of a number so that it is valid; None if none does."""
    last = "0123456789" if NATIONAL[module].endswith(("}", r"\d", _YEAR)) else "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if module == "fi.hetu":  # its hyphen says the century
        drawn = drawn[:6] + "-" + drawn[6:]
    made = next((made for char in last if is_national(module, made := drawn[:-1] + char)), None)
    return None if made is None else made.replace("-", "")
