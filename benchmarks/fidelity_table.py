"""Scores of every generator on three tables, against rows that none of them knows; and of variants of the tree."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks.in_turn import run_all
from benchmarks.peers.run_once import model
from benchmarks.peers.tables import TABLES, load, thirds
from benchmarks.record import when
from benchmarks.scores import Scores, closeness, fidelity, told_apart, usefulness
from synthgen.generators.tree import strengths as tree
from synthgen.table.column import Role
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.schema import Schema

PEERS = Path(__file__).resolve().parent / "peers"
OURS = ("quality", "turbo", "gaussian_copula")
STORED = ("mostly", "tvae", "ctgan", "sdv")
CONTROLS = ("copy of T", "shuffled T")
SCORED = ("column_shapes", "pair_trends")
PACKAGES = ("lightgbm", "numba")
DRAWS = (1, 2)
"""Seeds of the two independent draws from one model."""

VARIANTS: dict[str, Mapping[str, Any]] = {
    "as it is": {},
    "2 leaves": {"leaves": 2},
    "7 leaves": {"leaves": 7},
    "15 leaves": {"leaves": 15},
    "31 leaves": {"leaves": 31},
    "ridge 30": {"ridge": 30.0},
    "patience 20": {"patience": 20},
    "1 set of trees": {"bags": 1},
    "5 sets of trees": {"bags": 5},
}


@dataclass(frozen=True)
class Split:
    """Three coded parts of a table; ``flat`` weights nothing, so that a wrong mix of classes counts."""

    raw: pd.DataFrame
    train: pd.DataFrame
    judge: pd.DataFrame
    fresh: pd.DataFrame
    schema: Schema
    flat: Schema


@lru_cache(maxsize=2)
def split(name: str, seed: int) -> Split:
    frame, target = load(name), TABLES[name].target
    assert frame is not None
    train, judge, fresh = thirds(frame, seed)
    schema = sg.Schema.infer(frame, target=target)
    stored = [pd.read_parquet(path) for who in STORED if (path := PEERS / f"{who}_{name}.parquet").is_file()]
    flat = extend_categories(schema.with_column(target, role=Role.FEATURE), frame, *stored)
    return Split(train, *(encode(part, flat) for part in (train, judge, fresh)), schema, flat)


def measured(record: dict[str, Any], names: list[str], seeds: int) -> None:
    """Score ours and fresh real rows on every split, what is stored and the controls on the first."""
    jobs = []
    for name in names:
        if load(name) is None:
            print(f"{name}: skipped, shared/data/{TABLES[name].file} is not there")
            continue
        jobs += [(name, who, seed) for seed in range(seeds) for who in (*OURS, "fresh")]
        there = [who for who in STORED if (PEERS / f"{who}_{name}.parquet").is_file()]
        jobs += [(name, who, 0) for who in (*there, *(["fewer fresh"] if there else []), *CONTROLS)]
    for (name, who, seed), found in run_all(scored, jobs).items():
        table = record.setdefault("scores", {}).setdefault(name, {})
        if (who, seed) == (OURS[0], 0):
            table.clear()
            table.update(when(*PACKAGES))
        table.setdefault("by", {}).setdefault(who, {})[str(seed)] = found


def scored(name: str, who: str, seed: int) -> Scores:
    parts = split(name, seed)
    first, second = (encode(made, parts.flat) for made in draws(name, who, seed))
    out: Scores = {"rows": len(first)}
    out |= fidelity(first, parts.fresh, parts.judge, parts.flat, SCORED, "full")
    out |= told(first, second, parts, own=who in OURS)
    out |= usefulness(first, parts.judge, parts.schema)
    return _rounded(out | closeness(first, parts.train, parts.judge, parts.flat))


def told(first: pd.DataFrame, second: pd.DataFrame, parts: Split, own: bool) -> Scores:
    out = {"detection": told_apart(first, first, parts.judge, parts.flat)}
    # Rows of a table that is one independent row after another are as independent across its folds.
    out["detection_other_draw"] = told_apart(first, second, parts.judge, parts.flat) if own else out["detection"]
    return out


def draws(name: str, who: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of a generator, drawn independently; one table twice where only one is stored."""
    parts = split(name, seed)
    raw = parts.raw
    if who in OURS:
        fitted = model(who, seed).fit(raw, target=TABLES[name].target)
        first, second = (fitted.sample(len(raw), random_state=draw) for draw in DRAWS)
        return first, second
    if who in STORED:
        one = pd.read_parquet(PEERS / f"{who}_{name}.parquet")
    elif who == "copy of T":
        one = raw
    elif who == "shuffled T":
        rng = np.random.default_rng(seed)
        one = pd.DataFrame({column: values.to_numpy()[rng.permutation(len(raw))] for column, values in raw.items()})
    else:
        frame = load(name)
        assert frame is not None
        one = thirds(frame, seed)[2]
        if who == "fewer fresh":
            stored = next(path for w in STORED if (path := PEERS / f"{w}_{name}.parquet").is_file())
            one = one.sample(min(len(one), len(pd.read_parquet(stored))), random_state=seed)
    return one, one


def frontier(record: dict[str, Any], names: list[str], seeds: int) -> None:
    """Detection, use and DCR share of variants of the tree."""
    there = [name for name in names if load(name) is not None]
    found = run_all(varied, [(name, variant, seed) for name in there for seed in range(seeds) for variant in VARIANTS])
    kept = record.setdefault("frontier", {})
    for name in there:
        by: dict[str, dict[str, Scores]] = {variant: {} for variant in VARIANTS}
        for (table, variant, seed), scores in found.items():
            if table == name:
                by[variant][str(seed)] = scores
        kept[name] = {"seeds": seeds, "by": by, **when(*PACKAGES)}


def varied(name: str, variant: str, seed: int) -> Scores:
    """Scores of one variant; the DCR share is the mean of both draws', which halves its noise."""
    parts = split(name, seed)
    start = time.process_time()
    with changed(**VARIANTS[variant]):
        made = draws(name, "quality", seed)
    seconds = time.process_time() - start
    first, second = (encode(rows, parts.flat) for rows in made)
    out = told(first, second, parts, own=True) | usefulness(first, parts.judge, parts.schema)
    near = [closeness(rows, parts.train, parts.judge, parts.flat) for rows in (first, second)]
    mean = {key: float(np.mean([scores[key] for scores in near])) for key in near[0]}
    return _rounded(out | mean | {"cpu_seconds": seconds})


@contextmanager
def changed(bags: int = tree.BAGS, **strength: float) -> Iterator[None]:
    """The tree's "quality" for tables of this size, with other settings."""
    before = tree.CAREFUL, tree.BAGS
    tree.CAREFUL, tree.BAGS = tree.CAREFUL._replace(**strength), bags
    try:
        yield
    finally:
        tree.CAREFUL, tree.BAGS = before


def _rounded(scores: Scores) -> Scores:
    return {key: round(float(value), 6) for key, value in scores.items()}
