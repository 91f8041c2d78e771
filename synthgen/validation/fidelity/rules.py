"""Do synthetic rows keep what holds in every train row?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from synthgen.table.constraints import Inequality
from synthgen.table.constraints.found import found_rules
from synthgen.table.constraints.ruleset import rows_of
from synthgen.table.schema import Schema
from synthgen.validation.comparison import Comparison
from synthgen.validation.metric import Direction, Estimate, Family, Metric

WORST_SHOWN = 20


@dataclass(frozen=True)
class Kept:
    """A rule in words, and which rows of train, holdout and synthetic keep it."""

    words: str
    rows: tuple[NDArray[np.bool_], ...]


def rules_kept(comparison: Comparison, rng: np.random.Generator) -> Iterator[Estimate]:
    """Smallest share of rows that keep a rule which holds in every train row, then each rule's, the worst first."""
    if not len(comparison.real_holdout):
        yield Estimate(None, reason="there are no held-out real rows of these classes to compare with")
        return
    train = comparison.train
    some = train.iloc[comparison.picks(train, rng)]
    frames = (train, comparison.holdout, comparison.synthetic)
    found = rules_of(some, frames, comparison.schema, rng)
    if not found:
        yield Estimate(None, reason="no rule was found that holds in every train row", vacuous=True)
        return
    estimates = [share_kept(rule.words, rule.rows[2], float(rule.rows[1].mean())) for rule in found]
    estimates.sort(key=lambda item: item.value or 0.0)
    worst = estimates[0]
    yield Estimate(
        worst.value, worst.interval, min(item.baseline or 0.0 for item in estimates), n=worst.n,
        reason=f"the least kept of {len(found)} rules",
    )  # fmt: skip
    yield from estimates[:WORST_SHOWN]


def rules_of(
    some: pd.DataFrame, frames: tuple[pd.DataFrame, ...], schema: Schema, rng: np.random.Generator
) -> list[Kept]:
    """Rules that are found in some rows and hold in all of the first frame, held against each frame."""
    return [rule for rule in _rules(some, frames, schema, rng) if rule.rows[0].all()]


def share_kept(words: str, kept: NDArray[np.bool_], fresh: float | None) -> Estimate:
    """Share of synthetic rows that keep a rule, with Wilson's interval, beside that of held-out rows."""
    around = binomtest(int(kept.sum()), len(kept)).proportion_ci(method="wilson")
    interval = (float(around.low), float(around.high))
    return Estimate(float(kept.mean()), interval, fresh, n=len(kept), subject=words)


def _rules(
    some: pd.DataFrame, frames: tuple[pd.DataFrame, ...], schema: Schema, rng: np.random.Generator
) -> Iterator[Kept]:
    parts = [rows_of(frame) for frame in frames]
    for rule in found_rules(some, schema, rng):
        words = f"{rule.low} ≤ {rule.high}" if isinstance(rule, Inequality) else rule.words
        yield Kept(words, tuple(rule.holds(rows, schema) for rows in parts))


RULES_KEPT = Metric(
    "rules_kept", "What holds in every train row is kept", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0),
    "Functional dependencies, sums, products, one-hot groups, gaps and inequalities found in train beyond chance; "
    "shares of rows that keep them",
    "1 means that every row keeps every rule (an end after its start, a total that adds up), .9 that one row in ten "
    "breaks the rule that is broken most.",
    rules_kept,
)  # fmt: skip
