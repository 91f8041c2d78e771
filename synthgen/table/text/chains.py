"""Which word follows which, learnt so that no six words in a row of a real text can come out.

Links of three words, and of two, are learnt where enough people use them. Links of three words that stand in **no**
text are kept apart, as *breaks*; where there are none, because every sentence is like another, such links of two. A new
text never has six words in a row without a break among them, and a break is in no real text, so neither are the six.
That holds whatever a model draws, and the model needs no list of what real texts say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.table.text.choices import Choices, pick
from synthgen.table.text.tilts import Tilts
from synthgen.table.text.vocabulary import BEGIN, END, WORDS
from synthgen.table.text.words import LONGEST_RUN

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BREAKS = 8
"""Breaks kept for each pair of words."""

MOST_NEXT = 40
"""Likeliest words after each word that a break may lead to."""

THREE_WORDS = 0.85
"""How often the last two words decide on the next one, where enough people use all three; else the last one does."""

EARLY = {2: 0.15, 3: 0.15, 4: 0.3}
"""How often a break is taken before it must be, by how many words stand since the last one."""

TRIES, LATE = 8, 6


@dataclass(frozen=True)
class Chains:
    """Links between words.

    Attributes
    ----------
    size : int
        Words of the vocabulary.
    three, two : Choices
        What follows two words (their numbers in one, as ``u * size + v``), and what follows one.
    breaks, leaps : Choices
        What follows two words, and one, in no text.
    """

    size: int
    three: Choices
    two: Choices
    breaks: Choices
    leaps: Choices

    @classmethod
    def learn(cls, texts: Sequence[Ints], holders: Ints, size: int, fewest: int, rng: np.random.Generator) -> Chains:
        """Learn from texts as numbers of words."""
        links, whose = _links(texts, holders)
        three = Choices.counted(links[:, 0] * size + links[:, 1], links[:, 2], whose, fewest)
        two = Choices.counted(links[:, 1], links[:, 2], whose, fewest)
        real = np.unique((links[:, 0] * size + links[:, 1]) * size + links[:, 2])
        pairs = np.unique(links[:, 1] * size + links[:, 2])
        return cls(size, three, two, _breaks(two, real, size, rng), _leaps(two, pairs, size, rng))

    def draw(self, lengths: Ints, tilts: Tilts, rng: np.random.Generator) -> list[Ints]:
        """Draw texts of about so many words.

        Parameters
        ----------
        lengths : array of int64, shape (n,)
        tilts : Tilts
            How much likelier each text has each word.

        Returns
        -------
        list of arrays of int64
        """
        out: list[Ints] = [np.empty(0, dtype=np.int64)] * len(lengths)
        left = np.arange(len(lengths))
        for _ in range(TRIES):
            drawn, dead = self._try(lengths[left], tilts.take(left), rng)
            for row, text in zip(left.tolist(), drawn, strict=True):
                # So few words need no break.
                out[row] = text if len(text) else out[row]
            left = left[dead]
            if not len(left):
                break
        for row in left.tolist():
            out[row] = self._cut(out[row])
        return out

    def _cut(self, text: Ints) -> Ints:
        """Give the first words of a text that came to a dead end: as many as need no break and may end a text."""
        short = text[:LONGEST_RUN]
        ends = np.flatnonzero(self._may_end(short))
        return short[: int(ends[-1]) + 1] if len(ends) else short[:1]

    def _try(self, lengths: Ints, tilts: Tilts, rng: np.random.Generator) -> tuple[list[Ints], NDArray[np.bool_]]:
        """Draw all texts word by word at once; some end dead, where a break is needed and none is known."""
        n, longest = len(lengths), int(lengths.max(initial=0)) + LATE
        words = np.full((n, longest), END, dtype=np.int64)
        before, last, since = np.full(n, BEGIN), np.full(n, BEGIN), np.zeros(n, dtype=np.int64)
        dead, going = np.zeros(n, dtype=bool), np.flatnonzero(lengths > 0)
        for place in range(longest):
            if not len(going):
                break
            due = lengths[going] <= place
            pair = before[going] * self.size + last[going]
            must = since[going] >= LONGEST_RUN
            early = np.array([EARLY.get(k, 0.0) for k in range(LONGEST_RUN + 1)])[since[going]]
            broken, leapt = self.breaks.find(pair), self.leaps.find(last[going])
            ends = must & due & self._may_end(last[going])
            wants = must | ((rng.random(len(going)) < early) & (lengths[going] > LONGEST_RUN))
            takes = (broken >= 0) & wants & ~ends
            leaps = must & ~takes & ~ends & (leapt >= 0)
            stuck = must & ~takes & ~ends & ~leaps
            chosen = np.full(len(going), END, dtype=np.int64)
            free = ~must & ~takes
            never = np.zeros(len(going), dtype=bool)
            chosen[takes] = self._next(self.breaks, broken[takes], tilts, going[takes], never[takes], rng)
            chosen[leaps] = self._next(self.leaps, leapt[leaps], tilts, going[leaps], never[leaps], rng)
            chosen[free] = self._plain(pair[free], last[going[free]], tilts, going[free], due[free], rng)
            late = (place == longest - 1) & (chosen != END)
            dead[going[stuck | late]] = True
            on = (chosen != END) & ~stuck
            # Of a break of three words the last two count for the next six, of a leap the last one.
            since[going] = np.where(takes, 2, np.where(leaps, 1, since[going] + 1))
            words[going[on], place] = chosen[on]
            before[going], last[going] = last[going], chosen
            going = going[on]
        sizes = (words != END).sum(axis=1)
        return [row[:size] for row, size in zip(words, sizes.tolist(), strict=True)], dead

    def _may_end(self, last: Ints) -> NDArray[np.bool_]:
        keys = np.repeat(self.two.keys, np.diff(self.two.starts))
        return np.isin(last, keys[self.two.values == END]) | (self.two.find(last) < 0)

    def _plain(
        self, pair: Ints, last: Ints, tilts: Tilts, rows: Ints, due: NDArray[np.bool_], rng: np.random.Generator
    ) -> Ints:
        chosen = np.full(len(pair), END, dtype=np.int64)
        of_three = self.three.find(pair)
        of_three[rng.random(len(pair)) >= THREE_WORDS] = -1
        first = of_three >= 0
        chosen[first] = self._next(self.three, of_three[first], tilts, rows[first], due[first], rng)
        # Where two words only lead to the end, and it isn't due, the last one may lead on.
        again = ~first | ((chosen == END) & ~due)
        of_two = self.two.find(last)
        again &= of_two >= 0
        chosen[again] = self._next(self.two, of_two[again], tilts, rows[again], due[again], rng)
        return chosen

    def _next(
        self, choices: Choices, places: Ints, tilts: Tilts, rows: Ints, due: NDArray[np.bool_], rng: np.random.Generator
    ) -> Ints:
        if not len(places):
            return np.empty(0, dtype=np.int64)
        first, whose, at = choices.expand(places)
        values = choices.values[at]
        logits = np.log(choices.weights[at]) + tilts.at(rows[whose], values)
        # A text ends when it is long enough, and not before unless nothing else follows.
        logits = np.where(values == END, np.where(due[whose], 1e3, -1e3), logits)
        return values[pick(first, logits, rng)]

    def instead_of_rare(self, last: Ints, tilts: Tilts, rng: np.random.Generator) -> Ints:
        """Words that many use, to stand where rare ones stood: such as follow the word before."""
        own = self._words_only()
        place = own.find(last)
        place = np.where(place < 0, len(own.keys) - 1, place)
        return self._next(own, place, tilts, np.arange(len(last)), np.zeros(len(last), bool), rng)

    def _words_only(self) -> Choices:
        """What follows each word that is shown as it is, and last, for all other words, any that are."""
        keys = np.repeat(self.two.keys, np.diff(self.two.starts))
        shown = self.two.values >= WORDS
        values, weights = self.two.values[shown], self.two.weights[shown]
        return Choices.of(
            np.concatenate([keys[shown], np.full(len(values), self.size)]),
            np.concatenate([values, values]), np.concatenate([weights, weights]),
        )  # fmt: skip

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays for a file."""
        return {
            **self.three.to_arrays("three"), **self.two.to_arrays("two"),
            **self.breaks.to_arrays("breaks"), **self.leaps.to_arrays("leaps"),
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, size: int, arrays: Mapping[str, NDArray[Any]]) -> Chains:
        """Inverse of :meth:`to_arrays`."""
        return cls(size, *(Choices.from_arrays(name, arrays) for name in ("three", "two", "breaks", "leaps")))


def _links(texts: Sequence[Ints], holders: Ints) -> tuple[NDArray[np.int64], Ints]:
    """All three words in a row, with two begins before the first and an end after the last, and whose they are."""
    begin, end = np.array([BEGIN, BEGIN]), np.array([END])
    flat = np.concatenate([part for text in texts for part in (begin, text, end)] or [np.empty(0, dtype=np.int64)])
    sizes = np.array([len(text) + 3 for text in texts], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    whose = np.repeat(np.arange(len(texts)), sizes - 2)
    first = np.arange(len(whose)) - np.repeat(np.cumsum(sizes - 2) - (sizes - 2), sizes - 2) + starts[whose]
    return np.stack([flat[first], flat[first + 1], flat[first + 2]], axis=1), holders[whose]


def _breaks(two: Choices, real: Ints, size: int, rng: np.random.Generator) -> Choices:
    """Three words that stand in no text, though each two of them do in enough: some for each first two."""
    first = np.repeat(two.keys, np.diff(two.starts))
    shown = (first >= WORDS) & (two.values >= WORDS)
    u, v = first[shown], two.values[shown]
    next_of = _likeliest(two)
    place = next_of.find(v)
    u, v, place = u[place >= 0], v[place >= 0], place[place >= 0]
    _, whose, at = next_of.expand(place)
    u, v, w, weight = u[whose], v[whose], next_of.values[at], next_of.weights[at]
    keys = u * size + v
    new = ~np.isin(keys * size + w, real) & (w != u) & (w != v)
    keys, w, weight = keys[new], w[new], weight[new]
    order = np.lexsort((-(np.log(weight) + rng.gumbel(size=len(weight))), keys))
    keys, w, weight = keys[order], w[order], weight[order]
    few = _rank(keys) < BREAKS
    return Choices.of(keys[few], w[few], weight[few])


def _leaps(two: Choices, pairs: Ints, size: int, rng: np.random.Generator) -> Choices:
    """Two words that stand together in no text: for each first word some, common ones more often."""
    shown = two.values >= WORDS
    count = np.bincount(two.values[shown], weights=two.weights[shown], minlength=size)
    firsts, words = two.keys[two.keys >= WORDS], np.flatnonzero(count)
    if not len(words) or not len(firsts):
        return Choices.of(firsts[:0], firsts[:0], np.empty(0))
    tried = rng.choice(words, (len(firsts), 4 * BREAKS), p=count[words] / count.sum())
    links = np.unique(np.repeat(firsts, 4 * BREAKS) * size + tried.reshape(-1))
    links = rng.permutation(links[~np.isin(links, pairs) & (links // size != links % size)])
    links = links[np.argsort(links // size, kind="stable")]
    links = links[_rank(links // size) < BREAKS]
    return Choices.of(links // size, links % size, count[links % size])


def _rank(keys: Ints) -> Ints:
    """Places within runs of one key."""
    _, begins = np.unique(keys, return_index=True)
    return np.arange(len(keys)) - np.repeat(begins, np.diff(np.append(begins, len(keys))))


def _likeliest(two: Choices) -> Choices:
    """Of what follows each word, the likeliest words that are shown as they are."""
    keys = np.repeat(two.keys, np.diff(two.starts))
    shown = (keys >= WORDS) & (two.values >= WORDS)
    keys, values, weights = keys[shown], two.values[shown], two.weights[shown]
    order = np.lexsort((-weights, keys))
    keys, values, weights = keys[order], values[order], weights[order]
    few = _rank(keys) < MOST_NEXT
    return Choices.of(keys[few], values[few], weights[few])
