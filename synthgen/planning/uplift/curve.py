"""How many real rows synthetic ones stand for, whether they make a model overfit less, and what they do alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from synthgen.planning.uplift.advice import Verdict
from synthgen.planning.uplift.arms import NONE, Arm, Rows, fitted_on, training_rows
from synthgen.planning.uplift.folds import Split, deal, size_ratio
from synthgen.planning.uplift.intervals import Difference, corrected, signed
from synthgen.planning.uplift.learners import Learner
from synthgen.planning.uplift.race import Trial
from synthgen.randomness import child, stream
from synthgen.table import encode, to_pandas

PARTS = 8
SIZES = (1, 2, 4, 8)
"""Eighths of the rows to learn from."""

FEWEST_LEARNT = 5
"""Rows of the class, below which a part is left out."""


def learning_curve_of(trial: Trial, splits: Sequence[Split], verdict: Verdict, n_jobs: int) -> pd.DataFrame:
    """Train with and without the best synthetic rows on parts of the rows, each part within the next.

    Returns
    -------
    pandas.DataFrame
        One row a part and arm: ``share`` of the rows to learn from, ``rows`` and ``positives`` (means), ``learner``,
        ``arm``, ``average_precision`` on test rows, ``train_average_precision`` on the rows learnt from, ``overfit``
        (the second less the first), each one's difference from "none" with its interval, and ``worth_rows``: how many
        more real rows would have brought "none" as far (missing: more than the curve can tell).
    """
    entry = verdict.best or verdict.take
    learner = next(item for item in trial.learners if item.name == entry.learner)
    arms = [Arm(NONE), *([verdict.best.arm] if verdict.best else [])]
    records = pd.DataFrame(_each(lambda split: _parts(trial, split, learner, arms), splits, n_jobs))
    rows: list[dict[str, Any]] = []
    for (size, arm), own in records.groupby(["size", "arm"], sort=False):
        none = records[(records["size"] == size) & (records["arm"] == NONE)].set_index("split")
        own = own.set_index("split")
        rows.append(
            {
                "share": float(str(size)) / PARTS, "rows": round(own["rows"].mean()),
                "positives": round(own["positives"].mean()), "learner": learner.name, "arm": arm, "splits": len(own),
                **{name: float(own[name].mean()) for name in ("average_precision", "train_average_precision")},
                "overfit": float(own["overfit"].mean()),
                **_named("difference", "", own["average_precision"] - none["average_precision"], splits),
                **_named("overfit_difference", "overfit_", own["overfit"] - none["overfit"], splits),
            }
        )  # fmt: skip
    return _with_worth(pd.DataFrame(rows))


def alone(trial: Trial, splits: Sequence[Split], verdict: Verdict, n_jobs: int) -> pd.DataFrame:
    """Train on synthetic rows only, as many as there are real ones, test on real ones (TSTR), and compare with TRTR.

    Returns
    -------
    pandas.DataFrame
        One row a generator: ``generator``, ``learner``, ``splits``, average precision of a model trained on real rows
        (``trtr``) and on synthetic ones (``tstr``), and the ``gap`` (first less second) with ``low`` and ``high``.
    """
    entry = verdict.best or verdict.take
    learner = next(item for item in trial.learners if item.name == entry.learner)
    records = pd.DataFrame(
        _each(lambda split: _alone(trial, split, learner), splits, n_jobs),
        columns=["split", "generator", "trtr", "tstr"],
    )
    rows = []
    for name, own in records.groupby("generator", sort=False):
        means = {"trtr": float(own["trtr"].mean()), "tstr": float(own["tstr"].mean())}
        gap = _named("gap", "", own["trtr"] - own["tstr"], splits)
        rows.append({"generator": str(name), "learner": learner.name, "splits": len(own), **means, **gap})
    return pd.DataFrame(rows, columns=["generator", "learner", "splits", "trtr", "tstr", "gap", "low", "high"])


def curve_notes(curve: pd.DataFrame | None, made: pd.DataFrame | None) -> list[str]:
    """Say both in words."""
    notes: list[str] = []
    full = pd.DataFrame() if curve is None else curve[(curve["share"] == 1) & (curve["arm"] != NONE)]
    for row in full.to_dict("records"):
        worth = row["worth_rows"]
        count = "more real rows than the curve can tell" if pd.isna(worth) else f"{worth:,.0f} more real rows"
        rows = count if worth != 0 else "no further real rows"
        notes.append(f"at {row['rows']:,} rows to learn from, {row['arm']} ({row['learner']}) is worth {rows}")
        change = Difference(row["overfit_difference"], row["overfit_low"], row["overfit_high"])
        if np.isfinite(change.value):
            less = "less" if change.high < 0 else "more" if change.low > 0 else "no differently, as far as can be told"
            notes.append(f"with them the model overfits {less}: train less test average precision {change.words}")
    for row in [] if made is None else made.to_dict("records"):
        gap = Difference(row["gap"], row["low"], row["high"])
        notes.append(
            f"trained on {row['generator']} rows alone, {row['learner']} reaches {signed(row['tstr'])[1:]}, "
            f"on real ones {signed(row['trtr'])[1:]}: a gap of {gap.words}"
        )  # fmt: skip
    return notes


def _each(task: Callable[[Split], list[dict[str, Any]]], splits: Sequence[Split], n_jobs: int) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(n_jobs) as pool:
        return [record for records in pool.map(task, splits) for record in records]


def _parts(trial: Trial, split: Split, learner: Learner, arms: Sequence[Arm]) -> list[dict[str, Any]]:
    problem, seed = trial.problem, child(trial.seed, "split", split.number)
    part = deal(problem.y[split.learn], problem.groups[split.learn], PARTS, stream(seed, "parts"))
    model_seed = int(stream(seed, "learner").integers(0, 2**31))
    records = []
    for size in SIZES:
        learn = split.learn[part < size]
        if size < PARTS and problem.y[learn].sum() < FEWEST_LEARNT:
            continue
        less = Split(split.number, split.repeat, learn, split.validation, split.test)
        for arm, rows in training_rows(problem, less, arms, trial.models, child(seed, "size", size)):
            if isinstance(rows, str):
                continue
            fitted = learner.fit(rows, problem, model_seed)
            test, train = (_precision(learner, fitted, trial, at) for at in (split.test, learn))
            records.append(
                {
                    "split": split.number, "size": size, "rows": len(learn), "positives": int(problem.y[learn].sum()),
                    "arm": arm.words, "average_precision": test, "train_average_precision": train,
                    "overfit": train - test,
                }
            )  # fmt: skip
    return records


def _alone(trial: Trial, split: Split, learner: Learner) -> list[dict[str, Any]]:
    problem, seed = trial.problem, child(trial.seed, "alone", split.number)
    model_seed = int(stream(seed, "learner").integers(0, 2**31))
    real = _precision(learner, learner.fit(Rows(split.learn), problem, model_seed), trial, split.test)
    records = []
    for name, model in trial.models.items():
        fitted = fitted_on(model, problem, split.learn, child(seed, name))
        if isinstance(fitted, str):
            continue
        made, _ = to_pandas(fitted.sample(len(split.learn), random_state=child(seed, name, "sample")))
        coded = encode(made, problem.schema)
        code = list(problem.target.categories or ()).index(problem.label)
        y = (coded[problem.target.name].to_numpy(float) == code).astype(np.int64)
        if len(np.unique(y)) < 2:
            continue
        rows = Rows(split.learn[:0], made, coded, y)
        judged = _precision(learner, learner.fit(rows, problem, model_seed), trial, split.test)
        records.append({"split": split.number, "generator": name, "trtr": real, "tstr": judged})
    return records


def _precision(learner: Learner, fitted: Any, trial: Trial, rows: NDArray[np.int64]) -> float:
    guess = learner.predict(fitted, rows, trial.problem)
    return float(average_precision_score(trial.problem.y[rows], guess))


def _named(name: str, prefix: str, gaps: pd.Series[Any], splits: Sequence[Split]) -> dict[str, float]:
    values = gaps.dropna().to_numpy(float)
    low, high = f"{prefix}low", f"{prefix}high"
    if len(values) < 2:
        return {name: float("nan"), low: float("nan"), high: float("nan")}
    found = corrected(values, size_ratio(splits))
    return {name: found.value, low: found.low, high: found.high}


def _with_worth(curve: pd.DataFrame) -> pd.DataFrame:
    """Read off the curve of "none" how many rows bring it as far as each arm; its bumps are levelled first."""
    none = curve[curve["arm"] == NONE].sort_values("rows")
    reached = np.maximum.accumulate(none["average_precision"].to_numpy(float))
    sizes = np.log(none["rows"].to_numpy(float))
    worth = []
    for row in curve.to_dict("records"):
        if row["arm"] == NONE:
            worth.append(0.0)
        elif row["average_precision"] > reached[-1]:
            worth.append(float("nan"))
        else:
            rows = float(np.exp(np.interp(row["average_precision"], reached, sizes)))
            worth.append(max(0.0, round(rows - row["rows"])))
    return curve.assign(worth_rows=worth)
