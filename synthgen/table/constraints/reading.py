"""Rules read from files and from words: ``start <= end``, ``total = price * quantity``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from synthgen.errors import ConstraintError
from synthgen.table.constraints import (
    CONSTRAINTS,
    Constraint,
    FixedCombinations,
    Formula,
    FunctionalDependency,
    Inequality,
    Linear,
    Monotone,
    OneHot,
    Pattern,
    Range,
    Unique,
    When,
)
from synthgen.table.schema import Schema

_COMPARED = re.compile(r"(.+?)\s*(<=|>=|<|>)\s*(.+)", re.DOTALL)
BY_COLUMNS: Mapping[str, Callable[[tuple[str, ...]], Constraint]] = {
    "unique": Unique, "fixedcombinations": FixedCombinations, "onehot": OneHot,
}  # fmt: skip
_SENTENCES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Constraint]], ...] = (
    (re.compile(r"unique: (.+)"), lambda said: Unique(_listed(said[1]))),
    (re.compile(r"exactly one of (.+)"), lambda said: OneHot(_listed(said[1]))),
    (re.compile(r"combinations of (.+) as in the real rows"), lambda said: FixedCombinations(_listed(said[1]))),
    (re.compile(r"(.+) follows from (.+)"), lambda said: FunctionalDependency(_listed(said[2]), _bare(said[1]))),
    (re.compile(r"(\S+|`[^`]+`) matches (.+)"), lambda said: Pattern(_bare(said[1]), said[2])),
    (
        re.compile(r"(.+?) never (falls|rises)(?: along (.+?))?(?: within each (.+))?"),
        lambda said: Monotone(
            _bare(said[1]), by=_bare(said[4]) if said[4] else None, order=_bare(said[3]) if said[3] else None,
            decreasing=said[2] == "rises",
        ),
    ),
)  # fmt: skip
_AND = re.compile(r" and (?=(?:[^`]*`[^`]*`)*[^`]*$)")  # not within backticks
_SIGNED = re.compile(r"(?P<sign><=|>=|<|>)\s*(?P<value>.+)", re.DOTALL)
_COMPARISON = re.compile(r"\s*(`[^`]+`|.+?)\s*(is not null|is null|!=|<=|>=|==|=|<|>)\s*(.*)", re.DOTALL)
_AMONG = re.compile(r"\s*(`[^`]+`|.+?)\s+(in)\s+(.+)", re.DOTALL)
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

    ==============================================  ========================================================
    words                                           rule
    ==============================================  ========================================================
    ``start <= end``, ``a < b``                     ``Inequality``
    ``age >= 18``, ``age >= 18 and < 65``           ``Range``
    ``cnt = casual + registered``                   ``Linear``
    ``total = price * quantity``                    ``Formula``
    ``unique(room, day)``, ``unique: room, day``    ``Unique``
    ``onehot(cash, card)``                          ``OneHot``; also ``exactly one of cash, card``
    ``fixedcombinations(city, zone)``               ``FixedCombinations``
    ``country follows from city``                   ``FunctionalDependency``
    ``reading never falls along date``              ``Monotone``; also ``never rises``, ``within each meter``
    ``code matches [A-Z]+``                         ``Pattern``
    ``discharge is null where status != closed``    ``When``; also ``status in open, waiting``
    ``{"rule": "OneHot", ...}``                     any rule, as JSON
    ==============================================  ========================================================

    So each rule but ``Predicate`` is read from its own ``words``, where column names are single words.

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
        return sort(_listed(listed[2]))
    for sentence, rule in _SENTENCES:
        read = sentence.fullmatch(said)
        if read:
            return rule(read)
    if " where " in said:
        then, condition = said.split(" where ", 1)
        return When(_conditions(condition, said, schema), _conditions(then, said, schema))
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
            return _limits(left, f"{sign} {compared[3]}", said)
    raise ConstraintError(
        f"The rule can't be read: got {text!r}. Say it as 'start <= end', 'age >= 18', 'cnt = casual + registered', "
        "'total = price * quantity', 'unique(room, day)' or 'discharge is null where status != closed'; the first "
        "column must be one of the table."
    )


def _computed(column: str, right: str, schema: Schema) -> Constraint:
    if right in schema or _SUM.fullmatch(right):
        parts = re.findall(r"([+-]?)\s*(`[^`]+`|[^+\-]+)", right)
        terms = {_bare(name): -1.0 if sign == "-" else 1.0 for sign, name in parts if name.strip()}
        if all(name in schema for name in terms):
            return Linear(column, terms)
    return Formula(column, right)


def _limits(column: str, words: str, text: str) -> Range:
    """One limit of a column, or a lower and an upper one."""
    ends: dict[str, str] = {}
    reached: set[str] = set()
    for part in _AND.split(words):
        said = _SIGNED.fullmatch(part.strip())
        end = "" if not said else "high" if said["sign"][0] == "<" else "low"
        if not said or end in ends:
            raise ConstraintError(f"The limits of the rule {text!r} can't be read. Say them as 'age >= 18 and < 65'.")
        ends[end] = _bare(said["value"])
        reached |= {end} if len(said["sign"]) == 2 else set()
    closed = "both" if reached == set(ends) else min(reached, default="neither")
    return Range(column, **ends, closed=closed)


def _conditions(words: str, text: str, schema: Schema) -> dict[str, Any]:
    out: dict[str, Any] = {}
    name = ""
    for part in _AND.split(words):
        if name and _SIGNED.fullmatch(part.strip()) and isinstance(out[name], str):
            out[name] = f"{out[name]} and {part.strip()}"
            continue
        found = [said for said in (_COMPARISON.fullmatch(part), _AMONG.fullmatch(part)) if said]
        said = next((each for each in found if _bare(each[1]) in schema), found[0] if found else None)
        if not said:
            raise ConstraintError(f"The condition {part.strip()!r} of the rule {text!r} can't be read.")
        name, sign, value = _bare(said[1]), said[2], said[3].strip()
        if sign == "in":
            out[name] = [None if item == "null" else item for item in _listed(value)]
        elif sign in ("is null", "is not null"):
            out[name] = None if sign == "is null" else "not null"
        else:
            out[name] = value if sign in ("=", "==") else f"{sign} {value}"
    return out


def _listed(names: str) -> tuple[str, ...]:
    return tuple(_bare(part) for part in names.split(","))


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
