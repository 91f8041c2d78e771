"""The order in which columns are drawn: as the caller names it, or the one that explains held-out rows best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthgen.errors import UsageError
from synthgen.generators.tree.boosting import Strength
from synthgen.generators.tree.columns import Table
from synthgen.generators.tree.network import fit_network
from synthgen.generators.tree.order import as_given, by_dependence, by_size
from synthgen.randomness import child, stream
from synthgen.table.schema import Schema

TRIAL = Strength(rounds=30, rate=0.4, leaves=7, ridge=5.0, least=2.0, patience=3, worth=1.0)
"""Quick trees, to compare orders of the columns."""

TRIAL_ROWS, FEWEST_TRIAL_ROWS, MOST_TRIAL_COLUMNS = 3_000, 500, 60


def best_order(table: Table, first: list[int], compared: bool, seed: np.random.SeedSequence) -> list[int]:
    """Positions of the columns in the order in which to draw them.

    Parameters
    ----------
    table : Table
    first : list of int
        The target, where it has classes.
    compared : bool
        Try several orders; else the table's own is taken.
    seed : numpy.random.SeedSequence
    """
    names = table.names
    given = as_given(len(names), first)
    if not compared or not 2 <= len(names) - len(first) <= MOST_TRIAL_COLUMNS:
        return given
    sizes = [codes.n_classes for codes in table.codes]
    candidates = [given, by_dependence(table.information, first), by_size(sizes, first)]
    rows = stream(seed, "trial").permutation(len(table.classes))[: 2 * TRIAL_ROWS]
    learn, held = np.sort(rows[: len(rows) // 2]), np.sort(rows[len(rows) // 2 :])
    if len(learn) < FEWEST_TRIAL_ROWS:
        return candidates[1]

    def likelihood(order: list[int]) -> float:
        network = fit_network(table.take(learn), order, TRIAL, 1, bool(first), child(seed, "trial"))
        return float(network.log_probability(np.ascontiguousarray(table.classes[held][:, order])).mean())

    # The first of equals: the table's own order.
    return candidates[int(np.argmax([likelihood(order) for order in candidates]))]


def named_order(names: list[str], first: list[int], order: Sequence[str], schema: Schema) -> list[int]:
    """The same, as the caller named the columns; ``first`` stay first."""
    wanted = [str(name) for name in order if str(name) in names]
    unknown = [str(name) for name in order if str(name) not in schema]
    lacking = [name for name in names if name not in wanted]
    if unknown or lacking or len(set(wanted)) < len(wanted):
        what = "names a column twice"
        if unknown:
            what = f"names {unknown[0]!r}, which the table lacks"
        elif lacking:
            what = f"lacks column {lacking[0]!r}"
        raise UsageError(f'order must be "auto" or name every column once; it {what}.')
    return [*first, *(i for name in wanted if (i := names.index(name)) not in first)]
