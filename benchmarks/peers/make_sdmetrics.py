"""Time SDMetrics' nearest-record metric again: ``python -m benchmarks.peers.make_sdmetrics``, where it is installed."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import synthgen as sg
from benchmarks.peers.run_once import cores, on_two_cores, peak_bytes, versions

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_name("sdmetrics.json")
ROWS = (2_500, 5_000)
"""Train, held-out and synthetic rows of Adult, each."""

MOST_BYTES = 12 * 2**30


def measured(rows: int) -> dict[str, Any]:
    """DCROverfittingProtection of fresh real rows; no more memory than ``MOST_BYTES``."""
    from sdmetrics.single_table import DCROverfittingProtection

    on_two_cores()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    frame = sg.datasets.load_adult()
    order = np.random.default_rng(0).permutation(len(frame))[: 3 * rows]
    train, holdout, fresh = (frame.iloc[part].reset_index(drop=True) for part in np.array_split(order, 3))
    numbers = set(train.select_dtypes("number"))
    columns = {name: {"sdtype": "numerical" if name in numbers else "categorical"} for name in train}
    metadata = {"tables": {"table": {"columns": columns}}}
    start = time.perf_counter()
    try:
        DCROverfittingProtection.compute_breakdown(train, fresh, holdout, metadata, "table")
    except MemoryError:
        return {"rows": rows, "out_of_memory": MOST_BYTES}
    return {"rows": rows, "seconds": round(time.perf_counter() - start, 2), "peak_bytes": peak_bytes()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.make_sdmetrics", description=__doc__)
    parser.add_argument("--rows", type=int, help="measure this size alone, and print it")
    rows = parser.parse_args().rows
    if rows:
        warnings.simplefilter("ignore")
        print(json.dumps(measured(rows)))
        return
    found = []
    for size in ROWS:
        command = [sys.executable, "-m", "benchmarks.peers.make_sdmetrics", "--rows", str(size)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(found[-1], flush=True)
    about = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "versions": versions("sdmetrics"), "cores": cores()}
    RECORD.write_text(json.dumps({**about, "runs": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
