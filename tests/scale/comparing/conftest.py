"""Tables that are read in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synthgen.randomness import seed_sequence
from synthgen.scale.comparing import RealRows
from synthgen.table import encode, infer_schema


@dataclass
class Pieces:
    """An Arrow table, some rows at a time."""

    table: pa.Table
    rows: int
    name: str = "pieces.parquet"

    @property
    def arrow(self) -> pa.Schema:
        return self.table.schema

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        table = self.table if columns is None else self.table.select(columns)
        for start in range(0, table.num_rows, self.rows):
            yield from table.slice(start, self.rows).combine_chunks().to_batches()


@dataclass
class Scanned:
    """What an earlier pass would say."""

    n_rows: int
    sample: pd.DataFrame
    rows: np.ndarray
    weights: np.ndarray


@pytest.fixture
def read(tmp_path):
    """Read a frame in pieces: the rows that the model saw are the first ``saw``, or those given.

    With ``again`` that is read after ``frame`` was scanned.
    """
    calls = iter(range(1000))

    def make(
        frame, saw, probes, *, schema=None, rows=1000, sample=None, target=None, again=None, **options
    ) -> RealRows:
        schema = schema if schema is not None else infer_schema(frame, target=target)
        some = np.arange(len(frame)) if sample is None else np.asarray(sample)
        weights = np.full(len(some), len(frame) / len(some))
        scan = Scanned(len(frame), frame.iloc[some].reset_index(drop=True), some, weights)
        held = pa.Table.from_pandas(frame if again is None else again, preserve_index=False)
        return RealRows.read(
            Pieces(held, rows), schema, scan=scan,
            model_rows=np.arange(saw) if isinstance(saw, int) else np.asarray(saw),
            probes=encode(probes, schema, unseen="extend"), seed=seed_sequence(0),
            folder=tmp_path / str(next(calls)), **options,
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def people():
    """Rows of two classes with numbers, dates, labels and gaps, all distinct: call it with a size and a seed."""

    def make(n: int, seed: int = 0) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        ill = rng.random(n) < 0.3
        frame = pd.DataFrame(
            {
                "dose": np.round(rng.gamma(2, 10, n) + 30 * ill, 4),
                "weight": rng.normal(70, 10, n),
                "ward": rng.choice(["north", "south", "west"], n, p=[0.5, 0.3, 0.2]),
                "seen": pd.Timestamp("2024-03-01") + pd.to_timedelta(rng.integers(0, 500 * 24, n), unit="h"),
                "ill": np.where(ill, "yes", "no"),
            }
        )
        frame.loc[rng.random(n) < 0.1, "weight"] = np.nan
        return frame

    return make
