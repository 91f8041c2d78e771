"""What plans about groups do: selection-rate ratio against AUC on real labels, and every group's fidelity.

``python -m benchmarks.fairness`` measures all and writes JSON, Markdown and a plot; ``--page`` only the last two.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks.fairness_page import draw, page
from benchmarks.peers.tables import SHARED
from benchmarks.record import read, when, write
from synthgen.planning.fairness.groups import read_cells, read_groups, selected_code
from synthgen.planning.fairness.plan import FairnessPlan
from synthgen.planning.fairness.trial import Judged, Made, Trial
from synthgen.randomness import child, seed_sequence, stream
from synthgen.table import encode
from synthgen.table.splitting import split_rows
from synthgen.validation import Comparison
from synthgen.validation.fidelity.shapes import column_estimates
from synthgen.validation.fidelity.trends import pair_trends

HERE = Path(__file__).parent
RECORD, PAGE, PLOT = HERE / "fairness.json", HERE / "fairness.md", HERE / "fairness.svg"

CASES = {
    "adult, sex": ("adult", "income", ">50K", ("sex",)),
    "adult, race × sex": ("adult", "income", ">50K", ("race", "sex")),
    "law school, race": ("law_school", "pass_bar", 1.0, ("race",)),
}
KINDS = ("equal_rates", "quotas", "weights")
STRENGTHS = (0.25, 0.5, 0.75, 1.0)
HELD = 0.3
MOST_TRENDS = 5_000


@lru_cache
def table(name: str) -> pd.DataFrame | None:
    if name == "adult":
        return sg.datasets.load_adult()
    path = SHARED / f"{name}.csv.gz"
    return pd.read_csv(path) if path.is_file() else None


def trial_of(case: str, seed: int) -> Trial | None:
    """A split of the whole table, three tenths held out."""
    name, target, label, sensitive = CASES[case]
    frame = table(name)
    if frame is None:
        return None
    schema = sg.Schema.infer(frame, target=target, sensitive_features=sensitive)
    coded = encode(frame, schema)
    own = child(seed_sequence(seed), case)
    learn, held = split_rows(coded, schema, HELD, stream(own, "split"))
    part = coded.iloc[learn]
    cells = read_cells(part, schema, read_groups(part, schema, sensitive), selected_code(part, schema, label))
    model = sg.generators.TreeSynthesizer(preset="turbo")
    return Trial(frame, coded, schema, learn, held, cells, model, own)


def points(case: str, trial: Trial) -> Iterator[tuple[str, float, Made]]:
    """Rows of every kind and strength, and of the controls."""
    _, target, label, sensitive = CASES[case]
    yield "real rows", 0.0, trial.real()
    plain = trial.make(None)
    yield "no plan", 0.0, plain
    shuffled = plain.rows.copy()
    shuffled[target] = stream(trial.seed, "shuffled").permutation(shuffled[target].to_numpy())
    yield "labels shuffled", 1.0, Made(shuffled, plain.weights, plain.learn, plain.held, plain.schema)
    for kind in KINDS:
        for strength in STRENGTHS:
            yield kind, strength, trial.make(FairnessPlan(kind, sensitive, strength, target, label))


def scored(trial: Trial, made: Made, judged: Judged, in_full: bool) -> dict[str, Any]:
    names = [trial.cells.groups.name(g) for g in range(len(trial.cells.groups))]
    compared = [int(g) for g in np.flatnonzero(trial.cells.rated)]
    out: dict[str, Any] = {
        "ratio": judged.ratio.value, "model_ratio": judged.model_ratio, "auc": judged.auc.value,
        "auc_interval": [judged.auc.low, judged.auc.high],
        "groups": {
            names[g]: {
                "rate": judged.rates[g],
                "auc": None if (auc := judged.groups[g]) is None else auc.value,
                "nearer": None if (near := judged.nearer[g]) is None else near.value,
            }
            for g in compared
        },
        "notes": list(judged.notes),
    }  # fmt: skip
    if in_full:
        for g in compared:
            out["groups"][names[g]] |= fidelity(trial, made, g)
    return out


def fidelity(trial: Trial, made: Made, g: int) -> dict[str, float]:
    """Shape and trend error within a group, against held-out real rows of like labels; and that of real rows."""
    groups = trial.cells.groups
    parts = [part[groups.of(part) == g] for part in (made.learn, made.held, made.rows)]
    comparison = Comparison.of(*parts, made.schema)
    own = {column.name for column in groups.columns}
    columns = [c for c in comparison.columns if c.name not in own and c is not comparison.target]
    _, shape = column_estimates(comparison, stream(trial.seed, "shapes", g), columns)
    rng = stream(trial.seed, "trends", g)
    few = [part.iloc[rng.permutation(len(part))[:MOST_TRENDS]] for part in parts]
    trend = next(pair_trends(Comparison.of(*few, made.schema), rng))
    return {
        "shape_error": 1 - (shape.value or 0.0), "shape_error_real": 1 - (shape.baseline or 0.0),
        "trend_error": 1 - (trend.value or 0.0), "trend_error_real": 1 - (trend.baseline or 0.0),
    }  # fmt: skip


def measured(case: str, seed: int) -> dict[str, Any] | None:
    trial = trial_of(case, seed)
    if trial is None:
        return None
    start = time.process_time()
    out: dict[str, Any] = {"learnt_from": len(trial.learn), "held_out": len(trial.held), "points": []}
    for kind, strength, made in points(case, trial):
        found = scored(trial, made, trial.judge(made), in_full=strength in (0.0, 1.0))
        out["points"].append({"kind": kind, "strength": strength, **found})
        print(
            f"{case}, seed {seed}: {kind} {strength:g}: ratio {found['ratio']:.3f}, AUC {found['auc']:.4f}", flush=True
        )
    return {**out, "cpu_seconds": round(time.process_time() - start, 1)}


def handed_back(case: str, seed: int) -> list[dict[str, Any]]:
    """Ratio in the table that ``synthesize`` hands back, from the whole table, and its verdict."""
    name, target, label, sensitive = CASES[case]
    frame, out = table(name), []
    for kind, purpose in (("equal_rates", "release"), ("quotas", "augment")):
        plan = FairnessPlan(kind, sensitive, 1.0, target, label)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = sg.synthesize(
                frame, target=target, purpose=purpose, fairness=plan, generator="tree",
                generator_options={"preset": "turbo"}, random_state=seed, progress=False,
            )  # fmt: skip
        done = result.fairness
        assert done is not None and done.ratio_before is not None and done.ratio_after is not None
        out.append({
            "kind": kind, "purpose": purpose, "before": vars(done.ratio_before), "after": vars(done.ratio_after),
            "synthetic": int(result.provenance.counts["accepted"]), "verdict": str(result.verdict.outcome),
            "blocking": [finding.criterion for finding in result.verdict.blocking], "notes": list(done.notes),
        })  # fmt: skip
        print(
            f"{case}: {kind}, {purpose}: {done.ratio_before} to {done.ratio_after}, {result.verdict.outcome}",
            flush=True,
        )
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one; may be repeated")
    parser.add_argument("--seeds", type=int, default=3, help="splits of each table, default: %(default)s")
    parser.add_argument("--only", choices=["frontier", "tables"], help="only the frontier, or the tables handed back")
    parser.add_argument("--page", action="store_true", help="only write the page and the plot anew")
    given = parser.parse_args()
    record = read(RECORD)
    for case in given.case or list(CASES) if not given.page else []:
        if table(CASES[case][0]) is None:
            print(f"{case}: skipped, the table isn't there")
            continue
        found = record.setdefault(case, {"by_seed": {}, "synthesize": []})
        if given.only != "tables":
            found["by_seed"] = {str(seed): measured(case, seed) for seed in range(given.seeds)}
            write(RECORD, record)
        if given.only != "frontier":
            found["synthesize"] = handed_back(case, 0)
        found |= when("lightgbm", "numba")
        write(RECORD, record)
    PAGE.write_text(page(record), encoding="utf-8")
    draw(record, PLOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
