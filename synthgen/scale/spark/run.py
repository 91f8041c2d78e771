"""A run in Spark: the stages, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.checks import check_words
from synthgen.errors import UsageError
from synthgen.generators import Synthesizer
from synthgen.memory_run import Run, Standing, Words, run_in_memory
from synthgen.progress import Stages
from synthgen.randomness import RandomState, seed_sequence
from synthgen.request import describe_request
from synthgen.scale.spark.counting import Counts, count_rows
from synthgen.scale.spark.executors import check_executors, in_words, parallelism
from synthgen.scale.spark.frames import Given, read_frame
from synthgen.scale.spark.making import Making, numbers_in, parts_of
from synthgen.scale.spark.result import Seen, SparkResult, check_absent
from synthgen.scale.spark.sampling import Sample, draw_sample
from synthgen.scale.spark.screening import Screen
from synthgen.table import Schema
from synthgen.validation import Gate

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

MOST_MADE = 50_000
"""Rows made on the driver first, to judge the generator by."""


def synthesize(
    data: Any,
    *,
    target: str | None = None,
    purpose: str = "augment",
    generator: str | Synthesizer = "auto",
    generator_options: Mapping[str, Any] | None = None,
    sampling_strategy: str | float | Mapping[Any, int] = "auto",
    n_samples: int | None = None,
    conditions: Mapping[str, Any] | None = None,
    schema: Schema | None = None,
    constraints: Any = (),
    sensitive_features: list[str] | None = None,
    subject: str | None = None,
    missing: str = "keep",
    holdout: float = 0.2,
    validation: str = "standard",
    gate: str | Gate | None = "default",
    out: str | Path | None = None,
    most_rows: int = 200_000,
    partitions: int | None = None,
    random_state: RandomState = None,
    progress: bool = True,
) -> SparkResult:
    """Profile a table in Spark, make synthetic rows on its executors, and hand back a table in Spark.

    Rows are counted by Spark. A sample of at most about ``most_rows``, chosen by what rows hold and so the same however
    the table is divided, comes to the driver: a generator is chosen, fitted and judged there as
    :func:`synthgen.synthesize` does it. Its rows are then made by the executors, in blocks that don't depend on which
    executor makes them: the same ``random_state`` gives the same rows, with any number of partitions, and where an
    executor is lost half-way.

    Parameters
    ----------
    data : pyspark.sql.DataFrame
        Read several times, so persist it if it is costly to make. Columns of numbers, text, dates and times.
    target, purpose, generator, generator_options, sampling_strategy, n_samples, conditions, schema, constraints
        As for :func:`synthgen.synthesize`. Rows that a class lacks are counted on the whole table.
    sensitive_features, subject, missing, holdout, validation, gate
        As there. ``holdout`` is a share of the sample.
    out : path, optional
        Where Spark writes the table, if the gate lets it through: see :meth:`SparkResult.write`. Nothing may be there.
    most_rows : int
        Rows of the sample. Of rare classes all rows are taken, as long as they fit.
    partitions : int, optional
        Tasks that make rows; two for each that can run at once if not given. The rows don't depend on it.
    random_state : int, Generator or None
        The same one gives the same rows on the same versions.
    progress : bool
        Show a progress bar on stderr.

    Returns
    -------
    SparkResult

    Raises
    ------
    MissingExtraError
        PySpark isn't installed.
    DataError, UsageError, ConditionError, FileError
        Before any row is made; the message says what was wrong, and in which column.

    Examples
    --------
    >>> import synthgen as sg
    >>> result = sg.spark.synthesize(spark_df, target="Class", random_state=0)  # doctest: +SKIP
    >>> result.data.write.parquet("balanced")  # doctest: +SKIP
    """
    stages = Stages(progress)
    check_words(purpose, generator, generator_options, gate, validation, missing)
    seed = seed_sequence(random_state)
    asked: dict[str, Any] = {
        "target": target, "purpose": purpose, "generator": generator, "generator_options": generator_options,
        "sampling_strategy": sampling_strategy, "n_samples": n_samples, "conditions": conditions, "schema": schema,
        "sensitive_features": sensitive_features, "fairness": None, "subject": subject, "holdout": holdout,
        "validation": validation, "gate": gate, "constraints": constraints, "missing": missing,
    }  # fmt: skip
    _check(generator, validation, most_rows, partitions, conditions)
    given = read_frame(data)
    given.check_named(target=target, subject=subject)
    if out is not None:
        check_absent(given, out)
    notes = check_executors(given.session)
    with in_words():
        counts = count_rows(given, target, schema)
        sample = draw_sample(
            given, counts.n_rows, classes=counts.classes, subject=subject, most_rows=most_rows, seed=seed
        )
    standing = Standing(sample.weights, sample.described(), MOST_MADE)
    run = run_in_memory(
        sample.rows, Words.of(asked), random_state, seed, describe_request(seed, **asked), stages, standing
    )
    making, spark_schema = _making(given, sample, run, missing, seed)
    tasks = min(making.n_blocks, partitions or 2 * parallelism(given.session))
    with in_words():
        made = _count_made(given, making, tasks)
    limits = making.limits(made.kept)
    evidence = _evidence(run, counts, sample, made, limits, notes)
    seen = Seen(sample.keys.take(pa.array(run.train)), subject, _share(holdout, counts, run), seed)
    result = SparkResult(evidence, given, making, limits, spark_schema, tasks, seen)
    stages.close()
    if out is not None and not result.withheld:
        result.write(out)
    return result


def _check(generator: Any, validation: str, most_rows: int, partitions: int | None, conditions: Any) -> None:
    """Refuse what can't be had in Spark, and numbers that are none."""
    if generator == "dp_marginals" or getattr(generator, "learns_only_by_measuring", False):
        raise UsageError(
            "dp_marginals can't be used in Spark: its guarantee is for the table that it measures, and here that would "
            "be a sample. Give sg.synthesize the table, or a part of it, in memory."
        )
    if validation == "none":
        raise UsageError('validation="none" is for a differentially private generator, which can\'t be used in Spark.')
    if conditions is not None and not isinstance(conditions, Mapping):
        raise UsageError("conditions must be a mapping, {column: condition}; a table of partial rows is for memory.")
    for name, value, least in (("most_rows", most_rows, 1_000), ("partitions", partitions, 1)):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise UsageError(f"{name} must be a whole number of at least {least:,}; got {value!r}.")


def _making(
    given: Given, sample: Sample, run: Run, missing: str, seed: np.random.SeedSequence
) -> tuple[Making, StructType]:
    """Gather all that executors need, and the schema of what they make: columns have the types they came with."""
    from pyspark.sql.types import StructType

    names = list(run.result._real.columns)
    alone = sample.alone[run.train], sample.alone[run.result._holdout_rows]
    counts = run.result.provenance.counts
    refused = counts["refused"] / max(1, counts["drawn"])
    parts = parts_of(run.plan, run.wanted, run.learnt, seed, refused)
    arrow = pa.schema([given.arrow.field(name) for name in names])
    making = Making(run.model, tuple(parts), missing, Screen.of(run.comparison, alone), arrow)
    return making, StructType([given.rows.schema[name] for name in names])


@dataclass(frozen=True)
class _Made:
    """How many rows each block has, before and after copies were refused."""

    drawn: NDArray[np.int64]
    kept: NDArray[np.int64]


def _count_made(given: Given, making: Making, tasks: int) -> _Made:
    """Make all rows once, and count those that are kept."""

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for number in numbers_in(batches):
            block = making.block(number)
            row = [pa.array([value], pa.int64()) for value in (number, block.drawn, block.kept.num_rows)]
            yield pa.RecordBatch.from_arrays(row, names=["block", "drawn", "kept"])

    numbers = given.session.range(0, making.n_blocks, 1, tasks)
    found = numbers.mapInArrow(count, "block long, drawn long, kept long").toArrow().sort_by("block")
    return _Made(found["drawn"].to_numpy(), found["kept"].to_numpy())


def _evidence(
    run: Run, counts: Counts, sample: Sample, made: _Made, limits: NDArray[np.int64], notes: list[str]
) -> Any:
    """The evidence of the rows made on the driver, with counts of all rows."""
    result, asked = run.result, run.plan.total
    delivered = int(limits.sum())
    short = [f"{asked - delivered:,} rows fewer than asked for: too many were refused"] if delivered < asked else []
    origin = result.provenance
    numbers = {
        **origin.counts, "real": counts.n_rows, "requested": asked, "drawn": int(made.drawn.sum()),
        "refused": int((made.drawn - made.kept).sum()), "accepted": delivered,
        "delivered": delivered + (counts.n_rows if origin.purpose == "augment" else 0),
    }  # fmt: skip
    pieces = {
        "engine": "spark",
        "rows": len(sample),
        "exact": [
            "rows, and those of each class",
            "copies of the rows that were learnt from, among all synthetic rows",
        ],
        "sampled": ["the profile", "the generator's rows to learn from", "all other figures"],
    }
    warned = tuple(words for words in origin.warnings if "fewer than asked for" not in words)
    origin = replace(origin, counts=numbers, pieces=pieces, warnings=(*warned, *short, *notes))
    return replace(result, provenance=origin)


def _share(holdout: float, counts: Counts, run: Run) -> float:
    """Of the rows that weren't learnt from, the share that makes ``holdout`` of all rows."""
    unseen = max(1, counts.n_rows - len(run.train))
    return min(1.0, holdout * counts.n_rows / unseen)
