"""Rows to learn from, real rows for thresholds and calibration, and rows to judge on: again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.planning.uplift.problem import Ints, Problem
from synthgen.randomness import child, stream

VALIDATION_FOLDS = 5
"""One in so many of a fold's train rows is kept for choosing, thresholds and calibration."""

FEWEST_OF_A_SIDE = 2
FEWEST_SPLITS = 2


@dataclass(frozen=True)
class Split:
    """Positions of rows: ``learn`` for generator and model, ``validation`` for choices, ``test`` to judge."""

    number: int
    repeat: int
    learn: Ints
    validation: Ints
    test: Ints


def make_splits(
    problem: Problem, folds: int, repeats: int, seed: np.random.SeedSequence
) -> tuple[list[Split], list[str]]:
    """Split a table, stratified by the class, with whole groups; or by time, later rows being judged.

    Returns
    -------
    splits : list of Split
    notes : list of str
        Where fewer splits could be made than were asked for.

    Raises
    ------
    DataError
        Fewer than two splits have rows of both sides in each part.
    """
    notes: list[str] = []
    units = len(np.unique(problem.groups[problem.y == 1]))
    most = max(2, units // FEWEST_OF_A_SIDE)
    if folds > most:
        notes.append(f"{most} folds instead of {folds}: only {units} rows of the class can be put into different ones")
        folds = most
    if problem.moment is not None:
        found = _by_time(problem.moment, folds)
    else:
        found = [part for k in range(repeats) for part in _by_group(problem, folds, k, child(seed, "repeat", k))]
    usable = [s for s in found if all(_both_sides(problem.y[rows]) for rows in (s.learn, s.validation, s.test))]
    if left := len(found) - len(usable):
        notes.append(f"{left} of {len(found)} splits were left out: a part of them had fewer than two rows of a side")
    if len(usable) < FEWEST_SPLITS:
        raise DataError(
            f"Only {len(usable)} of {len(found)} splits have {FEWEST_OF_A_SIDE} rows of the class and of the others "
            "in each part, and two splits are needed for an interval. Ask for fewer folds, or gather more rows of the "
            "class" + (", or split without time." if problem.moment is not None else ".")
        )
    return usable, notes


def size_ratio(splits: Sequence[Split]) -> float:
    """Test rows for each row that was learnt from."""
    return float(np.mean([len(split.test) / len(split.learn) for split in splits]))


def _both_sides(y: Ints) -> bool:
    return FEWEST_OF_A_SIDE <= int(y.sum()) <= len(y) - FEWEST_OF_A_SIDE


def _by_group(problem: Problem, folds: int, repeat: int, seed: np.random.SeedSequence) -> list[Split]:
    fold = deal(problem.y, problem.groups, folds, stream(seed, "folds"))
    splits = []
    for k in range(folds):
        train = np.flatnonzero(fold != k)
        inner = deal(problem.y[train], problem.groups[train], VALIDATION_FOLDS, stream(seed, "validation", k))
        kept = train[inner == 0]
        splits.append(Split(repeat * folds + k, repeat, train[inner != 0], kept, np.flatnonzero(fold == k)))
    return splits


def _by_time(moment: NDArray[np.float64], folds: int) -> list[Split]:
    """Blocks of about equal size; each but the first is judged on by what came before it."""
    block = _blocks(moment, folds + 1)
    splits = []
    for k in range(1, folds + 1):
        train = np.flatnonzero(block < k)
        late = _blocks(moment[train], VALIDATION_FOLDS) == VALIDATION_FOLDS - 1
        splits.append(Split(k - 1, 0, train[~late], train[late], np.flatnonzero(block == k)))
    return splits


def _blocks(moment: NDArray[np.float64], n: int) -> Ints:
    """Which of ``n`` blocks of time each row is in; rows of one moment share a block."""
    earlier = np.searchsorted(np.sort(moment), moment, side="left")
    return np.asarray(earlier * n // max(len(moment), 1), dtype=np.int64)


def deal(y: Ints, groups: Ints, n: int, rng: np.random.Generator) -> Ints:
    """Deal whole groups into ``n`` folds, so that each has its share of the class and of the others.

    Examples
    --------
    >>> import numpy as np
    >>> fold = deal(np.array([1, 1, 0, 0, 0, 0]), np.arange(6), 2, np.random.default_rng(0))
    >>> [int(np.sum(fold[:2] == k)) for k in (0, 1)], [int(np.sum(fold[2:] == k)) for k in (0, 1)]
    ([1, 1], [2, 2])
    """
    _, place = np.unique(groups, return_inverse=True)
    size = np.bincount(place)
    # A group with any row of the class is dealt with the class, the rarer side.
    inside = np.bincount(place, weights=y) > 0
    of_group = np.empty(len(size), dtype=np.int64)
    for side in (True, False):
        members = rng.permutation(np.flatnonzero(inside == side))
        members = members[np.argsort(-size[members], kind="stable")]
        start = rng.permutation(n)
        large = members[size[members] > 1]
        held = np.zeros(n)
        for member in large:
            to = start[np.argmin(held[start])]
            of_group[member] = to
            held[to] += size[member]
        # Single rows level out what the groups left uneven.
        single = members[len(large) :]
        of_group[single] = _levelled(held, len(single), start)
    return np.asarray(of_group[place], dtype=np.int64)


def _levelled(held: NDArray[np.float64], n: int, start: Ints) -> Ints:
    """Folds for ``n`` single rows, so that all end up with about as many."""
    goal = np.floor((held.sum() + n) / len(held))
    lacking = np.maximum(goal - held, 0).astype(np.int64)
    filled = np.repeat(start, lacking[start])[:n]
    rest = np.resize(start, n - len(filled))
    return np.concatenate([filled, rest]).astype(np.int64)
