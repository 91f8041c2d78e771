"""What a caller gives as ``fairness``, read and checked against the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from synthgen.errors import UsageError
from synthgen.planning.fairness.plan import KINDS, FairnessPlan, reference_of
from synthgen.table.column import OPAQUE_KINDS, Role
from synthgen.table.schema import Schema

FIELDS = ("kind", "sensitive_features", "strength", "label", "columns", "reference")
ABOUT_LABELS = ("equal_rates", "quotas", "weights")


def sensitive_of(fairness: Any) -> tuple[str, ...]:
    """Columns that a plan names as sensitive, before anything is checked."""
    if isinstance(fairness, FairnessPlan):
        return tuple(fairness.sensitive_features)
    named = fairness.get("sensitive_features") if isinstance(fairness, Mapping) else None
    return tuple(map(str, named)) if isinstance(named, (list, tuple)) else ()


def read_plan(fairness: Any, schema: Schema) -> FairnessPlan:
    """Read a plan, a kind of plan, or a mapping with the fields of one.

    Parameters
    ----------
    fairness : FairnessPlan, str or mapping
    schema : Schema
        Of the table that it is to be used on. Where the plan names no sensitive columns, those with that role.

    Raises
    ------
    UsageError
        The kind is unknown, a strength is out of range, or the plan names columns that the table lacks.
    """
    plan = _plan(fairness)
    if plan.kind not in KINDS:
        raise UsageError(f"fairness must be a plan or one of {', '.join(KINDS)}; got {plan.kind!r}.")
    strength = plan.strength
    if isinstance(strength, bool) or not isinstance(strength, (int, float)) or not 0 <= strength <= 1:
        raise UsageError(f"The strength of a plan must be a number from 0 to 1; got {strength!r}.")
    if not plan.sensitive_features:
        named = tuple(column.name for column in schema.role(Role.SENSITIVE))
        if not named:
            raise UsageError(
                'fairness needs to know the groups. Name the columns: sensitive_features=["sex"], or in the plan.'
            )
        plan = replace(plan, sensitive_features=named)
    for name in (*plan.sensitive_features, *plan.columns):
        if name not in schema:
            raise UsageError(
                f"The fairness plan names column {name!r}, which this table lacks. A plan is for the table it was made "
                f"of. Columns of this one are: {', '.join(schema.names)}."
            )
    target = schema.target.name if schema.target is not None else None
    if plan.kind in ABOUT_LABELS and plan.target is not None and plan.target != target:
        raise UsageError(
            f"The fairness plan is about the target {plan.target!r}; this run has "
            + (f"the target {target!r}." if target else "none.")
            + f" Name the same one: target={plan.target!r}."
        )
    for name in plan.columns:
        if name in plan.sensitive_features or name == target or schema[name].kind in OPAQUE_KINDS:
            raise UsageError(
                f"Column {name!r} can't be changed as a proxy: it is sensitive, the target, or made up anew."
            )
    return plan


def _plan(fairness: Any) -> FairnessPlan:
    if isinstance(fairness, FairnessPlan):
        return fairness
    if isinstance(fairness, str):
        return FairnessPlan(fairness, ())
    if not isinstance(fairness, Mapping):
        raise UsageError(
            f"fairness must be a plan of profile.bias.plans(), a kind or a mapping; got {type(fairness).__name__}."
        )
    unknown = [key for key in fairness if key not in FIELDS]
    if unknown or "kind" not in fairness:
        what = f"there is no {unknown[0]!r}" if unknown else "the kind is missing"
        raise UsageError(f"fairness as a mapping takes {', '.join(FIELDS)}; {what}.")
    values: dict[str, Any] = dict(fairness)
    for key in ("sensitive_features", "columns"):
        given = values.get(key, ())
        if isinstance(given, str):
            raise UsageError(f"{key} of fairness must be a list of columns; write [{given!r}].")
        values[key] = tuple(map(str, given or ()))
    values["reference"] = reference_of(values.get("reference"))
    return FairnessPlan(**values)
