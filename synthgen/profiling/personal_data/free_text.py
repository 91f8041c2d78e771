"""Personal data inside longer texts: by forms that stand out, or by a search that the caller brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from synthgen.profiling.personal_data.bank import CARD_INSIDE, IBAN_INSIDE
from synthgen.profiling.personal_data.detector import Hits, Texts
from synthgen.profiling.personal_data.emails import INSIDE as EMAIL_INSIDE
from synthgen.profiling.personal_data.network import IP_INSIDE, URL_INSIDE, is_ip
from synthgen.profiling.personal_data.person_names import TITLE_INSIDE
from synthgen.profiling.personal_data.phones import INSIDE as PHONE_INSIDE
from synthgen.profiling.personal_data.phones import is_phone
from synthgen.table.check_digits import is_card, is_iban

WORDS_OF_TEXT = 3
FEWEST_TEXTS = 20


class TextSearch(Protocol):
    """A search of texts for personal data, such as :func:`with_presidio` gives."""

    most: int
    """Texts of a column that are worth their time."""

    def __call__(self, texts: Texts) -> Sequence[frozenset[str]]:
        """Give, for each text, the kinds of personal data in it, in words."""
        ...


class Forms:
    """The search that needs nothing: e-mail, card, IBAN, phone, IP, URL, and names after a title."""

    most = 5_000

    def __call__(self, texts: Texts) -> Sequence[frozenset[str]]:
        """Give the kinds found in each text."""
        return [frozenset(_kinds(text)) for text in texts]


def _kinds(text: str) -> set[str]:
    found = set()
    if "@" in text and EMAIL_INSIDE.search(text):
        found.add("e-mail address")
    if ("://" in text or "www." in text.lower()) and URL_INSIDE.search(text):
        found.add("URL")
    if TITLE_INSIDE.search(text):
        found.add("person name")
    if sum(char.isdigit() for char in text) >= 4:
        if any(is_card(match[0]) for match in CARD_INSIDE.finditer(text)):
            found.add("card number")
        if any(is_iban(match[0]) for match in IBAN_INSIDE.finditer(text)):
            found.add("IBAN")
        if any(is_ip(match[0]) for match in IP_INSIDE.finditer(text)):
            found.add("IP address")
        if not found & {"card number", "IBAN"} and any(is_phone(match[0]) for match in PHONE_INSIDE.finditer(text)):
            found.add("phone number")
    return found


def search(texts: Texts, searches: Sequence[TextSearch]) -> tuple[Hits, tuple[str, ...]]:
    """Which texts hold anything, and what, commonest first; a kind counts from three texts on.

    A search that looks at the first texts only says nothing about the others: all are cut to the fewest.
    """
    texts = texts[: min(item.most for item in searches)]
    per_text = [frozenset().union(*kinds) for kinds in zip(*(item(texts) for item in searches), strict=True)]
    counts: dict[str, int] = {}
    for kinds in per_text:
        for kind in kinds:
            counts[kind] = counts.get(kind, 0) + 1
    known = [kind for kind in sorted(counts, key=lambda kind: (-counts[kind], kind)) if counts[kind] >= 3]
    return np.array([bool(kinds & set(known)) for kinds in per_text], dtype=np.bool_), tuple(known)
