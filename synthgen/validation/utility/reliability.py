"""Do a model's probabilities come true? Coarse figures for a report to draw."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from synthgen.errors import DataError
from synthgen.table.disclosure import FEWEST_HOLDERS

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """Mean probability and share that came true, among rows with like probabilities.

    Parameters
    ----------
    name : str
        Which model it is about.
    predicted, observed : tuple of float
        One a group of rows, from the least probable up.
    rows : tuple of int
        Rows in each group, at least ten.
    """

    name: str
    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    rows: tuple[int, ...]


def reliability(y_true: Any, y_prob: Any, *, name: str) -> Reliability:
    """Group test rows by their probability, and see how many are of the class.

    Parameters
    ----------
    y_true : array of bool, shape (n,)
        Whether each real test row is of the class.
    y_prob : array of float, shape (n,)
        The model's probability that it is.
    name : str
        Which model it is, for the report.

    Returns
    -------
    Reliability
        At most ten groups of about as many rows each, none of fewer than ten rows.

    References
    ----------
    Niculescu-Mizil and Caruana (2005), https://doi.org/10.1145/1102351.1102430

    Examples
    --------
    >>> found = reliability([False] * 10 + [True, False] * 5, [0.1] * 10 + [0.5] * 10, name="model")
    >>> found.predicted, found.observed, found.rows
    ((0.1, 0.5), (0.0, 0.5), (10, 10))
    """
    truth, chance = np.asarray(y_true, dtype=bool), np.asarray(y_prob, dtype=float)
    if truth.shape != chance.shape or truth.ndim != 1 or len(truth) < FEWEST_HOLDERS:
        raise DataError(
            f"reliability takes two arrays of the same length with at least {FEWEST_HOLDERS} rows; got shapes "
            f"{truth.shape} and {chance.shape}. Give the labels of the test rows and one probability each."
        )
    if not (np.isfinite(chance).all() and (chance >= 0).all() and (chance <= 1).all()):
        raise DataError("y_prob holds values that are no probabilities. Give numbers from 0 to 1.")
    order = np.argsort(chance, kind="stable")
    size = max(FEWEST_HOLDERS, -(-len(order) // BINS))
    cuts = [0]
    while cuts[-1] < len(order):
        stop = min(cuts[-1] + size, len(order))
        # Rows with the same probability stay together.
        while stop < len(order) and chance[order[stop]] == chance[order[stop - 1]]:
            stop += 1
        cuts.append(stop if len(order) - stop >= FEWEST_HOLDERS else len(order))
    groups = [order[a:b] for a, b in pairwise(cuts)]
    return Reliability(
        name,
        tuple(round(float(chance[rows].mean()), 3) for rows in groups),
        tuple(round(float(truth[rows].mean()), 3) for rows in groups),
        tuple(len(rows) for rows in groups),
    )
