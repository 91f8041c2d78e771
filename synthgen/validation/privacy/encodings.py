"""Three ways to lay rows out in space, each of which shows another sort of copying."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS
from synthgen.table.distance import HALF, DistanceSpace
from synthgen.table.schema import Schema

Single = NDArray[np.float32]

HEAVIEST = 4.0
"""Most that a rare value weighs, in weights of a common one."""

_OUTERMOST = 1e3


@dataclass(frozen=True)
class Laid:
    """Rows in a space, with one entry a label instead of an axis for each of its levels.

    The squared distance of two rows is that of ``ordered``, plus ``weights`` of both rows for every label that differs.

    Attributes
    ----------
    ordered : array of shape (n, a)
    labels : array of shape (n, b)
        Codes.
    weights : array of shape (n, b)
        Squared height of each label's axis.
    """

    ordered: Single
    labels: Single
    weights: Single

    def __len__(self) -> int:
        return len(self.ordered)

    def take(self, rows: NDArray[np.int64]) -> Laid:
        """The rows at these positions."""
        return Laid(self.ordered[rows], self.labels[rows], self.weights[rows])


Pair = tuple[Laid, Laid]


@dataclass(frozen=True)
class Ranks:
    """Mid-ranks among fitted rows, and labels at distance 1: every column weighs alike, no outlier carries a distance.

    Attributes
    ----------
    space : DistanceSpace
    labels : tuple of str
        Columns of labels.
    """

    space: DistanceSpace
    labels: tuple[str, ...]

    @classmethod
    def fit(cls, real: pd.DataFrame, schema: Schema) -> Ranks:
        """Learn positions from a coded frame; the schema lists every label that will be laid out."""
        return cls(DistanceSpace.fit(real, schema), tuple(column.name for column in schema.of(*LABEL_KINDS)))

    def lay(self, frame: pd.DataFrame) -> Laid:
        """Lay rows out."""
        axes = {name: axis for name, axis in self.space.axes.items() if name not in self.labels}
        points = DistanceSpace(axes).transform(frame)
        codes = [self.space.place(name, frame[name].to_numpy(float)) for name in self.labels]
        labels = np.stack(codes, axis=1).astype(np.float32) if codes else np.zeros((len(frame), 0), np.float32)
        return Laid(points, labels, np.full(labels.shape, HALF**2, np.float32))


def quantile(real: pd.DataFrame, made: pd.DataFrame, schema: Schema) -> Pair:
    """Mid-ranks, and labels at distance 1; see :class:`Ranks`."""
    ranks = Ranks.fit(real, schema)
    return ranks.lay(real), ranks.lay(made)


def robust(real: pd.DataFrame, made: pd.DataFrame, schema: Schema) -> Pair:
    """Numbers in interquartile ranges from their median: straight lines stay straight, outliers stay far out."""
    pair = quantile(real, made, schema)
    for name, place in _ordered(real, schema).items():
        values = real[name].to_numpy(float)
        known = values[~np.isnan(values)]
        middle, scale = centre_and_scale(known)
        for laid, frame in zip(pair, (real, made), strict=True):
            given = frame[name].to_numpy(float)
            there = np.clip((given - middle) / scale, -_OUTERMOST, _OUTERMOST)
            laid.ordered[:, place] = np.where(np.isnan(given), laid.ordered[:, place], there)
    return pair


def rare_weighted(real: pd.DataFrame, made: pd.DataFrame, schema: Schema) -> Pair:
    """Rare labels stand further apart and the tails of numbers are stretched: what singles a row out weighs most."""
    pair = quantile(real, made, schema)
    n = max(2, len(real))
    for name, place in _ordered(real, schema).items():
        for laid, frame in zip(pair, (real, made), strict=True):
            rank = np.clip(laid.ordered[:, place], 0.5 / n, 1 - 0.5 / n)
            # A logit moves the middle by four times as much as the rank, so the middle half keeps its width.
            there = np.log(rank / (1 - rank)) / 4
            laid.ordered[:, place] = np.where(frame[name].isna(), laid.ordered[:, place], there)
    for j in range(pair[0].labels.shape[1]):
        codes = [laid.labels[:, j].astype(np.intp) for laid in pair]
        held = np.bincount(codes[0], minlength=1 + max(int(code.max(initial=0)) for code in codes)) / n
        weight = HALF**2 * surprise(held)
        for laid, code in zip(pair, codes, strict=True):
            laid.weights[:, j] = weight[code]
    return pair


ENCODINGS: dict[str, Callable[[pd.DataFrame, pd.DataFrame, Schema], Pair]] = {
    "quantile": quantile,
    "robust": robust,
    "rare_weighted": rare_weighted,
}


def centre_and_scale(values: NDArray[np.float64]) -> tuple[float, float]:
    """Median and interquartile range; the standard deviation where half the values are one; never 0."""
    if not len(values):
        return 0.0, 1.0
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    scale = float(high - low) or float(values.std()) or 1.0
    return float(middle), scale


def surprise(held: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of a value by its share of the rows: 1 if half of them have it, half as much again for a quarter, ...

    Examples
    --------
    >>> surprise(np.array([0.5, 0.25, 1 / 32])).tolist()
    [1.0, 1.5, 3.0]
    """
    return np.asarray(np.clip(0.5 - np.log2(np.maximum(held, 1e-12)) / 2, 1.0, HEAVIEST), dtype=np.float64)


def _ordered(real: pd.DataFrame, schema: Schema) -> dict[str, int]:
    """Axis of each ordered column that has values."""
    labels = {column.name for column in schema.of(*LABEL_KINDS)}
    space = DistanceSpace.fit(real.drop(columns=list(labels), errors="ignore"), schema.without(*labels))
    return {name: place.start for name, place in space.slices.items() if real[name].notna().any()}
