"""Tables of any number of rows, written to Parquet piece by piece, for benchmarks and tests of memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

CHUNK = 250_000
"""Rows that are made, and are in memory, at a time."""

YEAR = 365 * 86_400


def mixed(rows: int, seed: int = 0, chunk: int = 0) -> pd.DataFrame:
    """Payments: labels, amounts, counts, yes or no, a share, a time, and a rare target that goes with the amount.

    Examples
    --------
    >>> mixed(5).shape, mixed(20_000)["fraud"].mean() < 0.03
    ((5, 10), np.True_)
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(chunk,)))
    amount = np.round(np.exp(rng.normal(3, 1, rows)), 2)
    return pd.DataFrame(
        {
            "country": rng.choice([f"c{code}" for code in range(30)], rows),
            "kind": rng.choice(list("ABCDE"), rows, p=[0.4, 0.3, 0.15, 0.1, 0.05]),
            "amount": amount,
            "balance": np.round(rng.normal(1000, 300, rows) + 3 * amount, 2),
            "age": rng.integers(18, 90, rows),
            "visits": rng.poisson(3, rows),
            "active": rng.random(rows) < 0.3,
            "score": rng.beta(2, 5, rows),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, YEAR, rows), unit="s"),
            "fraud": (rng.random(rows) < 0.005 + 0.01 * (amount > 40)).astype(int),
        }
    )


def write_mixed(path: Path, rows: int, seed: int = 0) -> Path:
    """Write so many rows of :func:`mixed`, never more than ``CHUNK`` of them in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.Schema.from_pandas(mixed(1), preserve_index=False)
    with pq.ParquetWriter(path, schema) as writer:
        for chunk, start in enumerate(range(0, rows, CHUNK)):
            frame = mixed(min(CHUNK, rows - start), seed, chunk)
            writer.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
    return path


def write_repeated(path: Path, source: Path, times: int) -> Path:
    """Write a Parquet file so many times one after the other, a row group at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(source) as file, pq.ParquetWriter(path, file.schema_arrow) as writer:
        for _ in range(times):
            for batch in file.iter_batches(CHUNK):
                writer.write_batch(batch)
    return path
