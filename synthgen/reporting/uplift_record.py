"""What a fidelity page shows of an estimate of uplift: plain figures that a twin can hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from synthgen.reporting.html import plain

if TYPE_CHECKING:
    import pandas as pd

    from synthgen.planning.uplift.result import Uplift


@dataclass(frozen=True)
class Arm:
    """A model and what was done about the rare class: means on test rows, and the difference from nothing done."""

    learner: str
    arm: str
    average_precision: float
    difference: float
    low: float
    high: float
    log_loss: float
    raw_log_loss: float
    brier: float
    raw_brier: float


@dataclass(frozen=True)
class NotRun:
    """A model and treatment that was not run to the end, and why."""

    learner: str
    arm: str
    after_splits: int
    reason: str


@dataclass(frozen=True)
class UpliftRecord:
    """An estimate of uplift as a page shows it.

    Parameters
    ----------
    advice : str
    augment : bool
        Whether rows should be added.
    arms : tuple of Arm
    dropped : tuple of NotRun
    notes : tuple of str
    splits, rows, positives : int or None
        Splits that were run, real rows, and rows of the class to be found.
    """

    advice: str
    augment: bool
    arms: tuple[Arm, ...]
    dropped: tuple[NotRun, ...] = ()
    notes: tuple[str, ...] = ()
    splits: int | None = None
    rows: int | None = None
    positives: int | None = None

    @classmethod
    def of(cls, uplift: Uplift) -> UpliftRecord:
        """Take from an estimate what the page shows."""
        counts = {name: uplift.settings.get(name) for name in ("splits", "rows", "positives")}
        return cls(
            uplift.advice, bool(uplift.augment), tuple(Arm(**row) for row in _rows(uplift.table, Arm)),
            tuple(NotRun(**row) for row in _rows(uplift.dropped, NotRun)), tuple(uplift.notes),
            **{name: None if value is None else int(value) for name, value in counts.items()},
        )  # fmt: skip


def _rows(frame: pd.DataFrame, kind: type) -> list[dict[str, Any]]:
    """Rows of a frame with the fields that are shown; a figure that can't be had is NaN."""
    kinds = {item.name: item.type for item in fields(kind)}
    missing = float("nan")
    return [
        {name: missing if value is None and kinds[name] == "float" else value for name, value in row.items()}
        for row in ({name: plain(row[name]) for name in kinds} for row in frame.to_dict("records"))
    ]
