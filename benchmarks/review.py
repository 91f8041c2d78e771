"""Which score puts rows whose values don't belong together on a review sheet: python -m benchmarks.review

Rows of a generator, and among them 20 of 2,000 in which some values were replaced by those of other rows. A score is
good if the planted rows are among the ten that a sheet of 50 shows as least plausible. Writes review.json and
review.md.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score

import synthgen as sg
from benchmarks import record
from synthgen.reviewing import plausibility as ours
from synthgen.table import LABEL_KINDS, DistanceSpace, decode, encode, extend_categories, infer_schema
from synthgen.table.neighbours import nearest
from synthgen.validation import Comparison
from synthgen.validation.classifier import classifier, predict, train_model

HERE = Path(__file__).parent
TABLES = {"thyroid": "diagnosis", "adult": "income", "fraud": "Class"}
GENERATORS = {"tree": {"preset": "turbo"}, "gaussian_copula": {}}
RARE = {"adult": ">50K", "fraud": 1}
PLANTED = {"two values": 2, "half of the values": 0.5, "all values": 1.0}
ROWS, BAD, SHOWN, SEEDS, MOST_REAL = 2_000, 20, 10, 3, 9_000

INTRODUCTION = (
    f"{ROWS:,} rows of a generator, {BAD} of them with some values replaced by those of other rows, so that each value "
    f"is a usual one. How many of the {SHOWN} that a score finds least plausible are planted ones ({SHOWN} is best, "
    f"chance finds {SHOWN * BAD / ROWS:.1f}), on average over {SEEDS} seeds and the tables {', '.join(TABLES)}, all "
    "classes and the rare class alone. The tree's rows are closer to real ones, so planted rows stand out more; the "
    "Gaussian copula's own rows often don't go together, and a score is right to show these too. The tree's likelihood "
    "is there for its own rows only, and can't see what the tree itself gets wrong."
)

Ask = Callable[[Comparison, np.random.Generator], np.ndarray]


def mixed_up(share: float, classes: str = "matched") -> Ask:
    """The score of a sheet, with another share of values drawn anew, or learnt from all classes."""

    def ask(comparison: Comparison, rng: np.random.Generator) -> np.ndarray:
        before, ours.MIXED_UP = ours.MIXED_UP, share
        if classes == "all":
            target = comparison.target
            every = comparison.train[target.name].unique()
            comparison = _of_all(comparison, every)
        try:
            found = ours.plausibility(comparison, rng)
        finally:
            ours.MIXED_UP = before
        return found.made

    return ask


def _of_all(comparison: Comparison, classes: np.ndarray) -> Comparison:
    """The same rows, compared with the real rows of every class as they are."""
    kept = Comparison(comparison.train, comparison.holdout, comparison.synthetic, comparison.schema)
    shares = comparison.train[comparison.target.name].value_counts(normalize=True)
    kept.__dict__["classes"] = {float(code): float(shares[code]) for code in classes}
    return kept


def isolation(comparison: Comparison, rng: np.random.Generator) -> np.ndarray:
    """Isolation forest on the real rows, every column weighing alike."""
    space = DistanceSpace.fit(comparison.train, comparison.schema)
    real = space.transform(comparison.real_train.coded)
    model = IsolationForest(n_estimators=200, random_state=int(rng.integers(2**31)), n_jobs=1).fit(real)
    return model.score_samples(space.transform(comparison.synthetic))


def neighbours(comparison: Comparison, rng: np.random.Generator) -> np.ndarray:
    """Distance to the fifth nearest real row."""
    space = DistanceSpace.fit(comparison.train, comparison.schema)
    real = space.transform(comparison.train, np.float64)
    return -nearest(space.transform(comparison.synthetic, np.float64), real, 5)[0][:, -1]


def told_apart(comparison: Comparison, rng: np.random.Generator) -> np.ndarray:
    """A classifier of real against synthetic rows, asked about rows that it didn't learn from."""
    real, made = comparison.real_train.coded, comparison.synthetic
    names = [column.name for column in comparison.columns]
    folds = rng.integers(0, 3, len(real)), rng.integers(0, 3, len(made))
    out = np.zeros(len(made))
    for fold in range(3):
        parts = real[folds[0] != fold], made[folds[1] != fold]
        model = classifier(rng)
        x = pd.concat(parts, ignore_index=True)[names]
        train_model(model, x, np.repeat([1, 0], [len(part) for part in parts]), comparison.schema)
        out[folds[1] == fold] = predict(model, made[folds[1] == fold][names])
    return out


def rarity(comparison: Comparison, rng: np.random.Generator) -> np.ndarray:
    """Sum over columns of the log share of real rows in the value's bin: labels, or twenty quantile bins."""
    total = np.zeros(len(comparison.synthetic))
    for column in comparison.columns:
        real, made = (
            frame[column.name].to_numpy(float) for frame in (comparison.real_train.coded, comparison.synthetic)
        )
        if column.kind not in LABEL_KINDS:
            edges = np.unique(np.nanquantile(real, np.linspace(0, 1, 21)[1:-1]))
            real, made = (np.where(np.isnan(part), -1, np.digitize(part, edges)) for part in (real, made))
        counts = pd.Series(np.nan_to_num(real, nan=-1)).value_counts()
        total += np.log((counts.reindex(np.nan_to_num(made, nan=-1)).fillna(0).to_numpy() + 1) / len(real))
    return total


WAYS: dict[str, Ask] = {
    "mixed-up rows, 15 % of the values drawn anew": mixed_up(0.15),
    "mixed-up rows, 30 %": mixed_up(0.3),
    "mixed-up rows, 50 % (what a sheet uses)": mixed_up(0.5),
    "mixed-up rows, all values": mixed_up(1.01),
    "mixed-up rows, 50 %, learnt from all classes": mixed_up(0.5, "all"),
    "distance to the fifth nearest real row": neighbours,
    "isolation forest": isolation,
    "classifier of real against synthetic rows": told_apart,
    "rarity of single values": rarity,
}
LIKELIHOOD = "the tree's own log-likelihood"


def planted(coded: pd.DataFrame, names: list[str], share: float, rng: np.random.Generator) -> tuple[Any, np.ndarray]:
    """Rows of which some have values of other rows, and which these are."""
    out, bad = coded.copy(), rng.choice(len(coded), BAD, replace=False)
    n = round(share * len(names)) if share <= 1 else int(share)
    for row in bad:
        for name in rng.choice(names, n, replace=False):
            out.loc[row, name] = coded[name].iloc[rng.integers(len(coded))]
    truth = np.zeros(len(coded), dtype=int)
    truth[bad] = 1
    return out, truth


def cases(table: str, generator: str, seed: int) -> Iterator[dict[str, Any]]:
    """Every score on the rows of one generator: of all classes, and of the rare class alone."""
    target = TABLES[table]
    frame = getattr(sg.datasets, f"load_{table}")().sample(frac=1, random_state=seed)[:MOST_REAL].reset_index(drop=True)
    train, holdout = frame[: len(frame) * 4 // 5], frame[len(frame) * 4 // 5 :]
    schema = infer_schema(frame, target=target)
    model = sg.generators.GENERATORS[generator](random_state=seed, **GENERATORS[generator]).fit(train, schema=schema)
    for rare in (False, True)[: 1 + (table in RARE)]:
        wanted = {target: RARE[table]} if rare else None
        made = model.sample(ROWS, conditions=wanted, random_state=seed + 1)[schema.names].reset_index(drop=True)
        known = extend_categories(schema, train, holdout, made)
        parts = [encode(part, known) for part in (train, holdout, made)]
        names = [column.name for column in Comparison.of(*parts, known).columns if not (rare and column.name == target)]
        for kind, share in PLANTED.items():
            rows, truth = planted(parts[2], names, share, np.random.default_rng([seed, 7]))
            comparison = Comparison.of(parts[0], parts[1], rows, known)
            asks = dict(WAYS)
            if generator == "tree":
                asks[LIKELIHOOD] = lambda c, _, k=known: model.log_prob(decode(c.synthetic.reindex(columns=k.names), k))
            for way, ask in asks.items():
                start = time.process_time()
                score = np.nan_to_num(np.asarray(ask(comparison, np.random.default_rng(seed)), float), neginf=-1e9)
                yield {
                    "table": table + (", rare class" if rare else ""), "generator": generator, "seed": seed,
                    "planted": kind, "way": way,
                    "found": int(truth[np.argsort(score, kind="stable")[:SHOWN]].sum()),
                    "auc": round(float(roc_auc_score(truth, -score)), 4),
                    "cpu_seconds": round(time.process_time() - start, 2),
                }  # fmt: skip


def page(document: dict[str, Any]) -> str:
    """What was found, as Markdown."""
    found = pd.DataFrame(document["cases"]).explode(["found", "auc", "cpu_seconds"])
    kinds = list(PLANTED)
    lines = [
        "# Which rows a review sheet shows as least plausible", "",
        INTRODUCTION, "",
        *record.header(["score", *(f"tree: {kind}" for kind in kinds), *(f"copula: {kind}" for kind in kinds),
                        "rare class", "AUC", "CPU s"]),
    ]  # fmt: skip
    for way in [*WAYS, LIKELIHOOD]:
        part = found[found["way"] == way]
        cells = [way]
        for generator in GENERATORS:
            for kind in kinds:
                some = part[(part["generator"] == generator) & (part["planted"] == kind)]
                cells.append(f"{some['found'].mean():.1f}" if len(some) else "–")
        rare = part[part["table"].str.endswith("rare class")]
        cells += [f"{rare['found'].mean():.1f}", f"{part['auc'].mean():.3f}", f"{part['cpu_seconds'].mean():.1f}"]
        lines.append(record.row(cells))
    lines += ["", "Made by `python -m benchmarks.review`.", "", *record.made_with([document])]
    return "\n".join(lines)


def by_case(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One record for all seeds of a case."""
    keys = ["table", "generator", "planted", "way"]
    grouped = pd.DataFrame(found).groupby(keys, sort=False)[["found", "auc", "cpu_seconds"]].agg(list)
    return grouped.reset_index().to_dict("records")


def main() -> None:
    """Measure, and write what was found."""
    warnings.simplefilter("ignore")
    found: list[dict[str, Any]] = []
    for table in TABLES:
        for generator in GENERATORS:
            for seed in range(SEEDS):
                found += list(cases(table, generator, seed))
                print(table, generator, seed, flush=True)
    document = {**record.when("lightgbm", "scikit-learn"), "cases": by_case(found)}
    record.write(HERE / "review.json", document)
    (HERE / "review.md").write_text(page(document), encoding="utf-8")


if __name__ == "__main__":
    main()
