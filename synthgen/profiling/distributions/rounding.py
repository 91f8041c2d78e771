"""The grid that numbers lie on, and the round numbers that people prefer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from synthgen.profiling.column_parts import Rounding
from synthgen.profiling.distributions.sample import Sample
from synthgen.table.disclosure import FEWEST_HOLDERS

HEAPS = (1000, 100, 50, 10, 5)
TIMES_CHANCE = 1.5
LEAST_SHARE = 0.05
ERRORS = 4.0
FINEST = 1e5
LARGEST = 2.0**53


def rounding_of(sample: Sample, decimals: int | None) -> Rounding:
    """Find the step of the grid, and the round number on whose multiples most rows heap.

    Multiples of 5, 10, 50, 100 or 1000 steps are a heap where they hold 1.5 times the rows that chance gives them (one
    in 5, one in 10 …, with a range of three of them at least), beyond four standard errors and 5 % of the rows.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weights = rng.integers(40, 120, 4000)
    >>> rounded = np.where(rng.random(4000) < 0.4, 10 * (weights // 10), weights)
    >>> rounding_of(Sample.of(rounded.astype(float), 1.0), 0).heap
    10.0
    """
    if not sample.step or len(sample.values) < 2:
        return Rounding(decimals)
    whole = np.rint(sample.values / sample.step)
    if np.abs(whole).max() > LARGEST:
        return Rounding(decimals)
    common = int(np.gcd.reduce(whole.astype(np.int64)))
    step = common * sample.step if common > 1 and len(whole) > 2 else None
    found = Rounding(decimals, None if step is None else float(f"{step:.12g}"))
    # The commonest value says nothing of heaps: zeros are multiples of everything.
    rest = sample.counts.copy()
    rest[np.argmax(rest)] = 0
    n = rest.sum()
    if n < 10 * FEWEST_HOLDERS:
        return found
    best = 0.0
    for times in HEAPS:
        size = times * max(common, 1)
        # Three of them at least; and not so fine that nobody would see them.
        if not 3 * size <= whole[-1] - whole[0] <= FINEST * size:
            continue
        share, chance = float(rest[whole % size == 0].sum() / n), 1 / times
        error = float(np.sqrt(chance * (1 - chance) / n))
        # Multiples of 10 make some of 50 too: the one with the most rows beyond chance counts.
        if share > max(TIMES_CHANCE * chance, LEAST_SHARE, chance + ERRORS * error) and share - chance > best:
            best = share - chance
            found = replace(found, heap=float(f"{size * sample.step:.12g}"), heap_share=share)
    return found
