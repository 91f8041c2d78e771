"""How words are written, and what stands between them: as enough people write them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.table.text.choices import Choices
from synthgen.table.text.vocabulary import BEGIN, END, WORDS
from synthgen.table.text.words import Split

Ints = NDArray[np.int64]

PLAIN, TITLED, UPPER = range(3)
"""How a text is written: with capitals as in a sentence, one for each word, or with nothing else."""

_TITLED = 0.7
_STOP = re.compile(r"[.!?\n]")


@dataclass(frozen=True)
class Spelling:
    """Forms of words and what is between them.

    Attributes
    ----------
    texts : tuple of str
        Forms and separators, by number.
    styles : array of float64, shape (3,)
        Share of texts written plainly, titled, and in capitals.
    forms : Choices
        By word and how the text is written: forms. A word's forms in any text have the key ``word * 7 + 6``.
    joints : Choices
        By two words, and by one: what stands between them; ``size * size + word`` is the key of one word.
    size : int
    """

    texts: tuple[str, ...]
    styles: NDArray[np.float64]
    forms: Choices
    joints: Choices
    size: int

    @classmethod
    def learn(cls, texts: Sequence[Split], numbers: Sequence[Ints], holders: Ints, size: int, fewest: int) -> Spelling:
        """Learn from texts, with the numbers of their words."""
        used: dict[str, int] = {}
        # Flat arrays of whole numbers: a table of long texts has millions of words.
        forms, joints = array("q"), array("q")
        styles = np.zeros(3)
        for text, row, who in zip(texts, numbers, holders.tolist(), strict=True):
            style = style_of(text.words)
            styles[style] += 1
            before = BEGIN
            for place, (word, number) in enumerate(zip(text.words, row.tolist(), strict=True)):
                between = used.setdefault(text.between[place], len(used))
                joints.extend((before * size + number, between, who))
                if place:
                    joints.extend((size * size + before, between, who))
                if number >= WORDS:
                    form = used.setdefault(word, len(used))
                    first = place == 0 or bool(_STOP.search(text.between[place]))
                    forms.extend((number * 7 + 2 * style + first, form, who, number * 7 + 6, form, who))
                before = number
            between = used.setdefault(text.between[-1], len(used))
            joints.extend((before * size + END, between, who))
        of_forms, of_joints = _counted(forms, fewest), _counted(joints, fewest)
        said, kept = list(used), np.unique(np.concatenate([of_forms.values, of_joints.values]))
        # In alphabetical order: in the order of their first use, forms would be those of real texts.
        kept = np.array(sorted(kept.tolist(), key=lambda number: said[number]), dtype=np.int64)
        order = np.zeros(len(said), dtype=np.int64)
        order[kept] = np.arange(len(kept))
        return cls(
            tuple(said[number] for number in kept), styles / max(styles.sum(), 1),
            _renumbered(of_forms, order), _renumbered(of_joints, order), size,
        )  # fmt: skip

    def write(
        self, rows: Sequence[Ints], plain: Sequence[str], made: Mapping[tuple[int, int], str], rng: np.random.Generator
    ) -> list[Split]:
        """Write texts given as numbers of words.

        Parameters
        ----------
        rows : sequence of arrays of int64
        plain : sequence of str
            Each word, folded, for those that have no form that enough people use.
        made : mapping of (text, place) to str
            Words that were made up.
        """
        sizes = np.array([len(row) for row in rows], dtype=np.int64)
        flat = np.concatenate([*rows, np.empty(0, dtype=np.int64)]).astype(np.int64)
        starts = np.cumsum(sizes) - sizes
        whose = np.repeat(np.arange(len(rows)), sizes)
        before = np.append(BEGIN, flat)[: len(flat)]
        before[starts[sizes > 0]] = BEGIN
        joints = self._between(before, flat, rng)
        ends = self._between(np.where(sizes > 0, flat[np.maximum(starts + sizes - 1, 0)] if len(flat) else 0, BEGIN),
                             np.full(len(rows), END), rng)  # fmt: skip
        style = rng.choice(3, len(rows), p=self.styles)[whose]
        first = np.array([bool(_STOP.search(text)) for text in joints], dtype=bool)
        first[starts[sizes > 0]] = True
        forms = self.forms.draw(flat * 7 + 2 * style + first, rng)
        forms = np.where(forms < 0, self.forms.draw(flat * 7 + 6, rng), forms)
        said = [
            self.texts[form] if form >= 0 else plain[word]
            for form, word in zip(forms.tolist(), flat.tolist(), strict=True)
        ]
        out = []
        for row, (start, size) in enumerate(zip(starts.tolist(), sizes.tolist(), strict=True)):
            words = [made.get((row, place - start)) or said[place] for place in range(start, start + size)]
            out.append(Split(tuple(words), (*joints[start : start + size], ends[row]) if size else ("",)))
        return out

    def _between(self, before: Ints, after: Ints, rng: np.random.Generator) -> list[str]:
        found = self.joints.draw(before * self.size + after, rng)
        # What ends a text, or begins one, isn't what stands between other words.
        inner = (before != BEGIN) & (after != END)
        also = self.joints.draw(np.where(inner, self.size * self.size + before, -1), rng)
        found = np.where(found < 0, also, found)
        space = np.where(inner, " ", "")
        return [self.texts[number] if number >= 0 else str(space[k]) for k, number in enumerate(found.tolist())]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays for a file."""
        return {**self.forms.to_arrays("forms"), **self.joints.to_arrays("joints"), "styles": self.styles}

    @classmethod
    def from_arrays(cls, texts: Sequence[str], size: int, arrays: Mapping[str, NDArray[Any]]) -> Spelling:
        """Inverse of :meth:`to_arrays`."""
        forms, joints = (Choices.from_arrays(name, arrays) for name in ("forms", "joints"))
        return cls(tuple(texts), arrays["styles"], forms, joints, size)


def style_of(words: Sequence[str]) -> int:
    """How a text is written.

    Examples
    --------
    >>> style_of(["Nice", "flat", "near", "Soho"]), style_of(["Nice", "Flat"]), style_of(["NICE", "FLAT"])
    (0, 1, 2)
    """
    cased = [word for word in words if word[0].isalpha() and word.lower() != word.upper()]
    if cased and all(word.isupper() for word in cased):
        return UPPER
    return TITLED if cased and sum(word[0].isupper() for word in cased) >= _TITLED * len(cased) else PLAIN


def _counted(triples: array[int], fewest: int) -> Choices:
    table = np.asarray(triples, dtype=np.int64).reshape(-1, 3)
    return Choices.counted(table[:, 0], table[:, 1], table[:, 2], fewest)


def _renumbered(choices: Choices, place: Ints) -> Choices:
    return Choices(choices.keys, choices.starts, place[choices.values], choices.weights)
