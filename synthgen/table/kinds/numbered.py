"""New identifiers by number: all that a shape or an expression allows, told apart by their place in a hidden order.

Rows that are made in pieces, on machines that know nothing of each other, get identifiers that nobody else has: each
piece takes its own share of the numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import UsageError
from synthgen.table.check_digits import Check, check_named, laid_out, places_kept, with_check
from synthgen.table.column import Column
from synthgen.table.constraints.regex_language import Language
from synthgen.table.constraints.regex_values import matches
from synthgen.table.kinds.identifier import ALPHABETS, digits_held, holds_text, lengthen
from synthgen.table.national_numbers import NATIONAL, check_national, with_last
from synthgen.table.permutation import MOST_ROOM, Whole, permuted

FIRST_TRIED = 20
"""Shapes of which none can carry the check digits are given up."""

MOST_TURNS = 100
"""Numbers tried for each identifier, at most."""

Texts = list["str | None"]


@dataclass(frozen=True)
class Share:
    """A part of a table's rows, which may take as large a part of the identifiers.

    Attributes
    ----------
    start, end : int
        Rows of the table, from the first to the one after the last.
    total : int
        Rows of the table.
    """

    start: int
    end: int
    total: int

    def of(self, room: int) -> tuple[int, int]:
        """Numbers below ``room`` that belong to these rows and to no others.

        Examples
        --------
        >>> Share(0, 2, 3).of(10), Share(2, 3, 3).of(10)
        ((0, 6), (6, 10))
        """
        return room * self.start // self.total, room * self.end // self.total

    def room(self, room: int) -> int:
        """How many numbers below ``room`` belong to these rows."""
        start, end = self.of(room)
        return end - start


class Numbered(Protocol):
    """Texts by number."""

    @property
    def room(self) -> int:
        """How many there are."""

    def texts(self, numbers: Whole, rng: np.random.Generator) -> Texts:
        """Give those of some numbers, None where a number has none; what a number leaves open is drawn."""


class Shape:
    """Texts of a shape, with check digits if there are any; see :func:`~synthgen.table.kinds.identifier.draw`.

    Of shapes with more than 2**62 texts, the first characters are drawn, and the last ones tell texts apart.

    Examples
    --------
    >>> shape = Shape("A-9", None)
    >>> shape.room, shape.texts(np.array([0, 259], dtype=np.uint64), np.random.default_rng(0))
    (260, ['A-0', 'Z-9'])
    """

    def __init__(self, shape: str, check: Check | None) -> None:
        self._shape, self._check = shape, check
        number = set(shape.lstrip("-")) == {"9"}
        first = shape.index("9") if number and len(shape) > 1 else -1
        self._alphabets = [
            ALPHABETS.get(mark, mark).lstrip("0" if place == first else "") for place, mark in enumerate(shape)
        ]
        kept = range(len(shape)) if check is None else places_kept(shape, check)
        self.room, self._told_by = 1, list[int]()
        for place in reversed(kept):
            size = len(self._alphabets[place])
            if size > 1 and self.room * size <= MOST_ROOM:
                self.room *= size
                self._told_by.append(place)

    def texts(self, numbers: Whole, rng: np.random.Generator) -> Texts:
        """Give those of some numbers."""
        n, points = len(numbers), np.empty((len(numbers), len(self._shape)), dtype=np.uint32)
        left = numbers
        for place in reversed(range(len(self._shape))):
            chars = np.array([ord(char) for char in self._alphabets[place]], dtype=np.uint32)
            if place in self._told_by:
                left, chosen = np.divmod(left, np.uint64(len(chars)))
                points[:, place] = chars[chosen.astype(np.intp)]
            else:
                points[:, place] = chars[rng.integers(0, len(chars), n) if len(chars) > 1 else np.zeros(n, np.intp)]
        made: list[str] = points.view(f"<U{len(self._shape)}").reshape(-1).tolist()
        return list(made) if self._check is None else [with_check(text, self._check, rng) for text in made]


class National:
    """Valid national numbers as long as a shape, with its separators."""

    def __init__(self, shape: str, module: str) -> None:
        check_national(module)
        self._shape, self._module, self._check = shape, module, check_named(module)
        self._length = len([char for char in shape if char.isalnum()])
        self._language = Language(NATIONAL[module], open_end=True)
        self.room = self._language.sizes.get(self._length, 0)

    def texts(self, numbers: Whole, rng: np.random.Generator) -> Texts:
        """Give those of some numbers."""
        made = [with_last(self._module, self._language.text(self._length, number)) for number in numbers.tolist()]
        return [None if text is None else laid_out(text, self._shape, self._check) for text in made]


class Matching:
    """Texts of one length that match an expression; where it has more than 2**62, each number stands for several.

    A column of numbers gets no text with a leading zero: it tells 07 from 7 by nothing.
    """

    def __init__(self, language: Language, length: int, regex: str, *, as_text: bool) -> None:
        self._language, self._length, self._regex, self._as_text = language, length, regex, as_text
        size = language.sizes[length]
        self.room = min(size, MOST_ROOM)
        self._each = size // self.room

    def texts(self, numbers: Whole, rng: np.random.Generator) -> Texts:
        """Give those of some numbers."""
        each = self._each
        drawn = rng.integers(0, min(each, MOST_ROOM), len(numbers)).tolist()
        made = [
            self._language.text(self._length, number * each + extra)
            for number, extra in zip(numbers.tolist(), drawn, strict=True)
        ]
        return [text if matches(self._regex, text) and (self._as_text or _is_plain(text)) else None for text in made]


def _is_plain(text: str) -> bool:
    return text.isdecimal() and str(int(text)) == text


def in_shape(
    column: Column,
    n: int,
    share: Share,
    seed: np.random.SeedSequence,
    rng: np.random.Generator,
    taken: Collection[str] = frozenset(),
) -> NDArray[np.object_]:
    """New, distinct identifiers in a column's shape, which no other share of the table's rows has.

    The shape is made longer where it is tight, as :func:`~synthgen.table.kinds.identifier.lengthen` says.

    Parameters
    ----------
    column : Column
        With ``pattern`` and ``check``.
    n : int
        Up to the rows of the share.
    share : Share
    seed : numpy.random.SeedSequence
        One for all rows of the table.
    rng : numpy.random.Generator
        One for this share.
    taken : collection of str
        Identifiers that aren't given.

    Returns
    -------
    numpy.ndarray of object, shape (n,)

    Raises
    ------
    UsageError
        The shape hasn't room for so many, or can't carry the check digits.

    Examples
    --------
    >>> from synthgen.table.column import Kind
    >>> column, seed = Column("id", Kind.IDENTIFIER, pattern="AA-99", check=None), np.random.SeedSequence(0)
    >>> halves = [in_shape(column, 500, Share(k, k + 500, 1000), seed, np.random.default_rng(k)) for k in (0, 500)]
    >>> len({*halves[0], *halves[1]})
    1000
    """
    pattern, check = column.pattern or "99999999", column.check
    shape = pattern if check else lengthen(pattern, share.total, digits_held(column))
    source: Numbered = (
        National(shape, check) if check in NATIONAL else Shape(shape, check_named(check) if check else None)
    )
    # A national number as long as the shape is there or isn't; of the others, nearly all can carry check digits.
    given_up = check is not None and check not in NATIONAL
    enough = share.room(source.room) >= n
    found = _taken_from(source, n, share, seed, rng, taken, given_up=given_up) if enough else []
    if len(found) < n:
        raise UsageError(
            f"The shape {shape!r}" + (f" with the check digits {check!r}" if check else "") + " has no room for "
            f"{share.total:,} new identifiers. Ask for fewer rows, or declare a longer pattern or no check."
        )
    return np.array(found, dtype=object)


def matching(
    column: Column,
    regex: str,
    n: int,
    share: Share,
    seed: np.random.SeedSequence,
    rng: np.random.Generator,
    taken: Collection[str] = frozenset(),
) -> NDArray[np.object_]:
    """New, distinct identifiers that match an expression, which no other share of the table's rows has.

    All lengths are as frequent, as far as there are texts enough. Parameters and errors are those of
    :func:`in_shape`.
    """
    language = Language(regex)
    found: list[str] = []
    lengths = sorted(language.sizes, key=lambda length: language.sizes[length])
    enough = sum(share.room(size) for size in language.sizes.values()) >= n
    for turn, length in enumerate(lengths if enough else ()):
        wanted = -(-(n - len(found)) // (len(lengths) - turn))
        source = Matching(language, length, regex, as_text=holds_text(column))
        found += _taken_from(source, wanted, share, seed, rng, taken)
    if len(found) < n:
        raise UsageError(
            f"The expression {regex!r} has no room for {share.total:,} new identifiers in column {column.name!r}. "
            "Ask for fewer rows, or widen it."
        )
    return np.array([found[place] for place in rng.permutation(len(found))], dtype=object)


def _taken_from(
    source: Numbered,
    n: int,
    share: Share,
    seed: np.random.SeedSequence,
    rng: np.random.Generator,
    taken: Collection[str],
    *,
    given_up: bool = False,
) -> Sequence[str]:
    """Walk a share's numbers in their order, and give the first ``n`` texts that are there and aren't taken."""
    at, end = share.of(source.room)
    found: list[str] = []
    last = min(end, at + MOST_TURNS * max(n, FIRST_TRIED))
    size = FIRST_TRIED if given_up else n
    while len(found) < n and at < last:
        stop = min(last, at + max(size, 1))
        numbers = permuted(np.arange(at, stop, dtype=np.uint64), source.room, seed)
        tried = source.texts(numbers, rng)
        found += [text for text in tried if text is not None and text not in taken]
        if given_up and at == share.of(source.room)[0] and not any(tried):
            break  # no number of this shape can carry them
        at, size = stop, (n - len(found)) + FIRST_TRIED
    return found[:n]
