"""Real rows to train on and real rows to test on, read one batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.dataset
from numpy.typing import NDArray

from synthgen.scale.merging import fitted
from synthgen.scale.scan import Scan
from synthgen.scale.scan.subjects import keys_of
from synthgen.scale.source import Source, frame_of
from synthgen.scale.written import as_written
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.encoding import encode
from synthgen.table.schema import Schema

_OTHERS = -1.0


@dataclass(frozen=True)
class Evaluation:
    """Which real rows a model may be tested on.

    Attributes
    ----------
    source : Source
    schema : Schema
        Of the target, where its classes are looked at; else of no column.
    seen : array of int, ascending
        Rows of the source that the generator learnt from.
    chances : mapping of float to float
        How likely a row that the generator never saw is one to test on, by the code of its class; under -1 of others.
    key : SeedSequence
    subject : str or None
        Column whose rows stay together.
    arrow : pyarrow.Schema
        Of the rows that are handed out.
    """

    source: Source
    schema: Schema
    seen: NDArray[np.int64]
    chances: Mapping[float, float]
    key: np.random.SeedSequence
    subject: str | None
    arrow: pa.Schema

    @classmethod
    def of(cls, scan: Scan, arrow: pa.Schema, schema: Schema, train: NDArray[np.int64], share: float,
           key: np.random.SeedSequence) -> Evaluation:  # fmt: skip
        """Choose the chances so that a share of all rows, in each class, is for tests.

        Parameters
        ----------
        scan : Scan
        arrow : pyarrow.Schema
            Of the rows that are handed out.
        schema : Schema
            Of the rows that the generator learnt.
        train : array of positions
            Rows of the sample that it learnt from.
        share : float
        key : SeedSequence
        """
        target, subjects = schema.target, schema.role(Role.SUBJECT)
        subject = subjects[0].name if subjects else None
        by_class = target is not None and target.kind in LABEL_KINDS and subject is None
        known = Schema((target,) if by_class and target is not None else ())
        seen = np.sort(scan.rows[train])
        codes = np.full(len(scan.sample), np.nan)
        if by_class and target is not None:
            codes = encode(scan.sample[[target.name]], known, unseen="extend")[target.name].to_numpy(float)
        chances = {_OTHERS: _chance(share, scan.n_rows, len(train))}
        for code in np.unique(codes[~np.isnan(codes)]):
            of_class = codes == code
            rows = float(scan.weights[of_class].sum())
            chances[float(code)] = _chance(share, rows, int(of_class[train].sum()))
        return cls(scan.source, known, seen, chances, key, subject, arrow)

    def readers(self, synthetic: pa.dataset.Dataset) -> tuple[pa.RecordBatchReader, pa.RecordBatchReader]:
        """Give rows to train on, real ones and then synthetic ones, and rows to test on, to be read once each."""
        made = (as_written(batch, self.arrow) for batch in synthetic.to_batches(columns=self.arrow.names) if len(batch))
        return (
            pa.RecordBatchReader.from_batches(self.arrow, chain(self._batches(test=False), made)),
            pa.RecordBatchReader.from_batches(self.arrow, self._batches(test=True)),
        )

    def _batches(self, *, test: bool) -> Iterator[pa.RecordBatch]:
        start = 0
        names = list(dict.fromkeys([*self.arrow.names, *([self.subject] if self.subject else [])]))
        for batch in self.source.batches(names):
            chosen = self._for_tests(batch, start)
            start += len(batch)
            rows = batch.filter(pa.array(chosen if test else ~chosen))
            if len(rows):
                yield fitted(rows, self.arrow)

    def _for_tests(self, batch: pa.RecordBatch, start: int) -> NDArray[np.bool_]:
        drawn = keys_of(batch, self.subject, self.key, start) / 2.0**64
        chance = np.full(len(batch), self.chances[_OTHERS])
        for column in self.schema:
            frame = frame_of([batch.select([column.name])], self.source.arrow)
            codes = encode(frame, self.schema, unseen="extend")[column.name].to_numpy(float)
            for code, own in self.chances.items():
                chance[codes == code] = own
        low, high = np.searchsorted(self.seen, [start, start + len(batch)])
        unseen = np.ones(len(batch), dtype=bool)
        unseen[self.seen[low:high] - start] = False
        return unseen & (drawn < chance)


def _chance(share: float, rows: float, seen: int) -> float:
    """How likely a row that wasn't seen is to be for tests, so that a share of all are."""
    return min(1.0, share * rows / max(1.0, rows - seen))
