"""What one pass over all rows finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.scale.source import Source


@dataclass(frozen=True, repr=False)
class ColumnFacts:
    """What all values of one column say, for the program: extremes and labels can be a person's, so none is shown.

    Attributes
    ----------
    name : str
    n : int
        Rows.
    missing : int
        Rows without a value; NaN is none.
    distinct : int or None
        Different values; None where they can't be told apart.
    distinct_error : float
        Two standard errors of ``distinct``, as a share of it; 0 where it was counted.
    minimum, maximum, mean, sd : float or None
        Of numbers; of moments in microseconds since 1970 in UTC, of spans of time in seconds. ``sd`` divides by
        ``n - 1``.
    quantiles : tuple of (float, float)
        Shares of rows, and the value that so many are at or below; of numbers and moments only.
    quantile_error : float
        By how much such a share may be off, at most; 0 where all values were counted.
    labels : tuple of (object, int) or None
        Each value and its rows, the most frequent first; None where they are too many.
    """

    name: str
    n: int
    missing: int
    distinct: int | None = None
    distinct_error: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    sd: float | None = None
    quantiles: tuple[tuple[float, float], ...] = ()
    quantile_error: float = 0.0
    labels: tuple[tuple[Any, int], ...] | None = None

    def __repr__(self) -> str:
        known = f", {self.distinct:,} distinct" if self.distinct is not None else ""
        return f"ColumnFacts({self.name!r}: {self.n:,} rows, {self.missing:,} missing{known})"


@dataclass(frozen=True, repr=False)
class Scan:
    """What all rows say, and some of the rows.

    Attributes
    ----------
    source : Source
    n_rows : int
    facts : dict of str to ColumnFacts
        By column.
    classes : dict or None
        Rows of each label of the target, without those that lack one; None without a target, or where it has too many
        labels to be one of classes.
    sample : pandas.DataFrame
        Rows in the order of the source, of the dtypes of the whole.
    rows : array of int64
        The place of each in the source, from 0.
    weights : array of float64
        The rows of the source that each stands for; they add up to ``n_rows``.
    exact, sampled : tuple of str
        What was found of all rows and what of some, in words.
    """

    source: Source
    n_rows: int
    facts: Mapping[str, ColumnFacts]
    classes: Mapping[Any, int] | None
    sample: pd.DataFrame
    rows: NDArray[np.int64]
    weights: NDArray[np.float64]
    exact: tuple[str, ...]
    sampled: tuple[str, ...]

    def mark(self) -> str:
        """Give a word that changes when a row of the sample does, or what it stands for."""
        found = blake2b(pd.util.hash_pandas_object(self.sample, index=False).to_numpy().tobytes(), digest_size=16)
        found.update(self.rows.tobytes())
        found.update(self.weights.tobytes())
        return found.hexdigest()

    def __repr__(self) -> str:
        return f"Scan({self.n_rows:,} rows × {len(self.facts)} columns; {len(self.rows):,} rows sampled)"
