"""Whole numbers in an order of their own: each of them once, and nobody who lacks the key can tell which comes next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.uint64]

MOST_ROOM = 2**62
ROUNDS = 8
"""Rounds of the network; the halves of small rooms have few bits, so more than the usual four."""

_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def permuted(places: Whole, room: int, seed: np.random.SeedSequence) -> Whole:
    """Where each of the numbers 0, 1, …, ``room`` − 1 goes, all to different places in the same range.

    A Feistel network over the next power of four, walked on while it leaves the range (Black and Rogaway, "Ciphers
    with arbitrary finite domains", 2002, https://doi.org/10.1007/3-540-45760-7_9): no table is kept, so that any part
    of the order can be told by itself.

    Parameters
    ----------
    places : array of uint64
        Below ``room``.
    room : int
        Up to 2**62.
    seed : numpy.random.SeedSequence
        Another one gives another order.

    Returns
    -------
    array of uint64

    Examples
    --------
    >>> order = permuted(np.arange(6, dtype=np.uint64), 6, np.random.SeedSequence(0))
    >>> sorted(order.tolist())
    [0, 1, 2, 3, 4, 5]
    """
    keys: Whole = seed.generate_state(ROUNDS, np.uint64).astype(np.uint64)
    bits = np.uint64(max(1, ((room - 1).bit_length() + 1) // 2))
    out = _network(places.astype(np.uint64), bits, keys)
    outside = np.flatnonzero(out >= np.uint64(room))
    while len(outside):
        out[outside] = _network(out[outside], bits, keys)
        outside = outside[out[outside] >= np.uint64(room)]
    return out


def _network(numbers: Whole, bits: np.uint64, keys: Whole) -> Whole:
    mask = (np.uint64(1) << bits) - np.uint64(1)
    left, right = numbers >> bits, numbers & mask
    for key in keys:
        left, right = right, left ^ (_mixed(right ^ key) & mask)
    return (left << bits) | right


def _mixed(numbers: Whole) -> Whole:
    """Steele, Lea and Flood's finaliser (https://doi.org/10.1145/2660193.2660195): all bits depend on all."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _FIRST
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _SECOND
    return numbers ^ (numbers >> np.uint64(31))
