"""Shares of groups, their rates or means of the target, and how far these are apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.bias.grouping import FEWEST, Grouping
from synthgen.profiling.bias.intervals import (
    LEVEL,
    Ends,
    alike,
    difference_interval,
    pairs_level,
    ratio_interval,
    wilson,
)
from synthgen.profiling.bias_parts import Disparity
from synthgen.profiling.profile import Group
from synthgen.table.column import LABEL_KINDS, Kind
from synthgen.table.schema import Schema

FOUR_FIFTHS = 0.8
FEWEST_EXPECTED = 5
COCHRAN = 25
"""A mean's normal interval holds from 25 times the squared skewness on: Cochran, Sampling Techniques (1977), 2.15."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What groups are compared by: 1, 0 or NaN a row for one target value, or the target's numbers."""

    words: str
    values: Floats
    selected: str | None = None

    @property
    def binary(self) -> bool:
        """Whether it is one value of the target or not."""
        return self.selected is not None


def outcome_of(coded: pd.DataFrame, schema: Schema) -> Outcome | None:
    """Read the target: the rarer of two values, the commonest of many, or numbers as they are."""
    target = schema.target
    if target is None:
        return None
    values = coded[target.name]
    if target.kind in (Kind.CONTINUOUS, Kind.INTEGER):
        numbers = values.to_numpy(float)
        known = numbers[~np.isnan(numbers)]
        return Outcome(f"mean of {target.name}", numbers) if len(known) and np.ptp(known) > 0 else None
    if target.kind not in LABEL_KINDS:
        return None
    counts = values.value_counts()
    counts = counts[counts >= FEWEST]
    if len(counts) < 2:
        return None
    # Of many classes the rarest say nothing about groups; their commonest does.
    code = counts.index[-1] if len(counts) == 2 else counts.index[0]
    label = str((target.categories or ())[int(code)])
    hit = np.where(values.isna(), np.nan, (values == code).astype(float))
    return Outcome(f"{target.name} = {label}", hit, label)


def fewest_to_compare(outcome: Outcome | None) -> int:
    """Rows a group needs to be compared; fewer are too few to say.

    Of one target value, so many that five of the group's rows would have it at the overall rate, and five
    wouldn't. That is also enough for a group of which no row has it to be seen below four fifths. Of a mean,
    25 times the squared skewness.

    Examples
    --------
    >>> fewest_to_compare(Outcome("loan = yes", np.repeat([1.0, 0.0], [10, 90]), "yes"))
    50
    """
    known = outcome.values[~np.isnan(outcome.values)] if outcome is not None else np.empty(0)
    if outcome is None or not len(known):
        return FEWEST
    if outcome.binary:
        rate = float(known.mean())
        rarer = min(rate, 1 - rate)
        return max(FEWEST, math.ceil(FEWEST_EXPECTED / rarer - 1e-9)) if rarer else FEWEST
    from scipy.stats import skew

    return max(FEWEST, math.ceil(COCHRAN * float(skew(known)) ** 2))


def groups_of(grouping: Grouping, outcome: Outcome | None) -> list[Group]:
    """Shares with Wilson intervals; rates or means of groups of at least ten rows."""
    total = len(grouping.codes)
    out = []
    for place, (label, n) in enumerate(zip(grouping.labels, grouping.counts.tolist(), strict=True)):
        base = Group(
            grouping.feature, label, n, n / total, wilson(n, total), missing=grouping.missing,
            pooled=grouping.pooled[place],
        )  # fmt: skip
        out.append(_with_outcome(base, grouping.codes == place, outcome))
    return out


def _with_outcome(group: Group, mask: NDArray[np.bool_], outcome: Outcome | None) -> Group:
    if outcome is None:
        return group
    values = outcome.values[mask]
    known = values[~np.isnan(values)]
    if len(known) < FEWEST:
        return group
    mean = float(known.mean())
    if outcome.binary:
        return replace(group, rate=mean, rate_interval=wilson(int(known.sum()), len(known)))
    return replace(group, mean=mean, mean_interval=_mean_interval(known, LEVEL))


def _mean_interval(values: Floats, level: float) -> Ends:
    from scipy.stats import t

    half = float(t.ppf((1 + level) / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))
    return float(values.mean()) - half, float(values.mean()) + half


def disparity(grouping: Grouping, outcome: Outcome, fewest: int) -> Disparity | None:
    """Compare the lowest group with the highest; None where fewer than two have rows enough."""
    known = ~np.isnan(outcome.values)
    width = len(grouping.labels)
    counts = np.bincount(grouping.codes[known], minlength=width)
    asked = [i for i in range(width) if not grouping.pooled[i] and counts[i] >= fewest]
    too_few = tuple(grouping.labels[i] for i in range(width) if not grouping.pooled[i] and counts[i] < fewest)
    if len(asked) < 2:
        return None
    sums = np.bincount(grouping.codes[known], weights=outcome.values[known], minlength=width)
    means = sums / np.maximum(counts, 1)
    low = min(asked, key=lambda i: float(means[i]))
    high = max(asked[::-1], key=lambda i: float(means[i]))  # another one where all are alike
    level = pairs_level(len(asked))
    first, second = float(means[low]), float(means[high])
    if outcome.binary:
        p_value = alike(sums[asked], counts[asked].astype(float))
        ends = [wilson(round(sums[i]), int(counts[i]), level) for i in (low, high)]
    else:
        parts = [outcome.values[known & (grouping.codes == i)] for i in asked]
        p_value = _same_means(parts)
        ends = [_mean_interval(parts[asked.index(i)], level) for i in (low, high)]
    base = (second - first, difference_interval(second, ends[1], first, ends[0]))
    ratios: tuple[float | None, Ends | None, float | None, Ends | None] = (None, None, None, None)
    rule = "not asked"
    if outcome.binary:
        ratio = first / second if second else 1.0
        within = ratio_interval(first, ends[0], second, ends[1])
        others = [(1 - end[1], 1 - end[0]) for end in ends]
        other = (1 - second) / (1 - first) if first < 1 else 1.0
        ratios = (ratio, within, other, ratio_interval(1 - second, others[1], 1 - first, others[0]))
        rule = "below" if within[1] < FOUR_FIFTHS else "above" if within[0] >= FOUR_FIFTHS else "can't tell"
    return Disparity(
        grouping.feature, outcome.words, grouping.labels[low], grouping.labels[high], first, second, *base, *ratios,
        rule, p_value, len(asked), too_few,
    )  # fmt: skip


def _same_means(parts: list[Floats]) -> float:
    """Give the p-value that all means are one, whatever the spreads: Alexander and Govern (1994)."""
    from scipy.stats import alexandergovern

    if any(part.std() == 0 for part in parts):
        return 1.0 if len({float(part.mean()) for part in parts}) == 1 else 0.0
    return float(alexandergovern(*parts).pvalue)
