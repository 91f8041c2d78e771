"""Whether a tail is heavier or lighter than a normal law's."""

from __future__ import annotations

import numpy as np

from synthgen.profiling.column_parts import Tail
from synthgen.profiling.distributions.sample import Floats, Sample
from synthgen.table.disclosure import FEWEST_HOLDERS

OUTER = 0.01
FEWEST_ROWS = 200
LIGHT, HEAVY = 0.75, 1.5
HILL_SHARE = 0.05


def tails_of(sample: Sample) -> tuple[Tail, ...]:
    """Describe both tails by quantiles, and a heavy one by Hill's estimate from its outer 5 %.

    Its distances are from zero in the upper tail of a column without negative values, else from the median. Nothing
    is said below 200 rows, or where the quartile is the median.

    References
    ----------
    Hill (1975), https://doi.org/10.1214/aos/1176343247.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> [tail.weight for tail in tails_of(Sample.of(rng.exponential(1, 5000)))]
    ['light', 'heavy']
    """
    if sample.n < FEWEST_ROWS:
        return ()
    centred = sample.values[0] < 0
    mirrored = Sample(-sample.values[::-1], sample.counts[::-1])
    return tuple(
        tail for tail in (_upper(mirrored, "lower", True), _upper(sample, "upper", centred)) if tail is not None
    )


def _upper(sample: Sample, side: str, centred: bool) -> Tail | None:
    from scipy.special import ndtri

    outer = max(OUTER, FEWEST_HOLDERS / sample.n)
    middle, quartile, far = sample.quantiles((0.5, 0.75, 1 - outer))
    if quartile <= middle:
        return None
    ratio = (far - middle) / (quartile - middle) / (ndtri(1 - outer) / ndtri(0.75))
    weight = "light" if ratio < LIGHT else "heavy" if ratio > HEAVY else "as normal"
    index = _hill(sample.values - (middle if centred else 0), sample.counts) if weight == "heavy" else None
    return Tail(side, round(float(ratio), 3), weight, index)


def _hill(away: Floats, counts: Floats) -> float | None:
    """From the rows beyond the outer 5 %, as distances from zero or the median."""
    beyond = np.cumsum(counts[::-1])[::-1]
    outside = (beyond <= HILL_SHARE * beyond[0]) & (away > 0)
    if counts[outside].sum() < FEWEST_HOLDERS or outside.all():
        return None
    threshold = away[np.flatnonzero(outside)[0] - 1]
    if threshold <= 0:
        return None
    spread = float(np.average(np.log(away[outside] / threshold), weights=counts[outside]))
    return float(f"{1 / spread:.3g}") if spread > 0 else None
