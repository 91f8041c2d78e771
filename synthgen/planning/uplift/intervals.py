"""Intervals of paired differences over splits that share rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]

LEVEL = 0.95
DRAWS = 20_000


@dataclass(frozen=True)
class Difference:
    """A mean difference with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def words(self) -> str:
        """As a person reads it."""
        return f"{signed(self.value)} [{signed(self.low)}, {signed(self.high)}]"


def signed(value: float) -> str:
    """Give a difference with its sign and without its nought.

    Examples
    --------
    >>> signed(0.0123), signed(-0.5), signed(-0.0001)
    ('+.012', '-.500', '.000')
    """
    text = f"{abs(value):.3f}"
    sign = "" if float(text) == 0 else "+" if value > 0 else "-"
    return sign + (text[1:] if text.startswith("0") else text)


def corrected(differences: Floats, sizes: float) -> Difference:
    """Corrected resampled t-interval.

    Splits share rows, so that their differences vary less than those of independent tables would; the variance of the
    mean is taken as (1 / n + ``sizes``) times that of one difference.

    Parameters
    ----------
    differences : array of shape (n_splits,)
    sizes : float
        Test rows for each row that was learnt from.

    References
    ----------
    Nadeau and Bengio (2003), https://doi.org/10.1023/A:1024068626366.

    Examples
    --------
    >>> import numpy as np
    >>> corrected(np.array([0.01, 0.03]), 0.25).words
    '+.020 [-.136, +.176]'
    """
    mean, error = _mean_and_error(differences[:, None], sizes)
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(differences) - 1) * error[0])
    return Difference(float(mean[0]), float(mean[0]) - half, float(mean[0]) + half)


def simultaneous(differences: Floats, sizes: float, rng: np.random.Generator, unseen: int = 0) -> list[Difference]:
    """Corrected intervals that hold for all columns at once, and so for whichever is picked (max-T).

    Half widths come from the largest of the columns' t statistics, drawn with the correlation that their differences
    have.

    Parameters
    ----------
    differences : array of shape (n_splits, n_columns)
    sizes : float
        As for :func:`corrected`.
    rng : numpy.random.Generator
    unseen : int
        Columns that were tried too, but dropped before; they count as if they were independent of the others.

    References
    ----------
    Hothorn, Bretz and Westfall (2008), https://doi.org/10.1002/bimj.200810425.
    """
    n = len(differences)
    mean, error = _mean_and_error(differences, sizes)
    centred = differences - mean
    length = np.sqrt((centred**2).sum(axis=0))
    shape = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    drawn = np.abs(rng.standard_normal((DRAWS, n)) @ shape).max(axis=1, initial=0.0)
    if unseen:
        drawn = np.maximum(drawn, np.abs(rng.standard_normal((DRAWS, unseen))).max(axis=1))
    largest = drawn / np.sqrt(rng.chisquare(n - 1, DRAWS) / (n - 1))
    critical = max(float(np.quantile(largest, LEVEL)), float(stats.t.ppf((1 + LEVEL) / 2, n - 1)))
    return [
        Difference(float(m), float(m - critical * e), float(m + critical * e))
        for m, e in zip(mean, error, strict=True)
    ]  # fmt: skip


def _mean_and_error(differences: Floats, sizes: float) -> tuple[Floats, Floats]:
    spread = differences.var(axis=0, ddof=1)
    return differences.mean(axis=0), np.sqrt((1 / len(differences) + sizes) * spread)
