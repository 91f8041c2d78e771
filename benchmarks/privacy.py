"""Measure the leak checks: ``python -m benchmarks.privacy``. False alarms, leaks of known kinds, generators, speed."""

from __future__ import annotations

import argparse
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
from benchmarks.peers.tables import ALL_TABLES, load, thirds
from benchmarks.privacy_cases import CASES, TABLES, Split, found, leaks_of, split
from benchmarks.privacy_page import FRESH, PEERS, REAL, page
from benchmarks.privacy_speed import SIZES
from synthgen.validation.privacy import Leaks

FILE = Path(__file__).with_name("privacy.json")
PAGE = Path(__file__).with_name("privacy.md")
RATIOS = {"1:1": 0.5, "4:1": 0.8, "9:1": 0.9}
FEWEST_OF_CLASS = 10
GENERATORS = ("jitter", "smote", "gaussian_copula", "tree")
STORED = Path(__file__).with_name("peers")


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


def main() -> int:
    parts: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
        "null": lambda given: null(given.seeds),
        "cases": lambda given: cases(given.case_seeds),
        "generators": lambda given: generators(),
        "peers": lambda given: peers(),
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
