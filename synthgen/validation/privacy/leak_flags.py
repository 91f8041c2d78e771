"""Which synthetic rows show the leaks that the checks found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.validation.privacy.checks.interpolation import between
from synthgen.validation.privacy.checks.reuse import reused
from synthgen.validation.privacy.checks.subsets import subsets
from synthgen.validation.privacy.closeness import closeness, false_discovery_rates, shares_within
from synthgen.validation.privacy.flags import flagged, refused_for, together
from synthgen.validation.privacy.meeting import Met, exact_met, rounded_met
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool
from synthgen.validation.privacy.reasons import Reason
from synthgen.validation.verdict import Purpose

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

FEWEST_REAL = 4
"""Real rows without which nearness means nothing."""

FALSE_SHARE = 0.1
"""At most one in ten of the rows flagged by a test is expected to be flagged in error."""

BY_CHANCE = 0.5
"""Of the rows flagged so far, held-out rows may explain half: a flagged row is more likely a copy than not."""


@dataclass(frozen=True)
class LeakFlags:
    """Rows that give a train row away.

    Attributes
    ----------
    flags : pandas.DataFrame
        See :func:`flags.flagged`. ``value`` and ``threshold``: distances for copies and near copies; for interpolated
        rows the distance off the line over its length; for values and columns the share of false hits.
    failed : dict
        Names of checks whose rows couldn't be listed, and the kind of error that stopped it: no rows don't mean that
        there are none.
    """

    flags: pd.DataFrame
    failed: dict[str, str]


def flag_leaks(
    pool: Pool, permutations: Permutations, significant: frozenset[tuple[str, str | None]], purpose: Purpose
) -> LeakFlags:
    """List synthetic rows that give a train row away, with a p-value from real rows that were left out.

    Parameters
    ----------
    pool : Pool
    permutations : Permutations
    significant : set of (check, subject)
        The evidence that is a leak by its adjusted p-value: values and columns are flagged where theirs is.
    purpose : Purpose
    """
    train = permutations.labels
    parts: list[pd.DataFrame] = []
    stopped: dict[str, str] = {}
    enough = len(pool.real) >= FEWEST_REAL
    listed: tuple[tuple[str, bool, Callable[[], pd.DataFrame]], ...] = (
        ("exact_copies", True, lambda: _met(exact_met(pool), Reason.EXACT_COPY, "all", train, pool, purpose)),
        ("near_copies", True, lambda: _met(rounded_met(pool), Reason.NEAR_COPY, "all", train, pool, purpose)),
        ("near_copies", enough, lambda: _near(pool, train, purpose)),
        ("interpolation", enough, lambda: _between(pool, train, purpose)),
        ("value_reuse", True, lambda: _values(pool, train, significant, purpose)),
        ("subset_copies", len(pool.columns) >= 3, lambda: _columns(pool, train, significant, purpose)),
    )
    for name, applies, rows in listed:
        try:
            parts += [rows()] if applies else []
        except Exception as error:
            # Its text may hold private values.
            stopped[name] = type(error).__name__
    return LeakFlags(together(_once(parts)), stopped)


def _values(
    pool: Pool, train: NDArray[np.bool_], significant: frozenset[tuple[str, str | None]], purpose: Purpose
) -> pd.DataFrame:
    found = [(column.name, met) for column, met in reused(pool) if ("value_reuse", column.name) in significant]
    return together(
        [_met(_no_copies(met, pool), Reason.VALUE_REUSE, name, train, pool, purpose) for name, met in found]
    )


def _columns(
    pool: Pool, train: NDArray[np.bool_], significant: frozenset[tuple[str, str | None]], purpose: Purpose
) -> pd.DataFrame:
    named = [(", ".join(names), met) for names, met in subsets(pool)]
    found = [(name, met) for name, met in named if ("subset_copies", name) in significant]
    return together(
        [_met(_no_copies(met, pool), Reason.SUBSET_COPY, name, train, pool, purpose) for name, met in found]
    )


def _no_copies(met: Met, pool: Pool) -> Met:
    """Copies have a reason of their own."""
    return met.without(exact_met(pool).synthetic).without(rounded_met(pool).synthetic)


def _met(
    met: Met, reason: Reason, columns: str, train: NDArray[np.bool_], pool: Pool, purpose: Purpose
) -> pd.DataFrame:
    """Rows that meet a train row; what a fresh row does by chance is read off the held-out rows that are met."""
    n = len(pool.synthetic)
    hit = train[met.real]
    rows = met.synthetic[hit]
    odds = float(train.sum()) / max(1, int((~train).sum()))
    by_chance = min(float(n), (1 + int((~hit).sum())) * odds)
    p_value = min(1.0, by_chance / max(1, n))
    q_value = min(1.0, by_chance / max(1, len(rows)))
    if train.all():
        # Without held-out rows chance isn't known: a fact, no test.
        p_value = q_value = np.nan
    share = 0.0 if reason in (Reason.EXACT_COPY, Reason.NEAR_COPY) else q_value
    limit = 0.0 if reason in (Reason.EXACT_COPY, Reason.NEAR_COPY) else FALSE_SHARE
    return flagged(
        rows, reason, columns, np.full(len(rows), share), limit, refused=refused_for(reason, purpose),
        p_values=p_value, q_values=q_value,
    )  # fmt: skip


def _near(pool: Pool, train: NDArray[np.bool_], purpose: Purpose) -> pd.DataFrame:
    """Rows closer to one train row than real rows are to each other, unless they are as close to held-out rows."""
    found = closeness(pool)
    chosen, q_values = _chosen(found.p_values, train[found.real], float(train.mean()))
    chosen = chosen[found.distances[chosen] < found.limit]
    return flagged(
        found.synthetic[chosen], Reason.NEAR_COPY, "all", found.distances[chosen], found.limit,
        refused=refused_for(Reason.NEAR_COPY, purpose), p_values=found.p_values[chosen], q_values=q_values[chosen],
    )  # fmt: skip


def _between(pool: Pool, train: NDArray[np.bool_], purpose: Purpose) -> pd.DataFrame:
    """Rows that lie between train rows more nearly than real rows lie between others."""
    found = pool.once("between", lambda: between(pool))
    if found is None:
        return together([])
    parts = []
    classes = pool.synthetic_classes[found.synthetic], pool.real_classes[found.real]
    for side in found.sides:
        off = side.off
        p_values = np.where(np.isfinite(off), shares_within(off, side.usual, *classes), 1.0)
        parents = np.isfinite(off) & train[np.maximum(side.groups, 0)].all(axis=1)
        chosen, q_values = _chosen(p_values, parents, float(train.mean()) ** side.groups.shape[1])
        parts.append(
            flagged(
                found.synthetic[chosen], Reason.INTERPOLATED, "numeric", off[chosen], float(off[chosen].max(initial=0)),
                refused=refused_for(Reason.INTERPOLATED, purpose), p_values=p_values[chosen], q_values=q_values[chosen],
            )
        )  # fmt: skip
    return together(parts)


def _chosen(p_values: Floats, hits: NDArray[np.bool_], by_chance: float) -> tuple[Places, Floats]:
    """Rows that point at train, with few enough false ones among them by both measures; q-values.

    A generator whose rows all lie close together is close to real rows without having seen them, and then as close to
    held-out ones: what those explain is taken off.
    """
    q_values = false_discovery_rates(p_values)
    ranked, place = np.unique(p_values, return_inverse=True)
    told = np.cumsum(np.bincount(place, hits, minlength=len(ranked)))
    other = np.cumsum(np.bincount(place, ~hits, minlength=len(ranked)))
    share = (other * by_chance / max(1e-9, 1 - by_chance) / np.maximum(told, 1))[place]
    chosen = np.flatnonzero(hits & (q_values <= FALSE_SHARE) & (share <= BY_CHANCE))
    return chosen, q_values


def _once(parts: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Each row once a reason and columns: the first that says so."""
    both = together(parts)
    return [both.drop_duplicates(["row", "reason", "columns"], ignore_index=True)]
