"""Names, e-mails, addresses and the like made up by Faker, so that those of one person fit together.

What a column holds is said in words, or in a sentence of them in braces: ``"email"``,
``"{last_name}, {prefix} {first_name}"``. Words of a person (``name first_name last_name prefix email user_name``) and
of their address (``address street_address postcode city state``) are of one person in all columns of a row; every other
word is a provider of Faker's (``phone_number``, ``company``, …; https://faker.readthedocs.io).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from synthgen.errors import UsageError
from synthgen.randomness import legacy_seed
from synthgen.table.column import Column

DEFAULT_LOCALE = "en_US"
PLAIN_TRIES, MOST_TRIES, ENOUGH_SHORT = 8, 60, 20
SHARED_BY_MANY = frozenset({"prefix", "suffix", "city", "state", "country", "country_code", "state_abbr"})
"""Words that say little of a person, so that a real one may come up."""

_WORD = re.compile(r"\{(\w+)\}")
_INITIAL = re.compile(r"\b\w\.")
_DOMAINS = ("example.com", "example.net", "example.org")


class Person:
    """Somebody who doesn't exist: what is asked is made up, once.

    Parameters
    ----------
    fake : faker.Faker
    rng : numpy.random.Generator
    tries : int
        How many have been made up in vain; then names and numbers get longer.
    """

    def __init__(self, fake: Any, rng: np.random.Generator, tries: int = 0) -> None:
        self._fake, self._rng, self._tries = fake, rng, tries

    def word(self, name: str) -> str:
        """Give one word of the person, or of Faker's."""
        if name in _OWN_WORDS:
            return str(getattr(self, name))
        return str(self._fake.format(name))

    def _of_sex(self, word: str) -> str:
        of_sex = f"{word}_{self._sex}"
        return str(self._fake.format(of_sex if hasattr(self._fake, of_sex) else word))

    @cached_property
    def _sex(self) -> str:
        return "female" if self._rng.random() < 0.5 else "male"

    @cached_property
    def prefix(self) -> str:
        """Title."""
        return self._of_sex("prefix") if hasattr(self._fake, "prefix") else ""

    @cached_property
    def first_name(self) -> str:
        """First name; two of them where single ones run out."""
        first = self._of_sex("first_name")
        return f"{first}-{self._of_sex('first_name')}" if self._tries >= PLAIN_TRIES else first

    @cached_property
    def last_name(self) -> str:
        """Last name; two of them where single ones run out."""
        last = self._of_sex("last_name")
        return f"{last}-{self._of_sex('last_name')}" if self._tries >= PLAIN_TRIES else last

    @cached_property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @cached_property
    def user_name(self) -> str:
        """Of the name, in ASCII, with a number where single ones run out."""
        made = ".".join(part for part in (_folded(self.first_name), _folded(self.last_name)) if part)
        digits = str(self._rng.integers(10 ** (1 + self._tries // PLAIN_TRIES * 2))) if self._tries else ""
        return (made or str(self._fake.format("user_name"))) + digits

    @cached_property
    def email(self) -> str:
        """Of the name, at a domain that RFC 2606 keeps for examples: nobody's mail."""
        return f"{self.user_name}@{_DOMAINS[int(self._rng.integers(len(_DOMAINS)))]}"

    @cached_property
    def state(self) -> str:
        """State, as Faker shortens it where it does."""
        word = next((word for word in ("state_abbr", "province_abbr", "state") if hasattr(self._fake, word)), None)
        return str(self._fake.format(word)) if word else ""

    @cached_property
    def postcode(self) -> str:
        """Postcode, of the state where Faker knows them."""
        for word in ("postcode_in_state", "postcode_in_province"):
            if hasattr(self._fake, word) and self.state:
                return str(getattr(self._fake, word)(self.state))
        return str(self._fake.format("postcode"))

    @cached_property
    def city(self) -> str:
        """City."""
        return str(self._fake.format("city"))

    @cached_property
    def street_address(self) -> str:
        """Street and number."""
        return str(self._fake.format("street_address")).replace("\n", ", ")

    @cached_property
    def address(self) -> str:
        """Street and number, city, state and postcode in one line."""
        return ", ".join(part for part in (self.street_address, self.city, f"{self.state} {self.postcode}".strip()))


_OWN_WORDS = frozenset(name for name, value in vars(Person).items() if isinstance(value, cached_property))
_OWN_WORDS -= {"_sex"}


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


def words_of(faker: str) -> list[str]:
    """Words of which a column's values are made.

    Examples
    --------
    >>> words_of("email"), words_of("{last_name}, {first_name}")
    (['email'], ['last_name', 'first_name'])
    """
    return _WORD.findall(faker) or [faker]


def check_faker(column: Column) -> None:
    """Refuse a word that Faker doesn't have, and a locale that it doesn't know.

    Raises
    ------
    UsageError
        The message names the column.
    """
    fake = _faker(column.locale or DEFAULT_LOCALE, column.name)
    for word in words_of(column.faker or ""):
        if word in _OWN_WORDS:
            continue
        try:
            made = fake.format(word) if re.fullmatch(r"[a-z]\w*", word) and word != "seed" else None
        except (AttributeError, TypeError):
            made = None
        if not isinstance(made, str):
            raise UsageError(
                f"Column {column.name!r} is to be made up by Faker's {word!r}, which gives no text. Use words such as "
                f"{', '.join(sorted(_OWN_WORDS))}, phone_number or another provider of Faker's."
            )


def _faker(locale: str, name: str) -> Any:
    from faker import Faker

    try:
        return Faker(locale, use_weighting=False)
    except (AttributeError, ValueError) as error:
        raise UsageError(
            f"Column {name!r} has the locale {locale!r}, which Faker doesn't know. Use one such as 'en_US' or 'de_DE'."
        ) from error


def make_up(
    columns: Sequence[Column],
    n: int,
    rng: np.random.Generator,
    *,
    distinct: Collection[str] = (),
    taken: Mapping[str, Collection[str]] | None = None,
    mark: str = "",
) -> dict[str, np.ndarray]:
    """Make up people, and say of each what the columns hold.

    Parameters
    ----------
    columns : sequence of Column
        With ``faker``, and of one locale.
    n : int
    rng : numpy.random.Generator
    distinct : collection of str
        Columns whose values don't repeat.
    taken : mapping of str to collection of str, optional
        By column, values that aren't used, such as the real ones; but for titles, cities, states and countries.
    mark : str, optional
        Digits, as many for all parts of a table, that no other part has: distinct values carry them, so that parts
        made apart have none in common. Names carry them as initials, mail addresses within.

    Returns
    -------
    dict of str to numpy.ndarray of object, shape (n,)

    Raises
    ------
    UsageError
        Faker has too few values.

    Examples
    --------
    >>> from synthgen.table import Kind
    >>> asked = [Column("who", Kind.IDENTIFIER, faker="name"), Column("mail", Kind.IDENTIFIER, faker="email")]
    >>> made = make_up(asked, 2, np.random.default_rng(0))
    >>> [name.split()[0].lower() in mail for name, mail in zip(made["who"], made["mail"])]
    [True, True]
    """
    fake = _faker(columns[0].locale or DEFAULT_LOCALE, columns[0].name)
    fake.seed_instance(legacy_seed(rng))
    real = {
        column.name: (taken or {}).get(column.name, ())
        for column in columns
        if not set(words_of(column.faker or "")) <= SHARED_BY_MANY
    }
    used: dict[str, set[str]] = {name: set() for name in distinct}
    made: dict[str, list[str]] = {column.name: [] for column in columns}
    named = [column.name for column in columns if mark and column.name in used and _bare(column.faker or "") == "name"]
    first, short = 0, 0
    for _ in range(n):
        for tries in range(first, first + MOST_TRIES):
            person = Person(fake, rng, tries)
            said = {
                column.name: _said(person, column.faker or "", mark if column.name in used else "")
                for column in columns
            }
            clash = next(
                (name for name, text in said.items() if text in real.get(name, ()) or text in used.get(name, ())), None
            )
            if named and clash is None and _INITIAL.search(f"{person.first_name} {person.last_name}"):
                clash = named[0]  # its initials would be taken for those of another part
            if clash is None:
                break
        else:
            raise UsageError(
                f"Faker has too few values for column {clash!r} that are no real ones. Ask for fewer rows, give it a "
                "pattern in place of faker, or drop it."
            )
        # Once plain names have run out for some people in a row, no more time is lost on them.
        short = short + 1 if tries >= PLAIN_TRIES else 0
        first = PLAIN_TRIES if short >= ENOUGH_SHORT else first
        for name, text in said.items():
            made[name].append(text)
            if name in used:
                used[name].add(text)
    return {name: np.array(texts, dtype=object) for name, texts in made.items()}


def _said(person: Person, faker: str, mark: str = "") -> str:
    word = _bare(faker)
    if mark and word == "name":
        initials = " ".join(f"{chr(ord('A') + int(digit))}." for digit in mark)
        return f"{person.first_name} {initials} {person.last_name}"
    if mark and word == "email":
        user, domain = person.email.rsplit("@", 1)
        return f"{user}{mark}@{domain}"
    plain = _WORD.sub(lambda found: person.word(found[1]), faker) if _WORD.search(faker) else person.word(faker)
    return f"{plain}{'' if word == 'user_name' else ' '}{mark}" if mark else plain


def _bare(faker: str) -> str:
    """A word, in braces or not."""
    return faker.strip("{}")
