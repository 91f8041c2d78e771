"""A fitted law: its parameters by the names of scipy.stats, and how likely it makes rounded values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from synthgen.profiling.distributions.sample import Floats, Sample

LEAST = 1e-300
CELLS_NEAR_ZERO = 10
CUT_LAWS = {"truncnorm": (("a", "low"), ("b", "high")), "truncexpon": (("b", "high"),)}


class AnyLaw(Protocol):
    """What laws have in common."""

    @property
    def name(self) -> str:
        """The family in words."""

    @property
    def free(self) -> int:
        """Parameters that it is charged for."""

    @property
    def discrete(self) -> bool:
        """Whether it is a law of counts."""

    @property
    def parameters(self) -> tuple[tuple[str, float], ...]:
        """Their names and values."""

    def cdf(self, at: Floats) -> Floats:
        """Share of rows at or below."""

    def log_mass(self, sample: Sample) -> Floats:
        """Log-likelihood of one row for each distinct value; a density where values aren't rounded."""

    def with_zeros(self, share: float) -> AnyLaw:
        """The same law of the other rows, with this share of zeros."""


@dataclass(frozen=True)
class Law:
    """A law of scipy.stats, with zeros of its own where it is zero-inflated.

    Parameters
    ----------
    name : str
    scipy_name : str
    arguments : tuple of float
        As scipy takes them.
    names : tuple of str
        Their names.
    free : int
        How many parameters it is charged for.
    zeros : float
        Share of rows that are zero before the law is asked.
    of_logs : bool
        The law is that of the values' logarithms.
    discrete, positive : bool
        What it may be asked about.
    """

    name: str
    scipy_name: str
    arguments: tuple[float, ...]
    names: tuple[str, ...]
    free: int
    zeros: float = 0.0
    of_logs: bool = False
    discrete: bool = False
    positive: bool = False

    @property
    def parameters(self) -> tuple[tuple[str, float], ...]:
        """Names and values to four digits; cuts as values, and without a location of zero that wasn't fitted."""
        pairs = zip(self.names, self.arguments, strict=True)
        shown = [(name, value) for name, value in pairs if not (name == "loc" and value == 0 and self.positive)]
        if self.scipy_name in CUT_LAWS:
            given = dict(zip(self.names, self.arguments, strict=True))
            cuts = {word: given["loc"] + given[name] * given["scale"] for name, word in CUT_LAWS[self.scipy_name]}
            shown = [pair for pair in shown if pair[0] not in ("a", "b")]
            shown += [(name, math.exp(at) if self.of_logs else at) for name, at in cuts.items() if math.isfinite(at)]
        shown += [("zeros", self.zeros)] if self.zeros else []
        return tuple((name, float(f"{value:.4g}")) for name, value in shown)

    def with_zeros(self, share: float) -> Law:
        """The same law of the other rows, with this share of zeros."""
        return replace(self, name=f"zero-inflated {self.name}", zeros=share, free=self.free + 1)

    @property
    def _law(self) -> Any:
        from scipy import stats

        return getattr(stats, self.scipy_name)

    def cdf(self, at: Floats) -> Floats:
        """Share of rows at or below."""
        base = self._below(at)
        return self.zeros * (at >= 0) + (1 - self.zeros) * base if self.zeros else base

    def log_mass(self, sample: Sample) -> Floats:
        """Log-likelihood of one row for each distinct value; a density where values aren't rounded."""
        with np.errstate(all="ignore"):
            found = self._base(sample)
        if self.zeros:
            found = found + math.log1p(-self.zeros)
            zero = sample.values == 0
            inside = np.exp(found[zero]) if sample.step else 0.0
            found[zero] = np.log(self.zeros + inside)
        return np.nan_to_num(found, nan=math.log(LEAST), neginf=math.log(LEAST))

    def _base(self, sample: Sample) -> Floats:
        values, step = sample.values, sample.step
        if self.discrete:
            return np.asarray(self._law.logpmf(values, *self.arguments), dtype=float)
        if sample.coarse:
            return self._of_cells(values, step)
        found = self._density(values)
        if step:
            found = found + math.log(step)
            # Close to zero a density may change much within a cell, or have no value at zero itself.
            near = int(np.searchsorted(values, CELLS_NEAR_ZERO * step)) if self.positive else 0
            found[:near] = self._of_cells(values[:near], step)
        return found

    def _density(self, values: Floats) -> Floats:
        if self.of_logs:
            logs = np.log(values)
            return np.asarray(self._law.logpdf(logs, *self.arguments) - logs, dtype=float)
        return np.asarray(self._law.logpdf(values, *self.arguments), dtype=float)

    def _below(self, at: Floats, law: str = "cdf") -> Floats:
        at = np.log(np.maximum(at, LEAST)) if self.of_logs else at
        return np.asarray(getattr(self._law, law)(at, *self.arguments), dtype=float)

    def _of_cells(self, values: Floats, step: float) -> Floats:
        low, high = values - step / 2, values + step / 2
        mass = self._below(high) - self._below(low)
        far = mass < 1e-8  # rounding eats differences of cdfs near one
        if far.any():
            mass[far] = self._below(low[far], "sf") - self._below(high[far], "sf")
        return np.asarray(np.log(np.maximum(mass, LEAST)))
