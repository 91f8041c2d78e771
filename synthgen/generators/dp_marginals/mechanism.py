"""Noise: from OpenDP's exact samplers, which take the operating system's secure randomness and no seed.

Noise made of floating-point numbers gives away the value under it (Mironov 2012,
https://doi.org/10.1145/2382196.2382264), so all noise here is of whole numbers, drawn exactly.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import MissingExtraError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MISSING = (
    "The generator 'dp_marginals' needs the package opendp, which is not installed. Install the extra: "
    'pip install "synthgen-tabular[dp]".'
)


class NoiseSource(Protocol):
    """Where noise comes from. An audit may put another one in its place."""

    def gaussian(self, counts: Ints, scale: float) -> Ints:
        """Add discrete Gaussian noise: at L2 sensitivity s it costs ``(s / scale) ** 2 / 2`` in zCDP."""

    def laplace(self, counts: Ints, scale: float) -> Ints:
        """Add discrete Laplace noise: at L1 sensitivity s it is ``s / scale``-differentially private."""

    def largest(self, scores: Floats, scale: float) -> int:
        """Index of the largest score after noise.

        Where one unit moves no score by more than s, it costs ``(s / scale) ** 2 / 2`` in zCDP at most.
        """


class OpenDPNoise:
    """Noise from OpenDP.

    Raises
    ------
    MissingExtraError
        If OpenDP isn't installed.
    """

    def __init__(self) -> None:
        try:
            import opendp.prelude as dp
        except ImportError as error:
            raise MissingExtraError(MISSING) from error
        dp.enable_features("contrib")
        self._dp: Any = dp

    def gaussian(self, counts: Ints, scale: float) -> Ints:
        """Add discrete Gaussian noise."""
        dp = self._dp
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
        return _answer(dp.m.make_gaussian(*space, scale=scale), counts)

    def laplace(self, counts: Ints, scale: float) -> Ints:
        """Add discrete Laplace noise."""
        dp = self._dp
        space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
        return _answer(dp.m.make_laplace(*space, scale=scale), counts)

    def largest(self, scores: Floats, scale: float) -> int:
        """Index of the largest score after noise."""
        dp = self._dp
        space = dp.vector_domain(dp.atom_domain(T="f64", nan=False)), dp.linf_distance(T="f64")
        choose = dp.m.make_noisy_max(*space, dp.zero_concentrated_divergence(), scale=scale)
        return int(choose(np.asarray(scores, dtype=np.float64).tolist()))


def _answer(measurement: Any, counts: Ints) -> Ints:
    if not counts.size:
        return counts.astype(np.int64)
    flat = measurement(np.asarray(counts, dtype=np.int64).ravel().tolist())
    return np.array(flat, dtype=np.int64).reshape(counts.shape)
