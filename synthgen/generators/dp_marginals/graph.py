"""Junction trees: which columns a graphical model holds together, and at what size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

Clique = tuple[int, ...]


@dataclass(frozen=True)
class JunctionTree:
    """Groups of columns in a tree, so that what two groups share is shared by all between them.

    Parameters
    ----------
    cliques : tuple of tuple of int
        Columns of each group, sorted; parents come before children.
    parents : tuple of int
        Place of the parent of each; -1 for the first.
    """

    cliques: tuple[Clique, ...]
    parents: tuple[int, ...]

    def separator(self, place: int) -> Clique:
        """Columns that a group shares with its parent, sorted."""
        if self.parents[place] < 0:
            return ()
        return tuple(sorted(set(self.cliques[place]) & set(self.cliques[self.parents[place]])))

    def cells(self, sizes: Sequence[int]) -> int:
        """How many numbers a model on it holds."""
        return sum(prod(sizes[column] for column in clique) for clique in self.cliques)


def junction_tree(wanted: Iterable[Clique], sizes: Sequence[int], first: int = 0) -> JunctionTree:
    """Give a small tree in which each wanted group lies within one of the tree's groups.

    Parameters
    ----------
    wanted : iterable of tuple of int
    sizes : sequence of int
        Number of levels of each column.
    first : int
        A column that the first group must have.

    Examples
    --------
    >>> tree = junction_tree([(0, 1), (1, 2)], [2, 3, 4])
    >>> tree.cliques, tree.parents, tree.cells([2, 3, 4])
    (((0, 1), (1, 2)), (-1, 0), 18)
    """
    return _tree(_maximal(_eliminated(wanted, sizes)), sizes, first)


def cells_needed(wanted: Iterable[Clique], sizes: Sequence[int]) -> int:
    """How many numbers a model holds in whose tree each wanted group lies: as :meth:`JunctionTree.cells`, but sooner.

    Examples
    --------
    >>> cells_needed([(0, 1), (1, 2)], [2, 3, 4])
    18
    """
    return sum(prod(sizes[column] for column in clique) for clique in _maximal(_eliminated(wanted, sizes)))


def _eliminated(wanted: Iterable[Clique], sizes: Sequence[int]) -> list[frozenset[int]]:
    """Take columns out one by one, each where it makes the smallest group; those groups."""
    near: dict[int, set[int]] = {column: set() for column in range(len(sizes))}
    for clique in wanted:
        for a, b in combinations(clique, 2):
            near[a].add(b)
            near[b].add(a)
    costs = {column: _cost(column, near, sizes) for column in near}
    groups = []
    while near:
        out = min(costs, key=lambda column: (costs[column], column))
        around = near.pop(out)
        del costs[out]
        for a, b in combinations(around, 2):
            near[a].add(b)
            near[b].add(a)
        for other in around:
            near[other].discard(out)
        for other in around.union(*(near[other] for other in around)):
            costs[other] = _cost(other, near, sizes)
        groups.append(frozenset({out, *around}))
    return groups


def _cost(column: int, near: Mapping[int, set[int]], sizes: Sequence[int]) -> tuple[float, int]:
    """Cells of the group that a column leaves when it is taken out (none if its neighbours know each other)."""
    around = near[column]
    lacking = sum(b not in near[a] for a, b in combinations(around, 2))
    cells = float(sizes[column]) * prod(float(sizes[other]) for other in around)
    return (cells if lacking else 0.0), lacking


def _maximal(groups: list[frozenset[int]]) -> list[Clique]:
    kept: list[frozenset[int]] = []
    for group in sorted(groups, key=lambda some: (-len(some), sorted(some))):
        if not any(group <= other for other in kept):
            kept.append(group)
    return [tuple(sorted(group)) for group in kept]


def _tree(cliques: list[Clique], sizes: Sequence[int], first: int) -> JunctionTree:
    """Join each group to the one it shares most with (Prim), from one that has the column ``first``."""
    start = min((len(clique), clique) for clique in cliques if first in clique)[1]
    order, parents = [start], [-1]
    best = {clique: (len(set(clique) & set(start)), 0) for clique in cliques if clique != start}
    while best:
        clique = max(best, key=lambda some: (best[some][0], -best[some][1], some))
        parents.append(best.pop(clique)[1])
        order.append(clique)
        for other, (shared, _) in best.items():
            now = len(set(other) & set(clique))
            if now > shared:
                best[other] = (now, len(order) - 1)
    return JunctionTree(tuple(order), tuple(parents))
