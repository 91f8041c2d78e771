"""Are values found again that only one real row has?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synthgen.table.column import Column
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.evidence import Evidence, share_of_train
from synthgen.validation.privacy.meeting import Met, met_alone
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool

FEWEST_MET = 8
"""Values found again without which a column says nothing: even if all were train's, one in 256 would be chance."""


MOST_JUDGED = 20_000
"""Real rows of a column that are judged at most; the pool is shuffled, so the first ones are as good as any."""


def reused(pool: Pool) -> list[tuple[Column, Met]]:
    """Each column with enough such values found again, and which synthetic rows have whose value."""
    return pool.once("reused", lambda: list(_reused(pool)))


def _reused(pool: Pool) -> Iterator[tuple[Column, Met]]:
    for column in pool.columns:
        real, made = (frame[column.name].to_numpy(float) + 0.0 for frame in (pool.real, pool.synthetic))
        known = np.flatnonzero(~np.isnan(real))
        met = met_alone(real[known], made)
        met = Met(met.synthetic, known[met.real])
        if len(np.unique(met.real)) >= FEWEST_MET:
            yield column, met


def value_reuse(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Whose values are found again, column by column and in all columns together."""
    found, together = [], np.zeros(len(pool.real))
    for column, met in reused(pool):
        every = np.unique(met.real)
        rows = every[:MOST_JUDGED]
        together[rows] += 1
        found.append(
            share_of_train(
                "value_reuse", permutations, np.ones(len(rows)), rows=rows, n=len(rows), subject=column.name,
                reason=f"{len(every):,} values that one real row alone has are found again",
            )
        )  # fmt: skip
    if not found:
        reason = f"no column has {FEWEST_MET} values of single real rows that are found again"
        return [Evidence("value_reuse", n=len(pool.synthetic), reason=reason, vacuous=True)]
    n = int(together.sum())
    reason = f"in {len(found)} columns, {n:,} values that one real row alone has are found again"
    return [share_of_train("value_reuse", permutations, together, n=n, reason=reason), *found]


VALUE_REUSE = Check(
    "value_reuse", "Values of single rows found again that are train's",
    "Exact reuse of values that one pooled real row alone has, train against holdout under label permutation",
    "Of the values that only one real row has and that are found among the synthetic rows, the share that belongs to "
    "rows that the generator saw. A generator that draws its own values meets both sides alike.",
    value_reuse,
)  # fmt: skip
