"""The pass over all rows that everything else builds on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.errors import DataError, UsageError
from synthgen.progress import bar
from synthgen.randomness import RandomState, child, seed_sequence
from synthgen.scale.scan.classes import MOST_CLASSES, ClassCodes
from synthgen.scale.scan.facts import Scan
from synthgen.scale.scan.reading import measure_of
from synthgen.scale.scan.reservoir import Reservoir
from synthgen.scale.scan.subjects import keys_of, whole_subjects
from synthgen.scale.scan.tally import ColumnTally
from synthgen.scale.scan.words import said
from synthgen.scale.source import Source, frame_of

MOST_ROWS = 200_000
"""Rows of the sample, if nobody says otherwise."""


def scan(
    source: Source,
    *,
    target: str | None = None,
    subject: str | None = None,
    most_rows: int = MOST_ROWS,
    random_state: RandomState = None,
    progress: bool = False,
) -> Scan:
    """Read all rows once: what they say, and a bounded sample of them.

    Counts, missing cells, extremes, means and standard deviations are exact. So are the labels of columns with few of
    them, and the quantiles that follow; others come from a sketch whose error is stated. A second pass is made only
    where people are to come in whole and by class, and for a target that turns out late to be no matter of classes.

    Parameters
    ----------
    source : Source
        See :func:`~synthgen.scale.source.open_source`.
    target : str, optional
        Rows are sampled by its labels: each gets the same room, and what a rare one can't fill goes to the others.
    subject : str, optional
        The column that says whose a row is: all rows of a person come in or none.
    most_rows : int, default 200_000
        Rows of the sample, at most.
    random_state : int, Generator, SeedSequence or None
        The same gives the same rows, whatever the batches and files they come in.
    progress : bool, default False
        Show rows and the time left on stderr.

    Returns
    -------
    Scan

    Raises
    ------
    DataError
        There is no row; or one person has more than ``most_rows`` rows.
    UsageError
        There is no such column.
    FileError
        The source can't be read to its end.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgen.scale.source import open_source
    >>> found = scan(open_source(pd.DataFrame({"x": range(1000), "rare": [True] + 999 * [False]})), target="rare",
    ...              most_rows=100, random_state=7)
    >>> found
    Scan(1,000 rows × 2 columns; 100 rows sampled)
    >>> found.facts["x"].mean, found.classes[True], int(found.sample["rare"].sum())
    (499.5, 1, 1)
    """
    if isinstance(most_rows, bool) or not isinstance(most_rows, (int, np.integer)) or most_rows < 1:
        raise UsageError(f"most_rows must be a whole number of at least 1; got {most_rows!r}.")
    seed = child(seed_sequence(random_state), "scan")
    for column in (target, subject):
        if column is not None and column not in source.arrow.names:
            raise UsageError(
                f"{source.name} has no column {column!r}. Its columns are {', '.join(map(repr, source.arrow.names))}."
            )
    if target is not None and measure_of(source.arrow.field(target).type) == "opaque":
        raise DataError(f"Column {target!r} can't be a target: it is of type {source.arrow.field(target).type}.")
    for field in source.arrow:
        _check_taken(field)
    codes = ClassCodes(target, most=min(MOST_CLASSES, int(most_rows)))
    reservoir = Reservoir(int(most_rows), whole=subject is not None)
    tallies = [ColumnTally(field.name, field.type) for field in source.arrow]
    n_rows = _first_pass(source, tallies, codes, reservoir, subject, seed, progress=progress)
    facts = {tally.name: tally.facts() for tally in tallies}
    table, rows, weights = _sampled(source, codes, reservoir, subject, seed, progress=progress)
    gaps = [name for name, fact in facts.items() if fact.missing]
    sample = frame_of(table.to_batches(), source.arrow, missing=gaps)
    exact, sampled = said(n_rows, facts, codes, len(rows), subject)
    return Scan(source, n_rows, facts, codes.rows(), sample, rows, weights, (*exact, *source.notes), sampled)


def _check_taken(field: pa.Field) -> None:
    try:
        pa.nulls(0, field.type).take(pa.array([], pa.int64()))
    except pa.ArrowException:
        raise DataError(
            f"Column {field.name!r} is of type {field.type}, of which Arrow can't take single rows. Write it as "
            "another type, or drop it."
        ) from None


def watched(source: Source, words: str, *, progress: bool) -> Iterator[pa.RecordBatch]:
    """Read all rows, with a bar that shows how many and, where their number is known, the time left."""
    shown = bar(progress=progress, total=source.n_rows, desc=words, unit=" rows", unit_scale=True)
    try:
        for batch in source.batches():
            yield batch
            shown.update(batch.num_rows)
    finally:
        shown.close()


def _first_pass(
    source: Source,
    tallies: list[ColumnTally],
    codes: ClassCodes,
    reservoir: Reservoir,
    subject: str | None,
    seed: np.random.SeedSequence,
    *,
    progress: bool,
) -> int:
    # Where whole people are chosen by class, only their keys matter before all rows were seen.
    keys_only = codes.by_class and subject is not None
    start = 0
    for batch in watched(source, "scan", progress=progress):
        for tally, column in zip(tallies, batch.columns, strict=True):
            tally.add(column)
        rows, classes = np.arange(start, start + batch.num_rows), codes.of(batch)
        keys = keys_of(batch, subject, seed, start)
        start += batch.num_rows
        if codes.too_many and len(reservoir.counts) > 1 and not reservoir.dropped:
            reservoir.in_one_class()
        reservoir.add(pa.record_batch({"row": rows}) if keys_only else batch, rows, keys, classes)
    if not start:
        raise DataError(f"{source.name} has no rows. Give a table with at least one row.")
    return start


def _sampled(
    source: Source,
    codes: ClassCodes,
    reservoir: Reservoir,
    subject: str | None,
    seed: np.random.SeedSequence,
    *,
    progress: bool,
) -> tuple[pa.Table, NDArray[np.int64], NDArray[np.float64]]:
    """Give the rows of the sample; by a second pass where the first couldn't hold them."""
    again = watched(source, "sample", progress=progress)
    if subject is not None and codes.by_class:
        table, rows, likely, classes = whole_subjects(again, codes, reservoir, subject, seed)
        weights, counts = 1 / likely, codes.counts()
    else:
        if codes.too_many and (subject is not None or len(reservoir.counts) > 1):
            reservoir = _evenly(again, reservoir, subject, seed)
        table, rows, classes, _ = reservoir.taken()
        weights, counts = np.ones(len(rows)), np.array(reservoir.counts, np.int64)
    if table is None:
        raise DataError(
            f"A value of {subject!r} in {source.name} has more than {reservoir.most_rows:,} rows, so no whole group of "
            "them fits in a sample. Raise most_rows, or check that the column says whose a row is."
        )
    held = np.bincount(classes, weights, minlength=len(counts))
    weights = weights * (counts / np.where(held, held, 1.0))[classes]
    if counts[held == 0].any():
        # A small class of which no one fitted is stood for by the others.
        weights = weights * (counts.sum() / weights.sum())
    return table, rows, weights


def _evenly(
    batches: Iterator[pa.RecordBatch], first: Reservoir, subject: str | None, seed: np.random.SeedSequence
) -> Reservoir:
    reservoir, start = Reservoir(first.most_rows, whole=subject is not None), 0
    for batch in batches:
        rows = np.arange(start, start + batch.num_rows)
        reservoir.add(batch, rows, keys_of(batch, subject, seed, start), np.zeros(len(rows), np.int64))
        start += batch.num_rows
    return reservoir
