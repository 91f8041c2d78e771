"""How many peaks a density has, by the bandwidth at which the last of them goes."""

from __future__ import annotations

import numpy as np

from synthgen.profiling.column_parts import Modes
from synthgen.profiling.distributions.kernel import rule_of_thumb, smooth
from synthgen.profiling.distributions.sample import Floats, Sample, measurable
from synthgen.profiling.distributions.unimodality import unimodality

ROWS = 2_000
FEWEST_ROWS = 100
CELLS = 256
MOST_MODES = 4
INSIDE = (0.01, 0.99)
MARGIN = 0.15
HALVINGS = 10
DRAWS = 99


def modes_of(rows: Floats, step: float, rng: np.random.Generator, level: float) -> Modes | None:
    """Count peaks: one, unless :func:`unimodality` rejects it, then as many as Silverman's test leaves.

    A density with k peaks needs little smoothing to show k. How much the rows need is compared with what rows drawn
    from that smoothed density need (variance kept): if 99 draws all need less, k peaks aren't enough. Only peaks
    between the 1 % and the 99 % quantile count, so outlying rows are none; rounded values are spread over their step
    first. Up to 2,000 rows are looked at, and up to five peaks told.

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
    if len(rows) < FEWEST_ROWS or not measurable(rows):
        return None
    rows = rows + step * (rng.random(len(rows)) - 0.5)
    low, high = np.quantile(rows, INSIDE)
    if not high > low:
        return None
    p_value = unimodality(rows)
    if p_value > level:
        return Modes(1, p_value, level)
    room = MARGIN * (high - low)
    # Rows further out stay in the outermost cells' place: they are no peaks, but they do count as rows.
    rows = rows[(rows >= low - room) & (rows <= high + room)]
    size = (high - low + 2 * room) / CELLS
    cells = np.bincount(np.minimum((rows - low + room) / size, CELLS - 1).astype(int), minlength=CELLS).astype(float)
    inside = slice(int(room / size), CELLS - int(room / size))
    spread = float(rows.std() / size)
    narrow = rule_of_thumb(Sample.of(rows)) / size / 8
    for number in range(2, MOST_MODES + 1):
        width = _critical(cells, number, inside, max(narrow, 0.5), spread)
        if not _too_few(cells, number, inside, width, spread, rng):
            return Modes(number, p_value, level)
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


def _too_few(
    cells: Floats, number: int, inside: slice, width: float, spread: float, rng: np.random.Generator
) -> bool:  # fmt: skip
    """Whether all draws from the smoothed rows need less smoothing to show so many peaks."""
    # Smoothing adds variance; drawn rows are shrunk back, which is the same as to look at them more smoothly.
    wider = width * float(np.sqrt(1 + (width / spread) ** 2))
    expected = np.maximum(smooth(cells, width), 0)
    drawn = rng.poisson(expected, size=(DRAWS, len(cells))).astype(float)
    return bool((peaks(smooth(drawn, wider), inside) <= number).all())


def peaks(density: Floats, inside: slice) -> np.ndarray:
    """Peaks of each density (last axis) within part of its cells."""
    rising = np.diff(density, axis=-1) > 0
    tops = rising[..., :-1] & ~rising[..., 1:]
    return np.asarray(tops[..., inside].sum(axis=-1))
