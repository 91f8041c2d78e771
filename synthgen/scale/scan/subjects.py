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

_BELOW_TOP = 2.0**64 - 2_048
"""The highest number of 64 bits that a float64 holds."""


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
    room. If the rows of all these don't fit, those who are in a class that comes in whole stay, up to half of the
    room, and the same share of the others is left out.

    Parameters
    ----------
    first : Reservoir
        Of the first pass: the rows chosen in each class, by the keys of people.

    Returns
    -------
    (table, rows, likely, classes)
        ``likely`` says how likely each row was to come in.
    """
    _, _, classes, keys = first.taken()
    people, place = np.unique(keys, return_inverse=True)
    shares = np.zeros(len(people))
    np.maximum.at(shares, place, _likely(first.limits())[classes])
    most, start = first.most_rows, 0
    certain, others = Reservoir(most, whole=True), Reservoir(most, whole=True)
    for batch in batches:
        keys = keys_of(batch, subject, seed, start)
        at = np.minimum(np.searchsorted(people, keys), len(people) - 1)
        chosen, share = people[at] == keys, shares[at]
        of = codes.of(batch, count=False)
        for reservoir, which in ((certain, chosen & (share == 1)), (others, chosen & (share < 1))):
            mine = np.flatnonzero(which)
            more = [pa.array(share[mine]), pa.array(of[mine])]
            held = pa.RecordBatch.from_arrays(
                [*batch.take(pa.array(mine)).columns, *more], names=[*batch.schema.names, _SHARE, _CLASS]
            )
            priority = np.minimum(keys[mine] / share[mine], _BELOW_TOP).astype(np.uint64)
            reservoir.add(held, start + mine, priority, np.zeros(len(mine), np.int64))
        start += batch.num_rows
    certain.most_rows = max(most // 2, most - sum(others.counts))
    others.most_rows = most - len(certain.taken()[1])
    return _joined([certain, others])


def _joined(
    reservoirs: list[Reservoir],
) -> tuple[pa.Table | None, NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Put the rows of several reservoirs in the order of the source."""
    tables, rows, likely = [], [], []
    for reservoir in reservoirs:
        table, places, _, _ = reservoir.taken()
        if table is not None:
            tables.append(table)
            rows.append(places)
            likely.append(table.column(_SHARE).to_numpy() * _likely(reservoir.limits())[0])
    if not tables:
        return None, np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64)
    order = np.argsort(np.concatenate(rows))
    together = pa.concat_tables(tables).unify_dictionaries().take(pa.array(order))
    classes = together.column(_CLASS).to_numpy()
    together = together.drop_columns([_SHARE, _CLASS])
    return together, np.concatenate(rows)[order], np.concatenate(likely)[order], classes


def _likely(limits: Keys) -> NDArray[np.float64]:
    """Say how likely a key is to lie below each of these."""
    return np.minimum((limits.astype(np.float64) + 1) / 2.0**64, 1.0)
