"""Searches that run outside Python's lock, divided among the cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORTH_THREADS = 2e7
"""Pairs of rows below which starting threads costs more than they save."""

_MOST = 4


def in_parts(n: int, pairs: float, search: Callable[[NDArray[np.int64]], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Search for every one of ``n`` rows, a share of them on each core; the answers don't depend on how many there are.

    Parameters
    ----------
    n : int
    pairs : float
        Pairs of rows that are compared in all.
    search : callable
        Positions of some rows to arrays with an entry for each of them.

    Returns
    -------
    tuple of arrays
        What ``search`` gives, for all rows in order.
    """
    threads = 1 if pairs < WORTH_THREADS else min(_MOST, cores())
    if threads == 1:
        return search(np.arange(n))
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(search, np.array_split(np.arange(n), threads)))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
