"""Rows that meet conditions: weighted candidates, and a bounded number of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import ConditionError
from synthgen.generators.tree.codes import ColumnCodes
from synthgen.generators.tree.columns import Accepts, on_grid
from synthgen.generators.tree.conditional import probabilities
from synthgen.generators.tree.network import Network
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Classes = NDArray[np.int32]

CELLS = 64
"""Places inside a class at which a condition is tried."""

PILOT = 500
MOST_EFFORT = 30
"""Candidates for each row that is asked for, at most."""

EASY = 0.1
"""Share of the candidates that must meet the conditions for the others to be dropped on the way."""

SPARE = 1.1
TAIL = 0.99


@dataclass(frozen=True)
class Mask:
    """What a condition leaves of each class of one column.

    Parameters
    ----------
    cells : boolean array of shape (n_classes, CELLS)
        Places that meet the condition, from the lower end of the class to the upper.
    """

    cells: NDArray[np.bool_]

    @property
    def share(self) -> Floats:
        """Share of each class that meets the condition."""
        return np.asarray(self.cells.mean(axis=1))

    def places(self, classes: Classes, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Shares at which to take the values of ``classes``, and the middles of their cells."""
        allowed = self.cells[classes]
        order = np.cumsum(allowed, axis=1)
        wanted = np.floor(rng.random(len(classes)) * order[:, -1]).astype(np.int64) + 1
        cell = np.argmax(order >= wanted[:, None], axis=1)
        return (cell + rng.random(len(classes))) / CELLS, (cell + 0.5) / CELLS


def mask_of(codes: ColumnCodes, name: str, accepts: Accepts, schema: Schema) -> Mask:
    """Try the values of every class, as they come out after rounding.

    Raises
    ------
    ConditionError
        If the model draws no value that meets the condition.
    """
    n = codes.n_classes
    classes = np.repeat(np.arange(n, dtype=np.int32), CELLS)
    places = np.tile((np.arange(CELLS) + 0.5) / CELLS, n)
    cells = accepts(on_grid(codes.decode(classes, places), name, schema)).reshape(n, CELLS)
    if not cells.any():
        raise ConditionError(
            f"No value that the model draws for column {name!r} meets the condition. Ask for a wider range, or for a "
            "value that more real rows have."
        )
    return Mask(cells)


@dataclass(frozen=True)
class Conditioned:
    """Rows that meet conditions, and what it took to draw them.

    Attributes
    ----------
    classes : int array of shape (n, n_columns)
    candidates : int
        Rows drawn up to the last condition.
    effective : float
        Independent rows that their weights amount to.
    share : float
        Share of all rows that the model expects to meet the conditions.
    """

    classes: NDArray[np.int32]
    candidates: int
    effective: float
    share: float


def draw_conditioned(network: Network, n: int, masks: Mapping[int, Mask], rng: np.random.Generator) -> Conditioned:
    """Draw classes whose columns in ``masks`` meet their conditions.

    Where a tenth of the candidates or more meets them, columns are drawn in order and rows that don't are dropped on
    the way. Where fewer do, the row's weight is multiplied at a conditioned column by the probability of the condition
    given the columns before, and after the last of them rows are taken in proportion to their weights.

    Parameters
    ----------
    masks : mapping of position to Mask

    Returns
    -------
    Conditioned

    Raises
    ------
    ConditionError
        If no candidate can meet the conditions.
    """
    last = max(masks, default=-1) + 1
    first, share = _meeting(network, PILOT, masks, last, rng)
    if len(first) >= EASY * PILOT:
        return _dropped_on_the_way(network, n, masks, last, first, share, rng)
    needed = _needed(_candidates(network, PILOT, masks, last, rng)[1])
    # A few rows need as many candidates as a pilot has, or chance would decide which of them are there to be taken.
    made = max(PILOT, int(np.ceil(n * needed)))
    classes, weights = _candidates(network, made, masks, last, rng)
    if not weights.sum() > 0:
        raise ConditionError(
            f"None of {made + PILOT:,} candidates met all conditions: together they ask for rows that the real table "
            "hardly has. Loosen one of them."
        )
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    classes = np.ascontiguousarray(classes[_resampled(weights, n, rng)])
    network.walk(classes, last, rng)
    return Conditioned(classes, made, effective, float(weights.mean()))


def _dropped_on_the_way(
    network: Network,
    n: int,
    masks: Mapping[int, Mask],
    last: int,
    first: NDArray[np.int32],
    share: float,
    rng: np.random.Generator,
) -> Conditioned:
    """Draw candidates until ``n`` meet the conditions; ``first`` are those that a pilot found."""
    parts, made, met = [first], PILOT, len(first)
    while met < n:
        size = int(np.ceil(SPARE * (n - met) * made / met)) + 1
        more, again = _meeting(network, size, masks, last, rng)
        parts.append(more)
        share = (share * made + again * size) / (made + size)
        made, met = made + size, met + len(more)
    found = np.concatenate(parts)
    # A pilot alone has more than a few rows need, in no order.
    classes = np.ascontiguousarray(found[:n])
    network.walk(classes, last, rng)
    return Conditioned(classes, made, float(n), share)


def _meeting(
    network: Network, n: int, masks: Mapping[int, Mask], last: int, rng: np.random.Generator
) -> tuple[NDArray[np.int32], float]:
    """Classes of those of ``n`` candidates that meet the conditions, and the share of all rows that they stand for.

    A condition on the first column is aimed at: it is the same for all rows.
    """
    classes = np.zeros((n, len(network.names)), np.int32)
    codes, share = network.seen(classes), 1.0
    order = rng.permutation(n).astype(np.int32)
    for j in range(last):
        if j == 0 and 0 in masks:
            one = class_shares(network, 0, classes[:1], codes[:1], network.groups(classes[:1]))[0] * masks[0].share
            share = float(one.sum())
            classes[:, 0] = rng.choice(len(one), n, p=one / share) if share > 0 else 0
            codes[:, 0] = network.bins[0][classes[:, 0]]
            if share <= 0:
                return classes[:0], 0.0
            continue
        network.draw_column(j, classes, codes, network.groups(classes), order, rng)
        if j in masks:
            kept = rng.random(len(classes)) < masks[j].share[classes[:, j]]
            classes, codes = np.ascontiguousarray(classes[kept]), np.ascontiguousarray(codes[kept])
            order = rng.permutation(len(classes)).astype(np.int32)
    return classes, share * len(classes) / n


def _needed(weights: Floats) -> float:
    """Candidates a row so that nearly every candidate is taken at most once."""
    mean = float(weights.mean())
    if mean <= 0:
        return float(MOST_EFFORT)
    return float(np.clip(np.quantile(weights, TAIL) / mean, 1.0, MOST_EFFORT))


def _resampled(weights: Floats, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Take ``n`` rows in proportion to their weights, by systematic sampling in random order."""
    order = rng.permutation(len(weights))
    upto = np.cumsum(weights[order])
    at = (np.arange(n) + rng.random()) / n * upto[-1]
    return rng.permutation(order[np.minimum(np.searchsorted(upto, at, side="right"), len(order) - 1)])


def _candidates(
    network: Network, n: int, masks: Mapping[int, Mask], last: int, rng: np.random.Generator
) -> tuple[NDArray[np.int32], Floats]:
    """Classes of the first ``last`` columns, and the weight of each row."""
    classes = np.zeros((n, len(network.names)), np.int32)
    codes = network.seen(classes)
    weights = np.ones(n)
    order = rng.permutation(n).astype(np.int32)
    for j in range(last):
        groups = network.groups(classes)
        if j not in masks:
            network.draw_column(j, classes, codes, groups, order, rng)
            continue
        shares = class_shares(network, j, classes, codes, groups) * masks[j].share
        mass = shares.sum(axis=1)
        weights *= mass
        classes[:, j] = pick(shares, mass, rng)
        codes[:, j] = network.bins[j][classes[:, j]]
    return classes, weights


def class_shares(
    network: Network, j: int, classes: NDArray[np.int32], codes: NDArray[np.uint8], groups: Classes
) -> Floats:
    """Probability of every class of column ``j`` given the columns before: (n, n_classes)."""
    model, n_classes = network.conditionals[j], network.codes[j].n_classes
    out = np.zeros((len(classes), n_classes))
    there = network.rows_with(j, classes)
    out[~there, 0] = 1.0
    rows = np.flatnonzero(there)
    if len(model.cut):
        out[rows] = probabilities(model, codes, groups, rows, n_classes)
    else:
        out[rows, network.lowest(j)] = 1.0
    return out


def pick(shares: Floats, mass: Floats, rng: np.random.Generator) -> Classes:
    """Draw a class for each row in proportion to its shares, which add up to ``mass``."""
    upto = np.cumsum(shares, axis=1)
    picked = (upto < (rng.random(len(mass)) * mass)[:, None]).sum(axis=1)
    # Rounding must not lead past the last class that is allowed.
    last = shares.shape[1] - 1 - np.argmax((shares > 0)[:, ::-1], axis=1)
    return np.asarray(np.minimum(picked, last), dtype=np.int32)
