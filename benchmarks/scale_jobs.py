"""What :mod:`benchmarks.scale` measures, each job in a process of its own: ``python -m benchmarks.scale_jobs …``."""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
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


def generate(path: Path, rows: int, out: Path, how: str) -> dict[str, Any]:
    """Draw rows of a saved model to Parquet: in a plain loop, or by ``write_rows``, which can be broken off."""
    import pyarrow.parquet as pq

    from synthgen.generators import load_synthesizer
    from synthgen.scale.writing import write_rows

    drawn = load_synthesizer(path)
    start = time.perf_counter()
    if how == "write_rows":
        write_rows(drawn, rows, out, random_state=1)
    else:
        with pq.ParquetWriter(out, drawn.batch_schema) as writer:
            for batch in drawn.generate_batches(rows, random_state=1):
                writer.write_batch(batch)
    return {"rows": rows_of(out), "inside": round(time.perf_counter() - start, 2)}


def fit(name: str, path: Path) -> dict[str, Any]:
    """Read all of a file once, and fit on the sample that was kept."""
    import synthgen as sg
    from synthgen.scale.scan import scan
    from synthgen.scale.source import open_source

    start = time.perf_counter()
    found = scan(open_source(path), target="fraud", random_state=0)
    read = time.perf_counter()
    sg.generators.GENERATORS[name](random_state=0).fit(found.sample, target="fraud")
    fitted = time.perf_counter()
    return {
        "rows": found.n_rows, "sampled": len(found.sample),
        "scan": round(read - start, 2), "fit": round(fitted - read, 2),
    }  # fmt: skip


def whole(path: Path, target: str, out: Path, engine: str) -> dict[str, Any]:
    """Balance the table with all checks, from a file to a file; in memory only as a control of a bound."""
    import synthgen as sg

    result = sg.synthesize(path, target=target, out=out, engine=engine, gate=None, random_state=0, progress=False)
    stages = {name: round(float(took), 1) for name, took in result.provenance.seconds.items()}
    return {"rows": rows_of(out), "outcome": str(result.verdict.outcome), "stages": stages}


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
    job("generate", generate, path=Path, rows=int, out=Path, how=str)
    job("fit", fit, name=str, path=Path)
    job("whole", whole, path=Path, target=str, out=Path, engine=str)
    given = vars(parser.parse_args())
    warnings.simplefilter("ignore")
    print(json.dumps(given.pop("does")(**given)))


if __name__ == "__main__":
    main()
