"""Blocks of rows made where they are cheapest: in this process, or in several that were forked off it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa

from synthgen.errors import UsageError
from synthgen.generators.base import Synthesizer
from synthgen.generators.places import TablePart
from synthgen.generators.sampling import BLOCK, plan_table
from synthgen.progress import bar
from synthgen.randomness import RandomState, seed_sequence
from synthgen.scale.writing import workers as pool
from synthgen.scale.writing.journal import Journal

Check: TypeAlias = Callable[[pa.RecordBatch], tuple[pa.RecordBatch, Mapping[str, Any]]]
"""Looks at the rows of a block: gives those to keep, and a note of JSON values on them."""


class GivesBatches(Protocol):
    """A model that gives its rows block by block, as a generator does."""

    def generate_batches(
        self,
        n_samples: int,
        *,
        random_state: RandomState = None,
        block: Iterable[int] | None = None,
        conditions: Mapping[str, Any] | None = None,
        missing: str = "keep",
        part: TablePart | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Give the blocks that are asked for."""


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
    place : TablePart, optional
        Which part of a table they are, so that no two parts have an identifier in common. None: the one that it is
        among those that it is made with.
    """

    name: str
    n: int
    conditions: Mapping[str, Any] | None
    seed: RandomState
    missing: str = "keep"
    place: TablePart | None = None

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
    pool.how_many(workers, 1)
    tasks = _tasks(model, parts, journal.done())
    total, left = sum(part.n for part in parts), sum(task.rows for task in tasks)
    shown = bar(progress=progress, total=total, initial=total - left, unit=" rows", unit_scale=True, desc="sample")

    def make(task: _Task) -> int:
        for block, batch in task.batches(model):
            kept, note = (batch, {}) if check is None else check(batch)
            journal.put(task.part.name, block, kept, note)
        return task.rows

    try:
        # What a first block brings about, compiled code, say, is then there for all workers.
        for task in tasks[:1]:
            shown.update(make(task))
        n = pool.how_many(workers, len(tasks) - 1)
        for rows in pool.each(make, tasks[1:], n, journal.let_go) if n > 1 else map(make, tasks[1:]):
            shown.update(rows)
    finally:
        shown.close()


@dataclass(frozen=True)
class _Task:
    """Blocks of a part that are made at once: one, or all where a rule is about all rows together."""

    part: Part
    seed: np.random.SeedSequence
    place: TablePart | None
    blocks: tuple[int, ...]
    whole: bool

    @property
    def rows(self) -> int:
        return sum(self.part.rows(block) for block in self.blocks)

    def batches(self, model: GivesBatches) -> Iterator[tuple[int, pa.RecordBatch]]:
        made = model.generate_batches(
            self.part.n, random_state=self.seed, block=None if self.whole else self.blocks,
            conditions=self.part.conditions, missing=self.part.missing, part=self.place,
        )  # fmt: skip
        numbers = range(self.part.blocks) if self.whole else self.blocks
        for block, batch in zip(numbers, made, strict=True):
            if block in self.blocks:
                yield block, batch


def _tasks(model: GivesBatches, parts: Sequence[Part], done: Container[tuple[str, int]]) -> list[_Task]:
    if len({part.name for part in parts}) < len(parts):
        raise UsageError("Each part needs a name of its own.")
    # A generator would give other rows each time it is asked.
    seeds = [seed_sequence(part.seed) for part in parts]
    sizes = [part.n for part in parts]
    tasks = []
    for number, (part, seed) in enumerate(zip(parts, seeds, strict=True)):
        place = part.place or (TablePart(sizes, number, seeds[0]) if len(parts) > 1 else None)
        blocks = tuple(block for block in range(part.blocks) if (part.name, block) not in done)
        if blocks and _together(model, part, seed, place):
            tasks.append(_Task(part, seed, place, blocks, True))
        else:
            tasks += [_Task(part, seed, place, (block,), False) for block in blocks]
    return tasks


def _together(model: GivesBatches, part: Part, seed: np.random.SeedSequence, place: TablePart | None) -> bool:
    """Whether a rule is about all rows of a part together, so that its blocks can't be made one without the others."""
    if part.blocks < 2 or not isinstance(model, Synthesizer):
        return False
    return bool(plan_table(model, part.n, part.conditions, part.missing, False, seed, place).together)
