"""Single values that many rows share, and those of them that the values beside them don't explain."""

from __future__ import annotations

import numpy as np

from synthgen.profiling.distributions.sample import Floats, Sample
from synthgen.table.disclosure import FEWEST_HOLDERS

SPIKE = 0.05
FEWEST_VALUES = 12
TIMES_NEIGHBOURS = 3.0
NEIGHBOURS = 2


def spikes_of(sample: Sample) -> tuple[tuple[float, float], ...]:
    """Values and shares of what at least 5 % of the rows and ten of them share, of more than twelve values.

    Examples
    --------
    >>> spikes_of(Sample.of(np.append(np.zeros(100), np.arange(100.0))))
    ((0.0, 0.505),)
    """
    if len(sample.values) <= FEWEST_VALUES:
        return ()
    tall = (sample.counts >= SPIKE * sample.n) & (sample.counts >= FEWEST_HOLDERS)
    shares = sample.counts[tall] / sample.n
    return tuple((float(v), float(c)) for v, c in zip(sample.values[tall], shares, strict=True))


def standing_out(sample: Sample, spikes: tuple[tuple[float, float], ...]) -> Floats:
    """Spikes held by three times as many rows as either of the two values on each side that are no spikes.

    A Poisson law has spikes that don't stand out.

    Examples
    --------
    >>> counts = Sample(np.arange(13.0), np.array([20.0, 30, 25, 20, 15, 10, 8, 100, 4, 3, 2, 1, 1]))
    >>> standing_out(counts, spikes_of(counts))
    array([7.])
    """
    heights = {value: share * sample.n for value, share in spikes}
    found = []
    for value, height in heights.items():
        place = int(np.searchsorted(sample.values, value))
        beside = [*range(max(0, place - NEIGHBOURS), place), *range(place + 1, place + 1 + NEIGHBOURS)]
        near = [sample.counts[at] for at in beside if at < len(sample.counts)]
        if height > TIMES_NEIGHBOURS * max(near):
            found.append(value)
    return np.array(sorted(found))
