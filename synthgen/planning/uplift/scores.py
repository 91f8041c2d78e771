"""How well a model finds the class, at natural prevalence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, log_loss

from synthgen.merging.calibrators import Curve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 1e-6
"""Probabilities are kept this far from 0 and 1, so that one sure error doesn't decide a log-loss."""

BINS = 10
HIGHER = {
    "average_precision": True, "recall_at_budget": True, "f1": True, "log_loss": False, "brier": False,
    "calibration_error": False, "raw_log_loss": False, "raw_brier": False, "raw_calibration_error": False,
}  # fmt: skip
"""Every metric, and whether higher is better."""


@dataclass(frozen=True)
class Decision:
    """What is learnt from real validation rows: a threshold, and how to correct probabilities (None: not at all)."""

    threshold: float = 0.5
    curve: Curve | None = None

    def corrected(self, guess: Floats) -> Floats:
        """Probabilities as they should have been."""
        return guess if self.curve is None else self.curve.apply(_both(guess))[:, 1]


def learn_decision(y: Ints, guess: Floats) -> Decision:
    """Take the threshold with the best F1, and the correction of :class:`synthgen.merging.calibrators.Curve`.

    Three parameters, held near "the model is right" by a prior, because validation rows of a rare class are few.
    (Platt's line made the Brier score of forests a fifth worse on card payments; isotonic steps do worse than either.)

    Examples
    --------
    >>> import numpy as np
    >>> y = np.repeat([0, 1], [90, 10])
    >>> found = learn_decision(y, np.where(y == 1, 0.9, 0.5))
    >>> found.threshold
    0.9
    """
    order = np.argsort(-guess, kind="stable")
    hits, flagged = np.cumsum(y[order]), np.arange(1, len(y) + 1)
    # A threshold can only lie between different guesses.
    last = np.append(np.diff(guess[order]) != 0, True)
    f1 = np.where(last, 2 * hits / (flagged + y.sum()), -1.0)
    threshold = float(guess[order][int(np.argmax(f1))])
    return Decision(threshold, Curve().fit(_both(guess), y))


def scores(y: Ints, guess: Floats, decision: Decision, budget: float) -> dict[str, float]:
    """Every metric, of corrected probabilities and (``raw_…``) of those the model gave."""
    out = {
        "average_precision": float(average_precision_score(y, guess)),
        "recall_at_budget": recall_at_budget(y, guess, budget),
        "f1": _f1(y, guess >= decision.threshold),
    }
    for prefix, given in (("", decision.corrected(guess)), ("raw_", guess)):
        kept = np.clip(given, LEAST, 1 - LEAST)
        out[f"{prefix}log_loss"] = float(log_loss(y, kept, labels=[0, 1]))
        out[f"{prefix}brier"] = float(np.mean((given - y) ** 2))
        out[f"{prefix}calibration_error"] = calibration_error(y, given)
    return out


def recall_at_budget(y: Ints, guess: Floats, budget: float) -> float:
    """Share of the class found in the ``budget`` share of rows with the highest guesses; of ties, what chance finds.

    Examples
    --------
    >>> import numpy as np
    >>> recall_at_budget(np.array([1, 0, 1, 0]), np.array([0.9, 0.1, 0.4, 0.4]), 0.5)
    0.75
    """
    most = max(1, round(budget * len(y)))
    edge = np.partition(guess, len(guess) - most)[len(guess) - most]
    above, level = guess > edge, guess == edge
    chance = (most - above.sum()) / level.sum()
    return float((y[above].sum() + chance * y[level].sum()) / y.sum())


def calibration_error(y: Ints, guess: Floats) -> float:
    """Mean distance of guess and share, over ten bins of as many rows each.

    Examples
    --------
    >>> import numpy as np
    >>> round(calibration_error(np.repeat([0, 1], [90, 10]), np.full(100, 0.3)), 3)
    0.2
    """
    # Equal guesses share a bin, whatever the order of the rows.
    place = np.searchsorted(np.quantile(guess, np.linspace(0, 1, BINS + 1)[1:-1]), guess, side="right")
    gap = np.bincount(place, guess, BINS) - np.bincount(place, y, BINS)
    return float(np.abs(gap).sum() / len(y))


def _f1(y: Ints, flagged: NDArray[np.bool_]) -> float:
    return float(2 * y[flagged].sum() / (flagged.sum() + y.sum()))


def _both(guess: Floats) -> Floats:
    return np.column_stack([1 - guess, guess])
