"""Rows drawn once, with a reserve, and those of them that are handed out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.generators import Synthesizer
from synthgen.planning.classes import shortfall
from synthgen.planning.sampling import Plan
from synthgen.planning.wanted import Wanted
from synthgen.randomness import child
from synthgen.table.frames import to_pandas
from synthgen.table.schema import Schema

RESERVE = 0.5
FEWEST_RESERVE = 20

Block = tuple[float, NDArray[np.int64], int]
"""A class or cell, the positions of its rows, and how many of them are wanted."""


def draw(
    model: Synthesizer, plan: Plan, wanted: Wanted, schema: Schema, seed: np.random.SeedSequence, missing: str = "keep"
) -> pd.DataFrame:
    """Draw what was asked for and a reserve, once."""
    made = []
    for code, n, conditions in asked_by_class(plan, wanted, schema):
        names = () if code is None else (code,)
        drawn = model.sample(
            _with_reserve(n), conditions=conditions, missing=missing, random_state=child(seed, "sample", *names)
        )
        made.append(to_pandas(drawn)[0])
    return made[0] if plan.by_class is None else pd.concat(made, ignore_index=True)


def asked_by_class(
    plan: Plan, wanted: Wanted, schema: Schema
) -> Iterator[tuple[int | None, int, dict[str, Any] | None]]:
    """Say, class by class, how many rows a plan asks for and what they must have.

    Parameters
    ----------
    plan : Plan
    wanted : Wanted
    schema : Schema
        Of the rows that a generator learnt.

    Yields
    ------
    (code, rows, conditions)
        One with the code None where the plan names no classes.
    """
    others = dict(wanted.others)
    if plan.by_class is None:
        yield None, plan.total, others or None
        return
    assert schema.target is not None
    name, labels = schema.target.name, schema.target.categories or ()
    for code, n in plan.by_class.items():
        yield int(code), n, {**others, name: labels[int(code)]}


def _with_reserve(n: int) -> int:
    return n + max(FEWEST_RESERVE, round(RESERVE * n))


def blocks_of(plan: Plan) -> list[Block] | None:
    """Rows that were drawn of each class, and how many are wanted; None where any rows will do."""
    if plan.by_class is None:
        return None
    blocks: list[Block] = []
    start = 0
    for code, n in plan.by_class.items():
        blocks.append((code, np.arange(start, start + _with_reserve(n)), n))
        start += _with_reserve(n)
    return blocks


def deliver(
    made: pd.DataFrame, keep: NDArray[np.bool_], plan: Plan, schema: Schema, blocks: Sequence[Block] | None
) -> tuple[NDArray[np.int64], list[str]]:
    """Positions of the rows to hand out, and what is lacking of those asked for, in words."""
    if blocks is None:
        rows = np.flatnonzero(keep)[: plan.total]
        return rows, shortfall(plan, len(rows), [], schema)
    chosen = [block[keep[block]][:n] for _, block, n in blocks]
    lost = [code for (code, _, _), rows in zip(blocks, chosen, strict=True) if not len(rows)]
    rows = np.concatenate(chosen)
    if plan.by_class is None:  # drawn in one go, and handed out in the order of drawing
        rows = np.sort(rows)
    return rows, shortfall(plan, len(rows), lost, schema)


def broken_rules(model: Synthesizer) -> list[str]:
    """Say which declared rules real rows break; such rows were not learnt from."""
    return [
        f"{rows:,} real train rows break the declared rule {words!r}; they were not learnt from"
        for words, rows in model.broken_rules_.items()
    ]


def row_counts(
    coded: pd.DataFrame,
    train: NDArray[np.int64],
    held: NDArray[np.int64],
    plan: Plan,
    keep: NDArray[np.bool_],
    accepted: pd.DataFrame,
    purpose: str,
) -> dict[str, int]:
    """How many rows there are of each sort."""
    return {
        "real": len(coded), "train": len(train), "holdout": len(held), "requested": plan.total, "drawn": len(keep),
        "refused": int((~keep).sum()), "accepted": len(accepted),
        "delivered": len(accepted) + (len(coded) if purpose == "augment" else 0),
    }  # fmt: skip
