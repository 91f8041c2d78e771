"""Words that enough people share, and the classes that all others are put into."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from synthgen.table.text.words import Split, folded, is_address

BEGIN, END, RARE, NAME, EMAIL, LINK = range(6)
"""Begin and end of a text, and classes of words: rare ones, people's names, e-mail and web addresses."""

NUMBERS = 6
"""From here on numbers: of one digit, of two, … of eight or more."""

MOST_DIGITS = 8
WORDS = NUMBERS + MOST_DIGITS
"""From here on words as they are."""

SHOWN_DIGITS = 3
"""Longer numbers are made anew even if many people share them: a phone number in many rows is still somebody's."""

_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "mme", "mlle", "madame", "señor", "señora"]
)
_CAPITALS_TELL = 0.25
_ALWAYS = 0.9


@dataclass(frozen=True)
class Vocabulary:
    """Words that are kept, folded, by number from ``WORDS`` on."""

    words: tuple[str, ...]

    def __len__(self) -> int:
        return WORDS + len(self.words)


def learn_vocabulary(
    texts: Sequence[Split], holders: NDArray[np.int64], fewest: int, locale: str
) -> tuple[Vocabulary, list[NDArray[np.int64]]]:
    """Keep the words that enough people use, and give each text's words as numbers.

    Parameters
    ----------
    texts : sequence of Split
    holders : array of int64, shape (n_texts,)
        Whose each text is.
    fewest : int
        People who must use a word.
    locale : str
        Faker's, whose lists tell people's names.
    """
    used: dict[str, int] = {}
    kept: list[str] = []
    pairs = [[used.setdefault(folded(word), len(used)) for word in text.words] for text in texts]
    sizes = np.array([len(row) for row in pairs])
    flat = np.array([number for row in pairs for number in row], dtype=np.int64)
    both = np.unique(flat * (int(holders.max(initial=0)) + 1) + np.repeat(holders, sizes))
    people = np.bincount(both // (int(holders.max(initial=0)) + 1), minlength=len(used))
    named = _names(texts, locale)
    place = np.empty(len(used), dtype=np.int64)
    # In alphabetical order: in the order of their first use, words would be those of real texts.
    for word, number in sorted(used.items()):
        place[number] = _class_of(word, word in named)
        if people[number] >= fewest and _may_stay(word, int(place[number])):
            place[number] = WORDS + len(kept)
            kept.append(word)
    return Vocabulary(tuple(kept)), [place[np.array(row, dtype=np.int64)] for row in pairs]


def _may_stay(word: str, own: int) -> bool:
    return own not in (NAME, EMAIL, LINK) and sum(char.isdigit() for char in word) <= SHOWN_DIGITS


def _class_of(word: str, named: bool) -> int:
    if is_address(word):
        return EMAIL if "@" in word else LINK
    if word.isdigit():
        return NUMBERS + min(len(word), MOST_DIGITS) - 1
    return NAME if named else RARE


def _names(texts: Sequence[Split], locale: str) -> frozenset[str]:
    """Words that are people's names: after a title, or in Faker's lists where capitals tell names from words."""
    capital: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    titled: Counter[str] = Counter()
    for text in texts:
        for place, word in enumerate(text.words):
            if not word[0].isalpha():
                continue
            before = text.between[place]
            if place and not re.search(r"[.!?\n:]", before):
                inside[folded(word)] += 1
                capital[folded(word)] += word[0].isupper()
            if place and folded(text.words[place - 1]) in _TITLES and word[0].isupper():
                titled[folded(word)] += 1
    found = {word for word, n in titled.items() if 2 * n >= inside[word]}
    if inside and sum(capital.values()) < _CAPITALS_TELL * sum(inside.values()):
        listed = names_of(locale)
        found |= {word for word, n in inside.items() if word in listed and capital[word] >= _ALWAYS * n}
    return frozenset(found)


@cache
def names_of(locale: str) -> frozenset[str]:
    """First and last names in Faker's lists, folded."""
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ModuleNotFoundError:
        return frozenset()
    lists = [
        getattr(provider, f"{which}_names{of}", ()) for which in ("first", "last") for of in ("", "_male", "_female")
    ]
    return frozenset(folded(str(name)) for names in lists if not callable(names) for name in names)
