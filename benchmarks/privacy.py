"""Measure the leak checks: ``python -m benchmarks.privacy``. False alarms, leaks of known kinds, generators, speed."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks import privacy_noisy, record
from benchmarks.in_turn import run_all
from benchmarks.peers.tables import ALL_TABLES, load, thirds
from benchmarks.privacy_cases import CASES, TABLES, Split, found, leaks_of, split
from benchmarks.privacy_page import FRESH, PEERS, REAL, page
from benchmarks.privacy_speed import SIZES
from synthgen.validation.privacy import Leaks

FILE = Path(__file__).with_name("privacy.json")
PAGE = Path(__file__).with_name("privacy.md")
ROUND = 10
RATIOS = {"1:1": 0.5, "4:1": 0.8, "9:1": 0.9}
FEWEST_OF_CLASS = 10
GENERATORS = ("jitter", "smote", "gaussian_copula", "tree")
STORED = Path(__file__).with_name("peers")


def null(seeds: int) -> Iterator[dict[str, Any]]:
    """How often fresh real rows fail, for tables and sizes of holdout; after each round what is known so far."""
    out: dict[str, Any] = {f"{name} {ratio}": {"runs": 0, "failed": 0, "by": []} for name in TABLES for ratio in RATIOS}
    for first in range(0, seeds, ROUND):
        last = min(first + ROUND, seeds)
        for (name, ratio, *_), got in run_all(_null, [(*cell.split(), first, last) for cell in out]).items():
            known = out[f"{name} {ratio}"]
            known["by"] += got["by"]
            known.update(runs=last, failed=len(known["by"]))
        yield out


def _null(name: str, ratio: str, first: int, last: int) -> dict[str, Any]:
    _quiet()
    n = round(RATIOS[ratio] * REAL)
    wrong = []
    for seed in range(first, last):
        part = split(name, n, REAL - n, FRESH, seed)
        wrong.append(found(leaks_of(part, part.fresh, seed)))
    return {"by": [names for names in wrong if names]}


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
            out[f"{name}: {generator}"] = _said(leaks_of(part, pd.DataFrame(made)))
            print(name, generator, out[f"{name}: {generator}"], flush=True)
    return out


def _common_classes(part: Split) -> Split:
    """Without the classes that SMOTE can't make."""
    counts = part.train[part.target].value_counts()
    kept = counts.index[counts >= FEWEST_OF_CLASS]
    rows = [rows[rows[part.target].isin(kept)] for rows in (part.train, part.holdout, part.fresh)]
    return Split(*(item.reset_index(drop=True) for item in rows), part.target, part.seed)


def peers() -> dict[str, Any]:
    """What the checks say of other tools' rows, and of ours, all learnt from the same third of a table."""
    out: dict[str, Any] = {}
    for name in ("adult", "thyroid"):
        frame = load(name)
        assert frame is not None
        part = Split(*thirds(frame), ALL_TABLES[name].target)
        rows = {who: pd.read_parquet(path) for who in PEERS if (path := STORED / f"{who}_{name}.parquet").is_file()}
        n = min(len(made) for made in rows.values())
        for generator in ("gaussian_copula", "tree"):
            model = sg.generators.GENERATORS[generator](random_state=0).fit(part.train, target=part.target)
            rows[generator] = pd.DataFrame(model.sample(n, random_state=1))
        for who, made in rows.items():
            leaks = leaks_of(part, made)
            out.setdefault(name, {})[who] = _said(leaks) | {"rows": [len(part.train), len(part.holdout), len(made)]}
            print(name, who, out[name][who], flush=True)
    return out


def _said(leaks: Leaks) -> dict[str, Any]:
    flags = leaks.flagged["reason"].value_counts().to_dict()
    shares = {m.name: m.value for m in leaks.measurements if m.subject is None and m.value is not None and m.p_value}
    return {"found": found(leaks), "flags": flags, "values": shares}


def speed() -> dict[str, Any]:
    """Seconds of a whole validation, and the process's peak memory, each size in a process of its own."""
    out: dict[str, Any] = {}
    for name in SIZES:
        out[name] = record.json_of([sys.executable, "-m", "benchmarks.privacy_speed", name])
        print(name, out[name], flush=True)
    return out


def _quiet() -> None:
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")


def main() -> int:
    parts: dict[str, Callable[[argparse.Namespace], Iterator[dict[str, Any]]]] = {
        "null": lambda given: null(given.seeds),
        "cases": lambda given: iter([cases(given.case_seeds)]),
        "noisy": lambda given: iter([privacy_noisy.measured(given.case_seeds)]),
        "generators": lambda given: iter([generators()]),
        "peers": lambda given: iter([peers()]),
        "speed": lambda given: iter([speed()]),
    }
    parser = argparse.ArgumentParser(prog="python -m benchmarks.privacy", description=__doc__)
    parser.add_argument("--part", action="append", choices=list(parts), help="only this one; may be repeated")
    parser.add_argument("--seeds", type=int, default=200, help="null splits of each table and ratio")
    parser.add_argument("--case-seeds", type=int, default=5, help="splits of each case")
    given = parser.parse_args()
    _quiet()
    for name in given.part or list(parts):
        start = time.perf_counter()
        for result in parts[name](given):
            kept = record.read(FILE)
            kept[name] = {"result": result, "seconds": round(time.perf_counter() - start), "made": record.when()}
            record.write(FILE, kept)
            PAGE.write_text(page({part: kept[part] for part in parts if part in kept}) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
