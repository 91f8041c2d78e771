"""How strongly trees are grown, by preset and by the size of the table."""

from __future__ import annotations

from synthgen.generators.tree.boosting import Strength
from synthgen.generators.tree.columns import Table

STRENGTHS = {
    "quality": Strength(rounds=150, rate=0.3, leaves=7, ridge=5.0, least=2.0, patience=6, worth=1.0),
    "turbo": Strength(rounds=60, rate=0.4, leaves=7, ridge=10.0, least=2.0, patience=4, worth=1.0),
}
BINS = {"quality": 64, "turbo": 32}
"""Bins of a number, about."""

CAREFUL = STRENGTHS["quality"]._replace(rounds=300, leaves=4, ridge=10.0, patience=10)
CAREFUL_OF_MANY = CAREFUL._replace(leaves=12, ridge=15.0)
"""For a target of more than two classes: two splits, not one, tell a class in the middle of an order from the others,
so four leaves say little about it alone. Each leaf is held back more for that."""

FEW_CELLS, BAGS = 300_000, 3
"""Cells (rows × columns) up to which "quality" takes smaller trees, so that few rows aren't learnt by heart, and
averages so many sets of them, each validated on another part of the rows."""


def strength_of(preset: str, table: Table, target: int | None) -> tuple[Strength, int]:
    """Strength of the trees, and sets of trees whose log-odds are averaged.

    Parameters
    ----------
    preset : str
    table : Table
    target : int or None
        Position of the target, where it has classes.
    """
    if preset != "quality" or table.classes.size > FEW_CELLS:
        return STRENGTHS[preset], 1
    many = target is not None and table.codes[target].n_classes > 2
    return CAREFUL_OF_MANY if many else CAREFUL, BAGS
