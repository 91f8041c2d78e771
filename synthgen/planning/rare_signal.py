"""How much of what sets a class apart each generator keeps, tried on an inner split of the train rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.generators import Synthesizer
from synthgen.randomness import child, stream
from synthgen.table import encode, extend_categories, to_pandas
from synthgen.table.schema import Schema
from synthgen.table.splitting import split_rows
from synthgen.validation import Comparison
from synthgen.validation.utility.signal import (
    FEWEST,
    LEAST_AUC,
    area,
    class_guesses,
    kept_shares,
    resampled_areas,
)

Rows = NDArray[np.int64]

HELD = 0.4
"""Share of the train rows that the generators don't see: 10 of the 25 rows that a class must have."""

MOST_OTHERS = 5_000
MOST_OF_A_CLASS = 3_000
"""Rows that the trial uses; of a rare class, all."""

FEWEST_DRAWN, MOST_DRAWN = 1_000, 3_000

LEAST_LOSS = 0.02
"""A difference in kept signal smaller than this is none, however sure."""


@dataclass(frozen=True)
class Share:
    """Share of a class's signal that a generator keeps, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassSignal:
    """What the trial found for one class.

    Attributes
    ----------
    label : str
    positives : int
        Inner held-out rows of the class.
    real_auc : float
        Of a classifier trained on the class's real rows.
    kept : mapping of generator name to Share
    lower : set of (name, name)
        The first keeps less than the second: by ``LEAST_LOSS`` or more, and beyond the noise.
    stopped : mapping of generator name to str
        Generators that could not make the class, and the kind of error.
    """

    label: str
    positives: int
    real_auc: float
    kept: Mapping[str, Share]
    lower: frozenset[tuple[str, str]] = frozenset()
    stopped: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        kept = {name: {"value": s.value, "low": s.low, "high": s.high} for name, s in self.kept.items()}
        return {
            "class": self.label, "positives": self.positives, "real_auc": self.real_auc, "kept": kept,
            "lower": [list(pair) for pair in sorted(self.lower)], "stopped": dict(self.stopped),
        }  # fmt: skip


def rare_signal(
    frame: pd.DataFrame,
    coded: pd.DataFrame,
    schema: Schema,
    codes: Sequence[float],
    candidates: Mapping[str, Synthesizer],
    seed: np.random.SeedSequence,
) -> list[ClassSignal]:
    """Fit each candidate on a part of the rows and ask a classifier what its rows of a class are worth.

    The classifier is trained to tell the class from real rows of the other classes, once with the class's real
    rows and once with each candidate's, and tested on rows that none of them saw. All rows of the classes are
    used, up to 3,000 of each, and 5,000 rows of the others.

    Parameters
    ----------
    frame, coded : pandas.DataFrame of shape (n_rows, n_columns)
        Train rows only, as the caller gave them and coded by ``schema``.
    schema : Schema
        With a target that has classes.
    codes : sequence of float
        Classes to judge.
    candidates : mapping of name to unfitted generator
    seed : numpy.random.SeedSequence

    Returns
    -------
    list of ClassSignal
        Without classes that even real rows don't tell apart, or of which fewer than 10 rows could be held out.
    """
    assert schema.target is not None
    name, labels = schema.target.name, schema.target.categories or ()
    rows = _trial_rows(coded[name].to_numpy(float), codes, stream(seed, "rows"))
    frame, coded = frame.iloc[rows], coded.iloc[rows]
    learn, held = split_rows(coded, schema, HELD, stream(seed, "split"))
    y_learn, y_held = (coded[name].to_numpy(float)[part] for part in (learn, held))
    comparison = Comparison.of(coded.iloc[learn], coded.iloc[held], coded.iloc[:0], schema)
    judged = [code for code in codes if min((y_learn == code).sum(), (y_held == code).sum()) >= FEWEST]
    judged = [code for code in judged if not (y_held == code).all()]
    wanted = {labels[int(code)]: int(np.clip((y_learn == code).sum(), FEWEST_DRAWN, MOST_DRAWN)) for code in judged}
    made: dict[str, pd.DataFrame] = {}
    stopped: dict[str, str] = {}
    for generator, model in candidates.items() if judged else ():
        try:
            made[generator] = _drawn(model, frame.iloc[learn], schema, wanted, child(seed, generator))
        except Exception as error:  # what it can't make here, it is not asked for
            stopped[generator] = type(error).__name__
    found = [
        _signal(comparison, code, str(labels[int(code)]), made, stopped, child(seed, "class", int(code)))
        for code in judged
    ]
    return [signal for signal in found if signal.real_auc >= LEAST_AUC]


def _trial_rows(y: NDArray[np.float64], codes: Sequence[float], rng: np.random.Generator) -> Rows:
    """Positions of the rows to try on, ascending."""
    parts = [(np.flatnonzero(y == code), MOST_OF_A_CLASS) for code in codes]
    parts.append((np.flatnonzero(~np.isin(y, codes)), MOST_OTHERS))
    return np.sort(
        np.concatenate([rng.choice(rows, most, replace=False) if len(rows) > most else rows for rows, most in parts])
    )


def _drawn(
    model: Synthesizer, frame: pd.DataFrame, schema: Schema, wanted: Mapping[Any, int], seed: np.random.SeedSequence
) -> pd.DataFrame:
    assert schema.target is not None
    model.set_params(random_state=int(stream(seed, "model").integers(0, 2**31)))
    model.fit(frame, schema=schema)
    parts = [
        to_pandas(model.sample(n, conditions={schema.target.name: label}, random_state=child(seed, "sample", k)))[0]
        for k, (label, n) in enumerate(wanted.items())
    ]
    rows = pd.concat(parts, ignore_index=True)
    return encode(rows, extend_categories(schema, rows))


def _signal(
    comparison: Comparison,
    code: float,
    label: str,
    made: Mapping[str, pd.DataFrame],
    stopped: Mapping[str, str],
    seed: np.random.SeedSequence,
) -> ClassSignal:
    found, guesses = class_guesses(comparison, code, [*made.values(), comparison.train], stream(seed, "classifier"))
    areas = np.array([[area(found, guess) for guess in guesses]])
    drawn = resampled_areas(found, guesses, stream(seed, "resample"))
    value, spread = kept_shares(areas)[0], kept_shares(drawn)
    low, high = np.quantile(spread, [0.025, 0.975], axis=0) if made else (value, value)
    names = list(made)
    lower = {
        (names[a], names[b])
        for a in range(len(names))
        for b in range(len(names))
        if value[b] - value[a] > LEAST_LOSS and np.quantile(spread[:, b] - spread[:, a], 0.025) > 0
    }
    kept = {name: Share(*(round(float(x), 4) for x in row)) for name, *row in zip(names, value, low, high, strict=True)}
    return ClassSignal(label, int(found.sum()), round(float(areas[0, -1]), 4), kept, frozenset(lower), stopped)
