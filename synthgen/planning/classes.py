"""No class is lost without a word: it is made, or an error or a warning names it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import DataError
from synthgen.planning.sampling import Plan
from synthgen.table.column import Column
from synthgen.table.schema import Schema

NAMED = 10


def check_learnable(coded: pd.DataFrame, train: NDArray[np.int64], plan: Plan, schema: Schema) -> None:
    """Refuse a plan for a class that has rows, but none among those that the generator learns from.

    Raises
    ------
    DataError
        Names the class. It happens where all rows of a class are of subjects who have rarer classes too.
    """
    if plan.by_class is None or schema.target is None:
        return
    known = set(coded[schema.target.name].iloc[train].unique())
    lacking = [code for code in plan.by_class if code not in known]
    if lacking:
        raise DataError(
            f"Of the target {schema.target.name!r}, {named(lacking, schema.target)}: all rows were held out with "
            "their subjects, so no generator could learn it. Hold out less (holdout=0.1), use another random_state, or "
            "ask for the other classes only (conditions)."
        )


def shortfall(plan: Plan, rows: int, refused: Sequence[float], schema: Schema) -> list[str]:
    """Say how many rows and which classes are lacking of those asked for, and what would bring classes back.

    Parameters
    ----------
    plan : Plan
    rows : int
        Rows in the result.
    refused : sequence of class codes
        Classes of which every row was refused.
    schema : Schema

    Returns
    -------
    list of str
        Warnings; empty if nothing is lacking.
    """
    words = [f"{plan.total - rows:,} rows fewer than asked for: too many were refused"] if rows < plan.total else []
    if plan.by_class is None or schema.target is None:
        return words
    if plan.left_out:
        words.append(
            f"{named(plan.left_out, schema.target)}: no row was made, since {plan.total:,} rows are fewer than "
            "the classes; ask for more with n_samples"
        )
    if refused:
        words.append(
            f"{named(refused, schema.target)}: no row is in the result, since all were refused (see the reasons of "
            "the refused rows); merge rare classes into one, or declare the target's categories public in the schema"
        )
    return words


def named(codes: Iterable[float], target: Column) -> str:
    """Name classes by their labels, as the caller knows them; at most ten."""
    labels = [repr(str((target.categories or ())[int(code)])) for code in codes]
    shown = ", ".join(labels[:NAMED]) + (f" and {len(labels) - NAMED} more" if len(labels) > NAMED else "")
    return f"class{'es' if len(labels) > 1 else ''} {shown}"
