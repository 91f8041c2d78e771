"""Texts split into words and what stands between them, in any script that parts its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST_RUN = 5
"""Words in a row that a new text may share with a real one."""

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.\w+|(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_WORD = re.compile(r"w[wm]*(?:j+w[wm]*)*")
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff]"
)
"""Scripts that don't part words: Chinese and Japanese, Thai, Lao, Burmese and Khmer."""

_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class _Marks(dict[int, str]):
    """Translation table that learns each character's class on first sight: of a word, a mark on it, a joiner."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        if char.isalnum():
            mark = "w"
        elif unicodedata.category(char)[0] == "M":
            mark = "m"
        else:
            mark = "j" if point in (0x200C, 0x200D) else " "
        self[point] = mark
        return mark


_MARKS = _Marks()


@dataclass(frozen=True)
class Split:
    """A text in words, as they stand, and what is before, between and after them: one more than words."""

    words: tuple[str, ...]
    between: tuple[str, ...]


def split(text: str) -> Split:
    """Split a text into words: runs of letters and digits; an e-mail or web address is one word.

    Examples
    --------
    >>> split("King's Cross, 2 beds!").words
    ('King', 's', 'Cross', '2', 'beds')
    >>> split("King's Cross!").between
    ('', "'", ' ', '!')
    """
    marks = text.translate(_MARKS)
    for found in _ADDRESS.finditer(text) if "@" in text or "www." in text.lower() or "://" in text else ():
        marks = marks[: found.start()] + "w" * (found.end() - found.start()) + marks[found.end() :]
    words, between, end = [], [], 0
    for found in _WORD.finditer(marks):
        between.append(text[end : found.start()])
        words.append(text[found.start() : found.end()])
        end = found.end()
    return Split(tuple(words), (*between, text[end:]))


def is_address(word: str) -> bool:
    """Whether a word is an e-mail or web address."""
    return bool(_ADDRESS.fullmatch(word))


def folded(word: str) -> str:
    """Give a word without its case, in one form of its letters."""
    return (word if word.isascii() else unicodedata.normalize("NFKC", word)).casefold()


def unspaced_share(texts: Iterable[str]) -> float:
    """Share of texts with a script whose words aren't parted by spaces.

    Examples
    --------
    >>> unspaced_share(["房间很好", "nice room"])
    0.5
    """
    found = [bool(_UNSPACED.search(text)) for text in texts]
    return sum(found) / len(found) if found else 0.0


class RealRuns:
    """What a new text must not repeat of real texts: six words in a row, and short texts that few people have.

    Parameters
    ----------
    texts : sequence of Split
    rare : array of bool, shape (n_texts,)
        Which of them fewer people have than may be shown. Such a text of two to five words isn't repeated either.

    Examples
    --------
    >>> real = RealRuns([split("one two three four five six"), split("My secret")], np.array([True, True]))
    >>> real.repeated([split(text) for text in ("Zero, one two three four five - SIX!", "one two three", "my secret")])
    array([ True, False,  True])
    """

    def __init__(self, texts: Sequence[Split], rare: NDArray[np.bool_]) -> None:
        self._ids: dict[str, int] = {}
        keys, rows, whole = self._keys(texts, learn=True)
        self._runs = np.unique(keys[~whole])
        self._texts = np.unique(keys[whole & rare[rows]])

    def repeated(self, texts: Sequence[Split]) -> NDArray[np.bool_]:
        """Which texts repeat something: shape (n_texts,)."""
        keys, rows, whole = self._keys(texts, learn=False)
        found = np.where(whole, np.isin(keys, self._texts), np.isin(keys, self._runs))
        out = np.zeros(len(texts), dtype=bool)
        out[rows[found]] = True
        return out

    def _keys(
        self, texts: Sequence[Split], *, learn: bool
    ) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.bool_]]:
        """Keys of all runs, whose text each is, and whether it is the whole of a short text."""
        numbers: list[int] = []
        for text in texts:
            for word in text.words:
                key = folded(word)
                if learn:
                    numbers.append(self._ids.setdefault(key, len(self._ids) + 1))
                else:
                    numbers.append(self._ids.get(key, 0))
        sizes = np.array([len(text.words) for text in texts], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        ids, width = np.array(numbers, dtype=np.uint64), LONGEST_RUN + 1
        longer, shorter = np.flatnonzero(sizes >= width), np.flatnonzero((sizes >= 2) & (sizes < width))
        runs = sizes[longer] - LONGEST_RUN
        rows = np.repeat(longer, runs)
        first = np.arange(len(rows)) - np.repeat(np.cumsum(runs) - runs, runs) + starts[rows]
        keys = [_key(ids, first, np.full(len(rows), width)), _key(ids, starts[shorter], sizes[shorter])]
        whole = np.repeat([False, True], [len(rows), len(shorter)])
        return np.concatenate(keys), np.concatenate([rows, shorter]), whole


def _key(ids: NDArray[np.uint64], first: NDArray[np.int64], size: NDArray[np.int64]) -> NDArray[np.uint64]:
    """One number for the words from ``first`` on; a word that no real text has (0) makes the key 0."""
    out = size.astype(np.uint64)
    known = np.ones(len(first), dtype=bool)
    for place in range(LONGEST_RUN + 1):
        inside = size > place
        word = ids[np.where(inside, first + place, first)]
        mixed = (out ^ (word * _FACTOR)) * _FACTOR
        mixed ^= mixed >> np.uint64(29)
        out = np.where(inside, mixed, out)
        known &= (word > 0) | ~inside
    return np.where(known, out, np.uint64(0))
