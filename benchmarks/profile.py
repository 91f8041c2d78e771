"""Time and memory of ``sg.profile``, all parts, one process a table: ``python -m benchmarks.profile``."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

import synthgen as sg
from benchmarks import record
from benchmarks.peers.tables import SHARED

FILE = Path(__file__).with_name("profile.json")
PAGE = Path(__file__).with_name("profile.md")
RUNS = 3


def _shared(name: str) -> pd.DataFrame | None:
    path = SHARED / name
    return pd.read_parquet(path) if path.is_file() else None


TABLES: dict[str, tuple[str, Callable[[], pd.DataFrame | None], dict[str, Any]]] = {
    "adult": ("Adult", sg.datasets.load_adult, {"target": "income", "sensitive_features": ["sex", "race"]}),
    "sample": ("Card payments, the shipped sample", sg.datasets.load_fraud, {"target": "Class"}),
    "thyroid": ("Thyroid", sg.datasets.load_thyroid, {"target": "diagnosis", "sensitive_features": ["sex"]}),
    "fraud": ("Card payments, all", lambda: _shared("creditcard_ulb.parquet"), {"target": "Class"}),
    "flights": ("Flights", lambda: _shared("flights_3m.parquet"), {}),
}


def once(name: str) -> dict[str, Any]:
    """Profile a table in this process."""
    _, load, options = TABLES[name]
    frame = load()
    if frame is None:
        return {"skipped": f"the table is not in {SHARED.name}/ beside this repository"}
    before = _peak()
    start, used = time.perf_counter(), time.process_time()
    sg.profile(frame, **options)
    return {
        "rows": len(frame), "columns": frame.shape[1], "seconds": round(time.perf_counter() - start, 2),
        "cpu_seconds": round(time.process_time() - used, 2), "peak_gib": round(_peak(), 2),
        "more_gib": round(_peak() - before, 2),
    }  # fmt: skip


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def page(kept: dict[str, Any]) -> list[str]:
    lines = [
        "# How long a profile takes", "",
        f"Made by `python -m benchmarks.profile`: `sg.profile` with all its parts, medians of {RUNS} processes. "
        "Memory: the most that the process held, and how much more than with the table alone. Load: processes that "
        "wanted a core.", "",
    ]  # fmt: skip
    lines += record.header(["table", "rows × columns", "s", "CPU s", "peak GiB", "more than the table", "load"])
    for name, (title, *_) in TABLES.items():
        if name in kept:
            lines.append(record.row([title, *_cells(kept[name])]))
    return [*lines, "", *record.made_with(part["made"] for part in kept.values())]


def _cells(item: dict[str, Any]) -> list[str]:
    found = item["result"]
    if "skipped" in found:
        return [f"skipped: {found['skipped']}", "", "", "", "", ""]
    shape = f"{found['rows']:,} × {found['columns']}"
    return [shape, *(f"{found[key]:g}" for key in ("seconds", "cpu_seconds", "peak_gib", "more_gib", "load"))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profile", description=__doc__)
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=list(TABLES))
    parser.add_argument("--once", choices=list(TABLES), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        print(json.dumps(once(given.once)))
        return 0
    for name in given.tables:
        load = record.load_average()
        command = [sys.executable, "-m", "benchmarks.profile", "--once", name]
        runs = [record.json_of(command) for _ in range(RUNS)]
        middle = runs[0]
        if "skipped" not in middle:
            middle = {key: statistics.median(run[key] for run in runs) for key in middle} | {"load": load}
        kept = record.read(FILE)
        kept[name] = {"result": middle, "made": record.when("scipy", "fairlearn")}
        record.write(FILE, kept)
        PAGE.write_text("\n".join(page(kept)) + "\n", encoding="utf-8")
        print(name, middle, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
