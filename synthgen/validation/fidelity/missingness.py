"""Are values missing as often as in real rows?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synthgen.validation.comparison import Comparison
from synthgen.validation.metric import Direction, Estimate, Family, Metric


def missing_rates(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Largest difference of a column's missing rate, then each column's."""
    parts = [comparison.real_train, comparison.real_holdout, comparison.made]
    if not len(parts[1]):
        yield Estimate(None, reason="there are no held-out real rows of these classes to compare with")
        return
    found = []
    for column in comparison.columns:
        gaps = [part.coded[column.name].isna().to_numpy() for part in parts]
        if not any(gap.any() for gap in gaps):
            continue
        train, holdout, made = (
            float(np.average(gap, weights=part.weights)) for gap, part in zip(gaps, parts, strict=True)
        )
        sizes = [len(part) for part in parts]
        half = 1.959964 * np.sqrt(_variance(made, sizes[2]) + _variance(holdout, sizes[1]))
        gap = abs(made - holdout)
        found.append(
            Estimate(
                gap, (max(0.0, gap - half), min(1.0, gap + half)), abs(train - holdout),
                n=sizes[2], subject=column.name,
            )
        )  # fmt: skip
    if not found:
        yield Estimate(None, reason="no column has missing values", vacuous=True)
        return
    worst = max(found, key=lambda estimate: estimate.value or 0.0)
    baseline = max(estimate.baseline or 0.0 for estimate in found)
    yield Estimate(worst.value, worst.interval, baseline, n=worst.n, reason=f"the largest is in {worst.subject!r}")
    yield from found


def _variance(rate: float, n: int) -> float:
    # One added success and failure, so that a rate of 0 or 1 isn't taken for certain.
    adjusted = (rate * n + 1) / (n + 2)
    return adjusted * (1 - adjusted) / (n + 2)


MISSING_RATES = Metric(
    "missing_rates", "Values are missing as often", Family.FIDELITY, Direction.LOWER, (0.0, 1.0),
    "Difference of shares, Agresti–Caffo interval; https://doi.org/10.1080/00031305.2000.10474560",
    "0 means that every column has as many gaps as held-out real rows; .1 that one column has ten in a hundred "
    "more or fewer.",
    missing_rates,
)  # fmt: skip
