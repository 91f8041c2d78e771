"""Whole numbers of 2**53 and more, which a float64 doesn't hold to the last digit: amounts in the smallest unit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

import numpy as np

from synthgen.table.dtypes import LARGEST_EXACT

ENOUGH_ROWS = 100
"""Rows from which it is no chance where the middle one lies."""

MIDDLE = 0.25
"""Where in its range the middle of amounts lies at most; of codes drawn evenly from a range it lies halfway."""

ROUND_DIGITS = 15
"""An amount of no more significant digits is a round one, and stays as it is."""

_MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def are_amounts(values: np.ndarray) -> bool:
    """Whether large whole numbers are amounts, of which most are small beside the largest, and not codes.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> are_amounts(1e18 * rng.lognormal(0, 1, 500)), are_amounts(rng.uniform(0, 2.0**63, 500))
    (True, False)
    """
    sizes = np.abs(values[values != 0])
    if len(sizes) < ENOUGH_ROWS:
        return False
    low, middle, high = np.quantile(sizes, (0.01, 0.5, 0.99))
    return bool(middle - low <= MIDDLE * (high - low)) and bool(high > low)


def unit_of(values: Iterable[int]) -> int:
    """The largest number of which all are multiples; 1 if there is none, or they are all 0.

    Examples
    --------
    >>> unit_of([1_500_000_000_000_000_000, 20_000_000_000_000_000])
    20000000000000000
    """
    return math.gcd(*values) or 1


def whole_numbers(values: np.ndarray, unit: int, low: int | None, high: int | None) -> list[int | None]:
    """Whole numbers of coded values: multiples of the unit, within bounds, None where missing.

    A float64 has 53 binary digits. Below them, numbers that aren't round are given digits of their own, by a fixed
    mixing of the number and its place: left as zeros they would be multiples of a power of two.

    Parameters
    ----------
    values : array of shape (n,)
    unit : int
    low, high : int or None
        What the dtype can hold.
    """
    out: list[int | None] = []
    for place, value in enumerate(values.tolist()):
        if value != value:
            out.append(None)
            continue
        made = _whole(value, unit, place)
        if low is not None and made < low:
            made = -(-low // unit) * unit
        if high is not None and made > high:
            made = high // unit * unit
        out.append(made)
    return out


def _whole(value: float, unit: int, place: int) -> int:
    exact = round(value)
    if abs(value) < LARGEST_EXACT * unit / 4:
        return (exact + unit // 2) // unit * unit
    shortest = Decimal(repr(value)).normalize()
    if len(shortest.as_tuple().digits) <= ROUND_DIGITS:
        return int(shortest) // unit * unit
    gap = int(math.ulp(value))
    mixed = (hash(value) ^ (place * _MIX[0])) & (2**64 - 1)
    mixed = ((mixed ^ (mixed >> 30)) * _MIX[1]) & (2**64 - 1)
    mixed = ((mixed ^ (mixed >> 27)) * _MIX[2]) & (2**64 - 1)
    return (exact - gap // 2 + (mixed ^ (mixed >> 31)) * gap // 2**64) // unit * unit
