"""Ten times the rows take hardly more memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import synthgen

PROGRAM = """
import resource, sys, tempfile
from dataclasses import dataclass
import numpy as np, pandas as pd, pyarrow as pa
from synthgen.randomness import seed_sequence
from synthgen.scale.comparing import RealRows, Tally
from synthgen.table import encode, infer_schema

def piece(seed, n):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({**{f"x{i}": rng.normal(size=n) for i in range(6)}, "hue": rng.choice(["a", "b", "c"], n)})

@dataclass
class Made:
    pieces: int
    arrow: pa.Schema
    name: str = "made"
    def batches(self, columns=None):
        for k in range(self.pieces):
            yield pa.RecordBatch.from_pandas(piece(k, 50_000), preserve_index=False)

@dataclass
class Scanned:
    n_rows: int
    sample: pd.DataFrame
    rows: np.ndarray
    weights: np.ndarray

pieces = int(sys.argv[1])
sample = piece(0, 50_000)[:20_000]
schema = infer_schema(sample)
with tempfile.TemporaryDirectory() as folder:
    real = RealRows.read(
        Made(pieces, pa.Schema.from_pandas(sample, preserve_index=False)), schema,
        scan=Scanned(50_000 * pieces, sample, np.arange(20_000), np.full(20_000, 2.5 * pieces)),
        model_rows=np.arange(10_000), probes=encode(piece(9_999, 1_000), schema), seed=seed_sequence(0),
        folder=folder,
    )
    tally = Tally(real)
    for k in range(pieces):
        rows = piece(10_000 + k, 50_000)
        rows.iloc[:5] = sample.iloc[:5].to_numpy()
        tally.add(encode(rows.astype(sample.dtypes), schema), block=k)
print(tally.rows - tally.kept, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak(pieces):
    path = str(Path(synthgen.__file__).parents[1])
    code = f"import sys\nsys.path.insert(0, {path!r})\n{PROGRAM}"
    done = subprocess.run([sys.executable, "-c", code, str(pieces)], capture_output=True, text=True, check=True)
    refused, kilobytes = map(int, done.stdout.split())
    assert refused == 5 * pieces
    return kilobytes / 1e3


@pytest.mark.slow
def test_ten_times_the_rows_take_hardly_more_memory():
    pytest.importorskip("resource")
    assert peak(50) - peak(5) < 100
