"""Which families a column could be of: by its kind, its support and its edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from synthgen.profiling.distributions import count_families, cut_families, families
from synthgen.profiling.distributions.edges import Edges, find_edges
from synthgen.profiling.distributions.families import Fit
from synthgen.profiling.distributions.laws import AnyLaw, Law
from synthgen.profiling.distributions.sample import Sample

Fitter: TypeAlias = "Callable[[Sample], AnyLaw | None]"

ANY_NUMBER: tuple[Fit, ...] = (families.normal, families.student)
POSITIVE: tuple[Fit, ...] = (families.exponential, families.gamma, families.weibull, families.lognormal)
COUNTS: tuple[Fit, ...] = (
    count_families.poisson, count_families.negative_binomial,
    count_families.zero_inflated_poisson, count_families.zero_inflated_negative_binomial,
)  # fmt: skip
FAMILIES = (
    "normal", "lognormal", "gamma", "Weibull", "beta", "Student t", "exponential", "Pareto", "uniform",
    "truncated normal", "truncated lognormal", "truncated exponential", "Poisson", "negative binomial",
)  # fmt: skip
"""Families by name; each may be "zero-inflated" or "spiked", and "kernel density" stands in where none fits."""


def candidates(sample: Sample, declared: tuple[float, float] | None, *, counts: bool, zeros: bool) -> list[Fitter]:
    """List the fits to try on parts of a sample.

    Parameters
    ----------
    sample : Sample
        All rows, for the support and the edges.
    declared : (float, float) or None
        Bounds that a person declared.
    counts : bool
        Whole numbers of zero and more: families of counts are tried too.
    zeros : bool
        Zero stands out: the continuous families are fitted to the other values.
    """
    rest = sample.without(np.zeros(1)) if zeros else sample
    if len(rest.values) < 3:
        return []
    edges = find_edges(rest, declared)
    found = [_fitter(fit, cut, zeros) for fit, cut in _continuous(rest, edges)]
    return found + [_fitter(fit, edges, False) for fit in COUNTS if counts]


def _continuous(rest: Sample, edges: Edges) -> list[tuple[Fit, Edges]]:
    lowest, highest = rest.values[0], rest.values[-1]
    fits = list(ANY_NUMBER)
    if lowest > 0 or (lowest == 0 and rest.step):
        fits += POSITIVE
    if lowest >= 0 and highest <= 1 and rest.step < 1:
        fits.append(families.beta)
    if edges.cut_low and edges.low > 0:
        fits.append(families.pareto)
    if edges.cut_low and edges.cut_high:
        fits.append(families.uniform)
    if edges.cut_high and lowest >= 0:
        fits.append(cut_families.cut_exponential)
    found = [(fit, edges) for fit in fits]
    for cut in _cuts(edges):
        found.append((cut_families.cut_normal, cut))
        if lowest > 0:
            found.append((cut_families.cut_lognormal, cut))
    return found


def _cuts(edges: Edges) -> list[Edges]:
    """The column as cut at either edge and at both, as far as it may be."""
    both = edges.cut_low and edges.cut_high
    low = [replace(edges, cut_high=False)] if edges.cut_low else []
    high = [replace(edges, cut_low=False)] if edges.cut_high else []
    return low + high + ([edges] if both else [])


def _fitter(fit: Fit, edges: Edges, zeros: bool) -> Fitter:
    """The fit of a part of the rows, between the edges of all: those of a part are too uncertain."""

    def fitted(sample: Sample) -> Law | None:
        rest = sample.without(np.zeros(1)) if zeros else sample
        if len(rest.values) < 3:
            return None
        law = fit(rest, edges)
        return law if law is None or not zeros else law.with_zeros(1 - rest.n / sample.n)

    return fitted
