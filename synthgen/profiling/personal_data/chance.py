"""Whether more values pass a check than chance lets pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from synthgen.profiling.personal_data.detector import Detector, Texts

LEVEL = 0.01
"""Chance that any column of a table of random digits is taken for checked numbers (Bonferroni over all tests)."""


def shuffled(texts: Texts, rng: np.random.Generator) -> list[str]:
    """Shuffle each place's characters among the texts of one length.

    Prefixes, dates and separators stay as usual as they were; check digits no longer belong to their numbers.

    Examples
    --------
    >>> import numpy as np
    >>> sorted(shuffled(["a1", "a2", "xyz"], np.random.default_rng(0)))
    ['a1', 'a2', 'xyz']
    """
    out: list[str] = []
    for length in sorted({len(text) for text in texts} - {0}):
        alike = [text for text in texts if len(text) == length]
        places: NDArray[np.str_] = np.array(alike, dtype=f"<U{length}").view("<U1").reshape(len(alike), length)
        out += ["".join(row) for row in rng.permuted(places, axis=0)]
    return out


def beyond_chance(detector: Detector, texts: Texts, passed: int, tests: int, rng: np.random.Generator) -> bool:
    """Whether ``passed`` of the texts is more than chance lets pass, at ``LEVEL`` over all ``tests``."""
    lucky = int(detector.matches(shuffled(texts, rng)).sum())
    chance = (lucky + 1) / (len(texts) + 2)
    return bool(binom.sf(passed - 1, len(texts), chance) < LEVEL / max(tests, 1))
