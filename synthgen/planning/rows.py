"""How many rows to make, from the caller's words and the real rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError, UsageError
from synthgen.generators.asked import check_n as check_one
from synthgen.planning.sampling import Plan, plan_by_class, plan_in_proportion
from synthgen.planning.wanted import Wanted, check_classes_meet, rows_that_meet
from synthgen.table.column import LABEL_KINDS
from synthgen.table.schema import Schema

FEWEST_OF_CLASS = 20


def check_n(n: int | None) -> None:
    """Refuse what is no number of rows; None leaves the number open.

    Raises
    ------
    UsageError
    """
    if n is not None:
        check_one(n)


def plan_rows(
    coded: pd.DataFrame,
    schema: Schema,
    purpose: str,
    strategy: Any,
    n: int | None,
    wanted: Wanted,
    weights: NDArray[np.float64] | None = None,
) -> Plan:
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
    weights : array of shape (n_rows,), optional
        Real rows that each of them stands for; 1 each if not given.

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
        return Plan(n or _rows(weights, len(coded)), in_proportion=True)
    balanced = n is None and purpose == "augment"
    # What a class lacks is counted on all rows; what is to be like the rows that meet a condition, on these.
    counts = _classes(coded if balanced else met, target.name, weights)
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
    return plan_in_proportion(counts, n or _rows(weights, len(coded)), wanted.classes)


def _rows(weights: NDArray[np.float64] | None, n: int) -> int:
    return n if weights is None else round(float(weights.sum()))


def _classes(rows: pd.DataFrame, target: str, weights: NDArray[np.float64] | None) -> dict[float, int]:
    """Rows of each class, commonest first; their index says which of the weights are theirs."""
    if weights is None:
        counts = rows[target].value_counts()
    else:
        stood_for = pd.Series(weights[rows.index.to_numpy()], index=rows[target].to_numpy())
        counts = stood_for.groupby(level=0).sum().round().sort_values(ascending=False, kind="stable")
    return {float(code): int(number) for code, number in counts.items()}  # type: ignore[arg-type]


def reduced(plan: Plan, most: int) -> Plan:
    """Give a plan of at most about ``most`` rows, with the classes in the same proportions and a few rows each.

    Examples
    --------
    >>> reduced(Plan(10_000, {0.0: 9_900, 1.0: 100}), 1_000).by_class
    {0.0: 990, 1.0: 20}
    """
    if plan.total <= most:
        return plan
    if plan.by_class is None:
        return replace(plan, total=most)
    share = most / plan.total
    by_class = {code: min(n, max(round(n * share), FEWEST_OF_CLASS)) for code, n in plan.by_class.items()}
    return replace(plan, total=sum(by_class.values()), by_class=by_class)
