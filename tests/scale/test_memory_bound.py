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

ROWS, FEW = 2_000_000, 20_000
ROOM = 700 * 10**6
"""Bytes that a run on many rows may take beyond those of a run on few."""

RUN = """
import sys
import synthgen as sg
path, out, engine = sys.argv[1:]
result = sg.synthesize(
    path, target="fraud", out=out, engine=engine, generator="gaussian_copula", n_samples=200_000,
    validation="quick", gate=None, random_state=0, progress=False,
)
print(result.n_rows if hasattr(result, "n_rows") else "")
"""


def run(path, engine, bound=None):
    """What the run took and whether it ended well."""
    out = path.with_name(f"{path.stem}-{engine}.parquet")
    taken = watched([sys.executable, "-c", RUN, str(path), str(out), engine], bound or Bound())
    return taken, out


def test_many_rows_take_hardly_more_memory_than_few(tmp_path):
    import pyarrow.parquet as pq

    few = write_mixed(tmp_path / "few.parquet", FEW)
    many = write_mixed(tmp_path / "many.parquet", ROWS)
    usual, _ = run(few, "stream")
    assert "stopped" not in usual, usual
    # Stacks of threads and libraries are reserved as well, how much depends on the machine: what few rows take has them.
    bound = Bound(address_space=usual["address_space"] + ROOM, resident=usual["peak_bytes"] + ROOM)
    streamed, out = run(many, "stream", bound)
    assert "stopped" not in streamed, streamed
    assert pq.read_metadata(out).num_rows > ROWS
    in_memory, out = run(many, "memory", bound)
    assert "stopped" in in_memory
    assert not out.exists()
