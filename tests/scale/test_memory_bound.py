"""A run on a file stays within a bound of memory that the same run on rows in memory breaks."""

from __future__ import annotations

import sys

import pytest

from benchmarks.process_tree import Bound, watched
from benchmarks.scale_tables import write_mixed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space"),
]

ROWS = 2_000_000
ROOM = 1_200 * 10**6
"""Bytes of address space that a run may take beyond those that libraries take when they are loaded."""

LOAD = "import lightgbm, numba, pyarrow.parquet, synthgen as sg; sg.synthesize; import time; time.sleep(0.3)"
RUN = """
import sys
import synthgen as sg
path, out, engine = sys.argv[1:]
sg.synthesize(
    path, target="fraud", out=out, engine=engine, generator="gaussian_copula", n_samples=100_000, gate=None,
    random_state=0, progress=False,
)
"""


def test_a_run_in_pieces_stays_within_a_bound_that_a_run_in_memory_breaks(tmp_path, monkeypatch):
    import pyarrow.parquet as pq

    # What threads reserve goes with the cores of a machine.
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    path, out = write_mixed(tmp_path / "many.parquet", ROWS), tmp_path / "out.parquet"
    loaded = watched([sys.executable, "-c", LOAD])
    bound = Bound(address_space=loaded["address_space"] + ROOM)
    run = [sys.executable, "-c", RUN, str(path), str(out)]
    in_memory = watched([*run, "memory"], bound)
    assert "stopped" in in_memory
    assert not out.exists()
    streamed = watched([*run, "stream"], bound)
    assert "stopped" not in streamed, streamed
    assert pq.read_metadata(out).num_rows > ROWS
