"""Blocks of rows made where they are cheapest: in this process, or in several that were forked off it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa

from synthgen.errors import UsageError
from synthgen.generators.sampling import BLOCK
from synthgen.progress import bar
from synthgen.randomness import RandomState, seed_sequence
from synthgen.scale.writing import workers as pool
from synthgen.scale.writing.journal import Journal

Check: TypeAlias = Callable[[pa.RecordBatch], tuple[pa.RecordBatch, Mapping[str, Any]]]
"""Looks at the rows of a block: gives those to keep, and a note of JSON values on them."""


class GivesBatches(Protocol):
    """A model that gives its rows block by block."""

    def generate_batches(
        self,
        n_samples: int,
        *,
        random_state: RandomState = None,
        block: Any = None,
        conditions: Any = None,
        missing: str = "keep",
    ) -> Iterator[pa.RecordBatch]:
        """Give the blocks that are asked for."""
        ...  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Rows that are made to one condition.

    Attributes
    ----------
    name : str
        Any text, of each part another one.
    n : int
        Rows to make.
    conditions : mapping or None
        What all of them have.
    seed : int, SeedSequence or Generator
        The same one gives the same rows.
    missing : {"keep", "none", "like"}
    """

    name: str
    n: int
    conditions: Mapping[str, Any] | None
    seed: RandomState
    missing: str = "keep"

    @property
    def blocks(self) -> int:
        """How many blocks they are."""
        return -(-self.n // BLOCK)

    def rows(self, block: int) -> int:
        """How many rows a block of them has."""
        return min(BLOCK, self.n - block * BLOCK)


def make_blocks(
    model: GivesBatches,
    parts: Sequence[Part],
    journal: Journal,
    *,
    check: Check | None = None,
    workers: int | None = None,
    progress: bool = False,
) -> None:
    """Make all blocks of all parts that the journal lacks.

    What is in the journal afterwards doesn't depend on ``workers``, nor on how often the run was broken off before.

    Parameters
    ----------
    model : Synthesizer
        Fitted.
    parts : sequence of Part
    journal : Journal
    check : callable, optional
        Gives, of the rows of a block, those to keep, and a note on them. It is called where the block is made, and
        what it remembers is lost with that process.
    workers : int, optional
        Processes to make them in; None: one for each core, where there is enough to do for them. On systems other than
        Linux all is made in this process.
    progress : bool
        Show the rows made and the time left.

    Raises
    ------
    SynthgenError
        A block can't be made, or a worker was ended by the system. What is finished stays in the journal.
    """
    names = [part.name for part in parts]
    if len(set(names)) < len(names):
        raise UsageError("Each part needs a name of its own.")
    # A generator would give other rows each time it is asked.
    seeds = {part.name: seed_sequence(part.seed) for part in parts}
    done = journal.done()
    todo = [(part, block) for part in parts for block in range(part.blocks) if (part.name, block) not in done]
    total = sum(part.n for part in parts)
    shown = bar(
        progress=progress, total=total, initial=total - sum(part.rows(block) for part, block in todo), unit=" rows",
        unit_scale=True, desc="sample",
    )  # fmt: skip

    def make(part: Part, block: int) -> int:
        _make(model, part, block, seeds[part.name], journal, check)
        return part.rows(block)

    try:
        n = pool.how_many(workers, len(todo))
        made = pool.each(make, todo, n, journal.let_go) if n > 1 else (make(*task) for task in todo)
        for rows in made:
            shown.update(rows)
    finally:
        shown.close()


def _make(
    model: GivesBatches, part: Part, block: int, seed: np.random.SeedSequence, journal: Journal, check: Check | None
) -> None:
    batches = model.generate_batches(
        part.n, random_state=seed, block=[block], conditions=part.conditions, missing=part.missing
    )
    for batch in batches:
        kept, note = (batch, {}) if check is None else check(batch)
        journal.put(part.name, block, kept, note)
