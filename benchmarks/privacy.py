"""Measure the leak checks: ``python -m benchmarks.privacy``. False alarms, leaks of known kinds, generators, speed."""

from __future__ import annotations

import argparse
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks import record
from benchmarks.privacy_cases import CASES, TABLES, Split, found, leaks_of, split
from synthgen.validation.privacy.evidence import clopper_pearson

FILE = Path(__file__).with_name("privacy.json")
PAGE = Path(__file__).with_name("privacy.md")
RATIOS = {"1:1": 0.5, "4:1": 0.8, "9:1": 0.9}
REAL, FRESH = 4_000, 2_000
FEWEST_OF_CLASS = 10
GENERATORS = ("jitter", "smote", "gaussian_copula", "tree")
SPEED = {"adult standard": ("adult", 39_032, 9_758, "standard"), "20,000 x 15 full": ("adult", 16_000, 4_000, "full")}


def null(seeds: int) -> dict[str, Any]:
    """How often fresh real rows fail, for tables and sizes of holdout."""
    out: dict[str, Any] = {}
    for name in TABLES:
        for ratio, share in RATIOS.items():
            failed: list[list[str]] = []
            for seed in range(seeds):
                n = round(share * REAL)
                part = split(name, n, REAL - n, FRESH, seed)
                failed.append(found(leaks_of(part, part.fresh, seed)))
            wrong = [names for names in failed if names]
            out[f"{name} {ratio}"] = {"runs": seeds, "failed": len(wrong), "by": wrong}
            print(name, ratio, len(wrong), "of", seeds, wrong, flush=True)
    return out


def cases(seeds: int) -> dict[str, Any]:
    """How often each kind of leak is found, and by what."""
    out: dict[str, Any] = {}
    for name in TABLES:
        for case, (make, leaks) in CASES.items():
            hits: list[list[str]] = []
            for seed in range(seeds):
                part = split(name, FRESH, FRESH, FRESH, seed)
                hits.append(found(leaks_of(part, make(part), seed)))
            counts = {check: sum(check in names for names in hits) for names in hits for check in names}
            found_in = sum(bool(names) for names in hits)
            out[f"{name}: {case}"] = {"leaks": leaks, "runs": seeds, "found": found_in, "by": counts}
            print(name, case, found_in, "of", seeds, counts, flush=True)
    return out


def generators() -> dict[str, Any]:
    """What the checks say of each generator's rows."""
    out: dict[str, Any] = {}
    for name in ("adult", "thyroid"):
        for generator in GENERATORS:
            part = _common_classes(split(name, 4_000, 4_000, 100, 0))
            model = sg.generators.GENERATORS[generator](random_state=0)
            made = model.fit(part.train, target=part.target).sample(4_000, random_state=1)
            leaks = leaks_of(part, pd.DataFrame(made))
            flags = leaks.flagged["reason"].value_counts().to_dict()
            shares = {
                m.name: m.value for m in leaks.measurements if m.subject is None and m.value is not None and m.p_value
            }
            out[f"{name}: {generator}"] = {"found": found(leaks), "flags": flags, "values": shares}
            print(name, generator, found(leaks), flags, flush=True)
    return out


def _common_classes(part: Split) -> Split:
    """Without the classes that SMOTE can't make."""
    counts = part.train[part.target].value_counts()
    kept = counts.index[counts >= FEWEST_OF_CLASS]
    rows = [rows[rows[part.target].isin(kept)] for rows in (part.train, part.holdout, part.fresh)]
    return Split(*(item.reset_index(drop=True) for item in rows), part.target, part.seed)


def speed() -> dict[str, Any]:
    """Seconds of a whole validation, and the process's peak memory."""
    out: dict[str, Any] = {}
    for title, (name, n_train, n_holdout, effort) in SPEED.items():
        part = split(name, n_train, n_holdout, 0, 0)
        made = part.train.sample(n_train + n_holdout if effort == "full" else n_train, replace=True, random_state=0)
        out[title] = _timed(part, made, effort)
        print(title, out[title], flush=True)
    return out


def _timed(part: Split, made: pd.DataFrame, effort: str) -> dict[str, Any]:
    options = {"holdout": part.holdout, "target": part.target, "random_state": 0}
    sg.validate(made[:300], train=part.train[:300], **options)
    start, used = time.perf_counter(), time.process_time()
    sg.validate(made, train=part.train, validation=effort, **options)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "rows": [len(part.train), len(part.holdout), len(made)], "columns": made.shape[1],
        "seconds": round(time.perf_counter() - start, 2), "cpu_seconds": round(time.process_time() - used, 2),
        "peak_bytes": peak, "load": record.load_average(),
    }  # fmt: skip


def page(kept: dict[str, Any]) -> str:
    lines = [
        "# The leak checks, measured", "",
        "Made by `python -m benchmarks.privacy`. A run fails if any leak check fails the gate (family level .02).",
        "",
    ]  # fmt: skip
    if "null" in kept:
        lines += _null_lines(kept["null"]["result"])
    if "cases" in kept:
        lines += ["## Leaks of known kinds", "", f"{FRESH:,} train, held-out and synthetic rows each.", ""]
        lines += record.header(["case", "leaks", *TABLES, "found by"])
        for case, (_, leaks) in CASES.items():
            each = [kept["cases"]["result"].get(f"{name}: {case}") for name in TABLES]
            by = sorted({check for item in each if item for check in item["by"]})
            counts = [f"{item['found']} of {item['runs']}" if item else "" for item in each]
            lines.append(record.row([case, "yes" if leaks else "no", *counts, ", ".join(by)]))
        lines.append("")
    if "generators" in kept:
        lines += [
            "## Generators",
            "",
            "About 4,000 train, held-out and synthetic rows each, of classes of ten train rows or more, as they come.",
            "",
        ]
        lines += record.header(["table: generator", "leaks found by", "rows flagged"])
        for name, item in kept["generators"]["result"].items():
            flags = ", ".join(f"{reason} {count:,}" for reason, count in item["flags"].items())
            lines.append(record.row([name, ", ".join(item["found"]) or "none", flags or "none"]))
        lines.append("")
    if "speed" in kept:
        lines += [
            "## Speed",
            "",
            "A whole `validate`, fidelity and utility included. Load: processes that wanted a core.",
        ]
        lines += ["", *record.header(["what", "rows", "seconds", "CPU seconds", "peak memory", "load"])]
        for name, item in kept["speed"]["result"].items():
            rows = " / ".join(f"{n:,}" for n in item["rows"])
            cells = [name, rows, str(item["seconds"]), str(item["cpu_seconds"])]
            lines.append(record.row([*cells, f"{item['peak_bytes'] / 2**20:,.0f} MiB", str(item["load"])]))
        lines.append("")
    return "\n".join([*lines, *record.made_with(part["made"] for part in kept.values())])


def _null_lines(result: dict[str, Any]) -> list[str]:
    lines = [
        "## False alarms",
        "",
        f"Fresh real rows, {REAL:,} real rows in two parts, {FRESH:,} as synthetic ones.",
        "",
    ]
    lines += record.header(["table, train : holdout", "failed", "share", "95 % interval"])
    total = [0, 0]
    for name, item in result.items():
        total[0] += item["failed"]
        total[1] += item["runs"]
        lines.append(_null_row(name, item["failed"], item["runs"]))
    return [*lines, _null_row("all", *total), ""]


def _null_row(name: str, failed: int, runs: int) -> str:
    low, high = clopper_pearson(failed, runs)
    return record.row([name, f"{failed} of {runs}", f"{failed / runs:.1%}", f"{low:.1%} to {high:.1%}"])


def main() -> int:
    parts: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
        "null": lambda given: null(given.seeds),
        "cases": lambda given: cases(given.case_seeds),
        "generators": lambda given: generators(),
        "speed": lambda given: speed(),
    }
    parser = argparse.ArgumentParser(prog="python -m benchmarks.privacy", description=__doc__)
    parser.add_argument("--part", action="append", choices=list(parts), help="only this one; may be repeated")
    parser.add_argument("--seeds", type=int, default=200, help="null splits of each table and ratio")
    parser.add_argument("--case-seeds", type=int, default=5, help="splits of each case")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    for name in given.part or list(parts):
        start = time.perf_counter()
        result = parts[name](given)
        kept = record.read(FILE)
        kept[name] = {"result": result, "seconds": round(time.perf_counter() - start), "made": record.when()}
        record.write(FILE, kept)
        PAGE.write_text(page(kept) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
