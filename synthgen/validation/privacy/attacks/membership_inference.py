"""Membership inference: of all rows, rare classes, the most vulnerable, and groups of sensitive columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from synthgen.randomness import stream
from synthgen.validation.metric import Direction
from synthgen.validation.privacy.attacks.aim import Aim, Part
from synthgen.validation.privacy.attacks.excess import REACH
from synthgen.validation.privacy.attacks.membership import ATTACKS, membership_scores
from synthgen.validation.privacy.attacks.selection import Outcome, halves, select_by_auc, select_by_tpr
from synthgen.validation.privacy.check import Check
from synthgen.validation.privacy.evidence import Evidence
from synthgen.validation.privacy.permutation import Permutations
from synthgen.validation.privacy.pool import Pool

AUC, TPR = "membership_inference", "membership_tpr"
FEWEST_FOR_TPR = 2_000
"""Targets below which one row in a hundred is too few to be counted: at 500 a rate of 1 % has an interval of
.003 to .023."""

FEWEST_A_SIDE = 8
FEWEST_HELD_FOR_TPR = 100
"""Held-out rows of which 1 % is at least one."""

Select = Callable[
    [NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_], Permutations, np.random.Generator], Outcome
]


def membership_auc(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Chance that the attacker tells a train row from a held-out one, for each part."""
    return _all_parts(AUC, select_by_auc, pool, permutations, rng)


def membership_tpr(pool: Pool, permutations: Permutations, rng: np.random.Generator) -> list[Evidence]:
    """Share of train rows recognised where one held-out row in a hundred is taken for one, for each part."""
    return _all_parts(TPR, select_by_tpr, pool, permutations, rng)


def _all_parts(
    name: str, select: Select, pool: Pool, permutations: Permutations, rng: np.random.Generator
) -> list[Evidence]:
    aim = Aim.at(pool)
    if not len(aim.made) or len(aim.real) < 2:
        return [Evidence(name, reason="there are no rows to attack")]
    scores = membership_scores(pool)
    chance = stream(np.random.SeedSequence(pool.seed), "halves")
    first = halves(permutations.units[aim.targets], chance)
    return [_attacked(name, select, part, aim, scores, first, permutations, rng) for part in aim.parts]


def _attacked(
    name: str,
    select: Select,
    part: Part,
    aim: Aim,
    scores: NDArray[np.float64],
    first: NDArray[np.bool_],
    permutations: Permutations,
    rng: np.random.Generator,
) -> Evidence:
    within = aim.within(part.rows)
    labels = permutations.labels[part.rows]
    sides = [int(mask.sum()) for half in (first[within], ~first[within]) for mask in (labels & half, ~labels & half)]
    if min(sides) < FEWEST_A_SIDE // 4 or min(sides[0] + sides[2], sides[1] + sides[3]) < FEWEST_A_SIDE:
        words = (
            f"underpowered: {sides[0] + sides[2]} train and {sides[1] + sides[3]} held-out rows; needs "
            f"{FEWEST_A_SIDE} of each, in both halves"
        )
        return Evidence(name, subject=part.name, n=len(part.rows), reason=words)
    if name == TPR and sides[1] + sides[3] < FEWEST_HELD_FOR_TPR:
        words = f"underpowered: 1 % of {sides[1] + sides[3]} held-out rows is less than one row; see the AUC"
        return Evidence(name, subject=part.name, n=len(part.rows), reason=words)
    found = select(scores[within], part.rows, first[within], permutations, rng)
    band = np.quantile(found.null, [0.025, 0.975])
    baseline = float(found.null.mean())
    smallest = min(1.0, baseline + REACH * float(found.null.std()))
    return Evidence(
        name, found.value, found.null, part.name, found.value, found.interval, baseline,
        (float(band[0]), float(band[1])), len(part.rows), _reason(name, found, smallest, len(part.rows)),
        success=found.value, control=baseline, naive=0.01 if name == TPR else 0.5, smallest=smallest,
    )  # fmt: skip


def _reason(name: str, found: Outcome, smallest: float, n: int) -> str:
    ways = " and ".join(dict.fromkeys(ATTACKS[c] for c in found.chosen))
    words = f"{n:,} targets, chosen attack: {ways}; would find {smallest:.3f} four times in five"
    if name == TPR and n < FEWEST_FOR_TPR:
        words = f"underpowered, since fewer than {FEWEST_FOR_TPR:,} targets: {words}"
    return words


_REFERENCE = (
    "Distance, distance difference, density ratio (DOMIAS, https://proceedings.mlr.press/v206/breugel23a.html), "
    "Gen-LRA (https://arxiv.org/abs/2508.21146) and a classifier; chosen on one half, scored on the other; most "
    "vulnerable rows after Meeus et al. (2023), https://arxiv.org/abs/2306.10308"
)

MEMBERSHIP_INFERENCE = Check(
    AUC, "Membership inference: AUC", _REFERENCE,
    "How often the best of six attacks ranks a row that the generator saw above one that it didn't: 1 means that it "
    "always knows, and the baseline is what it gets by luck.",
    membership_auc, Direction.LOWER,
)  # fmt: skip

MEMBERSHIP_TPR = Check(
    TPR, "Membership inference: found at 1 % false alarms",
    f"{_REFERENCE}; Carlini et al. (2022), https://doi.org/10.1109/SP46214.2022.9833649",
    "Share of the rows that the generator saw which the best of six attacks recognises while it is wrong about one "
    "held-out row in a hundred. An average can hide that it is sure of a few people.",
    membership_tpr, Direction.LOWER,
)  # fmt: skip
