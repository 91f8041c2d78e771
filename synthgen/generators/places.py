"""Where in a table rows belong: which block of it they are, and which part of a larger table that one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synthgen.errors import UsageError
from synthgen.randomness import RandomState, child, seed_sequence, stream
from synthgen.table.kinds.numbered import Share


@dataclass(frozen=True)
class TablePart:
    """One part of a table whose parts are drawn apart, such as one class each: no two have an identifier in common.

    Parameters
    ----------
    sizes : sequence of int
        Rows of each part.
    number : int
        Which of them this one is, from 0.
    random_state : int, SeedSequence
        The same one for all parts.

    Examples
    --------
    >>> TablePart((900, 100), 1, 7).share(0, 100)
    Share(start=900, end=1000, total=1000)
    """

    sizes: Sequence[int]
    number: int
    random_state: RandomState

    def __post_init__(self) -> None:
        if not 0 <= self.number < len(self.sizes) or any(size < 0 for size in self.sizes):
            raise UsageError(
                f"A part of a table is one of those whose sizes are given; got number {self.number!r} of "
                f"{len(self.sizes)}."
            )
        if not isinstance(self.random_state, (int, np.integer, np.random.SeedSequence)):
            raise UsageError(
                "Parts of a table need one random_state for all, a whole number or a SeedSequence; got "
                f"{type(self.random_state).__name__}."
            )

    def share(self, start: int, end: int) -> Share:
        """Which rows of the table some rows of this part are."""
        before = sum(self.sizes[: self.number])
        return Share(before + start, before + end, sum(self.sizes))


@dataclass(frozen=True)
class Place:
    """A block of a table.

    Attributes
    ----------
    seed : numpy.random.SeedSequence
        That of the rows.
    number : int
        Which block, from 0.
    share : Share
        Which rows of the table.
    table : numpy.random.SeedSequence
        One for the whole table: what is told apart across blocks goes by it.
    mark : str
        Digits that no other block has, as many for each; empty where there is one block.
    """

    seed: np.random.SeedSequence
    number: int
    share: Share
    table: np.random.SeedSequence
    mark: str = ""

    @classmethod
    def of(cls, seed: np.random.SeedSequence, number: int, n: int, rows: int, part: TablePart | None = None) -> Place:
        """Find a block's place in a table of ``n`` rows, ``rows`` in each block but the last.

        Examples
        --------
        >>> place = Place.of(np.random.SeedSequence(0), 2, 250, 100)
        >>> place.share, place.mark
        (Share(start=200, end=250, total=250), '2')
        """
        whole = part or TablePart((n,), 0, seed)
        blocks = [-(-size // rows) for size in whole.sizes]
        before, total = sum(blocks[: whole.number]), sum(blocks)
        mark = str(before + number).zfill(len(str(total - 1))) if total > 1 else ""
        share = whole.share(number * rows, min((number + 1) * rows, n))
        return cls(seed, number, share, seed_sequence(whole.random_state), mark)

    def stream(self, *names: str) -> np.random.Generator:
        """Give the stream of this block that belongs to ``names``."""
        return stream(self.seed, *names, self.number)

    def child(self, *names: str) -> np.random.SeedSequence:
        """Give the seed of this block that belongs to ``names``."""
        return child(self.seed, *names, self.number)
