"""What an estimate of uplift hands back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Uplift:
    """Whether synthetic rows help a model to find a class, and which.

    Attributes
    ----------
    advice : str
        The answer in words.
    augment : bool
        Whether rows should be added.
    choice : mapping
        What to do: ``learner``, ``arm``, and ``generator`` and ``sampling_strategy`` as
        :func:`synthgen.synthesize` takes them (None where no rows are added); ``best_baseline``: the one that did best
        on validation rows.
    gain : mapping or None
        Average precision of the best synthetic rows over the best baseline: ``value``, ``low``, ``high`` (95 %,
        simultaneous over everything that was tried), ``of`` and ``over`` in words.
    table : pandas.DataFrame
        One row a learner and arm: ``learner``, ``arm``, ``ratio``, ``rows_added``, ``splits``, the mean of each metric
        on test rows, and the difference of its average precision from that of "none" with the same learner
        (``difference``, ``low``, ``high``: corrected 95 % interval of this one row).
    differences : pandas.DataFrame
        The same difference for every metric: ``learner``, ``arm``, ``metric``, ``difference``, ``low``, ``high``.
    scores : pandas.DataFrame
        One row a split, learner and arm.
    dropped : pandas.DataFrame
        What was not run to the end: ``learner``, ``arm``, ``after_splits``, ``reason``.
    notes : tuple of str
        What to keep in mind.
    settings : mapping
        Rows, folds, repeats, review budget, seconds.
    curve : pandas.DataFrame or None
        With ``learning_curve=True``: one row a size of train set and arm.
    alone : pandas.DataFrame or None
        With ``learning_curve=True``: a model trained on synthetic rows only, beside one trained on real rows.
    """

    advice: str
    augment: bool
    choice: Mapping[str, Any]
    gain: Mapping[str, Any] | None
    table: pd.DataFrame
    differences: pd.DataFrame
    scores: pd.DataFrame
    dropped: pd.DataFrame
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    curve: pd.DataFrame | None = None
    alone: pd.DataFrame | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; missing figures are None."""
        frames = {name: getattr(self, name) for name in ("table", "differences", "dropped", "curve", "alone")}
        return {
            "advice": self.advice, "augment": self.augment, "choice": dict(self.choice),
            "gain": None if self.gain is None else dict(self.gain),
            **{name: None if frame is None else _records(frame) for name, frame in frames.items()},
            "notes": list(self.notes), "settings": dict(self.settings),
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"Uplift({self.advice})"

    def _repr_html_(self) -> str:
        from synthgen.reporting import uplift_fragment

        return uplift_fragment(self)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return found
