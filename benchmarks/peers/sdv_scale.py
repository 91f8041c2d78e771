"""SDV's copula on a Parquet file: read, fit, sample as many rows, write; run it where SDV is installed."""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings

import pandas as pd
import sdv
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer

from benchmarks.peers.sdv_asks import rows_of
from benchmarks.peers.sdv_kinds import versions


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.sdv_scale", description=__doc__)
    parser.add_argument("table", help="Parquet file")
    parser.add_argument("out", help="Parquet file to write")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    started = time.process_time()
    frame = pd.read_parquet(given.table)
    read = time.process_time()
    metadata = Metadata.detect_from_dataframes({"table": frame})
    model = GaussianCopulaSynthesizer(metadata)
    model.fit({"table": frame})
    fitted = time.process_time()
    made = rows_of(model.sample(len(frame)))
    sampled = time.process_time()
    made.to_parquet(given.out, index=False)
    took = {"read": read - started, "fit": fitted - read, "sample": sampled - fitted}
    print(
        json.dumps(
            {"rows": len(made), "columns": made.shape[1], **{name: round(seconds, 2) for name, seconds in took.items()},
             "about": {"sdv": sdv.__version__, "versions": versions()}}
        )
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
