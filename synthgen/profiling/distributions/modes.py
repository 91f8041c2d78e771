"""How many peaks a density has, by the bandwidth at which the last of them goes."""

from __future__ import annotations

import numpy as np

from synthgen.profiling.column_parts import Modes
from synthgen.profiling.distributions.kernel import rule_of_thumb, smooth
from synthgen.profiling.distributions.sample import Floats, Sample

ROWS = 2_000
FEWEST_ROWS = 100
CELLS = 256
MOST_MODES = 4
INSIDE = (0.01, 0.99)
MARGIN = 0.15
HALVINGS = 10
MOST_DRAWS = 10_000
BLOCK = 250


def modes_of(rows: Floats, step: float, rng: np.random.Generator, level: float) -> Modes | None:
    """Count peaks by Silverman's test, one more as long as fewer are rejected.

    A density with k peaks needs little smoothing to show k. How much the rows need is compared with what rows drawn
    from that smoothed density need (variance kept): fewer than ``1 / level`` draws, all of which need less, reject k
    peaks. Only peaks between the 1 % and the 99 % quantile count, so outlying rows are none; rounded values are spread
    over their step first. Up to 2,000 rows are looked at, and up to five peaks told.

    References
    ----------
    Silverman (1981), https://doi.org/10.1111/j.2517-6161.1981.tb01155.x; peaks on an interval: Hall and York (2001),
    https://www3.stat.sinica.edu.tw/statistica/j11n2/j11n28/j11n28.htm.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> heights = np.concatenate([rng.normal(100, 5, 400), rng.normal(170, 8, 600)])
    >>> modes_of(heights, 0.0, rng, 0.05).number
    2
    """
    rows = rng.permutation(rows)[:ROWS]
    if len(rows) < FEWEST_ROWS:
        return None
    rows = rows + step * (rng.random(len(rows)) - 0.5)
    low, high = np.quantile(rows, INSIDE)
    if not high > low:
        return None
    room = MARGIN * (high - low)
    # Rows further out stay in the outermost cells' place: they are no peaks, but they do count as rows.
    rows = rows[(rows >= low - room) & (rows <= high + room)]
    size = (high - low + 2 * room) / CELLS
    cells = np.bincount(np.minimum((rows - low + room) / size, CELLS - 1).astype(int), minlength=CELLS).astype(float)
    inside = slice(int(room / size), CELLS - int(room / size))
    spread = float(rows.std() / size)
    narrow = rule_of_thumb(Sample.of(rows)) / size / 8
    p_value = 1.0
    for number in range(1, MOST_MODES + 1):
        width = _critical(cells, number, inside, max(narrow, 0.5), spread)
        found = _p_value(cells, number, inside, width, spread, rng, level)
        if found > level:
            return Modes(number, p_value, level)
        p_value = found
    return Modes(MOST_MODES + 1, p_value, level)


def _critical(cells: Floats, number: int, inside: slice, narrow: float, spread: float) -> float:
    """The least bandwidth, in cells, with at most so many peaks, by halving on a logarithmic scale."""
    wide = max(2 * spread, 2 * narrow)
    if peaks(smooth(cells, narrow), inside) <= number:
        return narrow
    for _ in range(HALVINGS):
        middle = float(np.sqrt(narrow * wide))
        if peaks(smooth(cells, middle), inside) <= number:
            wide = middle
        else:
            narrow = middle
    return wide


def _p_value(
    cells: Floats, number: int, inside: slice, width: float, spread: float, rng: np.random.Generator, level: float
) -> float:
    """Upper limit of the share of draws from the smoothed rows that need as much smoothing; 1 as soon as one does."""
    expected = np.maximum(smooth(cells, width), 0)
    # Smoothing adds variance; drawn rows are shrunk back, which is the same as to look at them more smoothly.
    wider = width * float(np.sqrt(1 + (width / spread) ** 2))
    needed = min(int(np.ceil(1 / level)) - 1, MOST_DRAWS)
    done = 0
    while done < needed:
        draws = min(20 if not done else BLOCK, needed - done)
        drawn = rng.poisson(expected, size=(draws, len(cells))).astype(float)
        if (peaks(smooth(drawn, wider), inside) > number).any():
            return 1.0
        done += draws
    return 1 / (done + 1)


def peaks(density: Floats, inside: slice) -> np.ndarray:
    """Peaks of each density (last axis) within part of its cells."""
    rising = np.diff(density, axis=-1) > 0
    tops = rising[..., :-1] & ~rising[..., 1:]
    return np.asarray(tops[..., inside].sum(axis=-1))
