"""Are there real rows among the synthetic ones, to the letter or within their rounding?"""

from __future__ import annotations

import numpy as np

from synthgen.validation.metric import Direction
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.evidence import Evidence, clopper_pearson
from synthgen.validation.privacy.meeting import Met, exact_met, rounded_met
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool


def copies_evidence(name: str, met: Met, pool: Pool, permutations: Permutations) -> Evidence:
    """Count the train rows that are met; many synthetic rows that meet one real row are one piece of evidence."""
    n = len(pool.synthetic)
    often = np.bincount(met.real, minlength=len(pool.real)).astype(float)
    scores = np.stack([often > 0, often], axis=1).astype(float)
    observed, null = permutations.totals(scores)
    hits = round(float(observed[1]))
    by_chance = len(met.real) - hits
    # What meets a held-out row is chance; train rows are met as much more often by chance as there are more of them.
    odds = float(permutations.labels.sum()) / max(1, int((~permutations.labels).sum()))
    band = clopper_pearson(by_chance, n)
    reason = f"{hits:,} of {n:,} rows meet a train row, {by_chance:,} a held-out one"
    return Evidence(
        name, float(observed[0]), null[:, 0], None, hits / max(1, n), clopper_pearson(hits, n),
        min(1.0, by_chance / max(1, n) * odds), (min(1.0, band[0] * odds), min(1.0, band[1] * odds)), n, reason,
    )  # fmt: skip


def exact_copies(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Rows equal to one real row, in train against in holdout."""
    return [copies_evidence("exact_copies", exact_met(pool), pool, permutations)]


def near_copies(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Rows equal to one real row but for rounding, in train against in holdout."""
    return [copies_evidence("near_copies", rounded_met(pool), pool, permutations)]


EXACT_COPIES = Check(
    "exact_copies", "Exact copies of a train row",
    "Hash join of all rows on all columns; rows met in train against in holdout under label permutation",
    "Share of synthetic rows equal to one real row that the generator saw. The baseline is what rows that it never "
    "saw would give by chance.",
    exact_copies, Direction.LOWER,
)  # fmt: skip

NEAR_COPIES = Check(
    "near_copies", "Copies of a train row but for rounding",
    "Hash join of all rows, rounded to the synthetic rows' grid or to 1/100,000 of the interquartile range; rows met "
    "in train against in holdout under label permutation",
    "Share of synthetic rows that equal one train row once both are rounded alike. The baseline is what rows that the "
    "generator never saw would give by chance.",
    near_copies, Direction.LOWER,
)  # fmt: skip
