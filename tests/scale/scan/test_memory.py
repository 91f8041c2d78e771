"""A scan holds no more of ten times the rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[3]

SCAN = """
import resource, sys
from synthgen.scale.scan import scan
from synthgen.scale.source import open_source
found = scan(open_source(sys.argv[1]), target="y", most_rows=20_000, random_state=0)
print(found.n_rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def written(path, rows):
    rng = np.random.default_rng(0)
    schema = pa.schema([("x", pa.float64()), ("id", pa.string()), ("k", pa.int64()), ("y", pa.int64())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, 150_000):
            places = np.arange(start, start + 150_000)
            writer.write_table(pa.table([
                rng.normal(size=150_000), pa.array(places).cast(pa.string()), places % 9_000,
                rng.integers(0, 2, 150_000),
            ], schema=schema))  # fmt: skip
    return path


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path):
    peaks = []
    for rows in (300_000, 3_000_000):
        command = [sys.executable, "-c", SCAN, str(written(tmp_path / "a.parquet", rows))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found, peak = map(int, done.stdout.split())
        assert found == rows
        peaks.append(peak)
    # The three million rows themselves take more than 110 MB.
    assert peaks[1] < peaks[0] + 60
