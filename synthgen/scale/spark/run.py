"""A run in Spark: the stages, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from synthgen.checks import check_words
from synthgen.errors import UsageError
from synthgen.generators import Synthesizer
from synthgen.memory_run import Run, Standing, Words, run_in_memory
from synthgen.planning.classes import shortfall
from synthgen.progress import Stages
from synthgen.randomness import RandomState, seed_sequence
from synthgen.request import describe_request
from synthgen.result import SynthesisResult
from synthgen.scale.comparing import Tally, with_measurements
from synthgen.scale.engine import IN_PIECES, SETTINGS, check_setting
from synthgen.scale.profiling import profile_of_all
from synthgen.scale.sampled import sampled
from synthgen.scale.spark.counting import TableSize, count_rows
from synthgen.scale.spark.executors import check_executors, in_words, parallelism
from synthgen.scale.spark.figures import Made, Reading, count_made, count_real, figures
from synthgen.scale.spark.frames import Given, read_frame
from synthgen.scale.spark.making import Making, parts_of
from synthgen.scale.spark.names import taken_names
from synthgen.scale.spark.result import Seen, SparkResult, check_absent
from synthgen.scale.spark.sampling import Sample, draw_sample
from synthgen.scale.spark.screening import Screen
from synthgen.table import Schema
from synthgen.table.batches import type_of_both
from synthgen.table.column import OPAQUE_KINDS
from synthgen.validation import Gate, Purpose
from synthgen.validation.gate import gate_of
from synthgen.validation.metric import Measurement

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
        size = count_rows(given, target, schema)
        sample = draw_sample(given, size.n_rows, classes=size.by_class, subject=subject, most_rows=most_rows, seed=seed)
    request = describe_request(seed, **asked)
    request["obstacles"].append(IN_PIECES)
    standing = Standing(sample.weights, sample.described(), MOST_MADE)
    with sampled(len(sample), size.n_rows):
        run = run_in_memory(sample.rows, Words.of(asked), random_state, seed, request, stages, standing)
    making, spark_schema = _making(given, sample, run, missing, gate, seed)
    making.check()
    tasks = min(making.n_blocks, partitions or 2 * parallelism(given.session))
    # Coarser rows than the table's, or rows of some sort only, can't be held against all of them.
    whole = purpose == "augment" and not run.wanted.others
    reading = Reading.of(run.comparison, seed) if whole else None
    with in_words():
        making = replace(making, left_out=taken_names(given, making, tasks))
        made = count_made(given, making, tasks, reading)
        found: tuple[tuple[Measurement, ...], Tally] | None = None
        if reading is not None:
            found = figures(reading, count_real(given, reading), made, size.n_rows, run.comparison, seed)
    limits = making.limits(made.kept)
    evidence = _evidence(run, size, sample, making, made, limits, notes, found, gate)
    seen = Seen(sample.keys.take(pa.array(run.train)), subject, _share(holdout, size, run), seed)
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
    least = SETTINGS["spark"]
    check_setting("most_rows", most_rows, least["most_rows"])
    if partitions is not None:
        check_setting("partitions", partitions, least["partitions"])


def _making(
    given: Given, sample: Sample, run: Run, missing: str, gate: Any, seed: np.random.SeedSequence
) -> tuple[Making, StructType]:
    """Gather all that executors need, and the schema of what they make.

    Columns have the types that they came with, but for identifiers in one that has no room for new ones.
    """
    from pyspark.sql.pandas.types import from_arrow_type
    from pyspark.sql.types import StructField, StructType

    names = list(run.result._real.columns)
    alone = sample.alone[run.train], sample.alone[run.result._holdout_rows]
    counts = run.result.provenance.counts
    refused = counts["refused"] / max(1, counts["drawn"])
    parts = parts_of(run.plan, run.wanted, run.learnt, seed, refused)
    arrow, types = [], []
    for name in names:
        kind = type_of_both(given.arrow.field(name).type, run.model.schema_[name])
        own = given.rows.schema[name]
        same = kind == given.arrow.field(name).type
        arrow.append(given.arrow.field(name).with_type(kind))
        types.append(own if same else StructField(name, from_arrow_type(kind), own.nullable))
    opaque = [column.name for column in run.model.schema_.of(*OPAQUE_KINDS)]
    source = run.result._source
    assert source is not None
    fewest = gate_of(gate).fewest_holders
    release = run.result.verdict.purpose is Purpose.RELEASE
    screen = Screen.of(run.comparison, alone, fewest if release else None)
    known = source[opaque].reset_index(drop=True)
    making = Making(run.model, tuple(parts), missing, screen, pa.schema(arrow), known)
    return making, StructType(types)


def _evidence(
    run: Run,
    size: TableSize,
    sample: Sample,
    making: Making,
    made: Made,
    limits: NDArray[np.int64],
    notes: list[str],
    found: tuple[Sequence[Measurement], Tally] | None,
    gate: Any,
) -> SynthesisResult:
    """The evidence of the rows made on the driver, with counts of all rows, and judged again."""
    result = run.result
    origin, report = result.provenance, result.validation
    new, tally = found if found is not None else ((), None)
    delivered, drawn = int(limits.sum()), int(made.drawn.sum())
    refused = drawn - int(made.kept.sum())
    short = shortfall(run.plan, delivered, making.lost(limits), run.learnt)
    numbers = {
        **origin.counts, "real": size.n_rows, "requested": run.plan.total, "drawn": drawn, "refused": refused,
        "accepted": delivered, "delivered": delivered + (size.n_rows if origin.purpose == "augment" else 0),
    }  # fmt: skip
    warned = (*run.notes, *short, *notes)
    origin = replace(origin, counts=numbers, pieces=_pieces(sample, new), warnings=warned)
    if new:
        report = with_measurements(
            report, new, comparison=run.comparison, purpose=report.verdict.purpose, gate=gate, made=tally
        )  # fmt: skip
    profile = profile_of_all(result.profile, size)
    return replace(result, provenance=origin, validation=report, profile=profile)


def _pieces(sample: Sample, new: Sequence[Measurement]) -> dict[str, Any]:
    """What was taken of all rows and what of some, in words."""
    counted = ", ".join(dict.fromkeys(figure.title for figure in new))
    exact = [
        "rows, and those of each class", "copies of rows that were learnt from, among all synthetic rows",
        "identifiers: none is one of a real row",
    ]  # fmt: skip
    return {
        "engine": "spark",
        "rows": len(sample),
        "exact": [*exact, *([f"these figures: {counted}"] if counted else [])],
        "sampled": ["the profile", "the rows that the generator learnt from", "all other figures"],
    }


def _share(holdout: float, size: TableSize, run: Run) -> float:
    """Of the rows that weren't learnt from, the share that makes ``holdout`` of all rows."""
    unseen = max(1, size.n_rows - len(run.train))
    return min(1.0, holdout * size.n_rows / unseen)
