"""A share over the closest rows, for whichever number of them it is most remarkable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.validation.privacy.evidence import Evidence, normal_scores, share_interval
from synthgen.validation.privacy.permutation import Permutations

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

FIRST = 8
GROWTH = 2**0.5


@dataclass(frozen=True)
class Ordered:
    """Synthetic rows with the real row (or the group of them) that each points at, and how strongly.

    Attributes
    ----------
    rows : array of positions in the pool, shape (n,) or (n, size)
        With several, what counts is that all of them are train rows.
    closeness : array of shape (n,)
        The smaller, the more the row points at them; made without looking at labels.
    """

    rows: Places
    closeness: Floats


def prefixes(n: int) -> Places:
    """Numbers of rows that are tried: 8, 11, 16, 23, ... and all."""
    steps = FIRST * GROWTH ** np.arange(60)
    return np.unique(np.append(np.floor(steps[steps < n]), n).astype(np.int64)) if n else np.zeros(0, np.int64)


def scan(name: str, permutations: Permutations, ordered: Sequence[Ordered]) -> Evidence:
    """The most remarkable share of train rows over all orders and numbers of rows.

    A real row counts once however many synthetic rows point at it, so that it is no more than one piece of evidence;
    which order and number it is that stands out is chosen anew for every shuffle of the labels.
    """
    best: tuple[float, int, float, Floats] | None = None
    highest: Floats | None = None
    for item in ordered:
        sizes = prefixes(len(item.rows))
        if not len(sizes):
            continue
        groups, scores = _first_met(item, sizes)
        observed, null = (
            permutations.totals(scores, groups[:, 0]) if groups.shape[1] == 1 else permutations.all_of(groups, scores)
        )
        counted = scores.sum(axis=0)
        for j, size in enumerate(sizes):
            normal = normal_scores(float(observed[j]), null[:, j])
            highest = normal if highest is None else np.maximum(highest, normal)
            if best is None or normal[0] > best[0]:
                best = float(normal[0]), int(size), float(observed[j]) / counted[j], null[:, j] / counted[j]
                most = int(counted[j])
    if best is None or highest is None:
        return Evidence(name, reason="there are no rows to look at")
    _, size, share, shares = best
    interval, band = share_interval(share, most, shares)
    return Evidence(
        name, float(highest[0]), highest[1:], None, share, interval, float(shares.mean()), band, size,
        f"most remarkable among the {size:,} closest rows, which meet {most:,} different real ones",
    )  # fmt: skip


def _first_met(item: Ordered, sizes: Places) -> tuple[Places, Floats]:
    """Each group of real rows once, with the numbers of closest rows from which on it is met."""
    order = np.argsort(item.closeness, kind="stable")
    groups = item.rows[order].reshape(len(order), -1)
    distinct, first = np.unique(np.sort(groups, axis=1), axis=0, return_index=True)
    return distinct, (first[:, None] < sizes).astype(float)
