"""Three ways to lay rows out in space, each of which shows another sort of copying."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Schema
from synthgen.table.distance import DistanceSpace

Points = NDArray[np.float32]

HEAVIEST = 4.0
"""Most that a rare value weighs, in weights of a common one."""

_OUTERMOST = 1e3


def quantile(real: pd.DataFrame, made: pd.DataFrame, schema: Schema) -> tuple[Points, Points]:
    """Mid-ranks and one axis a label: every column weighs alike, and no outlier carries a distance."""
    space = DistanceSpace.fit(real, schema)
    return space.transform(real), space.transform(made)


def robust(real: pd.DataFrame, made: pd.DataFrame, schema: Schema) -> tuple[Points, Points]:
    """Numbers in interquartile ranges from their median: straight lines stay straight, outliers stay far out."""
    space = DistanceSpace.fit(real, schema)
    out = space.transform(real), space.transform(made)
    for column in schema:
        if column.name not in space.axes or column.kind in LABEL_KINDS:
            continue
        place = space.slices[column.name].start
        values = real[column.name].to_numpy(float)
        known = values[~np.isnan(values)]
        middle, scale = centre_and_scale(known)
        for points, frame in zip(out, (real, made), strict=True):
            given = frame[column.name].to_numpy(float)
            there = np.clip((given - middle) / scale, -_OUTERMOST, _OUTERMOST)
            points[:, place] = np.where(np.isnan(given), 0.0 if len(known) < len(values) else -1.0, there)
    return out


def rare_weighted(real: pd.DataFrame, made: pd.DataFrame, schema: Schema) -> tuple[Points, Points]:
    """Rare labels stand further apart and the tails of numbers are stretched: what singles a row out weighs most."""
    space = DistanceSpace.fit(real, schema)
    out = space.transform(real), space.transform(made)
    n = max(2, len(real))
    for column in schema:
        if column.name not in space.axes:
            continue
        place = space.slices[column.name]
        if column.kind in LABEL_KINDS:
            held = (out[0][:, place] > 0).mean(axis=0)
            weight = np.sqrt(_surprise(held))
            for points in out:
                points[:, place] *= weight.astype(np.float32)
            continue
        for points in out:
            rank = np.clip(points[:, place.start], 0.5 / n, 1 - 0.5 / n)
            # A logit moves the middle by a quarter of itself a unit, so the middle half keeps its width.
            points[:, place.start] = np.log(rank / (1 - rank)) / 4
    return out


ENCODINGS: dict[str, Callable[[pd.DataFrame, pd.DataFrame, Schema], tuple[Points, Points]]] = {
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


def _surprise(held: NDArray[np.floating]) -> NDArray[np.float64]:
    """Weight of a label by its share of the rows: 1 for one that half of them have, one more each time it is squared."""
    return np.asarray(np.clip(-np.log2(np.maximum(held, 1e-12)) / 2 + 0.5, 1.0, HEAVIEST), dtype=np.float64)
