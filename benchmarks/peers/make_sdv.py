"""Make SDV's tables again: ``python -m benchmarks.peers.make_sdv``, where synthgen's extra ``sdv`` is installed."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.peers.tables import ALL_TABLES, MOST_ROWS

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]


def main() -> None:
    names = [*ALL_TABLES, "fraud"]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.make_sdv", description=__doc__)
    parser.add_argument("--table", action="append", choices=names, help="only this one; may be repeated")
    record = FOLDER / "sdv.json"
    made = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    for name in parser.parse_args().table or names:
        path = FOLDER / f"sdv_{name}.parquet"
        command = [sys.executable, "-m", "benchmarks.peers.run_once", "sdv", name, "--write", str(path)]
        if name != "fraud":
            command += ["--rows", str(MOST_ROWS)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        made[name] = {"date": f"{datetime.now(UTC):%Y-%m-%d}", **json.loads(done.stdout.splitlines()[-1])}
        record.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
        print(f"{name}: {made[name]['fit_seconds']} s + {made[name]['sample_seconds']} s")


if __name__ == "__main__":
    main()
