"""People whose rows come into a sample all together, or not at all."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.randomness import child
from synthgen.scale.scan.classes import ClassCodes
from synthgen.scale.scan.hashes import Keys, mixed, number_hashes, row_keys, text_hashes
from synthgen.scale.scan.reading import labels, measure_of, numbers
from synthgen.scale.scan.reservoir import Reservoir

_SHARE, _CLASS = "\0share", "\0class"


def keys_of(batch: pa.RecordBatch, subject: str | None, seed: np.random.SeedSequence, start: int) -> Keys:
    """Give the random key of each row: its person's, or its own where it has none or no column names one."""
    keys = row_keys(seed, start, batch.num_rows)
    if subject is None:
        return keys
    column = batch.column(subject)
    measure = measure_of(column.type)
    if measure == "opaque":
        raise DataError(f"Column {subject!r} can't say whose a row is: it is of type {column.type}.")
    held = pc.invert(column.is_null(nan_is_null=True)).to_numpy(zero_copy_only=False)
    values = column.filter(pa.array(held))
    ordered = measure == "ordered"
    hashes = number_hashes(numbers(values)) if ordered else text_hashes(labels(values).cast(pa.string()))
    word = child(seed, "subjects").generate_state(1, np.uint64)[0]
    keys[held] = mixed(hashes ^ word)
    return keys


def whole_subjects(
    batches: Iterable[pa.RecordBatch], codes: ClassCodes, first: Reservoir, subject: str, seed: np.random.SeedSequence
) -> tuple[pa.Table | None, NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Choose people by class and read all their rows: the second pass.

    A person is chosen if in any class one of their rows is; how likely that is follows from the class with the most
    room. If the rows of all these don't fit, the same share of each is left out.

    Parameters
    ----------
    first : Reservoir
        Of the first pass: the rows chosen in each class, by the keys of people.

    Returns
    -------
    (table, rows, likely, classes)
        ``likely`` says how likely each row was, but for a factor that all share.
    """
    _, _, classes, keys = first.taken()
    room = np.minimum((first.limits().astype(np.float64) + 1) / 2.0**64, 1.0)
    people, place = np.unique(keys, return_inverse=True)
    shares = np.zeros(len(people))
    np.maximum.at(shares, place, room[classes])
    chosen, start = Reservoir(first.most_rows, whole=True), 0
    for batch in batches:
        keys = keys_of(batch, subject, seed, start)
        at = np.minimum(np.searchsorted(people, keys), len(people) - 1)
        mine = np.flatnonzero(people[at] == keys)
        share = shares[at[mine]]
        more = [pa.array(share), pa.array(codes.of(batch, count=False)[mine])]
        held = pa.RecordBatch.from_arrays(
            [*batch.take(pa.array(mine)).columns, *more], names=[*batch.schema.names, _SHARE, _CLASS]
        )
        priority = np.minimum(keys[mine] / share, 2.0**64 - 2048).astype(np.uint64)
        chosen.add(held, start + mine, priority, np.zeros(len(mine), np.int64))
        start += batch.num_rows
    table, rows, _, _ = chosen.taken()
    if table is None:
        return None, rows, np.empty(0), rows
    likely, of = (table.column(name).to_numpy() for name in (_SHARE, _CLASS))
    return table.drop_columns([_SHARE, _CLASS]), rows, likely, of
