"""What a leak check is, and how all of them are run and judged as one family."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from synthgen.randomness import stream
from synthgen.validation.metric import Direction, Estimate, Family, Interval, Measurement, Metric, failed, measured
from synthgen.validation.privacy.evidence import Adjusted, Evidence, adjust
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool


@dataclass(frozen=True)
class Check:
    """One way to look for a leak.

    Parameters
    ----------
    name, title, reference, explanation : str
        As for a :class:`~synthgen.validation.metric.Metric`.
    find : callable
        (pool, permutations, rng) to a list of :class:`Evidence` of this name.
    direction : Direction
    range : (float, float)
        Of ``Evidence.value``.
    """

    name: str
    title: str
    reference: str
    explanation: str
    find: Callable[[Pool, Permutations, np.random.Generator], list[Evidence]]
    direction: Direction = Direction.NEAR_BASELINE
    range: Interval = (0.0, 1.0)

    @property
    def metric(self) -> Metric:
        """How its figures are shown."""
        return Metric(
            self.name, self.title, Family.PRIVACY, self.direction, self.range, self.reference, self.explanation
        )


@dataclass(frozen=True)
class Found:
    """What all checks found.

    Attributes
    ----------
    measurements : tuple of Measurement
        One for each evidence that is shown; ``p_value`` is adjusted for all of them together.
    evidence : tuple of Evidence
        Of all checks, hidden ones too.
    adjusted : Adjusted
        In the order of ``evidence``.
    """

    measurements: tuple[Measurement, ...]
    evidence: tuple[Evidence, ...]
    adjusted: Adjusted


def run_checks(checks: Sequence[Check], pool: Pool, permutations: Permutations, seed: np.random.SeedSequence) -> Found:
    """Run every check, each with a stream of its own, and adjust all their p-values together.

    A check that stops with an error becomes a failed measurement, never a pass; its text isn't shown, since it may
    hold private values.
    """
    evidence: list[Evidence] = []
    crashed: list[Measurement] = []
    for check in checks:
        try:
            evidence += _finite(check.find(pool, permutations, stream(seed, check.name)))
        except Exception as error:
            crashed.append(failed(check.metric, f"it stopped with {type(error).__name__}"))
    adjusted = adjust(evidence)
    known = {check.name: check for check in checks}
    shown = [
        measured(known[item.name].metric, _estimate(item, float(p)))
        for item, p in zip(evidence, adjusted.p_values, strict=True)
        if not item.hidden
    ]
    order = list(known)
    both = sorted([*shown, *crashed], key=lambda m: order.index(m.name))
    return Found(tuple(both), tuple(evidence), adjusted)


def _finite(evidence: list[Evidence]) -> list[Evidence]:
    """One figure that is no number would spoil the adjustment of all others, so it fails its own check."""
    for item in evidence:
        if item.null is not None and not (np.isfinite(item.statistic) and np.isfinite(item.null).all()):
            raise ArithmeticError("a statistic is not a number")
    return evidence


def _estimate(item: Evidence, p_value: float) -> Estimate:
    return Estimate(
        item.value, item.interval, item.baseline, item.baseline_interval,
        p_value if item.null is not None else None, item.n, item.subject, item.reason, item.vacuous,
        item.success, item.control, item.naive, item.smallest,
    )  # fmt: skip
