"""What a plan did: each group's rows and rate of the label, in the source and in the table that is handed back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from synthgen.planning.fairness.carrying_out import CarryingOut
from synthgen.planning.fairness.effect import Figure
from synthgen.planning.fairness.groups import Cells
from synthgen.planning.fairness.plan import FairnessPlan
from synthgen.table.column import LABEL_KINDS
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GroupOutcome:
    """One group: rows and rate of the label, before and after."""

    label: str
    rows_before: int
    rate_before: float | None
    rows_after: int
    rate_after: float | None
    compared: bool


@dataclass(frozen=True)
class Outcome:
    """What a plan did to the table that is handed back.

    Attributes
    ----------
    plan : FairnessPlan
    label : str or None
        The class whose rate is told.
    groups : tuple of GroupOutcome
        ``before``: all real rows; ``after``: the table handed back, weighted where the plan gives weights.
    ratio_before, ratio_after : Figure or None
        Lowest over highest rate among the groups that can be compared.
    weighted : bool
    compared_with : str
        Which real rows the synthetic ones are judged against, in words.
    notes : tuple of str
    """

    plan: FairnessPlan
    label: str | None
    groups: tuple[GroupOutcome, ...]
    ratio_before: Figure | None
    ratio_after: Figure | None
    weighted: bool = False
    compared_with: str = ""
    notes: tuple[str, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """One row a group."""
        return pd.DataFrame([asdict(group) for group in self.groups])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self), "plan": self.plan.to_dict()}


COMPARED = {
    "equal_rates": "real rows, each counted as much more as its label is now drawn more often, given all its columns: "
    "what the synthetic rows should be like after the labels were moved",
    "quotas": "real rows, each group with each label counted as much as it is among the synthetic rows",
    "representation": "real rows, each group with each label counted as much as it is among the synthetic rows",
    "weights": "real rows as they are: weights change no row",
    "proxies": "real rows whose proxies were changed in the same way",
}
"""What each kind of plan's synthetic rows are judged against: never with a check left out."""


def outcome_of(
    found: CarryingOut, real: pd.DataFrame, delivered: pd.DataFrame, weights: Floats | None = None
) -> Outcome:
    """Count groups and labels before and after.

    Parameters
    ----------
    found : CarryingOut
    real, delivered : coded frames
        All real rows, and the rows handed back.
    weights : array, optional
        Of the rows handed back.
    """
    assert found.plan is not None
    cells, schema = found.cells, found.schema
    before = weighted_counts(cells, schema, real)
    after = weighted_counts(cells, schema, delivered, weights)
    rows = weighted_counts(cells, schema, delivered).sum(axis=1)
    labelled = cells.selected >= 0
    compared = cells.rated if labelled else np.zeros(len(cells.groups), dtype=bool)
    groups = tuple(
        GroupOutcome(
            cells.groups.name(g), int(before[g].sum()), _rate(before[g], cells.selected) if labelled else None,
            int(rows[g]), _rate(after[g], cells.selected) if labelled else None, bool(compared[g]),
        )
        for g in range(len(cells.groups))
    )  # fmt: skip
    target = schema.target
    label = None
    if labelled and target is not None and target.kind in LABEL_KINDS:
        label = str((target.categories or ())[int(cells.labels[cells.selected])])
    return Outcome(
        found.plan, label, groups,
        ratio(before[:-1][compared], cells.selected) if compared.sum() > 1 else None,
        ratio(after[:-1][compared], cells.selected, rows[:-1][compared]) if compared.sum() > 1 else None,
        weights is not None and found.plan.kind == "weights", COMPARED[found.plan.kind], found.notes,
    )  # fmt: skip


def weighted_counts(cells: Cells, schema: Schema, coded: pd.DataFrame, weights: Floats | None = None) -> Floats:
    """Rows of each group and label, or their weights: shape (n_groups + 1, n_labels)."""
    own = cells.of(coded, schema)
    known = own >= 0
    kept = None if weights is None else weights[known]
    counts = np.bincount(own[known], kept, minlength=cells.counts.size)
    return np.asarray(counts.reshape(cells.counts.shape), dtype=float)


def ratio(counts: Floats, selected: int, rows: Floats | Sequence[float] | None = None) -> Figure:
    """Lowest over highest rate of the selected class, with the interval of Katz for these two groups.

    Katz et al. (1978), https://doi.org/10.2307/2530610. It doesn't know that the two were picked as the extremes.

    Examples
    --------
    >>> import numpy as np
    >>> str(ratio(np.array([[90.0, 10.0], [80.0, 20.0]]), 1))
    '0.500 [0.247, 1.000]'
    """
    sizes = counts.sum(axis=1)
    n = np.maximum(np.asarray(sizes if rows is None else rows, dtype=float), 1e-9)
    rates = np.divide(counts[:, selected], sizes, out=np.zeros(len(counts)), where=sizes > 0)
    low, high = int(np.argmin(rates)), int(np.argmax(rates))
    if rates[high] <= 0:
        return Figure(1.0, 0.0, 1.0)
    value = float(rates[low] / rates[high])
    if value <= 0:
        return Figure(0.0, 0.0, float(min(1.0, 3.0 / n[low] / rates[high])))
    half = float(norm.ppf(0.975) * np.sqrt(sum((1 - rates[g]) / (n[g] * rates[g]) for g in (low, high))))
    return Figure(value, value * float(np.exp(-half)), min(1.0, value * float(np.exp(half))))


def _rate(row: Floats, selected: int) -> float | None:
    return float(row[selected] / row.sum()) if row.sum() > 0 else None
