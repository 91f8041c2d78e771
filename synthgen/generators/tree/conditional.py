"""One column given those before it: its classes halved again and again, each halving a boosted yes-or-no question."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthgen.generators.tree.boosting import Strength, Trees, boost, no_trees
from synthgen.generators.tree.log_odds import log_odds_at, log_odds_of, room_for

Codes = NDArray[np.uint8]
Classes = NDArray[np.int32]
Floats = NDArray[np.float64]

FEWEST_ROWS = 50
"""Halvings of fewer rows are shares alone."""

FEWEST_A_SIDE = 5
LEVEL_PRIOR = 50.0
"""Rows of the average that each level of a label counts when levels are put in order."""

NEWTON_STEPS = 8


class Conditional(NamedTuple):
    """Distribution of a column's classes 0, 1, … given the codes of its parents.

    Node ``k`` asks whether the class is below ``cut[k]`` (no: log-odds ``base[k]`` + its trees + the offset of the
    row's group). ``below`` and ``above`` are nodes, or −1 where one class is left.

    Parameters
    ----------
    parents : int array
        Positions of the columns that the trees read.
    slots : int array
        For each parent, its place in ``ranks``; −1 for numbers, whose codes are in order already.
    ranks : uint8 array of shape (n_nodes, n_slots, n_levels)
        Order of a label's levels by their share of yes at the node.
    first, last : int arrays
        Each node's trees are those from ``first`` up to, but not with, ``last``.
    trees : Trees
    offset : array of shape (n_nodes, n_groups)
    """

    cut: Classes
    below: Classes
    above: Classes
    base: Floats
    first: Classes
    last: Classes
    parents: Classes
    slots: Classes
    ranks: Codes
    trees: Trees
    offset: Floats


class _Node(NamedTuple):
    cut: int
    below: int
    above: int
    base: float


def fit_conditional(
    classes: Classes,
    n_classes: int,
    lowest: int,
    missing_first: bool,
    codes: Codes,
    n_bins: NDArray[np.int64],
    is_label: NDArray[np.bool_],
    parents: Classes,
    folds: NDArray[np.int64],
    bags: int,
    strength: Strength,
    n_groups: int,
    weights: Floats,
) -> Conditional:
    """Learn a column's conditional distribution.

    Parameters
    ----------
    classes : int array of shape (n,)
    n_classes : int
    lowest : int
        First class that occurs; those below are never drawn.
    missing_first : bool
        Class 0 is a missing value, which is told from all others first.
    codes : uint8 array of shape (n, n_columns)
    n_bins, is_label : arrays of shape (n_columns,)
    parents : int array
    folds : int array of shape (n,)
        Bag ``b`` validates on the rows of fold ``b`` and learns from the others.
    bags : int
        Sets of trees, whose log-odds are averaged.
    strength : Strength
    n_groups : int
        Groups of rows that :func:`draw` can tell apart by an offset.
    weights : array of shape (n,)
        How many rows each counts for where trees are grown.
    """
    parts = _Parts(codes, parents, n_bins[parents], is_label[parents], folds, bags, strength, weights)
    upto = np.concatenate([[0.0], np.cumsum(np.bincount(classes, minlength=n_classes))])
    nodes: list[_Node] = []
    spans: list[tuple[int, int]] = []
    ranks: list[Codes] = []
    forests: list[Trees] = []
    todo = [(lowest, n_classes, np.arange(len(classes)), -1, False)] if n_classes > lowest + 1 else []
    n_trees = 0
    while todo:
        low, high, rows, parent, is_above = todo.pop()
        at = len(nodes)
        if parent >= 0:
            nodes[parent] = nodes[parent]._replace(**{"above" if is_above else "below": at})
        halves = np.abs(upto[low + 1 : high] - (upto[low] + upto[high]) / 2)
        cut = 1 if missing_first and at == 0 else low + 1 + int(np.argmin(halves))
        share = (upto[high] - upto[cut] + 0.5) / (upto[high] - upto[low] + 1.0)
        above = classes[rows] >= cut
        nodes.append(_Node(cut, -1, -1, float(np.log(share / (1 - share)))))
        order, bagged = parts.ask(rows, above, share)
        spans.append((n_trees, n_trees + sum(len(trees.value) for trees in bagged)))
        n_trees = spans[-1][1]
        forests += bagged
        ranks.append(order)
        # Depth first, so that a node's number is above its parent's.
        if high - cut > 1:
            todo.append((cut, high, rows[above], at, True))
        if cut - low > 1:
            todo.append((low, cut, rows[~above], at, False))
    first, last = np.array(spans, dtype=np.int32).reshape(-1, 2).T.copy()
    return Conditional(
        cut=np.array([node.cut for node in nodes], dtype=np.int32),
        below=np.array([node.below for node in nodes], dtype=np.int32),
        above=np.array([node.above for node in nodes], dtype=np.int32),
        base=np.array([node.base for node in nodes], dtype=float),
        first=first,
        last=last,
        parents=parents.astype(np.int32),
        slots=parts.slots,
        ranks=np.array(ranks, dtype=np.uint8).reshape(len(nodes), *parts.rank_shape),
        trees=_joined(forests, strength.leaves),
        offset=np.zeros((len(nodes), n_groups)),
    )


class _Parts:
    """What every node of one column learns from."""

    def __init__(
        self,
        codes: Codes,
        parents: Classes,
        n_bins: NDArray[np.int64],
        is_label: NDArray[np.bool_],
        folds: NDArray[np.int64],
        bags: int,
        strength: Strength,
        weights: Floats,
    ) -> None:
        self.codes, self.parents, self.n_bins = codes, parents, n_bins
        self.folds, self.bags, self.strength, self.weights = folds, bags, strength, weights
        self.slots = np.where(is_label, np.cumsum(is_label) - 1, -1).astype(np.int32)
        self.rank_shape = int(is_label.sum()), int(n_bins[is_label].max(initial=0))

    def ask(self, rows: NDArray[np.intp], above: NDArray[np.bool_], share: float) -> tuple[Codes, list[Trees]]:
        """Order of the labels' levels at a node, and its trees."""
        order = np.zeros(self.rank_shape, np.uint8)
        yes = int(above.sum())
        if len(rows) < FEWEST_ROWS or min(yes, len(rows) - yes) < FEWEST_A_SIDE or not len(self.parents):
            return order, []
        x = self.codes[np.ix_(rows, self.parents)]
        for f in np.flatnonzero(self.slots >= 0):
            place = order[self.slots[f]]
            place[: self.n_bins[f]] = _order_levels(x[:, f], above, int(self.n_bins[f]), share)
            x[:, f] = place[x[:, f]]
        base = float(np.log(share / (1 - share)))
        return order, self._trees(x, above, rows, base)

    def _trees(self, x: Codes, above: NDArray[np.bool_], rows: NDArray[np.intp], base: float) -> list[Trees]:
        y, weights, folds = above.astype(np.uint8), self.weights[rows], self.folds[rows]
        room = no_trees(self.strength.rounds, self.strength.leaves)
        out = []
        for bag in range(self.bags):
            held = folds == bag
            learn = ~held
            own, other = (x[learn], y[learn], weights[learn]), (x[held], y[held], weights[held])
            n = boost(*own, *other, self.n_bins, base, self.strength, room)
            if n:
                kept = Trees(room.feature[:n].copy(), room.threshold[:n].copy(), room.sides[:n].copy(), room.value[:n])
                out.append(kept._replace(value=kept.value / np.float32(self.bags)))
        return out


def _order_levels(x: Codes, above: NDArray[np.bool_], n_bins: int, share: float) -> Codes:
    """Rank of each level by its share of yes."""
    counts = np.bincount(x, minlength=n_bins)
    yes = np.bincount(x, weights=above, minlength=n_bins)
    place = (yes + LEVEL_PRIOR * share) / (counts + LEVEL_PRIOR)
    ranks = np.zeros(n_bins, np.uint8)
    ranks[np.argsort(place, kind="stable")] = np.arange(n_bins, dtype=np.uint8)
    return ranks


def _joined(forests: list[Trees], leaves: int) -> Trees:
    parts = [no_trees(0, leaves), *forests]
    return Trees(
        np.concatenate([trees.feature for trees in parts]),
        np.concatenate([trees.threshold for trees in parts]),
        np.concatenate([trees.sides for trees in parts]),
        np.concatenate([trees.value for trees in parts]),
    )


@njit(nogil=True, cache=True)
def draw(model, codes, groups, order, out, starts):  # type: ignore[no-untyped-def]
    """Draw a class for each row, by systematic sampling at every node.

    Along the rows' order the probabilities of yes are added up, and a row says yes where the sum passes a whole
    number. Each row's class has exactly the model's distribution; together they have hardly any sampling noise.

    Parameters
    ----------
    model : Conditional
    codes : uint8 array of shape (n, n_columns)
    groups : int array of shape (n,)
    order : int array
        Rows to draw for, in the order of their systematic sampling; left sorted by class, then as before.
    out : int array of shape (n,)
        Filled with classes.
    starts : array of shape (n_nodes,)
        Uniform random starts of the sums.
    """
    n_nodes = len(model.cut)
    log_odds, spare, room = np.empty(len(order)), np.empty(len(order), np.int32), room_for(model)
    begin, end = np.zeros(n_nodes, np.int64), np.zeros(n_nodes, np.int64)
    end[0] = len(order)
    for node in range(n_nodes):
        start, stop = begin[node], end[node]
        log_odds_of(model, codes, order, start, stop, node, room, log_odds)
        for at in range(start, stop):
            log_odds[at] += model.offset[node, groups[order[at]]]
        middle = _split(log_odds, order, spare, start, stop, starts[node])
        _pass_on(model, node, order, out, start, middle, stop, begin, end)


@njit(nogil=True, cache=True)
def _split(log_odds, order, spare, start, stop, total):  # type: ignore[no-untyped-def]
    a, b = start, 0
    for at in range(start, stop):
        i = order[at]
        total += 1.0 / (1.0 + np.exp(-log_odds[at]))
        if total >= 1.0:
            total -= 1.0
            spare[b] = i
            b += 1
        else:
            order[a] = i
            a += 1
    for k in range(b):
        order[a + k] = spare[k]
    return a


@njit(nogil=True, cache=True)
def _pass_on(model, node, order, out, start, middle, stop, begin, end):  # type: ignore[no-untyped-def]
    """Give both sides' rows to the nodes below, or their class to the rows."""
    left, right = model.below[node], model.above[node]
    if left >= 0:
        begin[left], end[left] = start, middle
    else:
        for at in range(start, middle):
            out[order[at]] = model.cut[node] - 1
    if right >= 0:
        begin[right], end[right] = middle, stop
    else:
        for at in range(middle, stop):
            out[order[at]] = model.cut[node]


@njit(nogil=True, cache=True)
def calibrate(model, codes, groups, order, out, starts, counts, prior):  # type: ignore[no-untyped-def]
    """Draw as :func:`draw` does, and set the offsets so that each group's shares are those of its real rows.

    Parameters
    ----------
    counts : array of shape (n_nodes, n_groups, 2)
        Real rows of each group below and above the cut.
    prior : float
        Rows that the uncorrected share counts, so that a small group moves it only as far as its rows carry it.
    """
    n_nodes, n_groups = model.offset.shape
    log_odds, spare, room = np.empty(len(order)), np.empty(len(order), np.int32), room_for(model)
    begin, end = np.zeros(n_nodes, np.int64), np.zeros(n_nodes, np.int64)
    end[0] = len(order)
    n, wanted, offset = np.zeros(n_groups), np.zeros(n_groups), np.zeros(n_groups)
    total, slope = np.zeros(n_groups), np.zeros(n_groups)
    for node in range(n_nodes):
        start, stop = begin[node], end[node]
        n[:] = 0
        offset[:] = 0
        log_odds_of(model, codes, order, start, stop, node, room, log_odds)
        for at in range(start, stop):
            n[groups[order[at]]] += 1
        for step in range(NEWTON_STEPS):
            total[:] = 0
            slope[:] = 0
            for at in range(start, stop):
                g = groups[order[at]]
                p = 1.0 / (1.0 + np.exp(-log_odds[at] - offset[g]))
                total[g] += p
                slope[g] += p * (1.0 - p)
            largest = 0.0
            for g in range(n_groups):
                if n[g] == 0:
                    continue
                if step == 0:
                    below, above = counts[node, g, 0], counts[node, g, 1]
                    wanted[g] = (above + prior * total[g] / n[g]) / (below + above + prior) * n[g]
                move = min(1.0, max(-1.0, (wanted[g] - total[g]) / (slope[g] + 1e-3 * n[g])))
                offset[g] += move
                largest = max(largest, abs(move))
            if largest < 1e-3:
                break
        model.offset[node] = offset
        for at in range(start, stop):
            log_odds[at] += offset[groups[order[at]]]
        middle = _split(log_odds, order, spare, start, stop, starts[node])
        _pass_on(model, node, order, out, start, middle, stop, begin, end)


@njit(nogil=True, cache=True)
def count_sides(model, classes, groups):  # type: ignore[no-untyped-def]
    """Rows of each group below and above every node's cut: (n_nodes, n_groups, 2)."""
    out = np.zeros((len(model.cut), model.offset.shape[1], 2))
    for i in range(len(classes)):
        node = 0
        while node >= 0:
            above = classes[i] >= model.cut[node]
            out[node, groups[i], 1 if above else 0] += 1
            node = model.above[node] if above else model.below[node]
    return out


@njit(nogil=True, cache=True)
def add_log_probability(model, codes, groups, rows, classes, out):  # type: ignore[no-untyped-def]
    """Add each row's natural log probability of its class to ``out``."""
    x = np.empty(len(model.parents), np.uint8)
    for i in rows:
        node = 0
        while node >= 0:
            z = log_odds_at(model, codes, i, node, x) + model.offset[node, groups[i]]
            above = classes[i] >= model.cut[node]
            loss = -z if above else z
            out[i] -= np.log1p(np.exp(loss)) if loss < 30 else loss
            node = model.above[node] if above else model.below[node]


@njit(nogil=True, cache=True)
def probabilities(model, codes, groups, rows, n_classes):  # type: ignore[no-untyped-def]
    """Probability of every class: (len(rows), n_classes)."""
    out = np.zeros((len(rows), n_classes))
    reach, x = np.zeros(len(model.cut)), np.empty(len(model.parents), np.uint8)
    for at in range(len(rows)):
        i = rows[at]
        reach[0] = 1.0
        for node in range(len(model.cut)):
            p = 1.0 / (1.0 + np.exp(-log_odds_at(model, codes, i, node, x) - model.offset[node, groups[i]]))
            below, above = reach[node] * (1.0 - p), reach[node] * p
            if model.below[node] >= 0:
                reach[model.below[node]] = below
            else:
                out[at, model.cut[node] - 1] = below
            if model.above[node] >= 0:
                reach[model.above[node]] = above
            else:
                out[at, model.cut[node]] = above
    return out
