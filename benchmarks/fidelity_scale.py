"""Time and memory of a fit and sample on a table of any size: ``python -m benchmarks.fidelity_scale quality --rows 9``.

Rows come from the card payments, drawn with replacement and shaken a little; more columns are the same ones again, of
other rows plus half of this row's, so that columns depend on each other across the copies. Only for timing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers.run_once import MODELS, on_two_cores, timed
from benchmarks.peers.tables import FRAUD, load_fraud
from benchmarks.record import json_of, load_average, when

WHO = ("quality", "turbo")
ROWS, COLUMNS = (1_000, 10_000, 100_000, 1_000_000), (10, 30, 100, 300)
COLUMN_ROWS = 10_000
SHAKEN = 0.05
"""Standard deviations of the noise, in those of the column."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity_scale", description=__doc__)
    parser.add_argument("generator", choices=list(MODELS))
    parser.add_argument("--rows", type=int, default=COLUMN_ROWS)
    parser.add_argument("--columns", type=int, help="default: those of the card payments")
    given = parser.parse_args()
    on_two_cores()
    table = made_up(given.rows, given.columns)
    _, made, took = timed(given.generator, table, FRAUD.target, len(table))
    print(json.dumps({"rows": len(made), "columns": made.shape[1], **took}))


def made_up(rows: int, columns: int | None) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    real = load_fraud()
    real = real.iloc[rng.integers(len(real), size=rows)].reset_index(drop=True)
    numbers = real.drop(columns=FRAUD.target)
    values = numbers.to_numpy() + SHAKEN * numbers.std().to_numpy() * rng.normal(size=numbers.shape)
    decimals = 2
    if columns is None:
        table = pd.DataFrame(values.round(decimals), columns=numbers.columns)
    else:
        wide = [values]
        while sum(part.shape[1] for part in wide) < columns - 1:
            wide.append(values[rng.permutation(rows)] + 0.5 * values)
        every = np.concatenate(wide, axis=1)[:, : columns - 1].round(decimals)
        table = pd.DataFrame(every, columns=[f"c{j}" for j in range(columns - 1)])
    return table.assign(**{FRAUD.target: real[FRAUD.target]})


def measured(record: dict[str, Any], rows: Sequence[int], columns: Sequence[int], whole: bool = True) -> None:
    """A process for each size, one after the other; then all card payments."""
    found: dict[str, Any] = {"rows": {}, "columns": {}, "all": {}}
    for who in WHO:
        for axis, sizes in (("rows", rows), ("columns", columns)):
            for size in sizes:
                run = json_of([sys.executable, "-m", "benchmarks.fidelity_scale", who, f"--{axis}", str(size)])
                found[axis].setdefault(who, []).append(run)
                print(f"{who}, {size:,} {axis}: {run['fit_seconds']} s + {run['sample_seconds']} s", flush=True)
        if not whole:
            continue
        run = json_of([sys.executable, "-m", "benchmarks.peers.run_once", who, "fraud"])
        found["all"][who] = run
        print(f"{who}, all card payments: {run['fit_seconds']} s + {run['sample_seconds']} s", flush=True)
    record["scale"] = {**found, **when("numba"), "load": load_average()}


def slope(runs: Sequence[Mapping[str, Any]], axis: str) -> float:
    """The power of the size that seconds go with: slope of a line through the logarithms."""
    seconds = [run["fit_seconds"] + run["sample_seconds"] for run in runs]
    return float(np.polyfit(np.log([run[axis] for run in runs]), np.log(seconds), 1)[0])


if __name__ == "__main__":
    main()
