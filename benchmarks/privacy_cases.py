"""Leaks of known kinds, made from real rows: what the leak checks have to find, and what they have to pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

import synthgen as sg
from synthgen.randomness import seed_sequence
from synthgen.table.encoding import encode, extend_categories
from synthgen.table.inference import infer_schema
from synthgen.validation import Comparison, Gate, Outcome, Purpose
from synthgen.validation.privacy import Leaks, find_leaks

TABLES: dict[str, tuple[Callable[[], pd.DataFrame], str]] = {
    "adult": (sg.datasets.load_adult, "income"),
    "thyroid": (sg.datasets.load_thyroid, "diagnosis"),
    "fraud": (sg.datasets.load_fraud, "Class"),
}
SMOTE_NEIGHBOURS = 5


@dataclass(frozen=True)
class Split:
    """Real rows in three parts that know nothing of each other."""

    train: pd.DataFrame
    holdout: pd.DataFrame
    fresh: pd.DataFrame
    target: str | None
    seed: int = 0

    @property
    def numbers(self) -> list[str]:
        return [name for name in self.train.select_dtypes("number") if name != self.target]

    @property
    def scale(self) -> pd.Series:
        return self.train[self.numbers].std().replace(0.0, 1.0)

    def rng(self, *names: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *names])

    def noisy(self, rows: pd.DataFrame, share: float) -> pd.DataFrame:
        """Numbers moved by ``share`` standard deviations, labels kept."""
        out = rows.copy()
        moved = self.rng(7).normal(size=(len(rows), len(self.numbers))) * share * self.scale.to_numpy()
        out[self.numbers] = rows[self.numbers].astype(float) + moved
        return out

    def among_fresh(self, rows: pd.DataFrame) -> pd.DataFrame:
        """These rows in place of as many fresh ones, at the end."""
        return pd.concat([self.fresh[: len(self.fresh) - len(rows)], rows], ignore_index=True)


def split(name: str, n_train: int, n_holdout: int, n_fresh: int, seed: int) -> Split:
    load, target = TABLES[name]
    rows = load().sample(frac=1, random_state=seed)
    edges = np.cumsum([0, n_train, n_holdout, n_fresh])
    parts = [rows[a:b].reset_index(drop=True) for a, b in pairwise(edges)]
    return Split(parts[0], parts[1], parts[2], target, seed)


def leaks_of(
    part: Split, made: pd.DataFrame, seed: int = 0, effort: str = "standard", purpose: str = "augment"
) -> Leaks:
    """Run the leak checks alone."""
    schema = infer_schema(pd.concat([part.train, part.holdout], ignore_index=True), target=part.target)
    schema = extend_categories(schema, part.train, part.holdout, made)
    coded = [encode(frame, schema) for frame in (part.train, part.holdout, made)]
    comparison = Comparison.of(*coded, schema, effort=effort)
    return find_leaks(comparison, Purpose(purpose), seed_sequence(seed))


def found(leaks: Leaks) -> list[str]:
    """Checks that fail the gate, attacks among them, whatever the purpose."""
    named = set()
    for criterion in Gate.of_leaks().criteria:
        mine = [m for m in leaks.measurements if m.name == criterion.metric and m.computed]
        if any(criterion.judge(m)[0] is Outcome.FAIL for m in mine):
            named.add(criterion.name)
    return sorted(named)


def smote_rows(part: Split, n_parents: int = 2) -> pd.DataFrame:
    """A row between each train row and one or two of its neighbours in standard deviations, labels from the first."""
    rng = part.rng(11)
    known = part.train[part.numbers].astype(float)
    values = known.fillna(known.median()).to_numpy()
    near = NearestNeighbors(n_neighbors=SMOTE_NEIGHBOURS + 1).fit(values / part.scale.to_numpy())
    others = near.kneighbors(return_distance=False, n_neighbors=SMOTE_NEIGHBOURS)
    n = len(values)
    weights = rng.dirichlet(np.ones(n_parents), n)
    mixed = weights[:, :1] * values
    for j in range(1, n_parents):
        mixed += weights[:, j : j + 1] * values[others[np.arange(n), rng.integers(0, SMOTE_NEIGHBOURS, n)]]
    out = part.train.copy()
    out[part.numbers] = mixed
    return out


def _outliers(part: Split) -> pd.DataFrame:
    """The 2 % of train rows with the most extreme number."""
    numbers = part.train[part.numbers].astype(float)
    far = ((numbers - numbers.median()) / part.scale).abs().max(axis=1).fillna(0)
    return part.train.loc[far.sort_values().index[-max(1, len(part.train) // 50) :]]


def _leaking_column(part: Split) -> pd.DataFrame:
    name = part.train[part.numbers].nunique().idxmax()
    values = part.train[name].sample(len(part.fresh), replace=True, random_state=part.seed).to_numpy()
    return part.fresh.assign(**{str(name): values})


def five_columns(part: Split) -> list[str]:
    names = [name for name in part.train.columns if name != part.target]
    most = part.train[names].nunique().sort_values(ascending=False, kind="stable").index[:10]
    return sorted(part.rng(5).choice(most, 5, replace=False).tolist())


def _columns_together(part: Split) -> pd.DataFrame:
    names = five_columns(part)
    rows = part.train.sample(len(part.fresh), replace=True, random_state=part.seed)
    return part.fresh.assign(**{name: rows[name].to_numpy() for name in names})


def _rare(part: Split, share: float = 0.0) -> pd.DataFrame:
    """The train rows of a class of about 40 in place of the fresh ones of that class."""
    counts = part.train[part.target].value_counts()
    rare = (counts - 40).abs().idxmin()
    rows = part.train[part.train[part.target] == rare]
    rows = part.noisy(rows, share) if share else rows
    return pd.concat([part.fresh[part.fresh[part.target] != rare], rows], ignore_index=True)


def _marginals(rows: pd.DataFrame, seed: int) -> pd.DataFrame:
    return pd.DataFrame(
        {name: rows[name].sample(frac=1, random_state=seed + j).to_numpy() for j, name in enumerate(rows.columns)}
    )


CASES: dict[str, tuple[Callable[[Split], pd.DataFrame], bool]] = {
    "fresh real rows": (lambda s: s.fresh, False),
    "the train rows": (lambda s: s.train, True),
    "train + 1e-9 noise": (lambda s: s.noisy(s.train, 1e-9), True),
    "train in single precision": (lambda s: s.train.astype(dict.fromkeys(s.numbers, "float32")), True),
    "train, rounded to one decimal": (lambda s: s.train.round(1), True),
    "train + 10 % noise": (lambda s: s.noisy(s.train, 0.1), True),
    "SMOTE": (smote_rows, True),
    "SMOTE, rounded": (lambda s: smote_rows(s).round(2), True),
    "SMOTE + 1 % noise": (lambda s: s.noisy(smote_rows(s), 0.01), True),
    "three-point mixes": (lambda s: smote_rows(s, 3), True),
    "20 copies among fresh rows": (lambda s: s.among_fresh(s.train[:20]), True),
    "2 % memorised outliers": (lambda s: s.among_fresh(_outliers(s)), True),
    "2 % memorised outliers + 1 % noise": (lambda s: s.among_fresh(s.noisy(_outliers(s), 0.01)), True),
    "one leaking column": (_leaking_column, True),
    "five columns copied jointly": (_columns_together, True),
    "a class of 40 leaked": (_rare, True),
    "a class of 40 leaked + 2 % noise": (lambda s: _rare(s, 0.02), True),
    "independent marginals of train": (lambda s: _marginals(s.train, 0), True),
    "independent marginals of fresh rows": (lambda s: _marginals(s.fresh, 0), False),
}
"""What is made, and whether it leaks."""
