"""Do synthetic rows carry labels that a model of the real rows finds plausible?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

from synthgen.validation.classifier import STEADY, classifier, predict, train_model
from synthgen.validation.comparison import MOST_ROWS, Comparison, Floats
from synthgen.validation.metric import Direction, Estimate, Family, Interval, Metric
from synthgen.validation.privacy.evidence import clopper_pearson

LESS_LIKELY = 10.0
"""A label is implausible if the rest of the row makes it so many times less likely than it is among all rows.

A fixed probability would call most rows of a rare class implausible, real ones too: a payment that is a fraud with a
probability of .02 speaks for a fraud where one in six hundred is one.
"""

FEWEST_TRAIN, FEWEST_HELD = 30, 10
"""Real rows of a class without which its labels aren't judged."""

MOST_CLASSES = 3
FOLDS = 3
LEAST = 1e-6


@dataclass(frozen=True)
class Judged:
    """Synthetic and held-out real rows of one class, and how likely their label is.

    Attributes
    ----------
    label : str
    rows : array of positions
        Of the synthetic rows of the class.
    made, held : arrays
        Probability of the row's label over the label's share, for synthetic and for held-out rows.
    weights : array
        Of the held-out rows.
    """

    label: str
    rows: NDArray[np.int64]
    made: Floats
    held: Floats
    weights: Floats


def label_consistency(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Share of implausible labels, over all judged classes and for each."""
    if comparison.target is None:
        yield Estimate(None, reason="the target has no classes, or none was named", vacuous=True)
        return
    yield from shares_of(judge_labels(comparison, rng))


def shares_of(judged: list[Judged]) -> Iterator[Estimate]:
    """The figures of :func:`label_consistency`, of labels that were judged before."""
    if not judged:
        yield Estimate(
            None, reason=f"no class of the synthetic rows has {FEWEST_TRAIN} train and {FEWEST_HELD} held-out real rows"
        )
        return
    yield _estimate(judged, None)
    if len(judged) > 1:
        for part in judged:
            yield _estimate([part], part.label)


def implausible(judged: list[Judged]) -> tuple[NDArray[np.int64], Floats]:
    """Positions of synthetic rows with an implausible label, and how likely it is there over its share among all."""
    found = [(part.rows[part.made < 1 / LESS_LIKELY], part.made[part.made < 1 / LESS_LIKELY]) for part in judged]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate([rows for rows, _ in found]), np.concatenate([values for _, values in found])


def judge_labels(comparison: Comparison, rng: np.random.Generator) -> list[Judged]:
    """Train a calibrated classifier for each class on real train rows, and ask it about the others.

    Of two classes one model tells both; of several, the three rarest that can be judged are told from the others. Of
    very many synthetic rows of a class some are judged, at random: 5,000 of each, 25,000 with ``validation="full"``.
    """
    target = comparison.target
    if target is None:
        return []
    real = comparison.train[target.name].value_counts()
    held = comparison.holdout[target.name].value_counts()
    enough = [code for code in real.index if real[code] >= FEWEST_TRAIN and held.get(code, 0) >= FEWEST_HELD]
    codes = sorted((code for code in comparison.classes if code in enough), key=lambda code: (real[code], code))
    judged: list[Judged] = []
    if len(real) < 2:
        return judged
    both, most = len(real) == 2, MOST_ROWS[comparison.effort] // 2
    models: dict[float, _Model] = {}
    for code in codes[:MOST_CLASSES]:
        asked = float(min(real.index)) if both else code
        if asked not in models:
            models[asked] = _Model(comparison, asked, rng)
        model = models[asked]
        rows = _some(np.flatnonzero(comparison.synthetic[target.name].to_numpy(float) == code), most, rng)
        part = comparison.real_holdout
        inside = np.flatnonzero(part.coded[target.name].to_numpy(float) == code)
        judged.append(
            Judged(
                str((target.categories or ())[int(code)]), rows,
                model.likelihood(comparison.synthetic.iloc[rows], code == asked),
                model.likelihood(part.coded.iloc[inside], code == asked), part.weights[inside],
            )
        )  # fmt: skip
    return judged


class _Model:
    """Is a row of this class: cross-fitted on real train rows, its log-odds corrected on rows it didn't learn from."""

    def __init__(self, comparison: Comparison, code: float, rng: np.random.Generator) -> None:
        assert comparison.target is not None
        name, most = comparison.target.name, MOST_ROWS[comparison.effort] // 2
        self.names = [column.name for column in comparison.columns if column.name != name]
        train, counts = comparison.train, comparison.tilt_by_class(0)
        if len(train) > most:
            # Of a rare class, all rows are kept.
            inside = train[name].to_numpy(float) == code
            sides = [np.flatnonzero(inside), np.flatnonzero(~inside)]
            rows = np.sort(np.concatenate([_some(rows, most, rng) for rows in sides]))
            train, counts = train.iloc[rows], counts[rows]
        known = None if comparison.tilts is None else counts
        y = (train[name].to_numpy(float) == code).astype(np.int64)
        x = train[self.names].reset_index(drop=True)
        self.share = float(np.average(y, weights=counts))
        fold = np.empty(len(y), dtype=np.int64)
        for side in (0, 1):
            members = rng.permutation(np.flatnonzero(y == side))
            fold[members] = np.arange(len(members)) % FOLDS
        self.models = []
        guess = np.empty(len(y))
        for k in range(FOLDS):
            model = classifier(rng, l2=STEADY)
            train_model(
                model, x[fold != k], y[fold != k], comparison.schema, None if known is None else known[fold != k]
            )
            guess[fold == k] = predict(model, x[fold == k])
            self.models.append(model)
        self.slope, self.shift = _correction(y, _log_odds(guess), counts)

    def likelihood(self, rows: pd.DataFrame, of_class: bool) -> Floats:
        """Probability that the rows have their label, over the label's share."""
        if not len(rows):
            return np.zeros(0)
        odds = np.mean([_log_odds(predict(model, rows[self.names])) for model in self.models], axis=0)
        p = expit(self.slope * odds + self.shift)
        return np.asarray(p / self.share if of_class else (1 - p) / (1 - self.share), dtype=float)


def _some(rows: NDArray[np.int64], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return np.sort(rng.choice(rows, most, replace=False)) if len(rows) > most else rows


def _correction(y: NDArray[np.int64], odds: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and shift of the log-odds with the least log-loss (Platt), never turned round."""

    def loss(at: Floats) -> tuple[float, Floats]:
        z = at[0] * odds + at[1]
        slack = weights * (expit(z) - y)
        return float(np.sum(weights * (np.logaddexp(0, z) - y * z))), np.array([slack @ odds, slack.sum()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=[(0.0, 5.0), (None, None)], method="L-BFGS-B")
    return float(found.x[0]), float(found.x[1])


def _estimate(judged: list[Judged], subject: str | None) -> Estimate:
    made = np.concatenate([part.made for part in judged]) < 1 / LESS_LIKELY
    held = np.concatenate([part.held for part in judged]) < 1 / LESS_LIKELY
    weights = np.concatenate([part.weights for part in judged])
    # As many rows of equal weight as the weighted ones are worth.
    worth = float(weights.sum() ** 2 / (weights**2).sum())
    baseline = float(np.average(held, weights=weights))
    return Estimate(
        float(made.mean()), _interval(float(made.mean()), len(made)), baseline, _interval(baseline, worth),
        n=len(made), subject=subject,
        reason=f"{int(made.sum()):,} rows whose label is at most a tenth as likely there as among all real rows",
    )  # fmt: skip


def _interval(share: float, n: float) -> Interval:
    rows = max(1, round(n))
    return clopper_pearson(round(share * rows), rows)


def _log_odds(guess: Floats) -> Floats:
    return np.asarray(logit(np.clip(guess, LEAST, 1 - LEAST)), dtype=float)


LABEL_CONSISTENCY = Metric(
    "label_consistency", "Labels that don't fit their rows", Family.UTILITY, Direction.NEAR_BASELINE, (0.0, 1.0),
    "Labels that a cross-fitted model contradicts: Northcutt et al. (2021), "
    "https://doi.org/10.1613/jair.1.12125",
    "Share of rows whose label a model of the real rows finds ten times less likely there than among all rows; "
    "held-out real rows have some too.",
    label_consistency,
)  # fmt: skip
