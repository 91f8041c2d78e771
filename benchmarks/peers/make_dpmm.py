"""One table of dpmm's, in an environment of its own: ``python benchmarks/peers/make_dpmm.py mst in.csv.gz about.json``.

Python 3.11 with ``pip install dpmm==0.1.9``; nothing of synthgen is imported. Prints time and memory as JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=["mst", "privbayes"])
    parser.add_argument("table", type=Path)
    parser.add_argument("about", type=Path, help="JSON: epsilon, delta, domain, labels")
    parser.add_argument("made", type=Path)
    given = parser.parse_args()
    from dpmm.pipelines import MSTPipeline, PrivBayesPipeline

    about = json.loads(given.about.read_text(encoding="utf-8"))
    frame = pd.read_csv(given.table, keep_default_na=False, na_values=[""])
    for name in about["labels"]:
        frame[name] = frame[name].fillna("gap").astype("category")
    pipeline = (MSTPipeline if given.model == "mst" else PrivBayesPipeline)(
        epsilon=about["epsilon"], delta=about["delta"]
    )
    started = time.perf_counter(), time.process_time()
    pipeline.fit(frame, domain=about["domain"])
    rows = pipeline.generate(n_records=len(frame))
    took = time.perf_counter() - started[0], time.process_time() - started[1]
    for name in about["labels"]:
        rows[name] = rows[name].astype(object).where(rows[name].astype(object) != "gap", None)
    rows.to_csv(given.made, index=False)
    scale = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    print(json.dumps({"seconds": took[0], "cpu": took[1], "peak": peak}))


if __name__ == "__main__":
    main()
