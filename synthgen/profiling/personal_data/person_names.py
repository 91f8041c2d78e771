"""Names of people: by titles, by lists of first and last names, by the column's name.

The lists are those of Faker (MIT licence), for twenty locales. Names from elsewhere are found by their column's name
or by their title only.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from itertools import chain

from synthgen.profiling.personal_data.detector import Detector, Hits, Texts, hits, names, whole

LOCALES = (
    "en_US", "en_GB", "en_IN", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pt_PT", "sv_SE", "no_NO",
    "da_DK", "fi_FI", "pl_PL", "cs_CZ", "ro_RO", "hu_HU", "hr_HR", "tr_TR",
)  # fmt: skip

_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Mme|Mlle|Monsieur|Madame|Sra|Srta|Señor|Señora|Sig|Signora)"
# Sure only between a last and a first name: a "Master Suite" is no person.
_AFTER_A_NAME = rf"(?:{_TITLE}|Rev|Sir|Lady|Master|Hr|Fr|Sr|Don|Doña|Capt|Col|Major|Countess|Jonkheer)"
_WORD = r"[^\W\d_][^\W\d_'’.-]*(?:['’-][^\W\d_]+)*\.?"
TITLE_INSIDE = re.compile(rf"\b{_TITLE}\.? (?=[^\W\d_])[A-ZÀ-Þ][^\W\d_]+")
_TITLED = rf"(?:{_WORD} ?){{1,4}}, (?:the )?{_AFTER_A_NAME}\b.*|{_TITLE}\.? {_WORD}.*"
_NAME = rf"{_WORD}(?:,? {_WORD}){{0,4}}"


@cache
def lexicon() -> tuple[frozenset[str], frozenset[str]]:
    """First and last names in lower case, from Faker."""
    first: set[str] = set()
    last: set[str] = set()
    for locale in LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for names_of, where in (("first", first), ("last", last)):
            lists = (getattr(provider, f"{names_of}_names{of}", ()) for of in ("", "_male", "_female"))
            where.update(name.lower() for name in chain.from_iterable(lists))
    return frozenset(first), frozenset(last)


def is_name(text: str) -> bool:
    """Whether a text is a first or a last name, or begins with a first and ends with a last one, or the other way.

    Examples
    --------
    >>> is_name("Owen Harris"), is_name("Harris, Owen"), is_name("north ward"), is_name("Private room")
    (True, True, False, False)
    """
    first, last = lexicon()
    words = [word.strip(",.").lower() for word in text.split()]
    words = [word for word in words if len(word) > 1]
    if not 1 <= len(words) <= 4 or any(char.isdigit() for char in text):
        return False
    if len(words) == 1:
        return words[0] in first or words[0] in last
    if "," in text:
        return words[0] in last and (words[1] in first or words[-1] in first)
    joined = {"&", "and", "und", "et", "y", "e"} & set(text.lower().split())
    if joined:
        return words[0] in first and words[-1] in first
    return words[0] in first and words[-1] in last


def _full_names(texts: Texts) -> Hits:
    return hits(texts, lambda text: " " in text and is_name(text))


_OF_PEOPLE = (
    r"(?:first|last|given|family|middle|maiden|full|sur|fore|nick|host|owner|patient|customer|client|employee|person"
    r"|member|passenger|guest|contact|doctor|physician|author|student|teacher|father|mother|spouse|cardholder|holder"
    r"|account holder|sender|recipient|driver|agent|user|candidate|applicant)s?"
)
_CALLED = (
    rf"{_OF_PEOPLE} ?names?|surnames?|forenames?|lastname|firstname|fullname|fname|lname|vornamen?|nachnamen?"
    r"|familienname|nom de famille|prenoms?|apellidos?|cognome|sobrenome"
)
# What is only called a name may be anything's: the values must tell.
_ANYTHINGS = r"names?|nom|nombres?"
_NOT_PEOPLE = r"(?!.*\b(?:product|file|company|brand|column|table|event|street|city|country|state|item|project|domain"
_NOT_PEOPLE += r"|model|category|hotel|shop|store|school|team|drug|disease|species|class|type|user)\b)"
NAMED = re.compile(rf"^{_NOT_PEOPLE}.*\b(?:{_CALLED}|{_ANYTHINGS})\b")
SURELY_NAMED = re.compile(rf"^{_NOT_PEOPLE}.*\b(?:{_CALLED})\b")

TITLED = Detector(
    what="person name",
    named=NAMED,
    matches=whole(_TITLED, re.DOTALL),
    least_share=0.1,
    least_distinct=5,
    example="***, ***. ***",
)

FULL_NAME = Detector(
    what="person name",
    named=NAMED,
    matches=_full_names,
    least_share=0.4,
    least_distinct=10,
    example="*** ***",
)

CALLED = Detector(
    what="person name",
    named=SURELY_NAMED,
    matches=lambda texts: hits(texts, lambda text: False),
    by_value=None,
    fits=whole(_NAME),
    by_name="medium",
    example="*** ***",
)

# Words for months, colours and places are names too, so half of many values have to be listed.
LISTED_NAME = Detector(
    what="person name",
    named=NAMED,
    matches=lambda texts: hits(texts, is_name),
    by_value="medium",
    least_share=0.5,
    least_distinct=20,
    fits=whole(_NAME),
    by_name="low",
    example="***",
)

USER_NAME = Detector(
    what="user name",
    named=names(r"user ?names?|login(?: name)?|screen name|handle|nickname|benutzername|identifiant|usuario"),
    matches=lambda texts: hits(texts, lambda text: False),
    by_value=None,
    fits=whole(r"@?[\w.-]{2,40}"),
    by_name="medium",
    example="***",
)
