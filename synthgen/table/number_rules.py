"""Rules that tell what a column of numbers is: quantity, code, identifier or yes/no."""

from __future__ import annotations

import re

import numpy as np

from synthgen.table.column import Kind
from synthgen.table.dtypes import LARGEST_EXACT
from synthgen.table.large_integers import are_amounts

ENOUGH_ROWS = 20
"""Below this many rows, "all distinct" says nothing."""

MOST_CODES = 20
ROWS_PER_CODE = 20
MOST_DECIMALS = 10
FEW_LARGE = 0.01
"""Share of numbers that may be too large to have decimals in a column that has them."""

_KEY_ENDINGS = frozenset(
    "id no nr number key uuid guid index instant account ssn".split()  # noqa: SIM905 - a list reads worse
)
_KEY_WORDS = frozenset({"uuid", "guid", "ssn", "account"})


def name_words(name: str) -> list[str]:
    """Words of a column name, split at non-alphanumerics and camel case, in lower case.

    Examples
    --------
    >>> name_words("customerID"), name_words("account_to")
    (['customer', 'id'], ['account', 'to'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+", name)]


def named_like_key(name: str) -> bool:
    """Whether a name says key by itself: its last word is ``id``, or a word is uuid, guid, ssn, account."""
    words = name_words(name)
    return bool(words) and (words[-1] == "id" or bool(_KEY_WORDS.intersection(words)))


def kind_of_numbers(values: np.ndarray, name: str, *, whole: bool) -> Kind:
    """Tell the kind of a column of numbers.

    Parameters
    ----------
    values : numpy.ndarray of float64
        The values that aren't missing; at least one.
    name : str
        The column's name, which is evidence for an identifier.
    whole : bool
        Whether all values are integers.
    """
    if not whole:
        return Kind.CONTINUOUS
    distinct, counts = np.unique(values, return_counts=True)
    n, k = len(values), len(distinct)
    if k == 2 and distinct[0] == 0 and distinct[1] == 1:
        return Kind.BOOLEAN
    if np.abs(distinct[[0, -1]]).max() >= LARGEST_EXACT:
        if not named_like_key(name) and are_amounts(values):
            return Kind.INTEGER
        return Kind.IDENTIFIER if 2 * k >= n else Kind.CATEGORICAL
    if named_like_key(name):
        return Kind.IDENTIFIER if 2 * k >= n else Kind.CATEGORICAL
    if k == n and n >= ENOUGH_ROWS:
        words = name_words(name)
        consecutive = distinct[-1] - distinct[0] == n - 1
        if consecutive or (words and words[-1] in _KEY_ENDINGS):
            return Kind.IDENTIFIER
    if k == 2 or (k <= MOST_CODES and n >= ROWS_PER_CODE * k and has_several_modes(counts)):
        return Kind.CATEGORICAL
    return Kind.INTEGER


def has_several_modes(counts: np.ndarray) -> bool:
    """Whether frequencies, in order of value, fall and rise again beyond chance.

    A quantity has one hump; codes have no order, so their frequencies jump. A fall or rise counts
    if it exceeds 3 standard deviations of Poisson noise and 10 % of the higher frequency.

    Examples
    --------
    >>> import numpy as np
    >>> has_several_modes(np.array([2583, 6601, 2555, 478, 6, 19, 7, 79]))
    True
    >>> has_several_modes(np.array([891, 319, 42, 20, 22, 6, 9]))
    False
    """
    peak = low = float(counts[0])
    fell = False
    for count in map(float, counts[1:]):
        if not fell:
            peak = max(peak, count)
            if _differ(peak, count):
                fell, low = True, count
        elif _differ(count, low):
            return True
        else:
            low = min(low, count)
    return False


def _differ(high: float, low: float) -> bool:
    return high - low > 3 * np.sqrt(high + low) and high - low > 0.1 * high


def decimals_of(values: np.ndarray, dtype: np.dtype[np.floating] | None = None) -> int | None:
    """Most digits after the point that any value has, None if more than 10 or than the dtype can tell.

    Examples
    --------
    >>> import numpy as np
    >>> decimals_of(np.array([0.5, 12.25])), decimals_of(np.array([1 / 3]))
    (2, None)
    """
    dtype = np.dtype(np.float64) if dtype is None else dtype
    limit = 2.0 ** (np.finfo(dtype).nmant + 1)
    size = np.abs(values)
    largest = size.max(initial=0.0)
    for decimals in range(MOST_DECIMALS + 1):
        if largest * 10.0**decimals >= limit:
            # Of so large numbers the dtype can't tell; a few of them say nothing of all others.
            kept = size * 10.0**decimals < limit
            if len(values) - kept.sum() > FEW_LARGE * len(values):
                return None
            values, size = values[kept], size[kept]
            largest = size.max(initial=0.0)
        if _survives(values[:1000], decimals, dtype) and _survives(values, decimals, dtype):
            return decimals
    return None


def _survives(values: np.ndarray, decimals: int, dtype: np.dtype[np.floating]) -> bool:
    return bool((np.round(values, decimals).astype(dtype) == values.astype(dtype)).all())
