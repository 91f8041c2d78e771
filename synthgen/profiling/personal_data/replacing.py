"""Columns of personal data whose values synthesis makes up anew, and what it makes them of."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import chain

import pandas as pd

from synthgen.profiling.personal_data.detector import folded, names
from synthgen.profiling.personal_data.person_names import TITLE_INSIDE
from synthgen.profiling.personal_data.result import PersonalColumn
from synthgen.table.column import LABEL_KINDS, Column, Kind, Role
from synthgen.table.kinds.identifier import holds_text
from synthgen.table.made_up import DEFAULT_LOCALE
from synthgen.table.schema import Schema

LOCALES = (
    "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "nl_NL", "sv_SE", "da_DK", "no_NO", "fi_FI", "pl_PL", "cs_CZ",
    "hu_HU", "ro_RO", "el_GR", "ru_RU", "uk_UA", "tr_TR", "ja_JP", "zh_CN", "ko_KR", "vi_VN", "hi_IN", "ar_SA",
)  # fmt: skip
ENOUGH, CLEARLY = 0.5, 0.2
"""Names of another locale must be so many of a column's, and so many more than those of the default one."""

_LAST = names(r"last ?names?|surnames?|family ?names?|nachnamen?|familienname|apellidos?|cognome|sobrenome|lname")
_MOST_TEXTS = 2_000

Texts = Sequence[str]


def _mostly(texts: Texts, pattern: str) -> bool:
    return sum(re.search(pattern, text) is not None for text in texts) > len(texts) / 2


def _of_name(texts: Texts, name: str) -> str:
    """The form of names: how they are ordered, and whether with a title."""
    titled = sum(re.search(r", \w+\. ?\w", text) is not None for text in texts) > len(texts) / 2
    if titled:
        return "{last_name}, {prefix} {first_name}"
    if _mostly(texts, r"\w, ?\w"):
        return "{last_name}, {first_name}"
    if sum(TITLE_INSIDE.match(text) is not None for text in texts) > len(texts) / 2:
        return "{prefix} {first_name} {last_name}"
    if _mostly(texts, r"\s"):
        return "name"
    return "last_name" if _LAST.search(folded(name)) else "first_name"


_MADE_OF: dict[str, Callable[[Texts, str], str | None]] = {
    "person name": _of_name,
    "user name": lambda texts, name: "user_name",
    "e-mail address": lambda texts, name: "email",
    "phone number": lambda texts, name: "phone_number",
    "address": lambda texts, name: "address" if _mostly(texts, r"[,\n]") else "street_address",
    "IP address": lambda texts, name: "ipv6" if _mostly(texts, ":") else "ipv4",
    "device address (MAC)": lambda texts, name: "mac_address",
    "national number (United States, SSN)": lambda texts, name: "ssn" if _mostly(texts, "-") else None,
}
_BY_SHAPE = re.compile(r"IBAN|card number|national number.*")


def is_replaced(column: Column, found: PersonalColumn) -> bool:
    """Whether synthesis makes up a column's values: it surely holds them, and nobody declared what it is.

    Dates of birth and postcodes are not: what they tell of a person is often what the table is for.
    """
    sure = found.confidence == "high" or (found.confidence == "medium" and "name" in found.by)
    return (
        sure
        and (found.what in _MADE_OF or _BY_SHAPE.fullmatch(found.what) is not None)
        and column.role in (Role.FEATURE, Role.IDENTIFIER, Role.SUBJECT)
        and column.kind in (Kind.CATEGORICAL, Kind.TEXT, Kind.IDENTIFIER, Kind.INTEGER)
        and not {"kind", "categories", "bounds", "pattern", "check", "faker"} & column.declared
    )


def made_up_schema(
    coded: pd.DataFrame, schema: Schema, found: Sequence[PersonalColumn], keep: Collection[str] = ()
) -> Schema:
    """Return a schema in which columns of personal data are identifiers that are made up anew.

    Parameters
    ----------
    coded : pandas.DataFrame
    schema : Schema
    found : sequence of PersonalColumn
    keep : collection of str
        Columns that stay as they are. Those that a declared rule is about do too.

    Returns
    -------
    Schema
    """
    ruled = {name for rule in schema.constraints for name in rule.columns}
    made: list[Column] = []
    texts: dict[str, list[str]] = {}
    for item in found:
        column = schema[item.column]
        if not is_replaced(column, item) or item.column in ruled | set(keep):
            continue
        texts[item.column] = _texts(coded, column)
        words = _MADE_OF.get(item.what)
        faker = words(texts[item.column], item.column) if words and texts[item.column] and holds_text(column) else None
        if faker is None and column.kind is Kind.IDENTIFIER:
            continue
        made.append(
            replace(
                column, kind=Kind.IDENTIFIER, role=Role.IDENTIFIER if column.role is Role.FEATURE else column.role,
                bounds=None, categories=None, decimals=None, faker=faker, check=None, pattern=None,
            )
        )  # fmt: skip
    named = {item.column for item in found if item.what == "person name"}
    locale = guess_locale([text for name in texts if name in named for text in texts[name]])
    if locale != DEFAULT_LOCALE:
        made = [replace(column, locale=locale) if column.faker else column for column in made]
    return schema.with_columns(made)


def _texts(coded: pd.DataFrame, column: Column) -> list[str]:
    found = coded[column.name].dropna().unique()[:_MOST_TEXTS]
    if column.kind in LABEL_KINDS:
        labels = column.categories or ()
        return [str(labels[int(code)]).strip() for code in found]
    return [str(text).strip() for text in found]


@cache
def _names_of(locale: str) -> frozenset[str]:
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ModuleNotFoundError:  # another version of Faker may not have it
        return frozenset()
    lists = (
        getattr(provider, f"{which}_names{of}", ()) for which in ("first", "last") for of in ("", "_male", "_female")
    )
    return frozenset(name.lower() for name in chain.from_iterable(item for item in lists if not callable(item)))


def guess_locale(texts: Texts) -> str:
    """Guess whose names these are, by Faker's lists; American English unless another locale fits clearly better.

    Examples
    --------
    >>> guess_locale(["Jürgen Müller", "Ingeborg Schäfer", "Heinz-Peter Krüger", "Uwe Köhler"])
    'de_DE'
    >>> guess_locale(["Mary Smith", "John Miller"])
    'en_US'
    """
    words = {word for text in texts[:_MOST_TEXTS] for word in re.findall(r"[^\W\d_][\w'’-]*", text.lower())}
    if not words:
        return DEFAULT_LOCALE
    fit = {locale: len(words & _names_of(locale)) / len(words) for locale in (DEFAULT_LOCALE, *LOCALES)}
    best = max(fit, key=lambda locale: fit[locale])
    return best if fit[best] >= max(ENOUGH, fit[DEFAULT_LOCALE] + CLEARLY) else DEFAULT_LOCALE
