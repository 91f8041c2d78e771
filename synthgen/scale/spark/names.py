"""Identifiers of all real rows, looked for among the new ones by a join of their hashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.scale.names import hashes_of, known_names
from synthgen.scale.spark.frames import Given
from synthgen.scale.spark.making import Making, numbers_in
from synthgen.table import Schema
from synthgen.table.encoding import encode
from synthgen.table.frames import to_pandas

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_KEY = ["which", "name"]


def taken_names(given: Given, making: Making, tasks: int) -> dict[int, NDArray[np.int64]]:
    """Find new rows that have an identifier of a real row.

    Parameters
    ----------
    given : Given
    making : Making
    tasks : int

    Returns
    -------
    dict of int to array
        By block, the places of such rows among those that it keeps; empty where no column is of identifiers.
    """
    known = known_names(making.model, given.names)
    if not len(known):
        return {}

    def real(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            coded = encode(to_pandas(pa.Table.from_batches([batch]))[0], known) if batch.num_rows else None
            if coded is not None:
                which, _, names = _names(coded, known)
                yield pa.RecordBatch.from_arrays([pa.array(which), pa.array(names)], names=_KEY)

    def new(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number in numbers_in(batches):
            which, rows, names = _names(making.block(number).coded, known)
            values = [np.full(len(rows), number, dtype=np.int64), rows, which, names]
            yield pa.RecordBatch.from_arrays([pa.array(value) for value in values], names=["block", "place", *_KEY])

    there = given.in_arrow(known.names, real, "which long, name long")
    made: DataFrame = given.session.range(0, making.n_blocks, 1, tasks).mapInArrow(
        new, "block long, place long, which long, name long"
    )
    found = made.join(there.distinct(), _KEY, "left_semi").select("block", "place").distinct().toArrow()
    blocks, places = (found[name].to_numpy() for name in ("block", "place"))
    return {int(block): np.sort(places[blocks == block]) for block in np.unique(blocks)}


def _names(coded: pd.DataFrame, known: Schema) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Number of the column, row and hash of each identifier."""
    parts = [hashes_of(coded[name]) for name in known.names]
    which = np.repeat(np.arange(len(parts)), [len(rows) for rows, _ in parts])
    rows, names = (np.concatenate(values) for values in zip(*parts, strict=True))
    return which, rows, names.view(np.int64)
