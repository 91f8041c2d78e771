"""Kernel density: the law of a column that no family fits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from synthgen.profiling.distributions.laws import LEAST
from synthgen.profiling.distributions.sample import Floats, Sample

CELLS = 1024
PARTS = (1.0, 0.5, 0.25, 0.125)
FLOOR = 1e-3
"""Weight of an even density over the range, so that a row between others is never impossible."""


@dataclass(frozen=True)
class KernelLaw:
    """A Gaussian kernel density, on a grid of cells.

    Parameters
    ----------
    bandwidth : float
    of_logs : bool
        Made of the values' logarithms.
    ends : array
        Ends of the cells.
    below : array
        Share of rows below each of them.
    zeros : float
        Share of rows that are zero, which the density doesn't tell of.
    """

    bandwidth: float
    of_logs: bool
    ends: Floats
    below: Floats
    zeros: float = 0.0
    free: int = 0
    discrete: bool = False

    @property
    def name(self) -> str:
        """The family in words."""
        words = "kernel density of logarithms" if self.of_logs else "kernel density"
        return f"zero-inflated {words}" if self.zeros else words

    @property
    def parameters(self) -> tuple[tuple[str, float], ...]:
        """The bandwidth."""
        zeros = (("zeros", float(f"{self.zeros:.4g}")),) if self.zeros else ()
        return (("bandwidth", float(f"{self.bandwidth:.4g}")), *zeros)

    def with_zeros(self, share: float) -> KernelLaw:
        """The same density of the other rows, with this share of zeros."""
        return replace(self, zeros=share)

    def cdf(self, at: Floats) -> Floats:
        """Share of rows at or below."""
        base = np.interp(self._on_scale(at), self.ends, self.below)
        return np.asarray(self.zeros * (at >= 0) + (1 - self.zeros) * base)

    def log_mass(self, sample: Sample) -> Floats:
        """Log-likelihood of one row for each distinct value; a density where values aren't rounded."""
        values = sample.values
        if sample.coarse:
            mass = self.cdf(values + sample.step / 2) - self.cdf(values - sample.step / 2)
            return np.asarray(np.log(np.maximum(mass, LEAST)))
        cells = np.clip(np.searchsorted(self.ends, self._on_scale(values)) - 1, 0, len(self.ends) - 2)
        density = np.diff(self.below)[cells] / (self.ends[1] - self.ends[0])
        found = np.log(np.maximum(density * (1 - self.zeros), LEAST))
        if self.of_logs:
            found = found - np.log(np.maximum(values, LEAST))
        if sample.step:
            found = found + math.log(sample.step)
        if self.zeros:
            found[values == 0] = math.log(self.zeros)
        return np.asarray(found)

    def _on_scale(self, at: Floats) -> Floats:
        return np.log(np.maximum(at, LEAST)) if self.of_logs else at


def smooth(cells: Floats, widths: Sequence[float] | float) -> Floats:
    """Counts in cells (last axis) as a Gaussian kernel of so many cells' width sees them."""
    from scipy.fft import irfft, next_fast_len, rfft, rfftfreq

    size = cells.shape[-1]
    padded = next_fast_len(2 * size, real=True)
    kernel = np.exp(-2 * (np.pi * np.multiply.outer(np.asarray(widths), rfftfreq(padded))) ** 2)
    return np.asarray(irfft(rfft(cells, padded) * kernel, padded)[..., :size])


def rule_of_thumb(sample: Sample) -> float:
    """Silverman's bandwidth, .9 min(s, IQR / 1.34) n^(-1/5)."""
    low, high = sample.quantiles((0.25, 0.75))
    spread = math.sqrt(sample.variance)
    return 0.9 * min(spread, (high - low) / 1.34 or spread) * float(sample.n**-0.2)


def kernel_density(sample: Sample, of_logs: bool, part: float, zeros: float = 0.0) -> KernelLaw | None:
    """Fit one density: of values or logarithms, with a part of Silverman's bandwidth."""
    if zeros:
        sample = sample.without(np.zeros(1))
    values = np.log(sample.positive) if of_logs else sample.values
    scaled = Sample(values, sample.counts)
    width = part * rule_of_thumb(scaled)
    first, last = float(values[0]), float(values[-1])
    # A cell is a bandwidth at most, or the tails decide the grid: what lies further out shares the outer cells.
    middle = float(scaled.quantiles((0.5,))[0])
    reach = 0.5 * CELLS * width
    first, last = max(first, middle - reach) - 4 * width, min(last, middle + reach) + 4 * width
    if not width > 0 or not last > first:
        return None
    ends = np.linspace(first, last, CELLS + 1)
    size = ends[1] - ends[0]
    at = np.clip((values - first) / size - 0.5, 0, CELLS - 1.001)
    lower = at.astype(int)
    upper = at - lower
    cells: Floats = np.bincount(lower, sample.counts * (1 - upper), CELLS).astype(float)
    cells += np.bincount(lower + 1, sample.counts * upper, CELLS)
    mass = np.maximum(smooth(cells, width / size), 0)
    mass = (1 - FLOOR) * mass / mass.sum() + FLOOR / CELLS
    return KernelLaw(float(width), of_logs, ends, np.append(0.0, np.cumsum(mass)), zeros)
