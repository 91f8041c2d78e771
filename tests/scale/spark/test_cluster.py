"""Several executor processes, one of them killed: the rows are those that one process makes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scale.spark.conftest import need_java

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_an_executor_is_killed_half_way_and_the_rows_are_the_same(tmp_path):
    need_java()
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    job = [sys.executable, str(Path(__file__).with_name("cluster_job.py")), str(tmp_path)]
    done = subprocess.run(job, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3_000:]
    found = json.loads((tmp_path / "found.json").read_text())
    # It was killed while it made a block, another one made that block again, and a third took its place or not.
    assert found["killed"] == 1
    assert found["lost"]
    assert found["made_elsewhere"] == found["lost"]
    assert found["executors"] >= 2
    assert found["rows"] == found["wanted"] > 11 * 25_000 - 25_000
    assert found["equal"]
    assert not found["changed"]
