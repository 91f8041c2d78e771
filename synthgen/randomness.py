"""One seed, many named and independent streams of random numbers."""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np

from synthgen.errors import UsageError

RandomState: TypeAlias = "int | np.random.Generator | np.random.SeedSequence | np.random.RandomState | None"


def seed_sequence(random_state: RandomState) -> np.random.SeedSequence:
    """Turn what users pass as ``random_state`` into one seed sequence.

    Parameters
    ----------
    random_state : int, Generator, SeedSequence, RandomState or None
        ``None`` takes fresh entropy from the operating system. A ``Generator`` or
        ``RandomState`` is drawn from once, so passing it twice gives two sequences.

    Returns
    -------
    numpy.random.SeedSequence

    Examples
    --------
    >>> seed_sequence(7).entropy
    7
    """
    if isinstance(random_state, np.random.SeedSequence):
        return random_state
    if isinstance(random_state, np.random.Generator):
        return np.random.SeedSequence(int(random_state.integers(0, 2**63)))
    if isinstance(random_state, np.random.RandomState):
        return np.random.SeedSequence(int(random_state.randint(0, 2**31 - 1)))
    if random_state is None:
        return np.random.SeedSequence()
    if isinstance(random_state, bool) or not isinstance(random_state, (int, np.integer)) or random_state < 0:
        raise UsageError(
            f"random_state must be a whole number of at least 0, a Generator or None; got {random_state!r}."
        )
    return np.random.SeedSequence(int(random_state))


def stream(seed: np.random.SeedSequence, *names: str | int) -> np.random.Generator:
    """Give the stream of ``seed`` that belongs to ``names``.

    The same names always give the same stream, whatever other streams were taken before, so
    adding a stage or a metric never changes the rows of another.

    Examples
    --------
    >>> seed = seed_sequence(7)
    >>> first, second = stream(seed, "split"), stream(seed, "sample", 0)
    >>> bool(first.integers(10**6) == stream(seed, "split").integers(10**6))
    True
    >>> bool(first.integers(10**6) == second.integers(10**6))
    False
    """
    return np.random.Generator(np.random.PCG64(child(seed, *names)))


def child(seed: np.random.SeedSequence, *names: str | int) -> np.random.SeedSequence:
    """Give the seed sequence of ``seed`` that belongs to ``names``."""
    key = tuple(name if isinstance(name, int) else _word(name) for name in names)
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))


def legacy_seed(rng: np.random.Generator) -> int:
    """Draw an integer seed for a library that takes nothing better."""
    return int(rng.integers(0, 2**31 - 1))


def _word(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big")
