"""What Spark costs beside a plain loop: the same blocks of the same model, written to Parquet.

``python -m benchmarks.scale_spark`` fits generators on Adult, makes 20 blocks of 25,000 rows in this process, then in
Spark on this machine with one and with two tasks at a time, each three times, and writes ``scale_spark.json`` and
``scale_spark.md``. CPU time is that of all processes that took part, Spark's own among them.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import record

HERE = Path(__file__).parent
RECORD, PAGE = HERE / "scale_spark.json", HERE / "scale_spark.md"
REPEATS = 3
BLOCKS = 20
WAYS = ("plain loop", "Spark, one task at a time", "Spark, two tasks at a time")


def cpu_seconds() -> float:
    """CPU time of this process, of those it has waited for, and of all that live below it."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in own) + sum(map(_below, _children(os.getpid())))


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) and int(fields[1]) == pid:
            found.append(int(entry.name))
    return found


def _below(pid: int) -> float:
    fields = _stat(pid)
    ticks = sum(map(int, fields[11:15])) if fields else 0
    return ticks / os.sysconf("SC_CLK_TCK") + sum(map(_below, _children(pid)))


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def timed(work: Callable[[], Any]) -> dict[str, float]:
    cpu, wall = cpu_seconds(), time.perf_counter()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": cpu_seconds() - cpu}


def session(tasks: int, folder: str) -> Any:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false", "spark.driver.memory": "1g", "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.local.dir": folder,
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
    }  # fmt: skip
    builder = SparkSession.builder.master(f"local[{tasks}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def write_plainly(result: Any, path: Path) -> None:
    making = result._making
    with pq.ParquetWriter(path, making.arrow) as writer:
        for batch in making.rows(range(making.n_blocks), result._limits):
            writer.write_batch(batch)


def measure(generator: str) -> dict[str, Any]:
    import synthgen as sg
    from synthgen.generators.sampling import BLOCK

    os.environ["PYSPARK_PYTHON"] = sys.executable
    frame = pa.Table.from_pandas(sg.datasets.load_adult(), preserve_index=False)
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    starts: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for tasks in (1, 2):
            opened: list[Any] = []
            starts.append(timed(lambda: opened.append(session(tasks, folder))))  # noqa: B023 (called here)
            spark = opened[0]
            result = sg.spark.synthesize(
                spark.createDataFrame(frame), n_samples=BLOCK * BLOCKS - BLOCK // 2, generator=generator,
                most_rows=20_000, partitions=2 * tasks, gate=None, random_state=0, progress=False,
            )  # fmt: skip
            write_plainly(result, Path(folder) / "first.parquet")  # compiled, and in the cache
            for repeat in range(REPEATS):
                if tasks == 1:
                    runs[WAYS[0]].append(timed(lambda: write_plainly(result, Path(folder) / "plain.parquet")))  # noqa: B023
                made = result.synthetic
                out = f"{folder}/{tasks}-{repeat}"
                runs[WAYS[tasks]].append(timed(lambda: made.write.parquet(out)))  # noqa: B023
            rows = result.provenance.counts["accepted"]
            columns = len(result.synthetic.columns)
            spark.stop()
    return {
        **record.when("pyspark"), "rows": rows, "columns": columns, "blocks": BLOCKS, "repeats": REPEATS,
        "load": record.load_average(), "start": median(start["wall"] for start in starts),
        "ways": {way: {what: median(run[what] for run in found) for what in ("wall", "cpu")}
                 for way, found in runs.items()},
    }  # fmt: skip


def page(found: dict[str, Any]) -> str:
    lines = [
        "# Spark beside a plain loop",
        "",
        "The same rows, made from the same fitted model block by block and written to Parquet: by a loop in one "
        "process, and by `sg.spark` on the same machine. Overhead: CPU time beyond that of the loop, of all processes "
        "that took part. Medians of repeats; wall times hang on what else the machine does.",
        "",
        "How it was measured: `python -m benchmarks.scale_spark` (needs the extra `spark`, and Java).",
        "",
    ]
    for generator, part in found.items():
        base = part["ways"][WAYS[0]]["cpu"]
        lines += [f"## {generator}: {part['rows']:,} rows × {part['columns']} columns", ""]
        lines += record.header(["way", "CPU s", "overhead", "CPU s more for a million rows", "wall s"])
        for way, run in part["ways"].items():
            more = run["cpu"] - base
            over = ["", ""] if way == WAYS[0] else [f"{more / base:+.0%}", f"{more / part['rows'] * 1e6:.1f}"]
            lines.append(record.row([way, f"{run['cpu']:.1f}", *over, f"{run['wall']:.1f}"]))
        lines += ["", f"Spark itself took {part['start']:.1f} s to start. Load of the machine: {part['load']}.", ""]
    return "\n".join([*lines, *record.made_with(found.values())])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("generators", nargs="*", default=["gaussian_copula", "tree"])
    found = record.read(RECORD)
    for generator in parser.parse_args().generators:
        found[generator] = measure(generator)
        record.write(RECORD, found)
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
