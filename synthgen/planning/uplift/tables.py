"""Frames of what was measured: means, and differences from "none" with the same learner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from synthgen.planning.uplift.arms import NONE
from synthgen.planning.uplift.folds import FEWEST_SPLITS, Split, size_ratio
from synthgen.planning.uplift.intervals import corrected
from synthgen.planning.uplift.scores import HIGHER


def table_of(records: pd.DataFrame, splits: Sequence[Split]) -> pd.DataFrame:
    """One row a learner and arm."""
    rows: list[dict[str, Any]] = []
    for learner, arm, own, none in _beside_none(records):
        rows.append(
            {
                "learner": learner, "arm": arm, "ratio": own["ratio"].iloc[0],
                "rows_added": round(float(own["rows_added"].mean())), "splits": len(own),
                **{metric: float(own[metric].mean()) for metric in HIGHER},
                **_difference(own, none, "average_precision", splits),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def differences_of(records: pd.DataFrame, splits: Sequence[Split]) -> pd.DataFrame:
    """One row a learner, arm and metric."""
    rows = [
        {"learner": learner, "arm": arm, "metric": metric, **_difference(own, none, metric, splits)}
        for learner, arm, own, none in _beside_none(records)
        if arm != NONE
        for metric in HIGHER
    ]
    return pd.DataFrame(rows)


def _beside_none(records: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    for (learner, arm), own in records.groupby(["learner", "arm"], sort=False):
        none = records[(records["learner"] == learner) & (records["arm"] == NONE)]
        yield str(learner), str(arm), own.set_index("split"), none.set_index("split")


def _difference(own: pd.DataFrame, none: pd.DataFrame, metric: str, splits: Sequence[Split]) -> dict[str, float | None]:
    gaps = (own[metric] - none[metric]).dropna().to_numpy(float)
    if len(gaps) < FEWEST_SPLITS:
        return {"difference": None, "low": None, "high": None}
    found = corrected(gaps, size_ratio(splits))
    return {"difference": found.value, "low": found.low, "high": found.high}
