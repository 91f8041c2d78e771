"""Is a rare class intact? Train a classifier on synthetic rare rows, test it on real ones that nobody saw."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

import synthgen as sg
from benchmarks.in_turn import run_all
from benchmarks.peers.run_once import model
from benchmarks.peers.tables import SHARED, load_fraud
from benchmarks.record import when
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.schema import Schema
from synthgen.validation.classifier import classifier, predict, train_model

WHO = ("quality", "gaussian_copula")
TABLES = {
    "fraud": ("ULB card fraud", "Class", (1,)),
    "mammography": ("Mammography", "class", (1,)),
    "hypothyroid": ("Hypothyroid", "class", ("hypothyroid",)),
    "thyroid": ("Thyroid (Garavan)", "diagnosis", ()),
}
"""Title, target and rare classes; none named: every one of at least ``FEWEST`` rows but the commonest."""

FEWEST, ENOUGH, MARGIN = 30, 100, 0.02
COPIES = 20
"""Synthetic rare rows for each real one in the train folds."""

MOST_COMMON, INFORMATIVE = 30_000, 10
FOLDS, REPEATS = 5, {"fraud": 1, "thyroid": 5}
USUAL_REPEATS = 3


@lru_cache(maxsize=1)
def table(name: str) -> pd.DataFrame | None:
    """Distinct rows: a row that stands in two folds would be known already."""
    if name == "fraud":
        frame = load_fraud()
    elif name == "thyroid":
        frame = sg.datasets.load_thyroid()
    elif not (path := SHARED / f"{name}.csv.gz").is_file():
        return None
    else:
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    return frame.drop_duplicates(ignore_index=True)


def classes_of(name: str, frame: pd.DataFrame) -> tuple[Any, ...]:
    counts = frame[TABLES[name][1]].value_counts()
    return TABLES[name][2] or tuple(counts.index[1:][counts.to_numpy()[1:] >= FEWEST])


def measured(record: dict[str, Any], names: list[str], folds: int, repeats: int | None) -> None:
    for name in names:
        frame = table(name)
        if frame is None:
            print(f"{name}: skipped, shared/data/{name}.csv.gz is not there")
            continue
        rounds = repeats or REPEATS.get(name, USUAL_REPEATS)
        found = run_all(judged, [(name, folds, repeat, fold) for repeat in range(rounds) for fold in range(folds)])
        target = frame[TABLES[name][1]]
        each: dict[str, Any] = {}
        for label in classes_of(name, frame):
            parts = [scores["classes"][str(label)] for scores in found.values()]
            each[str(label)] = {"rows": int((target == label).sum())} | summary(parts, folds)
        common = {"rows": len(frame), "folds": folds, "repeats": rounds, "copies": COPIES}
        record.setdefault("rare", {})[name] = {**common, "classes": each, **when("lightgbm", "numba")}


def judged(name: str, folds: int, repeat: int, fold: int) -> dict[str, Any]:
    """AUC on one fold of classifiers that learnt from real rare rows and from those of each generator."""
    frame = table(name)
    assert frame is not None
    target = TABLES[name][1]
    rare = classes_of(name, frame)
    strata = frame[target].where(frame[target].isin(rare), "common").astype(str)
    cuts = StratifiedKFold(folds, shuffle=True, random_state=repeat).split(frame, strata)
    fit, score = list(cuts)[fold]
    train = frame.iloc[fit].reset_index(drop=True)
    schema = extend_categories(sg.Schema.infer(frame, target=target), frame)
    coded, test = encode(train, schema), encode(frame.iloc[score], schema)
    out: dict[str, Any] = {str(label): {} for label in rare}
    models = {who: model(who, repeat * folds + fold).fit(train, target=target) for who in WHO}
    for label in rare:
        here = (train[target] == label).to_numpy()
        common, real = coded[~here], coded[here]
        if len(common) > MOST_COMMON:
            common = common.sample(MOST_COMMON, random_state=fold)
        truth = (frame[target].iloc[score] == label).to_numpy()
        positives = {"real": real}
        for who, fitted in models.items():
            made = fitted.sample(COPIES * len(real), conditions={target: label}, random_state=fold)
            if len(made) != COPIES * len(real) or not (made[target] == label).all():
                raise SystemExit(f"{who} gave other rows than were asked for.")
            positives[who] = encode(made, schema)
        for who, rows in positives.items():
            out[str(label)][who] = {"auc": _auc(rows, common, test, truth, schema), **_apart(name, rows, real, common)}
    return {"classes": out}


def _auc(positives: pd.DataFrame, common: pd.DataFrame, test: pd.DataFrame, truth: np.ndarray, schema: Schema) -> float:
    """Both classes weigh the same."""
    target = schema.target
    assert target is not None
    names = [column.name for column in schema if column != target and column.name in test]
    y = np.repeat([1, 0], [len(positives), len(common)])
    weights = np.where(y == 1, len(common) / len(positives), 1.0)
    found = classifier(np.random.default_rng(0))
    train_model(found, pd.concat([positives, common], ignore_index=True)[names], y, schema, weights)
    return round(float(roc_auc_score(truth, predict(found, test[names]))), 6)


def _apart(name: str, made: pd.DataFrame, real: pd.DataFrame, common: pd.DataFrame) -> dict[str, float]:
    """Of card payments: how far the frauds' means lie from those learnt from, in their standard deviations."""
    if name != "fraud":
        return {}
    columns = [column for column in real if column != TABLES[name][1]]
    y = np.repeat([1, 0], [len(real), len(common)])
    both = pd.concat([real, common])
    best = sorted(columns, key=lambda column: -abs(roc_auc_score(y, both[column]) - 0.5))[:INFORMATIVE]
    shift = np.mean([abs(made[column].mean() - real[column].mean()) / real[column].std() for column in best])
    return {"mean_shift": round(float(shift), 6), "V14": round(float(made["V14"].mean()), 6)}


def summary(parts: list[Mapping[str, Any]], folds: int) -> dict[str, Any]:
    """Means over folds; differences from real rare rows with intervals that know that folds share rows."""
    out: dict[str, Any] = {}
    for who in ("real", *WHO):
        keys = parts[0][who]
        out[who] = {key: round(float(np.mean([part[who][key] for part in parts])), 6) for key in keys}
        if who != "real":
            differences = np.array([part[who]["auc"] - part["real"]["auc"] for part in parts])
            low, high = corrected(differences, folds)
            out[who] |= {
                "difference": round(float(differences.mean()), 6),
                "low": round(low, 6),
                "high": round(high, 6),
            }
    return out


def corrected(differences: np.ndarray, folds: int) -> tuple[float, float]:
    """95 % interval of a mean over repeated folds: Nadeau and Bengio (2003), https://doi.org/10.1023/A:1024068626366."""
    n = len(differences)
    half = stats.t.ppf(0.975, n - 1) * np.sqrt((1 / n + 1 / (folds - 1)) * differences.var(ddof=1))
    return float(differences.mean() - half), float(differences.mean() + half)
