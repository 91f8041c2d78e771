"""All leak checks of a comparison, run once: the split's soundness, the checks as one family, their power, the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthgen.randomness import child, stream
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.comparison import Comparison
from synthgen.validation.metric import Estimate, Measurement, Metric, Status, failed, measured
from synthgen.validation.privacy.check import Check, run_checks
from synthgen.validation.privacy.checks import CHECKS
from synthgen.validation.privacy.evidence import LEVEL
from synthgen.validation.privacy.flags import flag_policy, together
from synthgen.validation.privacy.leak_flags import FEWEST_REAL, LeakFlags, flag_leaks
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.power import SMALLEST_LEAK, smallest_leak
from synthgen.validation.privacy.preconditions import (
    EXCHANGEABILITY,
    HOLDOUT_OVERLAP,
    HOLDOUT_SEEN,
    Preconditions,
    preconditions,
)
from synthgen.validation.verdict import Purpose

NO_HOLDOUT = "not assessable: no held-out real rows of these classes to compare with"
DRIFTED = "not assessable: train and held-out rows differ, so a difference between them shows no leak"

CONTAMINATED = "not assessable: the held-out rows are contaminated"

CURED = ("exact_copies", "near_copies")
"""Leaks of single rows, gone once these are refused."""

STILL_TOLD = ("exact_copies", "near_copies", "value_reuse")
"""Where train and holdout differ, these still are: no drift makes a generator hit a single row's own values."""


@dataclass(frozen=True)
class Leaks:
    """What all leak checks found.

    Attributes
    ----------
    measurements : tuple of Measurement
    flagged : pandas.DataFrame
        See :func:`flags.flagged`.
    unsearched : int
        Synthetic rows whose neighbours weren't looked for.
    recall : float or None
        Share of the others whose nearest real row was found, where there were too many to look everywhere.
    """

    measurements: tuple[Measurement, ...]
    flagged: pd.DataFrame
    unsearched: int
    recall: float | None = None


def find_leaks(
    comparison: Comparison,
    purpose: Purpose,
    seed: np.random.SeedSequence,
    checks: Sequence[Check] | None = None,
    *,
    fewest: int = FEWEST_HOLDERS,
) -> Leaks:
    """Run all leak checks.

    Parameters
    ----------
    comparison : Comparison
    purpose : Purpose
        Which flags make a row be refused, and whether the disclosure policy applies.
    seed : numpy.random.SeedSequence
    checks : sequence of Check, optional
        All of :data:`CHECKS` if not given.
    fewest : int
        People who must share what is released, for the disclosure policy.
    """
    checks = CHECKS if checks is None else checks
    policy = flag_policy(comparison, purpose, fewest)
    metrics = [HOLDOUT_OVERLAP, HOLDOUT_SEEN, EXCHANGEABILITY, *(check.metric for check in checks), SMALLEST_LEAK]
    if not len(comparison.real_train) or not len(comparison.synthetic):
        return Leaks(_none(metrics, "no train row has these classes"), policy, 0)
    split = comparison.split_subjects
    if split:
        words = f"not assessable: {split:,} subjects have rows in train and in holdout; split by subject"
        return Leaks(_none(metrics, words), policy, 0)
    try:
        pool, permutations = Pool.of(comparison, stream(seed, "pool"))
    except Exception as error:
        return Leaks(tuple(failed(metric, _stopped(error)) for metric in metrics), policy, len(comparison.synthetic))
    unsearched = len(pool.synthetic) - len(pool.searched)
    if not len(comparison.real_holdout):
        few = _none(metrics, NO_HOLDOUT)
    elif len(pool.real) < FEWEST_REAL:
        few = _none(metrics, f"not assessable: {len(pool.real)} real rows of these classes are too few")
    else:
        few = ()
    if few:
        rows = flag_leaks(pool, permutations, frozenset(), purpose)
        return Leaks(_listed(few, rows), together([rows.flags, policy]), unsearched)
    found = run_checks(checks, pool, permutations, child(seed, "checks"))
    sound = _preconditions(pool, permutations, stream(seed, "preconditions"))
    told = tuple(_if_sound(item, sound) for item in found.measurements)
    # Of an unsound split nothing is a leak but what is told all the same, and no row is refused for anything else.
    significant = frozenset((m.name, m.subject) for m in told if m.p_value is not None and m.p_value <= LEVEL)
    power = _power(pool, permutations, found.adjusted.critical, stream(seed, "power"))
    if sound.contaminated:
        power = _none([SMALLEST_LEAK], CONTAMINATED)
    rows = flag_leaks(pool, permutations, significant, purpose)
    told = _listed(told, rows)
    return Leaks((*sound.measurements, *told, *power), together([rows.flags, policy]), unsearched, pool.recall)


def _listed(measurements: tuple[Measurement, ...], rows: LeakFlags) -> tuple[Measurement, ...]:
    """A check whose rows couldn't be listed has failed, since refusing rows would miss them.

    A leak that it found stays one, unless refusing its rows is what would cure it.
    """
    return tuple(
        replace(
            item, status=Status.FAILED, value=None, interval=None, baseline=None, baseline_interval=None, p_value=None,
            success=None, control=None, naive=None, smallest=None,
            reason=f"listing its rows stopped with {rows.failed[item.name]}",
        )
        if item.name in rows.failed and item.status is not Status.FAILED
        and (item.name in CURED or item.p_value is None or item.p_value > LEVEL) else item
        for item in measurements
    )  # fmt: skip


def _stopped(error: Exception) -> str:
    """The kind of error only: its text may hold private values."""
    return f"it stopped with {type(error).__name__}"


def _preconditions(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> Preconditions:
    try:
        return preconditions(pool, permutations, rng)
    except Exception as error:
        return Preconditions(
            tuple(failed(metric, _stopped(error)) for metric in (HOLDOUT_OVERLAP, HOLDOUT_SEEN, EXCHANGEABILITY))
        )


def _power(
    pool: Pool, permutations: Permutations, critical: float, rng: np.random.Generator
) -> tuple[Measurement, ...]:
    try:
        return tuple(measured(SMALLEST_LEAK, item) for item in smallest_leak(pool, permutations, critical, rng))
    except Exception as error:
        return (failed(SMALLEST_LEAK, _stopped(error)),)


def _if_sound(item: Measurement, sound: Preconditions) -> Measurement:
    """The figure, or the statement that the split doesn't allow one; counts of exact copies are facts all the same."""
    if not item.computed or item.p_value is None or item.name == "exact_copies":
        return item
    if not sound.contaminated and (not sound.drifted or item.name in STILL_TOLD):
        return item
    return replace(
        item, status=Status.NOT_APPLICABLE, value=None, interval=None, baseline=None, baseline_interval=None,
        p_value=None, success=None, control=None, naive=None, smallest=None,
        reason=CONTAMINATED if sound.contaminated else DRIFTED,
    )  # fmt: skip


def _none(metrics: Sequence[Metric], reason: str) -> tuple[Measurement, ...]:
    return tuple(measured(metric, Estimate(None, reason=reason)) for metric in metrics)
