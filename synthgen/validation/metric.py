"""What a metric is, and what it gives: a measurement that is never silently missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from synthgen.validation.comparison import Comparison

Interval: TypeAlias = tuple[float, float]


class Status(StrEnum):
    """Whether a measurement was made."""

    COMPUTED = "computed"
    NOT_APPLICABLE = "not_applicable"
    FAILED = "failed"


class Family(StrEnum):
    """What a metric is about."""

    FIDELITY = "fidelity"
    PRIVACY = "privacy"
    UTILITY = "utility"


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEAR_BASELINE = "near baseline"


@dataclass(frozen=True)
class Estimate:
    """What a metric's function returns: one figure, with what is needed to judge it.

    Parameters
    ----------
    value : float or None
        None only together with ``reason``: the metric does not apply to these tables.
    interval : (float, float) or None
        95 % interval of ``value``.
    baseline : float or None
        What held-out real rows score on the same metric.
    baseline_interval : (float, float) or None
    p_value : float or None
        Chance of a value at least this bad if the rows were fresh real ones.
    n : int
        Synthetic rows (or pairs, or columns) that the figure rests on.
    subject : str or None
        The column, or pair of columns, that it is about; None for the whole table.
    reason : str
        Why it does not apply, or what to keep in mind.
    vacuous : bool
        There is nothing that could be wrong (no column has gaps, say), as opposed to no evidence.
    success, control : float or None
        Of an attack: how often it is right about rows that the generator saw, and about held-out rows.
    naive : float or None
        How often one guess for all rows would be right.
    smallest : float or None
        The smallest ``value`` that would have been found four times in five.
    """

    value: float | None
    interval: Interval | None = None
    baseline: float | None = None
    baseline_interval: Interval | None = None
    p_value: float | None = None
    n: int = 0
    subject: str | None = None
    reason: str = ""
    vacuous: bool = False
    success: float | None = None
    control: float | None = None
    naive: float | None = None
    smallest: float | None = None


MetricFunction: TypeAlias = "Callable[[Comparison, np.random.Generator], Estimate | Iterable[Estimate]]"


@dataclass(frozen=True)
class Metric:
    """A figure that compares synthetic rows with real ones.

    Parameters
    ----------
    name : str
        For programs: the field's word, in snake case.
    title : str
        For people.
    family : Family
    direction : Direction
    range : (float, float)
        Smallest and largest possible value.
    reference : str
        Where the definition is from, with a DOI where there is one.
    explanation : str
        One plain sentence on what the figure means.
    function : callable or None
        Pure: (comparison, rng) to one or several estimates. None for a figure that is made together with others, as
        those of the leak checks are.
    """

    name: str
    title: str
    family: Family
    direction: Direction
    range: Interval
    reference: str
    explanation: str
    function: MetricFunction | None = None


@dataclass(frozen=True)
class Measurement:
    """One figure of one metric, or the statement that it could not be had."""

    name: str
    title: str
    family: Family
    direction: Direction
    status: Status
    subject: str | None = None
    value: float | None = None
    interval: Interval | None = None
    baseline: float | None = None
    baseline_interval: Interval | None = None
    p_value: float | None = None
    n: int = 0
    reason: str = ""
    vacuous: bool = False
    explanation: str = ""
    reference: str = ""
    success: float | None = None
    control: float | None = None
    naive: float | None = None
    smallest: float | None = None

    @property
    def computed(self) -> bool:
        """Whether there is a value."""
        return self.status is Status.COMPUTED


def measure(metric: Metric, comparison: Comparison, rng: np.random.Generator) -> list[Measurement]:
    """Run one metric; an error becomes a failed measurement, never a score.

    The reason of a failure names the kind of error only: an error's text may hold private values.
    """
    if metric.function is None:
        raise ValueError(f"{metric.name} is made together with other figures")
    try:
        outcome = metric.function(comparison, rng)
        estimates = [outcome] if isinstance(outcome, Estimate) else list(outcome)
    except Exception as error:
        return [failed(metric, f"it stopped with {type(error).__name__}")]
    return [measured(metric, estimate) for estimate in estimates]


def to_frame(measurements: Sequence[Measurement]) -> pd.DataFrame:
    """One row a measurement, plain values."""
    names = [item.name for item in fields(Measurement)]
    rows = []
    for measurement in measurements:
        row = {name: getattr(measurement, name) for name in names}
        for name in ("interval", "baseline_interval"):
            low, high = row.pop(name) or (None, None)
            row[f"{name}_low"], row[f"{name}_high"] = low, high
        rows.append({key: str(v) if isinstance(v, StrEnum) else v for key, v in row.items()})
    order = ["name", "subject", "value", "interval_low", "interval_high", "baseline",
             "baseline_interval_low", "baseline_interval_high", "p_value", "n", "status", "reason",
             "vacuous", "family", "direction", "title", "explanation", "reference",
             "success", "control", "naive", "smallest"]  # fmt: skip
    return pd.DataFrame(rows, columns=order)


def failed(metric: Metric, reason: str) -> Measurement:
    """Say that a metric could not be measured, and why."""
    return Measurement(
        metric.name, metric.title, metric.family, metric.direction, Status.FAILED,
        reason=reason, explanation=metric.explanation, reference=metric.reference,
    )  # fmt: skip


def measured(metric: Metric, estimate: Estimate) -> Measurement:
    """One estimate of a metric; a value outside its range becomes a failed measurement."""
    low, high = metric.range
    value = estimate.value
    if value is None:
        status = Status.NOT_APPLICABLE
    elif not np.isfinite(value) or not low - 1e-9 <= value <= high + 1e-9:
        return failed(metric, f"its value was not a number between {low:g} and {high:g}")
    else:
        status = Status.COMPUTED
    return Measurement(
        metric.name, metric.title, metric.family, metric.direction, status,
        subject=estimate.subject, value=None if value is None else float(value),
        interval=estimate.interval, baseline=estimate.baseline,
        baseline_interval=estimate.baseline_interval, p_value=estimate.p_value, n=estimate.n,
        reason=estimate.reason, vacuous=estimate.vacuous, explanation=metric.explanation, reference=metric.reference,
        success=estimate.success, control=estimate.control, naive=estimate.naive, smallest=estimate.smallest,
    )  # fmt: skip
