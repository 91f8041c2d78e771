"""SDV's copula on the tables of :mod:`benchmarks.wide_tables`; run it where SDV is installed. Prints JSON."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
import warnings
from typing import Any

import pandas as pd
import sdv
import torch
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer

from benchmarks.peers import sdv_asks
from benchmarks.peers.sdv_kinds import versions
from benchmarks.wide_tables import many_levels, wide

MADE = 10_000
PATIENCE = 600
"""CPU seconds after which a fit is given up."""

TABLES = {"columns": wide, "levels": many_levels}


def measured(frame: pd.DataFrame) -> dict[str, Any]:
    """Fit and sample."""
    start = time.process_time()
    metadata = Metadata.detect_from_dataframes({"table": frame})
    if "product" in frame:
        metadata.update_column(table_name="table", column_name="product", sdtype="categorical")
    model = GaussianCopulaSynthesizer(metadata)
    model.fit({"table": frame})
    fitted = time.process_time()
    made = sdv_asks.rows_of(model.sample(MADE))
    took = {"fit": round(fitted - start, 2), "sample": round(time.process_time() - fitted, 2)}
    out: dict[str, Any] = {**took, "cpu_seconds": round(time.process_time() - start, 2)}
    if "product" in frame:
        from benchmarks.level_quality import quality

        out |= quality(frame, made)
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.sdv_wide", description=__doc__)
    parser.add_argument("axis", choices=list(TABLES))
    parser.add_argument("size", type=int)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    sdv_asks.PATIENCE = PATIENCE
    measured(wide(8, 300))  # what is imported on first use isn't counted
    found = sdv_asks.outcome(lambda: measured(TABLES[given.axis](given.size)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({**found, "peak_bytes": peak, "about": {"sdv": sdv.__version__, "versions": versions()}}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
