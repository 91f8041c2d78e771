"""Totals of both tables with each part of the rows left out in turn, and how far a figure may be off for that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from synthgen.scale.comparing.counts import Counts, Plan
from synthgen.scale.comparing.grid import Floats, Grid
from synthgen.scale.comparing.real_rows import UNSEEN, RealRows
from synthgen.scale.comparing.tally import Tally
from synthgen.validation.fidelity.shapes import Z
from synthgen.validation.metric import Estimate, Interval

SIDES = ("made", "seen", "unseen")


@dataclass(frozen=True, eq=False)
class Totals:
    """Counts of synthetic rows, of real rows that the model saw and of those that it did not.

    Real rows are weighted to the synthetic rows' mix of classes, as in
    :class:`~synthgen.validation.comparison.Comparison`. The first entry of every total is of all rows, the others are
    each without one part.
    """

    real: RealRows
    tally: Tally

    @property
    def grid(self) -> Grid:
        """The bins."""
        return self.real.grid

    @property
    def plan(self) -> Plan:
        """What was counted."""
        return self.real.counts.plan

    @property
    def n(self) -> int:
        """Synthetic rows."""
        return self.tally.kept

    @cached_property
    def sizes(self) -> dict[str, Floats]:
        """Rows of each class."""
        real, made = self.real.counts.rows().sum(axis=0), self.tally.counts.rows().sum(axis=0)[:, 0]
        return {"made": made.astype(float), "seen": real[:, 0].astype(float), "unseen": real[:, 1].astype(float)}

    @cached_property
    def weights(self) -> dict[str, Floats]:
        """Weight of a row of each class on each side; they add up to 1 over the rows."""
        made = self.sizes["made"]
        shares = made / max(1.0, made.sum())
        out = {}
        for side, sizes in self.sizes.items():
            each = np.divide(shares, sizes, out=np.zeros(len(sizes)), where=sizes > 0)
            out[side] = each / max(1e-300, float(each @ sizes))
        return out

    @property
    def matched(self) -> bool:
        """Whether the model left real rows of these classes unseen, and saw some."""
        made = self.sizes["made"] > 0
        return bool(self.sizes["unseen"][made].sum() and self.sizes["seen"][made].sum())

    def of(self, which: str, side: str, part: slice) -> Floats:
        """Weighted counts of ``bins`` or ``cells`` in a part of the columns, shape (1 + parts, length)."""
        by_class = self.by_class(which, side, part)
        return np.asarray(np.einsum("pck,c->pk", by_class, self.weights[side]))

    def by_class(self, which: str, side: str, part: slice) -> Floats:
        """Counts by class, shape (1 + parts, n_classes, length)."""
        counts = self._counts(side)
        table = getattr(counts, which)[:, part]
        return self._without(table.reshape(*counts.shape, -1)[:, :, self._place(side)])

    def ranks(self, side: str) -> Floats:
        """Weighted sums of two columns' ranks, shape (4, 1 + parts, n_ordered, n_ordered)."""
        counts = self._counts(side)
        d = len(self.plan.ordered)
        out = []
        for sums in counts.ranks:
            parts = sums.reshape(*counts.shape, d, d)[:, :, self._place(side)]
            out.append(np.einsum("pcij,c->pij", self._without(parts), self.weights[side]))
        return np.stack(out)

    def gaps(self, side: str) -> Floats:
        """Weighted counts of combinations of gaps, of all that any side has, shape (1 + parts, n_patterns)."""
        counts = self._counts(side)
        every = sorted({*self.real.counts.patterns, *self.tally.counts.patterns})
        none = np.zeros(counts.plan.n_groups, dtype=np.int64)
        table = np.stack([counts.patterns.get(key, none) for key in every], axis=1)
        parts = self._without(table.reshape(*counts.shape, -1)[:, :, self._place(side)])
        return np.asarray(np.einsum("pck,c->pk", parts, self.weights[side]))

    def column(self, i: int) -> slice:
        """Where the fine bins of a column are."""
        starts = self.plan.starts
        return slice(int(starts[i]), int(starts[i + 1]))

    def _counts(self, side: str) -> Counts:
        return self.tally.counts if side == "made" else self.real.counts

    @staticmethod
    def _place(side: str) -> int:
        return UNSEEN if side == "unseen" else 0

    @staticmethod
    def _without(parts: NDArray[np.generic]) -> Floats:
        whole = parts.sum(axis=0)
        return np.concatenate([whole[None], whole[None] - parts]).astype(float)


def half_width(values: Floats) -> float:
    """Half of the 95 % interval of a figure, given of all rows and without each part."""
    parts = values[1:][np.isfinite(values[1:])]
    if len(parts) < 2:
        return 0.0
    return Z * float(np.sqrt((len(parts) - 1) / len(parts) * ((parts - parts.mean()) ** 2).sum()))


def around(values: Floats) -> Interval:
    """Interval inside [0, 1]."""
    half = half_width(values)
    return max(0.0, float(values[0]) - half), min(1.0, float(values[0]) + half)


def beside(made: Floats, seen: Floats, n: int, subject: str | None, reason: str = "") -> Estimate:
    """An estimate beside what real rows score."""
    if not (np.isfinite(made[0]) and np.isfinite(seen[0])):
        return Estimate(None, n=n, subject=subject, reason="one side has no values in this column")
    return Estimate(
        float(made[0]), around(made), float(seen[0]), around(seen), n=n, subject=subject, reason=reason
    )  # fmt: skip
