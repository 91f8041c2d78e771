"""Do synthetic rows keep what holds in every train row?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from synthgen.table.column import Schema
from synthgen.table.inequalities import find_inequalities
from synthgen.table.rules import find_rules
from synthgen.validation.comparison import MOST_ROWS, Comparison
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
    most = MOST_ROWS[comparison.effort]
    train = comparison.train
    some = train if len(train) <= most else train.iloc[np.sort(rng.choice(len(train), most, replace=False))]
    frames = (train, comparison.holdout, comparison.synthetic)
    found = rules_of(some, frames, comparison.schema, rng)
    if not found:
        yield Estimate(None, reason="no rule was found that holds in every train row", vacuous=True)
        return
    estimates = [_estimate(rule) for rule in found]
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


def _estimate(rule: Kept) -> Estimate:
    _, holdout, made = rule.rows
    value = float(made.mean()) if len(made) else 0.0
    around = binomtest(int(made.sum()), len(made)).proportion_ci(method="wilson")
    return Estimate(
        value, (float(around.low), float(around.high)), float(holdout.mean()), n=len(made), subject=rule.words
    )


def _rules(
    some: pd.DataFrame, frames: tuple[pd.DataFrame, ...], schema: Schema, rng: np.random.Generator
) -> Iterator[Kept]:
    rules = find_rules(some, schema, rng)

    def of(names: str | tuple[str, ...]) -> list[NDArray[np.float64]]:
        return [frame[[names] if isinstance(names, str) else list(names)].to_numpy(float) for frame in frames]

    for determined in rules.determined:
        rows = []
        for given, by in zip(of(determined.column), of(determined.by), strict=True):
            known = np.isin(by[:, 0], determined.levels) | (np.isnan(by[:, 0]) & np.isnan(determined.levels).any())
            expected = determined.apply(by[:, 0])
            # At a value of the other column that no train row has, nothing is known.
            rows.append(_same(given[:, 0], expected) | ~known)
        yield Kept(f"{determined.column} follows from {determined.by}", tuple(rows))
    for total in rules.totals:
        step = 0.0 if total.decimals is None else 0.6 * 10.0**-total.decimals
        rows = []
        for given, parts in zip(of(total.column), of(total.parts), strict=True):
            expected = total.apply(parts)
            scale = np.abs(np.nan_to_num(parts)).max(axis=1, initial=0)
            gap = np.abs(given[:, 0] - expected)
            rows.append((gap <= step + 1e-9 * scale) | (np.isnan(given[:, 0]) & np.isnan(expected)))
        signed = [f"{'+' if sign > 0 else '-'} {part}" for part, sign in zip(total.parts, total.signs, strict=True)]
        yield Kept(f"{total.column} = {' '.join(signed).removeprefix('+ ')}", tuple(rows))
    for gap_rule in rules.gaps:
        rows = [
            np.isnan(given[:, 0]) == gap_rule.apply(by[:, 0])
            for given, by in zip(of(gap_rule.column), of(gap_rule.by), strict=True)
        ]
        about = "the gaps of " if gap_rule.by_missing else ""
        yield Kept(f"gaps of {gap_rule.column} follow from {about}{gap_rule.by}", tuple(rows))
    for rule in find_inequalities(some, schema):
        pairs = zip(of(rule.low), of(rule.high), strict=True)
        yield Kept(f"{rule.low} ≤ {rule.high}", tuple(rule.holds(low[:, 0], high[:, 0]) for low, high in pairs))


def _same(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((a == b) | (np.isnan(a) & np.isnan(b)))


RULES_KEPT = Metric(
    "rules_kept", "What holds in every train row is kept", Family.FIDELITY, Direction.HIGHER, (0.0, 1.0),
    "Functional dependencies, sums, gaps and inequalities found in train beyond chance; shares of rows that keep them",
    "1 means that every row keeps every rule (an end after its start, a total that adds up), .9 that one row in ten "
    "breaks the rule that is broken most.",
    rules_kept,
)  # fmt: skip
