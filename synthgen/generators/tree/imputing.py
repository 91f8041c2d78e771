"""Rows of which a part is known: what isn't known is drawn given all that is, earlier and later in the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from synthgen.generators.tree.codes import ColumnCodes
from synthgen.generators.tree.conditional import add_log_probability, probabilities
from synthgen.generators.tree.conditioning import class_shares, pick
from synthgen.generators.tree.log_odds import log_odds_at
from synthgen.generators.tree.network import Network, in_threads

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.intp]
Classes = NDArray[np.int32]

MOST_CANDIDATES, FEWEST_CANDIDATES = 32, 4
"""Completions that are tried for each row."""

CANDIDATES_IN_ALL = 400_000
"""Of many rows each has fewer: the fewest are reached beyond 100,000 rows."""

AT_ONCE = 60_000
TRIES = 4
UNLIKELY = 1e-6
NEVER = -700.0


@dataclass(frozen=True)
class Open:
    """What is to be drawn.

    Attributes
    ----------
    unknown : boolean array of shape (n, n_columns)
    masks : mapping of position to boolean array of shape (n, n_classes)
        Classes that a row's known derived columns leave.
    whole : bool
        Whether unknown columns get a value; else they may get a gap, as rows that are drawn freely do.
    """

    unknown: Bools
    masks: Mapping[int, Bools]
    whole: bool

    def take(self, rows: Places | slice) -> Open:
        """Those rows."""
        return Open(self.unknown[rows], {j: mask[rows] for j, mask in self.masks.items()}, self.whole)


def imputed(
    network: Network,
    classes: Classes,
    unknown: Bools,
    masks: Mapping[int, Bools],
    rng: np.random.Generator,
    whole: bool = True,
) -> Classes:
    """Fill unknown classes given all known ones of the row, earlier and later.

    From a row's first unknown column to the last one that says something, several completions are drawn along the order
    of the columns, weighted by the probability of what is known, and one is taken. Columns after the last known one are
    drawn for that one alone.

    Parameters
    ----------
    classes : int array of shape (n, n_columns)
        −1 (a label that no train row had) counts as unknown but is left as it is.
    unknown : boolean array of the same shape
    masks : mapping of position to boolean array of shape (n, n_classes)
        Classes that a row's known derived columns leave.
    whole : bool
        Whether unknown columns get a value, not a gap.
    """
    rows = np.flatnonzero((unknown | (classes < 0)).any(axis=1))
    made, open_ = _settled(classes[rows], Open(unknown | (classes < 0), masks, whole).take(rows))
    n_candidates = int(np.clip(CANDIDATES_IN_ALL // max(len(rows), 1), FEWEST_CANDIDATES, MOST_CANDIDATES))
    step = max(1, AT_ONCE // n_candidates)
    starts = range(0, len(rows), step)
    streams = rng.spawn(len(starts))

    def one(k: int) -> Classes:
        part = slice(starts[k], starts[k] + step)
        return _part(network, made[part], open_.take(part), n_candidates, streams[k])

    out = classes.copy()
    if len(rows):
        out[rows] = np.concatenate(in_threads(one, range(len(starts))))
    return np.where(unknown, out, classes)


def _settled(classes: Classes, open_: Open) -> tuple[Classes, Open]:
    """Take what leaves one class for known, and what leaves all of them for no mask."""
    made, unknown, masks = np.maximum(classes, 0), open_.unknown.copy(), {}
    for j, mask in open_.masks.items():
        single = unknown[:, j] & (mask.sum(axis=1) == 1)
        made[single, j] = mask[single].argmax(axis=1)
        unknown[single, j] = False
        if (unknown[:, j] & ~mask.all(axis=1)).any():
            masks[j] = mask
    return made, Open(unknown, masks, open_.whole)


def _part(network: Network, classes: Classes, open_: Open, n_candidates: int, rng: np.random.Generator) -> Classes:
    n, d = classes.shape
    telling = ~open_.unknown
    for j, mask in open_.masks.items():
        telling[:, j] |= ~mask.all(axis=1)
    first = np.argmax(open_.unknown, axis=1)
    last = np.where(telling.any(axis=1), d - 1 - np.argmax(telling[:, ::-1], axis=1), -1)
    # Where nothing is known after the first unknown column, all completions are as good as the first.
    tried = np.flatnonzero(last > first)
    out = classes.copy()
    if len(tried):
        out[tried] = _best_of(
            network, classes[tried], open_.take(tried), (first[tried], last[tried]), n_candidates, rng
        )
    codes = network.seen(out)
    order = rng.permutation(n).astype(np.int32)
    for j in range(int(first.min(initial=d)), d):
        rows = order[((j > last) & (j >= first))[order]]
        if len(rows):
            _draw_free(network, j, out, codes, rows, open_.whole, rng)
    return out


def _best_of(
    network: Network,
    classes: Classes,
    open_: Open,
    ends: tuple[Places, Places],
    n_candidates: int,
    rng: np.random.Generator,
) -> Classes:
    """Columns from the first unknown to the last known one of each row, of the completion that was taken."""
    n = len(classes)
    made = np.repeat(classes, n_candidates, axis=0)
    first, last = (np.repeat(end, n_candidates) for end in ends)
    codes, weights = network.seen(made), np.zeros(len(made))
    for j in range(int(first.min()), int(last.max()) + 1):
        active = (first <= j) & (j <= last)
        free = active & np.repeat(open_.unknown[:, j], n_candidates)
        masked = np.zeros(len(made), dtype=bool)
        if j in open_.masks:
            masked = free & np.repeat(~open_.masks[j].all(axis=1), n_candidates)
            rows = np.flatnonzero(masked)
            if len(rows):
                mask = open_.masks[j][rows // n_candidates]
                weights[rows] += _draw_masked(network, j, made, codes, rows, mask, open_.whole, rng)
        rows = np.flatnonzero(free & ~masked)
        if len(rows):
            _draw_free(network, j, made, codes, rows, open_.whole, rng)
        rows = np.flatnonzero(active & ~free)
        if len(rows):
            _weigh(network, j, made, codes, rows, weights)
    noise = -np.log(-np.log(rng.random((n, n_candidates))))
    best = np.argmax(weights.reshape(n, n_candidates) + noise, axis=1)
    return np.asarray(made.reshape(n, n_candidates, -1)[np.arange(n), best])


def _weigh(network: Network, j: int, made: Classes, codes: NDArray[np.uint8], rows: Places, weights: Floats) -> None:
    """Add the log probability of what is known of column ``j``, in place."""
    model = network.conditionals[j]
    there = network.rows_with(j, made[rows])
    # A gap where another column says that there is a value, or the other way round.
    weights[rows[there != (made[rows, j] >= network.lowest(j))]] += NEVER
    if len(model.cut):
        own = np.ascontiguousarray(made[:, j])
        add_log_probability(model, codes, network.groups(made), rows[there], own, weights)


def _draw_free(
    network: Network,
    j: int,
    made: Classes,
    codes: NDArray[np.uint8],
    rows: NDArray[np.integer],
    whole: bool,
    rng: np.random.Generator,
) -> None:
    """Draw column ``j`` of some rows given the columns before, in place."""
    model, gap = network.conditionals[j], gap_class(network.codes[j])
    drawn = np.full(len(rows), network.lowest(j), np.int32)
    if not whole:
        drawn[~network.rows_with(j, made[rows])] = 0
        left = np.flatnonzero(network.rows_with(j, made[rows])) if len(model.cut) else np.zeros(0, np.intp)
    else:
        left = np.arange(len(rows)) if len(model.cut) else np.zeros(0, np.intp)
    groups = network.groups(made)
    for _ in range(TRIES):
        if not len(left):
            break
        drawn[left] = draw_at(model, codes, groups, rows[left], rng.random(len(left)))
        left = left[drawn[left] == gap] if whole and gap is not None else left[:0]
    if len(left):
        own = rows[left]
        shares = value_shares(network, j, made[own], codes[own], groups[own])
        drawn[left] = pick(shares, shares.sum(axis=1), rng)
    made[rows, j] = drawn
    codes[rows, j] = network.bins[j][drawn]


def _draw_masked(
    network: Network,
    j: int,
    made: Classes,
    codes: NDArray[np.uint8],
    rows: Places,
    mask: Bools,
    whole: bool,
    rng: np.random.Generator,
) -> Floats:
    """Draw one of the classes that are left to column ``j``, in place; give the log probability that it is one."""
    shares_of = value_shares if whole else class_shares
    shares = shares_of(network, j, made[rows], codes[rows], network.groups(made)[rows])
    all_of_it = shares.sum(axis=1)
    left = shares * mask
    mass = left.sum(axis=1)
    # Nothing is left where what is known contradicts the model: the values' shares decide, at a price.
    lost = mass <= 0
    left[lost] = shares[lost]
    drawn = pick(left, left.sum(axis=1), rng)
    made[rows, j] = drawn
    codes[rows, j] = network.bins[j][drawn]
    return np.log(np.where(lost, UNLIKELY, mass / np.maximum(all_of_it, 1e-300)))


@njit(nogil=True, cache=True)
def draw_at(model, codes, groups, rows, at):  # type: ignore[no-untyped-def]
    """Draw a class for each row, each by one uniform number of ``at``."""
    out, x = np.empty(len(rows), np.int32), np.empty(len(model.parents), np.uint8)
    for k in range(len(rows)):
        i, left, node = rows[k], at[k], 0
        while node >= 0:
            p = 1.0 / (1.0 + np.exp(-log_odds_at(model, codes, i, node, x) - model.offset[node, groups[i]]))
            # What is left of the number, stretched to 0 to 1 again, decides further down.
            if left < p:
                left, out[k], node = left / p, model.cut[node], model.above[node]
            else:
                left, out[k], node = (left - p) / (1.0 - p), model.cut[node] - 1, model.below[node]
    return out


def value_shares(
    network: Network, j: int, classes: NDArray[np.int32], codes: NDArray[np.uint8], groups: Classes
) -> Floats:
    """Probability of every class if the column has a value, gaps that another column decides left aside."""
    model, n_classes = network.conditionals[j], network.codes[j].n_classes
    if len(model.cut):
        out = np.asarray(probabilities(model, codes, groups, np.arange(len(classes)), n_classes))
    else:
        out = np.zeros((len(classes), n_classes))
        out[:, network.lowest(j)] = 1.0
    gap = gap_class(network.codes[j])
    if gap is not None and n_classes > 1:
        out[:, gap] = 0.0
        # Where the model expects a gap for certain, any value is as good.
        none = out.sum(axis=1) <= 0
        out[none] = 1.0
        out[none, gap] = 0.0
    return out


def gap_class(codes: ColumnCodes) -> int | None:
    """Class that stands for a missing value, if there is one."""
    if codes.missing:
        return 0
    levels = getattr(codes, "levels", None)
    found = np.flatnonzero(np.isnan(levels)) if levels is not None else np.zeros(0, dtype=np.int64)
    return int(found[0]) if len(found) else None
