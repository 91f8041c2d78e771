"""Do synthetic rows lie between real rows?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import ORDERED_KINDS
from synthgen.validation.metric import Direction
from synthgen.validation.privacy.between import N_CANDIDATES, Parents, parents
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.encodings import Laid, centre_and_scale
from synthgen.validation.privacy.evidence import Evidence
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.scan import Ordered, scan
from synthgen.validation.privacy.search import nearest_laid

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

CERTAIN = 1e-5
"""Off the line by less than this part of its length, in two columns or more: no accident of unrounded numbers."""


COLUMNS_OF_PLANES = 3
"""With two numbers nearly every row lies in some triangle of real ones, which says nothing."""


@dataclass(frozen=True)
class Side:
    """One way to lie between real rows.

    Attributes
    ----------
    name : str
    groups : array of positions in the pool, shape (n, 2) or (n, 3)
    off, usual : arrays
        How far off synthetic rows are, and real ones.
    """

    name: str
    groups: Places
    off: Floats
    usual: Floats


@dataclass(frozen=True)
class Between:
    """Synthetic rows with the real rows they come closest to lying between.

    Attributes
    ----------
    synthetic, real : arrays of positions
    found : Parents
        With positions in the pool.
    usual : Parents
        The same for real rows between other real rows.
    n_columns : int
        Numeric columns that the lines run through.
    """

    synthetic: Places
    real: Places
    found: Parents
    usual: Parents
    n_columns: int

    @property
    def sides(self) -> list[Side]:
        """Between two rows; and in the triangle of three, where there are columns enough to lie outside its plane."""
        pairs = Side("two rows", self.found.pairs, self.found.off_line, self.usual.off_line)
        if self.n_columns < COLUMNS_OF_PLANES:
            return [pairs]
        return [pairs, Side("three rows", self.found.triples, self.found.off_plane, self.usual.off_plane)]


def between(pool: Pool) -> Between | None:
    """Look for the parents of synthetic rows, and of real ones for comparison; None without two numeric columns."""
    columns = []
    for column in pool.schema.of(*ORDERED_KINDS):
        values = pool.real[column.name].to_numpy(float)
        if column is not pool.schema.target and len(np.unique(values[~np.isnan(values)])) > 2:
            columns.append(column.name)
    if len(columns) < 2 or len(pool.real) < 4:
        return None
    made, own = pool.looked_at, pool.left_out[: len(pool.looked_at) // 2]
    real, other, scales = _coordinates(pool.real, pool.synthetic.iloc[made], columns)
    classes = pool.real_classes[:, None], pool.synthetic_classes[made][:, None]
    found = [
        _parents_among(real, classes[0], scales, *query)
        for query in ((other, classes[1], None), (real[own], classes[0][own], own))
    ]
    return Between(made, own, found[0], found[1], len(columns))


def interpolation(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Whether the rows that a synthetic row lies between are train rows: two of them, and three."""
    found = pool.once("between", lambda: between(pool))
    if found is None:
        return [Evidence("interpolation", reason="fewer than two numeric columns to lie between", vacuous=True)]
    evidence = []
    for side in found.sides:
        there = np.flatnonzero(np.isfinite(side.off))
        ordered = [Ordered(side.groups[there], side.off[there])] if len(there) else []
        item = scan("interpolation", permutations, ordered)
        certain = int((side.off < CERTAIN).sum())
        words = f"{certain:,} of {len(side.off):,} lie between {side.name} within 1/100,000; {item.reason}"
        evidence.append(replace(item, subject=None if side.name == "two rows" else side.name, reason=words))
    return evidence


def _coordinates(real: pd.DataFrame, made: pd.DataFrame, columns: list[str]) -> tuple[Floats, Floats, Floats]:
    """Numbers in interquartile ranges, in double precision: on a straight line they stay on one; and these ranges."""
    scales = np.empty(len(columns))
    out = [np.empty((len(frame), len(columns))) for frame in (real, made)]
    for j, name in enumerate(columns):
        values = real[name].to_numpy(float)
        middle, scale = centre_and_scale(values[~np.isnan(values)])
        scales[j] = scale
        for points, frame in zip(out, (real, made), strict=True):
            points[:, j] = (frame[name].to_numpy(float) - middle) / scale
    return out[0], out[1], scales


def _parents_among(
    real: Floats, classes: Floats, scales: Floats, rows: Floats, own: Floats, itself: Places | None
) -> Parents:
    """Parents of each row among its nearest real rows, those of its class and with the same gaps first."""
    found_near = []
    # In interquartile ranges, and in the numbers as they are (over the largest range, for single precision's sake).
    for weights in (np.ones(len(scales)), scales / scales.max()):
        laid = []
        for points, labels in ((real, classes), (rows, own)):
            gaps = np.isnan(points)
            marks = np.concatenate([labels, gaps @ (1.0 + np.arange(gaps.shape[1]))[:, None]], axis=1)
            known = (np.nan_to_num(points) * weights).astype(np.float32)
            laid.append(Laid(known, marks.astype(np.float32), np.full(marks.shape, 1e6, np.float32)))
        found_near.append(nearest_laid(laid[1], laid[0], N_CANDIDATES, itself).rows)
    nearest = np.concatenate(found_near, axis=1)
    candidates = real[nearest]
    # What is missing on both sides is no obstacle; what is missing on one makes a candidate useless.
    missing = np.isnan(rows)[:, None, :]
    candidates = np.where(missing & np.isnan(candidates), 0.0, candidates)
    found = parents(np.nan_to_num(rows), candidates)
    there = (found.pairs[:, :1] >= 0), (found.triples[:, :1] >= 0)
    take = [np.take_along_axis(nearest, np.maximum(group, 0), axis=1) for group in (found.pairs, found.triples)]
    return Parents(np.where(there[0], take[0], -1), found.off_line, np.where(there[1], take[1], -1), found.off_plane)


INTERPOLATION = Check(
    "interpolation", "The real rows that a synthetic row lies between are train rows",
    "Two (or three) real rows seen from the synthetic row in opposite directions, train against holdout under label "
    "permutation; interpolation as in SMOTE, Chawla et al. (2002), https://doi.org/10.1613/jair.953",
    "Rows made on the line between two real rows (interpolates real rows), as SMOTE makes them, have train rows at "
    "both ends more often than chance gives.",
    interpolation, Direction.NEAR_BASELINE,
)  # fmt: skip
