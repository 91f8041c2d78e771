"""What a leak check finds, and how all findings are judged together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from synthgen.validation.metric import Interval
from synthgen.validation.privacy.permutation import Permutations

Floats = NDArray[np.float64]

LEVEL = 0.02
"""Chance that any of the leak checks fails on rows that leak nothing."""

POWER = 0.8
MOST = 40.0
_FLAT = 1e-6
"""Sums are made in single precision: what differs by less is equal."""


@dataclass(frozen=True)
class Evidence:
    """What one check found, before anything is judged.

    Parameters
    ----------
    name : str
        The check: "value_reuse", "membership_inference", ...
    statistic : float
        With the true labels; the larger, the more it looks like a leak.
    null : array of shape (n_permutations,)
        With the shared permutations, in their order.
    subject : str or None
        The column or columns, or the part ("income = >50K"); None for the whole table.
    value : float or None
        The figure to show; None together with ``reason`` where the check doesn't apply.
    interval : (float, float) or None
        95 % interval of ``value``.
    baseline : float or None
        What rows that leak nothing score on average.
    baseline_interval : (float, float) or None
        95 % of what they score (the null band).
    n : int
        Rows that it rests on.
    reason : str
        What to keep in mind. No value of a real row.
    vacuous : bool
        Nothing that could leak in this way, as opposed to no evidence.
    hidden : bool
        Counts in the adjustment but isn't shown (one step of a scan, say).
    success, control, naive, smallest : float or None
        Of an attack; see :class:`synthgen.validation.metric.Estimate`.
    """

    name: str
    statistic: float = 0.0
    null: Floats | None = None
    subject: str | None = None
    value: float | None = None
    interval: Interval | None = None
    baseline: float | None = None
    baseline_interval: Interval | None = None
    n: int = 0
    reason: str = ""
    vacuous: bool = False
    hidden: bool = False
    success: float | None = None
    control: float | None = None
    naive: float | None = None
    smallest: float | None = None


def share_of_train(
    name: str,
    permutations: Permutations,
    scores: Floats,
    *,
    rows: NDArray[np.int64] | None = None,
    n: int,
    subject: str | None = None,
    reason: str = "",
    hidden: bool = False,
) -> Evidence:
    """Evidence from scores of real rows: which share of them falls on train rows.

    Parameters
    ----------
    name : str
    permutations : Permutations
    scores : array of shape (n_rows,)
        At least 0.
    rows : array of positions, optional
        As for :meth:`Permutations.totals`.
    n : int
        Synthetic rows that the scores come from.
    subject, reason, hidden : as in :class:`Evidence`
    """
    total = float(np.sum(scores))
    if total <= 0:
        return Evidence(name, subject=subject, n=n, reason=reason or "nothing was met", vacuous=True, hidden=hidden)
    observed, null = permutations.totals(scores, rows)
    share, shares = float(observed) / total, null / total
    interval, band = share_interval(share, n, shares)
    return Evidence(name, share, shares, subject, share, interval, float(shares.mean()), band, n, reason, hidden=hidden)


def share_interval(share: float, n: int, shares: Floats) -> tuple[Interval, Interval]:
    """95 % interval of a share of train among ``n`` rows, and the band of the same share under the shuffles.

    Clopper and Pearson's where the rows are evidence each of their own. Where many of them point at few real rows
    there is no more evidence than in these, and the band, which is made of whole real rows, is the wider one.

    Examples
    --------
    >>> interval, band = share_interval(0.5, 4_000, np.linspace(0.4, 0.6, 1_999))
    >>> [round(end, 3) for end in interval]
    [0.405, 0.595]
    """
    low, high = clopper_pearson(round(share * n), n)
    band = np.quantile(shares, [0.025, 0.975])
    middle = float(shares.mean())
    half = max(float(band[1]) - middle, middle - float(band[0]))
    interval = max(0.0, min(low, share - half)), min(1.0, max(high, share + half))
    return interval, (float(band[0]), float(band[1]))


def clopper_pearson(hits: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval of a share; Clopper and Pearson (1934), https://doi.org/10.1093/biomet/26.4.404.

    Examples
    --------
    >>> low, high = clopper_pearson(0, 10)
    >>> low, round(high, 4)
    (0.0, 0.3085)
    """
    if n < 1:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, n - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


@dataclass(frozen=True)
class Adjusted:
    """All evidence on one scale.

    Attributes
    ----------
    scores : array of shape (n_evidence,)
        Standardised statistics; about standard normal where nothing leaks.
    p_values : array of shape (n_evidence,)
        Chance that, where nothing leaks, any of the statistics looks at least this much like a leak.
    critical : float
        Score from which the largest is significant at ``LEVEL``.
    """

    scores: Floats
    p_values: Floats
    critical: float


def adjust(evidence: Sequence[Evidence], level: float = LEVEL) -> Adjusted:
    """Judge all statistics together, by the permutation distribution of their maximum.

    Step-down max-T of Westfall and Young (1993), ISBN 0-471-55761-7, algorithm 2.8: no statistic is called a leak
    with more than the chance ``level`` that any of them is, however they depend on each other. To make them
    comparable each is brought to the scale of a standard normal by its own first three moments over the
    permutations (Wilson and Hilferty's cube root), the true labels among them, so that counts of a few rows and
    sums over thousands weigh alike.

    Parameters
    ----------
    evidence : sequence of Evidence
        Those without a null distribution get a p-value of 1.
    level : float

    Returns
    -------
    Adjusted
    """
    known = [i for i, item in enumerate(evidence) if item.null is not None]
    scores, p_values = np.zeros(len(evidence)), np.ones(len(evidence))
    if not known:
        return Adjusted(scores, p_values, np.inf)
    normal = np.stack([normal_scores(evidence[i].statistic, evidence[i].null) for i in known])
    observed, null = normal[:, 0], normal[:, 1:]
    scores[known] = observed
    order = np.argsort(observed, kind="stable")
    # From the least remarkable up: each is held against the largest of those that are no more remarkable.
    highest = np.maximum.accumulate(null[order], axis=0)
    above = 1 + (highest >= observed[order][:, None] - _FLAT).sum(axis=1)
    stepped = np.maximum.accumulate((above / (1 + null.shape[1]))[::-1])[::-1]
    p_values[np.asarray(known)[order]] = stepped
    allowed = int(np.floor(level * (1 + null.shape[1]))) - 1
    critical = float(np.sort(highest[-1])[::-1][allowed]) if allowed >= 0 else np.inf
    return Adjusted(scores, p_values, critical)


def normal_scores(statistic: float, null: Floats | None) -> Floats:
    """Statistic and its null on the scale of a standard normal; zeros where it never varies.

    Shape (1 + n_permutations,). The map is increasing, and the same for the true labels as for the shuffled ones.
    """
    values = np.concatenate([[statistic], np.zeros(0) if null is None else null])
    if not np.isfinite(values).all():
        raise ValueError("a statistic is not a number")
    spread = float(values.std())
    if spread <= _FLAT * max(1.0, float(np.abs(values).max())):
        return np.zeros(len(values))
    standard = (values - values.mean()) / spread
    return np.asarray(normal_score(standard, float((standard**3).mean())))


def normal_score(standard: Floats | float, skew: float) -> Floats:
    """Wilson and Hilferty's cube root (1931), https://doi.org/10.1073/pnas.17.12.684, of a standardised statistic."""
    skew = float(np.clip(skew, -3.0, 3.0))
    if abs(skew) < 0.01:
        return np.asarray(np.clip(standard, -MOST, MOST))
    inside = 1 + skew * np.asarray(standard) / 2
    # Below 0 it lies beyond the end of the fitted curve: the extreme on a bounded side.
    root = np.cbrt(np.maximum(inside, 0.0) if skew < 0 else inside)
    return np.asarray(np.clip(6 / skew * (root - 1) + skew / 6, -MOST, MOST))
