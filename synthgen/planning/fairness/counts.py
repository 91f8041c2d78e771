"""How many rows of each group and label: the arithmetic of plans, on counts alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import UsageError

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

LEAST_RATE = 0.01
"""Rows that are added have labels of both kinds, whatever the real rows lack."""


def rounded(shares: Floats, n: int) -> Counts:
    """Whole numbers in proportion to ``shares`` that add up to ``n``, by largest remainders.

    Examples
    --------
    >>> rounded(np.array([1.0, 1.0, 2.0]), 7).tolist()
    [2, 2, 3]
    """
    exact = shares / shares.sum() * n
    out = np.floor(exact).astype(np.int64)
    flat, rest = out.ravel(), (exact - out).ravel()
    flat[np.argsort(-rest, kind="stable")[: n - int(out.sum())]] += 1
    return np.asarray(flat.reshape(out.shape))


def common_rate(counts: Counts, selected: int, movable: Mask) -> float:
    """Rate of the selected class over all groups that can be moved."""
    part = counts[:-1][movable]
    return float(part[:, selected].sum() / max(int(part.sum()), 1))


def goal_rates(counts: Counts, selected: int, movable: Mask, strength: float, rate: float) -> Floats:
    """Rate that each group is to have: ``strength`` of the way to ``rate``; others keep theirs.

    Examples
    --------
    >>> table = np.array([[90, 10], [60, 40], [0, 0]])
    >>> goal_rates(table, 1, np.array([True, True]), 0.5, 0.3).round(3).tolist()
    [0.2, 0.35, 0.0]
    """
    own = counts[:, selected] / np.maximum(counts.sum(axis=1), 1)
    moves = np.append(movable, False)
    return np.asarray(np.where(moves, own + strength * (rate - own), own))


def with_rates(counts: Counts, selected: int, rates: Floats, sizes: Counts) -> Counts:
    """Cells of groups of given sizes whose selected class has given rates; other classes stay in proportion."""
    out = np.zeros(counts.shape, dtype=np.int64)
    for g, size in enumerate(sizes):
        if not size:
            continue
        hits = round(float(rates[g]) * int(size))
        rest = counts[g].astype(float)
        rest[selected] = 0.0
        if rest.sum() > 0:
            out[g] = rounded(rest, int(size) - hits)
            out[g, selected] += hits
        else:
            out[g, selected] = size
    return out


def equal_shares(counts: Counts, selected: int, movable: Mask, strength: float, n: int) -> Counts:
    """Cells of ``n`` rows for a table of their own: groups in proportion, their rates moved to the common one.

    At full strength the cells' shares are those of Kamiran and Calders' resampling,
    https://doi.org/10.1007/s10115-011-0463-8: the share of the group times that of the label.

    Examples
    --------
    >>> table = np.array([[90, 10], [60, 40], [0, 0]])
    >>> equal_shares(table, 1, np.array([True, True]), 1.0, 200).tolist()
    [[75, 25], [75, 25], [0, 0]]
    """
    sizes = rounded(counts.sum(axis=1).astype(float), n)
    rates = goal_rates(counts, selected, movable, strength, common_rate(counts, selected, movable))
    return with_rates(counts, selected, rates, sizes)


def added_for_rates(counts: Counts, selected: int, movable: Mask, strength: float, n: int | None) -> Counts:
    """Cells of rows to add so that the merged table has the rates: the fewest, or ``n`` in all.

    Every group is brought towards the highest rate among the groups, by rows of the selected class. Of more rows than
    that takes, the others are like the merged table.

    Examples
    --------
    >>> table = np.array([[90, 10], [60, 40], [0, 0]])
    >>> added_for_rates(table, 1, np.array([True, True]), 1.0, None).tolist()
    [[0, 50], [0, 0], [0, 0]]
    """
    own = counts[:, selected] / np.maximum(counts.sum(axis=1), 1)
    highest = float(own[:-1][movable].max())
    goal = goal_rates(counts, selected, movable, strength, highest)
    sizes, hits = counts.sum(axis=1), counts[:, selected]
    lacking = np.ceil(np.maximum((goal * sizes - hits) / np.maximum(1 - goal, 1e-9), 0) - 1e-9).astype(np.int64)
    out = np.zeros(counts.shape, dtype=np.int64)
    out[:, selected] = np.where(np.append(movable, False), lacking, 0)
    return _filled(counts, out, n)


def added_for_shares(counts: Counts, goal: Floats, n: int | None) -> Counts:
    """Cells of rows to add so that the groups of the merged table have shares ``goal``: the fewest, or ``n`` in all.

    Labels of each group stay in proportion. ``goal`` has a share for each group, all others last.

    Examples
    --------
    >>> table = np.array([[90, 10], [15, 5], [0, 0]])
    >>> added_for_shares(table, np.array([0.5, 0.5, 0.0]), None).tolist()
    [[0, 0], [60, 20], [0, 0]]
    """
    sizes = counts.sum(axis=1)
    there = goal > 0
    whole = float(np.max(sizes[there] / goal[there]))
    lacking = np.where(there, np.ceil(whole * goal - sizes - 1e-9), 0).astype(np.int64)
    out = np.zeros(counts.shape, dtype=np.int64)
    for g, size in enumerate(lacking):
        if size > 0:
            out[g] = rounded(counts[g].astype(float), int(size))
    return _filled(counts, out, n)


def goal_of_shares(counts: Counts, reference: Floats, strength: float) -> Floats:
    """Share that each group is to have: ``strength`` of the way to the reference; all others keep theirs."""
    own = counts.sum(axis=1) / counts.sum()
    to = reference / reference.sum() * own[:-1].sum()
    return np.append((1 - strength) * own[:-1] + strength * to, own[-1])


def added_rates(counts: Counts, selected: int, movable: Mask, strength: float, n: int) -> tuple[Floats, bool]:
    """Rate that each group must have among ``n`` added rows, so that the merged rows have the common one.

    Returns
    -------
    rates : array of shape (n_groups + 1,)
    reached : bool
        False where ``n`` rows are too few for it.
    """
    sizes, hits = counts.sum(axis=1).astype(float), counts[:, selected]
    goal = goal_rates(counts, selected, movable, strength, common_rate(counts, selected, movable))
    new = sizes / sizes.sum() * n
    rates = (goal * (sizes + new) - hits) / np.maximum(new, 1e-9)
    kept = np.clip(rates, LEAST_RATE, 1 - LEAST_RATE)
    moves = np.append(movable, False)
    own = hits / np.maximum(sizes, 1)
    return np.where(moves, kept, own), bool((kept == rates)[moves].all())


def kamiran_calders(groups: NDArray[np.int64], labels: Floats, strength: float = 1.0) -> Floats:
    """Weights that make the label independent of the group: share of the group times share of the label, over both's.

    Kamiran and Calders (2012), https://doi.org/10.1007/s10115-011-0463-8, "reweighing". With less strength, on the
    way from 1. The mean is 1.

    Parameters
    ----------
    groups, labels : arrays of shape (n_rows,)
    strength : float

    Examples
    --------
    >>> kamiran_calders(np.array([0, 0, 0, 0, 1, 1]), np.array([1.0, 1, 1, 0, 1, 0])).round(3).tolist()
    [0.889, 0.889, 0.889, 1.333, 1.333, 0.667]
    """
    if not len(groups):
        return np.ones(0)
    group, label = (np.unique(values, return_inverse=True)[1] for values in (groups, labels))
    joint = group * (int(label.max()) + 1) + label
    n = len(group)
    by_group, by_label, by_both = (np.bincount(values) for values in (group, label, joint))
    full = by_group[group] * by_label[label] / (n * by_both[joint])
    return np.asarray(1 + strength * (full - 1), dtype=float)


def _filled(counts: Counts, added: Counts, n: int | None) -> Counts:
    """The rows to add, and as many more like the merged table as are missing to ``n``."""
    least = int(added.sum())
    if n is None or n == least:
        return added
    if n < least:
        raise UsageError(
            f"The plan needs at least {least:,} added rows; n_samples asks for {n:,}. Ask for more, or less strength."
        )
    return np.asarray(added + rounded((counts + added).astype(float), n - least))
