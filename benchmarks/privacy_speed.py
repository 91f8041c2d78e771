"""Seconds and memory of one whole validation: ``python -m benchmarks.privacy_speed NAME``, one process a run."""

from __future__ import annotations

import argparse
import json
import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks import record
from benchmarks.peers.run_once import on_two_cores, peak_bytes
from benchmarks.peers.tables import load_fraud

WARM_UP = 300


@dataclass(frozen=True)
class Size:
    """Rows of each sort, columns (None: all), how much is looked at, and what is asked for."""

    table: str
    train: int
    holdout: int
    synthetic: int
    columns: int | None
    effort: str
    seconds: float | None = None
    gibibytes: float | None = None


SIZES = {
    "Adult, standard": Size("adult", 39_032, 9_758, 39_032, None, "standard", 8),
    "20,000 x 15, full": Size("adult", 16_000, 4_000, 20_000, None, "full", 20),
    "50,000 x 20, full": Size("fraud", 40_000, 10_000, 50_000, 20, "full", 60),
    "all card payments, standard": Size("fraud", 227_846, 56_961, 227_846, None, "standard", 40),
    "300,000 x 31, full": Size("fraud", 227_846, 56_961, 300_000, None, "full", 300, 4),
    **{
        f"beside SDMetrics, {n:,}": Size("adult", n, n, n, None, "standard")
        for n in (2_500, 5_000, 15_000)
    },
}  # fmt: skip
LOADED = {"adult": (sg.datasets.load_adult, "income"), "fraud": (load_fraud, "Class")}


def measured(name: str) -> dict[str, Any]:
    """Validate rows of a Gaussian copula; where the table has fewer rows than that, say so."""
    on_two_cores()
    size = SIZES[name]
    load, target = LOADED[size.table]
    frame = load()
    if len(frame) < size.train + size.holdout:
        return {"skipped": f"the table has {len(frame):,} rows here"}
    if size.columns:
        frame = frame[[*[column for column in frame if column != target][: size.columns - 1], target]]
    order = np.random.default_rng(0).permutation(len(frame))
    train, holdout = (
        frame.iloc[np.sort(part)].reset_index(drop=True)
        for part in np.split(order[: size.train + size.holdout], [size.train])
    )
    model = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(train, target=target)
    made = pd.DataFrame(model.sample(size.synthetic))
    options: dict[str, Any] = {"holdout": holdout, "target": target, "random_state": 0}
    sg.validate(made[:WARM_UP], train=train[:WARM_UP], **options)
    before, start, used = peak_bytes(), time.perf_counter(), time.process_time()
    report = sg.validate(made, train=train, validation=size.effort, progress=False, **options)
    return {
        "rows": [len(train), len(holdout), len(made)], "columns": frame.shape[1],
        "seconds": round(time.perf_counter() - start, 2), "cpu_seconds": round(time.process_time() - used, 2),
        "peak_bytes": peak_bytes(), "before_bytes": before, "load": record.load_average(),
        "said": [words for words in report.verdict.not_tested if "searched" in words or "lie near" in words],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.privacy_speed", description=__doc__)
    parser.add_argument("name", choices=list(SIZES))
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    print(json.dumps(measured(parser.parse_args().name)))


if __name__ == "__main__":
    main()
