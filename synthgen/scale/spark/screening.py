"""Copies of rows that the generator learnt from, refused block by block on the executors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table import Schema
from synthgen.table.column import OPAQUE_KINDS, ORDERED_KINDS
from synthgen.validation import Comparison
from synthgen.validation.privacy.encodings import centre_and_scale
from synthgen.validation.privacy.meeting import _SMALLEST as SMALLEST
from synthgen.validation.privacy.meeting import FINEST
from synthgen.validation.privacy.meeting import _grid as grid_of
from synthgen.validation.privacy.pool import hashed

Keys = NDArray[np.uint64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Screen:
    """Hashes of the rows that were learnt from: few enough to be sent to every executor.

    A row that equals one, to the letter or once both are rounded, is refused, if that one is the only real row of its
    kind: a row that two real people share singles out neither.

    Attributes
    ----------
    schema : Schema
        Of the rows, labels of the synthetic ones included.
    exact, rounded : arrays of uint64, sorted
    steps : mapping of str to (float, float)
        For each ordered column the grid that synthetic values lie on (0: none), and one too fine to see.
    """

    schema: Schema
    exact: Keys
    rounded: Keys
    steps: Mapping[str, tuple[float, float]]

    @classmethod
    def of(cls, comparison: Comparison, alone: tuple[Bools, Bools]) -> Screen:
        """Learn from what was validated.

        Parameters
        ----------
        comparison : Comparison
        alone : (array, array) of bool
            Which train rows, and which held-out rows, no other row of the whole table equals.
        """
        names = [column.name for column in comparison.columns]
        real = pd.concat([comparison.train[names], comparison.holdout[names]], ignore_index=True)
        seen = np.repeat([True, False], [len(comparison.train), len(comparison.holdout)])
        steps = {}
        for column in comparison.schema.of(*ORDERED_KINDS):
            known = real[column.name].to_numpy(float)
            fine = FINEST * centre_and_scale(known[~np.isnan(known)])[1]
            steps[column.name] = (grid_of(comparison.synthetic[column.name].to_numpy(float), column.kind), fine)
        mine = seen & np.concatenate(alone)
        rounded = hashed(_rounded(real, steps))
        return cls(comparison.schema, _keys(hashed(real), mine), _keys(rounded, mine), steps)

    def keep(self, coded: pd.DataFrame) -> Bools:
        """Which rows are no copies: shape (n_rows,)."""
        frame = coded[list(self.names)]
        copies = _among(hashed(frame), self.exact)
        return np.asarray(~(copies | _among(hashed(_rounded(frame, self.steps)), self.rounded)))

    @property
    def names(self) -> tuple[str, ...]:
        """Columns that are compared: all but identifiers and text."""
        return tuple(column.name for column in self.schema if column.kind not in OPAQUE_KINDS)


def _rounded(frame: pd.DataFrame, steps: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Rows on the synthetic rows' grid, as they are compared in memory."""
    out = frame.copy(deep=False)
    for name, (own, fine) in steps.items():
        values = frame[name].to_numpy(float)
        snapped = np.rint(values / own) * own if own > 0 else values
        out[name] = np.rint(snapped / max(fine, SMALLEST))
    return out


def _keys(keys: Keys, mine: Bools) -> Keys:
    """Keys that one real row alone has, if that is one of ``mine``; in order."""
    found, first, counts = np.unique(keys, return_index=True, return_counts=True)
    return np.asarray(found[(counts == 1) & mine[first]])


def _among(keys: Keys, known: Keys) -> Bools:
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    return np.asarray(known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys)
