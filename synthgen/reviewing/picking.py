"""Which rows of a table a person should see before it is merged, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from synthgen.randomness import stream
from synthgen.reviewing.closest import nearness
from synthgen.reviewing.edges import at_an_edge
from synthgen.reviewing.plausibility import Plausibility, plausibility
from synthgen.reviewing.reasons import Found, Group, Pick
from synthgen.validation.comparison import Comparison
from synthgen.validation.privacy.reasons import REASON_WORDS, Reason

SHARES = {
    Group.TYPICAL: 0.2,
    Group.LEAST_PLAUSIBLE: 0.2,
    Group.NEAREST: 0.2,
    Group.LABEL_DOUBT: 0.16,
    Group.EDGE: 0.16,
    Group.FLAGGED: 0.08,
}
"""Of the lines of a sheet. What a group can't fill is shared among those that can."""

MOST_SEARCHED = 10_000
"""Synthetic rows among which the least plausible, the nearest and those at an edge are looked for."""

FEW = 10
LEAST_RATIO = 1e-3


def pick_rows(comparison: Comparison, flags: pd.DataFrame, n: int, seed: np.random.SeedSequence) -> tuple[Pick, ...]:
    """Pick rows for a sheet.

    Parameters
    ----------
    comparison : Comparison
        Of the accepted synthetic rows with the real ones.
    flags : pandas.DataFrame
        What validation flagged and didn't refuse: ``row`` (a position among the accepted rows), ``reason``,
        ``columns``, ``value``, ``p_value``.
    n : int
        Rows wanted; all of them if there are fewer.
    seed : numpy.random.SeedSequence

    Returns
    -------
    tuple of Pick
        By group.
    """
    total = len(comparison.synthetic)
    n = min(n, total)
    quota = _quota(n)
    typical = stream(seed, "typical").permutation(total)[: quota[Group.TYPICAL]].tolist()
    groups: dict[Group, Found] = {
        Group.TYPICAL: [(row, "drawn at random from all rows") for row in typical],
        **_looked_for(comparison, n, seed),
        Group.LABEL_DOUBT: _label_doubts(flags),
        Group.FLAGGED: _flagged(flags),
    }
    return _shared_out({group: groups[group] for group in SHARES}, quota, n)


def _quota(n: int) -> dict[Group, int]:
    """Lines of each group; what rounding leaves goes to the first."""
    quota = {group: int(share * n) for group, share in SHARES.items()}
    for group in list(SHARES)[: n - sum(quota.values())]:
        quota[group] += 1
    return quota


def _shared_out(groups: Mapping[Group, Found], quota: Mapping[Group, int], n: int) -> tuple[Pick, ...]:
    """Fill the groups: first their share, then what is left; a row has one line, with all that was found about it."""
    taken: dict[int, Group] = {}

    def fill(group: Group, most: int) -> None:
        for row, _ in groups[group]:
            if most < 1 or len(taken) >= n:
                return
            if row not in taken:
                taken[row] = group
                most -= 1

    for group in groups:
        fill(group, quota[group])
    before = -1
    while before < len(taken) < n:  # one more of each group, for as long as any has one
        before = len(taken)
        for group in groups:
            fill(group, 1)
    said: dict[int, list[str]] = {row: [] for row in taken}
    for found in groups.values():
        for row, words in found:
            if row in said and words not in said[row]:
                said[row].append(words)
    order = list(groups)
    rows = sorted(taken, key=lambda row: order.index(taken[row]))
    return tuple(Pick(row, taken[row], tuple(said[row])) for row in rows)


def _looked_for(comparison: Comparison, n: int, seed: np.random.SeedSequence) -> dict[Group, Found]:
    """What validation doesn't say of single rows, found among as many as can be searched."""
    total = len(comparison.synthetic)
    rows = np.arange(total)
    if total > MOST_SEARCHED:
        rows = np.sort(stream(seed, "searched").permutation(total)[:MOST_SEARCHED])
        comparison = replace(comparison, synthetic=comparison.synthetic.iloc[rows].reset_index(drop=True))
    near = nearness(comparison, stream(seed, "nearness"))
    found: dict[Group, Found] = {Group.LEAST_PLAUSIBLE: [], Group.NEAREST: []}
    if near is not None:
        found[Group.NEAREST] = [(int(row), near.words(row)) for row in np.argsort(near.made, kind="stable")[:n]]
    asked = plausibility(comparison, stream(seed, "plausibility"))
    if asked is not None:
        found[Group.LEAST_PLAUSIBLE] = _least_plausible(asked, comparison, n)
    found[Group.EDGE] = at_an_edge(comparison, stream(seed, "edges"))
    return {group: [(int(rows[row]), words) for row, words in listed] for group, listed in found.items()}


def _least_plausible(asked: Plausibility, comparison: Comparison, n: int) -> Found:
    worst = np.argsort(asked.made, kind="stable")[:n]
    named = asked.telling(comparison.synthetic.iloc[worst])
    held = np.sort(asked.held)
    found: Found = []
    for row, columns in zip(worst.tolist(), named, strict=True):
        words = "its values hardly go together"
        if len(held) >= FEW:
            below = int(np.searchsorted(held, asked.made[row], side="right"))
            shown = f"fewer than {FEW}" if below < FEW else f"{below:,}"
            words += f": {shown} of {len(held):,} held-out real rows look as unlikely"
        words += f"; most of all {', '.join(columns)}" if columns else ""
        found.append((row, words))
    return found


def _label_doubts(flags: pd.DataFrame) -> Found:
    doubts = flags[flags["reason"] == str(Reason.IMPLAUSIBLE_LABEL)].sort_values("value", kind="stable")
    found: Found = []
    for row, name, value in zip(doubts["row"], doubts["columns"], doubts["value"], strict=True):
        times = f"{1 / value:,.0f} times" if value > LEAST_RATIO else f"more than {1 / LEAST_RATIO:,.0f} times"
        found.append((int(row), f"its label of {name} is {times} less likely here than among all real rows"))
    return found


def _flagged(flags: pd.DataFrame) -> Found:
    others = flags[flags["reason"] != str(Reason.IMPLAUSIBLE_LABEL)].sort_values("p_value", kind="stable")
    words_of = {str(reason): words for reason, words in REASON_WORDS.items()}
    found: Found = []
    for row, reason, columns in zip(others["row"], others["reason"], others["columns"], strict=True):
        where = "" if columns in ("", "all") else f" ({columns})"
        found.append((int(row), words_of.get(str(reason), str(reason)) + where))
    return found
