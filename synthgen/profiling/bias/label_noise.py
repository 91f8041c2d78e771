"""Labels that rows like them contradict, by group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.profiling.bias.crossfit import cross_fitted, features_matrix
from synthgen.profiling.bias.grouping import FEWEST, Grouping
from synthgen.profiling.bias.intervals import wilson
from synthgen.profiling.bias.selection import Outcome
from synthgen.profiling.bias_parts import LabelNoise
from synthgen.table.schema import Schema

FEWEST_OF_A_LABEL = 30
FEWEST_EXPECTED = 5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Doubts:
    """Rows looked at: which labels are in doubt, and how likely each was to be."""

    rows: NDArray[np.int64]
    suspect: NDArray[np.bool_]
    expected: Floats


def doubts_about(
    outcome: Outcome, coded: pd.DataFrame, schema: Schema, names: list[str], rng: np.random.Generator
) -> Doubts | None:
    """Find labels that a model, fitted to other rows, is sure aren't right.

    It is told no sensitive column, so a group's labels are judged by those of all rows alike in the other columns.
    How sure is enough is read off the labels, as in confident learning (Northcutt, Jiang and Chuang 2021,
    https://doi.org/10.1613/jair.1.12125): as sure as it is, on average, of rows that have the other label.

    Parameters
    ----------
    outcome : Outcome
        Of the rows of ``coded``.
    names : list of str
        Columns that the model learns from.

    Returns
    -------
    Doubts or None
        None where a label has fewer than 30 rows, the target is a number, or there are no columns.
    """
    rows = np.flatnonzero(~np.isnan(outcome.values))
    labels = outcome.values[rows]
    if not outcome.binary or not names or min(labels.sum(), (1 - labels).sum()) < FEWEST_OF_A_LABEL:
        return None
    features = features_matrix(coded.iloc[rows], schema, names)
    chance = cross_fitted(features, labels.astype(np.int64), rng)[:, 1]
    sure_of_no = ((1 - chance) >= (1 - chance[labels == 0]).mean()) & (chance < 0.5)
    sure_of_yes = (chance >= chance[labels == 1].mean()) & (chance > 0.5)
    suspect = np.where(labels == 1, sure_of_no, sure_of_yes)
    return Doubts(rows, suspect, chance * sure_of_no + (1 - chance) * sure_of_yes)


def noise_by_group(grouping: Grouping, doubts: Doubts) -> list[LabelNoise]:
    """Compare the labels in doubt with how many the model's probabilities explain, by group.

    Its probabilities are scaled to be right over all groups, so a model that is wrong everywhere alike finds nothing.
    """
    from scipy.stats import chi2

    codes = grouping.codes[doubts.rows]
    width = len(grouping.labels)
    counts = np.bincount(codes, minlength=width)
    held = np.bincount(codes, weights=doubts.suspect, minlength=width)
    expected = np.bincount(codes, weights=doubts.expected, minlength=width)
    if not held.sum() or not expected.sum():
        return []
    expected *= held.sum() / expected.sum()
    asked = [i for i in range(width) if not grouping.pooled[i] and expected[i] >= FEWEST_EXPECTED]
    p_value = 1.0
    if len(asked) > 1:
        within = expected[asked] * held[asked].sum() / expected[asked].sum()
        p_value = float(chi2.sf(((held[asked] - within) ** 2 / within).sum(), len(asked) - 1))
    return [
        LabelNoise(
            grouping.feature, grouping.labels[i], int(counts[i]), float(held[i] / counts[i]),
            wilson(int(held[i]), int(counts[i])), float(expected[i] / counts[i]), p_value,
        )
        for i in range(width) if counts[i] >= FEWEST
    ]  # fmt: skip
