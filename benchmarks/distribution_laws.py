"""Laws of known family whose samples the profile is asked about; parameters are drawn anew for every sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.profiling.distributions import count_families, cut_families, families
from synthgen.profiling.distributions.edges import find_edges
from synthgen.profiling.distributions.laws import Law
from synthgen.profiling.distributions.sample import Sample

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mixture:
    """Two normal laws, which no family is."""

    apart: float
    name: str = "kernel density"

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        return rng.normal(0, 1, n) + self.apart * (rng.random(n) < 0.4)

    def log_mass(self, sample: Sample) -> Floats:
        return np.log(0.6 * stats.norm.pdf(sample.values) + 0.4 * stats.norm.pdf(sample.values - self.apart))


@dataclass(frozen=True)
class Drawn:
    """A law to draw from, rounded to a step, with a value that a share of the rows have."""

    law: Law
    step: float = 0.0
    spike: tuple[float, float] | None = None

    @property
    def name(self) -> str:
        return f"spiked {self.law.name}" if self.spike else self.law.name

    def draw(self, n: int, rng: np.random.Generator) -> Floats:
        law = self.law
        rows = np.asarray(getattr(stats, law.scipy_name).rvs(*law.arguments, size=n, random_state=rng), dtype=float)
        rows = np.exp(rows) if law.of_logs else rows
        if self.step and not law.discrete:
            rows = np.rint(rows / self.step) * self.step
        rows = np.where(rng.random(n) < law.zeros, 0.0, rows) if law.zeros else rows
        return np.where(rng.random(n) < self.spike[1], self.spike[0], rows) if self.spike else rows

    def log_mass(self, sample: Sample) -> Floats:
        return self.law.log_mass(sample)


Source = Drawn | Mixture


FITS = {
    "normal": families.normal, "lognormal": families.lognormal, "gamma": families.gamma, "Weibull": families.weibull,
    "beta": families.beta, "Student t": families.student, "exponential": families.exponential,
    "Pareto": families.pareto, "uniform": families.uniform, "truncated normal": cut_families.cut_normal,
    "truncated lognormal": cut_families.cut_lognormal, "truncated exponential": cut_families.cut_exponential,
    "Poisson": count_families.poisson, "negative binomial": count_families.negative_binomial,
    "zero-inflated Poisson": count_families.zero_inflated_poisson,
    "zero-inflated negative binomial": count_families.zero_inflated_negative_binomial,
}  # fmt: skip


def fitted_right(source: Source, sample: Sample) -> Law | None:
    """The family that a sample without its spikes was drawn from, fitted to it; None where it can't be."""
    if isinstance(source, Mixture):
        return None
    family = source.law.name
    rest, share = sample, 0.0
    if family not in FITS:
        family = family.removeprefix("zero-inflated ")
        rest = sample.without(np.zeros(1))
        share = 1 - rest.n / sample.n
    edges = find_edges(rest)
    ends = {
        "truncated normal": (True, False),
        "truncated lognormal": (False, True),
        "truncated exponential": (True, True),
    }
    if family in ends:
        edges = replace(edges, cut_low=ends[family][0], cut_high=ends[family][1])
    law = FITS[family](rest, edges)
    return law.with_zeros(share) if law is not None and share else law


def _drawn(name: str, scipy_name: str, *arguments: float, **more: float) -> Drawn:
    step, spike = more.get("step", 0.0), more.get("spike")
    shapes = tuple(f"p{k}" for k in range(len(arguments)))
    positive = scipy_name not in ("norm", "t", "truncnorm", "uniform", "poisson", "nbinom")
    law = Law(
        name, scipy_name, arguments, shapes, len(arguments), zeros=more.get("zeros", 0.0),
        of_logs=bool(more.get("of_logs")), discrete=scipy_name in ("poisson", "nbinom"), positive=positive,
    )  # fmt: skip
    return Drawn(law, step, None if spike is None else (spike, 0.2))


def _sizes(rng: np.random.Generator) -> float:
    """Units differ: pennies or millions."""
    return float(10 ** rng.uniform(-2, 4))


def _cut_normal(r: np.random.Generator) -> Drawn:
    place, scale, cut = r.uniform(20, 60), r.uniform(8, 20), float(r.integers(-10, 4)) / 10
    low = round(place + cut * scale)
    return _drawn("truncated normal", "truncnorm", (low - place) / scale, math.inf, place, scale)


def _cut_lognormal(r: np.random.Generator) -> Drawn:
    spread, top = r.uniform(0.5, 1.2), round(r.uniform(0.2, 1), 1)
    return _drawn("truncated lognormal", "truncnorm", -math.inf, top, 0.0 - top * spread, spread, of_logs=1.0)


def _negative_binomial(r: np.random.Generator, name: str, **more: float) -> Drawn:
    size, middle = r.uniform(1.2, 6), r.uniform(2, 15)
    return _drawn(name, "nbinom", size, size / (size + middle), **more)


SOURCES: dict[str, Callable[[np.random.Generator], Source]] = {
    "normal": lambda r: _drawn("normal", "norm", r.uniform(-50, 50), r.uniform(1, 30)),
    "normal, rounded to whole numbers": lambda r: _drawn(
        "normal", "norm", r.uniform(-50, 50), r.uniform(4, 30), step=1.0
    ),
    "lognormal": lambda r: _drawn("lognormal", "lognorm", r.uniform(0.4, 1.5), 0.0, _sizes(r)),
    "gamma": lambda r: _drawn("gamma", "gamma", r.uniform(1.8, 8), 0.0, _sizes(r)),
    "Weibull": lambda r: _drawn(
        "Weibull", "weibull_min", r.choice([r.uniform(0.5, 0.8), r.uniform(1.3, 5)]), 0.0, _sizes(r)
    ),
    "beta": lambda r: _drawn("beta", "beta", r.uniform(0.5, 6), r.uniform(0.5, 6), 0.0, 1.0),
    "Student t": lambda r: _drawn("Student t", "t", r.uniform(1.5, 6), r.uniform(-50, 50), r.uniform(1, 30)),
    "exponential": lambda r: _drawn("exponential", "expon", 0.0, _sizes(r)),
    "exponential, rounded to hundredths": lambda r: _drawn("exponential", "expon", 0.0, r.uniform(2, 200), step=0.01),
    "Pareto": lambda r: _drawn("Pareto", "pareto", r.uniform(0.8, 4), 0.0, float(r.choice([1.0, 5.0, 20.0, 100.0]))),
    "uniform": lambda r: _drawn("uniform", "uniform", float(r.integers(-20, 20)), float(r.integers(1, 50))),
    "truncated normal": _cut_normal,
    "truncated lognormal": _cut_lognormal,
    "truncated exponential": lambda r: _drawn(
        "truncated exponential", "truncexpon", (b := r.uniform(0.8, 3)), 0.0, 10 / b
    ),
    "Poisson": lambda r: _drawn("Poisson", "poisson", r.uniform(0.5, 20), step=1.0),
    "negative binomial": lambda r: _negative_binomial(r, "negative binomial", step=1.0),
    "zero-inflated Poisson": lambda r: _drawn(
        "zero-inflated Poisson", "poisson", r.uniform(1, 12), zeros=r.uniform(0.2, 0.7), step=1.0
    ),
    "zero-inflated negative binomial": lambda r: _negative_binomial(
        r, "zero-inflated negative binomial", zeros=r.uniform(0.2, 0.7), step=1.0
    ),
    "zero-inflated lognormal": lambda r: _drawn(
        "zero-inflated lognormal", "lognorm", r.uniform(0.4, 1.5), 0.0, _sizes(r), zeros=r.uniform(0.2, 0.7)
    ),
    "zero-inflated gamma": lambda r: _drawn(
        "zero-inflated gamma", "gamma", r.uniform(1.8, 8), 0.0, r.uniform(20, 500), zeros=r.uniform(0.2, 0.7), step=0.01
    ),
    "spiked normal": lambda r: _drawn("normal", "norm", r.uniform(30, 50), r.uniform(5, 15), spike=40.0),
    "two normal laws (no family)": lambda r: Mixture(r.uniform(3, 6)),
}  # fmt: skip
"""Title, and a law with parameters of its own for each sample."""
