"""A run on a table bigger than memory: a sample is learnt from and judged by, all other rows go by in pieces."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.errors import DataError, UsageError
from synthgen.generators.identifying import avoiding
from synthgen.memory_run import Run, Standing, Words, run_in_memory
from synthgen.planning.drawing import asked_by_class
from synthgen.progress import Stages
from synthgen.provenance import versions_now
from synthgen.randomness import RandomState, child, stream
from synthgen.scale.checking import Checking
from synthgen.scale.comparing import RealRows, Tally, measurements, with_measurements
from synthgen.scale.merging import merged_batches, merged_schema
from synthgen.scale.names import RealNames
from synthgen.scale.pieces import Pieces
from synthgen.scale.result import PiecesResult, pieces_result
from synthgen.scale.sampled import sampled
from synthgen.scale.scan import MOST_ROWS, Scan, scan
from synthgen.scale.source import open_source
from synthgen.scale.writing import Journal, Part, check_out, make_blocks, write_batches
from synthgen.table.sources import shown
from synthgen.validation import Gate, Outcome, Purpose
from synthgen.validation.gate import gate_of

_MORE_STAGES = 5
"""Scan, compare, generate, judge, write: around those of a run in memory."""

MOST_MADE = 20_000
"""Rows of the trial that is judged before all others are made."""

FEWEST_SPARE = 20
MOST_SPARE = 20


@dataclass(frozen=True)
class _Pieces:
    """What the steps of a run in pieces share."""

    run: Run
    found: Scan
    words: Words
    seed: np.random.SeedSequence
    stages: Stages
    workers: int | None
    goes_on: bool

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.words.purpose)

    @property
    def gate(self) -> Gate:
        return gate_of(self.words.gate)


def run_in_pieces(
    data: Any,
    words: Words,
    random_state: RandomState,
    seed: np.random.SeedSequence,
    asked: Mapping[str, Any],
    stages: Stages,
    out: str | Path,
    *,
    most_rows: int = MOST_ROWS,
    workers: int | None = None,
) -> PiecesResult:
    """Profile a table, make rows, check them and write both, without ever holding all of them.

    The sample goes through a run as any table does, up to the verdict on a trial of synthetic rows. Every row beyond
    the sample's train rows is one that the generator never saw, so that what a copy does by chance is read off all of
    them.

    Parameters
    ----------
    data : path, folder, glob, Arrow dataset, polars LazyFrame or URL
        See :func:`synthgen.scale.source.open_source`.
    words : Words
    random_state, seed
        As given, and as one seed sequence.
    asked : mapping
        The request, for the record.
    stages : Stages
    out : path or URL
        Where the table goes. A run with the same words and seed that was cut off there goes on.
    most_rows : int
        Rows of the sample.
    workers : int, optional
        Processes that make rows; as many as there are cores if not given. Rows don't depend on it.
    """
    _refuse(words)
    check_out(out)
    stages.expected += _MORE_STAGES
    source = open_source(data)
    request = {
        "asked": dict(asked), "source": source.mark(), "most_rows": most_rows, "libraries": versions_now(),
        "words": _digest(words),
    }  # fmt: skip
    with Journal.open(out, request) as journal:
        with stages("scan"):
            found = scan(
                source, target=words.target, subject=words.subject, most_rows=most_rows,
                random_state=child(seed, "scan"), progress=stages.progress,
            )  # fmt: skip
        _check_target(found, words.target)
        _check_sampled(found)
        alike = stream(seed, "alike").random(len(found.weights)) < found.weights / found.weights.max()
        standing = Standing(found.weights, alike, MOST_MADE)
        with sampled(len(found.rows), found.n_rows):
            run = run_in_memory(found.sample, words, random_state, seed, asked, stages, standing)
        goes_on = isinstance(random_state, (int, np.integer))
        step = _Pieces(run, found, words, seed, stages, workers, goes_on)
        if run.result.withheld and run.result.verdict.outcome is Outcome.FAIL:
            result = pieces_result(run, found, None, run.result.validation, words, seed, stages)
        else:
            with journal.aside() as folder:
                result = _in_pieces(step, journal, folder, out)
        journal.close(remove=True)
    stages.close()
    return result


def _digest(words: Words) -> str:
    """What decides the rows and can't be written down: a declared schema, an instance of a generator."""
    schema = "" if words.schema is None else words.schema.to_json()
    return blake2b(f"{schema}\0{words.generator!r}\0{words.generator_options!r}".encode(), digest_size=16).hexdigest()


def _refuse(words: Words) -> None:
    """Refuse what can't be done without all rows at hand."""
    if words.fairness is not None:
        raise UsageError(
            "A fairness plan counts and changes all rows together, which needs them in memory. Leave fairness out, or "
            "take engine='memory'."
        )


def _check_target(found: Scan, target: str | None) -> None:
    """Refuse a target that rows lack, though the sample may have none of these."""
    missing = 0 if target is None else found.facts[target].missing
    if missing:
        raise DataError(
            f"The target {target!r} is missing in {missing:,} of {found.n_rows:,} rows. Leave them out: write the "
            "others to a file, or read them by a query."
        )


def _check_sampled(found: Scan) -> None:
    """Refuse a column of whose few values the sample has none."""
    for name, facts in found.facts.items():
        if facts.missing < facts.n and found.sample[name].isna().all():
            raise DataError(
                f"Column {name!r} has values in few of the {facts.n:,} rows, and in none of the {len(found.rows):,} of "
                "the sample, so nothing can be learnt of it. Leave it out, or raise most_rows."
            )


def _in_pieces(step: _Pieces, journal: Journal, folder: Path, out: str | Path) -> PiecesResult:
    run, found, stages = step.run, step.found, step.stages
    fewest = step.gate.fewest_holders
    with stages("compare"):
        real = RealRows.read(
            found.source, run.comparison.schema, scan=found, model_rows=found.rows[run.train],
            probes=run.comparison.synthetic, seed=child(step.seed, "real"), folder=folder, progress=stages.progress,
            fewest=fewest if step.purpose is Purpose.RELEASE else None,
            learnt=run.comparison.train if step.purpose is Purpose.RELEASE else None,
            like=run.wanted.met_by if run.wanted.others else None,
        )  # fmt: skip
        names = RealNames.read(found.source, run.model, found.n_rows, folder, progress=stages.progress)
    screen = real.screening(run.comparison, step.purpose, fewest)
    checking = Checking(screen, names, run.comparison.schema, run.model.batch_schema)
    wanted = _parts(step)
    with stages("generate"), avoiding(run.model, found.sample):
        trial = run.comparison.synthetic
        refused = int((~screen(trial)[0]).sum()) + round(names.share(run.result._made, run.model) * len(trial))
        parts = [replace(part, n=part.n + spare_rows(part.n, min(refused, len(trial)), len(trial))) for part in wanted]
        # A frame or a LazyFrame can't say beforehand that it isn't what it was when a run before was cut off.
        sizes = [[part.name, part.n] for part in parts]
        journal.settle({"sample": found.mark(), "real": real.mark(), "names": names.mark(), "parts": sizes})
        try:
            make_blocks(run.model, parts, journal, check=checking, workers=step.workers, progress=stages.progress)
        except KeyboardInterrupt:
            done = len(journal.done())
            raise KeyboardInterrupt(_kept(done, out) if done and step.goes_on else "") from None
    pieces = Pieces.of(journal, wanted)
    with stages("judge"):
        tally = Tally(real)
        for number, (note, batch) in enumerate(pieces.noted(journal)):
            tally.add(checking.coded(batch), note, block=number)
        report = with_measurements(
            run.result.validation, measurements(real, tally, run.comparison), comparison=run.comparison,
            purpose=step.purpose, gate=step.gate, made=tally,
        )  # fmt: skip
    result = pieces_result(run, found, pieces, report, step.words, step.seed, stages)
    if result.withheld:
        return result
    with stages("write"):
        schema = merged_schema(found.source.arrow, run.model.schema_, step.words.purpose)
        made = merged_batches(found.source, pieces.batches(journal), schema, step.words.purpose)
        write_batches(out, made, schema, progress=stages.progress)
    return result.written_to(out, stages.seconds)


def _kept(blocks: int, out: str | Path) -> str:
    return (
        f"interrupted, no table written; {blocks:,} block{'s' if blocks > 1 else ''} of rows kept beside {shown(out)}, "
        "and the same run goes on from there"
    )


def _parts(step: _Pieces) -> list[Part]:
    """Rows of each class that were asked for."""
    run = step.run
    parts = []
    for code, n, conditions in asked_by_class(run.plan, run.wanted, run.learnt):
        name, key = ("rows", ()) if code is None else (f"class {code}", (code,))
        parts.append(Part(name, n, conditions, child(step.seed, "rows", *key), step.words.missing))
    return parts


def spare_rows(n: int, refused: int, of: int) -> int:
    """Say how many more rows to make than are wanted, for those that will be refused.

    Parameters
    ----------
    n : int
        Rows wanted.
    refused, of : int
        Rows of the trial that were refused, and that were drawn.

    Returns
    -------
    int
        Enough for the upper end of a 99.9 % interval of the share (Wilson), and a few.

    Examples
    --------
    >>> spare_rows(1_000_000, 0, 30_000)
    381
    """
    z = 3.29
    share, slack = refused / of, z / of
    high = (share + z * slack / 2 + z * math.sqrt(share * (1 - share) / of + slack**2 / 4)) / (1 + z * slack)
    return math.ceil(min(n * high / max(1 - high, 1e-9), MOST_SPARE * n)) + FEWEST_SPARE
