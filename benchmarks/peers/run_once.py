"""Fit a generator on one table, sample, and print time and memory as a line of JSON: one process a run."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path
from typing import Any

import synthgen as sg
from benchmarks.peers.tables import FRAUD, TABLES, load, load_fraud, thirds

PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "sdv", "rdt", "copulas", "torch")
FRAUDS = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.run_once", description=__doc__)
    parser.add_argument("generator", choices=["gaussian_copula", "sdv"])
    parser.add_argument("table", choices=[*TABLES, "fraud"])
    parser.add_argument("--rows", type=int, help="rows to sample, at most; default: as many as it learns from")
    parser.add_argument("--write", type=Path, help="Parquet file for the rows (of fraud: 2,000 frauds)")
    given = parser.parse_args()
    print(json.dumps(run(given.generator, given.table, given.rows, given.write)))


def run(generator: str, name: str, rows: int | None, write: Path | None) -> dict[str, Any]:
    """Fit on the first third (fraud: on all rows), sample, and say how long it took."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    if name == "fraud":
        train, target = load_fraud(), FRAUD.target
    else:
        frame = load(name)
        if frame is None:
            raise SystemExit(f"The table {name} is not on this machine.")
        train, target = thirds(frame)[0], TABLES[name].target
    model = sg.generators.GENERATORS[generator](random_state=0)
    # What is imported on first use is not counted, on either side.
    sg.generators.GENERATORS[generator](random_state=0).fit(train[:300], target=target).sample(1)
    start = time.perf_counter()
    model.fit(train, target=target)
    fitted = time.perf_counter()
    made = model.sample(min(rows or len(train), len(train)))
    sampled = time.perf_counter()
    out: dict[str, Any] = {
        "generator": generator, "table": name, "seed": 0,
        "train_rows": len(train), "rows": len(made), "columns": made.shape[1],
        "fit_seconds": round(fitted - start, 3), "sample_seconds": round(sampled - fitted, 3),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }  # fmt: skip
    if name == "fraud":
        made = model.sample(FRAUDS, conditions={"Class": 1})
        out |= {
            "asked": FRAUDS, "frauds": int((made["Class"] == 1).sum()), "V14": float(made["V14"].mean()),
            "real_V14": float(train.loc[train["Class"] == 1, "V14"].mean()),
            "frauds_when_not_asked": round(float((model.sample(100_000)["Class"] == 1).mean()) * 1e5),
        }  # fmt: skip
        made = made[:2_000]
    if write is not None:
        made.to_parquet(write, compression="zstd", compression_level=19, index=False)
    return out | {"versions": versions(), "cores": cores()}


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main()
