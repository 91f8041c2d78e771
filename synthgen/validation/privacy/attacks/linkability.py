"""Can two halves of a person's row be found to belong together through a synthetic row?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.randomness import stream
from synthgen.table.column import Column, Role
from synthgen.validation.metric import Direction
from synthgen.validation.privacy.attacks.aim import Aim, some
from synthgen.validation.privacy.attacks.excess import excess_of_hits
from synthgen.validation.privacy.attacks.search import linked_rows
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.evidence import Evidence
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool

NAME = "linkability"
SPLITS = 3
MOST_TARGETS = {"standard": 1_500, "full": 3_000}
MOST_PAIRS = {"standard": 3e7, "full": 2e8}


def sides(columns: tuple[Column, ...], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which columns one party knows: the quasi-identifiers where they are named, else three random halves.

    Returns
    -------
    bool array of shape (n_splits, n_columns)
    """
    named = np.array([column.role is Role.QUASI_IDENTIFIER for column in columns])
    if 0 < named.sum() < len(columns):
        return named[None]
    d = len(columns)
    return np.stack([rng.permutation(d) < d // 2 for _ in range(SPLITS)])


def linkability(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Excess of targets whose nearest synthetic row by one half of the columns is also their nearest by the other."""
    aim = Aim.at(pool)
    if len(aim.columns) < 2 or not len(aim.made):
        return [Evidence(NAME, reason="needs two columns, one for each half", vacuous=True)]
    chance = stream(np.random.SeedSequence(pool.seed), NAME)
    rows = some(aim.sample, MOST_TARGETS[pool.effort], chance)
    made = aim.made[some(np.arange(len(aim.made)), int(MOST_PAIRS[pool.effort] / len(rows)), chance)]
    hits = linked_rows(aim.real[rows], made, sides(aim.columns, chance)).mean(axis=1)
    return excess_of_hits(NAME, permutations, hits[:, None], rows, rng, subjects=[None], notes=[""])


LINKABILITY = Check(
    NAME, "Halves of a row linked: excess over held-out rows",
    "One synthetic row nearest by both halves of the columns; Giomi et al. (2023), "
    "https://doi.org/10.56553/popets-2023-0055",
    "Two parties hold half of a person's columns each. If the same synthetic row is nearest to both halves, they can "
    "tell that these belong together. The excess is how much oftener that happens to people whose rows the generator "
    "saw.",
    linkability, Direction.LOWER, (-1.0, 1.0),
)  # fmt: skip
