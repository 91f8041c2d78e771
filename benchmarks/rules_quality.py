"""How good completed rows, rows to conditions, and rows with gaps as asked are, beside real ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import synthgen as sg
from synthgen.generators import GENERATORS, completing
from synthgen.generators.tree import imputing

LEARNT = 20_000
ROWS = 3_000
ENGINES = ("tree", "gaussian_copula")
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "tree, as it is": ("tree", {}),
    "tree, 1 candidate": ("tree", {"candidates": 1}),
    "tree, 4 candidates": ("tree", {"candidates": 4}),
    "tree, 5 neighbours of 10,000": ("tree", {"neighbours": (5, 10_000)}),
    "tree, 20 neighbours of 50,000": ("tree", {"neighbours": (20, 50_000)}),
    "copula, as it is": ("gaussian_copula", {}),
    "copula, 5 neighbours of 10,000": ("gaussian_copula", {"neighbours": (5, 10_000)}),
}
REPEATS = 1


def detection(real: pd.DataFrame, made: pd.DataFrame) -> float:
    """AUC of telling made from real rows by boosted trees, out of fold; 0.5 is not at all."""
    both = pd.concat([real, made], ignore_index=True)
    for name in both:
        if not pd.api.types.is_numeric_dtype(both[name]):
            both[name] = both[name].astype(str).astype("category")
    y = np.repeat([0, 1], [len(real), len(made)])
    scores = []
    for seed in range(REPEATS):
        model = LGBMClassifier(n_estimators=100, num_leaves=15, random_state=seed, n_jobs=1, verbose=-1)
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        scores.append(roc_auc_score(y, cross_val_predict(model, both, y, cv=folds, method="predict_proba")[:, 1]))
    return round(float(np.mean(scores)), 3)


def agreement(real: pd.DataFrame, made: pd.DataFrame, known: pd.DataFrame) -> dict[str, float]:
    """Share of the unknown labels that are the real ones, and the median distance of numbers in quartile ranges."""
    labels, numbers = [], []
    for name in real:
        unknown = known[name].isna() if name in known else pd.Series(True, index=real.index)
        if unknown.mean() < 0.1:  # gaps of a column that is known
            continue
        a, b = real.loc[unknown, name], made.loc[unknown, name]
        if pd.api.types.is_numeric_dtype(a):
            spread = real[name].quantile(0.75) - real[name].quantile(0.25)
            if spread > 0:
                numbers.append(float(((a - b).abs() / spread).mean()))
        else:
            labels.append(float((a.astype(str) == b.astype(str)).mean()))
    return {
        "labels": round(float(np.mean(labels)), 3) if labels else None,
        "numbers": round(float(np.mean(numbers)), 3) if numbers else None,
    }  # type: ignore[dict-item]


@contextmanager
def a_way(candidates: int | None = None, neighbours: tuple[int, int] | None = None) -> Iterator[None]:
    before = (imputing.FEWEST_CANDIDATES, imputing.MOST_CANDIDATES, completing.ALIKE, completing.MOST_DRAWN,
              completing.FEWEST_DRAWN)  # fmt: skip
    own = {name: GENERATORS[name]._completed for name in ENGINES}
    try:
        if candidates:
            imputing.FEWEST_CANDIDATES = imputing.MOST_CANDIDATES = candidates
        if neighbours:
            completing.ALIKE, completing.MOST_DRAWN = neighbours
            completing.FEWEST_DRAWN = neighbours[1]
            for name in ENGINES:
                GENERATORS[name]._completed = lambda self, known, whole, rng: None  # type: ignore[method-assign]
        yield
    finally:
        (imputing.FEWEST_CANDIDATES, imputing.MOST_CANDIDATES, completing.ALIKE, completing.MOST_DRAWN,
         completing.FEWEST_DRAWN) = before  # fmt: skip
        for name, method in own.items():
            GENERATORS[name]._completed = method  # type: ignore[method-assign]


def ways_to_complete(partial_rows: Callable[..., pd.DataFrame], known: list[str]) -> dict[str, Any]:
    frame = sg.datasets.load_adult()
    train, others = frame[:LEARNT], frame[LEARNT:]
    models = {name: GENERATORS[name](random_state=0).fit(train, target="income") for name in ENGINES}
    out: dict[str, Any] = {}
    for words in known:
        partial = partial_rows(others, words, ROWS)
        real = others.sample(ROWS, random_state=0).reset_index(drop=True)
        out[words] = {"other real rows": {"detection": detection(real, others.sample(ROWS, random_state=1))}}
        for way, (engine, options) in WAYS.items():
            with a_way(**options):
                start = time.process_time()
                made = models[engine].sample(conditions=partial, random_state=0)
                seconds = round(time.process_time() - start, 2)
            out[words][way] = {
                "detection": detection(real, made),
                **agreement(real, made, partial),
                "cpu_seconds": seconds,
            }
            print(words, way, out[words][way], flush=True)
    return out


def conditional_rows() -> dict[str, Any]:
    """Rows to a rare condition beside real rows that meet it and that nothing was learnt from."""
    frame = sg.datasets.load_adult()
    train, others = frame[:LEARNT], frame[LEARNT:]
    out: dict[str, Any] = {}
    names = ("tree", "gaussian_copula", "smote", "jitter")
    models = {name: GENERATORS[name](random_state=0).fit(train, target="income") for name in names}
    for words, asked, mask in (
        (
            "age < 25, income > 50K",
            {"age": "< 25", "income": ">50K"},
            lambda r: (r["age"] < 25) & (r["income"] == ">50K"),
        ),
        (
            "age >= 70, sex Female",
            {"age": ">= 70", "sex": "Female"},
            lambda r: (r["age"] >= 70) & (r["sex"] == "Female"),
        ),
    ):
        real = others[mask(others)].reset_index(drop=True)
        again = train[mask(train)].reset_index(drop=True)
        out[words] = {"real": len(real), "in train": len(again), "train rows beside them": detection(real, again)}
        for name, model in models.items():
            made = model.sample(len(real), conditions=asked, random_state=0)
            effort = model.effort_
            free = model.sample(len(real), conditions={"income": ">50K"} if "income" in asked else None, random_state=0)
            out[words][name] = {
                "detection": detection(real, made), "free rows": detection(real, free), "effort": effort,
            }  # fmt: skip
            print(words, name, out[words][name], flush=True)
    return out


def gaps_quality() -> dict[str, Any]:
    """Thyroid: how far shares of gaps are from those of rows held out, by class, and what tells the rows apart."""
    frame = sg.datasets.load_thyroid()
    counts = frame["diagnosis"].value_counts()
    frame = frame[frame["diagnosis"].isin(counts.index[counts >= 100])].reset_index(drop=True)
    held = np.random.default_rng(0).random(len(frame)) < 0.4
    train, others = frame[~held].reset_index(drop=True), frame[held].reset_index(drop=True)
    out: dict[str, Any] = {"real": {"gaps": _gap_distance(others, train), "detection": detection(others, train)}}
    for name in ("tree", "gaussian_copula", "smote", "jitter"):
        model = GENERATORS[name](random_state=0).fit(train, target="diagnosis")
        out[name] = {}
        for missing in ("keep", "like", "none"):
            start = time.process_time()
            made = model.sample(len(others), missing=missing, random_state=0)
            seconds = round(time.process_time() - start, 2)
            cell = {"cpu_seconds": seconds, "share_of_gaps": round(float(made.isna().to_numpy().mean()), 4)}
            if missing != "none":
                cell |= {"gaps": _gap_distance(others, made), "detection": detection(others, made)}
            out[name][missing] = cell
            print(name, missing, cell, flush=True)
    return out


def _gap_distance(real: pd.DataFrame, made: pd.DataFrame) -> float:
    """Mean difference of the share of gaps, over columns with gaps and classes with fifty rows."""
    names = [name for name in real if real[name].isna().any()]
    apart = []
    for label, part in real.groupby("diagnosis"):
        mine = made[made["diagnosis"] == label]
        if len(part) >= 50 and len(mine) >= 20:
            apart.append((part[names].isna().mean() - mine[names].isna().mean()).abs().mean())
    return round(float(np.mean(apart)), 4)
