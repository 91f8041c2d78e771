"""Whether rows come again as they came before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import FileError


@dataclass(frozen=True, eq=False)
class Again:
    """Rows known from an earlier pass, to see that they come again, each in its place.

    Which rows the model saw is known by their numbers: a plan or a query that gives the same rows in another order
    would have copies of these pass for chance.

    Attributes
    ----------
    name : str
        What errors call where the rows come from.
    n_rows : int
    rows : array of int, ascending
    keys : array of uint64
    """

    name: str
    n_rows: int
    rows: NDArray[np.int64]
    keys: NDArray[np.uint64]

    @classmethod
    def of(cls, name: str, n_rows: int, rows: NDArray[np.int64], keys: NDArray[np.uint64]) -> Again:
        """Know some of ``n_rows`` rows, by their numbers and hashes of them."""
        order = np.argsort(rows, kind="stable")
        return cls(name, n_rows, np.asarray(rows, dtype=np.int64)[order], keys[order])

    def check(self, start: int, keys: NDArray[np.uint64]) -> None:
        """Look at consecutive rows, given as hashes."""
        low, high = np.searchsorted(self.rows, [start, start + len(keys)])
        if (keys[self.rows[low:high] - start] != self.keys[low:high]).any():
            raise self._other()

    def check_all(self, n_rows: int) -> None:
        """Look at how many rows came."""
        if n_rows != self.n_rows:
            raise self._other()

    def _other(self) -> FileError:
        return FileError(
            f"{self.name} gives other rows than a moment ago, or the same in another order. Let nobody write to it "
            "meanwhile; a query needs an ORDER BY, a LazyFrame a sort; or write its rows to a file first."
        )
