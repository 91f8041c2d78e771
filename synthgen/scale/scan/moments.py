"""Mean and standard deviation of numbers that come in pieces."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Moments:
    """Count, mean, spread and extremes; pieces are joined by the update of Chan, Golub and LeVeque.

    That update is stable: it never subtracts two large sums (Chan et al. 1983,
    https://doi.org/10.1080/00031305.1983.10483115).

    Examples
    --------
    >>> import numpy as np
    >>> one, other = Moments(), Moments()
    >>> one.add(np.array([1.0, 2.0]))
    >>> other.add(np.array([6.0]))
    >>> one.merge(other)
    >>> one.mean, round(one.sd, 4), one.low, one.high
    (3.0, 2.6458, 1.0, 6.0)
    """

    n: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf

    @property
    def sd(self) -> float | None:
        """The standard deviation with ``n - 1``; None of fewer than two numbers."""
        return math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else None

    def add(self, values: NDArray[np.generic], weights: NDArray[np.int64] | None = None) -> None:
        """Take numbers in, none of them NaN; with ``weights`` each so many times."""
        if not len(values):
            return
        numbers = values.astype(np.float64, copy=False)
        # Infinite numbers have no mean; that isn't worth a warning.
        with np.errstate(invalid="ignore", over="ignore"):
            if weights is None:
                n, mean = len(numbers), float(numbers.mean())
                gaps = numbers - mean
                squares = float(gaps @ gaps)
            else:
                n = int(weights.sum())
                mean = float(numbers @ weights) / n
                squares = float(weights @ (numbers - mean) ** 2)
            self.merge(Moments(n, mean, squares, values.min().item(), values.max().item()))

    def merge(self, other: Moments) -> None:
        """Take in what another has seen."""
        if not other.n:
            return
        n = self.n + other.n
        gap = other.mean - self.mean
        self.mean += gap * other.n / n
        self.squares += other.squares + gap * gap * self.n * other.n / n
        self.n, self.low, self.high = n, min(self.low, other.low), max(self.high, other.high)
