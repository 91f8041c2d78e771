"""The values of a column as texts: few enough to be looked at one by one, with the rows that hold each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Column, Kind

_WORD = re.compile(r"[^\W\d_]{2,}")

MOST_ROWS = 50_000
MOST_DISTINCT = 5_000


@dataclass(frozen=True)
class Values:
    """Distinct values of one column among some rows, in random order.

    Attributes
    ----------
    texts : list of str
    counts : numpy.ndarray of int
        Rows of each.
    rows : int
        Rows looked at, those without a value among them.
    """

    texts: list[str]
    counts: NDArray[np.int64]
    rows: int

    @property
    def present(self) -> float:
        """Share of rows that have a value."""
        return float(self.counts.sum() / self.rows)

    @cached_property
    def words(self) -> float:
        """Words of two letters and more in a text, on average."""
        return float(np.mean([len(_WORD.findall(text)) for text in self.texts])) if self.texts else 0.0


def rows_looked_at(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows in random order, at most 50,000."""
    return rng.permutation(n)[:MOST_ROWS] if n <= 4 * MOST_ROWS else rng.choice(n, MOST_ROWS, replace=False)


def values_of(coded: pd.Series[Any], column: Column, rows: NDArray[np.int64]) -> Values:
    """Take rows in order until 5,000 distinct values have been met.

    So shares of rows are those of a random sample, however often values repeat.
    """
    codes, found = pd.factorize(coded.to_numpy()[rows])
    beyond = np.flatnonzero(codes >= MOST_DISTINCT)
    if len(beyond):
        codes = codes[: beyond[0]]
    counts = np.bincount(codes[codes >= 0], minlength=0).astype(np.int64)
    return Values(_texts(found[: len(counts)], column), counts, len(codes))


def _texts(found: Any, column: Column) -> list[str]:
    if column.kind in LABEL_KINDS:
        labels = column.categories or ()
        return [str(labels[int(code)]) for code in found]
    if column.kind is Kind.DATETIME:
        days = np.asarray(found).astype(np.int64).astype("M8[us]").astype("M8[D]")
        return [str(text) for text in days.astype(str)]
    if column.kind is Kind.INTEGER:
        return [str(int(value)) for value in found]
    return [str(value) for value in found]
