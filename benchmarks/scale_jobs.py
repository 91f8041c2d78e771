"""What :mod:`benchmarks.scale` measures, each job in a process of its own: ``python -m benchmarks.scale_jobs …``."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any


def table(kind: str, path: Path, rows: int) -> dict[str, Any]:
    """Write one of the tables: ``rows`` mixed ones, or a file so many times over."""
    from benchmarks.peers.tables import SHARED
    from benchmarks.scale_tables import write_mixed, write_repeated

    if kind == "mixed":
        write_mixed(path, rows)
    else:
        write_repeated(path, SHARED / "creditcard_ulb.parquet", rows)
    return {"rows": rows_of(path)}


def model(name: str, path: Path) -> dict[str, Any]:
    """Fit and save the model that rows are drawn of."""
    import synthgen as sg
    from benchmarks.scale_tables import mixed
    from benchmarks.scale_targets import FIT_ROWS

    sg.generators.GENERATORS[name](random_state=0).fit(mixed(FIT_ROWS), target="fraud").save(path)
    return {}


def generate(path: Path, rows: int, out: Path, workers: int) -> dict[str, Any]:
    """Draw rows of a saved model to Parquet: to one file, or every worker its blocks to a file of its own."""
    start = time.perf_counter()
    if workers == 1:
        _write(path, rows, out, 0, 1)
        made = rows_of(out)
    else:
        out.mkdir()
        files = [out / f"part-{worker}.parquet" for worker in range(workers)]
        # A child that is forked would have the locks of threads that it has not.
        with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
            jobs = [pool.submit(_write, path, rows, file, at, workers) for at, file in enumerate(files)]
            for job in jobs:
                job.result()
        made = sum(map(rows_of, files))
    return {"rows": made, "inside": round(time.perf_counter() - start, 2)}


def _write(path: Path, rows: int, out: Path, first: int, step: int) -> None:
    import pyarrow.parquet as pq

    from synthgen.generators import load_synthesizer
    from synthgen.generators.sampling import BLOCK

    drawn = load_synthesizer(path)
    blocks = range(first, -(-rows // BLOCK), step)
    with pq.ParquetWriter(out, drawn.batch_schema) as writer:
        for batch in drawn.generate_batches(rows, random_state=1, block=blocks):
            writer.write_batch(batch)


def fit(name: str, path: Path) -> dict[str, Any]:
    """Read all of a file once, and fit on the sample that was kept."""
    from synthgen.scale.scan import scan
    from synthgen.scale.source import open_source

    import synthgen as sg

    start = time.perf_counter()
    found = scan(open_source(path), target="fraud", random_state=0)
    read = time.perf_counter()
    sg.generators.GENERATORS[name](random_state=0).fit(found.sample, target="fraud")
    fitted = time.perf_counter()
    return {
        "rows": found.n_rows, "sampled": len(found.sample),
        "scan": round(read - start, 2), "fit": round(fitted - read, 2),
    }  # fmt: skip


def whole(path: Path, target: str, out: Path) -> dict[str, Any]:
    """Balance the table with all checks, from a file to a file."""
    import synthgen as sg

    result = sg.synthesize(
        path, target=target, out=out, engine="stream", gate=None, random_state=0, progress=False
    )  # fmt: skip
    return {"rows": rows_of(out), "outcome": str(result.verdict.outcome)}


def in_memory(path: Path) -> dict[str, Any]:
    """Have the whole file as one frame: the control of a bound that must be hit."""
    from synthgen.table import read_table

    return {"rows": len(read_table(path))}


def rows_of(path: Path) -> int:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale_jobs", description=__doc__)
    jobs = parser.add_subparsers(required=True)

    def job(called: str, does: Callable[..., dict[str, Any]], /, **takes: Callable[[str], Any]) -> None:
        one = jobs.add_parser(called, description=does.__doc__)
        for argument, read in takes.items():
            one.add_argument(argument, type=read)
        one.set_defaults(does=does)

    job("table", table, kind=str, path=Path, rows=int)
    job("model", model, name=str, path=Path)
    job("generate", generate, path=Path, rows=int, out=Path, workers=int)
    job("fit", fit, name=str, path=Path)
    job("whole", whole, path=Path, target=str, out=Path)
    job("in_memory", in_memory, path=Path)
    given = vars(parser.parse_args())
    warnings.simplefilter("ignore")
    print(json.dumps(given.pop("does")(**given)))


if __name__ == "__main__":
    main()
