"""Real texts with a few words changed: synonyms, words swapped, put in and left out.

The four operations are those of Wei and Zou (2019), https://doi.org/10.18653/v1/D19-1670. **Each new text is a near
copy of a real one**: right to train on beside the real rows, and nothing to share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.text.english import english
from synthgen.table.text.words import folded, split

Ints = NDArray[np.int64]

STRENGTH = 0.1
"""Share of words that are changed; one at least."""

TRIES = 10
ANY = -1
OPERATIONS = ("synonyms", "insertion", "swap", "deletion")


@dataclass(frozen=True)
class Changing:
    """Real texts by label, and words that may stand for others.

    Attributes
    ----------
    texts : tuple of str
        The real ones.
    column : str or None
        The label that a row must share with the real text.
    labels : array of int64, shape (n_texts,)
        ``ANY`` where there is none.
    synonyms : mapping of str to tuple of str
    """

    texts: tuple[str, ...]
    column: str | None
    labels: Ints
    synonyms: Mapping[str, Sequence[str]]

    @classmethod
    def learn(
        cls, texts: Sequence[str], levels: pd.DataFrame, column: str | None, synonyms: Mapping[str, Sequence[str]]
    ) -> Changing:
        """Keep the texts, and the labels of ``column`` beside them."""
        labels = np.full(len(texts), ANY) if column is None else levels[column].fillna(ANY).to_numpy().astype(np.int64)
        return cls(tuple(texts), column, labels, {folded(word): tuple(others) for word, others in synonyms.items()})

    def draw(self, rows: pd.DataFrame, rng: np.random.Generator) -> list[str]:
        """Change, for each row, a real text of its label; any real text, if no text has the label."""
        labels = np.full(len(rows), ANY) if self.column is None else rows[self.column].fillna(ANY).to_numpy()
        source = np.empty(len(rows), dtype=np.int64)
        for label in np.unique(labels):
            own = np.flatnonzero(self.labels == label)
            own = own if len(own) else np.arange(len(self.texts))
            wanted = labels == label
            source[wanted] = own[rng.integers(0, len(own), int(wanted.sum()))]
        known = {**english(), **self.synonyms}
        return [changed(self.texts[place], known, rng) for place in source]

    def to_state(self) -> dict[str, Any]:
        """JSON values and arrays: **every real text**."""
        return {
            "texts": list(self.texts), "column": self.column, "labels": self.labels,
            "synonyms": {word: list(others) for word, others in self.synonyms.items()},
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Changing:
        """Inverse of :meth:`to_state`."""
        return cls(tuple(state["texts"]), state["column"], state["labels"], state["synonyms"])


def changed(text: str, synonyms: Mapping[str, Sequence[str]], rng: np.random.Generator) -> str:
    """Change a few words of a text, by one of the four operations.

    A text of one word without synonyms stays what it is.

    Examples
    --------
    >>> changed("A nice flat near the park", {"flat": ("apartment",)}, np.random.default_rng(1))
    'A nice flat near apartment the park'
    """
    for _ in range(TRIES):
        parts = split(text)
        words, between = list(parts.words), list(parts.between)
        many = max(1, round(STRENGTH * len(words)))
        _ACT[OPERATIONS[int(rng.integers(len(OPERATIONS)))]](words, between, many, synonyms, rng)
        made = "".join(part for pair in zip(between, [*words, ""], strict=True) for part in pair)
        if made != text:
            return made
    return text


def _with_synonyms(words: list[str], synonyms: Mapping[str, Sequence[str]]) -> list[int]:
    return [place for place, word in enumerate(words) if synonyms.get(folded(word))]


def _synonym(word: str, synonyms: Mapping[str, Sequence[str]], rng: np.random.Generator) -> str:
    others = synonyms[folded(word)]
    other = others[int(rng.integers(len(others)))]
    if word.isupper() and len(word) > 1:
        return other.upper()
    return other[:1].upper() + other[1:] if word[:1].isupper() else other


def _replace(
    words: list[str], between: list[str], many: int, synonyms: Mapping[str, Sequence[str]], rng: np.random.Generator
) -> None:
    for place in rng.permutation(_with_synonyms(words, synonyms)).astype(int)[:many]:
        words[place] = _synonym(words[place], synonyms, rng)


def _insert(
    words: list[str], between: list[str], many: int, synonyms: Mapping[str, Sequence[str]], rng: np.random.Generator
) -> None:
    chosen = rng.permutation(_with_synonyms(words, synonyms)).astype(int)[:many]
    for new in [_synonym(words[place], synonyms, rng) for place in chosen]:
        at = int(rng.integers(1, len(words) + 1))
        words.insert(at, new)
        between.insert(at, " ")


def _swap(
    words: list[str], between: list[str], many: int, synonyms: Mapping[str, Sequence[str]], rng: np.random.Generator
) -> None:
    for _ in range(many if len(words) > 1 else 0):
        one, other = rng.choice(len(words), 2, replace=False)
        words[one], words[other] = words[other], words[one]


def _delete(
    words: list[str], between: list[str], many: int, synonyms: Mapping[str, Sequence[str]], rng: np.random.Generator
) -> None:
    for _ in range(min(many, len(words) - 1)):
        at = int(rng.integers(len(words)))
        del words[at]
        # What stood before the first word, or after the last, stays.
        del between[at if at > 0 else 1]


_ACT = {"synonyms": _replace, "insertion": _insert, "swap": _swap, "deletion": _delete}
