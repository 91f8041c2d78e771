"""Where bars of numbers and dates end: at round values, so that a chart names no value of a row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from synthgen.table.column import Kind
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.validation.comparison import Floats

MOST_WHOLE_NUMBERS = 20
OUTSIDE = 0.01
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_DAY, _HOUR, _MINUTE = 86_400e6, 3_600e6, 60e6


@dataclass(frozen=True)
class Scale:
    """The ends of bars, and what each bar stands for."""

    edges: Floats
    names: tuple[str, ...]


def round_edges(present: Floats, kind: Kind, bars: int) -> Scale:
    """Cut the middle of some real values into about ``bars`` bars that end at round values.

    A hundredth of the values lies beyond on each side, and ten values at least.

    Parameters
    ----------
    present : array of float
        Not missing; at least twenty.
    kind : Kind
    bars : int

    Examples
    --------
    >>> scale = round_edges(np.arange(1.0, 1_001.0), Kind.CONTINUOUS, 5)
    >>> scale.names
    ('0 to 200', '200 to 400', '400 to 600', '600 to 800', '800 to 1,000')
    """
    outside = min(max(OUTSIDE, FEWEST_HOLDERS / len(present)), 0.5)
    low, high = (float(end) for end in np.quantile(present, [outside, 1 - outside]))
    if kind is Kind.DATETIME:
        return _dates(low, high, bars)
    if kind is Kind.INTEGER and high - low <= MOST_WHOLE_NUMBERS:
        first, last = math.floor(low), math.ceil(high)
        whole = tuple(f"{number:,}" for number in range(first, last + 1))
        return Scale(np.arange(first, last + 2, dtype=np.float64) - 0.5, whole)
    if not high - low > 1e-9 * max(abs(low), abs(high)):
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
    step = round_step((high - low) / bars)
    edges = _multiples(low, high, step)
    exponent = math.floor(math.log10(step) + 1e-9)
    quarter = round(step / 10.0**exponent, 6) == 2.5
    decimals = max(0, quarter - exponent)
    words = [f"{edge:,.{decimals}f}" if decimals <= 6 and abs(edge) < 1e12 else f"{edge:.6g}" for edge in edges]
    return Scale(edges, tuple(f"{a} to {b}" for a, b in pairwise(words)))


def round_step(width: float) -> float:
    """Round a width up to 1, 2, 2.5 or 5 times a power of ten.

    Examples
    --------
    >>> round_step(0.013), round_step(3.0), round_step(700.0)
    (0.02, 5.0, 1000.0)
    """
    power = 10.0 ** math.floor(math.log10(width))
    return next(step for step in _STEPS if step * power >= width * (1 - 1e-9)) * power


def _multiples(low: float, high: float, step: float) -> Floats:
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return np.arange(first, max(last, first + 1) + 1, dtype=np.float64) * step


def _dates(low: float, high: float, bars: int) -> Scale:
    """Bars of whole days, hours or minutes."""
    span = max(high - low, _MINUTE)
    unit = next((unit for unit in (_DAY, _HOUR) if span >= 10 * unit), _MINUTE)
    edges = _multiples(low, max(high, low + unit), max(round_step(span / bars / unit), 1.0) // 1 * unit)
    moments = np.datetime_as_string(edges.astype("int64").astype("datetime64[us]"), unit="D" if unit == _DAY else "m")
    words = [str(moment).replace("T", " ") for moment in moments]
    return Scale(edges, tuple(f"{a} to {b}" for a, b in pairwise(words)))
