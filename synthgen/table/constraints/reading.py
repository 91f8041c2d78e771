"""Rules read from files and from words: ``start <= end``, ``total = price * quantity``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from synthgen.errors import ConstraintError
from synthgen.table.column import Schema
from synthgen.table.constraints import (
    CONSTRAINTS,
    Constraint,
    FixedCombinations,
    Formula,
    Inequality,
    Linear,
    OneHot,
    Range,
    Unique,
    When,
)

_COMPARED = re.compile(r"(.+?)\s*(<=|>=|<|>)\s*(.+)", re.DOTALL)
BY_COLUMNS: Mapping[str, Callable[[tuple[str, ...]], Constraint]] = {
    "unique": Unique, "fixedcombinations": FixedCombinations, "onehot": OneHot,
}  # fmt: skip
_SUM = re.compile(r"\s*[+-]?\s*[^+\-*/()]+(?:\s*[+-]\s*[^+\-*/()]+)+")


def constraints_of(items: Any, also: Mapping[str, type[Constraint]] = MappingProxyType({})) -> tuple[Constraint, ...]:
    """Read rules as :meth:`Constraint.to_dict` gives them.

    Parameters
    ----------
    items : list of mapping
    also : mapping of str to type
        Sorts of rules that can't be declared, but stand in a saved model.

    Raises
    ------
    ConstraintError
        A rule has an unknown name or field.

    Examples
    --------
    >>> constraints_of([{"rule": "Inequality", "low": "start", "high": "end"}])
    (Inequality(low='start', high='end', strict=False),)
    """
    if not isinstance(items, (list, tuple)):
        raise ConstraintError(f"Rules are a list of objects with a 'rule' each; got {type(items).__name__}.")
    return tuple(_one(item, {**CONSTRAINTS, **also}) for item in items)


def _one(item: Any, sorts: Mapping[str, type[Constraint]] = CONSTRAINTS) -> Constraint:
    if isinstance(item, Constraint):
        return item
    name = str(item.get("rule")) if isinstance(item, Mapping) else ""
    if name not in sorts:
        raise ConstraintError(f"A rule needs 'rule', one of: {', '.join(CONSTRAINTS)}; got {name!r}. Correct the file.")
    return sorts[name].from_dict(item)


def read_rule(text: str, schema: Schema) -> Constraint:
    """Read a rule from words.

    ============================================  =========================================================
    words                                         rule
    ============================================  =========================================================
    ``start <= end``, ``a < b``                   ``Inequality``
    ``age >= 18``                                 ``Range``
    ``cnt = casual + registered``                 ``Linear``
    ``total = price * quantity``                  ``Formula``
    ``unique(room, day)``                         ``Unique``; so do the other rules that take columns alone
    ``discharge is null where status != closed``  ``When``
    ``{"rule": "OneHot", ...}``                   any rule, as JSON
    ============================================  =========================================================

    Parameters
    ----------
    text : str
        A name that isn't one word stands in backticks.
    schema : Schema
        Tells columns from values.

    Raises
    ------
    ConstraintError
        The words can't be read.

    Examples
    --------
    >>> from synthgen.table.column import Column, Kind
    >>> schema = Schema((Column("start", Kind.INTEGER), Column("end", Kind.INTEGER), Column("half day", Kind.INTEGER)))
    >>> read_rule("start < end", schema), read_rule("`half day` >= 2", schema).words
    (Inequality(low='start', high='end', strict=True), 'half day >= 2')
    """
    said = text.strip()
    if said.startswith("{"):
        return _of_json(said)
    listed = re.fullmatch(r"(\w+)\s*\((.*)\)", said, re.DOTALL)
    sort = BY_COLUMNS.get(listed[1].replace("_", "").lower()) if listed else None
    if listed and sort:
        return sort(tuple(_bare(part) for part in listed[2].split(",")))
    if " where " in said:
        then, condition = said.split(" where ", 1)
        return When(_conditions(condition, said), _conditions(then, said))
    if re.search(r"(?<![<>=!])=(?!=)", said):
        left, right = re.split(r"(?<![<>=!])=(?!=)", said, maxsplit=1)
        return _computed(_bare(left), right.strip(), schema)
    compared = _COMPARED.fullmatch(said)
    if compared:
        left, right = _bare(compared[1]), _bare(compared[3])
        sign = compared[2]
        if left in schema and right in schema:
            low, high = (left, right) if sign[0] == "<" else (right, left)
            return Inequality(low, high, strict=len(sign) == 1)
        if left in schema:
            closed = "both" if len(sign) == 2 else "neither"
            return Range(left, **{"high" if sign[0] == "<" else "low": right}, closed=closed)
    raise ConstraintError(
        f"The rule can't be read: got {text!r}. Say it as 'start <= end', 'age >= 18', 'cnt = casual + registered', "
        "'total = price * quantity', 'unique(room, day)' or 'discharge is null where status != closed'; the first "
        "column must be one of the table."
    )


def _computed(column: str, right: str, schema: Schema) -> Constraint:
    if right in schema or _SUM.fullmatch(right):
        parts = re.findall(r"([+-]?)\s*(`[^`]+`|[^+\-]+)", right)
        terms = {_bare(name): -1.0 if sign == "-" else 1.0 for sign, name in parts}
        if all(name in schema for name in terms):
            return Linear(column, terms)
    return Formula(column, right)


def _conditions(words: str, text: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for part in words.split(" and "):
        said = re.fullmatch(r"\s*(`[^`]+`|.+?)\s*(is not null|is null|!=|<=|>=|==|=|<|>)\s*(.*)", part, re.DOTALL)
        if not said:
            raise ConstraintError(f"The condition {part.strip()!r} of the rule {text!r} can't be read.")
        sign, value = said[2], said[3].strip()
        out[_bare(said[1])] = (
            None if sign == "is null" else "not null" if sign == "is not null"
            else value if sign in ("=", "==") else f"{sign} {value}"
        )  # fmt: skip
    return out


def _bare(name: str) -> str:
    return name.strip().strip("`")


def read_rules(items: Iterable[Any], schema: Schema) -> tuple[Constraint, ...]:
    """Read rules given as objects, as mappings or in words."""
    given = [items] if isinstance(items, (str, Constraint, Mapping)) else list(items)
    return tuple(read_rule(item, schema) if isinstance(item, str) else _one(item) for item in given)


def _of_json(text: str) -> Constraint:
    try:
        return _one(json.loads(text))
    except json.JSONDecodeError as error:
        raise ConstraintError(f"The rule isn't JSON: {error.msg} at character {error.pos}; got {text!r}.") from error
