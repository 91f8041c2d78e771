"""From the probabilities of a model to calibrated ones: a line on their logarithms, or steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.isotonic import IsotonicRegression

if TYPE_CHECKING:
    from typing import Self

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LEAST = 1e-6
"""Probabilities nearer than this to 0 count as this near: a forest's plain 0 has no logarithm."""

KEPT = 1e-4
"""Share of the model's own probability in a step: rows within one keep their order, and none is exactly 0 or 1."""


class Line:
    """Platt's calibration, on log-odds: one slope, and an offset for each class.

    A calibrated probability is proportional to exp(slope * log p + offset). With a slope of 1 this is a change of
    prevalence and nothing else. With two classes it is Platt's sigmoid [1]_ of the log-odds, with his targets, which
    keep the slope finite where the classes are apart; with more, temperature scaling with offsets [2]_.

    Attributes
    ----------
    slope_ : float
    offset_ : array of shape (n_classes,)
        That of the first class is 0.

    References
    ----------
    .. [1] Platt (1999), "Probabilistic Outputs for Support Vector Machines", Advances in Large Margin Classifiers.
    .. [2] Alexandari, Kundaje & Shrikumar (2020), "Maximum Likelihood with Bias-Corrected Calibration is
       Hard-To-Beat at Label Shift Adaptation", ICML, https://proceedings.mlr.press/v119/alexandari20a.html

    Examples
    --------
    >>> even = np.full((1000, 2), 0.5)
    >>> line = Line().fit(even, np.repeat([0, 1], [900, 100]))
    >>> line.apply(even[:1]).round(2).tolist()
    [[0.9, 0.1]]
    """

    slope_: float
    offset_: Floats

    def fit(self, chance: Floats, codes: Codes) -> Self:
        """Learn from probabilities of shape (n_rows, n_classes) and the true classes."""
        logs, n, k = np.log(np.maximum(chance, LEAST)), *chance.shape
        sizes = np.bincount(codes, minlength=k)
        targets = np.repeat(1.0 / (sizes[codes] + k)[:, None], k, axis=1)
        targets[np.arange(n), codes] *= sizes[codes] + 1

        def loss(values: Floats) -> tuple[float, Floats]:
            scores = values[0] * logs + np.concatenate([[0.0], values[1:]])
            pull = (softmax(scores, axis=1) - targets) / n
            gradient = np.concatenate([[(pull * logs).sum()], pull.sum(axis=0)[1:]])
            return float(-(targets * log_softmax(scores, axis=1)).sum() / n), gradient

        found = minimize(loss, np.concatenate([[1.0], np.zeros(k - 1)]), jac=True, method="BFGS").x
        self.slope_ = float(found[0])
        self.offset_ = np.concatenate([[0.0], found[1:]])
        return self

    def apply(self, chance: Floats) -> Floats:
        """Calibrated probabilities, of the same shape."""
        logs = np.log(np.maximum(chance, LEAST))
        return np.asarray(softmax(self.slope_ * logs + self.offset_, axis=1))


class Steps:
    """Isotonic regression, one class at a time and scaled to a sum of 1 [1]_.

    A ten-thousandth of each probability is the model's own. Steps alone tie rows that the model tells apart, which
    costs ranking scores such as average precision, and give a plain 0, of which one positive makes the log-loss
    infinite.

    References
    ----------
    .. [1] Zadrozny & Elkan (2002), "Transforming Classifier Scores into Accurate Multiclass Probability Estimates",
       KDD, https://doi.org/10.1145/775047.775151

    Examples
    --------
    >>> chance = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]])
    >>> Steps().fit(chance, np.array([0, 0, 0, 1])).apply(chance)[:, 1].round(3).tolist()
    [0.0, 0.0, 0.0, 1.0]
    """

    shares_: Floats
    curves_: list[IsotonicRegression]

    def fit(self, chance: Floats, codes: Codes) -> Self:
        """Learn from probabilities of shape (n_rows, n_classes) and the true classes."""
        k = chance.shape[1]
        self.shares_ = np.bincount(codes, minlength=k) / len(codes)
        self.curves_ = [
            IsotonicRegression(out_of_bounds="clip").fit(chance[:, code], codes == code) for code in _curves(k)
        ]
        return self

    def apply(self, chance: Floats) -> Floats:
        """Calibrated probabilities, of the same shape."""
        k = chance.shape[1]
        found = np.column_stack(
            [curve.predict(chance[:, code]) for curve, code in zip(self.curves_, _curves(k), strict=True)]
        )
        if k == 2:
            found = (1 - KEPT) * found + KEPT * chance[:, 1:]
            return np.hstack([1 - found, found])
        found = (1 - KEPT) * found + KEPT * chance
        total = found.sum(axis=1, keepdims=True)
        # Where no class has any chance, the shares are all that is known.
        return np.where(total > 0, found / np.where(total > 0, total, 1.0), self.shares_)


def _curves(k: int) -> range:
    """Classes that need a curve: of two, the second says it all."""
    return range(1, 2) if k == 2 else range(k)
