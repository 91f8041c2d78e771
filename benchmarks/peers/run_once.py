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

import pandas as pd

import synthgen as sg
from benchmarks.peers.tables import ALL_TABLES, FRAUD, load, load_fraud, thirds

PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "sdv", "rdt", "copulas", "torch")
FRAUDS = 5_000
WARM_UP = 2_000
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "gaussian_copula": ("gaussian_copula", {}),
    "quality": ("tree", {}),
    "turbo": ("tree", {"preset": "turbo"}),
    "sdv": ("sdv", {}),
}
"""Generators and what they are given; "quality" and "turbo" are presets of the tree."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.run_once", description=__doc__)
    parser.add_argument("generator", choices=list(MODELS))
    parser.add_argument("table", choices=[*ALL_TABLES, "fraud"])
    parser.add_argument("--learn", type=int, help="learn from so many distinct rows, at most; default: from a third")
    parser.add_argument("--rows", type=int, help="rows to sample, at most; default: as many as it learns from")
    parser.add_argument("--write", type=Path, help="Parquet file for the rows (of fraud: 2,000 frauds)")
    given = parser.parse_args()
    print(json.dumps(run(given.generator, given.table, given.rows, given.write, given.learn)))


def model(name: str, seed: int = 0) -> Any:
    generator, options = MODELS[name]
    return sg.generators.GENERATORS[generator](**options, random_state=seed)


def on_two_cores() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def peak_bytes() -> int:
    """Most memory that this process had."""
    # A process starts with its parent's peak by getrusage, and with none by VmHWM.
    status = Path("/proc/self/status")
    if status.is_file():
        return 1024 * int(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def timed(
    generator: str, train: pd.DataFrame, target: str | None, rows: int
) -> tuple[Any, pd.DataFrame, dict[str, Any]]:
    """Fit and sample: the model, the rows, and what it took."""
    # What is imported or compiled on first use is not counted, on any side.
    model(generator).fit(train[:WARM_UP], target=target).sample(1)
    fresh = model(generator)
    start = time.perf_counter()
    fresh.fit(train, target=target)
    fitted = time.perf_counter()
    made = fresh.sample(rows)
    sampled = time.perf_counter()
    took = {
        "fit_seconds": round(fitted - start, 3), "sample_seconds": round(sampled - fitted, 3),
        "peak_bytes": peak_bytes(),
    }  # fmt: skip
    return fresh, made, took


def run(generator: str, name: str, rows: int | None, write: Path | None, learn: int | None = None) -> dict[str, Any]:
    """Fit on the first third (fraud: on all rows), sample, and say how long it took."""
    on_two_cores()
    if name == "fraud":
        train, target = load_fraud(), FRAUD.target
    else:
        frame = load(name)
        if frame is None:
            raise SystemExit(f"The table {name} is not on this machine.")
        train, target = thirds(frame)[0], ALL_TABLES[name].target
        if learn is not None:
            train = frame.sample(min(learn, len(frame)), random_state=0).reset_index(drop=True)
    fitted, made, took = timed(generator, train, target, min(rows or len(train), len(train)))
    out: dict[str, Any] = {
        "generator": generator, "table": name, "seed": 0,
        "train_rows": len(train), "rows": len(made), "columns": made.shape[1], **took,
    }  # fmt: skip
    if name == "fraud":
        made = fitted.sample(FRAUDS, conditions={"Class": 1})
        out |= {
            "asked": FRAUDS, "frauds": int((made["Class"] == 1).sum()), "V14": float(made["V14"].mean()),
            "real_V14": float(train.loc[train["Class"] == 1, "V14"].mean()),
            "frauds_when_not_asked": round(float((fitted.sample(100_000)["Class"] == 1).mean()) * 1e5),
        }  # fmt: skip
        made = made[:2_000]
    if write is not None:
        made.to_parquet(write, compression="zstd", compression_level=19, index=False)
    return out | {"versions": versions(), "cores": cores()}


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions(*more: str) -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in (*PACKAGES, *more):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main()
