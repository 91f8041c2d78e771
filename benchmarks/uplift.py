"""Measure the advice to augment or not: ``python -m benchmarks.uplift``. What it says, and whether it is right."""

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
from scipy import stats

import synthgen as sg
from benchmarks import record
from benchmarks.peers.tables import SHARED, load_fraud
from synthgen.planning.uplift.arms import make_arms, read_generators
from synthgen.planning.uplift.folds import Split, make_splits
from synthgen.planning.uplift.intervals import corrected
from synthgen.planning.uplift.learners import read_learners
from synthgen.planning.uplift.problem import Problem, read_problem
from synthgen.planning.uplift.race import Clock, Entry, Trial, run_split
from synthgen.randomness import child, seed_sequence

FILE = Path(__file__).with_name("uplift.json")
PAGE = Path(__file__).with_name("uplift.md")
GENERATORS = ("tree", "gaussian_copula")
MARGIN = 0.01
FEWEST_OF_DIAGNOSIS = 50
FEW_ROWS, REPEATS = 20_000, 3
"""Advice is followed on three sets of outer folds where a table has fewer rows than this, else on one."""

CORRECTED = {"log_loss": "log-loss", "brier": "Brier score"}


def _csv(name: str, *, drop: tuple[str, ...] = ()) -> pd.DataFrame | None:
    path = SHARED / f"{name}.csv.gz"
    if not path.is_file():
        return None
    return pd.read_csv(path, keep_default_na=False, na_values=[""]).drop(columns=list(drop))


def _fraud() -> pd.DataFrame | None:
    frame = load_fraud()
    return frame if len(frame) > 100_000 else None


def _thyroid() -> pd.DataFrame:
    """One diagnosis against the others: the rarest of at least fifty rows."""
    frame = sg.datasets.load_thyroid()
    counts = frame["diagnosis"].value_counts()
    rarest = counts[counts >= FEWEST_OF_DIAGNOSIS].index[-1]
    return frame.assign(diagnosis=np.where(frame["diagnosis"] == rarest, rarest, "other"))


TABLES: dict[str, tuple[str, str, Callable[[], pd.DataFrame | None]]] = {
    "sample": ("Card payments, the shipped sample", "Class", sg.datasets.load_fraud),
    "mammography": ("Mammography", "class", lambda: _csv("mammography")),
    "hypothyroid": ("Hypothyroid", "class", lambda: _csv("hypothyroid")),
    "thyroid": ("Thyroid, rarest diagnosis of 50 rows or more", "diagnosis", _thyroid),
    "telco": ("Telco churn", "Churn", lambda: _csv("telco_churn")),
    "adult": ("Adult", "income", sg.datasets.load_adult),
    "fraud": ("Card payments, all", "Class", _fraud),
}
"""Title, target, and the table; None where it is not on this machine."""


def measured(name: str, outer: int, n_jobs: int) -> dict[str, Any]:
    """What is advised for a table, and how the advice does on rows that it was not made on."""
    title, target, load = TABLES[name]
    frame = load()
    if frame is None:
        return {"title": title, "skipped": f"the table is not in {SHARED.name}/ beside this repository"}
    start, used = time.perf_counter(), time.process_time()
    found = sg.estimate_uplift(frame, target, n_jobs=n_jobs, random_state=0, progress=False)
    out = {
        "title": title, "target": target, "seconds": round(time.perf_counter() - start, 1),
        "cpu_seconds": round(time.process_time() - used, 1), "load": record.load_average(), **found.to_dict(),
    }  # fmt: skip
    print(f"{name}: {out['seconds']} s: {found.advice}", flush=True)
    if outer:
        out["outer"] = outside(frame, target, outer, n_jobs)
        print(f"{name}: {out['outer']}", flush=True)
    return out


def outside(frame: pd.DataFrame, target: str, folds: int, n_jobs: int) -> dict[str, Any]:
    """Ask for advice on train folds, follow it, and compare with baselines on the fold left out.

    The best baseline is taken twice: the one that does best on the train rows' validation parts, which is all that
    anyone could know, and the one of all that does best on average on the folds left out, chosen with hindsight.
    """
    problem = read_problem(frame, target, None, None, None, None)
    repeats = REPEATS if len(problem.y) < FEW_ROWS else 1
    splits, _ = make_splits(problem, folds, repeats, seed_sequence(1))
    each = [_followed(problem, split, n_jobs) for split in splits]
    # Where a ratio differs in its last digit between folds, its arms are not in all of them.
    baselines = pd.DataFrame([scores for scores, *_ in each]).dropna(axis=1)
    advised, known = (np.array([item[k] for item in each], dtype=float) for k in (1, 2))
    best = str(baselines.mean().idxmax())
    sizes = float(np.mean([len(split.test) / len(split.learn) for split in splits]))
    gaps = {
        "known": corrected(advised - known, sizes),
        "hindsight": corrected(advised - baselines[best].to_numpy(float), sizes),
    }
    return {
        "folds": folds, "repeats": repeats, "advised": [item[3] for item in each],
        "best_known": [item[4] for item in each], "best_in_hindsight": best,
        "average_precision": float(advised.mean()),
        **{name: {"difference": gap.value, "low": gap.low, "high": gap.high} for name, gap in gaps.items()},
    }  # fmt: skip


def _followed(problem: Problem, split: Split, n_jobs: int) -> tuple[dict[str, float], float, float, str, str]:
    """Average precision of each baseline, of the advice, and of the baseline that looked best before; both in words."""
    train = np.sort(np.concatenate([split.learn, split.validation]))
    found = sg.estimate_uplift(
        problem.frame.iloc[train], problem.target.name, schema=problem.schema, positive=problem.label, repeats=1,
        n_jobs=n_jobs, random_state=split.number, progress=False,
    )  # fmt: skip
    models = read_generators(GENERATORS)
    # The ratios that were tried on the train rows, which may differ in their last digit from the whole table's.
    ratios = sorted({float(ratio) for ratio in found.table["ratio"].dropna()})
    arms = make_arms(problem, list(models), ratios)
    baselines = [arm for arm in arms if arm.is_baseline]
    taken = next(arm for arm in arms if arm.words == found.choice["arm"])
    learners = read_learners(None, problem)
    entries = [Entry(learner.name, arm) for learner in learners for arm in dict.fromkeys([*baselines, taken])]
    trial = Trial(
        problem, learners, models, float(problem.y.mean()), child(seed_sequence(2), "outer"), Clock(None), lambda: None
    )  # fmt: skip
    result = run_split(trial, split, entries)
    assert result is not None
    scores = {f"{item['arm']} ({item['learner']})": item["average_precision"] for item in result[0]}
    words = f"{taken.words} ({found.choice['learner']})"
    known = [f"{arm.words} ({learner.name})" for arm in baselines for learner in learners]
    best = str(found.choice["best_baseline"])
    return {name: scores[name] for name in known}, scores[words], scores[best], words, best


def page(kept: dict[str, Any]) -> str:
    lines = [
        "# Does augmenting help? What `estimate_uplift` says", "",
        "Made by `python -m benchmarks.uplift`. Average precision on real rows at natural prevalence. Seconds and CPU "
        "seconds are those of one call with its defaults; load: processes that wanted a core.", "",
        "Followed: advice was asked for on the train rows of each outer fold (with one repeat), and followed; its "
        "average precision on the fold left out, less that of the best baseline, with a corrected 95 % interval. "
        "Known: the one that did best on validation rows of the same train rows. In hindsight: of all baselines and "
        "models, the one that did best on the folds left out, which looks better than it is.", "",
    ]  # fmt: skip
    lines += record.header(
        [
            "table",
            "rows",
            "of the class",
            "advice",
            "followed, less best known baseline",
            "less best in hindsight",
            "s",
            "CPU s",
            "load",
        ]
    )
    for name in TABLES:
        if name in kept:
            lines.append(_summary(kept[name]["result"]))
    lines += ["", *_together(kept), "", *_probabilities(kept)]
    for name in TABLES:
        if name in kept and "skipped" not in kept[name]["result"]:
            lines += ["", *_details(kept[name]["result"])]
    return "\n".join([*lines, "", *record.made_with(part["made"] for part in kept.values())])


def _together(kept: dict[str, Any]) -> list[str]:
    """Tables are independent, so that their differences need no correction; the sample is a part of another one."""
    names = [name for name in TABLES if "outer" in kept.get(name, {}).get("result", {})]
    names = [name for name in names if name != "sample" or "fraud" not in names]
    if len(names) < 2:
        return []
    words = []
    for which, title in (("known", "best known baseline"), ("hindsight", "best in hindsight")):
        gaps = np.array([kept[name]["result"]["outer"][which]["difference"] for name in names])
        half = stats.t.ppf(0.975, len(gaps) - 1) * gaps.std(ddof=1) / np.sqrt(len(gaps))
        low, high = gaps.mean() - half, gaps.mean() + half
        verdict = "not worse" if low > -MARGIN else "whether it is worse can't be told"
        words.append(f"less {title} {gaps.mean():+.3f} [{low:+.3f}, {high:+.3f}] ({verdict} by {MARGIN:g})")
    return [f"All {len(names)} tables together, each counted once: {'; '.join(words)}."]


def _probabilities(kept: dict[str, Any]) -> list[str]:
    """Whether corrected probabilities are as good as those of a model that was trained on the rows as they are."""
    lines = [
        "## Probabilities after the correction", "",
        "Log-loss and Brier score on test rows, corrected on real validation rows, less those of *none* (the same "
        "model on the rows as they are, uncorrected): below 0 is better. Paired over splits, corrected 95 % intervals. "
        "Raw: of all models and arms, how many were worse before the correction, their interval above 0.", "",
    ]  # fmt: skip
    titles = ["table", "what was advised"]
    for words in CORRECTED.values():
        titles += [f"{words}: advised less none", "all arms: better", "can't be told", "worse", "raw: worse"]
    lines += record.header(titles)
    for name in TABLES:
        item = kept.get(name, {}).get("result", {})
        if "differences" not in item:
            continue
        cells = [item["title"], f"{item['choice']['arm']} ({item['choice']['learner']})"]
        for metric in CORRECTED:
            gaps = _gaps(item, metric)
            mine = next(
                gap
                for gap in gaps
                if (gap["learner"], gap["arm"]) == (item["choice"]["learner"], item["choice"]["arm"])
            )
            better, worse = sum(gap["high"] < 0 for gap in gaps), sum(gap["low"] > 0 for gap in gaps)
            cells.append(f"{mine['difference']:+.5f} [{mine['low']:+.5f}, {mine['high']:+.5f}]")
            raw = sum(gap["low"] > 0 for gap in _gaps(item, f"raw_{metric}"))
            cells += [str(better), str(len(gaps) - better - worse), str(worse), str(raw)]
        lines.append(record.row(cells))
    return lines


def _gaps(item: dict[str, Any], metric: str) -> list[dict[str, Any]]:
    return [gap for gap in item["differences"] if gap["metric"] == metric and gap["low"] is not None]


def _summary(item: dict[str, Any]) -> str:
    if "skipped" in item:
        return record.row([item["title"], "", "", f"skipped: {item['skipped']}", "", "", "", "", ""])
    outer = item.get("outer")
    gaps = [outer[which] for which in ("known", "hindsight")] if outer else []
    followed = [f"{gap['difference']:+.3f} [{gap['low']:+.3f}, {gap['high']:+.3f}]" for gap in gaps]
    what = item["advice"].split(":")[0]
    what = "augment" if what.startswith("augment") else what
    settings = item["settings"]
    cells = [item["title"], f"{settings['rows']:,}", f"{settings['positives']:,}"]
    cells += [f"{what}: {item['choice']['arm']} ({item['choice']['learner']})", *(followed or ["not measured", ""])]
    return record.row([*cells, str(item["seconds"]), str(item["cpu_seconds"]), str(item["load"])])


def _details(item: dict[str, Any]) -> list[str]:
    outer = item.get("outer")
    lines = [f"## {item['title']}", "", f"> {item['advice']}", ""]
    if outer:
        lines += [f"On outer folds the advice was: {', '.join(outer['advised'])}.", ""]
        lines += [f"Best known: {', '.join(outer['best_known'])}. In hindsight: {outer['best_in_hindsight']}.", ""]
    lines += [
        "Beside none: difference in average precision from none with the same model, corrected 95 % interval of that "
        "row alone. Log-loss and Brier score: corrected on real validation rows; raw: as the model gave them.", "",
    ]  # fmt: skip
    lines += record.header(["model", "what was done", "splits", "average precision", "beside none", "recall at budget",
                            "log-loss", "raw", "Brier", "raw", "calibration error", "raw"])  # fmt: skip
    for row in item["table"]:
        beside = "" if row["low"] is None else f"{row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
        cells = [row["learner"], row["arm"], str(row["splits"]), f"{row['average_precision']:.3f}", beside]
        cells.append(f"{row['recall_at_budget']:.3f}")
        for metric in ("log_loss", "brier", "calibration_error"):
            cells += [f"{row[metric]:.4f}", f"{row[f'raw_{metric}']:.4f}"]
        lines.append(record.row(cells))
    for drop in item["dropped"]:
        lines += [
            "",
            f"Dropped: {drop['arm']} ({drop['learner']}) after {drop['after_splits']} splits. {drop['reason']}",
        ]
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.uplift", description=__doc__)
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=list(TABLES))
    parser.add_argument("--outer", type=int, default=5, help="outer folds on which the advice is followed; 0: none")
    parser.add_argument("--n-jobs", type=int, default=-1, help="splits at a time")
    parser.add_argument("--page", action="store_true", help="only write the page anew")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    for name in [] if given.page else given.tables:
        result = measured(name, given.outer, given.n_jobs)
        kept = record.read(FILE)
        kept[name] = {"result": result, "made": record.when("lightgbm", "scikit-learn")}
        record.write(FILE, kept)
        PAGE.write_text(page(kept) + "\n", encoding="utf-8")
    if given.page:
        PAGE.write_text(page(record.read(FILE)) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
