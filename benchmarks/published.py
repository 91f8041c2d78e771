"""The protocol of published comparisons: learn from nine tenths, and look for the synthetic rows among them."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import synthgen as sg
from benchmarks.fidelity_table import SCORED
from benchmarks.in_turn import run_all
from benchmarks.peers.run_once import model
from benchmarks.peers.tables import TABLES, load
from benchmarks.record import when
from benchmarks.scores import Scores, fidelity, told_apart
from synthgen.table.column import LABEL_KINDS, Role
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.schema import Schema

WHO = ("quality", "turbo")
PUBLISHED: dict[str, dict[str, tuple[float, float, float]]] = {
    "TabDiff": {"adult": (0.993, 0.985, 0.841), "shoppers": (0.985, 0.981, 0.736), "beijing": (0.990, 0.974, 0.772)},
    "TabPC": {"adult": (0.994, 0.986, 0.855), "shoppers": (0.991, 0.982, 0.894), "beijing": (0.994, 0.978, 0.570)},
    "TabSyn": {"adult": (0.992, 0.980, 0.794), "shoppers": (0.985, 0.977, 0.655), "beijing": (0.974, 0.955, 0.527)},
}
"""Shape, Trend and C2ST as published: shared/REFERENCES.md, section 1."""


def measured(record: dict[str, Any], names: list[str], seeds: int) -> None:
    if importlib.util.find_spec("xgboost") is None:
        print("published: skipped, xgboost is not installed (pip install xgboost-cpu)")
        return
    jobs = [(name, seed) for name in names if load(name) is not None for seed in range(seeds)]
    by: dict[str, dict[str, Any]] = {}
    for (name, seed), found in run_all(scored, jobs).items():
        by.setdefault(name, {})[str(seed)] = found
    before = record.get("published", {}).get("by", {})
    record["published"] = {"by": before | by, **when("xgboost", "xgboost-cpu", "numba")}


def scored(name: str, seed: int) -> dict[str, Scores]:
    """What tells our rows from those learnt from, and from the tenth that was not; the tenth itself as yardstick."""
    frame, target = load(name), TABLES[name].target
    assert frame is not None
    order = np.random.default_rng(seed).permutation(len(frame))
    cut = round(0.9 * len(frame))
    raw = frame.iloc[np.sort(order[:cut])].reset_index(drop=True)
    schema = sg.Schema.infer(frame, target=target)
    flat = extend_categories(schema.with_column(target, role=Role.FEATURE), frame)
    train, test = encode(raw, flat), encode(frame.iloc[np.sort(order[cut:])].reset_index(drop=True), flat)
    out = {"test rows": {"c2st_train": _similar(test, test, train, flat)}}
    out["test rows"] |= {key: round(v, 6) for key, v in fidelity(test, test, train, flat, SCORED, "full").items()}
    for who in WHO:
        fitted = model(who, seed).fit(raw, target=target)
        first, second = (encode(fitted.sample(len(raw), random_state=draw), flat) for draw in (1, 2))
        few = first.iloc[np.random.default_rng(seed).permutation(len(first))[: len(test)]].reset_index(drop=True)
        out[who] = {
            "c2st_train": _similar(first, first, train, flat),
            "c2st_train_other_draw": _similar(first, second, train, flat),
            "c2st_test": _similar(few, few, test, flat),
            **{key: round(v, 6) for key, v in fidelity(first, test, train, flat, SCORED, "full").items()},
        }
    return out


def _similar(first: pd.DataFrame, second: pd.DataFrame, judge: pd.DataFrame, schema: Schema) -> float:
    auc = told_apart(first, second, judge, schema, xgboosted)
    return round(1 - 2 * abs(auc - 0.5), 6)


def xgboosted(learn: pd.DataFrame, y: NDArray[np.int64], score: pd.DataFrame, schema: Schema) -> NDArray[np.float64]:
    """XGBoost with its defaults; labels as categories."""
    from xgboost import XGBClassifier

    labels = {c.name: pd.CategoricalDtype(range(len(c.categories or ()))) for c in schema.of(*LABEL_KINDS)}
    learn, score = (
        rows.astype({name: kind for name, kind in labels.items() if name in rows}) for rows in (learn, score)
    )
    found = XGBClassifier(enable_categorical=True, tree_method="hist", n_jobs=1, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found.fit(learn, y)
        return np.asarray(found.predict_proba(score)[:, 1], dtype=float)
