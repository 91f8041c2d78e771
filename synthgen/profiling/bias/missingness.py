"""Gaps by group: which columns lack values for some groups more often than for others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.profiling.bias.grouping import FEWEST, Grouping
from synthgen.profiling.bias.intervals import alike, difference_interval, pairs_level, wilson
from synthgen.profiling.bias_parts import GapByGroup

FEWEST_EXPECTED = 1


def gaps_by_group(grouping: Grouping, coded: pd.DataFrame, names: list[str]) -> list[GapByGroup]:
    """Compare each column's share of missing values between groups, the surest difference first.

    Groups are compared in which at least one gap would be expected at the column's rate: fewer say nothing.
    """
    counts = grouping.counts
    out = []
    for name in names:
        gaps = coded[name].isna().to_numpy()
        if name == grouping.feature or not gaps.any():
            continue
        least = max(FEWEST, FEWEST_EXPECTED / max(gaps.mean(), 1e-12))
        asked = np.array([i for i in range(len(counts)) if not grouping.pooled[i] and counts[i] >= least], dtype=int)
        if len(asked) < 2:
            continue
        level = pairs_level(len(asked))
        held = np.bincount(grouping.codes[gaps], minlength=len(counts))[asked]
        rates = held / counts[asked]
        low, high = int(rates.argmin()), len(rates) - 1 - int(rates[::-1].argmax())
        ends = [wilson(int(held[i]), int(counts[asked[i]]), level) for i in (low, high)]
        first, second = float(rates[low]), float(rates[high])
        out.append(GapByGroup(
            grouping.feature, name, grouping.labels[asked[low]], grouping.labels[asked[high]], first, second,
            second - first, difference_interval(second, ends[1], first, ends[0]),
            alike(held.astype(float), counts[asked].astype(float)),
        ))  # fmt: skip
    return sorted(out, key=lambda gap: -gap.interval[0])
