"""What a fit can't say, told by its noisy counts alone: that costs nothing, as no row is looked at again."""

from __future__ import annotations

from math import ceil, pi, sqrt

import numpy as np

from synthgen.generators.dp_marginals.measurements import Measurements
from synthgen.table.column import LABEL_KINDS, Role

PAIR = 2
LEARNT = 0.2
"""Total variation within a class up to which the class counts as learnt."""


def rows_needed(cells: float, sigma: float) -> int:
    """Rows of a class whose counts by a column are off by :data:`LEARNT` of them.

    Parameters
    ----------
    cells : float
        Of the column.
    sigma : float
        Standard deviation of the noise on each count.

    Examples
    --------
    >>> rows_needed(12, 30.0)
    719
    """
    return ceil(cells * sigma * sqrt(2 / pi) / (2 * LEARNT))


def warnings_of(found: Measurements) -> list[str]:
    """What a person should know of what was measured; columns are named, values aren't."""
    said = [
        f"About {count:,} values of column {name!r} are not what the schema declares (a noisy count)"
        for name, count in found.outside.items()
    ]
    return [*said, *_classes(found), *_labels(found)]


def _classes(found: Measurements) -> list[str]:
    """Classes of the target that have too few rows to be learnt with other columns."""
    place = next((i for i, level in enumerate(found.levels) if level.column.role is Role.TARGET), None)
    sigmas = [item.sigma for item in found.marginals if len(item.columns) > 1]
    if place is None or not sigmas or found.levels[place].column.kind not in LABEL_KINDS:
        return []
    column = found.levels[place].column
    counts = next(item.counts for item in found.marginals if item.columns == (place,))
    classes = counts[: len(column.categories or ())]
    needed = rows_needed(_cells_of_a_class(found, place), float(np.median(sigmas)))
    few = int((classes < needed).sum())
    if not few:
        return []
    return [
        f"{few} of the {len(classes)} classes of the target {column.name!r} can't be learnt at epsilon "
        f"{found.budget.epsilon:g}: that takes about {needed:,} rows of a class, and by noisy counts there are fewer. "
        "What the synthetic rows say of such a class is noise in large part. Merge classes, or see preview_dp for what "
        "would help"
    ]


def _cells_of_a_class(found: Measurements, place: int) -> float:
    """Cells over which the rows of one class are counted, where it is counted with one other column."""
    pairs = [item for item in found.marginals if len(item.columns) == PAIR and place in item.columns]
    cells = [item.counts.size / item.counts.shape[item.columns.index(place)] for item in pairs]
    return float(np.median(cells or [size for other, size in enumerate(found.sizes) if other != place]))


def _labels(found: Measurements) -> list[str]:
    """Declared labels that hardly any row has: were they read off the rows?"""
    if not found.rare:
        return []
    known = {level.column.name: len(level.column.categories or ()) for level in found.levels}
    named = ", ".join(f"{name!r} ({count} of {known[name]})" for name, count in found.rare.items())
    return [
        f"The schema declares labels that hardly any row has, too few to be told from noise: {named}. If a "
        "list was read off these rows and isn't public knowledge, the list itself tells of them, which no epsilon mends"
    ]
