"""Success against train rows as excess over success against held-out ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synthgen.validation.privacy.attacks.resampling import percentile_interval, resampled_weights
from synthgen.validation.privacy.evidence import Evidence
from synthgen.validation.privacy.permutation import Permutations

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

REACH = 4.1
"""Standard deviations of the null distribution that a leak must reach to be found four times in five, if it is one of
some fifty statistics judged together at 2 %: 3.3 for the level and .8 for the power."""


def excess_of_hits(
    name: str,
    permutations: Permutations,
    hits: Floats,
    rows: Places,
    rng: np.random.Generator,
    *,
    subjects: Sequence[str | None],
    notes: Sequence[str],
    naive: Sequence[float | None] | None = None,
) -> list[Evidence]:
    """Evidence from an attack's success on each target: the difference of the two sides' rates.

    Giomi et al. (2023), https://doi.org/10.56553/popets-2023-0055, set success on the rows that a generator saw against
    success on rows that it didn't; here the difference is judged by shuffling which are which.

    Parameters
    ----------
    name : str
    permutations : Permutations
    hits : array of shape (n_targets, m)
        Success of m attacks on each target, from 0 to 1, found without the labels.
    rows : array of positions in the pool
        Which real rows the targets are.
    rng : numpy.random.Generator
    subjects : sequence of m names or None
    notes : sequence of m str
        Added to the reasons.
    naive : sequence of m numbers or None
        How often one guess for all is right.

    Returns
    -------
    list of m Evidence
    """
    n = len(rows)
    observed, null = permutations.totals(np.column_stack([hits, np.ones(n)]), rows)
    sums = np.vstack([observed, null])
    train, held = sums[:, -1:], n - sums[:, -1:]
    rates = sums[:, :-1] / np.maximum(train, 1), (hits.sum(axis=0) - sums[:, :-1]) / np.maximum(held, 1)
    excess = np.where((train > 0) & (held > 0), rates[0] - rates[1], 0.0)
    weights = resampled_weights(permutations, rows, rng)
    label = permutations.labels[rows]
    spread = _rate(weights * label, hits) - _rate(weights * ~label, hits)
    out = []
    for j, (subject, note) in enumerate(zip(subjects, notes, strict=True)):
        band = np.quantile(excess[1:, j], [0.025, 0.975])
        smallest = REACH * float(excess[1:, j].std())
        reason = (
            f"right for {rates[0][0, j]:.1%} of train rows and {rates[1][0, j]:.1%} of held-out ones{note}; "
            f"would find an excess of {smallest:.1%} four times in five"
        )
        out.append(
            Evidence(
                name,
                float(excess[0, j]),
                excess[1:, j],
                subject,
                float(excess[0, j]),
                percentile_interval(spread[:, j], -1.0, 1.0),
                float(excess[1:, j].mean()),
                (float(band[0]), float(band[1])),
                n,
                reason,
                success=float(rates[0][0, j]),
                control=float(rates[1][0, j]),
                naive=naive[j] if naive is not None else None,
                smallest=smallest,
            )
        )
    return out


def _rate(weights: NDArray[np.float32], hits: Floats) -> Floats:
    return np.asarray(weights @ hits / np.maximum(weights.sum(axis=1, keepdims=True), 1))
