"""Labels drawn at rates that are asked for: each group's chances of a class, moved along their quantiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from synthgen.generators.tree.network import Network

Floats = NDArray[np.float64]
Classes = NDArray[np.int32]

LEVELS = 257
"""Quantiles that are kept of a group's chances."""

FEWEST_PILOT = 30
"""Rows of a group among those that the model draws without which its chances are left as they are."""

LEAST = 1e-6
LEAST_CHANCE = 1e-3
"""Where a chance divides, so that no single real row counts for many."""

FURTHEST = 30.0


@dataclass(frozen=True)
class LabelMap:
    """How the chance of one class is moved in each group.

    A chance is moved to the same quantile of what all groups share at full strength (the mean of the groups'
    quantiles, weighted by their sizes: the distribution that all of them reach with the least change), and its
    log-odds by what still lacks to the rate that is asked for. Both keep the order of rows within a group.

    Parameters
    ----------
    columns : tuple of str
        Those that make the groups.
    code : float
        Of the class whose rate is moved.
    groups : array of shape (n_groups, n_columns)
        Codes of the labels; NaN for a missing one. Rows of other groups are left as they are.
    levels : array of shape (n_groups, LEVELS)
        Quantiles of each group's chances.
    common : array of shape (LEVELS,)
    strength : float
        0: chances stay as they are but for ``shift``; 1: all groups' chances have the same distribution.
    shift : array of shape (n_groups,)
        Added to the log-odds.

    References
    ----------
    Chzhen et al. (2020), https://arxiv.org/abs/2006.07286, for the mean of quantiles; Jiang et al. (2020),
    https://proceedings.mlr.press/v115/jiang20a.html, for labels at any threshold.
    """

    columns: tuple[str, ...]
    code: float
    groups: Floats
    levels: Floats
    common: Floats
    strength: float
    shift: Floats

    def of_rows(self, codes: Floats) -> NDArray[np.int64]:
        """Group of each row from the codes of its columns, shape (n_rows, n_columns); −1 for none of them."""
        out = np.full(len(codes), -1, dtype=np.int64)
        for g, group in enumerate(self.groups):
            out[((codes == group) | (np.isnan(codes) & np.isnan(group))).all(axis=1)] = g
        return out

    def moved(self, chances: Floats, groups: NDArray[np.int64]) -> Floats:
        """Chances after the move."""
        out = chances.copy()
        for g in range(len(self.groups)):
            mine = groups == g
            out[mine] = _shifted(self._mapped(chances[mine], g), self.shift[g])
        return out

    def _mapped(self, chances: Floats, g: int) -> Floats:
        return mapped(chances, self.levels[g], self.common, self.strength)


def mapped(chances: Floats, levels: Floats, common: Floats, strength: float) -> Floats:
    """Move chances from the quantiles ``levels`` to ``common``, as far as ``strength`` says."""
    if strength == 0:
        return chances
    known, first = np.unique(levels, return_index=True)
    # A chance that many rows have is a stretch of quantiles, and goes to the middle of where they go.
    ends = np.append(first[1:], len(levels))
    sums = np.concatenate([[0.0], np.cumsum(common)])
    goal = (sums[ends] - sums[first]) / (ends - first)
    return np.asarray((1 - strength) * chances + strength * np.interp(chances, known, goal))


def learn_map(
    columns: Sequence[str],
    code: float,
    groups: Floats,
    rates: Floats | None,
    strength: float,
    pilot: Callable[[int], tuple[Floats, NDArray[np.int64]]],
) -> LabelMap:
    """Learn where to move each group's chances from rows that the model draws.

    Parameters
    ----------
    columns, code, groups, strength
        See :class:`LabelMap`.
    rates : array of shape (n_groups,), or None
        Rate that each group is to have. None: ``strength`` of the way from its own to the mean of all.
    pilot : callable
        Gives chances and groups of rows: with −1 of any rows, with g of rows of that group.
    """
    chances, of_row = pilot(-1)
    sizes = np.bincount(of_row[of_row >= 0], minlength=len(groups)).astype(float)
    known: list[Floats] = []
    for g in range(len(groups)):
        mine = chances[of_row == g]
        if len(mine) < 10 * FEWEST_PILOT:
            more, whose = pilot(g)
            mine = np.concatenate([mine, more[whose == g]])
        known.append(mine)
    kept = [g for g in range(len(groups)) if len(known[g]) >= FEWEST_PILOT]
    places = (np.arange(LEVELS) + 0.5) / LEVELS
    levels = np.stack([np.quantile(known[g], places) for g in kept]) if kept else np.zeros((0, LEVELS))
    weights = np.maximum(sizes[kept], 1.0)
    common = np.average(levels, axis=0, weights=weights) if kept else np.zeros(LEVELS)
    means = np.array([known[g].mean() for g in kept])
    goal = means + strength * (np.average(means, weights=weights) - means) if rates is None and kept else means
    if rates is not None:
        goal = np.asarray(rates, dtype=float)[kept]
    shift = np.zeros(len(kept))
    if rates is not None or strength > 0:
        for at, g in enumerate(kept):
            shift[at] = solve_shift(mapped(known[g], levels[at], common, strength), float(goal[at]))
    return LabelMap(tuple(columns), code, groups[kept], levels, common, float(strength), shift)


def solve_shift(chances: Floats, rate: float) -> float:
    """Shift of the log-odds after which the mean of the chances is ``rate``."""
    rate = min(max(rate, LEAST), 1 - LEAST)

    def excess(shift: float) -> float:
        return float(_shifted(chances, shift).mean()) - rate

    return float(brentq(excess, -FURTHEST, FURTHEST, xtol=1e-6))


def _shifted(chances: Floats, shift: float) -> Floats:
    if shift == 0:
        return chances
    return np.asarray(expit(logit(np.clip(chances, LEAST, 1 - LEAST)) + shift))


def class_chances(network: Network, classes: NDArray[np.int32]) -> Floats:
    """Probability of every class of the first column given all the others: (n, n_classes), by Bayes' rule."""
    n_classes = network.codes[0].n_classes
    logs = np.empty((len(classes), n_classes))
    possible = np.ones(logs.shape, dtype=bool)
    asked = classes.copy()
    for k in range(n_classes):
        asked[:, 0] = k
        logs[:, k] = network.log_probability(asked)
        for j in network.gaps:
            # A gap that another column rules out or asks for, against what the row has, can't be.
            possible[:, k] &= network.rows_with(j, asked) == (asked[:, j] >= network.lowest(j))
    # A real row may break a rule whatever its label; then the rule says nothing about the label.
    logs[~possible & possible.any(axis=1, keepdims=True)] = -np.inf
    logs -= logs.max(axis=1, keepdims=True)
    chances = np.exp(logs)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True))


def redraw(
    network: Network, classes: NDArray[np.int32], label_map: LabelMap, codes: Floats, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Draw the first column anew where its chances were moved; ``codes`` are those of the columns that make groups.

    Within a group rows are drawn by systematic sampling along their chances, so that the group's rate is the mean of
    its chances but for one row. A row that doesn't get the class keeps the one it has, or gets another in proportion.
    """
    chances, groups = class_chances(network, classes), label_map.of_rows(codes)
    selected = int(network.codes[0].encode(np.array([label_map.code]))[0])
    out = classes.copy()
    moved = label_map.moved(chances[:, selected], groups)
    rest = chances.copy()
    rest[:, selected] = 0.0
    rest[rest.sum(axis=1) <= 0] = np.arange(chances.shape[1]) != selected
    upto = np.cumsum(rest, axis=1)
    other = (upto <= (rng.random(len(out)) * upto[:, -1])[:, None]).sum(axis=1)
    for g in range(len(label_map.groups)):
        rows = np.flatnonzero(groups == g)
        if not len(rows):
            continue
        rows = rows[np.argsort(moved[rows], kind="stable")]
        sums = np.cumsum(moved[rows]) + rng.random()
        hit = np.diff(np.floor(np.concatenate([[sums[0] - moved[rows[0]]], sums]))) > 0
        own = out[rows, 0]
        out[rows, 0] = np.where(hit, selected, np.where(own == selected, other[rows], own))
    return out


def label_tilt(network: Network, coded: pd.DataFrame, label_map: LabelMap) -> Floats:
    """Chance of each real row's label after the move, over that before it."""
    pairs = zip(network.names, network.codes, strict=True)
    classes = np.stack([codes.encode(coded[name].to_numpy(float)) for name, codes in pairs], axis=1)
    # A label that no train row had says nothing, as a gap does.
    chances = class_chances(network, np.maximum(classes, 0))
    selected = int(network.codes[0].encode(np.array([label_map.code]))[0])
    before = np.clip(chances[:, selected], LEAST_CHANCE, 1 - LEAST_CHANCE)
    after = label_map.moved(before, label_map.of_rows(coded[list(label_map.columns)].to_numpy(float)))
    return np.asarray(np.where(classes[:, 0] == selected, after / before, (1 - after) / (1 - before)))


def to_state(label_map: LabelMap | None) -> dict[str, Any]:
    """JSON values and arrays of a map; nothing of none."""
    if label_map is None:
        return {}
    return {
        "label map": {"columns": list(label_map.columns), "code": label_map.code, "strength": label_map.strength},
        "label groups": label_map.groups, "label levels": label_map.levels, "label common": label_map.common,
        "label shift": label_map.shift,
    }  # fmt: skip


def map_from_state(state: Mapping[str, Any]) -> LabelMap | None:
    """Inverse of :func:`to_state`."""
    if "label map" not in state:
        return None
    known = state["label map"]
    return LabelMap(
        tuple(known["columns"]), float(known["code"]), state["label groups"], state["label levels"],
        state["label common"], float(known["strength"]), state["label shift"],
    )  # fmt: skip
