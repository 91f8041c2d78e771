"""Which generator "auto" takes, and why."""

from __future__ import annotations

import pandas as pd

from synthgen.planning.sampling import Plan
from synthgen.table.column import Schema

SMOTE_NEEDS = 6
"""Train rows of a class from which SMOTE has its usual five neighbours."""


def choose_generator(train: pd.DataFrame, schema: Schema, plan: Plan) -> tuple[str, str]:
    """Choose a generator by name.

    Parameters
    ----------
    train : pandas.DataFrame
        Coded rows that it will be fitted on.
    schema : Schema
    plan : Plan

    Returns
    -------
    name, reason : str
    """
    if plan.by_class is None or schema.target is None:
        return "smote", "auto: the table has no target with classes"
    sizes = train[schema.target.name].value_counts()
    fewest = min(int(sizes.get(code, 0)) for code in plan.by_class)
    if fewest >= SMOTE_NEEDS:
        return "smote", f"auto: each class asked for has {SMOTE_NEEDS} train rows or more"
    return "jitter", f"auto: a class asked for has {fewest} train rows, and smote wants {SMOTE_NEEDS}"
