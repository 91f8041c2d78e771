"""Many small distributions in one: what may follow each key, and how often it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Choices:
    """For each key the values that it may have, with weights.

    Attributes
    ----------
    keys : array of int64, shape (n_keys,)
        In order.
    starts : array of int64, shape (n_keys + 1,)
        Where the values of each key begin.
    values : array of int64
    weights : array of float64
    """

    keys: Ints
    starts: Ints
    values: Ints
    weights: Floats

    @classmethod
    def of(cls, keys: Ints, values: Ints, weights: Floats) -> Choices:
        """Gather pairs of key and value."""
        order = np.lexsort((values, keys))
        keys, values, weights = keys[order], values[order], weights[order]
        known, first = np.unique(keys, return_index=True)
        return cls(known, np.append(first, len(keys)), values, weights.astype(np.float64))

    @classmethod
    def counted(cls, keys: Ints, values: Ints, holders: Ints, fewest: int) -> Choices:
        """Count who has each pair of key and value, and keep those of ``fewest`` people at least.

        Examples
        --------
        >>> made = Choices.counted(np.array([7, 7, 7, 8]), np.array([1, 1, 2, 1]), np.array([0, 1, 1, 1]), 2)
        >>> made.keys.tolist(), made.values.tolist(), made.weights.tolist()
        ([7], [1], [2.0])
        """
        order = np.lexsort((holders, values, keys))
        keys, values, holders = keys[order], values[order], holders[order]
        new_pair = np.ones(len(keys), dtype=bool)
        new_pair[1:] = (keys[1:] != keys[:-1]) | (values[1:] != values[:-1])
        new_holder = new_pair.copy()
        new_holder[1:] |= holders[1:] != holders[:-1]
        first = np.flatnonzero(new_pair)
        counts = np.add.reduceat(new_holder.astype(np.int64), first) if len(first) else np.empty(0, dtype=np.int64)
        kept = first[counts >= fewest]
        return cls.of(keys[kept], values[kept], counts[counts >= fewest].astype(np.float64))

    def find(self, keys: Ints) -> Ints:
        """Place of each key, -1 where there is none."""
        if not len(self.keys):
            return np.full(len(keys), -1)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, place, -1)

    def draw(self, keys: Ints, rng: np.random.Generator) -> Ints:
        """Draw a value for each key, -1 where there is none."""
        place = self.find(keys)
        known = np.flatnonzero(place >= 0)
        out = np.full(len(keys), -1, dtype=np.int64)
        ends = np.cumsum(self.weights)
        before = np.concatenate([[0.0], ends])
        low, high = before[self.starts[place[known]]], before[self.starts[place[known] + 1]]
        drawn = np.searchsorted(ends, low + rng.random(len(known)) * (high - low), side="right")
        drawn = np.clip(drawn, self.starts[place[known]], self.starts[place[known] + 1] - 1)
        out[known] = self.values[drawn]
        return out

    def expand(self, places: Ints) -> tuple[Ints, Ints, Ints]:
        """All values of each place: where each place's begin, whose they are, and their positions."""
        sizes = self.starts[places + 1] - self.starts[places]
        first = np.cumsum(sizes) - sizes
        whose = np.repeat(np.arange(len(places)), sizes)
        return first, whose, np.arange(int(sizes.sum())) - first[whose] + self.starts[places][whose]

    def to_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Arrays for a file."""
        return {f"{name}.{part}": getattr(self, part) for part in ("keys", "starts", "values", "weights")}

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, NDArray[Any]]) -> Choices:
        """Inverse of :meth:`to_arrays`."""
        return cls(*(arrays[f"{name}.{part}"] for part in ("keys", "starts", "values", "weights")))


def pick(first: Ints, logits: Floats, rng: np.random.Generator) -> Ints:
    """Draw one of each group's values in proportion to the exponentials of ``logits``; groups begin at ``first``.

    The largest of logits with Gumbel noise is such a draw.
    """
    noisy = logits + rng.gumbel(size=len(logits))
    best = np.maximum.reduceat(noisy, first)
    sizes = np.diff(np.append(first, len(logits)))
    hits = np.flatnonzero(noisy == np.repeat(best, sizes))
    whose = np.repeat(np.arange(len(first)), sizes)[hits]
    _, once = np.unique(whose, return_index=True)
    chosen: Ints = hits[once]
    return chosen
