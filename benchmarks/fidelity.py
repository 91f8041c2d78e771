"""The tree engine beside its peers: ``python -m benchmarks.fidelity``.

Parts: ``scores`` (three tables), ``speed``, ``frontier`` (detection against DCR share), ``published`` (the protocol of
published comparisons), ``rare`` (rare classes) and ``scale`` (time and memory against size). Each is kept in
``fidelity.json`` until it is measured again; ``--page`` only writes the page anew. ``speed`` and ``scale`` want a
machine that does nothing else.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import fidelity_scale, fidelity_table, published, rare_class
from benchmarks.fidelity_page import page
from benchmarks.fidelity_plots import plots
from benchmarks.peers.tables import TABLES, load
from benchmarks.record import json_of, load_average, read, when, write

HERE = Path(__file__).resolve().parent
PARTS = ("scores", "frontier", "published", "rare", "speed", "scale")
SPEED_ROWS = 25_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=__doc__)
    parser.add_argument("--part", action="append", choices=PARTS, help="only this one; may be repeated")
    parser.add_argument("--table", action="append", choices=list(TABLES), help="only this one; may be repeated")
    parser.add_argument("--rare-table", action="append", choices=list(rare_class.TABLES), help="may be repeated")
    parser.add_argument("--seeds", type=int, default=5, help="splits to score, default: %(default)s")
    parser.add_argument("--few-seeds", type=int, default=3, help="splits elsewhere, runs timed, default: %(default)s")
    parser.add_argument("--folds", type=int, default=rare_class.FOLDS, help="of the rare classes, default: %(default)s")
    parser.add_argument("--repeats", type=int, help="of the folds, default: 3, thyroid 5, card payments 1")
    parser.add_argument(
        "--rows", type=int, nargs="+", default=fidelity_scale.ROWS, help="sizes to time, default: %(default)s"
    )
    parser.add_argument("--columns", type=int, nargs="+", default=fidelity_scale.COLUMNS, help="default: %(default)s")
    parser.add_argument("--no-whole", action="store_true", help="of scale: leave out all card payments")
    parser.add_argument("--page", action="store_true", help="measure nothing, only write the page and the plots")
    parser.add_argument("--folder", type=Path, default=HERE, help="where the page, its record and the plots are")
    given = parser.parse_args()
    given.table = given.table or list(TABLES)
    record = read(given.folder / "fidelity.json")
    for part in () if given.page else given.part or PARTS:
        start = time.perf_counter()
        measure(part, record, given)
        write(given.folder / "fidelity.json", record)
        print(f"{part}: {time.perf_counter() - start:.0f} s", flush=True)
    plots(record, given.folder)
    (given.folder / "fidelity.md").write_text(page(record), encoding="utf-8")
    return 0


def measure(part: str, record: dict[str, Any], given: argparse.Namespace) -> None:
    if part == "scores":
        fidelity_table.measured(record, given.table, given.seeds)
    elif part == "frontier":
        fidelity_table.frontier(record, given.table, given.few_seeds)
    elif part == "published":
        published.measured(record, given.table, given.few_seeds)
    elif part == "rare":
        rare_class.measured(record, given.rare_table or list(rare_class.TABLES), given.folds, given.repeats)
    elif part == "speed":
        speed(record, given.table, given.few_seeds)
    else:
        fidelity_scale.measured(record, given.rows, given.columns, not given.no_whole)


def speed(record: dict[str, Any], names: list[str], repeats: int) -> None:
    """Fit and sample, a process a run, ours in turn."""
    for name in names:
        if load(name) is None:
            continue
        runs: dict[str, list[dict[str, Any]]] = {who: [] for who in fidelity_table.OURS}
        for _ in range(repeats):
            for who in runs:
                command = [sys.executable, "-m", "benchmarks.peers.run_once", who, name, "--learn", str(SPEED_ROWS)]
                runs[who].append(json_of(command))
                print(f"{name} {who}: {runs[who][-1]['fit_seconds']} + {runs[who][-1]['sample_seconds']} s", flush=True)
        record.setdefault("speed", {})[name] = {"runs": runs, **when("numba"), "load": load_average()}


if __name__ == "__main__":
    sys.exit(main())
