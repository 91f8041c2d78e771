"""Our Gaussian copula beside SDV's: ``python -m benchmarks.copula``.

Scores come from rows that no generator saw; SDV's rows are those stored in ``peers/``. With ``--speed`` both are
timed in turn, SDV in the Python that ``--sdv-python`` (or SYNTHGEN_SDV_PYTHON) names, where the extra ``sdv`` is
installed. Each part of the page is kept in ``copula.json`` until it is measured again.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import synthgen as sg
from benchmarks.peers.page import page
from benchmarks.peers.tables import FRAUD, MOST_ROWS, TABLES, load, load_fraud, thirds
from benchmarks.record import json_of, load_average, read, when, write
from benchmarks.scores import fidelity, usefulness
from synthgen.table.column import Role
from synthgen.table.encoding import encode, extend_categories

HERE = Path(__file__).resolve().parent
RECORD, PAGE, PEERS = HERE / "copula.json", HERE / "copula.md", HERE / "peers"
SCORED = ("column_shapes", "pair_trends", "detection_auc")

SYNTHESIZE = """
import json, os, resource, sys, time
import synthgen as sg
from benchmarks.peers.tables import load_fraud
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
table = load_fraud()
start = time.perf_counter()
result = sg.synthesize(table, target="Class", generator="gaussian_copula", validation="standard", random_state=0,
                       progress=False)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"rows": len(table), "columns": table.shape[1], "seconds": seconds, "peak_bytes": peak,
                  "outcome": str(result.verdict.outcome), "counts": dict(result.provenance.counts)}))
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.copula", description=__doc__)
    parser.add_argument("--table", action="append", choices=list(TABLES), help="only this one; may be repeated")
    parser.add_argument("--speed", action="store_true", help="time both, in turn")
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs of each on the smaller tables, default: %(default)s"
    )
    parser.add_argument("--synthesize", action="store_true", help="run all of synthesize on the card payments")
    parser.add_argument("--no-scores", action="store_true", help="leave the scores as they were")
    parser.add_argument("--sdv-python", default=os.environ.get("SYNTHGEN_SDV_PYTHON"), help="a Python with SDV 2")
    given = parser.parse_args()
    if given.speed and not given.sdv_python:
        parser.error("--speed needs --sdv-python, or SYNTHGEN_SDV_PYTHON, to name a Python that has SDV 2")
    record = read(RECORD)
    names = given.table or list(TABLES)
    if not given.no_scores:
        for name in names:
            scored(record, name)
    if given.speed:
        for name in names if given.table else [*names, "fraud"]:
            timed(record, name, given.repeats, given.sdv_python)
    if given.synthesize:
        record["synthesize"] = {**json_of([sys.executable, "-c", SYNTHESIZE]), **when()}
    record["peers"] = read(PEERS / "sdv.json")
    write(RECORD, record)
    text = page(record)
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    return 0


def scored(record: dict[str, Any], name: str) -> None:
    """Score our rows, SDV's stored ones, and fresh real ones, against rows that none of them knows."""
    table, frame, stored = TABLES[name], load(name), PEERS / f"sdv_{name}.parquet"
    if frame is None or not stored.is_file():
        what = f"shared/data/{table.file}" if frame is None else f"benchmarks/peers/{stored.name}"
        print(f"{name}: skipped, {what} is not there")
        return
    train, judge, fresh = thirds(frame)
    n = min(MOST_ROWS, len(train))
    sdv, fresh = pd.read_parquet(stored)[:n], fresh.sample(min(n, len(fresh)), random_state=0)
    model = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(train, target=table.target)
    made = model.sample(n)
    schema = sg.Schema.infer(frame, target=table.target)
    # Without a target nothing is weighted: a wrong mix of classes counts against a generator.
    flat = extend_categories(schema.with_column(table.target, role=Role.FEATURE), frame, sdv)
    coded = [encode(part, flat) for part in (made, sdv, fresh, judge)]
    result: dict[str, Any] = {"rows": {"train": len(train), "made": n, "judge": len(judge)}, **when()}
    for who, part in zip(("ours", "sdv", "fresh"), coded[:3], strict=True):
        result[who] = fidelity(part, coded[2], coded[3], flat, SCORED) | usefulness(part, coded[3], schema)
        print(f"{name} {who}: " + ", ".join(f"{key} {value:.4f}" for key, value in result[who].items()), flush=True)
    record.setdefault("scores", {})[name] = result


def timed(record: dict[str, Any], name: str, repeats: int, sdv_python: str) -> None:
    """Time both in turn, a process a run; SDV once on the card payments."""
    if name == "fraud":
        if len(load_fraud()) < 100_000:
            print(f"{name}: skipped, shared/data/{FRAUD.file} is not there")
            return
    elif load(name) is None:
        print(f"{name}: skipped, shared/data/{TABLES[name].file} is not there")
        return
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "sdv": []}
    for number in range(repeats):
        for who, python, generator in (("ours", sys.executable, "gaussian_copula"), ("sdv", sdv_python, "sdv")):
            if name == "fraud" and who == "sdv" and number:
                continue
            found = json_of([python, "-m", "benchmarks.peers.run_once", generator, name])
            runs[who].append(found)
            print(f"{name} {who}: {found['fit_seconds']} s + {found['sample_seconds']} s", flush=True)
    record.setdefault("speed", {})[name] = {**runs, **when(), "load": load_average()}


if __name__ == "__main__":
    sys.exit(main())
