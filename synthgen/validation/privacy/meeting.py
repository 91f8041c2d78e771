"""Joins: which synthetic rows equal one real row, to the letter or once both are rounded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import ORDERED_KINDS, Kind
from synthgen.table.schema import Schema
from synthgen.validation.privacy.encodings import centre_and_scale
from synthgen.validation.privacy.pool import Keys, Pool, hashed

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

FINEST = 1e-5
"""Numbers that differ by less than this part of their interquartile range are one number: a cast to single
precision, or noise that nobody could see."""

_DECIMALS = range(-6, 10)
_TIMES = (86_400e6, 3_600e6, 60e6, 1e6, 1e3)
_OFF_GRID = 1e-4
_SMALLEST = 1e-300


@dataclass(frozen=True)
class Met:
    """Synthetic rows that meet a real row which no other real row equals.

    Attributes
    ----------
    synthetic : array of positions
    real : array of positions in the pool, one for each of ``synthetic``
    """

    synthetic: Places
    real: Places

    def without(self, rows: Places) -> Met:
        """Leave out some synthetic rows."""
        kept = ~np.isin(self.synthetic, rows)
        return Met(self.synthetic[kept], self.real[kept])


def met_alone(real: Keys | Floats, synthetic: Keys | Floats) -> Met:
    """Join on keys, where the key belongs to one real row only.

    A row that two real people share singles out neither.

    Examples
    --------
    >>> met = met_alone(np.array([7, 8, 8, 9]), np.array([8, 9, 9, 5, 7]))
    >>> met.synthetic.tolist(), met.real.tolist()
    ([1, 2, 4], [3, 3, 0])
    """
    keys, first, counts = np.unique(real, return_index=True, return_counts=True)
    keys, first = keys[counts == 1], first[counts == 1]
    if not len(keys):
        return Met(np.zeros(0, np.int64), np.zeros(0, np.int64))
    place = np.minimum(np.searchsorted(keys, synthetic), len(keys) - 1)
    found = np.flatnonzero(keys[place] == synthetic)
    return Met(found, first[place[found]].astype(np.int64))


def exact_met(pool: Pool) -> Met:
    """Equal in every column; all rows are joined, none is left out."""
    return pool.once("exact_met", lambda: met_alone(pool.real_keys, pool.synthetic_keys))


def rounded_met(pool: Pool) -> Met:
    """Equal in every column once both are rounded as coarsely as the synthetic rows are."""
    return pool.once("rounded_met", lambda: met_alone(*rounded_keys(pool)).without(exact_met(pool).synthetic))


def rounded_keys(pool: Pool) -> tuple[Keys, Keys]:
    """A hash of each real and each synthetic row once both are rounded alike."""
    return pool.once("rounded_keys", lambda: _rounded_keys(pool))


def _rounded_keys(pool: Pool) -> tuple[Keys, Keys]:
    real, made = rounded(pool)
    return hashed(real), hashed(made)


def rounded(pool: Pool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Real and synthetic rows on a common grid: the synthetic rows' own, or one too fine to see."""
    rounding = Rounding.of(pool.real, pool.synthetic, pool.schema)
    return rounding.applied(pool.real), rounding.applied(pool.synthetic)


@dataclass(frozen=True)
class Rounding:
    """How coarsely rows are rounded before they are compared.

    Attributes
    ----------
    names : tuple of str
        Columns that are compared.
    steps : dict of str to (float, float)
        Of each column of numbers or dates: the grid that the synthetic rows lie on, 0 for none, and the part of the
        interquartile range that nobody could see.
    """

    names: tuple[str, ...]
    steps: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, real: pd.DataFrame, synthetic: pd.DataFrame, schema: Schema) -> Rounding:
        """Read both grids off coded rows."""
        steps = {}
        for column in schema.of(*ORDERED_KINDS):
            values = real[column.name].to_numpy(float)
            fine = FINEST * centre_and_scale(values[~np.isnan(values)])[1]
            steps[column.name] = (_grid(synthetic[column.name].to_numpy(float), column.kind), fine)
        return cls(tuple(schema.names), steps)

    def applied(self, coded: pd.DataFrame) -> pd.DataFrame:
        """Rows on the grid: whole numbers of the finest step."""
        frame = coded[list(self.names)].copy()
        for name, (own, fine) in self.steps.items():
            given = frame[name].to_numpy(float)
            # On the synthetic rows' own grid first: a step that doesn't divide it would part equal values again.
            snapped = np.rint(given / own) * own if own > 0 else given
            frame[name] = np.rint(snapped / max(fine, _SMALLEST))
        return frame


def fine_keys(pool: Pool) -> Keys:
    """A hash of each real row on a grid too fine to see: what was cast or moved by a trace is still the same row."""
    frame = pool.real[pool.schema.names].copy()
    for column in pool.schema.of(*ORDERED_KINDS):
        values = frame[column.name].to_numpy(float)
        fine = FINEST * centre_and_scale(values[~np.isnan(values)])[1]
        frame[column.name] = np.rint(values / max(fine, _SMALLEST))
    return hashed(frame)


def _grid(values: NDArray[np.float64], kind: Kind) -> float:
    """Coarsest step that all values are whole multiples of; 0 if there is none."""
    known = np.unique(values[np.isfinite(values) & (values != 0)])
    if not len(known):
        return 0.0
    steps = _TIMES if kind is Kind.DATETIME else tuple(10.0**-digits for digits in _DECIMALS)
    for step in steps:
        parts = known / step
        size = np.abs(parts)
        if (np.abs(parts - np.rint(parts)) <= _OFF_GRID).all() and (size > 0.5).all() and (size < 1e9).all():
            return float(step)
    return 0.0
