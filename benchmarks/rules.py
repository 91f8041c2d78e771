"""What rules, conditions and completing cost, and how good such rows are: ``python -m benchmarks.rules``."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks import record
from benchmarks.rules_page import page
from benchmarks.rules_quality import conditional_rows, gaps_quality, ways_to_complete
from synthgen.generators import GENERATORS
from synthgen.table import constraints as rules
from synthgen.table.constraints.ruleset import RuleSet

SHARED = record.ROOT.parent / "shared" / "data"
FILE = Path(__file__).with_name("rules.json")
PAGE = Path(__file__).with_name("rules.md")
PAIRS = 5
DRAWN = 10_000
LEARNT = 20_000
FEW_LEARNT = 6_000
COMPLETED = 100_000
ENGINES = ("tree", "gaussian_copula")

KNOWN: dict[str, list[str]] = {
    "age, sex": ["age", "sex"],
    "age, education, sex, race, income": ["age", "education", "sex", "race", "income"],
    "occupation, hours, country": ["occupation", "hours-per-week", "native-country"],
    "all but age": [],
    "half of the cells": [],
}


def _bike() -> pd.DataFrame | None:
    path = SHARED / "bike_sharing_hour.csv.gz"
    return pd.read_csv(path).drop(columns="instant") if path.is_file() else None


TABLES: dict[str, tuple[Callable[[], pd.DataFrame | None], str | None, list[Any], dict[str, dict[str, Any]]]] = {
    "adult": (
        sg.datasets.load_adult, "income",
        [
            rules.Range("age", 17, 90), rules.Positive("hours-per-week"),
            rules.FunctionalDependency("education", "education-num"),
            rules.FixedCombinations(["relationship", "sex"]),
            rules.When({"workclass": None}, {"occupation": None}),
        ],
        {"a class": {"income": ">50K"}, "a range": {"age": ">= 30 and < 60"},
         "a class and a range": {"income": ">50K", "hours-per-week": ">= 40"}},
    ),
    "bike": (
        _bike, None,
        [
            rules.Linear("cnt", ["casual", "registered"]), rules.Inequality("casual", "cnt"), rules.Range("hum", 0, 1),
            rules.When({"holiday": True}, {"workingday": False}), rules.FixedCombinations(["season", "mnth"]),
        ],
        {"a range": {"cnt": ">= 50"}, "a label and a range": {"workingday": True, "temp": "> 0.3"}},
    ),
    "thyroid": (
        sg.datasets.load_thyroid, "diagnosis",
        [
            rules.Range("age", 0, 120), rules.When({"TSH_measured": "f"}, {"TSH": None}),
            rules.When({"T3_measured": "f"}, {"T3": None}),
        ],
        {"a range": {"age": ">= 40"}, "a value that isn't missing": {"TSH": slice(None), "sex": "F"}},
    ),
}  # fmt: skip


def cpu(action: Callable[[], Any]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def paired(one: Callable[[], Any], other: Callable[[], Any]) -> dict[str, float]:
    """Median CPU seconds of both, and the median of the ratios of runs one after the other."""
    one(), other()
    times = np.array([(cpu(one), cpu(other)) for _ in range(PAIRS)])
    without, having = np.median(times, axis=0)
    return {
        "without": round(float(without), 3), "with": round(float(having), 3),
        "added": round(float(np.median(times[:, 1] / times[:, 0]) - 1), 3),
    }  # fmt: skip


def overhead() -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, (load, target, declared, conditions) in TABLES.items():
        frame = load()
        if frame is None:
            out[name] = {"skipped": f"the table is not in {SHARED.name}/ beside this repository"}
            continue
        frame = frame.sample(min(len(frame), FEW_LEARNT), random_state=0).reset_index(drop=True)
        schema = sg.Schema.infer(frame, target=target)
        measured: dict[str, Any] = {"rules": [rule.words for rule in declared]}
        for engine in ENGINES:
            model = GENERATORS[engine](random_state=0).fit(frame, schema=schema.with_constraints(*declared))
            measured[engine] = _added(model, conditions)
            print(name, engine, measured[engine], flush=True)
        out[name] = measured
    return out


def _added(model: Any, conditions: dict[str, dict[str, Any]]) -> dict[str, Any]:
    every = model.constraints_

    def free() -> None:
        model.constraints_ = RuleSet()
        model.sample(DRAWN, random_state=0)
        model.constraints_ = every

    found = {"all rules": paired(free, lambda: model.sample(DRAWN, random_state=0))}
    for words, asked in conditions.items():
        found[words] = paired(
            lambda: model.sample(DRAWN, random_state=0),
            lambda asked=asked: model.sample(DRAWN, conditions=asked, random_state=0),
        )
        found[words]["candidates"] = (model.effort_ or {}).get("candidates", DRAWN)
    return found


def partial_rows(frame: pd.DataFrame, words: str, n: int) -> pd.DataFrame:
    """Rows of which some columns are known, in the way that ``words`` of ``KNOWN`` says."""
    rows = frame.sample(n, replace=n > len(frame), random_state=0).reset_index(drop=True)
    if words == "half of the cells":
        return rows.where(np.random.default_rng(0).random(rows.shape) < 0.5)
    return rows[KNOWN[words] or [name for name in rows if name != "age"]]


def completing() -> dict[str, Any]:
    frame = sg.datasets.load_adult()
    train, others = frame[:LEARNT], frame[LEARNT:]
    numbers = train.select_dtypes("number")
    within = (others[list(numbers)] >= numbers.min()) & (others[list(numbers)] <= numbers.max())
    others = others[within.all(axis=1)]  # what lies beyond is completed only where it is asked for
    out: dict[str, Any] = {}
    for engine in ENGINES:
        model = GENERATORS[engine](random_state=0).fit(train, target="income")
        model.sample(conditions=partial_rows(others, "half of the cells", 50), random_state=0)
        out[engine] = {}
        for words in KNOWN:
            rows = partial_rows(others, words, COMPLETED)
            start, used = time.perf_counter(), time.process_time()
            model.sample(conditions=rows, random_state=0)
            out[engine][words] = {
                "cpu_seconds": round(time.process_time() - used, 1),
                "seconds": round(time.perf_counter() - start, 1), "load": record.load_average(),
            }  # fmt: skip
            print(engine, words, out[engine][words], flush=True)
    return out


def quality() -> dict[str, Any]:
    return {
        "completing": ways_to_complete(partial_rows, list(KNOWN)),
        "conditions": conditional_rows(),
        "gaps": gaps_quality(),
    }


@contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def main() -> int:
    parts: dict[str, Callable[[], Any]] = {"overhead": overhead, "completing": completing, "quality": quality}
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    parser.add_argument("--part", action="append", choices=[*parts, "sdv"], help="only this one; default: all but sdv")
    parser.add_argument("--python", default=sys.executable, help="Python of an environment that has SDV, for that part")
    parser.add_argument("--page", action="store_true", help="only write the page anew")
    given = parser.parse_args()
    for name in [] if given.page else given.part or list(parts):
        with quiet():
            found = (
                record.json_of([given.python, "-m", "benchmarks.peers.sdv_asks"]) if name == "sdv" else parts[name]()
            )
        kept = record.read(FILE)
        kept[name] = {"result": found, "made": record.when("lightgbm", "scikit-learn")}
        record.write(FILE, kept)
    PAGE.write_text(page(record.read(FILE)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
