"""Time and memory on tables of many columns and labels of many levels: ``python -m benchmarks.wide``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import record
from benchmarks.level_quality import quality
from benchmarks.peers.run_once import peak_bytes
from benchmarks.wide_tables import LEVELS, ROWS, WIDE_COLUMNS, WIDE_ROWS, many_levels, wide

FILE, PAGE = Path(__file__).with_name("wide.json"), Path(__file__).with_name("wide.md")
NAMES = ("jitter", "smote", "gaussian_copula", "tree")
COLUMNS, FEWER_LEVELS = (75, 150, WIDE_COLUMNS), 5_000
MIB = 2**20
MADE = 10_000
TABLES = {"columns": (wide, "bought"), "levels": (many_levels, "returned")}
SIZES: dict[str, tuple[int, ...]] = {"columns": COLUMNS, "levels": (FEWER_LEVELS, LEVELS)}


def jobs() -> list[tuple[str, str, int]]:
    """What is done with which table of which size, each in a process of its own."""
    out = [(what, axis, size) for axis, sizes in SIZES.items() for size in sizes[::-1] for what in ("profile", *NAMES)]
    out += [("whole gaussian_copula", "columns", size) for size in COLUMNS]
    out += [(f"whole {name}", axis, sizes[-1]) for name in NAMES[::-1] for axis, sizes in SIZES.items()]
    return list(dict.fromkeys(out))


def one(what: str, axis: str, size: int) -> dict[str, Any]:
    """Do one of the jobs; CPU seconds, and the peak memory of this process."""
    import synthgen as sg

    make, target = TABLES[axis]
    # What is imported or compiled on first use is not counted.
    small = wide(8, 300)
    sg.generators.GENERATORS[what if what in NAMES else "jitter"](random_state=0).fit(small, target="bought").sample(5)
    if what.startswith("whole"):
        sg.synthesize(small, target="bought", generator="jitter", gate=None, random_state=0, progress=False)
    frame = make(size)
    before, start = peak_bytes(), time.process_time()
    out: dict[str, Any] = {}
    if what == "profile":
        sg.profile(frame, target=target)
    elif what in NAMES:
        model = sg.generators.GENERATORS[what](random_state=0).fit(frame, target=target)
        fitted = time.process_time()
        made = model.sample(MADE, random_state=1)
        out |= {"fit": round(fitted - start, 2), "sample": round(time.process_time() - fitted, 2)}
    else:
        result = sg.synthesize(
            frame,
            target=target,
            generator=what.split()[1],
            n_samples=MADE,
            gate=None,
            random_state=0,
            progress=False,
        )
        with tempfile.TemporaryDirectory() as folder:
            result.write_reports(folder)
        out |= {"rows": len(result.synthetic), "outcome": str(result.verdict.outcome)}
    out |= {"cpu_seconds": round(time.process_time() - start, 2), "peak_bytes": peak_bytes(), "before": before}
    return out | (quality(frame, made) if axis == "levels" and what in NAMES else {})


def figures(run: dict[str, Any]) -> list[str]:
    """CPU time and memory, as cells."""
    if "stopped" in run:
        return [f"stops: {run['stopped'][:120]}", ""]
    return [f"{run['cpu_seconds']:,.1f} s", f"{run['peak_bytes'] / MIB:,.0f} MiB"]


def page(found: dict[str, Any]) -> str:
    """The page, of what was measured."""
    runs, sdv = found["runs"], found.get("sdv", {})
    lines = [
        "# Wide tables and labels of many levels", "",
        "Made by `python -m benchmarks.wide` (beside SDV: `--part sdv --python` of an environment that has it). CPU",
        "time and peak memory of the whole process, one core, each run in a process of its own; imports and what is",
        f"compiled on first use are not in the time, but the import is in the memory. {MADE:,} rows are drawn. About"
        f" {runs['profile columns 75']['before'] / MIB:,.0f} MiB are taken before anything is done.", "",
    ]  # fmt: skip
    for axis, sizes in SIZES.items():
        if axis == "columns":
            lines += [f"## {WIDE_ROWS:,} rows of numbers, labels, dates and yes or no, tied together, with gaps", ""]
        else:
            lines += [f"## {ROWS:,} rows, a label with many levels, few of which make most rows", ""]
        lines += record.header(["what", *(f"{size:,} {axis}{of}" for size in sizes for of in ("", ", memory"))])
        for what in ("profile", *NAMES, *(f"whole {name}" for name in NAMES)):
            words = "`sg.profile`" if what == "profile" else f"{what}, fit and sample"
            if what.startswith("whole"):
                words = f"`sg.synthesize` and reports, {what.removeprefix('whole ')}"
            cells = [figures(runs[key]) if (key := f"{what} {axis} {size}") in runs else ["", ""] for size in sizes]
            if any(map(any, cells)):
                lines.append(record.row([words, *(cell for pair in cells for cell in pair)]))
        if sdv:
            of_sdv = [sdv["runs"].get(f"{axis} {size}") for size in sizes]
            cells = [figures(run) if run else ["", ""] for run in of_sdv]
            words = f"SDV {sdv['sdv']}'s Gaussian copula, fit and sample"
            lines.append(record.row([words, *(cell for pair in cells for cell in pair)]))
        lines.append("")
    keys = list(next(run for key, run in runs.items() if key.startswith("tree levels")))
    keys = [key for key in keys if key in ("group kept", "share apart", "price by product", "returned by group")]
    lines += [
        f"Of {LEVELS:,} products in {ROWS:,} rows: the share of rows whose product is in the group that it belongs to;",
        "how far the shares of the products are apart (half the sum of differences; real rows, as many as are drawn,",
        f"are {found['two samples']:.2f} apart);",
        "how the mean price of a product and the share returned of a group go with the real ones (correlation,",
        "weighted by rows).", "", *record.header(["generator", *keys]),
    ]  # fmt: skip
    for who, run in [*((name, runs.get(f"{name} levels {LEVELS}", {})) for name in NAMES), ("SDV", _quality_of(sdv))]:
        if "group kept" in run:
            lines.append(record.row([who, *(f"{run[key]:.2f}" for key in keys)]))
    lines += ["", *record.made_with([found["when"], *([sdv["when"]] if sdv else [])])]
    return "\n".join(lines)


def _quality_of(sdv: dict[str, Any]) -> dict[str, Any]:
    return dict(sdv["runs"].get(f"levels {LEVELS}", {})) if sdv else {}


def two_samples() -> float:
    """How far the shares of products are apart by chance, in a table of so many rows and in the rows that are drawn."""
    rng = np.random.default_rng(1)
    share = many_levels()["product"].value_counts(normalize=True).to_numpy()
    one, other = (rng.multinomial(n, share) / n for n in (ROWS, MADE))
    return round(float(np.abs(one - other).sum() / 2), 3)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wide", description=__doc__)
    parser.add_argument("--part", action="append", choices=["synthgen", "sdv"], help="default: synthgen")
    parser.add_argument("--python", default=sys.executable, help="an environment with SDV, for --part sdv")
    parser.add_argument("--more", action="store_true", help="only jobs that the record doesn't have yet")
    parser.add_argument("--job", nargs=3, metavar=("WHAT", "AXIS", "SIZE"), help="one job in this process")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if given.job:
        print(json.dumps(one(given.job[0], given.job[1], int(given.job[2]))))
        return 0
    found = record.read(FILE)
    for part in given.part or ["synthgen"]:
        if part == "sdv":
            runs: dict[str, Any] = {}
            for axis, sizes in SIZES.items():
                for size in (sizes[0], sizes[-1]):
                    made = record.json_of([given.python, "-m", "benchmarks.peers.sdv_wide", axis, str(size)])
                    about, runs[f"{axis} {size}"] = made.pop("about"), made
                    print("sdv", axis, size, figures(made), flush=True)
            found["sdv"] = {**about, "when": {**record.when(), "versions": about.pop("versions")}, "runs": runs}
            record.write(FILE, found)
            continue
        if not given.more:
            found |= {"runs": {}, "two samples": two_samples()}
        for what, axis, size in jobs():
            if f"{what} {axis} {size}" in found["runs"]:
                continue
            made = record.json_of([sys.executable, "-m", "benchmarks.wide", "--job", what, axis, str(size)])
            found["runs"][f"{what} {axis} {size}"] = made
            print(what, axis, size, figures(made), flush=True)
            record.write(FILE, found | {"when": record.when("lightgbm", "numba")})
        found = record.read(FILE)
    PAGE.write_text(page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
