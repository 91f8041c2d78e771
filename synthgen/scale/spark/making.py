"""Synthetic rows made on executors, block by block: the same ones whichever executor makes a block, and how often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.generators.identifying import avoiding
from synthgen.generators.places import TablePart
from synthgen.generators.sampling import BLOCK
from synthgen.planning.drawing import asked_by_class
from synthgen.randomness import child
from synthgen.scale.spark.screening import Screen
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas

if TYPE_CHECKING:
    import pandas as pd

    from synthgen.generators import Synthesizer
    from synthgen.planning import Plan, Wanted
    from synthgen.table import Schema

FEWEST_SPARE = 20
SPARE = 0.01
"""Rows that are made beyond those asked for, at least, so that those refused can be made up for."""

MOST_SPARE = 4.0
MARGIN = 1.2

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """Rows of one class, or all rows where there are none.

    Attributes
    ----------
    code : int or None
        The class.
    wanted : int
        Rows to hand out.
    drawn : int
        Rows to make: some more.
    conditions : mapping or None
    seed : SeedSequence
    """

    code: int | None
    wanted: int
    drawn: int
    conditions: Mapping[str, Any] | None
    seed: np.random.SeedSequence

    @property
    def blocks(self) -> int:
        """Blocks that it is made in."""
        return -(-self.drawn // BLOCK)


def parts_of(plan: Plan, wanted: Wanted, schema: Schema, seed: np.random.SeedSequence, refused: float) -> list[Part]:
    """What to make, class by class.

    Parameters
    ----------
    plan : Plan
        Rows of each class, of all that were asked for.
    wanted : Wanted
    schema : Schema
    seed : SeedSequence
    refused : float
        Share of the rows that were refused where some were tried; a fifth more than that are made up for.
    """
    rate = min(MOST_SPARE, MARGIN * refused / max(1e-9, 1 - refused))

    def part(code: int | None, n: int, conditions: Mapping[str, Any] | None) -> Part:
        spare = max(FEWEST_SPARE, int(np.ceil(n * (SPARE + rate))))
        names = () if code is None else (code,)
        return Part(code, n, n + spare, conditions, child(seed, "pieces", *names))

    return [part(*asked) for asked in asked_by_class(plan, wanted, schema)]


@dataclass(frozen=True)
class Block:
    """One block, screened.

    Attributes
    ----------
    kept : pyarrow.Table
    coded : pandas.DataFrame
        The same rows, coded.
    drawn : int
        Rows before those that were refused were left out.
    """

    kept: pa.Table
    coded: pd.DataFrame
    drawn: int


@dataclass(frozen=True)
class Making:
    """All that an executor needs to make a block.

    Attributes
    ----------
    model : Synthesizer
        Fitted.
    parts : tuple of Part
    missing : str
    screen : Screen
    arrow : pyarrow.Schema
        Of the rows, as Spark holds them.
    known : pandas.DataFrame
        Real identifiers and texts of the sample, which no row is to have.
    left_out : mapping of int to array
        By block, places of rows that are left out of those that it keeps: they have identifiers of other real rows.
    """

    model: Synthesizer
    parts: tuple[Part, ...]
    missing: str
    screen: Screen
    arrow: pa.Schema
    known: pd.DataFrame
    left_out: Mapping[int, Places] = field(default_factory=dict)

    @cached_property
    def starts(self) -> Places:
        """Number of each part's first block, and of all blocks."""
        return np.cumsum([0, *(part.blocks for part in self.parts)])

    @property
    def n_blocks(self) -> int:
        """Blocks of all parts."""
        return int(self.starts[-1])

    def check(self) -> None:
        """Refuse on the driver what no executor could make, such as rows that keep a rule about all rows together."""
        for place, part in enumerate(self.parts):
            self._batches(place, [0, part.blocks - 1])

    def block(self, number: int) -> Block:
        """Make one block."""
        place = int(np.searchsorted(self.starts, number, side="right")) - 1
        with avoiding(self.model, self.known):
            made = pa.Table.from_batches(list(self._batches(place, [number - int(self.starts[place])])))
        made = made.select(self.arrow.names)
        coded = encode(to_pandas(made)[0], self.screen.schema)
        keep = self.screen.keep(coded)
        keep[np.flatnonzero(keep)[self.left_out.get(number, [])]] = False
        kept = _cast(made.filter(pa.array(keep)), self.arrow)
        return Block(kept, coded[keep].reset_index(drop=True), made.num_rows)

    def _batches(self, place: int, numbers: list[int]) -> Iterator[pa.RecordBatch]:
        part = self.parts[place]
        return self.model.generate_batches(
            part.drawn, random_state=part.seed, block=numbers, conditions=part.conditions, missing=self.missing,
            part=TablePart([part.drawn for part in self.parts], place, self.parts[0].seed),
        )  # fmt: skip

    def rows(self, numbers: Iterable[int], limits: Places) -> Iterator[pa.RecordBatch]:
        """Rows of some blocks: the first ``limits[number]`` of each."""
        for number in numbers:
            if limits[number]:
                yield from self.block(number).kept.slice(0, int(limits[number])).combine_chunks().to_batches()

    def limits(self, kept: Places) -> Places:
        """How many rows each block hands out, given how many it kept: the first ones of each part, in order."""
        out = np.zeros(self.n_blocks, dtype=np.int64)
        for part, start, end in zip(self.parts, self.starts[:-1], self.starts[1:], strict=True):
            before = np.cumsum(kept[start:end]) - kept[start:end]
            out[start:end] = np.clip(part.wanted - before, 0, kept[start:end])
        return out

    def lost(self, limits: Places) -> list[float]:
        """Classes of which no row is handed out."""
        rows = np.add.reduceat(limits, self.starts[:-1])
        return [
            float(part.code)
            for part, n in zip(self.parts, rows, strict=True)
            if part.code is not None and part.wanted and not n
        ]


def numbers_in(batches: Iterable[pa.RecordBatch]) -> Iterator[int]:
    """Numbers of blocks that a partition has."""
    for batch in batches:
        yield from batch.column(0).to_pylist()


def _cast(table: pa.Table, arrow: pa.Schema) -> pa.Table:
    """Give columns the very types that Spark declares for them."""
    columns = []
    for known in arrow:
        try:
            columns.append(table[known.name].cast(known.type))
        except pa.ArrowInvalid as error:
            # Its text would show a value.
            raise DataError(
                f"Column {known.name!r} has the type {known.type}, which has no room for the new values: more "
                "identifiers are longer ones. Cast it to a wider type (bigint, or a string) first."
            ) from error
    return pa.table(columns, schema=arrow)
