"""How many different values there are, in little memory."""

from __future__ import annotations

import math

import numpy as np

from synthgen.scale.scan.hashes import Keys

SIZE = 16_384
"""Hashes kept. Their standard error is 0.8 % of the number of values."""


class DistinctSketch:
    """The smallest hashes of the values seen; how close they lie tells how many values there are.

    The unbiased estimate of Beyer et al. (2007), https://doi.org/10.1145/1247480.1247504

    Examples
    --------
    >>> import numpy as np
    >>> from synthgen.scale.scan.hashes import mixed
    >>> sketch = DistinctSketch(size=1024)
    >>> for _ in range(2):
    ...     sketch.add(mixed(np.arange(100_000, dtype=np.uint64)))
    >>> abs(sketch.estimate() / 100_000 - 1) < sketch.error
    True
    """

    def __init__(self, size: int = SIZE) -> None:
        self.size = size
        self._smallest: Keys = np.empty(0, np.uint64)

    @property
    def error(self) -> float:
        """Two standard errors, as a share of the estimate; 0 where every value is known."""
        return 2 / math.sqrt(self.size - 2) if self._full else 0.0

    @property
    def _full(self) -> bool:
        return len(self._smallest) == self.size

    def add(self, hashes: Keys) -> None:
        """Take hashes in, each as often as it comes."""
        if self._full:
            hashes = hashes[hashes < self._smallest[-1]]
        if len(hashes):
            self._smallest = np.union1d(self._smallest, hashes)[: self.size]

    def merge(self, other: DistinctSketch) -> None:
        """Take in what another sketch has seen."""
        self.add(other._smallest)

    def estimate(self) -> int:
        """Give the number of different values."""
        if not self._full:
            return len(self._smallest)
        return round((self.size - 1) / ((float(self._smallest[-1]) + 1) / 2.0**64))
