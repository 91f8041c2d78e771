"""Columns that tell the target too well: perhaps they are only known after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from synthgen.profiling.dependence.results import HoldingRule, LeakSuspect
from synthgen.profiling.few_classes import Classes, Codes, few_classes, target_classes
from synthgen.table.column import LABEL_KINDS, Column

SUSPECT = 0.8
"""Share of the target's entropy that a column alone must take away, its whole interval above it, to be a suspect.

Honest columns stay below: the best in the real tables of the tests (a laboratory value that defines the disease) takes
away about .7. A flag that is set after the outcome, and wrong in one row of a hundred, takes away .84 of a target of
one in ten, and .92 of one of half the rows.
"""

FOLDS = 5
BINS, LEVELS, TARGET_BINS = 50, 200, 10
FEWEST_ROWS = 100


class Skill(NamedTuple):
    """Share of the target's entropy that a column takes away, with its 95 % interval."""

    column: str
    value: float
    low: float
    high: float


def leak_suspects(
    coded: pd.DataFrame,
    columns: Sequence[Column],
    target: Column,
    rules: Sequence[HoldingRule],
    rng: np.random.Generator,
) -> tuple[LeakSuspect, ...]:
    """Name columns that tell the target alone, and those that add up to it.

    Parameters
    ----------
    coded : pandas.DataFrame
        Rows to look at.
    columns : sequence of Column
    target : Column
    rules : sequence of HoldingRule
        Sums and products with the target make suspects of their parts.
    rng : numpy.random.Generator
        Divides the rows into folds.
    """
    found = {skill.column: skill for skill in single_skills(coded, columns, target, rng)}
    sums = [rule for rule in rules if rule.kind in ("sum", "product") and target.name in rule.columns]
    summed = {name: rule for rule in sums for name in rule.columns}
    out = []
    for name, skill in sorted(found.items(), key=lambda item: -item[1].low):
        if skill.low > SUSPECT:
            words = f"{name} alone takes away {skill.value:.0%} of what is uncertain about {target.name}."
        elif name in summed:
            words = f"{name} is a part of a {summed[name].kind} with {target.name}: {summed[name].words}"
        else:
            continue
        words += " Was it known before the outcome? If not, leave it out."
        out.append(LeakSuspect(name, skill.value, (skill.low, skill.high), words))
    return tuple(out)


def single_skills(
    coded: pd.DataFrame, columns: Sequence[Column], target: Column, rng: np.random.Generator
) -> Iterator[Skill]:
    """How well each column tells the target on its own, in rows that its shares weren't learnt from.

    Numbers are cut into 50 classes of equal size, a numeric target into 10; a gap is a class of its own.
    """
    y = coded[target.name].to_numpy(float)
    known = ~np.isnan(y)
    classes = target_classes(y[known], target, TARGET_BINS)
    if known.sum() < FEWEST_ROWS or classes.size < 2:
        return
    fold = rng.permutation(int(known.sum())) % FOLDS
    for column in columns:
        if column.name != target.name:
            most = LEVELS if column.kind in LABEL_KINDS else BINS
            cut = few_classes(coded[column.name].to_numpy(float)[known], column, most, gap_is_a_class=True)
            if cut.size > 1:
                yield Skill(column.name, *_cross_validated(cut, classes, fold))


def _cross_validated(column: Classes, target: Classes, fold: Codes) -> tuple[float, float, float]:
    """One less the ratio of log losses, with and without the column; its interval is that of a ratio of means."""
    shape = (FOLDS, column.size, target.size)
    joint = np.ravel_multi_index((fold, column.codes, target.codes), shape)
    counts = np.bincount(joint, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    learnt = counts.sum(axis=0) - counts
    prior = learnt.sum(axis=1, keepdims=True) + 0.5
    prior /= prior.sum(axis=2, keepdims=True)
    guess = (learnt + prior) / (learnt.sum(axis=2, keepdims=True) + 1)
    loss, without = -np.log(guess), -np.log(np.broadcast_to(prior, shape))
    n = float(counts.sum())
    entropy = float((counts * without).sum() / n)
    left = float((counts * loss).sum() / n) / entropy
    half = 1.959964 * float(np.sqrt((counts * (loss - left * without) ** 2).sum()) / n) / entropy
    return 1 - left, 1 - left - half, min(1.0, 1 - left + half)
