"""Are some columns of a real row copied together, and the others not?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.validation.privacy.agreement import best_agreement
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.checks.reuse import MOST_JUDGED
from synthgen.validation.privacy.evidence import Evidence, share_of_train
from synthgen.validation.privacy.meeting import Met, met_alone
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool, hashed
from synthgen.validation.privacy.scan import Ordered, prefixes, scan

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

OFTEN = 0.6
"""Columns that agree in this share of the closest matches, beyond what two rows at random would, are taken to be
copied together."""

FEWEST_MET = 8
MOST_SUBSETS = 12


@dataclass(frozen=True)
class Matches:
    """Synthetic rows with the real row that each agrees with most remarkably.

    Attributes
    ----------
    synthetic, real : arrays of positions
    margin : array of shape (n,)
        How much more the agreement is worth than that with the next best real row, in bits.
    agree : array of bool, shape (n, n_columns)
    chance : array of shape (n_columns,)
        How often two real rows at random agree.
    """

    synthetic: Places
    real: Places
    margin: Floats
    agree: NDArray[np.bool_]
    chance: Floats


def matches(pool: Pool) -> Matches:
    """Look for the real row that shares with a synthetic row the values that fewest rows have."""
    made = pool.looked_at
    n, codes, own, weights, chance = len(pool.real), [], [], [], []
    for column in pool.columns:
        values = pool.real[column.name].to_numpy(float) + 0.0
        known, place, counts = np.unique(values, return_inverse=True, return_counts=True, equal_nan=True)
        bits = np.log2(n / counts)
        codes.append(place)
        chance.append(float(((counts / n) ** 2).sum()))
        weights.append(bits[place])
        given = pool.synthetic[column.name].to_numpy(float)[made] + 0.0
        there = np.minimum(np.searchsorted(known, given), len(known) - 1)
        same = (known[there] == given) | (np.isnan(known[there]) & np.isnan(given))
        own.append(np.where(same, there, -1))
    real, queries = np.stack(codes, axis=1), np.stack(own, axis=1)
    best, following, rows = best_agreement(queries, real, np.stack(weights, axis=1).astype(np.float32))
    return Matches(made, rows, (best - following).astype(float), queries == real[rows], np.array(chance))


def subsets(pool: Pool) -> list[tuple[list[str], Met]]:
    """Sets of columns that the closest matches have in common, and whose rows are met in all of them."""
    return pool.once("subsets", lambda: list(_subsets(pool, matched(pool))))


def matched(pool: Pool) -> Matches:
    """The matches of a pool, looked for once."""
    return pool.once("matches", lambda: matches(pool))


def _subsets(pool: Pool, found: Matches) -> Iterator[tuple[list[str], Met]]:
    order = np.argsort(-found.margin, kind="stable")
    seen: set[tuple[bool, ...]] = set()
    for size in prefixes(len(order)):
        often = found.agree[order[:size]].mean(axis=0)
        common = (often - found.chance) >= OFTEN * np.maximum(1 - found.chance, 1e-9)
        key = tuple(common.tolist())
        if key in seen or common.sum() < 2 or common.all() or len(seen) >= MOST_SUBSETS:
            continue
        seen.add(key)
        names = [column.name for column, taken in zip(pool.columns, common, strict=True) if taken]
        met = met_alone(hashed(pool.real[names]), hashed(pool.synthetic[names]))
        if len(np.unique(met.real)) >= FEWEST_MET:
            yield names, met


def subset_copies(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Whose rows synthetic rows agree with in the most remarkable way, and in which columns."""
    if len(pool.columns) < 3:
        return [Evidence("subset_copies", reason="fewer than three columns", vacuous=True)]
    found = matched(pool)
    rows, often = np.unique(found.real, return_counts=True)
    evidence = [
        scan("subset_copies", permutations, [Ordered(found.real, -found.margin)]),
        share_of_train("subset_copies", permutations, often.astype(float), rows=rows, n=len(found.real), hidden=True),
    ]
    for names, met in subsets(pool):
        alone = np.unique(met.real)[:MOST_JUDGED]
        evidence.append(
            share_of_train(
                "subset_copies", permutations, np.ones(len(alone)), rows=alone, n=len(alone),
                subject=", ".join(names), reason=f"{len(alone):,} real rows are met in these columns together",
            )
        )  # fmt: skip
    return evidence


SUBSET_COPIES = Check(
    "subset_copies", "Columns copied together from train rows",
    "Real row that shares the rarest values with a synthetic row (weights -log2 of their shares), train against "
    "holdout with a scan under label permutation",
    "Of the real rows with which synthetic rows share combinations of values that few rows have, the share that the "
    "generator saw.",
    subset_copies,
)  # fmt: skip
