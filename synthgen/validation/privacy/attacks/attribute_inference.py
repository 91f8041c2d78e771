"""Can one column of a person's row be guessed from the others, better than by knowing people in general?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.table.column import LABEL_KINDS, Role
from synthgen.validation.metric import Direction
from synthgen.validation.privacy.attacks.aim import Aim
from synthgen.validation.privacy.attacks.excess import excess_of_hits
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.evidence import Evidence
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool

Floats = NDArray[np.float64]

NEAR_ENOUGH = 0.025
"""A guessed number is right if less than one row in forty lies between it and the truth, whatever its size and sign."""


def guesses(aim: Aim, column: int) -> tuple[Floats, Floats]:
    """Truth and guess of a column for the sample of all rows, as places.

    The guess is the value of the synthetic row that is nearest by all other columns.
    """
    within = aim.within(aim.sample)
    guess = aim.made[aim.found[2][within, column], column]
    return aim.real[aim.sample, column].astype(np.float64), guess.astype(np.float64)


def right(truth: Floats, guess: Floats, is_label: bool) -> NDArray[np.bool_]:
    """Whether guesses hit: the same label, or a number at nearly the same place; a gap only if it was guessed.

    Examples
    --------
    >>> right(np.array([0.5, 0.5, -5.0]), np.array([0.51, 0.55, 0.5]), False).tolist()
    [True, False, False]
    """
    return np.asarray(np.abs(truth - guess) < (0.5 if is_label else NEAR_ENOUGH))


def best_constant(truth: Floats, is_label: bool) -> float:
    """Share of rows for which the best single guess is right."""
    ordered = np.sort(truth)
    reach = 0.5 if is_label else NEAR_ENOUGH
    counts = np.searchsorted(ordered, ordered + 2 * reach * (not is_label) + 1e-9, side="left") - np.searchsorted(
        ordered, ordered, side="left"
    )
    return float(counts.max() / max(len(ordered), 1)) if len(ordered) else 0.0


def attribute_inference(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Excess of right guesses for each sensitive column, or each column where none is named, and for all together."""
    aim = Aim.at(pool)
    if len(aim.columns) < 2 or not len(aim.made):
        return [Evidence(NAME, reason="needs two columns: one to guess and one to know", vacuous=True)]
    secret = [j for j, column in enumerate(aim.columns) if column.role is Role.SENSITIVE]
    secret = secret or list(range(len(aim.columns)))
    hits, subjects, notes = [], [], []
    constants: list[float] = []
    for j in secret:
        column = aim.columns[j]
        is_label = column.kind in LABEL_KINDS
        truth, guess = guesses(aim, j)
        if len(np.unique(truth)) < 2:
            continue
        hits.append(right(truth, guess, is_label).astype(np.float64))
        constant = best_constant(truth, is_label)
        weak = "; no better than that, so it says little" if hits[-1].mean() <= constant else ""
        subjects.append(column.name)
        constants.append(constant)
        notes.append(f" (one guess for all: {constant:.1%}{weak})")
    if not hits:
        return [Evidence(NAME, reason="no column varies among real rows", vacuous=True)]
    table = np.stack(hits, axis=1)
    if len(hits) > 1:
        table = np.column_stack([table.mean(axis=1), table])
        subjects, notes = [None, *subjects], ["", *notes]  # type: ignore[list-item]
        constants = [float(np.mean(constants)), *constants]
    return excess_of_hits(NAME, permutations, table, aim.sample, rng, subjects=subjects, notes=notes, naive=constants)


NAME = "attribute_inference"

ATTRIBUTE_INFERENCE = Check(
    NAME, "Right guesses of a column: excess over held-out rows",
    "Value of the synthetic row nearest by all other columns; excess as in Giomi et al. (2023), "
    "https://doi.org/10.56553/popets-2023-0055, and Stadler et al. (2022), "
    "https://www.usenix.org/conference/usenixsecurity22/presentation/stadler",
    "Someone who knows all other columns of a person guesses this one from the synthetic rows. What can be guessed of "
    "people that the generator never saw is knowledge about people in general; the excess is what it gives away about "
    "those it saw.",
    attribute_inference, Direction.LOWER, (-1.0, 1.0),
)  # fmt: skip
