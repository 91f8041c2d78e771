"""Time and memory of the main job, each run in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = Path(__file__).with_name("speed.md")
CORES = 2
MIB = 2**20


@dataclass(frozen=True)
class Job:
    """Something to time: ``script`` prints its own seconds and what came of it as one line of JSON."""

    title: str
    script: str
    target_seconds: float | None = None


@dataclass(frozen=True)
class Run:
    """One run of a job."""

    seconds: float
    peak_bytes: int
    came_of_it: str
    torch: str
    versions: dict[str, str]
    cores: int


_FRAME = """
import json, os, resource, sys, tempfile, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])
{body}
import importlib.metadata, importlib.util, platform
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "source"
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
installed, loaded = importlib.util.find_spec("torch") is not None, "torch" in sys.modules
names = ["synthgen-tabular", "numpy", "scipy", "pandas", "scikit-learn", "imbalanced-learn", "lightgbm", "pyarrow"]
print(json.dumps({{
    "seconds": seconds, "peak_bytes": peak, "came_of_it": came_of_it,
    "torch": ("installed" if installed else "not installed") + (", loaded" if loaded else ", not loaded"),
    "versions": {{"python": platform.python_version(), **{{name: version(name) for name in names}}}},
    "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
}}))
"""

_IMPORT = """
start = time.perf_counter()
import synthgen
seconds = time.perf_counter() - start
came_of_it = f"{len(sys.modules):,} modules"
"""

# Names are loaded when they are first used, so the import alone says little about how long a user waits.
_FIRST_USE = """
start = time.perf_counter()
import synthgen as sg
sg.synthesize
seconds = time.perf_counter() - start
came_of_it = f"{len(sys.modules):,} modules"
"""

_SYNTHESIZE = """
import synthgen as sg
table = sg.datasets.{load}()
with tempfile.TemporaryDirectory() as folder:
    start = time.perf_counter()
    result = sg.synthesize(
        table, target="{target}", sensitive_features={sensitive}, validation="standard", random_state=0,
        progress=False, out=os.path.join(folder, "table.parquet"),
    )
    result.write_reports(folder)
    seconds = time.perf_counter() - start
counts = result.provenance.counts
came_of_it = f"{{result.provenance.generator}}, {{result.verdict.outcome}}, {{counts['accepted']:,}} rows made"
"""

JOBS: dict[str, Job] = {
    "import": Job("`import synthgen`", _IMPORT, 1.5),
    "first-use": Job("`import synthgen`, then `synthgen.synthesize`", _FIRST_USE),
    "fraud": Job(
        "`synthesize` on fraud, 15,492 × 31",
        _SYNTHESIZE.format(load="load_fraud", target="Class", sensitive=None),
        10,
    ),
    "adult": Job(
        "`synthesize` on Adult, 48,790 × 15",
        _SYNTHESIZE.format(load="load_adult", target="income", sensitive=["sex", "race"]),
        20,
    ),
}


def main(names: Sequence[str], repeats: int, python: Path, out: Path) -> int:
    """Run the named jobs, print their figures and write them to ``out``; 1 if a target is missed."""
    rows, last, missed = [], None, False
    load = os.getloadavg()[0]
    for name in names:
        job = JOBS[name]
        runs = []
        for number in range(repeats):
            runs.append(time_once(job, python))
            print(f"{name} {number + 1}/{repeats}: {runs[-1].seconds:.2f} s", flush=True)
        rows.append(table_row(job, runs))
        if job.target_seconds is not None:
            missed |= median(run.seconds for run in runs) > job.target_seconds
        last = runs[-1]
    assert last is not None
    text = page(rows, last, repeats, load)
    out.write_text(text, encoding="utf-8")
    print("\n" + text)
    return int(missed)


def time_once(job: Job, python: Path) -> Run:
    """Run a job once, in a fresh process on two cores."""
    script = _FRAME.format(cores=CORES, body=job.script)
    done = subprocess.run([python, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{job.title} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Run(**found)


def table_row(job: Job, runs: Sequence[Run]) -> str:
    """Lay out the figures of one job."""
    seconds = [run.seconds for run in runs]
    middle = median(seconds)
    target = job.target_seconds
    cells = [
        job.title,
        "none" if target is None else f"{target:g} s",
        f"**{middle:.2f} s**",
        f"{min(seconds):.2f} to {max(seconds):.2f} s",
        "" if target is None else f"{middle / target:.0%}",
        f"{max(run.peak_bytes for run in runs) / MIB:,.0f} MiB",
        runs[-1].came_of_it,
    ]
    return f"| {' | '.join(cells)} |"


def page(rows: Sequence[str], last: Run, repeats: int, load: float) -> str:
    """Write the page: what was measured, how, and on what."""
    versions = ", ".join(f"{name} {number}" for name, number in last.versions.items())
    lines = [
        "# Speed",
        "",
        "Made by `python -m benchmarks`. Each run is a process of its own on at most two cores. Loading the table is",
        "not counted; what `synthesize` imports on its first use, the balanced table and the reports are.",
        "",
        f"| what | target | median of {repeats} | fastest to slowest | of target | peak memory | result |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        f"torch in this environment: {last.torch}.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {last.cores} cores, load average {load:.1f} at the start (0: all else idle).",
        f"{versions}.",
        "",
    ]
    return "\n".join(lines)
