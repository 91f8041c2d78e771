"""Blocks of synthetic rows that were made, and which of their rows the table gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from synthgen.scale.writing import Journal, Part


@dataclass(frozen=True)
class Pieces:
    """What the table gets of each block.

    Attributes
    ----------
    taken : tuple of (part, block, rows)
        The first so many rows of each block, in order.
    notes : mapping of (part, block) to note
        What was said of every block.
    lost : tuple of str
        Parts of which every row was refused.
    """

    taken: tuple[tuple[str, int, int], ...]
    notes: Mapping[tuple[str, int], Mapping[str, Any]]
    lost: tuple[str, ...] = ()

    @classmethod
    def of(cls, journal: Journal, wanted: Sequence[Part]) -> Pieces:
        """Take of each part, block after block, as many rows as are wanted.

        Parameters
        ----------
        journal : Journal
        wanted : sequence of Part
            Each with the number of rows that was asked for.
        """
        taken: list[tuple[str, int, int]] = []
        known: dict[tuple[str, int], Mapping[str, Any]] = {}
        lost = []
        for part in wanted:
            left = part.n
            for block, note in sorted(journal.notes(part.name).items()):
                known[part.name, block] = note
                rows = min(int(note["kept"]), left)
                taken.append((part.name, block, rows))
                left -= rows
            if left == part.n:
                lost.append(part.name)
        return cls(tuple(taken), known, tuple(lost))

    @property
    def rows(self) -> int:
        """Rows that the table gets."""
        return sum(rows for _, _, rows in self.taken)

    @property
    def drawn(self) -> int:
        """Rows that were made."""
        return sum(int(note["rows"]) for note in self.notes.values())

    @property
    def refused(self) -> int:
        """Rows that are not handed out for what they show."""
        return self.drawn - sum(int(note["kept"]) for note in self.notes.values())

    @property
    def reasons(self) -> dict[str, int]:
        """Refused rows by reason."""
        found: Counter[str] = Counter()
        for note in self.notes.values():
            found.update({reason: int(rows) for reason, rows in note["refused"].items()})
        return dict(found)

    def batches(self, journal: Journal) -> Iterator[pa.RecordBatch]:
        """Read the rows that the table gets."""
        for part, block, rows in self.taken:
            if rows:
                yield journal.read(part, block).slice(0, rows)

    def noted(self, journal: Journal) -> Iterator[tuple[Mapping[str, Any], pa.RecordBatch]]:
        """Read all rows of each block that weren't refused, with what was said of the block."""
        for part, block, _ in self.taken:
            yield self.notes[part, block], journal.read(part, block)
