"""The most even table that agrees with noisy counts: a graphical model, fitted by mirror descent with momentum.

References
----------
McKenna, Sheldon and Miklau (2019), Graphical-model based estimation and inference for differential privacy,
https://doi.org/10.48550/arXiv.1901.09136; O'Donoghue and Candès (2015), Adaptive restart for accelerated gradient
schemes, https://doi.org/10.1007/s10208-013-9150-3
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.graph import Clique, JunctionTree, junction_tree
from synthgen.generators.dp_marginals.measurements import Marginal, spread, summed

Floats = NDArray[np.float64]

SMALLEST = 1e-300
SMALLEST_STEP = 1e-9
FIRST_STEP = 12.0
"""Over the sum of all weights. Found on Adult: larger ones are halved soon, smaller ones are slower."""


@dataclass(frozen=True)
class Model:
    """A distribution over all columns.

    Parameters
    ----------
    tree : JunctionTree
    sizes : tuple of int
    marginals : tuple of array
        Probabilities of each group of the tree, one axis a column; each adds up to one.
    thetas : tuple of array
        Log potential of each measured marginal, from which a fit goes on.
    """

    tree: JunctionTree
    sizes: tuple[int, ...]
    marginals: tuple[Floats, ...]
    thetas: tuple[Floats, ...] = ()

    def marginal(self, columns: Clique) -> Floats:
        """Probabilities of some columns (sorted), wherever they lie in the tree."""
        for place, clique in enumerate(self.tree.cliques):
            if set(columns) <= set(clique):
                return _onto(self.marginals[place], clique, columns)
        return _across(self, columns)


def fitted(
    marginals: Sequence[Marginal],
    sizes: tuple[int, ...],
    n_rows: float,
    *,
    start: Model | None = None,
    iterations: int = 300,
    first: int = 0,
) -> Model:
    """Fit a model to noisy counts by least squares, each weighted by its noise.

    Parameters
    ----------
    marginals : sequence of Marginal
    sizes : tuple of int
    n_rows : float
    start : Model, optional
        A model to go on from, of the same marginals or the first of them.
    iterations : int
    first : int
        Column that the first group of the tree must have.
    """
    tree = junction_tree([item.columns for item in marginals], sizes, first)
    known = start.thetas if start is not None else ()
    thetas = [*known, *(np.zeros(item.counts.shape) for item in marginals[len(known) :])]
    fit = _Fit(tree, sizes, marginals, n_rows)
    beliefs = fit.beliefs(thetas)
    loss, gaps = fit.loss(beliefs)
    step, sped, before = FIRST_STEP / fit.weights.sum(), 0, thetas
    for _ in range(iterations):
        moved = [theta - step * gap for theta, gap in zip(thetas, gaps, strict=True)]
        # Each step goes on a little in the direction of the last ones, until that no longer helps.
        speed = sped / (sped + 3)
        tried = [now + speed * (now - last) for now, last in zip(moved, before, strict=True)]
        made = fit.beliefs(tried)
        new, new_gaps = fit.loss(made)
        if new <= loss:
            thetas, before, beliefs, loss, gaps = tried, moved, made, new, new_gaps
            step *= 1.0 if sped else 1.2
            sped += 1
        else:
            before, sped = thetas, 0
            step *= 0.5
            if step < SMALLEST_STEP:
                break
    return Model(tree, sizes, tuple(beliefs), tuple(thetas))


class _Fit:
    """What one fit holds on to: where each measured marginal lies in the tree, and how much it weighs."""

    def __init__(self, tree: JunctionTree, sizes: Sequence[int], marginals: Sequence[Marginal], n_rows: float) -> None:
        self.tree, self.marginals, self.sizes = tree, marginals, sizes
        self.homes = [_home(tree, item.columns) for item in marginals]
        self.targets = [item.counts / n_rows for item in marginals]
        weights = np.array([item.sigma**-2.0 for item in marginals])
        self.weights = weights / weights.max()
        self.shapes = [tuple(sizes[column] for column in clique) for clique in tree.cliques]

    def beliefs(self, thetas: Sequence[Floats]) -> list[Floats]:
        logs = [np.zeros(shape) for shape in self.shapes]
        for item, home, theta in zip(self.marginals, self.homes, thetas, strict=True):
            each = spread(theta, item.starts, tuple(self.sizes[column] for column in item.columns))
            logs[home] += _along(each, item.columns, self.tree.cliques[home])
        return propagated(self.tree, logs)

    def loss(self, beliefs: Sequence[Floats]) -> tuple[float, list[Floats]]:
        """Weighted squares of what is left, halved, and its slope along each measured marginal."""
        gaps, loss = [], 0.0
        for item, home, target, weight in zip(self.marginals, self.homes, self.targets, self.weights, strict=True):
            gap = summed(_onto(beliefs[home], self.tree.cliques[home], item.columns), item.starts) - target
            loss += 0.5 * float(weight) * float((gap * gap).sum())
            gaps.append(float(weight) * gap)
        return loss, gaps


def propagated(tree: JunctionTree, logs: Sequence[Floats]) -> list[Floats]:
    """Probabilities of each group, from log potentials: messages up the tree and down again."""
    beliefs = [np.exp(log - log.max()) for log in logs]
    upward: dict[int, Floats] = {}
    for place in reversed(range(1, len(beliefs))):
        parent, shared = tree.parents[place], tree.separator(place)
        message = _onto(beliefs[place], tree.cliques[place], shared)
        message = message / max(float(message.max()), SMALLEST)
        upward[place] = message
        beliefs[parent] = beliefs[parent] * _along(message, shared, tree.cliques[parent])
    beliefs[0] = beliefs[0] / max(float(beliefs[0].sum()), SMALLEST)
    for place in range(1, len(beliefs)):
        parent, shared = tree.parents[place], tree.separator(place)
        message = _onto(beliefs[parent], tree.cliques[parent], shared)
        own = _onto(beliefs[place], tree.cliques[place], shared)
        ratio = np.divide(message, own, out=np.zeros_like(message), where=own > SMALLEST)
        beliefs[place] = beliefs[place] * _along(ratio, shared, tree.cliques[place])
    return beliefs


def _onto(values: Floats, clique: Clique, columns: Clique) -> Floats:
    """Sum out all but some columns."""
    gone = tuple(axis for axis, column in enumerate(clique) if column not in columns)
    return np.asarray(values.sum(axis=gone)) if gone else values


def _along(values: Floats, columns: Clique, clique: Clique) -> Floats:
    """Give an array axes of length one for the columns of ``clique`` that it lacks."""
    shape = iter(values.shape)
    return values.reshape([next(shape) if column in columns else 1 for column in clique])


def _home(tree: JunctionTree, columns: Clique) -> int:
    fits = [place for place, clique in enumerate(tree.cliques) if set(columns) <= set(clique)]
    return min(fits, key=lambda place: len(tree.cliques[place]))


def _across(model: Model, columns: Clique) -> Floats:
    """Marginal of columns that no group of the tree holds together: sum out the others, one group at a time."""
    tree, wanted = model.tree, set(columns)
    # Factors: the first group's marginal, and each other's given what it shares with its parent.
    needed = _spanning(tree, wanted)
    carried: dict[int, tuple[Floats, Clique]] = {}
    root = min(needed)
    for place in sorted(needed, reverse=True):
        clique = tree.cliques[place]
        values = model.marginals[place]
        kept = set(clique) & wanted
        shared = tree.separator(place) if place != root else ()
        if place != root:
            below = _onto(values, clique, shared)
            ratio = np.divide(1.0, below, out=np.zeros_like(below), where=below > SMALLEST)
            values = values * _along(ratio, shared, clique)
        factor, axes = values, clique
        for child in [c for c in needed if tree.parents[c] == place and c != root]:
            factor, axes = _times(factor, axes, *carried.pop(child))
        keep = tuple(sorted((set(axes) & wanted) | set(shared) | kept))
        carried[place] = (_onto(factor, axes, keep), keep)
    values, axes = carried[root]
    return _onto(values, axes, columns)


def _times(a: Floats, a_axes: Clique, b: Floats, b_axes: Clique) -> tuple[Floats, Clique]:
    axes = tuple(sorted({*a_axes, *b_axes}))
    return _along(a, a_axes, axes) * _along(b, b_axes, axes), axes


def _spanning(tree: JunctionTree, wanted: set[int]) -> set[int]:
    """Groups of the smallest subtree that has all wanted columns."""
    keep = set(range(len(tree.cliques)))
    children: Mapping[int, set[int]] = {place: {c for c in keep if tree.parents[c] == place} for place in keep}
    changed = True
    while changed:
        changed = False
        for place in sorted(keep, reverse=True):
            near = [other for other in keep if other in children[place] or place in children[other]]
            if len(keep) == 1 or len(near) != 1:
                continue
            if wanted & set(tree.cliques[place]) <= set(tree.cliques[near[0]]):
                keep.discard(place)
                changed = True
    return keep
