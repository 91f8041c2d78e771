"""Time and memory against rows, from 10⁴ to 10⁷, and a bound of memory that holds: ``python -m benchmarks.scale``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import record, scale_page, scale_plots
from benchmarks.process_tree import NO_BOUND, Bound, watched
from benchmarks.scale_targets import BOUND, MODELS, PARTS, SDV_BOUND, SIZES, ULB_TIMES

FILE, PAGE = Path(__file__).with_name("scale.json"), Path(__file__).with_name("scale.md")
FLIGHTS, PAYMENTS = "flights_3m.parquet", "creditcard_ulb.parquet"
JOBS = [sys.executable, "-m", "benchmarks.scale_jobs"]


@dataclass
class Place:
    """A folder where tables and models are made once, when they are first asked for."""

    folder: Path
    made: dict[str, Path] = field(default_factory=dict)

    def mixed(self, rows: int) -> str:
        return self._made(f"mixed-{rows}.parquet", ["table", "mixed"], str(rows))

    def payments(self) -> str:
        return self._made(f"payments-{ULB_TIMES}.parquet", ["table", "payments"], str(ULB_TIMES))

    def model(self, name: str) -> str:
        return self._made(f"model-{name}", ["model", name])

    def _made(self, name: str, words: list[str], *more: str) -> str:
        path = self.folder / name
        if not path.exists():
            run = watched([*JOBS, *words, str(path), *more])
            if "stopped" in run:
                raise SystemExit(f"{' '.join(words)}: {run['stopped']}")
        return str(path)

    def out(self) -> str:
        """A path where nothing is."""
        path = self.folder / "out.parquet"
        for file in sorted(path.rglob("*")) if path.is_dir() else []:
            file.unlink()
        if path.is_dir():
            path.rmdir()
        path.unlink(missing_ok=True)
        return str(path)


@dataclass(frozen=True)
class Job:
    """Something to measure: its key in the record, and the command, of which nothing is made before it is its turn."""

    part: str
    key: str
    words: tuple[str, ...]
    """Of the job; ``{…}`` stands for what a place has."""

    rows: int
    bound: Bound = NO_BOUND

    def command(self, place: Place, python: str) -> list[str]:
        start = [python, "-m", "benchmarks.peers.sdv_scale"] if self.part == "sdv" else JOBS
        return [*start, *(self._word(word, place) for word in self.words)]

    def _word(self, word: str, place: Place) -> str:
        if word.startswith("model:"):
            return place.model(word.removeprefix("model:"))
        found = {"mixed": lambda: place.mixed(self.rows), "payments": place.payments, "out": place.out}
        return found[word]() if word in found else word


def jobs() -> Iterator[Job]:
    """All of them, those that the targets speak of first."""
    for name in MODELS:
        for how, rows in [*(("loop", size) for size in SIZES), ("write_rows", SIZES[-1])]:
            key = f"{name} {rows}" + (f" {how}" if how != "loop" else "")
            yield Job("generate", key, ("generate", f"model:{name}", str(rows), "out", how), rows)
    for name in MODELS:
        for rows in SIZES:
            yield Job("fit", f"{name} {rows}", ("fit", name, "mixed"), rows)
    flights = str(_shared(FLIGHTS))
    yield Job("whole", "flights", ("whole", flights, "delay", "out", "stream"), 3_000_000)
    for rows in SIZES[1:]:
        yield Job("whole", f"mixed {rows}", ("whole", "mixed", "fraud", "out", "stream"), rows)
    yield Job("whole", "payments", ("whole", "payments", "Class", "out", "stream"), 284_807 * ULB_TIMES)
    rows = SIZES[-1]
    for how, bound in BOUND.items():
        yield Job("bound", f"whole, {how}", ("whole", "mixed", "fraud", "out", "stream"), rows, bound)
        yield Job("bound", f"in memory, {how}", ("whole", "mixed", "fraud", "out", "memory"), rows, bound)
    for rows in SIZES:
        yield Job("sdv", str(rows), ("mixed", "out"), rows, SDV_BOUND)


def _shared(name: str) -> Path:
    return record.ROOT.parent / "shared" / "data" / name


def measured(job: Job, place: Place, python: str) -> dict[str, Any]:
    """Do it, and say what it took."""
    run = watched(job.command(place, python), job.bound)
    said = json.loads(run.pop("said", "{}"))
    out = place.folder / "out.parquet"
    if "out" in job.words and out.exists() and "stopped" not in run:
        files = [out] if out.is_file() else sorted(out.iterdir())
        run["out_bytes"] = sum(file.stat().st_size for file in files)
    place.out()
    return {"asked": job.rows, **run, **said}


def measure(found: dict[str, Any], parts: Sequence[str], place: Place, given: argparse.Namespace) -> None:
    """All jobs of the parts, each written to the record when it is done."""
    for job in jobs():
        runs = found.get(job.part, {}).get("runs", {})
        if job.part not in parts or job.rows > given.most or (given.more and job.key in runs):
            continue
        if job.part == "sdv" and any("stopped" in run and run["asked"] < job.rows for run in runs.values()):
            continue
        run = measured(job, place, given.python)
        about = run.pop("about", {})
        # A run that was stopped doesn't say what it is about.
        when = found.get(job.part, {}).get("when", {}) if job.part == "sdv" and not about else {}
        when = record.when("pyarrow", "lightgbm", "numba") | when | about
        found[job.part] = {"when": when, "runs": {**runs, job.key: run}}
        record.write(given.record, found)
        print(job.part, job.key, json.dumps(run), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="default: all but sdv; may be repeated")
    parser.add_argument("--more", action="store_true", help="only what the record doesn't have yet")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="no table of more rows, default: %(default)s")
    parser.add_argument("--python", default=sys.executable, help="an environment with SDV, for --part sdv")
    parser.add_argument("--folder", type=Path, help="keep tables that are made here; default: a temporary folder")
    parser.add_argument("--record", type=Path, default=FILE, help="default: %(default)s")
    given = parser.parse_args()
    found = record.read(given.record)
    parts = given.part or [part for part in PARTS if part != "sdv"]
    if not given.more:
        found = {part: kept for part, kept in found.items() if part not in parts}
    with tempfile.TemporaryDirectory(prefix="synthgen-scale-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measure(found, parts, Place(folder), given)
    if given.record == FILE:
        PAGE.write_text(scale_page.page(found), encoding="utf-8")
        scale_plots.plot(found, PAGE.with_suffix(".png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
