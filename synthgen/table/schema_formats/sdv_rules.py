"""Rules in SDV's words: a class and its parameters, as SDV 1.x keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synthgen.errors import ConstraintError
from synthgen.table.constraints import Constraint, FixedCombinations, Inequality, OneHot, Positive, Range, Unique

Facts = Mapping[str, Any]

_RELATIONS: dict[str, Callable[[str, Any], Range]] = {
    ">": lambda name, value: Range(name, low=value, closed="neither"),
    ">=": lambda name, value: Range(name, low=value),
    "<": lambda name, value: Range(name, high=value, closed="neither"),
    "<=": lambda name, value: Range(name, high=value),
}


def _between(facts: Facts) -> tuple[Constraint, ...]:
    low, middle, high = (facts[f"{place}_column_name"] for place in ("low", "middle", "high"))
    strict = bool(facts.get("strict_boundaries", True))
    return Inequality(low, middle, strict=strict), Inequality(middle, high, strict=strict)


def _within(facts: Facts) -> tuple[Constraint, ...]:
    closed = "neither" if facts.get("strict_boundaries", True) else "both"
    return (Range(facts["column_name"], facts["low_value"], facts["high_value"], closed=closed),)


def _negative(facts: Facts) -> tuple[Constraint, ...]:
    closed = "neither" if facts.get("strict_boundaries", False) else "both"
    return (Range(facts["column_name"], high=0, closed=closed),)


_READ: dict[str, Callable[[Facts], tuple[Constraint, ...]]] = {
    "Inequality": lambda facts: (
        Inequality(
            facts["low_column_name"], facts["high_column_name"], strict=bool(facts.get("strict_boundaries", False))
        ),
    ),
    "ScalarInequality": lambda facts: (_RELATIONS[facts["relation"]](facts["column_name"], facts["value"]),),
    "Range": _between,
    "ScalarRange": _within,
    "Positive": lambda facts: (Positive(facts["column_name"], strict=bool(facts.get("strict_boundaries", False))),),
    "Negative": _negative,
    "FixedCombinations": lambda facts: (FixedCombinations(facts["column_names"]),),
    "OneHotEncoding": lambda facts: (OneHot(facts["column_names"]),),
    "Unique": lambda facts: (Unique(facts["column_names"]),),
}


def rules_of(item: Any) -> tuple[Constraint, ...] | None:
    """Read one rule.

    Parameters
    ----------
    item : mapping
        With ``constraint_class`` and ``constraint_parameters``.

    Returns
    -------
    tuple of Constraint, or None
        None for a class that has no like here, and for parameters that can't be read.

    Examples
    --------
    >>> facts = {"low_column_name": "start", "high_column_name": "end"}
    >>> rules_of({"constraint_class": "Inequality", "constraint_parameters": facts})
    (Inequality(low='start', high='end', strict=False),)
    """
    if not isinstance(item, Mapping):
        return None
    facts = item.get("constraint_parameters")
    read = _READ.get(str(item.get("constraint_class")))
    if read is None or not isinstance(facts, Mapping):
        return None
    try:
        return read(facts)
    except (KeyError, TypeError, ConstraintError):
        return None
