"""The last digits that numbers of a column have: multiples, prices that end in .99, round numbers.

Everything is counted in units of the column's last decimal, so that no step is lost to binary fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Endings:
    """Last digits of the numbers of a column from one size on.

    Parameters
    ----------
    low : float
        They are those of numbers of at least this absolute value, up to the next entry's.
    step, offset : int
        Numbers are ``offset`` plus multiples of ``step``, in units of the column's last decimal.
    period : int
        Steps after which endings repeat; 1 where all multiples are alike.
    listed : tuple of int
        Endings, in steps from 0 to ``period - 1``, that ten rows have at least.
    shares : tuple of float
        Share of the rows that each listed ending is given; what is left goes to all others alike.
    """

    low: float = 0.0
    step: int = 1
    offset: int = 0
    period: int = 1
    listed: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Endings:
        """Read what JSON holds of it."""
        plain: dict[str, Any] = {name: tuple(item) if isinstance(item, list) else item for name, item in data.items()}
        return cls(**plain)

    def probabilities(self) -> Floats:
        """Share of each ending, shape (period,)."""
        out = np.zeros(self.period)
        others = self.period - len(self.listed)
        if others:
            out[:] = max(0.0, 1 - sum(self.shares)) / others
        out[list(self.listed)] = self.shares
        return out

    def nearest(self, units: Floats, moved: Floats | float = 0.0) -> Floats:
        """Numbers with such endings, in place of non-negative ones that may have any.

        What has such an ending stays. Of all others those of one period keep their order, and each ending gets its
        share of them: the nearest ending would get as much as lies around it. They are first ``moved`` by that part of
        a period: where numbers lie around real ones, noise of less than a period leaves them near frequent endings.
        """
        at = (units - self.offset) / self.step
        whole = np.rint(at)
        out = whole
        if self.period > 1:
            chances = self.probabilities()
            may = chances > 0
            may[list(self.listed)] = True
            stays = (np.abs(at - whole) <= 1e-6 + 1e-15 * np.abs(at)) & may[_modulo(whole, self.period)]
            place = (at + 0.5) / self.period + moved
            cell = np.floor(place)
            place = place - cell
            ending = np.searchsorted(np.cumsum(chances) / chances.sum(), place, side="right")
            last = np.flatnonzero(chances)[-1]
            out = np.where(stays, whole, cell * self.period + np.minimum(ending, last))
        made = self.offset + out * self.step
        return np.where(made < 0, made + self.step * self.period, made)


def _modulo(whole: Floats, period: int) -> NDArray[np.int64]:
    return np.mod(whole, period).astype(np.int64)


def with_endings(
    values: Floats,
    endings: Sequence[Endings],
    decimals: int,
    low: float,
    high: float,
    rng: np.random.Generator | None = None,
) -> Floats:
    """Values with the endings of their size, within bounds where there are such endings.

    Parameters
    ----------
    values : array of shape (n,)
        NaN where missing.
    endings : sequence of Endings
        In order of ``low``.
    decimals : int
    low, high : float
    rng : Generator, optional
        For values that lie around real ones: moves them by half a period at most.

    Examples
    --------
    >>> prices = Endings(period=100, listed=(50, 99), shares=(0.25, 0.75))
    >>> with_endings(np.array([3.1, 3.3, 3.8, 4.5]), [prices], 2, 0.0, 9.0).tolist()
    [3.5, 3.99, 3.99, 4.5]
    """
    out = values.copy()
    size = np.abs(values)
    starts = np.array([item.low for item in endings])
    at = np.searchsorted(starts, size, side="right") - 1
    for k, item in enumerate(endings):
        rows = np.flatnonzero((at == k) & np.isfinite(values))
        if not len(rows):
            continue
        sign = np.where(values[rows] < 0, -1.0, 1.0)
        made = sign * item.nearest(size[rows] * 10.0**decimals, 0.0 if rng is None else rng.random(len(rows)) - 0.5)
        # Turned back by a period at the bounds: a pile at an extreme would repeat one row's value.
        turn = float(item.step * item.period)
        made = np.where(made > high * 10.0**decimals + 0.5, made - turn, made)
        made = np.where(made < low * 10.0**decimals - 0.5, made + turn, made)
        out[rows] = made / 10.0**decimals
    return np.asarray(out + 0.0)
