"""What a run in pieces hands back: the evidence in memory, the rows on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset

from synthgen.errors import UsageError
from synthgen.memory_run import Run, Words
from synthgen.merging import FLAG
from synthgen.planning.classes import shortfall
from synthgen.progress import Stages
from synthgen.randomness import child
from synthgen.reporting.table_file import TableFile
from synthgen.result import SynthesisResult
from synthgen.scale.evaluation import Evaluation
from synthgen.scale.merging import merged_schema
from synthgen.scale.pieces import Pieces
from synthgen.scale.profiling import profile_of_all
from synthgen.scale.scan import Scan
from synthgen.scale.written import written
from synthgen.table.sources import is_file
from synthgen.validation import Purpose

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from synthgen.generators import Synthesizer
    from synthgen.profiling import Profile
    from synthgen.provenance import Provenance
    from synthgen.scale.spark import SparkResult
    from synthgen.validation import ValidationReport, Verdict


@dataclass(frozen=True, repr=False)
class PiecesResult:
    """A synthetic table that was written to a file, with its evidence.

    It has the names of :class:`synthgen.result.SynthesisResult`; tables are Arrow datasets and readers, which are read
    piece by piece.

    Attributes
    ----------
    verdict : Verdict
    profile : Profile
    validation : ValidationReport
        Of the trial, with figures over all rows in place of those that it had.
    provenance : Provenance
        ``provenance.pieces`` says what was counted on all rows and what on a sample.
    model : Synthesizer
        Fitted; ``model.generate_batches`` makes more rows.
    out : str or Path or None
        Where the table is; None if it was withheld.
    """

    model: Synthesizer
    _evidence: SynthesisResult
    _evaluation: Evaluation
    out: str | Path | None = None

    @property
    def profile(self) -> Profile:
        """Of the real table."""
        return self._evidence.profile

    @property
    def validation(self) -> ValidationReport:
        """Every figure, and the flags of the trial's rows."""
        return self._evidence.validation

    @property
    def provenance(self) -> Provenance:
        """How the table was made."""
        return self._evidence.provenance

    @property
    def verdict(self) -> Verdict:
        """Outcome and findings."""
        return self._evidence.verdict

    @property
    def withheld(self) -> bool:
        """Whether the gate withholds the table, which then wasn't written."""
        return self._evidence.withheld

    @property
    def data(self) -> pa.dataset.Dataset:
        """The table that was written, as an Arrow dataset: ``data.to_batches()`` reads it piece by piece.

        Raises
        ------
        GateFailed
            If the gate withheld it.
        UsageError
            If it is in a database.
        """
        self._evidence._check()
        assert self.out is not None
        if not is_file(self.out):
            raise UsageError("The table is in a database, where it was written to. Read it from there.")
        schema = merged_schema(self._evaluation.source.arrow, self.model.schema_, self.verdict.purpose)
        return written(self.out, schema)

    @property
    def synthetic(self) -> pa.dataset.Dataset:
        """The synthetic rows of ``data``."""
        data = self.data
        return data.filter(pc.field(FLAG)) if self.verdict.purpose is Purpose.AUGMENT else data

    @property
    def rejected(self) -> pd.DataFrame:
        """Refused rows of the trial, with a reason each; of all others ``provenance.counts`` has the number."""
        return self._evidence.rejected

    def for_evaluation(self) -> tuple[pa.RecordBatchReader, pa.RecordBatchReader]:
        """Give rows to train a model on and rows to test it on, to be read once each.

        Returns
        -------
        train, test : pyarrow.RecordBatchReader
            Real rows and the synthetic ones; real rows that the generator never saw, a share ``holdout`` of all, of
            each class as many as the table has in proportion. No real row is in both.
        """
        self._evidence._check()
        return self._evaluation.readers(self.synthetic)

    def write_reports(
        self, folder: str | Path, *, audience: str = "internal", key: bytes | str | None = None
    ) -> list[Path]:
        """Write the reports, their twins, the data card and the record, as a run in memory does.

        Keyed tags need all rows at hand, and aren't made. See :meth:`synthgen.result.SynthesisResult.write_reports`.
        """
        if key is not None:
            raise UsageError("Keyed tags are of tables in memory. Leave the key out, or take engine='memory'.")
        return self._evidence.write_reports(folder, audience=audience)

    def record(self) -> dict[str, Any]:
        """Give the record of the run: what ``run.json`` holds."""
        return self._evidence.record()

    def written_to(self, out: str | Path, seconds: Mapping[str, float]) -> PiecesResult:
        """Return the result with the place that its table was written to, and the time that all took."""
        file = TableFile.of(out, synthetic_only=False) if is_file(out) else None
        origin = replace(self.provenance, seconds=dict(seconds))
        return replace(self, out=out, _evidence=replace(self._evidence, provenance=origin, _file=file))

    def __repr__(self) -> str:
        return repr(self._evidence).replace("SynthesisResult", "PiecesResult", 1)

    def _repr_html_(self) -> str:
        return self._evidence._repr_html_()


Result: TypeAlias = "SynthesisResult | PiecesResult | SparkResult"


def pieces_result(
    run: Run,
    found: Scan,
    pieces: Pieces | None,
    report: ValidationReport,
    words: Words,
    seed: np.random.SeedSequence,
    stages: Stages,
) -> PiecesResult:
    """Put together what a run in pieces knows.

    Parameters
    ----------
    run : Run
        Of the sample.
    found : Scan
    pieces : Pieces or None
        None: the trial was withheld, and no other rows were made.
    report : ValidationReport
    words : Words
    seed : SeedSequence
    stages : Stages
    """
    pilot = run.result
    counts = _counts(run, found, pieces, words.purpose)
    warned = [*run.notes, *_short(run, pieces)]
    origin = replace(
        pilot.provenance, counts=counts, warnings=tuple(warned), seconds=dict(stages.seconds),
        refused_by_reason=pilot.provenance.refused_by_reason if pieces is None else pieces.reasons,
        pieces=_account(run, found, pieces),
    )  # fmt: skip
    evidence = replace(pilot, validation=report, provenance=origin, profile=profile_of_all(pilot.profile, found))
    schema = merged_schema(found.source.arrow, run.model.schema_, Purpose.RELEASE)
    evaluation = Evaluation.of(found, schema, run.learnt, run.train, words.holdout, child(seed, "evaluation"))
    return PiecesResult(run.model, evidence, evaluation)


def _counts(run: Run, found: Scan, pieces: Pieces | None, purpose: str) -> dict[str, int]:
    """How many rows there are of each sort."""
    train = len(run.train)
    trial = run.result.provenance.counts
    rows = 0 if pieces is None else pieces.rows
    return {
        "real": found.n_rows, "train": train, "holdout": found.n_rows - train, "requested": run.plan.total,
        "drawn": trial["drawn"] if pieces is None else pieces.drawn,
        "refused": trial["refused"] if pieces is None else pieces.refused,
        "accepted": rows, "delivered": rows + (found.n_rows if purpose == Purpose.AUGMENT else 0),
    }  # fmt: skip


def _short(run: Run, pieces: Pieces | None) -> list[str]:
    """What is lacking of the rows that were asked for, in words."""
    if pieces is None:
        return ["a trial of the rows was withheld, so no others were made"]
    lost = [float(name.removeprefix("class ")) for name in pieces.lost if name.startswith("class ")]
    return shortfall(run.plan, pieces.rows, lost, run.learnt)


def _account(run: Run, found: Scan, pieces: Pieces | None) -> dict[str, Any]:
    """What was counted on all rows, and what was seen on some."""
    trial = run.result.validation.counts
    learnt = (
        f"the generator learnt from {len(run.train):,} rows",
        f"attacks, classifiers and usefulness were tried on {trial['synthetic']:,} synthetic rows against "
        f"{trial['train']:,} rows that the generator saw and {trial['holdout']:,} of those that it did not",
    )
    exact = list(found.exact)
    if pieces is not None:
        exact.append(
            f"columns, classes and pairs, copies and identifiers: {pieces.drawn:,} synthetic rows were held against "
            f"all {found.n_rows:,} real ones"
        )
    return {
        "engine": "stream", "rows": found.n_rows, "sample": len(found.rows),
        "exact": exact, "sampled": [*found.sampled, *learnt],
    }  # fmt: skip
