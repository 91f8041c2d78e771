"""Names of people: by titles, by lists of first and last names, by the column's name.

The lists are those of Faker (MIT licence), of all its locales, so that people aren't missed for where they come from;
some lists are short all the same. Names in none of them are found by their column's name or their title only.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from itertools import chain

from synthgen.profiling.personal_data.detector import Detector, Hits, Texts, hits, names, whole

LOCALES = (
    "ar_AA", "ar_DZ", "ar_PS", "ar_SA", "az_AZ", "bg_BG", "bn_BD", "cs_CZ", "da_DK", "de_AT", "de_CH", "de_DE", "de_LU",
    "el_GR", "en_GB", "en_IE", "en_IN", "en_KE", "en_NG", "en_NZ", "en_PK", "en_US", "es_AR", "es_CA", "es_CL", "es_CO",
    "es_ES", "es_MX", "et_EE", "fa_IR", "fi_FI", "fr_BE", "fr_CA", "fr_CH", "fr_DZ", "fr_FR", "ga_IE", "gu_IN", "ha_NG",
    "he_IL", "hi_IN", "hr_HR", "hu_HU", "hy_AM", "id_ID", "ig_NG", "is_IS", "it_IT", "ja_JP", "ka_GE", "ko_KR", "lt_LT",
    "lv_LV", "mk_MK", "mr_IN", "ne_NP", "nl_BE", "nl_NL", "no_NO", "or_IN", "pl_PL", "pt_BR", "pt_PT", "ro_RO", "ru_RU",
    "si_LK", "sk_SK", "sl_SI", "sv_SE", "sw", "ta_IN", "th_TH", "tr_TR", "tw_GH", "uk_UA", "uz_UZ", "vi_VN", "yo_NG",
    "zh_CN", "zh_TW", "zu_ZA",
)  # fmt: skip

_TITLE = r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Mme|Mlle|Monsieur|Madame|Sra|Srta|Señor|Señora|Sig|Signora)"
# Sure only between a last and a first name: a "Master Suite" is no person.
_AFTER_A_NAME = rf"(?:{_TITLE}|Rev|Sir|Lady|Master|Hr|Fr|Sr|Don|Doña|Capt|Col|Major|Countess|Jonkheer)"
_WORD = r"[^\W\d_][^\W\d_'’.-]*(?:['’-][^\W\d_]+)*\.?"
TITLE_INSIDE = re.compile(rf"\b{_TITLE}\.? (?=[^\W\d_])[A-ZÀ-Þ][^\W\d_]+")
_TITLED = rf"(?:{_WORD} ?){{1,4}}, (?:the )?{_AFTER_A_NAME}\b.*|{_TITLE}\.? {_WORD}.*"
_UNSPACED = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]{2,5}")
_NAME = rf"{_WORD}(?:,? {_WORD}){{0,4}}"


@cache
def lexicon() -> tuple[frozenset[str], frozenset[str]]:
    """First and last names in lower case, from Faker."""
    first: set[str] = set()
    last: set[str] = set()
    for locale in LOCALES:
        try:
            provider = import_module(f"faker.providers.person.{locale}").Provider
        except ModuleNotFoundError:  # another version of Faker may not have it
            continue
        for names_of, where in (("first", first), ("last", last)):
            lists = (getattr(provider, f"{names_of}_names{of}", ()) for of in ("", "_male", "_female"))
            listed = chain.from_iterable(items for items in lists if not isinstance(items, property))
            where.update(name.lower() for name in listed)
    return frozenset(first), frozenset(last)


def is_name(text: str) -> bool:
    """Whether a text is a first or a last name, or begins with a first and ends with a last one, or the other way.

    Examples
    --------
    >>> is_name("Owen Harris"), is_name("Harris, Owen"), is_name("north ward"), is_name("Private room")
    (True, True, False, False)
    """
    if _UNSPACED.fullmatch(text):
        return _is_unspaced(text)
    first, last = lexicon()
    words = [word.strip(",.").lower() for word in text.split()]
    words = [word for word in words if len(word) > 1 or not word.isascii()]
    if not 1 <= len(words) <= 4 or any(char.isdigit() for char in text):
        return False
    if len(words) == 1:
        return words[0] in first or words[0] in last
    if "," in text:
        return words[0] in last and (words[1] in first or words[-1] in first)
    joined = {"&", "and", "und", "et", "y", "e"} & set(text.lower().split())
    if joined:
        return words[0] in first and words[-1] in first
    # The other way without a comma only in other scripts: in English that would make a name of "north ward".
    return (words[0] in first and words[-1] in last) or (not text.isascii() and words[0] in last and words[-1] in first)


def _is_unspaced(text: str) -> bool:
    """Whether a Chinese, Japanese or Korean text is a last name and then a first name."""
    first, last = lexicon()
    return any(text[:place] in last and text[place:] in first for place in (1, 2))


def _full_names(texts: Texts) -> Hits:
    return hits(texts, lambda text: (" " in text or _UNSPACED.fullmatch(text) is not None) and is_name(text))


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
