"""How many rows to make, from the caller's words and the real rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from synthgen.errors import ConditionError, UsageError
from synthgen.generators.asked import check_n as check_one
from synthgen.planning.sampling import Plan, plan_by_class, plan_in_proportion
from synthgen.planning.wanted import Wanted, check_classes_meet, rows_that_meet
from synthgen.table.column import LABEL_KINDS
from synthgen.table.schema import Schema


def check_n(n: int | None) -> None:
    """Refuse what is no number of rows; None leaves the number open.

    Raises
    ------
    UsageError
    """
    if n is not None:
        check_one(n)


def plan_rows(coded: pd.DataFrame, schema: Schema, purpose: str, strategy: Any, n: int | None, wanted: Wanted) -> Plan:
    """Say how many rows of which class to make.

    Parameters
    ----------
    coded : pandas.DataFrame
        All real rows.
    schema : Schema
    purpose : {"augment", "release"}
    strategy : str, float or mapping
    n : int or None
    wanted : Wanted

    Raises
    ------
    ConditionError
        No row is what the conditions ask for.
    UsageError
        A strategy needs classes, or ``n`` is no number of rows.
    """
    check_n(n)
    target = schema.target
    met = rows_that_meet(wanted, coded, schema)
    if target is None or target.kind not in LABEL_KINDS:
        if strategy != "auto":
            raise UsageError("sampling_strategy needs a target with classes. Name one, or give n_samples.")
        return Plan(n or len(coded), in_proportion=True)
    balanced = n is None and purpose == "augment"
    # What a class lacks is counted on all rows; what is to be like the rows that meet a condition, on these.
    rows = coded if balanced else met
    counts = {float(code): int(rows) for code, rows in rows[target.name].value_counts().items()}  # type: ignore[arg-type]
    if wanted.classes is not None and not any(code in wanted.classes for code in counts):
        also = f" and meets the conditions on {wanted.names}" if wanted.others and not balanced else ""
        raise ConditionError(
            f"No row has the class of {target.name!r} that the condition asks for{also}, so nothing can be learnt "
            "about it. Ask for a class that the table has."
        )
    if balanced:
        plan = plan_by_class(counts, strategy, target, wanted.classes)
        check_classes_meet(plan, wanted, met, coded, schema)
        return plan
    return plan_in_proportion(counts, n or len(coded), wanted.classes)
