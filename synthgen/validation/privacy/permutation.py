"""One set of label permutations that every leak check shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
Bits = NDArray[np.uint8]

N_PERMUTATIONS = 1_999
"""With the true labels a set of 2,000, so that p-values come in steps of 1/2000."""

_BLOCK = 8
_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True)
class Permutations:
    """Which pooled real rows are train rows, and which would be under each of many shuffles.

    If nothing leaked, train and holdout rows are exchangeable: any statistic that is made from scores which
    don't look at the labels is, with the true labels, one more draw from its values with shuffled ones.
    All statistics share the same shuffles, so that their joint distribution is known too.

    Attributes
    ----------
    labels : array of bool, shape (n_real,)
        True for train.
    strata : array of int, shape (n_real,)
        Labels are exchanged within a stratum only (a class of the target).
    units : array of int, shape (n_real,)
        Rows of one unit (a subject) keep a common label.
    packed : array of uint8, shape (n_real, 250)
        Bit ``b`` of row ``i``: the label of row ``i`` in shuffle ``b``.
    n : int
        Number of shuffles.

    Examples
    --------
    >>> labels = np.array([True, True, False, False])
    >>> shuffles = Permutations.of(labels, rng=np.random.default_rng(0), n=7)
    >>> shuffles.shuffled().sum(axis=1).tolist()
    [2, 2, 2, 2, 2, 2, 2]
    """

    labels: Mask
    strata: Places
    units: Places
    packed: Bits
    n: int

    @classmethod
    def of(
        cls,
        labels: ArrayLike,
        strata: ArrayLike | None = None,
        units: ArrayLike | None = None,
        *,
        rng: np.random.Generator,
        n: int = N_PERMUTATIONS,
    ) -> Permutations:
        """Shuffle labels within strata, whole units together.

        Parameters
        ----------
        labels : array of bool, shape (n_real,)
        strata : array, shape (n_real,), optional
            A unit with rows in several strata belongs to the rarest of them.
        units : array, shape (n_real,), optional
            Each row on its own if not given. All rows of a unit must have one label.
        rng : numpy.random.Generator
        n : int

        Raises
        ------
        ValueError
            If a unit has rows with both labels.
        """
        label = np.asarray(labels, dtype=bool)
        alone = np.arange(len(label))
        stratum = np.unique(np.zeros(len(label)) if strata is None else strata, return_inverse=True)[1]
        unit = alone if units is None else np.unique(units, return_inverse=True)[1]
        if split_units(label, unit).any():
            raise ValueError("a unit has rows with both labels")
        first, stratum = _rarest(stratum.astype(np.int64), unit.astype(np.int64))
        packed = _shuffle(label[first], stratum[first], rng, n)
        return cls(label, stratum, unit.astype(np.int64), packed if units is None else packed[unit], n)

    def __len__(self) -> int:
        return len(self.labels)

    def shuffled(self, rows: Places | None = None) -> Bits:
        """Labels (0 or 1) of the given rows, all if none are given, shape (n, n_rows)."""
        packed = self.packed if rows is None else self.packed[rows]
        return np.unpackbits(packed, axis=1, count=self.n, bitorder="little").T

    def totals(self, scores: ArrayLike, rows: Places | None = None) -> tuple[Floats, Floats]:
        """Sum scores over train rows: with the true labels and with each shuffle.

        Parameters
        ----------
        scores : array of shape (n_rows,) or (n_rows, m)
            How much the synthetic rows point at each real row; m statistics at once.
        rows : array of positions, shape (n_rows,), optional
            Which real rows the scores are of, each once; all of them if not given.

        Returns
        -------
        observed : array of shape () or (m,)
        null : array of shape (n,) or (n, m)
        """
        given = np.asarray(scores, dtype=float)
        wide = given.reshape(len(given), -1)
        places = np.arange(len(self)) if rows is None else rows
        touched = np.flatnonzero((wide != 0).any(axis=1))
        sums = np.zeros((1 + self.n, wide.shape[1]))
        for start in range(0, len(touched), _ROWS_AT_ONCE):
            part = touched[start : start + _ROWS_AT_ONCE]
            sums += self._all_labels(places[part], self.packed[places[part]]) @ wide[part].astype(np.float32)
        return (sums[0, 0], sums[1:, 0]) if given.ndim == 1 else (sums[0], sums[1:])

    def all_of(self, groups: Places, weights: ArrayLike) -> tuple[Floats, Floats]:
        """Sum the weights of groups whose rows are all train rows.

        Parameters
        ----------
        groups : array of positions, shape (n_groups, size)
            Pairs, triples, ... of real rows.
        weights : array of shape (n_groups,) or (n_groups, m)

        Returns
        -------
        observed, null : as :meth:`totals`
        """
        given = np.asarray(weights, dtype=float)
        wide = given.reshape(len(groups), -1)
        sums = np.zeros((1 + self.n, wide.shape[1]))
        for start in range(0, len(groups), _ROWS_AT_ONCE):
            part = groups[start : start + _ROWS_AT_ONCE]
            together = np.bitwise_and.reduce(self.packed[part], axis=1)
            sums += self._all_labels(part, together) @ wide[start : start + _ROWS_AT_ONCE].astype(np.float32)
        return (sums[0, 0], sums[1:, 0]) if given.ndim == 1 else (sums[0], sums[1:])

    def _all_labels(self, rows: Places, packed: Bits) -> NDArray[np.float32]:
        """True labels, then shuffled ones: one product for both, so that equal sums come out equal."""
        true: Mask = np.all(self.labels[rows.reshape(len(rows), -1)], axis=1, keepdims=True)
        bits = np.unpackbits(packed, axis=1, count=self.n, bitorder="little")
        return np.concatenate([true.astype(np.float32), bits.astype(np.float32)], axis=1).T

    def moments(self, scores: ArrayLike) -> tuple[Floats, Floats]:
        """Exact mean and standard deviation of :meth:`totals` over all possible shuffles.

        Parameters
        ----------
        scores : array of shape (n_real,) or (n_real, m)
        """
        given = np.asarray(scores, dtype=float)
        wide = given.reshape(len(given), -1)
        first = np.unique(self.units, return_index=True)[1]
        label, stratum = self.labels[first], self.strata[first]
        touched = np.flatnonzero((wide != 0).any(axis=1))
        units, place = np.unique(self.units[touched], return_inverse=True)
        sums = np.zeros((len(units), wide.shape[1]))
        np.add.at(sums, place, wide[touched])
        mean, variance = np.zeros(wide.shape[1]), np.zeros(wide.shape[1])
        for code in np.unique(stratum[units]):
            inside = stratum == code
            size, share = int(inside.sum()), float(label[inside].mean())
            mine = sums[stratum[units] == code]
            total = mine.sum(axis=0)
            mean += share * total
            if size > 1:
                # Units without a score are zeros: they count in the mean and in nothing else.
                variance += share * (1 - share) * size * ((mine**2).sum(axis=0) - total**2 / size) / (size - 1)
        spread = np.sqrt(np.maximum(variance, 0.0))
        return (mean[0], spread[0]) if given.ndim == 1 else (mean, spread)

    def only(self, rows: Places) -> Permutations:
        """The same shuffles, of some rows only."""
        return Permutations(self.labels[rows], self.strata[rows], self.units[rows], self.packed[rows], self.n)


def split_units(labels: Mask, units: Places) -> Mask:
    """Which units have rows with both labels, by unit code."""
    size = np.bincount(units)
    train = np.bincount(units, labels)
    return np.asarray((train > 0) & (train < size))


def _rarest(strata: Places, units: Places) -> tuple[Places, Places]:
    """A first row for each unit, and strata in which a unit's rows share the rarest of theirs."""
    counts = np.bincount(strata)[strata]
    order = np.lexsort((counts, units))
    first = order[np.unique(units[order], return_index=True)[1]]
    return first, strata[first][units]


def _shuffle(labels: Mask, strata: Places, rng: np.random.Generator, n: int) -> Bits:
    """Packed labels of each unit in ``n`` shuffles."""
    wide = -(-n // _BLOCK)
    packed = np.zeros((len(labels), wide), dtype=np.uint8)
    for code in np.unique(strata):
        inside = np.flatnonzero(strata == code)
        ones = int(labels[inside].sum())
        if ones in (0, len(inside)):
            packed[inside] = 255 * (ones > 0)
            continue
        # The smaller side is drawn, bit by bit; the other is what is left.
        few = min(ones, len(inside) - ones)
        seeds = rng.integers(1, 2**63, wide * _BLOCK, dtype=np.uint64)
        drawn = _draw(len(inside), few, seeds)
        packed[inside] = drawn if few == ones else ~drawn
    return packed


@njit(nogil=True, cache=True)
def _draw(size: int, few: int, seeds: NDArray[np.uint64]) -> Bits:
    """Draw ``few`` of ``size`` without replacement for every seed (Floyd's method), a bit each."""
    out = np.zeros((size, len(seeds) // 8), np.uint8)
    taken = np.zeros(size, np.uint8)
    for block in range(len(seeds) // 8):
        taken[:] = 0
        for bit in range(8):
            state = seeds[8 * block + bit]
            mask = np.uint8(1 << bit)
            for j in range(size - few, size):
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                place = np.int64(((state >> np.uint64(32)) * np.uint64(j + 1)) >> np.uint64(32))
                if taken[place] & mask:
                    place = np.int64(j)
                taken[place] |= mask
        for i in range(size):
            out[i, block] = taken[i]
    return out
