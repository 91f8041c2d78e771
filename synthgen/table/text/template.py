"""New texts of words that many people share, by which follows which: never six words of a real text in a row.

What is learnt, and kept in a saved model, is what at least ten people have: words, links of two and three words, forms
and separators, and which words go with which label. Other words, long numbers, e-mail and web addresses and people's
names are kept as classes only, and made up anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.table.column import Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.made_up import DEFAULT_LOCALE, make_up
from synthgen.table.text.chains import Chains
from synthgen.table.text.spelling import Spelling
from synthgen.table.text.tilts import Tilts, learn_tilts
from synthgen.table.text.vocabulary import EMAIL, LINK, NAME, NUMBERS, RARE, WORDS, Vocabulary, learn_vocabulary
from synthgen.table.text.words import LONGEST_RUN, RealRuns, Split, split, unspaced_share

Ints = NDArray[np.int64]

LEAST_SHARED = 0.5
"""Share of the words of a column that enough people must use."""

MOST_UNSPACED = 0.1
TURNS = 12


@dataclass(frozen=True)
class Template:
    """A model of a column of free text.

    Attributes
    ----------
    vocabulary : Vocabulary
    lengths : array of int64
        Words of texts: of every ten people or more one, as their mean.
    chains : Chains
    spelling : Spelling
    tilts : dict of str to array
        By column, how much likelier each word is with each label.
    locale : str
    """

    vocabulary: Vocabulary
    lengths: Ints
    chains: Chains
    spelling: Spelling
    tilts: dict[str, NDArray[np.float64]]
    locale: str

    @classmethod
    def learn(
        cls,
        texts: Sequence[str],
        holders: Ints,
        levels: pd.DataFrame,
        rng: np.random.Generator,
        *,
        name: str,
        target: str | None = None,
        locale: str = DEFAULT_LOCALE,
    ) -> Template:
        """Learn from the texts of a column.

        Parameters
        ----------
        texts : sequence of str
        holders : array of int64, shape (n_texts,)
            Whose each text is.
        levels : pandas.DataFrame of shape (n_texts, n_columns)
            Codes of the labels that the texts may follow.
        rng : numpy.random.Generator
        name : str
            The column's, for errors.
        target : str, optional
            A column of ``levels`` that the texts follow in any case.
        locale : str

        Raises
        ------
        DataError
            The words aren't parted by spaces, or too few of them are shared.
        """
        if unspaced_share(texts[:5_000]) > MOST_UNSPACED:
            raise DataError(
                f"Column {name!r} holds text in a script that doesn't part words by spaces (Chinese, Japanese, Thai, "
                'Lao, Burmese or Khmer), which text="template" can\'t split. Use text="mask" or text="drop".'
            )
        parts = [split(text) for text in texts]
        vocabulary, numbers = learn_vocabulary(parts, holders, FEWEST_HOLDERS, locale)
        words = np.concatenate([*numbers, np.empty(0, dtype=np.int64)])
        shared = float((words >= WORDS).mean()) if len(words) else 0.0
        if shared < LEAST_SHARED:
            raise DataError(
                f'Column {name!r} can\'t be made by text="template": of its words {shared:.0%} are used by '
                f'{FEWEST_HOLDERS} people or more, and half must be. Give more rows, or use text="mask" or text="drop".'
            )
        size = len(vocabulary)
        return cls(
            vocabulary,
            _lengths(np.array([len(row) for row in numbers]), holders),
            Chains.learn(numbers, holders, size, FEWEST_HOLDERS, rng),
            Spelling.learn(parts, numbers, holders, size, FEWEST_HOLDERS),
            learn_tilts(numbers, holders, levels, size, FEWEST_HOLDERS, target),
            locale,
        )

    def draw(self, rows: pd.DataFrame, rng: np.random.Generator, real: RealRuns | None = None) -> list[str]:
        """Write a text for each row.

        Parameters
        ----------
        rows : pandas.DataFrame
            Coded rows, whose labels the texts follow.
        rng : numpy.random.Generator
        real : RealRuns, optional
            What they don't repeat besides: of rows that the model wasn't fitted on, and short texts.

        Returns
        -------
        list of str
        """
        tilts = Tilts.of(self.tilts, rows)
        made = self._some(tilts, len(rows), rng)
        for turn in range(TURNS if real is not None else 0):
            assert real is not None
            again = np.flatnonzero(real.repeated(made))
            if not len(again):
                break
            if turn < TURNS - 2:
                fresh = self._some(tilts.take(again), len(again), rng)
            else:  # five words are in no run of six, and one is no sentence
                most = LONGEST_RUN if turn == TURNS - 2 else 1
                fresh = [Split(made[row].words[:most], (*made[row].between[:most], "")) for row in again]
            for row, text in zip(again.tolist(), fresh, strict=True):
                made[row] = text
        return [_joined(text) for text in made]

    def _some(self, tilts: Tilts, n: int, rng: np.random.Generator) -> list[Split]:
        lengths = self.lengths[rng.integers(0, len(self.lengths), n)] if len(self.lengths) else np.zeros(n, np.int64)
        rows = self.chains.draw(lengths, tilts, rng)
        flat = np.concatenate([*rows, np.empty(0, dtype=np.int64)]).astype(np.int64)
        sizes = np.array([len(row) for row in rows])
        starts = np.cumsum(sizes) - sizes
        whose = np.repeat(np.arange(n), sizes)
        place = np.arange(len(flat)) - starts[whose]
        rare = flat == RARE
        last = np.append(-1, flat)[: len(flat)]
        last[place == 0] = -1
        shown = flat.copy()
        if rare.any():
            shown[rare] = self.chains.instead_of_rare(last[rare], tilts.take(whose[rare]), rng)
        made = self._made_up(shown, rng)
        filled = {(int(whose[at]), int(place[at])): text for at, text in made.items()}
        rows = np.split(shown, starts[1:]) if n else []
        return self.spelling.write(rows, self._plain(), filled, rng)

    def _plain(self) -> list[str]:
        return [""] * WORDS + list(self.vocabulary.words)

    def _made_up(self, shown: Ints, rng: np.random.Generator) -> dict[int, str]:
        """Words in place of classes of words, by their position."""
        made: dict[int, str] = {}
        for at in np.flatnonzero((shown >= NUMBERS) & (shown < WORDS)).tolist():
            digits = int(shown[at]) - NUMBERS + 1
            made[at] = str(rng.integers(10 ** (digits - 1), 10**digits))
        for kind, faker in ((NAME, "first_name"), (EMAIL, "email")):
            at_all = np.flatnonzero(shown == kind).tolist()
            if at_all:
                column = Column("text", Kind.IDENTIFIER, faker=faker, locale=self.locale)
                made.update(zip(at_all, make_up([column], len(at_all), rng)["text"].tolist(), strict=True))
        for at in np.flatnonzero(shown == LINK).tolist():
            made[at] = f"https://www.example.com/{rng.integers(1_000, 10_000)}"
        return made

    def to_state(self) -> dict[str, Any]:
        """JSON values, and arrays by name."""
        tilts = {f"tilt.{name}": table for name, table in self.tilts.items()}
        return {
            "words": list(self.vocabulary.words), "spellings": list(self.spelling.texts), "locale": self.locale,
            "lengths": self.lengths, **self.chains.to_arrays(), **self.spelling.to_arrays(), **tilts,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Template:
        """Inverse of :meth:`to_state`."""
        vocabulary = Vocabulary(tuple(state["words"]))
        size = len(vocabulary)
        tilts = {key.removeprefix("tilt."): table for key, table in state.items() if key.startswith("tilt.")}
        return cls(
            vocabulary, state["lengths"], Chains.from_arrays(size, state),
            Spelling.from_arrays(state["spellings"], size, state), tilts, state["locale"],
        )  # fmt: skip


def _joined(text: Split) -> str:
    return "".join(part for pair in zip(text.between, (*text.words, ""), strict=True) for part in pair)


def _lengths(sizes: Ints, holders: Ints) -> Ints:
    """One number of words for every ten people in order of theirs, as the mean of the ten."""
    order = np.argsort(sizes, kind="stable")
    sizes, holders = sizes[order], holders[order]
    people = len(np.unique(holders))
    groups = np.array_split(sizes, max(people // FEWEST_HOLDERS, 1))
    return np.array([round(float(group.mean())) for group in groups if len(group)], dtype=np.int64)
