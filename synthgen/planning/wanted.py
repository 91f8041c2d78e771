"""What the caller's conditions ask for: classes of the target, and anything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.errors import ConditionError
from synthgen.generators.asked import check_rows
from synthgen.planning.sampling import Plan
from synthgen.table.column import LABEL_KINDS
from synthgen.table.conditions import Allowed, allowed_values, meets, target_codes
from synthgen.table.schema import Schema


@dataclass(frozen=True)
class Wanted:
    """Conditions in two parts: the planner divides rows among classes, the generator meets the rest.

    Attributes
    ----------
    classes : array of codes or None
        Classes of the target that are allowed; None: all.
    others : mapping of str to condition
        Conditions on other columns, or on a target without classes, in the caller's words.
    allowed : mapping of str to Allowed
        ``others``, read.
    """

    classes: NDArray[np.float64] | None = None
    others: Mapping[str, Any] = field(default_factory=dict)
    allowed: Mapping[str, Allowed] = field(default_factory=dict)

    @property
    def names(self) -> str:
        """Columns of ``others``, as a message names them."""
        return ", ".join(repr(name) for name in self.others)

    def met_by(self, coded: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows meet ``others``: shape (n_rows,)."""
        return meets(self.allowed, coded)


def read_wanted(conditions: Mapping[str, Any] | None, schema: Schema) -> Wanted:
    """Read conditions.

    Parameters
    ----------
    conditions : mapping of str to condition, or None
    schema : Schema

    Raises
    ------
    ConditionError
        A column or class is unknown, or a condition can't be read.
    """
    if conditions is None or not isinstance(conditions, Mapping):
        return Wanted(target_codes(conditions, schema))
    target = schema.target
    classed = target is not None and target.kind in LABEL_KINDS
    on_classes = {name: value for name, value in conditions.items() if classed and target and str(name) == target.name}
    others = {str(name): value for name, value in conditions.items() if name not in on_classes}
    wanted = Wanted(target_codes(on_classes, schema), others, allowed_values(others, schema))
    return wanted


def check_not_merged(
    conditions: Mapping[str, Any] | None, given: Schema, coarse: Schema, merged: Collection[str]
) -> None:
    """Refuse conditions on labels that few people have, and that were merged for a release.

    Parameters
    ----------
    conditions : mapping of str to condition, or None
    given, coarse : Schema
        As the caller's table is, and as it was made for the release.
    merged : collection of str
        Columns of which labels were merged.

    Raises
    ------
    ConditionError
        A condition can be read with the labels that were given and not with those that are left.
    """
    for name, value in (conditions or {}).items() if isinstance(conditions, Mapping) else ():
        if str(name) not in merged:
            continue
        allowed_values({str(name): value}, given)
        try:
            allowed_values({str(name): value}, coarse)
        except ConditionError:
            raise ConditionError(
                f"The condition on {str(name)!r} asks for a label that few people have; for a release it was merged "
                "with others, so no row could have it. Ask for another; or if the labels are no secret, say so: "
                f"schema.with_column({str(name)!r}, categories=schema[{str(name)!r}].categories)."
            ) from None


def check_classes_meet(plan: Plan, wanted: Wanted, met: pd.DataFrame, coded: pd.DataFrame, schema: Schema) -> None:
    """Refuse a class that is to be made, and of which no real row meets the conditions.

    Raises
    ------
    ConditionError
        With the fewest conditions that no row of the class meets.
    """
    target = schema.target
    if target is None or not wanted.others or plan.by_class is None:
        return
    there = set(met[target.name].unique())
    for code in plan.by_class:
        if code not in there:
            check_rows({**wanted.others, target.name: (target.categories or ())[int(code)]}, coded, schema)


def rows_that_meet(wanted: Wanted, coded: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Real rows that meet the conditions on columns other than the target's classes.

    Raises
    ------
    ConditionError
        There is none, so nothing could be learnt about such rows, nor checked.
    """
    met = coded[wanted.met_by(coded)]
    if not len(met):
        check_rows(wanted.others, coded, schema)
    return met
