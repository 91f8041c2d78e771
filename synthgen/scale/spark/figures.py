"""Real and synthetic rows counted by the executors, and the figures of fidelity that follow for all rows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.generators.sampling import BLOCK
from synthgen.randomness import child, stream
from synthgen.scale.comparing import RealRows, Tally
from synthgen.scale.comparing.counts import Counts, Plan
from synthgen.scale.comparing.figures import fidelity
from synthgen.scale.comparing.grid import Grid
from synthgen.scale.comparing.keys import Alone, Copies
from synthgen.scale.comparing.real_rows import SEEN, UNSEEN, clipped
from synthgen.scale.comparing.totals import Totals
from synthgen.scale.spark.frames import CHANGED, Given
from synthgen.scale.spark.making import Making, numbers_in
from synthgen.table import Schema
from synthgen.table.column import LABEL_KINDS, OPAQUE_KINDS
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas
from synthgen.validation import Comparison
from synthgen.validation.metric import Measurement
from synthgen.validation.privacy.meeting import Rounding
from synthgen.validation.privacy.pool import hashed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_SENT = 16
"""Sums of so many tasks at most come to the driver; those of more are added up on the way."""

SUMS = "sums binary"


@dataclass(frozen=True)
class Reading:
    """How rows are read and counted, the same on the driver and on every executor.

    Attributes
    ----------
    schema : Schema
        Of the columns that are compared.
    plan : Plan
        What is counted of real rows.
    """

    schema: Schema
    plan: Plan

    @classmethod
    def of(cls, comparison: Comparison, seed: np.random.SeedSequence) -> Reading:
        """Choose bins by the rows that were compared on the driver."""
        names = [item.name for item in comparison.schema.of(*OPAQUE_KINDS)]
        schema = comparison.schema.without(*names)
        real = pd.concat([comparison.train, comparison.holdout], ignore_index=True)
        grid = Grid.fit(real, comparison.synthetic, schema)
        return cls(schema, Plan.of(grid, 2, stream(seed, "pairs")))

    @property
    def made(self) -> Plan:
        """What is counted of synthetic rows."""
        return replace(self.plan, sides=1)

    def code(self, table: pa.Table) -> pd.DataFrame:
        """Coded rows; labels that the schema doesn't list have one code, whatever partition they are in."""
        coded = encode(to_pandas(table)[0], self.schema, unseen="extend")
        return clipped(coded, {item.name: len(item.categories or ()) for item in self.schema.of(*LABEL_KINDS)})

    def count_real(self, coded: pd.DataFrame, counts: Counts, side: int) -> None:
        """Count real rows; the part that a row is in hangs on what it holds, since rows have no numbers in Spark."""
        grid = self.plan.grid
        numbers = hashed(coded[grid.names]).view(np.int64)
        counts.add(grid.codes(coded), self.plan.groups(numbers, grid.classes_of(coded), np.full(len(coded), side)))

    def count_made(self, coded: pd.DataFrame, counts: Counts, block: int) -> None:
        """Count synthetic rows of one block."""
        grid, plan = self.plan.grid, self.made
        numbers = block * BLOCK + np.arange(len(coded), dtype=np.int64)
        counts.add(grid.codes(coded), plan.groups(numbers, grid.classes_of(coded)))


@dataclass(frozen=True)
class Made:
    """What executors counted of synthetic rows.

    Attributes
    ----------
    drawn, kept : array of int, shape (n_blocks,)
        Rows of each block before and after copies were refused.
    counts : Counts or None
        Of the rows that were kept.
    """

    drawn: NDArray[np.int64]
    kept: NDArray[np.int64]
    counts: Counts | None


def count_made(given: Given, making: Making, tasks: int, reading: Reading | None) -> Made:
    """Make all rows once, and count them.

    Parameters
    ----------
    given : Given
    making : Making
    tasks : int
    reading : Reading or None
        None: only how many there are.
    """

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        counts = None if reading is None else Counts.empty(reading.made)
        for number in numbers_in(batches):
            block = making.block(number)
            if reading is not None and counts is not None:
                reading.count_made(block.coded, counts, number)
            yield _line(number, block.drawn, block.kept.num_rows, b"")
        if counts is not None:
            yield _line(-1, 0, 0, packed(counts))

    numbers = given.session.range(0, making.n_blocks, 1, tasks)
    found = numbers.mapInArrow(count, f"block long, drawn long, kept long, {SUMS}").toArrow().sort_by("block")
    blocks = found.filter(pc.greater_equal(found["block"], 0))
    counts = None if reading is None else added(found["sums"].to_pylist(), reading.made)
    return Made(blocks["drawn"].to_numpy(), blocks["kept"].to_numpy(), counts)


def count_real(given: Given, reading: Reading) -> Counts:
    """Count all real rows, as if the model had seen none."""
    plan = reading.plan

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        counts = Counts.empty(plan)
        for batch in batches:
            if batch.num_rows:
                reading.count_real(reading.code(pa.Table.from_batches([batch])), counts, UNSEEN)
        yield pa.RecordBatch.from_arrays([pa.array([packed(counts)], pa.binary())], names=["sums"])

    def add(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        counts = added((sums for batch in batches for sums in batch.column(0).to_pylist()), plan)
        yield pa.RecordBatch.from_arrays([pa.array([packed(counts)], pa.binary())], names=["sums"])

    sums = given.in_arrow(reading.schema.names, count, SUMS)
    if _partitions(given.rows) > MOST_SENT:
        sums = sums.repartition(MOST_SENT).mapInArrow(add, SUMS)
    return added(sums.toArrow()["sums"].to_pylist(), plan)


def figures(
    reading: Reading, real: Counts, made: Made, n_rows: int, comparison: Comparison, seed: np.random.SeedSequence
) -> tuple[tuple[Measurement, ...], Tally]:
    """Fidelity over all rows: of the real ones, those that the model saw are told from the others on the driver.

    Raises
    ------
    DataError
        There are more rows or fewer than before, or rows that the model saw aren't there.
    """
    assert made.counts is not None
    for side, sign in ((SEEN, 1), (UNSEEN, -1)):
        seen = Counts.empty(reading.plan)
        reading.count_real(comparison.train, seen, side)
        real.merge(_times(seen, sign))
    if real.rows().sum() != n_rows or (real.bins < 0).any():
        raise DataError(CHANGED)
    # Copies were refused block by block: here none is looked for.
    copies = Copies(Rounding((), {}), {}, Alone(Path(), 0), Alone(Path(), 0))
    rows = RealRows(reading.schema, reading.plan.grid, real, copies, None, None, n_rows, 1.0, child(seed, "figures"))
    tally = Tally(rows)
    tally.counts.merge(made.counts)
    tally.rows, tally.kept = int(made.drawn.sum()), int(made.kept.sum())
    return tuple(fidelity(Totals(rows, tally))), tally


def packed(counts: Counts) -> bytes:
    """Sums as bytes, small where most are none."""
    keys = list(counts.patterns)
    patterns = np.stack([counts.patterns[key] for key in keys]) if keys else np.zeros((0, counts.plan.n_groups))
    with io.BytesIO() as out:
        np.savez_compressed(
            out, bins=counts.bins, cells=counts.cells, ranks=counts.ranks, keys=np.array(keys, dtype=np.uint64),
            patterns=patterns.astype(np.int64), crowded=np.array(counts.crowded),
        )  # fmt: skip
        return out.getvalue()


def unpacked(sums: bytes, plan: Plan) -> Counts:
    """Inverse of :func:`packed`."""
    with np.load(io.BytesIO(sums), allow_pickle=False) as found:
        patterns = dict(zip(found["keys"].tolist(), found["patterns"], strict=True))
        return Counts(plan, found["bins"], found["cells"], found["ranks"], patterns, bool(found["crowded"]))


def _times(counts: Counts, sign: int) -> Counts:
    patterns = {key: sign * rows for key, rows in counts.patterns.items()}
    return Counts(
        counts.plan, sign * counts.bins, sign * counts.cells, sign * counts.ranks, patterns, counts.crowded
    )  # fmt: skip


def _line(block: int, drawn: int, kept: int, sums: bytes) -> pa.RecordBatch:
    values = [pa.array([number], pa.int64()) for number in (block, drawn, kept)]
    return pa.RecordBatch.from_arrays(
        [*values, pa.array([sums], pa.binary())], names=["block", "drawn", "kept", "sums"]
    )


def _partitions(rows: DataFrame) -> int:
    try:
        return int(rows.rdd.getNumPartitions())
    except Exception:
        # A session without a JVM of its own doesn't say.
        return MOST_SENT + 1


def added(parts: Iterable[bytes], plan: Plan) -> Counts:
    """Add up the sums of several tasks; empty ones are passed over."""
    counts = Counts.empty(plan)
    for part in parts:
        if part:
            counts.merge(unpacked(part, plan))
    return counts
