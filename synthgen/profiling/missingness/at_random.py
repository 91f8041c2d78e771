"""Do gaps fall at random, as far as the other columns tell?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synthgen.profiling.count_tables import Blocks, chance_of_tables, cramers_v, summarize
from synthgen.profiling.few_classes import Classes
from synthgen.profiling.missingness.results import GapDependence
from synthgen.profiling.multiplicity import LEVEL, holm
from synthgen.profiling.share_intervals import GROUPS, share_interval
from synthgen.table.disclosure import FEWEST_HOLDERS


def gap_dependences(
    gaps: NDArray[np.bool_],
    gapped: Sequence[str],
    classes: Sequence[Classes],
    names: Sequence[str],
    group: NDArray[np.int64],
) -> tuple[tuple[GapDependence, ...], int]:
    """Test each column with gaps against every other column.

    Parameters
    ----------
    gaps : array of shape (n_rows, n_gapped)
        Whether each of ``gapped`` is missing.
    gapped : sequence of str
    classes : sequence of Classes
        Of each of ``names``, at least one each. Rows without a value there are left out: that gaps fall together is
        said by their patterns.
    names : sequence of str
    group : array of shape (n_rows,)
        Which part of the rows each is in, for the jackknife.

    Returns
    -------
    (tuple of GapDependence, int)
        Those below ``LEVEL`` after Holm's correction, strongest first, and the number of tests.

    References
    ----------
    Little (1988), https://doi.org/10.1080/01621459.1988.10478722, tests all columns at once by their means; single
    columns, tested one by one, say which it is. Holm (1979), https://www.jstor.org/stable/4615733
    """
    if not len(gapped) or not len(names):
        return (), 0
    # Whether a value is missing, as two classes.
    left = Blocks.of([Classes(gap.astype(np.int64), 2) for gap in gaps.T])
    right = Blocks.of(classes)
    parts = np.stack(
        [left.indicators[group == g].T @ right.indicators[group == g] for g in range(GROUPS)], dtype=float
    )  # fmt: skip
    total = parts.sum(axis=0)
    tables = summarize(total, left, right)
    share = cramers_v(tables)
    p = chance_of_tables(share, tables, total, left, right)
    other = np.array([[a != b for b in names] for a in gapped])
    missing = np.add.reduceat(total[1::2], right.starts, axis=1)
    tested = other & (np.minimum(missing, tables.n - missing) >= FEWEST_HOLDERS) & (tables.columns > 1)
    if not tested.any():
        return (), 0
    without = np.stack([cramers_v(summarize(total - part, left, right)).value for part in parts])
    ends = np.sqrt(np.clip([share.value, *share_interval(share, without)], 0.0, 1.0))
    at = np.argwhere(tested)
    adjusted = holm(p[tested])
    found = []
    for (a, b), chance in zip(at.tolist(), adjusted.tolist(), strict=True):
        if chance >= LEVEL:
            continue
        value, low, high = ends[:, a, b].tolist()
        block = total[2 * a : 2 * a + 2, right.block == b]
        block = block[:, block.sum(axis=0) >= FEWEST_HOLDERS]
        shares = block[1] / block.sum(axis=0)
        lowest, highest = (float(shares.min()), float(shares.max())) if shares.size else (0.0, 1.0)
        found.append(GapDependence(gapped[a], names[b], value, (low, high), lowest, highest, chance))
    found.sort(key=lambda item: -item.interval[0])
    return tuple(found), len(at)
