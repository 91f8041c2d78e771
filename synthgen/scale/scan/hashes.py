"""Numbers that are the same for the same value or row, whoever asks for them and when."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

_STEP, _FIRST, _SECOND = (np.uint64(word) for word in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def mixed(words: Keys) -> Keys:
    """Mix 64 bits so that each of them depends on all: the finisher of SplitMix64.

    Steele, Lea and Flood (2014), https://doi.org/10.1145/2660193.2660195
    """
    with np.errstate(over="ignore"):
        out = words + _STEP
        out ^= out >> np.uint64(30)
        out *= _FIRST
        out ^= out >> np.uint64(27)
        out *= _SECOND
        out ^= out >> np.uint64(31)
    return out


def row_keys(seed: np.random.SeedSequence, start: int, n: int) -> Keys:
    """Give the random keys of the rows ``start`` to ``start + n - 1``: those of a row are the same in every batch.

    The counter of Philox is the row (Salmon et al. 2011, https://doi.org/10.1145/2063384.2063405).

    Examples
    --------
    >>> seed = np.random.SeedSequence(7)
    >>> bool((row_keys(seed, 0, 10)[3:] == row_keys(seed, 3, 7)).all())
    True
    """
    bits = np.random.Philox(seed)
    # A step of the counter gives four numbers.
    bits.advance(start // 4)
    keys: Keys = bits.random_raw(start % 4 + n)[start % 4 :]
    return keys


def number_hashes(values: NDArray[np.generic]) -> Keys:
    """Hash numbers: equal ones alike, whatever batch they are in."""
    if values.dtype.kind == "f":
        # Of zeros there are two.
        return mixed((values.astype(np.float64) + 0.0).view(np.uint64))
    return mixed(values.astype(np.int64, copy=False).view(np.uint64))


def text_hashes(texts: pa.Array) -> Keys:
    """Hash texts, none of them missing: equal ones alike, whatever batch they are in."""
    held: NDArray[Any] = texts.to_numpy(zero_copy_only=False).astype(object)
    hashed: Keys = pd.util.hash_array(held, categorize=False)
    return mixed(hashed)
