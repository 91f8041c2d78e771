"""Time the main job; ``python -m benchmarks.copula`` and ``python -m benchmarks.fidelity`` compare generators."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks import speed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("benchmark", nargs="?", choices=["speed"], default="speed", help="default: %(default)s")
    parser.add_argument("--job", action="append", choices=list(speed.JOBS), help="only this one; may be repeated")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, default: %(default)s")
    parser.add_argument(
        "--python", type=Path, default=Path(sys.executable), help="time another environment, such as a core install"
    )
    parser.add_argument("--out", type=Path, default=speed.PAGE, help="Markdown file to write")
    given = parser.parse_args()
    if given.repeats < 1:
        parser.error("--repeats must be at least 1")
    return speed.main(given.job or list(speed.JOBS), given.repeats, given.python, given.out)


if __name__ == "__main__":
    sys.exit(main())
