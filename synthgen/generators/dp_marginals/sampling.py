"""Rows from a fitted model: codes group by group down the tree, then values within each code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from synthgen.generators.dp_marginals.estimation import SMALLEST, Model
from synthgen.generators.dp_marginals.measurements import Levels
from synthgen.generators.dp_marginals.public import grid_of
from synthgen.table.column import Kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def drawn_codes(model: Model, n: int, known: Mapping[int, Ints], rng: np.random.Generator) -> Ints:
    """Draw codes of ``n`` rows, shape (n, n_columns).

    Rows of a group that share what came before are spread evenly over what may follow, so that fewer rows than
    chance would misplace are misplaced.

    Parameters
    ----------
    model : Model
    n : int
    known : mapping of int to array of shape (n,)
        Codes of columns that are given; all must lie in the tree's first group.
    rng : numpy.random.Generator
    """
    out = np.zeros((n, len(model.sizes)), dtype=np.int64)
    for column, codes in known.items():
        out[:, column] = codes
    done = set(known)
    for place, clique in enumerate(model.tree.cliques):
        given = [column for column in clique if column in done]
        new = [column for column in clique if column not in done]
        if new:
            _draw_group(out, model, place, given, new, rng)
            done.update(new)
    return out


def _draw_group(
    out: Ints, model: Model, place: int, given: list[int], new: list[int], rng: np.random.Generator
) -> None:
    clique, sizes = model.tree.cliques[place], model.sizes
    axes = [clique.index(column) for column in (*given, *new)]
    table = np.transpose(model.marginals[place], axes).reshape(prod(sizes[column] for column in given), -1)
    before = np.zeros(len(out), dtype=np.int64)
    for column in given:
        before = before * sizes[column] + out[:, column]
    order = np.lexsort((rng.random(len(out)), before))
    held = before[order]
    firsts = np.flatnonzero(np.r_[True, held[1:] != held[:-1]]) if len(held) else np.zeros(0, dtype=np.int64)
    members = np.diff(np.r_[firsts, len(held)])
    rank = np.arange(len(held)) - np.repeat(firsts, members)
    levels = (rank + np.repeat(rng.random(len(firsts)), members)) / np.repeat(members, members)
    width = table.shape[1]
    sums = np.cumsum(table, axis=1)
    even = np.arange(1, width + 1) / width
    # What the model never draws may still be asked for: then all that follows is as likely.
    shares = np.where(sums[:, -1:] > SMALLEST, sums / np.maximum(sums[:, -1:], SMALLEST), even)
    shares[:, -1] = 1.0
    flat = (shares + np.arange(len(shares))[:, None]).ravel()
    found = np.searchsorted(flat, np.minimum(levels, 1 - 1e-9) + held, side="right") - held * width
    codes = np.unravel_index(np.clip(found, 0, width - 1), [sizes[column] for column in new])
    for column, values in zip(new, codes, strict=True):
        out[order, column] = values


def drawn_values(codes: Ints, levels: Sequence[Levels], rng: np.random.Generator) -> dict[str, Floats]:
    """Values of codes: labels as codes of the schema, numbers within their bins, NaN for gaps."""
    return {level.column.name: _values(codes[:, place], level, rng) for place, level in enumerate(levels)}


def _values(codes: Ints, level: Levels, rng: np.random.Generator) -> Floats:
    if not level.fine:
        return np.full(len(codes), np.nan)
    groups, shares = np.array(level.groups, dtype=np.int64), np.array(level.shares)
    # Fine codes stand group by group, so that one search finds the place within the group.
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(shares[order])
    place = np.searchsorted(ends, codes + np.minimum(rng.random(len(codes)), 1 - 1e-9), side="right")
    fine = order[np.clip(place, 0, len(order) - 1)]
    gaps = np.full(len(codes), False) if not level.missing else fine == level.fine - 1
    if not level.starts:
        return np.where(gaps, np.nan, fine.astype(np.float64))
    column = level.column
    step, _ = grid_of(column)
    assert column.bounds is not None
    starts = np.array(level.starts, dtype=np.int64)
    bin_of = np.minimum(fine, len(starts) - 2)
    points = rng.integers(starts[bin_of], starts[bin_of + 1]).astype(np.float64)
    if column.kind is Kind.CONTINUOUS and column.decimals is None:
        # Between grid points, but for the spikes that a bin of one point is.
        spread = starts[bin_of + 1] - starts[bin_of] > 1
        points = points + np.where(spread, rng.random(len(codes)) - 0.5, 0.0)
    values = np.clip(column.bounds[0] + points * step, *column.bounds)
    return np.where(gaps, np.nan, values)
