"""The family of a column's numbers, with what stands out of it set aside."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from synthgen.profiling.distributions.choice import Choice, choose_family
from synthgen.profiling.distributions.sample import Floats, Sample
from synthgen.profiling.distributions.spikes import spikes_of, standing_out

MOST_COUNTED = 1_000
"""Counts beyond this are no longer told from continuous numbers."""


@dataclass(frozen=True)
class ColumnFamily:
    """What a column's numbers are like.

    Attributes
    ----------
    name : str or None
        ``zero-inflated``, ``spiked`` and the family, as far as they apply; no family where none fits.
    choice : Choice or None
        The best law of the rows that are neither spikes nor, in a zero-inflated continuous family, zeros; it has them
        all the same.
    spikes : tuple of (float, float)
        Values and shares of what many rows share.
    atoms : array
        Those of them that the values beside them don't explain.
    """

    name: str | None
    choice: Choice | None
    spikes: tuple[tuple[float, float], ...]
    atoms: Floats


def family_of(
    sample: Sample, rows: Floats, rng: np.random.Generator, *, whole: bool, declared: tuple[float, float] | None = None
) -> ColumnFamily:
    """Set spikes aside, and choose the family of the other rows.

    Zeros that stand out make a law zero-inflated: continuous families are fitted to the other rows, families of
    counts (whole numbers of which nine in ten are 1,000 at most) to the zeros too.

    Parameters
    ----------
    sample : Sample
        Of the rows.
    rows : array
    rng : numpy.random.Generator
    whole : bool
        The column holds whole numbers.
    declared : (float, float), optional
        Bounds that a person declared.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = np.where(rng.random(3000) < 0.4, 0.0, rng.lognormal(3, 1, 3000))
    >>> family_of(Sample.of(rows), rows, rng, whole=False).name
    'zero-inflated lognormal'
    """
    spikes = spikes_of(sample)
    atoms = standing_out(sample, spikes)
    zeros = bool((atoms == 0).any())
    spiked = "spiked " if len(atoms) > zeros else ""
    rest = sample.without(atoms)
    if len(rest.values) < 3:
        return ColumnFamily(f"{spiked}zero-inflated" if zeros else spiked.strip() or None, None, spikes, atoms)
    counts = whole and sample.values[0] >= 0 and rest.quantiles((0.9,))[0] <= MOST_COUNTED
    others = atoms if not counts else atoms[atoms != 0]
    kept = rows[~np.isin(rows, others)] if len(others) else rows
    choice = choose_family(kept, sample.step, rng, declared=declared, counts=counts, zeros=zeros and counts)
    if choice is None:
        return ColumnFamily(f"{spiked}zero-inflated" if zeros else spiked.strip() or None, None, spikes, atoms)
    if zeros and not counts:
        share = float(sample.counts[sample.values == 0][0])
        choice = replace(choice, law=choice.law.with_zeros(share / (share + rest.n)))
    named = choice.law.name if choice.fits else "zero-inflated" if choice.law.name.startswith("zero") else ""
    return ColumnFamily((spiked + named).strip() or None, choice, spikes, atoms)
