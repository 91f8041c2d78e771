"""Are values missing as often as in real rows?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synthgen.validation.comparison import Comparison, Floats
from synthgen.validation.fidelity.shapes import interval
from synthgen.validation.metric import Direction, Estimate, Family, Metric

REPLICATES = 30


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


def missing_patterns(comparison: Comparison, rng: np.random.Generator) -> Estimate:
    """Share of rows that would need other gaps for all combinations of gaps to be as common as in held-out rows."""
    parts = [comparison.real_train, comparison.real_holdout, comparison.made]
    if not len(parts[1]):
        return Estimate(None, reason="there are no held-out real rows of these classes to compare with")
    names = [c.name for c in comparison.columns if any(part.coded[c.name].isna().any() for part in parts)]
    if len(names) < 2:
        return Estimate(None, reason="fewer than two columns have missing values", vacuous=True)
    parts = [part.take(comparison.picks(part, rng)) for part in parts]
    gaps = np.concatenate([part.coded[names].isna().to_numpy() for part in parts])
    each = np.unique(np.packbits(gaps, axis=1), axis=0, return_inverse=True)[1].ravel()
    codes = np.split(each, np.cumsum([len(part) for part in parts])[:-1])
    size = 1 + max(int(code.max(initial=0)) for code in codes)

    def shares(k: int, weights: Floats) -> Floats:
        counts = np.bincount(codes[k], weights, minlength=size)
        return np.asarray(counts / max(counts.sum(), 1e-12))

    def apart(k: int, *, again: bool) -> float:
        drawn = [
            parts[side].weights * rng.poisson(1.0, len(parts[side])) if again else parts[side].weights
            for side in (k, 1)
        ]
        return float(0.5 * np.abs(shares(k, drawn[0]) - shares(1, drawn[1])).sum())

    found = []
    for k in (2, 0):
        value = apart(k, again=False)
        found.append((value, interval(value, np.array([apart(k, again=True) for _ in range(REPLICATES)]))))
    (value, around), (baseline, band) = found
    return Estimate(
        value, around, baseline, band, n=len(comparison.synthetic), reason=f"of {len(names)} columns with gaps"
    )


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

MISSING_PATTERNS = Metric(
    "missing_patterns", "Values are missing together", Family.FIDELITY, Direction.LOWER, (0.0, 1.0),
    "Total variation between the shares of all combinations of gaps; Little and Rubin (2019), "
    "https://doi.org/10.1002/9781119482260",
    "0 means that columns have gaps together as in held-out rows; .1 that a tenth of the rows have gaps in columns "
    "that don't go together like that.",
    missing_patterns,
)  # fmt: skip
