"""What may be counted next: groups of columns, and how finely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

from synthgen.generators.dp_marginals.graph import Clique, cells_needed
from synthgen.generators.dp_marginals.measurements import Marginal

MOST_TRIPLES = 500


@dataclass(frozen=True)
class Candidate:
    """Columns that may be counted together; ``starts`` as of a :class:`Marginal`."""

    columns: Clique
    starts: tuple[tuple[int, ...], ...] = ()


def candidates(sizes: Sequence[int], most_triple: int, target: int | None) -> list[Candidate]:
    """Pairs and triples that may be chosen; of wide tables, only triples that have the target."""
    columns = [column for column, size in enumerate(sizes) if size > 1]
    if comb(len(columns), 3) <= MOST_TRIPLES:
        triples = combinations(columns, 3)
    else:
        others = [column for column in columns if column != target]
        with_target = ((*pair, target) for pair in combinations(others, 2)) if target in columns else ()
        triples = (tuple(sorted(group)) for group in with_target)  # type: ignore[assignment]
    few = [group for group in triples if prod(sizes[c] for c in group) <= most_triple]
    return [Candidate(group) for group in (*combinations(columns, 2), *few)]


def coarse_candidates(sizes: Sequence[int], target: int, runs: Sequence[tuple[int, ...]]) -> list[Candidate]:
    """Pairs of the target and a column whose codes are counted in runs, where these are fewer than its codes."""
    return [
        Candidate((min(column, target), max(column, target)), tuple(runs[c] for c in sorted((column, target))))
        for column, size in enumerate(sizes)
        if column != target and len(runs[column]) < size
    ]


def fitting(
    groups: Sequence[Candidate], known: Sequence[Marginal], sizes: Sequence[int], most_cells: int
) -> list[Candidate]:
    """Groups that aren't counted yet, and leave the model small enough."""
    held = {item.columns for item in known}
    counted = {(item.columns, item.starts) for item in known}
    now = cells_needed(held, sizes)
    parts = _connected(held, len(sizes))
    needed: dict[Clique, int] = {}
    for columns in {group.columns for group in groups}:
        if columns in held:
            needed[columns] = now
        elif len({parts[column] for column in columns}) == len(columns):
            # Columns that nothing ties together yet: the model grows by this group alone.
            needed[columns] = now + prod(sizes[column] for column in columns)
        else:
            needed[columns] = cells_needed([*held, columns], sizes)
    return [
        group
        for group in groups
        if (group.columns, group.starts) not in counted and needed[group.columns] <= most_cells
    ]


def _connected(held: set[Clique], columns: int) -> list[int]:
    """For each column, the lowest one that it is tied to."""
    parts = list(range(columns))
    for group in held:
        joined = {parts[column] for column in group}
        parts = [min(joined) if part in joined else part for part in parts]
    return parts


def apart(group: Candidate, changed: Candidate) -> bool:
    """Whether what was found of a group may stand: its model has hardly changed."""
    return len(set(group.columns) & set(changed.columns)) < len(group.columns) - 1
