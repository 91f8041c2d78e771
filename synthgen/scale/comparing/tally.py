"""Counts of synthetic rows, block by block, to be held against all real rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.randomness import stream
from synthgen.scale.comparing.counts import Counted, Counts
from synthgen.scale.comparing.real_rows import RealRows
from synthgen.scale.comparing.screen import Screen

Places = NDArray[np.int64]

MOST_MET = 2_000_000
"""Meetings that are kept before those of one real row are counted as one."""


@dataclass
class Meetings:
    """What synthetic rows met in one way: to the letter, or rounded.

    Attributes
    ----------
    seen, unseen : arrays of shape (n_classes,)
        Synthetic rows that meet a row that the model saw, and one that it did not.
    met : array
        Real rows that are met, each once: position, class and whether the model saw it in one number.
    """

    seen: Counted
    unseen: Counted
    met: Places = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _new: list[Places] = field(default_factory=list)

    def add(self, seen: Any, unseen: Any, met: Any) -> None:
        """Add those of one block."""
        self.seen, self.unseen = self.seen + np.asarray(seen, np.int64), self.unseen + np.asarray(unseen, np.int64)
        self._new.append(np.asarray(met, dtype=np.int64))
        if sum(map(len, self._new)) > MOST_MET:
            self.rows()

    def rows(self) -> Places:
        """Real rows that are met, each once."""
        if self._new:
            self.met = np.unique(np.concatenate([self.met, *self._new]))
            self._new = []
        return self.met


class Tally:
    """Synthetic rows, counted as the real ones are.

    Parameters
    ----------
    real : RealRows

    Attributes
    ----------
    rows : int
        All that were looked at.
    kept : int
        Those that are handed out; these alone count for fidelity.
    broken, disclosing : int
        Those that broke a declared rule, and those that showed what too few people have.
    counts : Counts
    exact, rounded : Meetings
        Of all that were looked at.
    """

    def __init__(self, real: RealRows) -> None:
        plan = real.counts.plan
        n = real.grid.n_classes
        self.real = real
        self.rows = self.kept = self.broken = self.disclosing = 0
        self.counts = Counts.empty(replace(plan, sides=1))
        self.exact, self.rounded = (Meetings(np.zeros(n, np.int64), np.zeros(n, np.int64)) for _ in range(2))

    def add(self, coded: pd.DataFrame, note: Mapping[str, Any] | None = None, *, block: int = 0) -> None:
        """Count one block.

        Parameters
        ----------
        coded : pandas.DataFrame
            With a note, the rows of the block that are handed out; without, all its rows, of which copies are left out.
        note : mapping, optional
            What a :class:`Screen` said of the whole block.
        block : int
            Number of the block. Intervals, not figures, depend on which rows it says these are.
        """
        if note is None:
            keep, note = Screen(self.real.grid, self.real.copies)(coded)
            coded = coded if keep.all() else coded[keep]
        grid = self.real.grid
        own = stream(self.real.seed, "block", block).integers(0, 2**62)
        numbers = own + np.arange(len(coded), dtype=np.int64)
        if len(coded):
            self.counts.add(grid.codes(coded), self.counts.plan.groups(numbers, grid.classes_of(coded)))
        self.rows += int(note["rows"])
        self.broken += int(note["broken"])
        self.disclosing += int(note["disclosing"])
        self.kept += len(coded)
        for name in ("exact", "rounded"):
            found = note[name]
            getattr(self, name).add(found["seen"], found["unseen"], found["met"])

    def merge(self, other: Tally) -> None:
        """Add what was counted elsewhere against the same real rows."""
        self.rows += other.rows
        self.broken += other.broken
        self.disclosing += other.disclosing
        self.kept += other.kept
        self.counts.merge(other.counts)
        for name in ("exact", "rounded"):
            mine, theirs = getattr(self, name), getattr(other, name)
            mine.add(theirs.seen, theirs.unseen, theirs.rows())
