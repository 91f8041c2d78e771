"""Measure differential privacy: ``python -m benchmarks.dp``. What is kept of a table at which epsilon, beside dpmm.

dpmm needs an environment of its own: ``DPMM_PYTHON=/path/to/python python -m benchmarks.dp``, of Python 3.11 with
``pip install dpmm==0.1.9``. So does mbi: ``MBI_PYTHON``, with ``pip install mbi==2.0.0``. Without them, their figures
stay those of the record.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks import record
from benchmarks.dp_estimators import estimators
from benchmarks.dp_page import page
from benchmarks.dp_tables import (
    ADULT_BOUNDS,
    adult,
    adult_schema,
    codes_of,
    declared_labels,
    distances,
    distances_of_codes,
    fraud,
    lines,
    thyroid,
)
from benchmarks.peers.run_once import on_two_cores, peak_bytes
from synthgen.generators import DPMarginalsSynthesizer
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.schema import Schema

FILE = Path(__file__).with_name("dp.json")
PAGE = Path(__file__).with_name("dp.md")
DELTA = 1e-9
EPSILONS = (0.1, 0.3, 1.0, 3.0, 10.0)
REPEATS = 2
DRAWS = {"Adult": 3, "Thyroid": 6, "ULB": 5}
WIDTHS = (10, 20, 31)
PEERS = (("mst", False), ("privbayes", False), ("mst", True))
MAKE_DPMM = Path(__file__).with_name("peers") / "make_dpmm.py"


def fitted(frame: pd.DataFrame, schema: Schema, epsilon: float) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Rows of a model, and what it took."""
    started = time.perf_counter(), time.process_time()
    model = DPMarginalsSynthesizer(epsilon, DELTA, random_state=0).fit(frame, schema=schema)
    made = model.sample(len(frame))
    took = {"seconds": time.perf_counter() - started[0], "cpu": time.process_time() - started[1]}
    found = model.measurements_
    target = next((i for i, level in enumerate(found.levels) if level.column.role is Role.TARGET), None)
    beside = [set(item.columns) - {target} for item in found.marginals if target in item.columns]
    counts = {
        "cells": sum(int(item.counts.size) for item in found.marginals),
        "beside_target": len(set().union(*beside)), "pairs_beside_target": sum(len(group) > 1 for group in beside),
    }  # fmt: skip
    return made, {**took, **counts}


def curve() -> dict[str, Any]:
    """Adult at every epsilon; at 1 several times, as the noise is never the same."""
    frame = adult()
    assert frame is not None
    schema = adult_schema(frame)
    found: dict[str, Any] = {"lines": lines(frame, schema), "runs": []}
    for epsilon in EPSILONS:
        for _ in range(REPEATS if epsilon == 1.0 else 1):
            made, took = fitted(frame, schema, epsilon)
            found["runs"].append({"epsilon": epsilon, **distances(made, frame, schema), **took})
            print(found["runs"][-1], flush=True)
    return {**found, **record.when("opendp"), "load": record.load_average()}


def peers() -> dict[str, Any]:
    """dpmm's MST and PrivBayes on the same rows, and MST on the metric's own bins, which spares it finding any."""
    python = os.environ["DPMM_PYTHON"]
    runs = [peer(python, name, binned) for name, binned in PEERS]
    version = subprocess.run(
        [python, "-c", "import importlib.metadata as m; print(m.version('dpmm'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    return {"runs": runs, "dpmm": version, **record.when(), "load": record.load_average()}


def peer(python: str, name: str, binned: bool) -> dict[str, Any]:
    """One model of dpmm, with the same bounds and labels as ours; ``binned``: of the metric's codes, as labels."""
    frame = adult()
    assert frame is not None
    schema = adult_schema(frame)
    codes, sizes = codes_of(frame, schema)
    labels = list(codes.columns) if binned else [column.name for column in schema.of(*LABEL_KINDS)]
    domain: dict[str, Any] = {label: {"lower": low, "upper": high} for label, (low, high) in ADULT_BOUNDS.items()}
    for label in labels:
        known = range(sizes[label]) if binned else [*(schema[label].categories or ()), "gap"]
        domain[label] = {"categories": [f"c{code}" if binned else str(code) for code in known]}
    about = {"epsilon": 1.0, "delta": DELTA, "domain": domain, "labels": labels}
    with tempfile.TemporaryDirectory() as folder:
        table, said, made = Path(folder) / "real.csv.gz", Path(folder) / "about.json", Path(folder) / "made.csv.gz"
        (codes.map(lambda code: f"c{code}") if binned else frame).to_csv(table, index=False)
        said.write_text(json.dumps(about), encoding="utf-8")
        took = record.json_of([python, str(MAKE_DPMM), name, str(table), str(said), str(made)])
        rows = pd.read_csv(made, keep_default_na=False, na_values=[""])
    if binned:
        # A code that dpmm leaves empty counts as a gap.
        gaps = {label: f"c{size - 1}" for label, size in sizes.items()}
        back = rows[codes.columns].fillna(gaps).map(lambda code: int(code[1:]))
        run = {"model": name, "binned": True, **distances_of_codes(back, codes, sizes), **took}
    else:
        run = {"model": name, "binned": False, **distances(rows, frame, schema), **took}
    print(run, flush=True)
    return run


def auc(train: pd.DataFrame, test: pd.DataFrame, target: str, positive: str) -> float:
    """Area under the ROC curve of a LightGBM model; 0.5 where there is nothing to learn."""
    from lightgbm import LGBMClassifier
    from sklearn.metrics import roc_auc_score

    y = train[target].astype(str) == positive
    if not 0 < y.sum() < len(y):
        return 0.5
    both = pd.concat([train, test], keys=["train", "test"]).drop(columns=target)
    for name in both.select_dtypes(exclude=["number", "bool"]).columns:
        both[name] = both[name].astype(str).astype("category")
    # Of rare classes, leaves without a positive would give boundless scores, on real rows too.
    held = {"min_child_weight": 1.0, "reg_lambda": 10.0}
    model = LGBMClassifier(n_estimators=100, num_leaves=15, random_state=0, verbose=-1, n_jobs=1, **held)
    model.fit(both.loc["train"], y)
    return float(roc_auc_score(test[target].astype(str) == positive, model.predict_proba(both.loc["test"])[:, 1]))


def within(made: pd.DataFrame, real: pd.DataFrame, schema: Schema, target: str) -> float:
    """Mean total variation over columns between rows of one class; numbers in tenths of the real rows of it."""
    found = []
    for column in schema:
        if column.name == target:
            continue
        one, other = made[column.name], real[column.name]
        if column.kind not in LABEL_KINDS:
            ends = np.unique(other.astype(float).quantile(np.linspace(0.1, 0.9, 9)).dropna())
            one, other = (
                pd.Series(np.where(values.isna(), -1, np.searchsorted(ends, values.astype(float))))
                for values in (one, other)
            )
        shares = [values.astype(str).value_counts(normalize=True) for values in (one, other)]
        found.append(0.5 * float(shares[0].sub(shares[1], fill_value=0).abs().sum()))
    return float(np.mean(found))


def uses() -> dict[str, Any]:
    """Trained on synthetic rows, tested on real ones that the generator never saw."""
    out = []
    tables: dict[str, tuple[pd.DataFrame | None, str, str]] = {
        "ULB": (fraud(), "Class", "1"),
        "Thyroid": (_ill(thyroid()), "ill", "yes"),
        "Adult": (adult(), "income", ">50K"),
    }  # fmt: skip
    for name, (frame, target, positive) in tables.items():
        if frame is None:
            continue
        test = frame.sample(frac=0.3, random_state=0)
        train = frame.drop(index=test.index).reset_index(drop=True)
        schema = adult_schema(frame) if name == "Adult" else declared_labels(sg.Schema.infer(frame, target=target))
        positives = int((train[target].astype(str) == positive).sum())
        about = {"table": name, "rows": len(train), "columns": train.shape[1], "positives": positives}
        about["real"] = auc(train, test, target, positive)
        rest = test[test[target].astype(str) == positive]
        ill = train[train[target].astype(str) == positive]
        about["within_real"] = within(rest, ill, schema, target)
        for epsilon in (1.0, 10.0):
            out.append({**about, "epsilon": epsilon, "draws": []})
            for _ in range(DRAWS[name]):
                made, took = fitted(train, schema, epsilon)
                like = made[made[target].astype(str) == positive]
                draw = {"auc": auc(made, test, target, positive), "share": len(like) / len(made), **took}
                draw["within"] = within(like, ill, schema, target) if len(like) else 1.0
                out[-1]["draws"].append(draw)
            print(out[-1], flush=True)
    return {"runs": out, **record.when("opendp", "lightgbm"), "load": record.load_average()}


def _ill(frame: pd.DataFrame) -> pd.DataFrame:
    counts = frame["diagnosis"].value_counts()
    return frame.assign(ill=np.where(frame["diagnosis"] == counts.index[0], "no", "yes")).drop(columns="diagnosis")


def width(columns: int) -> dict[str, Any]:
    """Time and memory against the number of columns: one process each."""
    on_two_cores()
    frame = thyroid()
    chosen = [*[name for name in frame.columns if name != "diagnosis"][: columns - 1], "diagnosis"]
    schema = declared_labels(sg.Schema.infer(frame[chosen], target="diagnosis"))
    _, took = fitted(frame[chosen], schema, 1.0)
    return {"columns": len(chosen), "rows": len(frame), **took, "peak": peak_bytes()}


def widths() -> dict[str, Any]:
    runs = [record.json_of([sys.executable, "-m", "benchmarks.dp", "--width", str(n)]) for n in WIDTHS]
    return {"runs": runs, **record.when("opendp"), "load": record.load_average()}


PARTS: dict[str, Callable[[], dict[str, Any]]] = {
    "uses": uses, "widths": widths, "curve": curve, "peers": peers, "estimators": lambda: estimators(DELTA),
}  # fmt: skip
NEEDS = {"peers": "DPMM_PYTHON", "estimators": "MBI_PYTHON"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dp", description=__doc__)
    parser.add_argument("--only", choices=list(PARTS), action="append", help="measure these parts anew")
    parser.add_argument("--width", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.width:
        print(json.dumps(width(given.width)))
        return
    if adult() is None:
        raise SystemExit("The benchmark needs Adult with all its rows, in shared/data.")
    kept = record.read(FILE)
    for name in given.only or PARTS:
        if name not in NEEDS or NEEDS[name] in os.environ:
            kept[name] = PARTS[name]()
            record.write(FILE, kept)
    PAGE.write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
