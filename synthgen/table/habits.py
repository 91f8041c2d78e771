"""Find which last digits the numbers of a column have, where that is more than chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.table.column import Column, Kind
from synthgen.table.disclosure import FEWEST_HOLDERS
from synthgen.table.endings import Endings
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

PERIODS = (4, 5, 10, 12, 20, 25, 50, 60, 100, 1000)
"""After so many steps the endings that people and shops choose repeat."""

EVIDENCE = 14.0
"""Logarithm of the odds against chance from which endings count: more than a million to one."""

GAIN = 0.02
"""Nats a row that endings must explain of rows in other periods.

The slope of an exponential density gives half of it where a period is as long as :data:`PERIODS_WITHIN` asks.
"""

PERIODS_WITHIN = 5
"""Periods that the middle four fifths of the values span at least."""

MOST_MOVED = 0.02
"""Change of the distribution function up to which endings are worth having."""

FOLDS = 5
LARGEST = 2.0**53


def learn_endings(
    coded: pd.DataFrame,
    schema: Schema,
    *,
    given: Iterable[str | None] = (),
    classes: Floats | None = None,
    spike: int | None = None,
) -> Schema:
    """Add to each rounded number the last digits that its values have.

    Parameters
    ----------
    coded : pandas.DataFrame
    schema : Schema
    given : iterable of str
        Columns whose values rules give; they are left as they are.
    classes : array of shape (n,), optional
        With ``spike``: what tells the rows apart among which a value is repeated.
    spike : int, optional
        Values that so many rows share are drawn as they are. Of such rows no other value takes its ending.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({"price": np.floor(rng.lognormal(3, 1, 500)) + rng.choice([0.5, 0.99], 500)})
    >>> column = learn_endings(table, Schema((Column("price", Kind.CONTINUOUS, decimals=2),)))["price"]
    >>> [item.listed for item in column.endings]
    [(50, 99)]
    """
    apart = set(given)
    changed = []
    for column in schema.of(Kind.CONTINUOUS, Kind.INTEGER):
        decimals = 0 if column.kind is Kind.INTEGER else column.decimals
        if decimals is None or column.name in apart or "endings" in column.declared:
            continue
        values = coded[column.name].to_numpy(float)
        there = ~np.isnan(values)
        units = np.rint(np.abs(values[there]) * 10.0**decimals)
        if len(units) < FEWEST_HOLDERS or units.max() >= LARGEST:
            continue
        free = np.ones(len(units), dtype=bool)
        if spike is not None:
            free = _repeats(values[there], None if classes is None else classes[there]) < spike
        found = _endings_of(units.astype(np.int64), free, decimals)
        if found:
            changed.append(replace(column, endings=found))
    return schema.with_columns(changed)


def beside(column: Column, kept: Floats, rows: int) -> Column:
    """A column whose endings make up for rows that keep a value as it is.

    Parameters
    ----------
    column : Column
        With endings of all real rows. Where most of them keep their value, they have their endings by that.
    kept : array
        Values of the rows that keep theirs, of ``rows`` that were looked at.
    rows : int
    """
    decimals = column.decimals or 0
    units = np.rint(np.abs(kept) * 10.0**decimals).astype(np.int64)
    made, starts = [], [item.low for item in column.endings or ()]
    at = np.searchsorted(starts, np.abs(kept), side="right") - 1
    for k, item in enumerate(column.endings or ()):
        bare = Endings(item.low, item.step, item.offset)
        if item.period == 1 or 2 * len(kept) > rows:
            made.append(bare)
            continue
        own = (units[at == k] - item.offset) // item.step % item.period
        shares = np.bincount(own, minlength=item.period)[list(item.listed)] / rows
        left = np.clip(np.array(item.shares) - shares, 0.0, None)
        rest = max(0.0, 1 - sum(item.shares))
        total = float(left.sum()) + rest
        made.append(replace(item, shares=tuple((left / total).tolist())) if total > 0 else bare)
    return replace(column, endings=tuple(made))


def _repeats(values: Floats, classes: Floats | None) -> Whole:
    """How many rows have each row's value, in its class."""
    _, at = np.unique(values, return_inverse=True)
    if classes is not None:
        _, group = np.unique(classes, return_inverse=True)
        _, at = np.unique(at * (int(group.max()) + 1) + group, return_inverse=True)
    return np.asarray(np.bincount(at)[at])


def _endings_of(units: Whole, free: NDArray[np.bool_], decimals: int) -> tuple[Endings, ...]:
    """Endings of all sizes alike, or of each power of ten where these explain more."""
    alike, gain = _one_size(units, free, 0.0)
    starts = _sizes(units)
    if len(starts) > 1:
        at = np.searchsorted(starts, units, side="right") - 1
        parts = [
            _one_size(units[at == k], free[at == k], float(start / 10.0**decimals)) for k, start in enumerate(starts)
        ]
        if sum(own for _, own in parts) > gain + EVIDENCE * len(starts):
            return tuple(item for item, _ in parts)
    return (alike,) if gain else ()


def _sizes(units: Whole) -> Whole:
    """Powers of ten that cut the values into parts of at least ten times the fewest rows."""
    starts, most = [0], int(units.max())
    edge = 10
    while edge <= most:
        inside = int(((units >= starts[-1]) & (units < edge)).sum())
        if min(inside, int((units >= edge).sum())) >= 10 * FEWEST_HOLDERS:
            starts.append(edge)
        edge *= 10
    return np.array(starts, dtype=np.int64)


def _one_size(units: Whole, free: NDArray[np.bool_], low: float) -> tuple[Endings, float]:
    """Step and endings of values of one size, and the nats that they explain."""
    step, offset = _step(units)
    gain = len(units) * float(np.log(step))
    best = Endings(low, step, offset)
    steps = (units - offset) // step
    loose = steps[free]
    if len(loose) < FEWEST_HOLDERS:
        return best, gain
    spread = float(np.subtract(*np.quantile(loose, (0.9, 0.1))))
    # Rows with one value have one ending, so they are no more evidence than one of them.
    won = max(EVIDENCE * len(loose) / len(np.unique(loose)), GAIN * len(loose))
    for period in PERIODS:
        if PERIODS_WITHIN * period > spread:
            break
        own = _explained(loose, period)
        if own > won:
            found = _listed(replace(best, period=period), steps, loose)
            if _moves(found, units[free]) <= MOST_MOVED:
                won, best = own, found
    return best, gain + (won if best.period > 1 else 0.0)


def _step(units: Whole) -> tuple[int, int]:
    """The largest step of which all values are multiples, from an offset on, if that can't be chance."""
    distinct = np.unique(units)
    step = int(np.gcd.reduce(np.diff(distinct))) if len(distinct) > 1 else 1
    if (len(distinct) - 1) * np.log(step) < EVIDENCE:
        return 1, 0
    return step, int(distinct[0] % step)


def _explained(steps: Whole, period: int) -> float:
    """Nats by which endings learnt in some periods explain those in others better than chance.

    Learnt and tried on different periods, one frequent value explains nothing, as it lies in one of them alone.
    """
    cell = steps // period
    # Mixed, so that no habit of several periods falls into one fold.
    fold = (cell * 2_654_435_761 >> 7) % FOLDS
    counts = np.bincount(fold * period + steps % period, minlength=FOLDS * period).reshape(FOLDS, period)
    total, gain = counts.sum(axis=0), 0.0
    for own in counts:
        gain += float(own @ np.log(_shares(total - own, least=1.0) * period))
    return gain


def _shares(counts: Whole, least: float) -> Floats:
    """Share of each ending; those of fewer than ten rows have one together, spread evenly."""
    listed = counts >= FEWEST_HOLDERS
    rest = float(counts[~listed].sum()) + least
    out = counts / (counts.sum() + least)
    if not listed.all():
        out[~listed] = rest / (counts.sum() + least) / (~listed).sum()
    return np.asarray(out)


def _moves(found: Endings, units: Whole) -> float:
    """Largest change of the distribution function where all numbers get these endings anew."""
    # Multiples of the golden ratio fill a period evenly without chance.
    part = np.mod(np.arange(len(units)) * 0.6180339887498949, 1.0) - 0.5
    own = np.sort(units).astype(float)
    made = np.sort(found.nearest(own + 0.01 * found.step, part))
    shares = np.arange(1, len(own) + 1) / len(own)
    last = np.append(np.flatnonzero(np.diff(own)), len(own) - 1)
    return float(np.abs(np.searchsorted(made, own[last], side="right") / len(made) - shares[last]).max())


def _listed(found: Endings, steps: Whole, loose: Whole) -> Endings:
    """Endings that ten rows have, with the share of the loose rows that each gets."""
    every = np.bincount(steps % found.period, minlength=found.period)
    own = np.bincount(loose % found.period, minlength=found.period)
    listed = np.flatnonzero(every >= FEWEST_HOLDERS)
    rest = int(own.sum() - own[listed].sum())
    # Fewer than ten rows with rare endings are exceptions, which aren't repeated.
    total = own[listed].sum() + (rest if rest >= FEWEST_HOLDERS else 0)
    return replace(found, listed=tuple(listed.tolist()), shares=tuple((own[listed] / total).tolist()))
