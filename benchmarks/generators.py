"""What each generator of one's own costs on one thread: ``python -m benchmarks.generators``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import record

PAGE = Path(__file__).with_name("generators.md")
RECORD = PAGE.with_suffix(".json")
ROWS = 25_000
RUNS = 3
# Name on the page: name in the registry, and options.
GENERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "tree": ("tree", {}),
    "tree, turbo": ("tree", {"preset": "turbo"}),
    "gaussian_copula": ("gaussian_copula", {}),
    "smote": ("smote", {}),
    "jitter": ("jitter", {}),
}
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generators", description=__doc__)
    parser.add_argument("--one", choices=list(GENERATORS), help="time this one and print a line of JSON")
    parser.add_argument("--page-only", action="store_true", help="write the page from what is stored")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(time_one(given.one)))
        return
    if not given.page_only:
        runs = {name: [run(name) for _ in range(RUNS)] for name in GENERATORS}
        record.write(RECORD, {**record.when("lightgbm", "numba"), "rows": ROWS, "runs": runs})
    PAGE.write_text(page(record.read(RECORD)), encoding="utf-8")


def run(name: str) -> dict[str, Any]:
    """Time a generator in a process of its own, on one thread."""
    command = [sys.executable, "-m", "benchmarks.generators", "--one", name]
    done = subprocess.run(
        command, cwd=record.ROOT, capture_output=True, text=True, check=True, env=os.environ | ONE_THREAD
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def time_one(name: str) -> dict[str, Any]:
    import synthgen as sg

    people = sg.datasets.load_adult().head(ROWS)
    kind, options = GENERATORS[name]
    made = sg.generators.GENERATORS[kind](random_state=0, **options)
    made.fit(people.head(600), target="income").sample(10)  # what is compiled once isn't counted
    start = time.process_time()
    made.fit(people, target="income")
    fitted = time.process_time()
    made.sample(ROWS)
    return {"fit": round(fitted - start, 3), "sample": round(time.process_time() - fitted, 3)}


def cost(stored: dict[str, Any], name: str) -> float:
    """CPU seconds of fit and sample together, the median of the runs."""
    return median(run["fit"] + run["sample"] for run in stored["runs"][name])


def page(stored: dict[str, Any]) -> str:
    head = ["generator", "fit, CPU s", "sample, CPU s", "together", "times the copula's"]
    lines = [
        "# What each generator costs", "",
        "Made by `python -m benchmarks.generators`.", "",
        f"{stored['rows']:,} rows of Adult (15 columns) learnt from and as many made, on one thread, a process a run; "
        f"median of {RUNS} runs. CPU seconds, so that other work on the machine doesn't count; what is compiled on a "
        "machine's first use isn't counted either. What the seconds buy: [fidelity.md](fidelity.md), "
        "[privacy.md](privacy.md).", "",
        *record.header(head),
    ]  # fmt: skip
    for name in GENERATORS:
        runs = stored["runs"][name]
        fit, sample = (median(run[part] for run in runs) for part in ("fit", "sample"))
        times = cost(stored, name) / cost(stored, "gaussian_copula")
        lines.append(record.row([name, f"{fit:.2f}", f"{sample:.2f}", f"{cost(stored, name):.2f}", f"{times:.1f}"]))
    return "\n".join([*lines, "", *record.made_with([stored])])


if __name__ == "__main__":
    main()
