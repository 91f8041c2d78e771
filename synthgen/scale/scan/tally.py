"""What the values of one column say, piece by piece, in memory that doesn't grow with the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from synthgen.scale.scan.distinct import DistinctSketch
from synthgen.scale.scan.facts import ColumnFacts
from synthgen.scale.scan.hashes import number_hashes, text_hashes
from synthgen.scale.scan.moments import Moments
from synthgen.scale.scan.reading import counted, labels, measure_of, numbers
from synthgen.scale.scan.sketch import QuantileSketch

MOST_LABELS = 10_000
"""Different values of a column that are counted one by one; with more, quantiles and their number are estimated."""

LONGEST_LABEL = 1_000
"""Texts that are longer are no labels."""

SHARES = np.linspace(0.0, 1.0, 257)
"""The shares of rows whose quantiles are kept."""

_PIECE = 65_536


class ColumnTally:
    """Facts of one column, from pieces of it.

    As long as a column has few different values they are counted, and everything follows from the counts; only then
    come moments and sketches.
    """

    def __init__(self, name: str, kind: pa.DataType, *, most_labels: int = MOST_LABELS) -> None:
        self.name = name
        self._measure = measure_of(kind)
        self._most = most_labels
        self._n = self._missing = 0
        self._counts: dict[Any, int] | None = None if self._measure == "opaque" else {}
        self._moments, self._quantiles, self._distinct = Moments(), QuantileSketch(), DistinctSketch()

    def add(self, column: pa.Array) -> None:
        """Take a piece in."""
        self._n += len(column)
        if self._measure == "opaque":
            self._missing += column.null_count
            return
        ordered = self._measure == "ordered"
        values = numbers(column) if ordered else labels(column)
        self._missing += len(column) - len(values)
        if not len(values):
            return
        if self._counts is not None and self._counted(values):
            return
        if ordered:
            self._measured(values)
        else:
            self._distinct.add(text_hashes(pc.unique(values)))

    def merge(self, other: ColumnTally) -> None:
        """Take in what another tally of the same column has seen."""
        self._n += other._n
        self._missing += other._missing
        if self._counts is not None and other._counts is not None:
            self._counts = _together(self._counts, other._counts)
            if len(self._counts) > self._most:
                self._stop_counting()
            return
        for tally in (self, other):
            if tally._counts is not None:
                tally._stop_counting()
        self._moments.merge(other._moments)
        self._quantiles.merge(other._quantiles)
        self._distinct.merge(other._distinct)

    def facts(self) -> ColumnFacts:
        """Give what was found so far."""
        if self._measure == "opaque":
            return ColumnFacts(self.name, self._n, self._missing)
        if self._counts is not None:
            return counted_facts(self.name, self._n, self._missing, self._counts, ordered=self._measure == "ordered")
        estimate, error = self._distinct.estimate(), self._distinct.error
        if self._measure == "labels":
            return ColumnFacts(self.name, self._n, self._missing, estimate, error)
        moments = self._moments
        values = self._quantiles.quantiles(SHARES)
        # The ends are known, whatever the sketch has kept.
        values[0], values[-1] = moments.low, moments.high
        return ColumnFacts(
            self.name, self._n, self._missing, estimate, error, moments.low, moments.high, moments.mean, moments.sd,
            tuple(zip(SHARES.tolist(), values.tolist(), strict=True)), self._quantiles.error,
        )  # fmt: skip

    def _counted(self, values: Any) -> bool:
        """Count values one by one, unless they are too many by now."""
        if self._measure == "labels" and _longest(values) > LONGEST_LABEL:
            self._stop_counting()
            return False
        found = counted(values if self._measure == "labels" else pa.array(values), self._most)
        together = None if found is None or self._counts is None else _together(self._counts, found)
        if together is None or len(together) > self._most:
            self._stop_counting()
            return False
        self._counts = together
        return True

    def _stop_counting(self) -> None:
        counts, self._counts = self._counts or {}, None
        if not counts:
            return
        if self._measure == "labels":
            self._distinct.add(text_hashes(pa.array([str(label) for label in counts])))
            return
        values, weights = _as_array(list(counts)), np.fromiter(counts.values(), np.int64, len(counts))
        self._moments.add(values, weights)
        self._distinct.add(number_hashes(values))
        ends = np.cumsum(weights)
        for start in range(0, int(ends[-1]), _PIECE):
            places = np.arange(start, min(start + _PIECE, int(ends[-1])))
            self._quantiles.add(values[np.searchsorted(ends, places, side="right")].astype(np.float64))

    def _measured(self, values: NDArray[Any]) -> None:
        self._moments.add(values)
        self._distinct.add(number_hashes(values))
        self._quantiles.add(values.astype(np.float64, copy=False))


def _as_array(values: list[Any]) -> NDArray[Any]:
    """Make an array of numbers; NumPy would take whole ones of 64 bits without a sign as floats, beside small ones."""
    large = isinstance(values[0], int) and max(values) >= 2**63
    return np.array(values, np.uint64) if large else np.array(values)


def _longest(values: pa.Array) -> int:
    text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    return int(pc.max(pc.utf8_length(values)).as_py()) if text else 0


def counted_facts(name: str, n: int, missing: int, counts: Mapping[Any, int], *, ordered: bool) -> ColumnFacts:
    """Give the facts of a column whose every value is counted."""
    by_rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if not ordered or not counts:
        return ColumnFacts(name, n, missing, len(counts), labels=tuple(by_rows))
    held = sorted(counts)
    values, weights = _as_array(held), np.array([counts[value] for value in held], dtype=np.int64)
    moments = Moments()
    moments.add(values, weights)
    ends = np.cumsum(weights)
    places = np.searchsorted(ends, SHARES * int(ends[-1]))
    at = values[np.minimum(places, len(values) - 1)].astype(np.float64)
    return ColumnFacts(
        name, n, missing, len(counts), 0.0, moments.low, moments.high, moments.mean, moments.sd,
        tuple(zip(SHARES.tolist(), at.tolist(), strict=True)), 0.0, tuple(by_rows),
    )  # fmt: skip


def _together(counts: dict[Any, int], more: Mapping[Any, int]) -> dict[Any, int]:
    for value, rows in more.items():
        counts[value] = counts.get(value, 0) + rows
    return counts
