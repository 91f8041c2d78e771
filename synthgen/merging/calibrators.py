"""From the probabilities of a model to calibrated ones: a line or a curve on their logarithms, or steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, softmax
from sklearn.isotonic import IsotonicRegression

if TYPE_CHECKING:
    from typing import Self

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LEAST = 1e-6
"""Probabilities nearer than this to 0 count as this near."""

PULL = 10.0
"""Weight of the prior that a model's own probabilities are right: a curve's slopes are normal around 1 with a variance
of a tenth. Few rows of a class leave them near 1, thousands move them freely. On four tables, three models and eight
ways of balancing, 1, 10 and none differ by little; 10 does best where rows of the class are fewest."""

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
    least_ : array of shape (n_classes,)
        What counts as 0: see :func:`synthgen.merging.calibrators.least_of`.

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
    least_: Floats

    def fit(self, chance: Floats, codes: Codes) -> Self:
        """Learn from probabilities of shape (n_rows, n_classes) and the true classes."""
        self.least_ = least_of(chance)
        logs, n, k = np.log(np.maximum(chance, self.least_)), *chance.shape
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
        logs = np.log(np.maximum(chance, self.least_))
        return np.asarray(softmax(self.slope_ * logs + self.offset_, axis=1))


class Curve:
    """Beta calibration of two classes [1]_: a slope for each of log p and log (1 - p), and an offset.

    With equal slopes it is a line on the log-odds, with slopes of 1 a change of prevalence, so that neither does harm
    where the model is right already; Platt's sigmoid has no such member for probabilities. Slopes are held near 1 by a
    prior (:data:`synthgen.merging.calibrators.PULL`) and are never negative: rows keep their order.

    Attributes
    ----------
    slopes_ : array of shape (2,)
    offset_ : float
    least_ : array of shape (2,)
        What counts as 0: see :func:`synthgen.merging.calibrators.least_of`.

    References
    ----------
    .. [1] Kull, Silva Filho & Flach (2017), "Beyond sigmoids: How to obtain well-calibrated probabilities from binary
       classifiers with beta calibration", Electronic Journal of Statistics 11, https://doi.org/10.1214/17-EJS1338SI

    Examples
    --------
    >>> even = np.full((1000, 2), 0.5)
    >>> curve = Curve().fit(even, np.repeat([0, 1], [900, 100]))
    >>> curve.apply(even[:1]).round(2).tolist()
    [[0.9, 0.1]]
    """

    slopes_: Floats
    offset_: float
    least_: Floats

    def fit(self, chance: Floats, codes: Codes) -> Self:
        """Learn from probabilities of shape (n_rows, 2) and the true classes."""
        self.least_ = least_of(chance)
        terms = np.column_stack([self._terms(chance), np.ones(len(chance))])

        def loss(values: Floats) -> tuple[float, Floats]:
            scores, off = terms @ values, np.append(values[:2] - 1.0, 0.0)
            gradient = terms.T @ (expit(scores) - codes) + PULL * off
            return float(np.sum(np.logaddexp(0, scores) - codes * scores) + PULL * (off @ off) / 2), gradient

        bounds = [(0.0, None), (0.0, None), (None, None)]
        found = minimize(loss, np.array([1.0, 1.0, 0.0]), jac=True, bounds=bounds, method="L-BFGS-B").x
        self.slopes_, self.offset_ = found[:2], float(found[2])
        return self

    def apply(self, chance: Floats) -> Floats:
        """Calibrated probabilities, of the same shape."""
        second = expit(self._terms(chance) @ self.slopes_ + self.offset_)
        return np.column_stack([1 - second, second])

    def _terms(self, chance: Floats) -> Floats:
        logs = np.log(np.maximum(chance, self.least_))
        return np.column_stack([logs[:, 1], -logs[:, 0]])


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


def least_of(chance: Floats) -> Floats:
    """Give half the least probability above 0 of each class, and at least :data:`synthgen.merging.calibrators.LEAST`.

    A forest of forty trees says plain 0, which has no logarithm, where it means "less than a fortieth". Taken as a
    millionth, such rows outweigh all others in a slope.

    Examples
    --------
    >>> least_of(np.array([[1.0, 0.0], [0.9, 0.1]])).tolist()
    [0.45, 0.05]
    """
    above = np.where(chance > 0, chance, np.inf).min(axis=0)
    return np.asarray(np.where(np.isfinite(above), np.maximum(LEAST, above / 2), LEAST))
